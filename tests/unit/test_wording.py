"""Numbers as boards write them, and sentences that read well in every corner case."""

from __future__ import annotations

import pytest

from thematic.displays.wording import (
    before,
    change,
    listed,
    movement,
    number,
    significance,
    summary,
    where,
    with_change,
)
from warehouse_drawn import own_params

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
    assert number(0.0, measures[RATE]) == "0.0"
    assert number(0.04, measures[RATE]) == "[low]"
    assert number(0.05001, measures[RATE]) == "0.1"
    assert number(0.04, measures[PERCENT]) == "[low]"


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


def told(measures, *significant: bool | None) -> str:
    names = ("da_recorded", "da_solved_pct", "da_repeat_victim_pct")
    return summary(
        [(measures[name], figure(1, significant=each)) for name, each in zip(names, significant, strict=True)]
    )


def test_a_section_says_which_indicators_moved(measures) -> None:
    start = "Of the 3 indicators that can be compared with the year before, "
    assert told(measures, False, False, False) == start + "none changed by more than normal variation."
    assert told(measures, True, False, False) == start + "1 changed by more than normal variation: recorded."
    assert told(measures, True, True, True).endswith(
        "3 changed by more than normal variation: recorded, solved and repeat victims."
    )
    assert told(measures, None, None, True).startswith("Of the 1 indicator that can be compared")
    assert told(measures, None, None, None) == "None of these indicators can be compared with the year before."


def place(name: str, value: float | None, status: str = "") -> dict:
    return {**figure(value, status=status), "category": name}


def test_a_section_says_where(measures) -> None:
    rate, places = (
        measures["da_rate_per_1000"],
        [place("A", 5.0), place("B", 9.0), place("C", None, "[c]"), place("D", 1.0)],
    )
    force = place("F", 4.0)
    subject = "The rate of recorded domestic abuse per 1,000 residents"
    assert where(rate, places, None, force) == f"{subject} was highest in B (9.0) and lowest in D (1.0)."
    assert where(rate, places, places[1], force) == f"{subject} was 9.0 in B, the highest of 3; the force's was 4.0."
    assert where(rate, places, places[3], force) == f"{subject} was 1.0 in D, the lowest of 3; the force's was 4.0."
    assert where(rate, places, places[0], force) == f"{subject} was 5.0 in A, with 1 of 3 higher; the force's was 4.0."
    assert where(rate, places, places[2], force) == f"{subject}: the figure is confidential [c] for C."
    assert where(rate, places[:1], None, force) == f"{subject} cannot be compared between Local Policing Units."
    assert (
        where(rate, [place("A", 0.0), place("B", 0.0)], None, force) == f"{subject} was the same everywhere: A (0.0)."
    )


def test_lists_of_words() -> None:
    assert listed(["Solved"]) == "solved"
    assert listed(["Solved", "DVPN breached"]) == "solved and DVPN breached"
    assert listed(["Age", "Repeat victims", "Exit"]) == "age, repeat victims and exit"
