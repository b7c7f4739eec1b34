"""The funnel: its gate at the boundaries, its spread worked out a second way, and what may not change it."""

from __future__ import annotations

import math
from statistics import quantiles

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thematic.stats.funnel import between_units, funnel, limits

ALIKE = [400, 380, 421, 399, 410, 388, 405, 397]


def shares(counts: list[int]) -> list[float]:
    return [sum(counts) / len(counts)] * len(counts)


@pytest.mark.parametrize(("units", "refusal"), [(7, "too few units"), (8, None), (9, None)])
def test_a_funnel_from_eight_units(units: int, refusal: str | None) -> None:
    counts = (ALIKE * 2)[:units]
    assert funnel(counts, shares(counts)).refusal == refusal


@pytest.mark.parametrize(("least", "refusal"), [(4.9, "too few expected"), (5.0, None), (5.1, None)])
def test_a_funnel_where_five_are_expected_of_every_unit(least: float, refusal: str | None) -> None:
    made = funnel([5, *ALIKE[1:]], [least, *ALIKE[1:]])
    assert made.refusal == refusal
    assert made.standing.tolist() == [0] * 8


@pytest.mark.parametrize(("apart", "refusal"), [(0.2, None), (0.6, "units too different")])
def test_no_funnel_where_units_differ_too_much(apart: float, refusal: str | None) -> None:
    counts = [round(1000 * math.exp(apart * (place - 3.5) / 2.5)) for place in range(8)]
    made = funnel(counts, shares(counts))
    assert made.refusal == refusal
    assert (made.spread > 0.3) is (refusal is not None)


@settings(deadline=None)
@given(st.lists(st.integers(1, 900), min_size=8, max_size=50))
def test_the_spread_between_units_by_its_formula(counts: list[int]) -> None:
    expected = [sum(counts) / len(counts)] * len(counts)
    z = [math.log(o / e) * math.sqrt(e) for o, e in zip(counts, expected, strict=True)]
    tenths = quantiles(z, n=10, method="inclusive")
    z = [min(max(each, tenths[0]), tenths[-1]) for each in z]
    k = len(counts)
    left = 0.72 if k <= 12 else 0.70 if k <= 30 else 0.69
    above = sum(each**2 for each in z) / left - (k - 1)
    by = sum(expected) - sum(e**2 for e in expected) / sum(expected)
    assert between_units(counts, expected) == pytest.approx(math.sqrt(max(above / by, 0)))


def test_units_alike_have_no_spread_and_nearly_poisson_limits() -> None:
    made = funnel(ALIKE, shares(ALIKE))
    assert made.spread == 0
    lower, upper = made.limits([400.0], 0.95)
    assert (lower[0], upper[0]) == pytest.approx(stats.poisson.interval(0.95, 400), abs=1.5)


def test_one_unit_of_many_is_outside_and_inside_none_is_named() -> None:
    counts = [*([400, 385, 415, 395, 405] * 4), 700]
    made = funnel(counts, shares(counts))
    assert (made.standing[-1], made.outside[-1]) == (1, 0.998)
    lower, upper = made.limits(made.expected, 0.95)
    inside = (np.array(counts) >= lower) & (np.array(counts) <= upper)
    assert not made.standing[inside].any() and not made.outside[inside].any()


def test_the_outer_limits_lie_outside_the_inner_and_spread_widens_both() -> None:
    inner, outer = limits([20.0, 400.0], 0.1, 0.95), limits([20.0, 400.0], 0.1, 0.998)
    assert (outer[0] < inner[0]).all() and (outer[1] > inner[1]).all()
    assert (limits([400.0], 0.0, 0.95)[1] < inner[1][1:]).all()
    assert limits([1.0], 0.2, 0.998)[0][0] == 0


def test_an_allowance_moves_the_limits_out_by_so_many_events() -> None:
    counts = [*([400, 385, 415, 395, 405] * 2), 470]
    strict, lenient = funnel(counts, shares(counts)), funnel(counts, shares(counts), allowance=10)
    assert lenient.limits([400.0], 0.95)[1] - strict.limits([400.0], 0.95)[1] == pytest.approx(10)
    assert strict.limits([400.0], 0.95)[0] - lenient.limits([400.0], 0.95)[0] == pytest.approx(10)


@settings(deadline=None)
@given(st.lists(st.integers(50, 900), min_size=8, max_size=20), st.randoms())
def test_the_order_of_units_does_not_matter(counts: list[int], random: object) -> None:
    order = list(range(len(counts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = funnel(counts, shares(counts)), funnel([counts[i] for i in order], shares(counts))
    assert other.spread == pytest.approx(one.spread)
    assert other.standing.tolist() == one.standing[order].tolist()


def test_a_unit_without_any_is_below_and_breaks_nothing() -> None:
    counts = [*([400, 385, 415, 395, 405] * 4), 0]
    made = funnel(counts, shares(counts))
    assert (made.standing[-1], made.outside[-1]) == (-1, 0.998)
