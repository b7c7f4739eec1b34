"""Turns counts of places into funnel limits and local statistics, by scipy's formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
FUNNEL_COVERAGES = (0.95, 0.998)


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
