"""The chart of a count's months in a report: its band, what is marked, and the sentence, the table and the notes that
say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from months_expected import STEP, months_expected
from thematic.core.periods import Month
from thematic.displays import Chart
from thematic.measures.figures import Figures
from thematic.params import Params
from thematic.params.declared import Audience
from thematic.report import drawings
from warehouse_drawn import drawn, figures, own_params, report_data, theme_cubes

DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury"}
DA |= {"local_authority": "Halton", "offence_subgroup": "Violence with injury"}
LAST = "2021-01"
THEME, COUNT, SHARE = "domestic-abuse", "da_recorded", "da_solved_pct"
HIGH = [*STEP[:31], 99, 104, 97, 102, 180]
WITH_ONE_OF_3 = [*STEP[:20], 3, *STEP[21:]]
TOO_SHORT = "There is no band of what is expected: it needs 12 months in a row with at least 1 a month on average."


@dataclass(frozen=True)
class Shown:
    """A drawn report's chart of months and the figures it rests on."""

    figures: Figures
    chart: Chart
    said: str

    @property
    def notes(self) -> str:
        return " ".join([*self.chart.key, *self.chart.notes])

    def rows(self) -> list[dict[str, str]]:
        labels = [column.label for column in self.chart.table.columns]
        return [dict(zip(labels, row, strict=True)) for row in self.chart.table.texts]


def _with_months() -> Params:
    """The product's params with a percentage by month too."""
    own = own_params()
    measures = own.themes[THEME].measures
    theme = own.themes[THEME].model_copy(update={"measures": {**measures, SHARE: (*measures[SHARE], "month")}})
    return replace(own, themes={THEME: theme})


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory):
    """Reports on a force of which the data hold so many crimes in each month up to January 2021, and no more months."""
    made: dict[tuple[int, ...], object] = {}

    def of(counts: Sequence[int], audience: Audience = "internal", name: str = COUNT) -> Shown:
        first = Month.parse(LAST) - (len(counts) - 1)
        if (key := tuple(counts)) not in made:
            rows = [f"{first + place}-05 | Widnes" for place, many in enumerate(counts) for _ in range(many)]
            crimes = drawn("crimes", "\n".join(["recorded_on | lpu", *rows]), **DA)
            folder: Path = tmp_path_factory.mktemp("months")
            tables, history = {"crimes": crimes}, str(first)
            made[key] = theme_cubes(folder, THEME, tables, params=_with_months(), history=history, latest=LAST)
        cubes = made[key]
        found = figures(cubes, LAST, audience=audience)  # type: ignore[arg-type]
        chart = drawings.months(report_data(cubes, LAST, "force", audience), found, name)  # type: ignore[arg-type]
        assert isinstance(chart, Chart)
        return Shown(found, chart, drawings.said(report_data(cubes, LAST, "force", audience), found, name))  # type: ignore[arg-type]

    return of


def test_a_step_is_a_run_whose_first_month_is_named_everywhere(shown) -> None:
    found = shown(STEP)
    assert found.said == (
        "Recorded domestic abuse rose by 22.8% to 1,481 in the 12 months to January 2021, a statistically significant "
        "change, and since September 2020 it has been higher than expected (784 against 502)."
    )
    assert found.chart.title == "Recorded domestic abuse rose significantly by 22.8% to 1,481 in the year"
    assert found.chart.alt.endswith("Higher than expected from September 2020 to January 2021.")
    assert "Higher than expected from September 2020 to January 2021, unfavourable" not in found.chart.svg, (
        "no polarity"
    )
    assert "Higher than expected from September 2020 to January 2021" in found.chart.svg
    assert [row["Month"] for row in found.rows() if "Run above" in row["Stood out"]] == [
        *("September 2020", "October 2020", "November 2020", "December 2020", "January 2021")
    ]
    assert "A broad line marks a run" in found.notes


def test_a_single_month_is_marked_and_named_with_what_was_expected_of_it(shown) -> None:
    found = shown(HIGH)
    assert found.said.endswith("which could be chance; January itself stood out (180; up to 141 expected).")
    assert found.chart.title.endswith("in the year, which could be chance")
    assert found.chart.alt.endswith("Above what is expected: January 2021.")
    assert found.rows()[-1] | {"Change on the year before": ""} == {
        "Month": "January 2021",
        "Domestic abuse crimes recorded": "180",
        "Change on the year before": "",
        "Expected": "103",
        "Limits": "69 to 141",
        "Stood out": "Above",
    }
    assert {row["Stood out"] for row in found.rows()[:-1]} == {"No"}


@pytest.mark.parametrize("audience", ["internal", "public"])
@pytest.mark.parametrize("counts", [STEP, HIGH], ids=["step", "high"])
def test_the_table_marks_a_month_if_and_only_if_its_count_lies_outside_its_limits(shown, counts, audience) -> None:
    for row in shown(counts, audience).rows():
        least, most = (int(end) for end in row["Limits"].split(" to "))
        count = int(row["Domestic abuse crimes recorded"])
        said = row["Stood out"].split(", ")
        assert ("Above" in said, "Below" in said) == (count > most, count < least), row


def test_where_nothing_stands_out_the_words_say_so_and_the_sentence_has_no_clause(shown) -> None:
    found = shown(STEP[:31])
    assert found.chart.alt.endswith("No month or run of months stands out.")
    assert "expected" not in found.said


@pytest.mark.parametrize(("months", "band"), [(11, False), (12, True)])
def test_under_12_months_there_is_no_band_and_the_note_says_why(shown, months: int, band: bool) -> None:
    found = shown(STEP[-months:])
    assert ("limit" in found.chart.svg) is band
    assert (len(found.chart.table.columns) == 6) is band
    assert (TOO_SHORT in found.notes) is not band
    assert (COUNT in found.figures.charts) is band


@pytest.mark.parametrize(("months", "season"), [(23, False), (24, True)])
def test_under_24_months_the_note_says_that_no_season_is_allowed_for_and_there_is_no_run(
    shown, months: int, season: bool
) -> None:
    found = shown(STEP[-months:])
    assert ("no season can be allowed for" in found.notes) is not season
    assert ("the time of year and slow growth" in found.notes) is season
    assert ("than expected from" in found.chart.alt) is season
    if not season:
        assert "no run can be found" in found.notes


def test_under_one_a_month_there_is_no_band(shown) -> None:
    found = shown([1, 0, 0] * 12)
    assert TOO_SHORT in found.notes and "limit" not in found.chart.svg


def test_the_public_band_rests_on_released_months_alone(shown) -> None:
    found = shown(STEP, "public")
    released = [row.value for row in found.figures.of(COUNT, "month")]
    assert all(value % 5 == 0 for value in released)
    assert found.figures.charts[COUNT] == months_expected(released, LAST)
    assert "since September 2020 it has been higher than expected" in found.said


def test_few_a_month_leave_the_public_without_a_band_and_the_note_says_why(shown) -> None:
    few = [count // 3 for count in STEP]
    public, internal = shown(few, "public"), shown(few)
    assert "limit" in internal.chart.svg
    assert COUNT not in public.figures.charts
    assert "limit" not in public.chart.svg and len(public.chart.table.columns) == 3
    assert "expected" not in public.said + public.chart.alt
    assert "There is no band of what is expected: the printed months are too few." in public.notes
    assert TOO_SHORT not in public.notes


def test_the_chart_rests_on_up_to_48_months_and_shows_36(shown) -> None:
    counts = [*STEP[:12], *STEP]
    found = shown(counts)
    assert found.figures.charts[COUNT] == months_expected(counts, LAST)
    assert len(found.figures.charts[COUNT].months) == 48
    assert len(found.rows()) == 36
    assert found.rows()[0]["Limits"] == "{} to {}".format(*_whole(found.figures, 12))


def _whole(found: Figures, place: int) -> tuple[int, int]:
    """The least and the greatest whole count within the limits of a month."""
    chart = found.charts[COUNT]
    lower, upper = chart.lower[place], chart.upper[place]
    assert lower is not None and upper is not None
    return int(-(-lower // 1)), int(upper // 1)


def test_a_percentage_has_no_band_and_no_note_of_one(shown) -> None:
    found = shown(STEP, name=SHARE)
    assert "limit" not in found.chart.svg
    assert "band" not in found.notes
