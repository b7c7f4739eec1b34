"""Intervals and tests against values worked out by hand or by another formula."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from thematic.stats.statistics import (
    adjusted,
    binomial_test,
    counts_test,
    poisson_interval,
    proportions_test,
    ratio_test,
    wilson_interval,
)


def test_wilson_interval_by_its_formula() -> None:
    lower, upper = wilson_interval([124], [142])
    p, n, z = 124 / 142, 142, stats.norm.ppf(0.975)
    middle, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)),
    )
    assert (lower[0], upper[0]) == pytest.approx((middle - half, middle + half))


def test_wilson_interval_at_the_ends_stays_within_0_and_1() -> None:
    lower, upper = wilson_interval([0, 3], [3, 3])
    assert lower[0] == pytest.approx(0, abs=1e-12)
    assert upper[1] == pytest.approx(1)
    assert 0 < upper[0] < 1
    assert 0 < lower[1] < 1


@pytest.mark.parametrize(("count", "lower", "upper"), [(0, 0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)])
def test_exact_poisson_interval(count: int, lower: float, upper: float) -> None:
    low, high = poisson_interval([count])
    assert (low[0], high[0]) == pytest.approx((lower, upper), abs=5e-5)


def test_counts_without_extra_spread_go_by_the_exact_binomial() -> None:
    assert counts_test([5] * 12, [9] * 12) == pytest.approx(stats.binomtest(60, 168, 0.5).pvalue)


def test_counts_with_extra_spread_go_by_t() -> None:
    a, b = [50, 60, 1, 90, 100, 50, 60, 50, 60, 30, 50, 60], [40] * 12
    total_a, total_b = sum(a), sum(b)
    share = total_a / (total_a + total_b)
    spread = [((x - (x + y) * share) ** 2) / ((x + y) * share * (1 - share)) for x, y in zip(a, b, strict=True)]
    phi = sum(spread) / 11
    t = (total_a - (total_a + total_b) / 2) / math.sqrt(phi * (total_a + total_b) / 4)
    assert phi > 1
    assert counts_test(a, b) == pytest.approx(2 * stats.t.sf(abs(t), 11))


@pytest.mark.parametrize("pairs", [5, 6, 7])
def test_fewer_than_six_pairs_go_by_the_exact_binomial(pairs: int) -> None:
    a, b = [40, 2] * 6, [3, 30] * 6
    a, b = a[:pairs] + [0] * (12 - pairs), b[:pairs] + [0] * (12 - pairs)
    exact = stats.binomtest(sum(a), sum(a) + sum(b), 0.5).pvalue
    assert math.isclose(counts_test(a, b), exact) is (pairs < 6)


def test_counts_where_one_window_is_empty() -> None:
    assert counts_test([1] * 12, [0] * 12) == pytest.approx(2 / 2**12)
    assert counts_test([0] * 12, [0] * 12) == 1


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=12, max_size=12))
def test_counts_test_is_a_p_value_and_does_not_care_which_window_comes_first(pairs: list[tuple[int, int]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    p = counts_test(a, b)
    assert 0 <= p <= 1
    assert p == pytest.approx(counts_test(b, a))


@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0.01, 0.99))
def test_the_binomial_test_is_scipys(total: int, part: float, share: float) -> None:
    count = round(part * total)
    assert binomial_test(count, total, share) == pytest.approx(
        stats.binomtest(count, total, share).pvalue, 1e-6, 1e-300
    )


@given(st.integers(1, 60), st.data())
def test_outcomes_as_likely_as_this_one_count_as_scipy_counts_them(total: int, data: st.DataObject) -> None:
    count, of = data.draw(st.integers(0, total)), data.draw(st.integers(2, 12))
    share = data.draw(st.integers(1, of - 1)) / of
    assert binomial_test(count, total, share) == pytest.approx(stats.binomtest(count, total, share).pvalue)


def test_ratio_is_tested_at_the_denominators_share() -> None:
    assert ratio_test((600, 604), (3446, 3282)) == pytest.approx(stats.binomtest(600, 1204, 3446 / 6728).pvalue)
    assert ratio_test((0, 0), (10, 10)) == 1


def test_shares_go_by_the_score_test_with_the_pooled_variance() -> None:
    (x, y), (m, n) = (124, 135), (142, 158)
    pooled = (x + y) / (m + n)
    z = (x / m - y / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    assert proportions_test((x, y), (m, n)) == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert proportions_test((0, 0), (5, 5)) == 1
    assert proportions_test((5, 5), (5, 5)) == 1


def test_benjamini_hochberg() -> None:
    assert adjusted([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjusted([0.04]) == [0.04]
    assert adjusted([]) == []
