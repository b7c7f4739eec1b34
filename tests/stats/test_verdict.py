"""The one word for each figure: every boundary with both neighbours, and the words that may not disagree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.stats.comparison import (
    Comparison,
    adjusted,
    compare_counts,
    compare_ratios,
    compare_shares,
)
from thematic.stats.verdict import smallest_rise, verdicts, would_not_show, would_show_a_fifth

FIFTH = math.log(1.2)


def word(
    p: float = 0.6,
    adjusted_p: float | None = None,
    events: float = 5000,
    side: int = 1,
    little: bool = True,
    half: float = 0.05,
    widest: float = FIFTH,
) -> str | None:
    columns = [np.array([each]) for each in (p, events, side, little, half, widest)]
    return verdicts(Comparison(*columns), [p if adjusted_p is None else adjusted_p])[0]


@pytest.mark.parametrize(
    ("adjusted_p", "expected"), [(0.0499, "Significant increase"), (0.05, "Increase"), (0.0501, "Increase")]
)
def test_significant_goes_by_the_adjusted_p(adjusted_p: float, expected: str) -> None:
    assert word(p=0.001, adjusted_p=adjusted_p) == expected


@pytest.mark.parametrize(("p", "expected"), [(0.3199, "Increase"), (0.32, "Stable"), (0.3201, "Stable")])
def test_an_increase_goes_by_the_p_alone(p: float, expected: str) -> None:
    assert word(p=p, adjusted_p=1.0) == expected


@pytest.mark.parametrize(("side", "expected"), [(1, "increase"), (-1, "decrease")])
def test_the_direction_is_the_sign_of_the_change(side: int, expected: str) -> None:
    assert word(p=0.001, side=side) == f"Significant {expected}"
    assert word(p=0.2, side=side) == expected.capitalize()


@pytest.mark.parametrize(("events", "expected"), [(19, "No clear change"), (20, "Increase"), (21, "Increase")])
def test_few_events_have_no_soft_words(events: float, expected: str) -> None:
    assert word(p=0.2, events=events) == expected
    assert word(p=0.01, events=events) == "Significant increase"


def test_few_events_are_never_stable() -> None:
    assert (word(events=19), word(events=20)) == ("No clear change", "Stable")


@pytest.mark.parametrize(
    ("half", "expected"),
    [(FIFTH - 1e-6, "Stable"), (FIFTH, "Stable"), (FIFTH + 1e-6, "No clear change")],
)
def test_stable_only_where_a_change_of_a_fifth_would_have_shown(half: float, expected: str) -> None:
    assert word(half=half) == expected


def test_stable_only_where_the_change_is_little() -> None:
    assert word(little=False) == "No clear change"


def test_what_is_not_tested_has_no_verdict() -> None:
    assert word(p=math.nan, half=math.nan) is None
    assert not would_show_a_fifth(Comparison(*(np.array([math.nan]) for _ in range(6))))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(("each", "stable"), [(231, False), (232, True)])
def test_no_count_under_462_events_in_both_years_is_stable(each: int, stable: bool) -> None:
    months = [[each // 12 + (month < each % 12) for month in range(12)]]
    tested = compare_counts(months, months)
    assert verdicts(tested, tested.p) == ["Stable" if stable else "No clear change"]


@pytest.mark.parametrize(("whole", "stable"), [(767, False), (768, False), (769, True), (3000, True)])
def test_a_share_is_stable_from_a_half_width_of_five_points(whole: int, stable: bool) -> None:
    half = 1.96 * math.sqrt(2 * 0.25 / whole)
    assert (half <= 0.05) is stable
    tested = compare_shares(whole / 2, whole, whole / 2, whole)
    assert verdicts(tested, tested.p) == ["Stable" if stable else "No clear change"]


def test_a_small_share_is_stable_only_where_a_fifth_of_it_would_show() -> None:
    small, larger = compare_shares(40, 1000, 40, 1000), compare_shares(4000, 100_000, 4000, 100_000)
    assert verdicts(small, small.p) == ["No clear change"]
    assert verdicts(larger, larger.p) == ["Stable"]


def test_ten_of_ten_after_ten_of_ten_is_no_clear_change() -> None:
    tested = compare_shares(10, 10, 8, 9)
    assert verdicts(tested, tested.p) == ["No clear change"]


def test_a_ratio_of_batches_is_as_sure_as_the_jackknife() -> None:
    x, y, d = [[100] * 11 + [160]], [[160] + [100] * 11], [[1000] * 12]
    tested = compare_ratios(x, y, d, d)
    assert tested.side[0] == 0 and tested.little[0]
    assert verdicts(tested, tested.p) == ["Stable"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=12, max_size=12))
def test_no_word_disagrees_with_its_figure(pairs: list[tuple[int, int]]) -> None:
    now, before = [[a for a, _ in pairs]], [[b for _, b in pairs]]
    tested = compare_counts(now, before)
    p = adjusted(tested.p, [0], tested.events)
    said = str(verdicts(tested, p)[0])
    change = sum(now[0]) - sum(before[0])
    assert said.startswith("Significant") == bool(p[0] < 0.05)
    assert not ("ncrease" in said and change <= 0)
    assert not ("ecrease" in said and change >= 0)
    if said == "Stable":
        assert abs(change) < 0.05 * sum(before[0])


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 100), st.booleans(), st.floats(0, 1))
def test_turning_the_change_round_turns_the_word_round(
    p: float, more: float, events: int, little: bool, half: float
) -> None:
    up, down = (str(word(p, p + more * (1 - p), events, side, little, half)) for side in (1, -1))
    assert up.lower().replace("increase", "decrease") == down.lower()


def test_the_smallest_rise_that_would_have_shown() -> None:
    tested = compare_counts([[50] * 12], [[50] * 12])
    assert smallest_rise(tested)[0] == pytest.approx(math.exp(1.96 * math.sqrt(4 / 1200)) - 1)


@pytest.mark.parametrize(
    ("rise", "said"),
    [
        (0.06, "a change of less than about a twentieth would not stand out from chance"),
        (0.31, "a change of less than about a third would not stand out from chance"),
        (0.36, "a change of less than about a third would not stand out from chance"),
        (0.37, "a change of less than about two fifths would not stand out from chance"),
        (1.2, "a change of less than about a doubling would not stand out from chance"),
        (2.5, "a change of less than about a tripling would not stand out from chance"),
        (2.6, "even a tripling would not stand out from chance"),
        (math.inf, "even a tripling would not stand out from chance"),
    ],
)
def test_what_would_not_show_in_words(rise: float, said: str) -> None:
    assert would_not_show(rise) == said
