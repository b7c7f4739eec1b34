"""Numbers as boards write them, and sentences that read well in every corner case."""

from __future__ import annotations

import pytest

from support import own_params
from thematic.wording import change, movement, number, significance, with_change

COUNT, PERCENT = "da_recorded", "da_solved_pct"
RATE, SURVEY = "da_rate_per_1000", "da_satisfied_pct"
WINDOW = "12 months to January 2021"


@pytest.fixture(scope="module")
def measures():
    return own_params().measures


def figure(value, previous=None, change=None, unit="percent", status="", change_status="", significant=None, **more):
    ends = {"lower_95": None, "upper_95": None, **more}
    return {
        "value": value, "previous_value": previous, "change": change, "change_unit": unit, "status": status,
        "change_status": change_status, "significant": significant, **ends,
    }  # fmt: skip


def test_numbers(measures) -> None:
    assert number(3446, measures[COUNT]) == "3,446"
    assert number(17.44, measures[PERCENT]) == "17.4%"
    assert number(21.884, measures[RATE]) == "21.9"
    assert number(None, measures[RATE], "[c]") == "[c]"
    assert number(0, measures[COUNT]) == "0"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [(5.0, "percent", "+5.0%"), (-1.04, "pp", "-1.0\u00a0pp"), (-0.04, "pp", "0.0\u00a0pp"), (0.0, "percent", "0.0%")],
)
def test_changes(value, unit, told) -> None:
    assert change(figure(1, 1, value, unit)) == told


def test_values_with_their_changes_as_boards_write_them(measures) -> None:
    assert with_change(figure(3446, 3282, 4.997, significant=False), measures[COUNT]) == "3,446 (+5.0%)"
    assert with_change(figure(17.4, 18.4, -1.0, "pp"), measures[PERCENT]) == "17.4% (-1.0\u00a0pp)"
    survey = figure(87.2, 85.4, 1.8, "pp", lower_95=80.8, upper_95=91.8)
    assert with_change(survey, measures[SURVEY]) == "87.2% ± 5.5% (+1.8\u00a0pp)"
    assert with_change(figure(3, change_status="[z]"), measures[COUNT]) == "3 [z]"
    assert with_change(figure(None, status="[c]", change_status="[c]"), measures[COUNT]) == "[c]"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (figure(17025, 16753, 1.62, significant=False), "17,025 in the {}, up 1.6% from 16,753, a change within normal variation."),
        (figure(10, 20, -50.0, significant=True), "10 in the {}, down 50.0% from 20, a statistically significant change."),
        (figure(10, 20, -50.0), "10 in the {}, down 50.0% from 20."),
        (figure(20, 20, 0.0, significant=False), "20 in the {}, much the same as the year before (20)."),
        (figure(0, 5, -100.0, significant=False), "0 in the {}, down 100.0% from 5, a change within normal variation."),
        (figure(4, change_status="[z]"), "4 in the {}, with nothing in the year before to compare it with [z]."),
        (figure(4, change_status="[x]"), "4 in the {}, with no earlier figure to compare it with [x]."),
        (figure(5, change_status="[c]"), "5 in the {}, with a change that is confidential [c]."),
        (figure(None, status="[c]", change_status="[c]"), "the figure is confidential [c] for the {}."),
        (figure(None, status="[x]", change_status="[x]"), "no figure is available [x] for the {}."),
    ],
)  # fmt: skip
def test_sentences(measures, given, told) -> None:
    assert movement(given, measures[COUNT], WINDOW) == f"{measures[COUNT].title}: {told.format(WINDOW)}"


def test_points_are_written_out_in_sentences(measures) -> None:
    said = movement(figure(10.26, 8.8, 1.46, "pp", significant=True), measures[PERCENT], WINDOW)
    assert said.endswith(
        "10.3% in the 12 months to January 2021, up 1.5\u00a0percentage points from 8.8%, a statistically significant change."
    )


def test_significance_in_a_cell() -> None:
    assert significance(figure(1, 1, 0.0, significant=True)) == "Yes"
    assert significance(figure(1, 1, 0.0, significant=False)) == "No"
    assert significance(figure(60, 50, 20.0, significant=None)) == "[c]"
    assert significance(figure(60, change_status="[x]")) == "[x]"
