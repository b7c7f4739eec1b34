"""Intervals against statsmodels, their formulas and their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from thematic.stats.intervals import poisson_interval, wilson_interval


@settings(deadline=None)
@given(st.integers(1, 5000), st.data())
def test_wilsons_interval_is_statsmodels(total: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, total))
    lower, upper = wilson_interval(count, total)
    expected = proportion_confint(count, total, 0.05, method="wilson")
    assert (float(lower), float(upper)) == pytest.approx(expected, abs=1e-12)
    assert 0 <= lower <= count / total <= upper <= 1


@pytest.mark.parametrize(("count", "lower", "upper"), [(0, 0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)])
def test_exact_poisson_interval(count: int, lower: float, upper: float) -> None:
    low, high = poisson_interval([count])
    assert (low[0], high[0]) == pytest.approx((lower, upper), abs=5e-5)


@settings(deadline=None)
@given(st.integers(1, 100_000))
def test_the_poisson_interval_leaves_two_and_a_half_per_cent_on_either_side(count: int) -> None:
    low, high = poisson_interval(count)
    assert stats.poisson.sf(count - 1, low) == pytest.approx(0.025, rel=1e-6)
    assert stats.poisson.cdf(count, high) == pytest.approx(0.025, rel=1e-6)


def test_a_share_of_nothing_has_no_interval() -> None:
    lower, upper = wilson_interval([0, 3], [0, 3])
    assert np.isnan([lower[0], upper[0]]).all()
    assert upper[1] == 1
