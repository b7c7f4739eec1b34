"""Turns counts into 95% intervals and 5% two-sided tests, by scipy's and statsmodels' formulas where they have them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil, lgamma, log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint, proportions_ztest
from statsmodels.stats.rates import confint_poisson

LEVEL = 0.05
FEWEST_PAIRS = 6
_TIED = log1p(1e-7)
"""Likelihoods that lie no further apart than rounding can bring them count as the same."""
FUNNEL_COVERAGES = (0.95, 0.998)
Floats = NDArray[np.float64]


def wilson_interval(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper end of Wilson's 95% interval of each share, as fractions of 1 (denominators above 0)."""
    lower, upper = proportion_confint(np.asarray(numerators), np.asarray(denominators), LEVEL, method="wilson")
    return np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)


def poisson_interval(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper end of the exact (Garwood) 95% interval of each Poisson count, in events."""
    observed = np.asarray(counts, dtype=float)
    with np.errstate(invalid="ignore"):
        lower, upper = confint_poisson(observed, 1, method="exact-c", alpha=LEVEL)
    return np.where(observed == 0, 0.0, lower), np.asarray(upper, dtype=float)


def counts_test(current: Sequence[int], previous: Sequence[int]) -> float:
    """p-value of a change between two windows' monthly counts, paired by the month of the year.

    Pairing takes the season out. The extra-Poisson spread phi over the m pairs that hold anything widens the test:
    t = (A - N/2) / sqrt(phi N / 4) on m - 1 degrees of freedom. Where phi is no more than 1, there are fewer than
    6 such pairs, or one of the totals is 0: the exact binomial test of A in N at 1/2.
    """
    a, b = np.asarray(current, dtype=float), np.asarray(previous, dtype=float)
    total_a, total_b = a.sum(), b.sum()
    total = total_a + total_b
    if total == 0:
        return 1.0
    sizes = (a + b)[a + b > 0]
    expected = sizes * total_a / total
    if min(total_a, total_b) > 0 and len(sizes) >= FEWEST_PAIRS:
        variances = sizes * (total_a / total) * (total_b / total)
        phi = float((((a[a + b > 0] - expected) ** 2) / variances).sum()) / (len(sizes) - 1)
        if phi > 1:
            t = (total_a - total / 2) / np.sqrt(phi * total / 4)
            return float(2 * stats.t.sf(abs(t), len(sizes) - 1))
    return binomial_test(int(total_a), int(total), 0.5)


def ratio_test(numerators: tuple[int, int], denominators: tuple[int, int]) -> float:
    """p-value of a change between two ratios of counts (current, previous): the exact binomial test of the current
    numerator in both numerators at the current denominator's share of both. The numerators need not be parts of
    the denominators. Both denominators above 0."""
    x, y = numerators
    share = denominators[0] / (denominators[0] + denominators[1])
    return binomial_test(x, x + y, share) if x + y else 1.0


def binomial_test(count: int, total: int, share: float) -> float:
    """p-value of the exact two-sided binomial test of a count in a total at a share between 0 and 1: how likely are
    outcomes no likelier than this one. As scipy.stats.binomtest, on scipy's tails, in a fraction of its time."""
    if count > total * share:
        count, share = total - count, 1 - share
    limit = _log_likelihood(count, total, share) + _TIED
    above = range(ceil(total * share), total + 1)
    opposite = above.start + bisect_left(above, True, key=lambda each: _log_likelihood(each, total, share) <= limit)
    return min(1.0, float(special.bdtr(count, total, share) + special.bdtrc(opposite - 1, total, share)))


def _log_likelihood(count: int, total: int, share: float) -> float:
    ways = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    return ways + count * log(share) + (total - count) * log1p(-share)


def proportions_test(numerators: tuple[int, int], denominators: tuple[int, int]) -> float:
    """p-value of a change between two shares (current, previous): the score test, with the pooled variance.
    Both denominators above 0."""
    pooled = sum(numerators) / sum(denominators)
    if pooled in (0.0, 1.0):
        return 1.0
    return float(proportions_ztest(np.asarray(numerators), np.asarray(denominators))[1])


def funnel_limits(expected: ArrayLike, coverage: float) -> tuple[Floats, Floats]:
    """Lower and upper limit, in events, of the Poisson counts that are expected (above 0), each tail half of the rest.

    A whole count at or below the lower limit, or at or above the upper one, has a tail probability of at most
    (1 - coverage) / 2 in the exact Poisson distribution. Between whole counts the distribution is continued by the
    incomplete gamma function that gives its tails, which makes a smooth funnel. The lower limit is NaN where even a
    count of 0 lies inside. Funnel plots: D. J. Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202, whose
    limits are interpolated otherwise.
    """
    means, tail = np.asarray(expected, dtype=float), (1 - coverage) / 2
    nothing_is_inside = np.exp(-means) > tail
    lower = special.pdtrik(tail, np.where(nothing_is_inside, 100.0, means))
    return np.where(nothing_is_inside, np.nan, lower), np.asarray(special.pdtrik(1 - tail, means) + 1, dtype=float)


def funnel_standing(count: int, expected: float) -> tuple[int, float | None]:
    """Where a count stands in a funnel: -1 below, 0 within or 1 above, and the widest of the limits it is beyond."""
    for coverage in FUNNEL_COVERAGES[::-1]:
        lower, upper = funnel_limits([expected], coverage)
        if count <= lower[0] or count >= upper[0]:
            return (1 if count >= upper[0] else -1), coverage
    return 0, None


def gi_star(values: ArrayLike, neighbours: Sequence[Sequence[int]]) -> Floats:
    """Getis and Ord's local statistic Gi* of each place: how many standard deviations the sum over the place and its
    neighbours lies above what the mean of all places gives (A. Getis and J. K. Ord, Geographical Analysis 24 (1992),
    189-206; its standardised form: 27 (1995), 286-306). Weights are 1 for the place itself and for each neighbour.

    `neighbours` gives for each place the numbers of those that touch it. 0 throughout where all values are the same
    and where everything is everything's neighbour.
    """
    x = np.asarray(values, dtype=float)
    sums = np.array([x[[place, *around]].sum() for place, around in enumerate(neighbours)])
    weights = np.array([1 + len(around) for around in neighbours], dtype=float)
    spread = x.std() * np.sqrt(np.maximum(len(x) * weights - weights**2, 0) / max(len(x) - 1, 1))
    above = sums - x.mean() * weights
    return np.asarray(np.divide(above, spread, out=np.zeros(len(x)), where=spread > 0))


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values of one breakdown, adjusted together (Benjamini-Hochberg)."""
    return [float(p) for p in stats.false_discovery_control(p_values)] if p_values else []
