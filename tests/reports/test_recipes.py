"""A recipe is a cell: printed, it is run as it is, and draws the numbers of the built-in chart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from thematic.charts.drawn import drawn_in
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, DisplayTable, Value
from thematic.measures.figures import Figures
from thematic.params.themes import TOTAL
from thematic.report import Report
from thematic.report.recipes import RECIPES
from thematic.report.titles import of_measures
from warehouse_drawn import DrawnCubes, few_measures, report_data, theme_cubes, typed

PERIOD, THEME = "2021-01", "domestic-abuse"
UNITS = ("Widnes", "Runcorn", "Crewe")
PARTS = ("da_solved_pct", "da_outcome_16_pct")
MEASURES = {
    "da_recorded": ("total", "month", "lpu", "offence"), "da_outcomes": ("total",),
    "da_solved_pct": ("total", "rolling"), "da_outcome_16_pct": ("total",), "da_rate_per_1000": ("total", "lpu"),
}  # fmt: skip
ASKED: dict[str, tuple[tuple[str, ...], str]] = {
    "months": (("da_recorded",), ""),
    "rolling": (("da_solved_pct",), ""),
    "rates": (("da_rate_per_1000",), ""),
    "parts": (("da_outcomes", *PARTS), ""),
    "breakdown": (("da_recorded",), "offence"),
    "changes": (PARTS, ""),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Three years of crimes in three units, two thirds of them with an outcome."""
    rows: list[dict[str, Any]] = [
        {"recorded_on": f"{year}-{month:02d}-05", "lpu": UNITS[number % 3], "domestic": "Y",
         "offence_code": ("8N", "105A")[number % 2], "offence_title": f"Assault {number % 2}",
         **({"outcome_code": ("1", "16")[number % 3], "outcome_on": f"{year}-{month:02d}-20"} if number % 3 < 2 else {})}
        for year in (2018, 2019, 2020) for month in range(1, 13) for number in range(60 + month * (year - 2017))
    ]  # fmt: skip
    params = replace(
        few_measures(), themes={THEME: few_measures().themes[THEME].model_copy(update={"measures": MEASURES})}
    )
    tables = {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}
    drawn: DrawnCubes = theme_cubes(tmp_path_factory.mktemp("drawn"), THEME, tables, params=params, history="2018-01")
    return Report(report_data(drawn, PERIOD))


def shown(found: Any) -> Chart:
    assert isinstance(found, Chart)
    return found


def printed(report: Report, capsys: pytest.CaptureFixture[str], name: str) -> str:
    measures, by = ASKED[name]
    report.recipe(name, *measures, by=by)
    return capsys.readouterr().out


def built_in(report: Report, name: str) -> list[list[Any]]:
    """The rows of numbers behind the built-in chart, or of the built-in table."""
    measures, by = ASKED[name]
    found = report.breakdown(*measures, by=by) if by else getattr(report, name)(*measures)
    table = found.table if isinstance(found, Chart) else found
    assert isinstance(table, DisplayTable)
    return [[cell.value if isinstance(cell, Value) else cell for cell in row] for row in table.rows]


class Kept(dict[str, Any]):
    """Stands in the report's place, and keeps what a cell asks of report.chart."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __getattr__(self, name: str) -> Any:
        return getattr(self.report, name)

    def chart(self, draw: Any, **asked: Any) -> Any:
        self.update(asked, draw=draw)
        return self.report.chart(draw, **asked)


def drawn_by(cell: str, report: Report) -> frozenset[float]:
    """The numbers at which a cell draws."""
    kept = Kept(report)
    exec(cell, {"report": kept})  # noqa: S102 - the recipe is our own
    figure, axes = plt.subplots()
    kept["draw"](axes)
    plt.close(figure)
    return drawn_in(figure).numbers


@pytest.mark.parametrize("name", [each for each in ASKED if each != "changes"])
def test_a_recipe_run_as_printed_draws_the_built_in_chart_s_numbers(
    report: Report, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    found = {round(each, 6) for each in drawn_by(printed(report, capsys, name), report)}
    rows = [row for row in built_in(report, name) if row[0] != "All others"]
    column = 2 if name == "breakdown" else 1
    numbers = {round(row[column], 6) for row in rows if isinstance(row[column], int | float)}
    assert len(numbers) > 1
    assert numbers <= found


def test_changes_draw_this_year_and_the_year_before(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    now = report.table(list(PARTS))
    assert drawn_by(printed(report, capsys, "changes"), report) >= {*now["value"], *now["previous_value"]}


def test_a_cell_reads_as_one_writes_it(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(report, capsys, "months")
    assert said.startswith(
        'import seaborn as sns\n\nmeasure = "da_recorded"\nmonths = report.table(measure, by="month")\n'
    )
    assert "\n\n\ndef draw(ax):\n    grey" in said
    assert "report.chart(draw, title=title, alt=alt, data=months)\n" in said
    assert set(ASKED) == set(RECIPES)


@pytest.mark.parametrize(
    ("asked", "by", "said"),
    [
        (("month", "da_recorded"), "", "There is no recipe for 'month'. Did you mean 'months'?"),
        (("months",), "", r"report.recipe\('months', ...\) needs one measure, such as"),
        (("months", *PARTS), "", "needs one measure, such as"),
        (("changes",), "", "needs measures, such as"),
        (("breakdown", "da_recorded"), "", "needs a breakdown of the measure, such as"),
        (("months", "da_recordd"), "", "There is no measure 'da_recordd' in the theme. Did you mean 'da_recorded'?"),
    ],
)
def test_what_cannot_be_printed_is_refused(report: Report, asked: tuple[str, ...], by: str, said: str) -> None:
    with pytest.raises(ArgumentsRefused, match=said):
        report.recipe(*asked, by=by)


def test_a_headline_says_what_happened(report: Report) -> None:
    assert report.headline("da_recorded") == "Recorded domestic abuse was 891 in the year, after 877: no clear change"
    months = report.table("da_recorded", by="month").tail(12)
    furthest = (months["value"] - months["previous_value"]).abs().max()
    found = re.fullmatch(
        r"Recorded domestic abuse was furthest from the year before in (.+): ([\d,]+) after ([\d,]+)",
        report.headline("da_recorded", by="month"),
    )
    assert found is not None
    named = months[months["label"] == found[1]].iloc[0]
    assert (int(found[2]), int(found[3])) == (named["value"], named["previous_value"])
    assert abs(named["value"] - named["previous_value"]) == furthest
    of_places = report.headline("da_rate_per_1000", by="lpu")
    assert of_places.endswith(" have rates clearly above the force’s of 0.8")
    assert shown(report.rates("da_rate_per_1000")).title == of_places + "3", "as many decimals as tell the bars apart"


def test_a_headline_of_several_names_those_that_changed_significantly(report: Report) -> None:
    def headline(*changes: float | None) -> str:
        rows = [
            replace(report.figures.one(name), significant=None if change is None else bool(change), change=change)
            for name, change in zip(names, changes, strict=True)
        ]
        return of_measures(report.data, Figures(rows), names, TOTAL)

    names = ["da_recorded", *PARTS]
    assert headline(0.0, 0.0, None) == "Recorded, solved and outcome 16: each change could be chance"
    assert headline(None, None, None) == "Recorded, solved and outcome 16"
    values = [report.table(name)["printed"][0] for name in names]
    assert headline(0.0, 2.5, None) == f"Solved rose to {values[1]}, a significant change"
    two = f"Solved rose to {values[1]} and outcome 16 fell to {values[2]}, both significant"
    assert headline(0.0, 2.5, -1.0) == two
    assert headline(2.0, 2.5, -1.0) == "3 of these 3 changed significantly", "longer than a title may be"


def test_why_something_is_not_available_is_said_only_where_it_is_drawn(report: Report) -> None:
    rates = report.table("da_rate_per_1000", by="lpu")
    known = rates.dropna(subset="value")
    assert len(known) < len(rates)

    def draw(ax: Any) -> None:
        ax.barh(known["label"], known["value"])

    whole, some = (report.chart(draw, title="T", alt="A", data=each) for each in (rates, known))
    assert isinstance(whole, Chart)
    assert isinstance(some, Chart)
    assert any(note.startswith("[x]") for note in whole.notes)
    assert not any(note.startswith("[x]") for note in some.notes)


@pytest.mark.parametrize(
    ("names", "by", "said"),
    [
        ((), "total", "report.headline needs a measure"),
        (("da_recordd",), "total", "There is no measure 'da_recordd'"),
        (("da_recorded",), "offence", "by='offence' is not one of \"month\""),
        (PARTS, "lpu", "has no figures by 'lpu'"),
    ],
)
def test_what_has_no_headline_is_refused(report: Report, names: tuple[str, ...], by: str, said: str) -> None:
    with pytest.raises(ArgumentsRefused, match=said):
        report.headline(*names, by=by)
