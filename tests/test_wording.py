"""Numbers as boards write them, and sentences that read well in every corner case."""

from __future__ import annotations

import pytest

from support import own_params
from thematic.wording import before, change, movement, number, significance, with_change

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
        (figure(17025, 16753, 1.62, significant=False), "rose by 1.6% to 17,025 in the {}, a change within normal variation."),
        (figure(10, 20, -50.0, significant=True), "fell by 50.0% to 10 in the {}, a statistically significant change."),
        (figure(10, 20, -50.0), "fell by 50.0% to 10 in the {}."),
        (figure(20, 20, 0.0, significant=False), "was much the same in the {} at 20 (20 a year before)."),
        (figure(0, 5, -100.0, significant=False), "fell by 100.0% to 0 in the {}, a change within normal variation."),
        (figure(1, change_status="[z]"), "stood at 1 in the {}, where there was none in the year before [z]."),
        (figure(0, change_status="[z]"), "stood at 0 in the {}, as in the year before."),
        (figure(4, change_status="[x]"), "stood at 4 in the {}, with no earlier figure to compare it with [x]."),
        (figure(5, change_status="[c]"), "stood at 5 in the {}, with a change that is confidential [c]."),
    ],
)  # fmt: skip
def test_sentences(measures, given, told) -> None:
    assert movement(given, measures[COUNT], WINDOW) == f"Recorded domestic abuse {told.format(WINDOW)}"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("[c]", "the figure is confidential [c]"),
        ("[x]", "no figure is available [x]"),
        ("[z]", "there is nothing to take a percentage of [z]"),
    ],
)
def test_sentences_without_a_value(measures, status, told) -> None:
    said = movement(figure(None, status=status, change_status=status), measures[PERCENT], WINDOW)
    assert said == f"The percentage of domestic abuse crimes solved: {told} for the {WINDOW}."


@pytest.mark.parametrize(
    ("change", "told"), [(1.46, "1.5\u00a0percentage points"), (0.98, "1.0\u00a0percentage point")]
)
def test_points_are_written_out_in_sentences(measures, change, told) -> None:
    said = movement(figure(10.26, 8.8, change, "pp", significant=True), measures[PERCENT], WINDOW)
    assert f"rose by {told} to 10.3% in the {WINDOW}, a statistically" in said


def test_every_sentence_has_a_subject_that_can_rise_or_fall(measures) -> None:
    for name, measure in measures.items():
        said = movement(figure(2, 1, 100.0, significant=False), measure, WINDOW)
        assert said[0].isupper(), name
        assert "  " not in said
        assert said.endswith("a change within normal variation."), name


def test_none_before_is_told_as_0_beside_counts_and_not_beside_percentages(measures) -> None:
    assert before(figure(4, change_status="[z]"), measures[COUNT]) == "0"
    assert before(figure(4.0, change_status="[z]"), measures[PERCENT]) == "[z]"
    assert before(figure(4, change_status="[x]"), measures[COUNT]) == "[x]"
    assert before(figure(4, 1234, 1.0), measures[COUNT]) == "1,234"


def test_significance_in_a_cell() -> None:
    assert significance(figure(1, 1, 0.0, significant=True)) == "Yes"
    assert significance(figure(1, 1, 0.0, significant=False)) == "No"
    assert significance(figure(60, 50, 20.0, significant=None)) == "[c]"
    assert significance(figure(60, change_status="[x]")) == "[x]"
