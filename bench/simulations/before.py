"""The rules of the first edition, kept so that the simulations can show both editions on the same scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LIMIT_FACTOR, SCREEN_FACTOR = 2.66, 3.267


def xmr_causes(counts: Floats) -> Floats:
    """Special causes of series of 36 months, n by 24 (1 high, -1 low): each month against its season in the two years
    before the last, at the level of the year before; XmR limits, runs of 7, two of three, seven rising or falling."""
    first, second = counts[:, :12], counts[:, 12:24]
    growth = np.round((second - first).mean(axis=1, keepdims=True)) / 2
    average = (first + second) / 2
    expected = np.maximum(np.hstack([average - growth, average + growth, average + growth]), 0)
    away = counts - expected
    ranges = np.abs(np.diff(away[:, :24], axis=1))
    kept = ranges < SCREEN_FACTOR * ranges.mean(axis=1, keepdims=True)
    mean_range = (ranges * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
    level = expected.mean(axis=1)
    chance = 3 * np.sqrt(37 / 24 * np.maximum(level, 1))
    width = np.maximum(LIMIT_FACTOR * mean_range * np.sqrt(37 / 12), chance)[:, None]
    beyond = np.sign(away) * (np.abs(away) > width)
    sides = np.sign(away)
    runs = _unbroken(sides, 7)
    outer = sides * ((np.abs(away) > 2 * width / 3) & (np.abs(away) <= width))
    moves = _unbroken(np.sign(np.diff(away, axis=1)), 6)
    moves = np.hstack([moves, moves[:, -1:]])
    causes = np.where(beyond != 0, beyond, np.where(runs != 0, runs, np.where(_two_of_three(outer), outer, moves)))
    return np.where(level[:, None] >= 5, causes, beyond)


def trend_words(counts: Floats) -> list[str]:
    """The first edition's trend of n series of 36 months: that of the latest month's special cause."""
    last = xmr_causes(counts)[:, -1]
    return [{1: "Significant increase", -1: "Significant decrease"}.get(int(side), "") for side in last]


def _unbroken(sides: Floats, long: int) -> Floats:
    found = np.zeros_like(sides)
    for first in range(sides.shape[1] - long + 1):
        part = sides[:, first : first + long]
        same = (part == part[:, :1]).all(axis=1) & (part[:, 0] != 0)
        found[same, first : first + long] = part[same]
    return found


def _two_of_three(outer: Floats) -> Bools:
    found = np.zeros(outer.shape, dtype=bool)
    for first in range(outer.shape[1] - 2):
        part = outer[:, first : first + 3]
        for side in (1, -1):
            found[:, first : first + 3] |= ((part == side).sum(axis=1) >= 2)[:, None] & (part == side)
    return found


def poisson_outside(counts: ArrayLike, expected: ArrayLike, coverage: float = 0.998) -> Bools:
    """Which counts lie outside the exact Poisson limits of the funnel, with no spread between units."""
    o, e = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    tail = (1 - coverage) / 2
    return np.asarray((special.pdtr(o, e) <= tail) | (special.pdtrc(o - 1, e) <= tail))


def gi_star_hot(counts: ArrayLike, neighbours: Sequence[Sequence[int]]) -> Bools:
    """The hotspots of Gi* with p-values of the normal curve, adjusted over the map, from 5 a neighbourhood."""
    x = np.asarray(counts, dtype=float)
    sums = np.array([x[[place, *around]].sum() for place, around in enumerate(neighbours)])
    weights = np.array([1.0 + len(around) for around in neighbours])
    spread = x.std() * np.sqrt(np.maximum(x.size * weights - weights**2, 0) / (x.size - 1))
    score = np.where(spread > 0, (sums - x.mean() * weights) / np.where(spread > 0, spread, 1), 0)
    if sums.mean() < 5:
        return np.zeros(x.size, dtype=bool)
    p = stats.false_discovery_control(2 * special.ndtr(-np.abs(score)))
    return np.asarray((p < 0.05) & (score > 0) & (x > 0))
