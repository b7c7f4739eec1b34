"""`thematic new` adds a theme that can be built at once, touches nothing in lib/, and refuses what it cannot do."""

from __future__ import annotations

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
from test_notebooks import test_cells_are_short_and_only_narrate_but_for_one_function_that_draws as only_narrates
from test_notebooks import test_no_outputs_are_committed as has_no_outputs
from test_notebooks import test_no_place_stands_in_a_notebook as names_no_place
from test_notebooks import test_one_cell_declares_the_parameters as declares_parameters
from thematic import cli
from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import load_index
from thematic.new_theme import scaffold
from thematic.new_theme.choosing import choose
from thematic.new_theme.scaffold import NewTheme, add_theme
from thematic.params import load_params
from warehouse_drawn import ROOT, sample_workbook

LISTED = ("17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "88A")
CODES = (f"offence_code={','.join(LISTED)}",)
SLUG, PREFIX, GOAL = "exploitation-of-children", "exploitation_of_children", "EXPLOITATION_OF_CHILDREN"
TITLE = "Exploitation of children"
PERIOD, TODAY = "2021-01", date(2024, 2, 29)
PARTS = ("number", "rate_per_1000", "outcome_known", "outcome_solved_pct", "outcome_suspect_identified_pct")
PARTS += ("outcome_no_suspect_identified_pct", "repeat_victim_pct", "repeat_suspect_pct", "days_to_record_mean")
PARTS += ("characteristic_recorded_pct",)
DECLARED = ROOT / "tests/declared/params"


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


def proposed(workbook: Workbook, slug: str, title: str = "", table: str = "", where=(), by=()) -> NewTheme:
    return choose(load_params(workbook), slug, title, table, where, by, TODAY)


def added(workbook: Workbook, slug: str, *words, **named) -> list[Path]:
    return add_theme(workbook, proposed(workbook, slug, *words, **named), TODAY)


def read(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_a_theme_its_measures_and_its_notebook_are_written_and_pass_the_check(thematic, workbook):
    before = files_of(workbook.root)
    ran = thematic("new", SLUG, "--title", TITLE, "--table", "crimes", "--where", "offence_code=21,22b,88A")
    assert (ran.status, ran.err) == (0, "")
    assert "whose offence is 21, 22B or 88A, less those cancelled by its end." in ran.out
    assert ran.out.endswith(f"Make its reports: make thematic {GOAL} (or: thematic build {GOAL})\n")
    after = files_of(workbook.root)
    new = {f"params/themes/{SLUG}.yaml", f"notebooks/{PREFIX}.ipynb"}
    assert set(after) - set(before) == new | {f"params/measures/{PREFIX}_{part}.yaml" for part in PARTS}
    assert {path: data for path, data in after.items() if path in before} == before
    assert thematic("check").status == 0
    theme = load_params(workbook).themes[SLUG]
    assert (theme.title, theme.goal, theme.notebook) == (TITLE, GOAL, f"{PREFIX}.ipynb")
    assert theme.selections[PREFIX].where["offence_code"].values == ("21", "22B", "88A")
    assert set(theme.measures) == {f"{PREFIX}_{part}" for part in PARTS}


def test_the_measures_count_as_those_of_the_products_own_themes_do(workbook):
    added(workbook, "rape-2", "Rape anew", "crimes", ["offence_subgroup=rape"])
    params = load_params(workbook)
    own = {"number": "recorded", "rate_per_1000": "rate_per_1000", "outcome_solved_pct": "solved_pct"}
    own |= {"repeat_victim_pct": "repeat_victim_pct", "outcome_known": "outcomes"}
    for part, name in own.items():
        new, shipped = params.measures[f"rape_2_{part}"], params.measures[f"rape_{name}"]
        shape = {"unit", "window", "lag", "share", "decimals", "numerator", "denominator"}
        said = shipped.model_dump_json(include=shape).replace('"rape"', '"rape_2"')
        assert new.model_dump_json(include=shape) == said, part
        assert (new.reviewed_on, new.review_due) == (TODAY, date(2025, 2, 28))
    assert "strand" in params.themes["rape-2"].measures["rape_2_number"]


def test_the_notebook_keeps_the_rules_of_notebooks(workbook):
    path = added(workbook, SLUG, TITLE, "crimes", CODES)[-1]
    nbformat.validate(nbformat.read(path, as_version=4))
    for rule in (has_no_outputs, only_narrates, declares_parameters, names_no_place):
        rule(path)
    text = path.read_text(encoding="utf-8")
    assert f'open_report(\\"{SLUG}\\", period, area, audience)' in text
    assert "$" not in text
    for part in ("commentary", "recommendations", "reviews"):
        assert f"report.{part}()" in text


def test_the_same_words_write_the_same_bytes(workbook, tmp_path):
    first = [path.read_bytes() for path in added(workbook, SLUG, TITLE, "crimes", CODES)]
    other = Workbook(tmp_path / "other")
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, other.root / folder)
    assert [path.read_bytes() for path in added(other, SLUG, TITLE, "crimes", CODES)] == first


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
    theme, *_, notebook = added(workbook, "odd", title, "crimes", ["offence_code=8Q"])
    assert read(theme)["title"] == title
    params = load_params(workbook)
    assert params.themes["odd"].title == title
    assert title.lower() in params.measures["odd_rate_per_1000"].title.lower()
    nbformat.validate(nbformat.read(notebook, as_version=4))


@pytest.mark.parametrize(
    ("title", "table", "where", "rows"),
    [
        ("Stalking", "crimes", ["offence_code=8Q"], "stalking crimes"),
        ("Knife crime", "crimes", ["offence_code=8Q"], "knife crimes"),
        ("Violent crimes", "crimes", ["offence_code=8Q"], "violent crimes"),
        ("DVPN", "crimes", ["offence_code=8Q"], "DVPN crimes"),
        ("DVPN breaches", "crimes", ["offence_code=8Q"], "crimes under “DVPN breaches”"),
        ("What happens after an arrest", "crimes", ["domestic=Y"], "crimes under “What happens after an arrest”"),
        ("Anything", "incidents", [], "incidents"),
    ],
)
def test_what_is_counted_reads_well_in_sentences(workbook, title, table, where, rows):
    notebook = added(workbook, "odd", title, table, where)[-1]
    measures = load_params(workbook).measures
    assert measures["odd_number"].subject == f"The number of {rows}"
    assert measures["odd_rate_per_1000"].title == f"{rows[0].upper()}{rows[1:]} per 1,000 residents"
    assert f"They count {rows};" in notebook.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "where", "declared", "said"),
    [
        ("crimes", "offence_code= 8q, 8Q,8L", {"offence_code": ["8Q", "8L"]}, "whose offence is 8Q or 8L"),
        ("crimes", "offence_subgroup=arson", {"offence_subgroup": "Arson"}, "whose offence subgroup is “Arson”"),
        ("crimes", "domestic = yes", {"domestic": "Y"}, "flagged as domestic"),
        ("crimes", "domestic!=Y", {"domestic": {"not": "Y"}}, "not flagged as domestic"),
        ("crimes", "victim_age<18", {"victim_age": {"under": 18}}, "whose victim age is under 18"),
        ("crimes", "victim_age >= 65", {"victim_age": {"from": 65}}, "whose victim age is 65 or more"),
        ("crimes", "hate_strands=Race", {"hate_strands": {"has": ["race"]}}, "whose strand includes “Race”"),
        ("crimes", "outcome_code=no_suspect_identified", {"outcome_code": {"group": "no_suspect_identified"}}, None),
        ("crimes", "outcome_code=16", {"outcome_code": "16"}, "is “Suspect named, victim does not support action”"),
        ("crimes", "outcome_code=", {"outcome_code": {"filled": False}}, "whose outcome is not recorded"),
        ("crimes", "victim_ref!=", {"victim_ref": {"filled": True}}, "whose victim is recorded"),
        ("crimes", "lpu=widnes", {"lpu": "Widnes"}, "whose Local Policing Unit is Widnes"),
        ("crimes", "committed_on<2020-01-01", {"committed_on": {"under": date(2020, 1, 1)}}, "before 1 January 2020"),
        ("crimes", "weekday=monday", {"weekday": "Monday"}, "whose day recorded is “Monday”"),
        ("Protection notices", "order_breaches>0", {"order_breaches": {"over": 0}}, "whose order breaches is over 0"),
    ],
)  # fmt: skip
def test_a_condition_is_declared_as_it_is_typed_and_is_told_in_words(workbook, table, where, declared, said):
    theme, *_ = added(workbook, "odd", "", table, [where])
    assert read(theme)["selections"]["odd"]["where"] == declared
    definition = load_params(workbook).measures["odd_number"].definition
    assert said is None or said in definition, definition
    assert not any(name in definition for name in declared if "_" in name)


def test_several_conditions_must_all_hold_and_all_are_told(workbook):
    theme, *_ = added(workbook, "odd", "", "crimes", ["victim_age>=18", "victim_age<25", "domestic=Y"])
    both = {"all": [{"from": 18}, {"under": 25}]}
    assert read(theme)["selections"]["odd"]["where"] == {"victim_age": both, "domestic": "Y"}
    told = "in the window whose victim age is 18 or more and whose victim age is under 25 and flagged as domestic, less"
    assert told in load_params(workbook).measures["odd_number"].definition


def test_a_title_that_a_list_knows_is_what_is_counted(workbook):
    theme, *_ = added(workbook, "stalking-and-harassment")
    where = {"offence_subgroup": "Stalking and harassment"}
    assert read(theme)["selections"] == {"stalking_and_harassment": {"table": "crimes", "where": where}}


@pytest.fixture
def custody(workbook: Workbook) -> Workbook:
    """With two tables and two levels that no theme of the product has heard of."""
    for folder in ("tables", "areas"):
        shutil.copytree(DECLARED / folder, workbook.params / folder, dirs_exist_ok=True)
    return workbook


def test_any_table_gives_the_figures_that_its_columns_can_give(custody, thematic):
    added(custody, "suites", "", "custody")
    assert thematic("check").status == 0
    params = load_params(custody)
    measures = params.themes["suites"].measures
    units = {name.removeprefix("suites_"): params.measures[name].unit for name in measures}
    assert units == {
        "number": "count",
        "rate_per_1000": "per_1000",
        "reason_court_pct": "percent",
        "disposal_known": "count",
        "disposal_charged_pct": "percent",
        "repeat_person_pct": "percent",
        "minutes_held_mean": "mean",
        "night_minutes_mean": "mean",
        "minutes_to_review_mean": "mean",
        "minutes_to_adult_mean": "mean",
        "known_recorded_pct": "percent",
    }
    assert {"weekday", "hour", "reason", "risk", "searched", "lpu", "ward"} <= set(measures["suites_number"])
    personal = {"ethnicity", "age_band", "reason_by_ethnicity"}
    assert not personal & set(measures["suites_number"])
    assert params.measures["suites_reason_court_pct"].numerator.dated is None
    assert params.measures["suites_disposal_charged_pct"].numerator.dated == "released_at"
    minutes = params.measures["suites_minutes_held_mean"].definition
    assert "the minutes from “when the person arrived at the suite” to “when the person left the suite" in minutes


def test_definitions_have_the_first_sentence_of_what_a_column_means(custody):
    path = custody.params / "tables" / "custody.yaml"
    said = path.read_text(encoding="utf-8")
    assert "When the person arrived at the suite" in said
    meaning = "When the person arrived at the suite. Earlier than 2019 it is a guess."
    declared = read(path)
    declared["columns"]["arrived_at"]["meaning"] = meaning
    path.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    added(custody, "suites", "", "custody")
    minutes = load_params(custody).measures["suites_minutes_held_mean"].definition
    assert "“when the person arrived at the suite”" in minutes and "guess" not in minutes


def test_only_breakdowns_by_size_are_cut_and_only_what_has_points_is_mapped(custody, workbook):
    def calls(slug: str, table: str) -> list[str]:
        cells = nbformat.read(added(custody, slug, "", table)[-1], as_version=4).cells
        return [cell.source for cell in cells]

    crimes, suites = calls("offences", "crimes"), calls("suites", "custody")
    assert 'report.breakdown("offences_number", by="offence", top=6)' in crimes
    assert 'report.breakdown("offences_number", by="weekday")' in crimes
    assert 'report.breakdown("suites_number", by="hour")' in suites
    assert 'report.hotspots("offences_number")' in crimes
    (drawn,) = [cell for cell in suites if "report.chart(" in cell]
    assert drawn.startswith('rates = report.table("suites_rate_per_1000", by=["lpu", "force"])')
    assert not [call for call in suites if call.startswith("report.hotspots")]


def test_breakdowns_asked_for_are_those_and_a_rate_takes_its_own_people(custody):
    added(custody, "suites", "", "custody", [], ["ethnicity,hour", "reason_by_ethnicity"])
    measures = load_params(custody).themes["suites"].measures
    assert measures["suites_number"][-3:] == ("ethnicity", "hour", "reason_by_ethnicity")
    assert "ethnicity" in measures["suites_rate_per_1000"] and "hour" not in measures["suites_rate_per_1000"]


def test_a_table_of_aggregates_is_added_up(custody, thematic):
    added(custody, "hours", "", "hours")
    assert thematic("check").status == 0
    params = load_params(custody)
    theme = params.themes["hours"]
    assert set(theme.measures) == {f"hours_{part}" for part in ("rostered", "worked", "sick", "variance")}
    assert params.measures["hours_worked"].numerator.sum == "worked"
    assert params.measures["hours_worked"].title == "Staff hours: hours worked"
    assert "staff_group" in theme.measures["hours_worked"]
    assert theme.areas is not None and "ward" not in theme.areas


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
        (["knife-crime"], "Nothing is called 'Knife crime'. Say which table it counts: collisions (one road"),
        (["x", "--where", "domestic=Y"], "--table: not given. Say which table it counts: collisions (one road"),
        (["x", "--table", "crime"], "--table: there is no table 'crime'. Did you mean 'crimes'?"),
        (["x", "--table", "crimes", "--where", "domestic"], "'domestic' is not a condition. Write column=value"),
        (["x", "--table", "crimes", "--where", "victim_ages<18"], "crimes have no column 'victim_ages'. Did you mean"),
        (["x", "--table", "crimes", "--where", "domestic=maybe"], "Write domestic=Y or domestic=N."),
        (["x", "--table", "crimes", "--where", "domestic>1"], "'domestic' holds neither numbers nor dates."),
        (["x", "--table", "crimes", "--where", "victim_age<ten"], "'ten' is not a number"),
        (["x", "--table", "crimes", "--where", "recorded_on>1/1/20"], "'1/1/20' is not a day"),
        (["x", "--table", "crimes", "--where", "offence_code=19Z"], "'19Z' is not a value of offence_code. Did you mean"),
        (["x", "--table", "crimes", "--where", "offence_subgroup=rapes"], "Did you mean 'Rape'?"),
        (["x", "--table", "crimes", "--where", "offence_code=zzzz"], "data/reference/offences.csv lists them all."),
        (["x", "--table", "crimes", "--by", "weekdays"], "crimes have no breakdown 'weekdays'. Did you mean 'weekday'?"),
        (["asb", "--table", "incidents"], "params/themes/asb.yaml exists already (and 2 more of its files). Nothing"),
        (["rape"], "params/themes/rape.yaml exists already (and"),
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
        added(workbook, "stalking", "", "crimes")


def test_where_params_are_not_well_afterwards_nothing_is_left(thematic, workbook, monkeypatch):
    before = files_of(workbook.root)
    monkeypatch.setattr(scaffold, "read_notebooks", lambda *_: load_params(Workbook(workbook.root / "nowhere")))
    ran = thematic("new", "stalking", "--table", "crimes")
    assert ran.status == 2
    assert "The theme was not added: params/ lacks what it needs." in ran.err
    assert files_of(workbook.root) == before


def test_terms_that_a_force_does_not_explain_are_left_out(workbook):
    glossary = workbook.params / "glossary.yaml"
    kept = [line for line in glossary.read_text(encoding="utf-8").splitlines() if not line.startswith("  Solved:")]
    glossary.write_text("\n".join(kept), encoding="utf-8")
    for path in (workbook.params / "themes").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(" Solved,", ""), encoding="utf-8")
    added(workbook, "stalking", "", "crimes")
    terms = load_params(workbook).themes["stalking"].glossary
    assert "Outcome" in terms and "Solved" not in terms


def recorded(crimes: pd.DataFrame, lpu: str | None) -> int:
    """A second way: rows of the codes recorded in the 12 months to January 2021 and not cancelled by their end."""
    day = crimes["recorded_on"].str[:10]
    kept = crimes[crimes["offence_code"].str.strip().isin(LISTED) & day.between("2020-02-01", "2021-01-31")]
    cancelled = kept["cancelled_on"].str[:10] <= "2021-01-31"
    here = kept["lpu"].notna() if lpu is None else kept["lpu"].str.strip().str.casefold() == lpu.casefold()
    return int((here & ~cancelled).sum()) if lpu else int((~cancelled).sum())


@pytest.mark.proof
def test_another_theme_is_built_from_params_and_a_notebook_alone(tmp_path, capsys, monkeypatch):
    book = sample_workbook(tmp_path)

    def thematic(*words: str):
        return run(tmp_path, capsys, monkeypatch, *words)

    other = ("build", "ASB", "--area", "widnes", "--format", "csv")
    assert thematic(*other).status == 0
    assert thematic("new", SLUG, "--title", TITLE, "--table", "crimes", "--where", *CODES).status == 0
    place = book.params / "commentary" / SLUG / PERIOD
    place.mkdir(parents=True)
    (place / "widnes.md").write_text("---\nauthor: Jo Smith\n---\nWords of the analyst.", encoding="utf-8")
    ran = thematic("build", GOAL, "--area", "force,widnes")
    assert (ran.status, ran.err) == (0, "")
    unwritten = f"notebooks/{PREFIX}.ipynb: Background and For consideration still have the text that thematic new put"
    assert [line for line in ran.out.splitlines() if unwritten in line] == ran.out.splitlines()[-1:]
    assert unwritten in (tmp_path / "outputs/build.log").read_text(encoding="utf-8")
    made = tmp_path / "outputs" / PERIOD / SLUG
    ends = ("csv", "html", "ipynb", "json", "pdf")
    assert set(files_of(made)) == {f"{area}.{end}" for area in ("force", "widnes") for end in ends}
    crimes = pd.read_csv(tmp_path / "data/sample/crimes.csv", dtype=str)
    for area, lpu in (("force", None), ("widnes", "Widnes")):
        figures = pd.read_csv(made / f"{area}.csv", keep_default_na=False)
        total = figures[(figures["measure"] == f"{PREFIX}_number") & (figures["dimension"] == "total")]
        assert float(total["value"].item()) == recorded(crimes, lpu) > 0
        assert set(figures["measure"]) == {f"{PREFIX}_{part}" for part in PARTS}
    pages = {area: (made / f"{area}.html").read_text(encoding="utf-8") for area in ("force", "widnes")}
    assert "Words of the analyst." in pages["widnes"] and "Jo Smith" in pages["widnes"]
    assert "Words of the analyst." not in pages["force"]
    assert "Nothing to do" in thematic("build", GOAL, "--area", "force,widnes").out
    assert "Nothing to do" in thematic(*other).out
    (place / "widnes.md").write_text("Other words.", encoding="utf-8")
    assert "1 made, 1 up to date" in thematic("build", GOAL, "--area", "force,widnes").out
    assert "Other words." in (made / "widnes.html").read_text(encoding="utf-8")
    assert load_index(book).slices.keys() >= {SLUG, "asb"}
    code = [path for path in (ROOT / "lib").rglob("*") if path.suffix in {".py", ".j2", ".typ", ".yaml", ".txt"}]
    assert [path for path in code if re.search(f"{SLUG}|{PREFIX}|{TITLE}", path.read_text("utf-8"))] == []
