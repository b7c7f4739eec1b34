"""The tests of change against plain scipy, at their boundaries, and under changes that must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from thematic.stats.comparison import (
    adjusted,
    binomial_test,
    compare_counts,
    compare_ratios,
    compare_shares,
)

Year = list[int]


def counts_p(now: Year, before: Year, **options: object) -> float:
    return float(compare_counts([now], [before], **options).p[0])  # type: ignore[arg-type]


def plain_phi(now: Year, before: Year) -> tuple[float, int]:
    pairs = [(a, b) for a, b in zip(now, before, strict=True) if a + b > 0]
    share = sum(now) / (sum(now) + sum(before))
    terms = [(a - (a + b) * share) ** 2 / ((a + b) * share * (1 - share)) for a, b in pairs]
    return sum(terms) / (len(pairs) - 1), len(pairs)


def plain_counts_p(now: Year, before: Year, window: int, share: float) -> float:
    """Row by row as the contract words it, with scipy.stats."""
    a, b = sum(now[-window:]), sum(before[-window:])
    if a + b == 0:
        return 1.0
    if a and b:
        phi, pairs = plain_phi(now, before)
        if pairs >= 6 and phi > 1:
            t = (a - (a + b) * share) / math.sqrt(phi * (a + b) * share * (1 - share))
            return float(2 * stats.t.sf(abs(t), pairs - 1))
    return float(stats.binomtest(a, a + b, share).pvalue)


def plain_jackknife(x: Year, y: Year, d: Year, e: Year) -> tuple[float, float]:
    def theta(keep: list[int]) -> float:
        total = [sum(each[i] for i in keep) for each in (x, y, d, e)]
        return math.log((total[0] + 0.5) / (total[1] + 0.5) * total[3] / total[2])

    m = len(x)
    whole = theta(list(range(m)))
    pseudo = [m * whole - (m - 1) * theta([i for i in range(m) if i != out]) for out in range(m)]
    error = float(np.std(pseudo, ddof=1)) / math.sqrt(m)
    return float(2 * stats.t.sf(abs(whole / error), m - 1)), float(stats.t.ppf(0.975, m - 1)) * error


months = st.lists(st.integers(0, 60), min_size=12, max_size=12)


@settings(deadline=None)
@given(months, months, st.sampled_from([1, 3, 6, 12]), st.sampled_from([0.5, 0.4, 110 / 210]))
def test_counts_and_rates_as_the_contract_words_them(now: Year, before: Year, window: int, share: float) -> None:
    got = counts_p(now, before, window=window, populations=(share, 1 - share))
    assert got == pytest.approx(plain_counts_p(now, before, window, share), rel=1e-6, abs=1e-30)


@settings(deadline=None)
@given(st.integers(1, 100_000), st.floats(0, 1), st.floats(0.01, 0.99))
def test_the_binomial_test_is_scipys(total: int, part: float, share: float) -> None:
    count = round(part * total)
    expected = stats.binomtest(count, total, share).pvalue
    assert binomial_test(count, total, share)[0] == pytest.approx(expected, 1e-6, 1e-30)


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_outcomes_as_likely_as_this_one_count_as_scipy_counts_them(total: int, data: st.DataObject) -> None:
    count, of = data.draw(st.integers(0, total)), data.draw(st.integers(2, 12))
    share = data.draw(st.integers(1, of - 1)) / of
    assert binomial_test(count, total, share)[0] == pytest.approx(stats.binomtest(count, total, share).pvalue)


def test_many_rows_at_once_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(3)
    now, before = rng.poisson(4, (2, 200, 12))
    alone = [counts_p(a, b) for a, b in zip(now.tolist(), before.tolist(), strict=True)]
    assert compare_counts(now, before).p.tolist() == alone
    d, e = rng.poisson(30, (2, 200, 12))
    alone = [float(compare_ratios(*(each[[row]] for each in (now, before, d, e))).p[0]) for row in range(200)]
    assert compare_ratios(now, before, d, e).p.tolist() == alone


@pytest.mark.parametrize("pairs", [5, 6, 7])
def test_fewer_than_six_pairs_go_by_the_exact_binomial(pairs: int) -> None:
    now, before = ([40, 2] * 6)[:pairs] + [0] * (12 - pairs), ([3, 30] * 6)[:pairs] + [0] * (12 - pairs)
    exact = stats.binomtest(sum(now), sum(now) + sum(before), 0.5).pvalue
    assert math.isclose(counts_p(now, before), exact) is (pairs < 6)


@pytest.mark.parametrize(("moved", "spread"), [(0, False), (2, False), (16, True)])
def test_spread_of_no_more_than_chance_goes_by_the_exact_binomial(moved: int, spread: bool) -> None:
    now, before = [50 + moved, 50 - moved] * 6, [40] * 12
    phi, _ = plain_phi(now, before)
    exact = stats.binomtest(600, 1080, 0.5).pvalue
    assert (phi > 1) is spread
    assert math.isclose(counts_p(now, before), exact) is not spread


def test_a_window_without_events_goes_by_the_exact_binomial_and_two_by_nothing() -> None:
    assert counts_p([1] * 12, [0] * 12) == pytest.approx(2 / 2**12)
    assert counts_p([0] * 12, [0] * 12) == 1


def test_a_short_window_has_the_spread_of_twelve_pairs_and_its_own_totals() -> None:
    now, before = [10, 90, 20, 80, 30, 70, 40, 60, 50, 50, 60, 75], [50] * 12
    phi, _ = plain_phi(now, before)
    t = (185 - 167.5) / math.sqrt(phi * 335 / 4)
    assert counts_p(now, before, window=3) == pytest.approx(2 * stats.t.sf(t, 11))
    assert counts_p(now, before, window=3) > counts_p([50] * 9 + now[-3:], before, window=3)


def test_each_row_may_have_a_window_of_its_own() -> None:
    now, before = np.array([[5, 9] * 6] * 2), np.array([[7, 7] * 6] * 2)
    both = compare_counts(now, before, window=[3, 12])
    assert both.p.tolist() == [counts_p([5, 9] * 6, [7, 7] * 6, window=each) for each in (3, 12)]
    assert both.events.tolist() == [44, 168]


def test_an_unknown_month_outside_the_window_is_no_pair_and_inside_it_ends_the_test() -> None:
    now, before = [20.0, 44, 31, 38, 25, 60, 22, 40, 37, 41, 28, 35], [30.0] * 12
    unknown = [math.nan, *now[1:]]
    shorter = compare_counts([now[1:]], [before[1:]], window=3)
    assert compare_counts([unknown], [before], window=3).p == pytest.approx(shorter.p)
    assert math.isnan(compare_counts([unknown], [before]).p[0])


def test_rates_are_tested_at_the_populations_share() -> None:
    steady = counts_p([66] * 12, [60] * 12, populations=(110_000, 100_000))
    assert steady == pytest.approx(stats.binomtest(792, 1512, 110 / 210).pvalue)
    grown = compare_counts([[66] * 12], [[60] * 12], populations=(110_000, 100_000))
    assert grown.side[0] == 0 and grown.little[0]
    assert math.isnan(counts_p([66] * 12, [60] * 12, populations=(math.nan, 100_000)))
    assert math.isnan(counts_p([66] * 12, [60] * 12, populations=(0, 100_000)))


def test_sums_are_never_tested_exactly() -> None:
    t = (60 - 84) / math.sqrt(168 / 4)
    assert counts_p([5] * 12, [9] * 12, sums=True) == pytest.approx(2 * stats.t.sf(abs(t), 11))
    assert math.isnan(counts_p([5] * 12, [0] * 12, sums=True))
    assert math.isnan(counts_p([0] * 12, [0] * 12, sums=True))


@pytest.mark.parametrize(("pairs", "tested"), [(5, False), (6, True), (7, True)])
def test_sums_of_fewer_than_six_pairs_are_not_tested(pairs: int, tested: bool) -> None:
    now, before = [7] * pairs + [0] * (12 - pairs), [4] * pairs + [0] * (12 - pairs)
    assert math.isnan(counts_p(now, before, sums=True)) is not tested


@settings(deadline=None)
@given(months, months, st.permutations(range(12)))
def test_the_order_of_pairs_and_the_order_of_windows_do_not_matter(now: Year, before: Year, order: list[int]) -> None:
    p = counts_p(now, before)
    assert 0 <= p <= 1
    assert counts_p([now[i] for i in order], [before[i] for i in order]) == pytest.approx(p)
    assert counts_p(before, now) == pytest.approx(p)


ratio_months = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 40), st.integers(1, 40)), min_size=12, max_size=12
)


@settings(deadline=None)
@given(ratio_months)
def test_ratios_have_the_larger_of_the_exact_binomial_and_the_jackknife(pairs: list[tuple[int, ...]]) -> None:
    x, y, d, e = ([pair[i] for pair in pairs] for i in range(4))
    got = compare_ratios([x], [y], [d], [e])
    exact = stats.binomtest(sum(x), sum(x) + sum(y), sum(d) / (sum(d) + sum(e))).pvalue if sum(x) + sum(y) else 1.0
    expected, half = exact, 1.96 * math.sqrt(1 / (sum(x) + 0.5) + 1 / (sum(y) + 0.5))
    if sum(x) and sum(y) and sum(a + b > 0 for a, b in zip(x, y, strict=True)) >= 6:
        jackknife, wide = plain_jackknife(x, y, d, e)
        if jackknife > exact * (1 + 1e-9):
            expected, half = jackknife, wide
        elif jackknife > exact * (1 - 1e-9):
            return
    assert got.p[0] == pytest.approx(expected, rel=1e-6)
    assert got.half_width[0] == pytest.approx(half, rel=1e-6)


def test_batches_widen_the_test_of_a_ratio() -> None:
    x, y, d = [10] * 11 + [60], [10] * 12, [100] * 12
    exact = stats.binomtest(170, 290, 0.5).pvalue
    assert exact < 0.01
    assert compare_ratios([x], [y], [d], [d]).p[0] > 0.2


@pytest.mark.parametrize(
    ("x", "y", "d"),
    [
        ([0] * 12, [3] * 12, [50] * 12),
        ([9, 0, 5, 0, 1] + [0] * 7, [2, 0, 2, 0, 2] + [0] * 7, [50] * 12),
        ([9, 1, 5, 0, 1, 2] + [0] * 6, [2] * 6 + [0] * 6, [0] * 11 + [50]),
    ],
    ids=["no outcome in a year", "five pairs", "no denominator without one pair"],
)
def test_where_the_jackknife_cannot_speak_the_binomial_decides_alone(x: Year, y: Year, d: Year) -> None:
    exact = stats.binomtest(sum(x), sum(x) + sum(y), 0.5).pvalue
    assert compare_ratios([x], [y], [d], [d]).p[0] == pytest.approx(exact)


def test_a_ratio_without_a_denominator_is_not_tested_and_one_without_outcomes_has_not_changed() -> None:
    nothing, some = [[0] * 12], [[5] * 12]
    assert math.isnan(compare_ratios(some, some, nothing, some).p[0])
    assert math.isnan(compare_ratios(some, some, some, nothing).p[0])
    assert compare_ratios(nothing, nothing, some, some).p[0] == 1


def test_ratios_of_a_short_window_have_unknown_months_before_it() -> None:
    x, y, d = [5, 9, 7, 6, 8, 2, 4], [6, 6, 6, 3, 9, 9, 9], [50] * 7
    blank = [math.nan] * 5
    long = compare_ratios([[*blank, *x]], [[*blank, *y]], [[*blank, *d]], [[*blank, *d]])
    assert long.p == pytest.approx(compare_ratios([x], [y], [d], [d]).p)


def test_shares_go_by_the_score_test_with_the_pooled_variance() -> None:
    (x, y), (m, n) = (124, 135), (142, 158)
    pooled = (x + y) / (m + n)
    z = (x / m - y / n) / math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    assert compare_shares(x, m, y, n).p[0] == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert compare_shares([0, 5], [5, 5], [0, 5], [5, 5]).p.tolist() == [1, 1]
    assert np.isnan(compare_shares([0, 5], [0, 5], [5, 0], [5, 0]).p).all()


@pytest.mark.parametrize(("now", "little"), [(104, True), (105, False), (106, False), (96, True), (95, False)])
def test_a_change_is_little_under_5_per_cent(now: int, little: bool) -> None:
    x, y = [[now] + [0] * 11], [[100] + [0] * 11]
    assert compare_counts(x, y).little[0] == little
    assert compare_ratios(x, y, [[300] * 12], [[300] * 12]).little[0] == little


@pytest.mark.parametrize(("now", "little"), [(519, True), (520, False), (481, True), (480, False)])
def test_a_share_changes_little_under_2_points(now: int, little: bool) -> None:
    assert compare_shares(now, 1000, 500, 1000).little[0] == little


def test_benjamini_hochberg_is_scipys_within_each_family() -> None:
    rng = np.random.default_rng(8)
    p, families = rng.random(60) ** 2, rng.choice(["a", "b", "c"], 60)
    got = adjusted(p, families)
    for family in "abc":
        assert got[families == family] == pytest.approx(stats.false_discovery_control(p[families == family]))
    assert adjusted([], []).size == 0


def test_rows_that_are_not_tested_or_hold_nothing_are_in_no_family() -> None:
    got = adjusted([0.01, math.nan, 1.0, 0.04], ["a"] * 4, [10, 10, 0, 10])
    assert got[[0, 3]] == pytest.approx([0.02, 0.04])
    assert math.isnan(got[1]) and got[2] == 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusting_never_makes_a_p_smaller_nor_changes_their_order(p: list[float]) -> None:
    got = adjusted(p, [0] * len(p))
    assert (got >= np.array(p) - 1e-15).all() and (got <= 1).all()
    assert (np.diff(got[np.argsort(p, kind="stable")]) >= -1e-15).all()
