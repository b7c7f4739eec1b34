"""Tests against a fixed number: the binomial one is scipy's, the Poisson one is the printed interval's other side."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from thematic.stats.fixed import count_against, share_against
from thematic.stats.intervals import poisson_interval


@pytest.mark.parametrize(("count", "total"), [(0, 12), (7, 12), (12, 12), (125, 143), (1746, 17025), (980, 1000)])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.87, 0.9, 0.99])
def test_a_share_is_tested_as_scipy_does(count: int, total: int, share: float) -> None:
    assert share_against(count, total, share) == pytest.approx(stats.binomtest(count, total, share).pvalue, abs=1e-12)


@pytest.mark.parametrize(
    ("count", "total", "share", "p"), [(0, 9, 0.0, 1.0), (1, 9, 0.0, 0.0), (9, 9, 1.0, 1.0), (8, 9, 1.0, 0.0)]
)
def test_a_share_of_none_or_all_leaves_one_count_alone(count: int, total: int, share: float, p: float) -> None:
    assert share_against(count, total, share) == p


@pytest.mark.parametrize("count", [0, 1, 5, 19, 20, 21, 40, 350])
@pytest.mark.parametrize("expected", [0.3, 5.0, 20.0, 33.3, 400.0])
def test_a_count_has_twice_the_smaller_of_scipys_tails(count: int, expected: float) -> None:
    tails = stats.poisson.cdf(count, expected), stats.poisson.sf(count - 1, expected)
    assert count_against(count, expected) == pytest.approx(min(2 * min(tails), 1.0), abs=1e-12)


@pytest.mark.parametrize("count", [0, 1, 3, 17, 100, 2500])
def test_it_is_significant_exactly_where_the_printed_interval_does_not_reach_the_target(count: int) -> None:
    lower, upper = (float(end[0]) for end in poisson_interval([count]))
    for end, outwards in ((lower, -1), (upper, 1)):
        if end > 0:
            assert count_against(count, end * (1 - outwards * 1e-6)) > 0.05
            assert count_against(count, end * (1 + outwards * 1e-6)) < 0.05


def test_nothing_expected_leaves_a_count_of_0_alone() -> None:
    assert (count_against(0, 0.0), count_against(1, 0.0)) == (1.0, 0.0)


@pytest.mark.parametrize("expected", [3.0, 30.0, 300.0])
def test_it_is_called_significant_in_at_most_5_years_of_100_where_nothing_differs(expected: float) -> None:
    counts = np.arange(0, int(expected + 12 * expected**0.5) + 20)
    called = [count_against(count, expected) < 0.05 for count in counts]
    assert stats.poisson.pmf(counts, expected)[called].sum() <= 0.05
