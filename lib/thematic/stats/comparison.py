"""Serves the judging of figures: tests two windows' figures against one another, for many rows at once.

Every function takes arrays with a row for each figure and gives a `Comparison` of as many rows: the p-value, and what
the verdict needs beside it. Months are columns, aligned to the right: the last column is the window's last month in
both arrays, and the column beside it the month before. NaN is a month that is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEWEST_PAIRS = 6
"""Pairs of months that have to hold something before the spread between them is believed."""

A_FIFTH = float(np.log(1.2))
LITTLE, LITTLE_POINTS = 20, 50
"""A change is little under one part in 20 (5%) of the earlier figure; of a share, under one in 50 (2 points)."""

MOST_POINTS = 0.05
_Z = 1.96
_TIED = float(np.log1p(1e-7))
"""Likelihoods that are no further apart than rounding can bring them count as the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What the tests of n figures gave; every array has n entries.

    `p` is two-sided, NaN where the figure is not tested, 1 where nothing was counted in either window. `events` are
    those of both windows together (of ratios and shares, the numerators). `side` is the sign of the change of the
    figure itself: 1, 0 or -1. `little` says that the change is under 5% of the earlier figure (of a share, under 2
    points). `half_width` is half of the change's 95% interval, of the logarithm of the figures' ratio (of a share, of
    the difference as a fraction of 1), and `widest` the largest half-width with which a change of a fifth would show.
    """

    p: Floats
    events: Floats
    side: Ints
    little: Bools
    half_width: Floats
    widest: Floats


def compare_counts(
    now: ArrayLike,
    before: ArrayLike,
    *,
    window: ArrayLike = 12,
    populations: tuple[ArrayLike, ArrayLike] | None = None,
    sums: ArrayLike = False,
) -> Comparison:
    """The pairs-of-months test of counts, of rates over populations and of sums of whole numbers.

    `now` and `before` (n by months) hold the same months of the year of the two windows: for a window of under 12
    months the 12 pairs that end with it, of which the last `window` (a number, or one a row) make the totals A and B.
    `populations` are those of the two windows (n each). `sums` (a flag, or one a row) marks sums of a whole column.

    Pairing takes the season out. phi is the spread between the pairs that hold anything, about A / N of all pairs:
    t = (A - N p0) / sqrt(phi N p0 (1 - p0)) on their number less one degrees, p0 the current population's part of
    both (1/2 without). Where phi is no more than 1, fewer than 6 pairs hold anything, or A or B is 0: the exact
    binomial test of A in N at p0. Sums take phi as at least 1 and are never tested exactly: not tested then.
    Not tested either are rows with an unknown month inside the window, or without a population.
    """
    a, b = _months(now), _months(before)
    rows, months = a.shape
    inside = np.arange(months) >= months - np.broadcast_to(np.asarray(window), (rows,))[:, None]
    known = ~(np.isnan(a) | np.isnan(b))
    complete = (known | ~inside).all(axis=1)
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    total_a, total_b = (a * inside).sum(axis=1), (b * inside).sum(axis=1)
    total = total_a + total_b
    of_now, of_before = _pair(populations, rows)
    both = of_now + of_before
    share = np.where(both > 0, of_now / np.where(both > 0, both, 1.0), np.nan)

    phi, pairs = _spread(a, b)
    whole = np.broadcast_to(np.asarray(sums, dtype=bool), (rows,))
    phi = np.where(whole, np.fmax(phi, 1.0), phi)
    wide = (total_a > 0) & (total_b > 0) & (pairs >= FEWEST_PAIRS) & (whole | (phi > 1))
    degrees = np.maximum(pairs - 1, 1)

    tested = complete & (share > 0) & (share < 1)
    exact = tested & ~wide & ~whole
    p = np.full(rows, np.nan)
    p[exact] = binomial_test(total_a[exact], total[exact], share[exact])
    t = tested & wide
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.abs(total_a - total * share) / np.sqrt(phi * total * share * (1 - share))
        half = np.where(wide, special.stdtrit(degrees, 0.975) * np.sqrt(4 * phi / total), _Z * np.sqrt(4 / total))
    p[t] = 2 * special.stdtr(degrees[t], -deviation[t])
    side, little = _change(total_a, of_now, total_b, of_before, LITTLE)
    return Comparison(p, total, side, little, np.where(np.isnan(p), np.nan, half), np.full(rows, A_FIFTH))


def compare_ratios(now: ArrayLike, before: ArrayLike, of_now: ArrayLike, of_before: ArrayLike) -> Comparison:
    """The test of ratios of counts (outcomes over recorded crimes, per 1,000 of a count), whose numerators need not
    be parts of their denominators.

    All arrays are n by months: numerators X and Y, denominators D and E, of all months of the windows (shorter
    windows have NaN to the left). p is the larger of two: the exact binomial test of X in X + Y at D / (D + E), and
    the jackknife over the m pairs of months, with theta = log((X + 1/2) / (Y + 1/2) E / D), theta_i without pair i,
    pseudo-values m theta - (m - 1) theta_i of standard deviation s and t = theta / (s / sqrt m) on m - 1 degrees.
    The binomial decides alone if X or Y is 0, fewer than 6 pairs hold a numerator, s is 0, or D or E would be 0
    without one of the pairs. Not tested: D or E is 0.
    """
    arrays = [_months(each) for each in (now, before, of_now, of_before)]
    known = np.asarray(~np.isnan(arrays).any(axis=0))
    x, y, d, e = (np.where(known, each, 0.0) for each in arrays)
    total_x, total_y, total_d, total_e = (each.sum(axis=1) for each in (x, y, d, e))
    p = np.full(len(x), np.nan)
    tested = (total_d > 0) & (total_e > 0)
    p[tested] = binomial_test(
        total_x[tested], (total_x + total_y)[tested], (total_d / np.where(tested, total_d + total_e, 1.0))[tested]
    )
    half = _Z * np.sqrt(1 / (total_x + 0.5) + 1 / (total_y + 0.5))

    able = tested & (total_x > 0) & (total_y > 0) & (((x + y) > 0).sum(axis=1) >= FEWEST_PAIRS)
    able &= ((total_d[:, None] - d > 0) & (total_e[:, None] - e > 0) | ~known).all(axis=1)
    jackknife_p, jackknife_half = _jackknife(*(each[able] for each in (x, y, d, e, known)))
    decides = np.zeros(len(x), dtype=bool)
    decides[able] = jackknife_p > p[able]
    p[able] = np.fmax(p[able], jackknife_p)
    half[able] = np.where(decides[able], jackknife_half, half[able])

    side, little = _change(total_x, total_d, total_y, total_e, LITTLE)
    half = np.where(np.isnan(p), np.nan, half)
    return Comparison(p, total_x + total_y, side, little, half, np.full(len(x), A_FIFTH))


def compare_shares(now: ArrayLike, of_now: ArrayLike, before: ArrayLike, of_before: ArrayLike) -> Comparison:
    """The score test of two proportions with the pooled variance: shares, satisfaction, repeats.

    All arrays have n entries: the part and the whole of either window. A pooled share of 0 or 1 has p = 1. Not
    tested: a whole is 0. A change of a fifth would show where half the 95% interval of the difference is at most a
    fifth of the earlier share and at most 5 points.
    """
    x, d, y, e = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (now, of_now, before, of_before))
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other, pooled = x / d, y / e, (x + y) / (d + e)
        z = np.abs(one - other) / np.sqrt(pooled * (1 - pooled) * (1 / d + 1 / e))
        half = _Z * np.sqrt(one * (1 - one) / d + other * (1 - other) / e)
    p = np.where((pooled <= 0) | (pooled >= 1), 1.0, 2 * special.ndtr(-z))
    p = np.where((d > 0) & (e > 0), p, np.nan)
    side, _ = _change(x, d, y, e, LITTLE_POINTS)
    little = LITTLE_POINTS * np.abs(x * e - y * d) < d * e
    return Comparison(p, x + y, side, little, np.where(np.isnan(p), np.nan, half), np.minimum(other / 5, MOST_POINTS))


def binomial_test(counts: ArrayLike, totals: ArrayLike, shares: ArrayLike) -> Floats:
    """p-values of the exact two-sided binomial tests of counts in totals at shares between 0 and 1, ends excluded:
    how likely are outcomes no likelier than this one, as scipy.stats.binomtest counts them. 1 where a total is 0."""
    count, total, share = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(each, dtype=float)) for each in (counts, totals, shares))
    )
    above = count > total * share
    count, share = np.where(above, total - count, count), np.where(above, 1 - share, share)
    limit = _log_likelihood(count, total, share) + _TIED
    low, high = np.ceil(total * share), total + 1
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        beyond = _log_likelihood(np.minimum(middle, total), total, share) <= limit
        open_still = low < high
        high = np.where(open_still & beyond, middle, high)
        low = np.where(open_still & ~beyond, middle + 1, low)
    whole = total.astype(np.int64)
    lower = special.bdtr(count, whole, share)
    upper = np.where(low > total, 0.0, special.bdtrc(np.minimum(low, total + 1) - 1, whole, share))
    return np.where(total == 0, 1.0, np.minimum(lower + upper, 1.0))


def adjusted(p: ArrayLike, families: ArrayLike, events: ArrayLike | None = None) -> Floats:
    """The p-values of n rows, adjusted within each family (Benjamini-Hochberg, 1995).

    `families` gives for each row the family it is tested with (anything that can be compared). Rows with NaN, and
    those where nothing was counted (`events` 0), are in no family and keep their p. A row whose result is not
    published belongs to its family with p = 1, which is for the caller to set.
    """
    values = np.atleast_1d(np.asarray(p, dtype=float)).copy()
    inside = ~np.isnan(values)
    if events is not None:
        inside &= np.asarray(events) > 0
    _, numbers = np.unique(np.asarray(families), return_inverse=True)
    rows = np.flatnonzero(inside)
    rows = rows[np.lexsort((values[rows], numbers.reshape(-1)[rows]))]
    for family in np.split(rows, np.flatnonzero(np.diff(numbers.reshape(-1)[rows])) + 1):
        ranked = values[family] * len(family) / np.arange(1, len(family) + 1)
        values[family] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return values


def _months(values: ArrayLike) -> Floats:
    return np.atleast_2d(np.asarray(values, dtype=float))


def _pair(populations: tuple[ArrayLike, ArrayLike] | None, rows: int) -> tuple[Floats, Floats]:
    one, other = (1.0, 1.0) if populations is None else populations
    wide = [np.broadcast_to(np.asarray(each, dtype=float), (rows,)) for each in (one, other)]
    return wide[0], wide[1]


def _spread(a: Floats, b: Floats) -> tuple[Floats, Ints]:
    """The extra-Poisson spread phi between the pairs of each row (NaN without), and how many pairs hold anything."""
    sizes = a + b
    pairs = (sizes > 0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (a.sum(axis=1) / sizes.sum(axis=1))[:, None]
        terms = (a - sizes * share) ** 2 / (sizes * share * (1 - share))
        return np.where(sizes > 0, terms, 0.0).sum(axis=1) / (pairs - 1), pairs


def _jackknife(x: Floats, y: Floats, d: Floats, e: Floats, known: Bools) -> tuple[Floats, Floats]:
    """p-value and half-width of log(X/D : Y/E) from leaving out each pair of months in turn; NaN where s is 0."""
    pairs = known.sum(axis=1)

    def effect(x: Floats, y: Floats, d: Floats, e: Floats) -> Floats:
        return np.asarray(np.log((x + 0.5) / (y + 0.5) * (e / d)))

    totals = [each.sum(axis=1, keepdims=True) for each in (x, y, d, e)]
    whole = effect(*totals)
    left_out = effect(*(total - each for total, each in zip(totals, (x, y, d, e), strict=True)))
    pseudo = np.where(known, pairs[:, None] * whole - (pairs[:, None] - 1) * left_out, 0.0)
    mean = pseudo.sum(axis=1, keepdims=True) / pairs[:, None]
    error = np.sqrt((np.where(known, pseudo - mean, 0.0) ** 2).sum(axis=1) / (pairs - 1) / pairs)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > 0, whole[:, 0] / error, np.nan)
    return 2 * special.stdtr(pairs - 1, -np.abs(t)), special.stdtrit(pairs - 1, 0.975) * error


def _change(x: Floats, d: Floats, y: Floats, e: Floats, little: int) -> tuple[Ints, Bools]:
    """The sign of x/d - y/e, and whether it is under one part in `little` of y/e; in whole numbers, so exactly."""
    difference = x * e - y * d
    return np.sign(np.nan_to_num(difference)).astype(np.int64), little * np.abs(difference) < y * d


def _log_likelihood(count: Floats, total: Floats, share: Floats) -> Floats:
    ways = special.gammaln(total + 1) - special.gammaln(count + 1) - special.gammaln(total - count + 1)
    return np.asarray(ways + special.xlogy(count, share) + special.xlog1py(total - count, -share))
