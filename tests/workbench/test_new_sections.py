"""`thematic new` lets the sections of a theme's notebook be chosen, and what nobody has written in it is named."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import pytest

from drawn import edition, files_of
from thematic import cli
from thematic.build.build import Outcome
from thematic.build.progress import summary
from thematic.core.workbook import Workbook
from thematic.execution.batch import Result
from thematic.new_theme.choosing import choose
from thematic.new_theme.scaffold import theme_files
from thematic.new_theme.sections import offered, with_sections
from thematic.outputs.unfinished import PLACEHOLDERS, unfinished_lines
from thematic.params import Params, load_params
from warehouse_drawn import ROOT

TODAY = date(2024, 2, 29)
SIGN = {
    "background": "## Background",
    "months": "report.months(",
    "breakdowns": "report.breakdown('new_number'",
    "groups": "report.at_a_glance('outcome_code_groups')",
    "times": "### Times",
    "places": "report.by_place('lpu', 'new_number'",
    "chart": "report.chart(",
    "map": "report.hotspots(",
    "consideration": "## For consideration",
    "funnel": "report.funnel(",
    "repeats": "report.by_place('lpu', 'new_repeat_victim_pct'",
    "recorded": "report.breakdown('new_characteristic_recorded_pct'",
}
"""What each section alone brings into the notebook of a theme of crimes."""
NAMES = [*SIGN]
MEASURES = {
    "groups": {"outcome_known", "outcome_solved_pct", "outcome_suspect_identified_pct"}
    | {"outcome_no_suspect_identified_pct"},
    "times": {"days_to_record_mean"},
    "repeats": {"repeat_victim_pct", "repeat_suspect_pct"},
    "recorded": {"characteristic_recorded_pct"},
}
ALWAYS = ("## Main points", "report.commentary()", "## At a glance", "## Data quality", "## Method", "## Glossary")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The product's own params, notebooks and reference; no data."""
    root = tmp_path_factory.mktemp("workbook")
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, root / folder)
    return Workbook(root)


@pytest.fixture(scope="module")
def params(workbook: Workbook) -> Params:
    return load_params(workbook)


@pytest.fixture
def thematic(workbook: Workbook, capsys, monkeypatch):
    """The command in the workbook: its exit status, what it said and what it complained of."""

    def run(*words: str) -> SimpleNamespace:
        monkeypatch.chdir(workbook.root)
        monkeypatch.setattr(sys, "argv", ["thematic", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return SimpleNamespace(status=ended.value.code, out=said.out, err=said.err)

    return run


def files(workbook: Workbook, params: Params, sections: str, table: str = "crimes") -> dict[str, str]:
    """The files of a new theme with these sections, by name."""
    theme = choose(params, "new", "", table, (), (), TODAY)
    theme = replace(theme, subject=with_sections(theme.subject, sections))
    return {path.name: data.decode() for path, data in theme_files(workbook, theme, TODAY).items()}


def text_of(notebook: str) -> str:
    return "\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"]).replace('"', "'")


@pytest.mark.parametrize("name", NAMES)
def test_a_section_brings_its_cells_and_the_measures_that_it_shows(workbook, params, name):
    made = files(workbook, params, name)
    text = text_of(made["new.ipynb"])
    assert [each for each, sign in SIGN.items() if sign in text] == [name]
    assert all(part in text for part in ALWAYS)
    measures = {file.removeprefix("new_").removesuffix(".yaml") for file in made if file.startswith("new_")}
    assert measures == {"number", "rate_per_1000"} | MEASURES.get(name, set())
    assert ("hotspots:" in made["new.yaml"]) == (name == "map")


def test_a_heading_stands_only_over_something(workbook, params):
    for names in ("background", "funnel", "map", "recorded,times"):
        lines = text_of(files(workbook, params, names)["new.ipynb"]).splitlines()
        headings = [pair for pair in pairwise(lines) if pair[0].startswith("#")]
        bare = [
            (line, after)
            for line, after in headings
            if after.startswith("#" * 2) and line.count("#") >= after.count("#")
        ]
        assert bare == [], names


def test_all_sections_in_any_order_are_as_none_said_and_blanks_and_repeats_do_no_harm(workbook, params):
    assert files(workbook, params, ",".join(NAMES[::-1])) == files(workbook, params, "")
    assert files(workbook, params, " Months,, MONTHS ,") == files(workbook, params, "months")


def test_a_table_offers_what_it_can_feed(params):
    found = {table: list(offered(choose(params, "new", "", table, (), (), TODAY).subject)) for table in params.tables}
    assert found["crimes"] == NAMES
    assert found["sickness_hours"] == ["background", "months", "breakdowns", "consideration"]
    assert all(set(names) >= {"background", "months", "consideration"} for names in found.values())


def test_list_says_what_each_section_is_and_writes_nothing(thematic, workbook):
    before = files_of(workbook.root)
    ran = thematic("new", "newer", "--table", "crimes", "--sections", "LIST")
    head, *lines, always, nothing = ran.out.splitlines()
    assert (ran.status, head, nothing) == (0, "Newer can have these sections:", "Nothing was written.")
    assert [line.split()[0] for line in lines] == NAMES and "Main points" in always
    assert lines[2] == "  breakdowns     Each number in tables by offence, crime type, strand, day recorded"
    assert files_of(workbook.root) == before


@pytest.mark.parametrize(
    ("table", "sections", "said"),
    [
        ("crimes", "maps", "--sections: there is no section 'maps'. Did you mean 'map'? The theme can have: background,"),
        ("crimes", "months, zebra", "--sections: there is no section 'zebra'. The theme can have: background, months,"),
        ("crimes", "months,list", "there is no section 'list'. The theme can have: background, months, breakdowns,"),
        ("surveys", "map", "--sections: the theme cannot have 'map', for the table surveys has no longitude and latitude."),
        ("sickness_hours", "groups,months", "cannot have 'groups', for the table sickness_hours has no code with groups."),
    ],
)  # fmt: skip
def test_another_section_is_refused_with_those_there_are(thematic, workbook, table, sections, said):
    before = files_of(workbook.root)
    ran = thematic("new", "newer", "--table", table, "--sections", sections)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("thematic: ") and said in ran.err, ran.err
    assert ran.err.endswith("What each is: --sections list.\n")
    assert files_of(workbook.root) == before


WRITE = "Write in its place why the subject matters, how it is recorded and what the board is to decide."


def test_what_nobody_has_written_is_named_until_somebody_does(thematic, workbook):
    assert "Warning: notebooks/" not in thematic("check").out
    ran = thematic("new", "newer", "--table", "crimes", "--sections", "background,months,consideration")
    assert "Sections: background, months, consideration. Left out: breakdowns, groups, times" in ran.out
    said = "notebooks/newer.ipynb: Background and For consideration still have the text that thematic new put there."
    checked = thematic("check")
    assert checked.status == 0 and f"Warning: {said} {WRITE}\n" in checked.out
    path = workbook.notebooks / "newer.ipynb"
    path.write_text(path.read_text("utf-8").replace("The figures are of what was", "Stalking harms. What was"), "utf-8")
    assert "newer.ipynb: For consideration still has the text" in thematic("check").out
    path.write_text(path.read_text("utf-8").replace("That the report be noted", "That the plan be agreed"), "utf-8")
    assert "notebooks/newer.ipynb" not in thematic("check").out


def notebook(*cells: str) -> dict[str, bytes]:
    """A notebook of these cells, those that begin with a # being text."""
    kinds = [("markdown" if cell.startswith("#") else "code", cell) for cell in cells]
    made = [{"cell_type": kind, "source": cell.splitlines(keepends=True)} for kind, cell in kinds]
    return {"own.ipynb": json.dumps({"cells": made}).encode()}


@pytest.mark.parametrize(
    ("cells", "headings"),
    [
        (["## Why", f"# Deep\n\nWords.\n\n{PLACEHOLDERS['background']}"], "Deep still has"),
        ([f"### Straight below ###\n{PLACEHOLDERS['consideration']}"], "Straight below still has"),
        ([f"# A\n\n{PLACEHOLDERS['background']}\n\n## B\n\n{PLACEHOLDERS['consideration']}"], "A and B still have"),
        ([f"# Twice\n\n{PLACEHOLDERS['background']}\n\n{PLACEHOLDERS['background']}"], "Twice still has"),
        (["# Broken\n\n" + PLACEHOLDERS["background"].replace("happened, so", "happened,\nso  ")], "Broken still has"),
        ([f"# More\n\n{PLACEHOLDERS['background']} And more."], None),
        ([f"text = '''\n# A\n\n{PLACEHOLDERS['background']}\n\n'''"], None),
    ],
)
def test_a_placeholder_is_a_paragraph_as_it_was_put_there(cells, headings):
    lines = list(unfinished_lines(notebook(*cells)))
    assert [
        line for line in lines if headings is None or not line.startswith(f"notebooks/own.ipynb: {headings} the")
    ] == []
    assert len(lines) == (headings is not None)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('report.recipe("months", "da_recorded")', 'report.recipe("months", "da_recorded")'),
        ('x = 1\nif x:\n    theirs.recipe(\n        "months", "a"\n    )', "theirs.recipe("),
        ("%matplotlib inline\nreport.months??\nreport.recipe('rates', 'a')", "report.recipe('rates', 'a')"),
        ("open_report('a', period, area).recipe('rates', 'a')", "open_report('a', period, area).recipe('rates', 'a')"),
        (f"report.recipe({'a' * 60})", f"report.recipe({'a' * 45}…"),
        ("# report.recipe('months', 'a')\n1", None),
        ("\"report.recipe('months', 'a')\"", None),
        ("report.recipe", None),
        ("report.recipe(", None),
    ],
)
def test_a_cell_that_prints_the_code_of_a_chart_is_named_with_its_number(cell, shown):
    told = (
        f"notebooks/own.ipynb, cell 3 (`{shown}`): a report shows the code that this prints. Copy the code into a new "
    )
    lines = list(unfinished_lines(notebook("# Text", "1", cell.replace("# report", "0  # report"), "2")))
    assert lines == ([f"{told}cell, and delete this one."] if shown else [])


def test_no_notebook_of_the_product_has_any(params):
    paths = [ROOT / "notebooks" / theme.notebook for theme in params.themes.values()]
    assert list(unfinished_lines({path.name: path.read_bytes() for path in paths})) == []


@pytest.mark.parametrize("results", [(), (Result(edition("force"), None, 1.0),)])
def test_a_build_says_so_whether_or_not_it_makes_something(tmp_path, results):
    outcome = Outcome(tmp_path, (), results, None, "", 1.0, unfinished=("notebooks/own.ipynb: words",))
    assert summary(outcome, "outputs", None)[-1] == "notebooks/own.ipynb: words"
