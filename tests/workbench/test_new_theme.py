"""`thematic new` adds a theme that can be built at once, touches nothing in lib/, and refuses what it cannot do."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
import yaml

from drawn import files_of
from test_notebooks import test_cells_are_short_and_only_narrate as only_narrates
from test_notebooks import test_no_outputs_are_committed as has_no_outputs
from test_notebooks import test_no_place_stands_in_a_notebook as names_no_place
from test_notebooks import test_one_cell_declares_the_parameters as declares_parameters
from thematic import cli
from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import load_index
from thematic.new_theme.offence_choice import choose
from thematic.new_theme.scaffold import NewTheme, add_theme, check_name
from thematic.params import load_params
from warehouse_drawn import ROOT, sample_workbook

CODES = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "88A")
SLUG, PREFIX, GOAL, TITLE = "child-sexual-abuse", "child_sexual_abuse", "CHILD_SEXUAL_ABUSE", "Child sexual abuse"
PERIOD, TODAY = "2021-01", date(2024, 2, 29)
PARTS = ("recorded", "rate_per_1000", "solved_pct", "suspect_identified_pct", "no_suspect_identified_pct")
PARTS += ("outcome_15_pct", "outcome_16_pct", "outcomes", "repeat_victim_pct", "characteristics_recorded_pct")


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    """The product's own params, notebooks and reference; no data."""
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Workbook(tmp_path)


def run(root: Path, capsys, monkeypatch, *words: str):
    """The command in the folder: its exit status, what it said and what it complained of."""
    monkeypatch.chdir(root)
    monkeypatch.setattr(sys, "argv", ["thematic", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return SimpleNamespace(status=ended.value.code, out=said.out, err=said.err)


@pytest.fixture
def thematic(workbook: Workbook, capsys, monkeypatch):
    return lambda *words: run(workbook.root, capsys, monkeypatch, *words)


def added(workbook: Workbook, slug: str, title: str = "", codes=(), groups=()) -> list[Path]:
    name, words = check_name(slug, title)
    return add_theme(workbook, NewTheme(name, words, choose(workbook, words, codes, groups)), TODAY)


def test_a_theme_its_ten_measures_and_its_notebook_are_written_and_pass_the_check(thematic, workbook):
    before = files_of(workbook.root)
    ran = thematic("new", SLUG, "--title", TITLE, "--offence-code", "21,22b", "--offence-code", "88A")
    assert (ran.status, ran.err) == (0, "")
    assert "  22B Sexual activity involving child under 16\n" in ran.out
    assert ran.out.endswith(f"Make its reports: make thematic {GOAL} (or: thematic build {GOAL})\n")
    after = files_of(workbook.root)
    new = {f"params/themes/{SLUG}.yaml", f"notebooks/{PREFIX}.ipynb"}
    assert set(after) - set(before) == new | {f"params/measures/{PREFIX}_{part}.yaml" for part in PARTS}
    assert {path: data for path, data in after.items() if path in before} == before
    assert thematic("check").status == 0
    theme = load_params(workbook).themes[SLUG]
    assert (theme.title, theme.goal, theme.notebook) == (TITLE, GOAL, f"{PREFIX}.ipynb")
    assert theme.selections[PREFIX].where == {"offence_code": ["21", "22B", "88A"]}
    assert set(theme.measures) == {f"{PREFIX}_{part}" for part in PARTS}


def test_the_measures_are_those_of_the_products_own_themes_but_for_their_words(workbook):
    added(workbook, "stalking")
    params = load_params(workbook)
    for part in PARTS:
        own, new = params.measures[f"rape_{part}"], params.measures[f"stalking_{part}"]
        shape = {"unit", "per", "test", "window", "polarity", "decimals", "short", "source"}
        assert new.model_dump(include=shape) == own.model_dump(include=shape), part
        count = own.model_dump(include={"numerator", "denominator"})
        assert json.loads(json.dumps(count).replace('"rape"', '"stalking"')) == new.model_dump(
            include={"numerator", "denominator"}
        )
        assert params.themes["stalking"].measures[f"stalking_{part}"] == params.themes["rape"].measures[f"rape_{part}"]
        assert "Stalking crimes" in new.title and "$" not in new.definition + new.title
        assert (new.reviewed_on, new.review_due) == (TODAY, date(2025, 2, 28))


def test_the_notebook_keeps_the_rules_of_notebooks(workbook):
    path = added(workbook, SLUG, codes=CODES)[-1]
    nbformat.validate(nbformat.read(path, as_version=4))
    for rule in (has_no_outputs, only_narrates, declares_parameters, names_no_place):
        rule(path)
    text = path.read_text(encoding="utf-8")
    assert f'open_report(\\"{SLUG}\\", period, area, audience)' in text
    assert "$" not in text
    assert "report.commentary()" in text and "report.recommendations()" in text


def test_the_same_words_write_the_same_bytes(workbook, tmp_path):
    first = [path.read_bytes() for path in added(workbook, SLUG, codes=CODES)]
    other = Workbook(tmp_path / "other")
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, other.root / folder)
    assert [path.read_bytes() for path in added(other, SLUG, codes=CODES)] == first


@pytest.mark.parametrize(
    "title",
    [
        'Say "no": #1 {x}, [y] & <b>*z*</b>',
        "Clare’s Law",
        "$prefix ${title}",
        "yes",
        "1234",
        "- a list",
        "Café ▲",
        "%s",
    ],
)
def test_any_title_stands_as_it_is_written(workbook, title):
    theme, *_, notebook = added(workbook, "odd", title, codes=["8Q"])
    assert yaml.safe_load(theme.read_text(encoding="utf-8"))["title"] == title
    params = load_params(workbook)
    assert params.themes["odd"].title == title
    assert params.measures["odd_solved_pct"].title == f"{title} crimes solved"
    nbformat.validate(nbformat.read(notebook, as_version=4))


@pytest.mark.parametrize(
    ("title", "crimes", "topic"),
    [
        ("Stalking", "Stalking crimes recorded", "on stalking:"),
        ("Knife crime", "Knife crimes recorded", "on knife crime:"),
        ("Drug offences", "Drug offences recorded", "on drug offences:"),
        ("DVPN breaches", "DVPN breaches crimes recorded", "on DVPN breaches:"),
    ],
)
def test_titles_read_well_in_sentences(workbook, title, crimes, topic):
    notebook = added(workbook, "odd", title, codes=["8Q"])[-1]
    assert load_params(workbook).measures["odd_recorded"].title == crimes
    assert topic in notebook.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("slug", "title", "codes", "groups", "where", "definition"),
    [
        ("stalking", "", [], [], ["8Q"], "Crimes with offence code 8Q recorded"),
        ("stalking-and-harassment", "", [], [], None, "in the sub-group “Stalking and harassment” recorded"),
        ("odd", "", [" 8q , 8Q", "8L"], [], ["8Q", "8L"], "Crimes with offence code 8Q or 8L recorded"),
        ("odd", "", [], ["arson", "RAPE"], None, "in the sub-group “Arson” or “Rape” recorded"),
        ("burglary", "", [], [], ..., "Crimes with one of 18 offence codes, from 28 to 31A, recorded"),
    ],
)
def test_what_a_theme_counts_stands_in_its_files(workbook, slug, title, codes, groups, where, definition):
    added(workbook, slug, title, codes, groups)
    params = load_params(workbook)
    prefix = slug.replace("-", "_")
    found = params.themes[slug].selections[prefix].where
    assert definition in params.measures[f"{prefix}_recorded"].definition
    assert set(found) == ({"offence_subgroup"} if where is None else {"offence_code"})
    if isinstance(where, list):
        assert found["offence_code"] == where


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Stalking"], "'Stalking' cannot be a theme's name: small letters"),
        (["Child Sexual_Abuse"], "Write child-sexual-abuse."),
        (["1st"], "Write st."),
        (["--", "-x"], "Write x."),
        (["a--b"], "Write a-b."),
        (["../escape"], "Write escape."),
        (["all"], "neither all nor force."),
        (["force"], "neither all nor force."),
        (["é"], "cannot be a theme's name"),
        (["x" * 61], "at most 60 characters"),
        (["x", "--title", "y" * 61], "60 characters at most"),
        (["x", "--title", "…"], "'…' cannot be a title"),
        (["x", "--title", "a\x07b"], "cannot be a title"),
        (["knife-crime"], "No offence is called 'Knife crime'. Say which the theme counts: --offence-code 19C"),
        (["x", "--offence-code", "19Z"], "--offence-code: '19Z' is not in data/reference/offences.csv. Did you mean '19"),
        (["x", "--offence-subgroup", "rapes"], "Did you mean 'Rape'?"),
        (["x", "--offence-subgroup", "zzzz"], "It lists them all."),
        (["x", "--offence-code", "8Q", "--offence-subgroup", "Rape"], "do not go together"),
        (["asb", "--offence-code", "8Q"], "params/themes/asb.yaml exists already (and 1 more of its files). Nothing was changed"),
        (["rape"], "params/themes/rape.yaml exists already (and"),
        (["da", "--offence-code", "8Q"], "params/measures/da_recorded.yaml exists already (and"),
        (["rape-2", "--title", "rape"], "'rape' is the title of rape already"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_refused_and_nothing_is_written(thematic, workbook, words, said):
    before = files_of(workbook.root)
    ran = thematic("new", *words)
    assert ran.status == 2
    assert ran.err.startswith("thematic: ") and said in ran.err, ran.err
    assert files_of(workbook.root) == before


def test_a_goal_that_is_taken_is_refused(workbook):
    path = workbook.params / "themes" / "rape.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("goal: RAPE", "goal: STALKING"), encoding="utf-8")
    with pytest.raises(ArgumentsRefused, match="STALKING is the goal of rape already"):
        added(workbook, "stalking")


def test_a_force_without_the_outcome_groups_is_told_and_nothing_is_left(thematic, workbook):
    for folder in ("themes", "measures"):
        shutil.rmtree(workbook.params / folder)
        (workbook.params / folder).mkdir()
    shutil.copy(ROOT / "params/themes/asb.yaml", workbook.params / "themes")
    for path in (ROOT / "params/measures").glob("asb_*.yaml"):
        shutil.copy(path, workbook.params / "measures")
    shutil.rmtree(workbook.params / "recommendations", ignore_errors=True)
    shutil.rmtree(workbook.params / "commentary", ignore_errors=True)
    (workbook.params / "pack.yaml").unlink(missing_ok=True)
    outcomes = workbook.params / "outcomes.yaml"
    outcomes.write_text(outcomes.read_text(encoding="utf-8").replace("  solved:", "  cleared:"), encoding="utf-8")
    before = files_of(workbook.root)
    ran = thematic("new", "stalking")
    assert ran.status == 2
    assert "The theme was not added: params/ lacks what it needs." in ran.err
    assert "'solved' is not an outcome group" in ran.err
    assert files_of(workbook.root) == before


def test_terms_that_a_force_does_not_explain_are_left_out(workbook):
    glossary = workbook.params / "glossary.yaml"
    kept = [line for line in glossary.read_text(encoding="utf-8").splitlines() if not line.startswith("  Solved:")]
    glossary.write_text("\n".join(kept), encoding="utf-8")
    for path in (workbook.params / "themes").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(" Solved,", ""), encoding="utf-8")
    added(workbook, "stalking")
    terms = load_params(workbook).themes["stalking"].glossary
    assert "Outcome" in terms and "Solved" not in terms


def recorded(crimes: pd.DataFrame, lpu: str | None) -> int:
    """A second way: rows of the codes recorded in the 12 months to January 2021 and not cancelled by their end."""
    day = crimes["recorded_on"].str[:10]
    kept = crimes[crimes["offence_code"].str.strip().isin(CODES) & day.between("2020-02-01", "2021-01-31")]
    cancelled = kept["cancelled_on"].str[:10] <= "2021-01-31"
    here = kept["lpu"].notna() if lpu is None else kept["lpu"] == lpu
    return int((here & ~cancelled).sum()) if lpu else int((~cancelled).sum())


@pytest.mark.slow
def test_a_fifth_theme_is_built_from_params_and_a_notebook_alone(tmp_path, capsys, monkeypatch):
    book = sample_workbook(tmp_path)

    def thematic(*words: str):
        return run(tmp_path, capsys, monkeypatch, *words)

    other = ("build", "ASB", "--lpu", "widnes", "--format", "csv")
    assert thematic(*other).status == 0
    words = [part for code in CODES for part in ("--offence-code", code)]
    assert thematic("new", SLUG, "--title", TITLE, *words).status == 0
    place = book.params / "commentary" / SLUG / PERIOD
    place.mkdir(parents=True)
    (place / "widnes.md").write_text("---\nauthor: Jo Smith\n---\nWords of the analyst.", encoding="utf-8")
    ran = thematic("build", GOAL, "--lpu", "force,widnes")
    assert (ran.status, ran.err) == (0, "")
    made = tmp_path / "outputs" / PERIOD / SLUG
    ends = ("csv", "html", "ipynb", "json", "pdf")
    assert set(files_of(made)) == {f"{area}.{end}" for area in ("force", "widnes") for end in ends}
    crimes = pd.read_csv(tmp_path / "data/sample/crimes.csv", dtype=str)
    for area, lpu in (("force", None), ("widnes", "Widnes")):
        figures = pd.read_csv(made / f"{area}.csv", keep_default_na=False)
        total = figures[(figures["measure"] == f"{PREFIX}_recorded") & (figures["dimension"] == "total")]
        assert float(total["value"].item()) == recorded(crimes, lpu) > 0
        assert set(figures["measure"]) == {f"{PREFIX}_{part}" for part in PARTS}
    pages = {area: (made / f"{area}.html").read_text(encoding="utf-8") for area in ("force", "widnes")}
    assert "Words of the analyst." in pages["widnes"] and "Jo Smith" in pages["widnes"]
    assert "Words of the analyst." not in pages["force"]
    assert "Nothing to do" in thematic("build", GOAL, "--lpu", "force,widnes").out
    assert "Nothing to do" in thematic(*other).out
    (place / "widnes.md").write_text("Other words.", encoding="utf-8")
    assert "1 made, 1 up to date" in thematic("build", GOAL, "--lpu", "force,widnes").out
    assert "Other words." in (made / "widnes.html").read_text(encoding="utf-8")
    assert load_index(book).slices.keys() >= {SLUG, "asb"}
    code = [path for path in (ROOT / "lib").rglob("*") if path.suffix in {".py", ".j2", ".typ", ".yaml", ".txt"}]
    assert [path for path in code if re.search(f"{SLUG}|{PREFIX}|{TITLE}", path.read_text("utf-8"))] == []
