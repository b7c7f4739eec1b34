"""Serves the judging of figures: turns the counts of a map's hexagons into its hotspots, at most 5% of them false.

Without residents a hotspot is where most is recorded (the local sum of A. Getis and J. K. Ord, Geographical Analysis
24 (1992), 189-206, judged by conditional permutation: L. Anselin, Geographical Analysis 27 (1995), 93-115). With
residents it is where more is recorded than residents explain, places differing in risk at random being allowed for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from thematic.stats.comparison import adjusted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FALSE_DISCOVERIES = 0.05
DRAWS, SEED = 59_999, 1
MEASURABLE, ENOUGH_MEASURABLE = 1.0, 30
"""Places of which 1 or more is expected tell how risk differs, if there are 30 of them."""

_FINENESS = 1e6
"""Logarithms are added as whole millionths, so that equal sums are equal in whatever order they are added."""


@dataclass(frozen=True, slots=True, eq=False)
class Hotspots:
    """The hotspots of n places, in their order: the p-value of each (NaN where it is not tested), that adjusted over
    the map, and whether the place is a hotspot. `spread` is the variation of risk between places (a standard
    deviation as a fraction of the mean; NaN without residents)."""

    p: Floats
    adjusted: Floats
    hot: Bools
    spread: float


def hotspots_of_counts(counts: ArrayLike, neighbours: Sequence[Sequence[int]]) -> Hotspots:
    """Where most is recorded: places that, with those that touch them, hold more than chance would put together.

    `neighbours` gives for each place the numbers of those that touch it; a place without any is not tested. The place
    itself is held; the sum of its neighbours' log(1 + count) is compared with that of 59,999 draws of as many places
    of the map, the same at every run. The logarithm keeps one very full place from deciding for all around it, and
    from hiding every other: on the scale of counts a town next to fields is found in no map of ASB. A hotspot also
    lies above the map's mean count itself.
    """
    values = np.asarray(counts, dtype=float)
    logs = np.rint(np.log1p(values) * _FINENESS).astype(np.int64)
    degrees = np.array([len(around) for around in neighbours], dtype=np.int64)
    p = np.full(values.size, np.nan)
    if degrees.size and degrees.max() > 0:
        sums = _sums(logs, neighbours)
        for degree, drawn in enumerate(_drawn_sums(logs, int(degrees.max())), start=1):
            of = degrees == degree
            if of.any():
                p[of] = (1 + DRAWS - np.searchsorted(np.sort(drawn), sums[of], side="left")) / (DRAWS + 1)
    return _hotspots(p, values > values.mean() if values.size else values > 0, float("nan"))


def hotspots_of_residents(counts: ArrayLike, residents: ArrayLike, neighbours: Sequence[Sequence[int]]) -> Hotspots:
    """Where more is recorded than residents explain, each place taken with those that touch it.

    What is expected of a place is the map's total by its part of all residents. The upper tail of the negative
    binomial distribution of that mean, and of a variance that holds the spread of risk between places. A hotspot also
    holds more than is expected of it itself. Places with no resident in them or around them are not tested.
    """
    values, people = np.asarray(counts, dtype=float), np.asarray(residents, dtype=float)
    if people.sum() <= 0:
        return _hotspots(np.full(values.size, np.nan), values < 0, float("nan"))
    expected = values.sum() * people / people.sum()
    variance = _risk_variance(values, expected)

    starts = np.cumsum([0, *(1 + len(near) for near in neighbours[:-1])])
    flat = np.fromiter(chain.from_iterable((place, *near) for place, near in enumerate(neighbours)), dtype=np.int64)

    def around(of: Floats) -> Floats:
        return np.asarray(np.add.reduceat(of[flat], starts))

    observed, mean, extra = around(values), around(expected), variance * around(expected**2)
    p = np.full(values.size, np.nan)
    tested = mean > 0
    p[tested] = _upper_tail(observed[tested], mean[tested], extra[tested])
    return _hotspots(p, values > expected, float(np.sqrt(variance)))


def _sums(values: NDArray[np.int64], neighbours: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Of each place the sum of the values of those that touch it."""
    ends = np.cumsum([len(around) for around in neighbours])
    flat = np.fromiter(chain.from_iterable(neighbours), dtype=np.int64, count=int(ends[-1]))
    so_far = np.concatenate([[0], values[flat].cumsum()])
    upper, lower = so_far[ends], so_far[np.concatenate([[0], ends[:-1]])]
    return np.asarray(upper - lower, dtype=np.int64)


def _drawn_sums(values: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    """The sums of the first, the first two and so on of `most` values of each draw."""
    so_far = np.zeros(DRAWS, dtype=np.int64)
    for places in _draws(values.size, most):
        so_far += values[places]
        yield so_far


@lru_cache(maxsize=4)
def _draws(size: int, most: int) -> tuple[NDArray[Any], ...]:
    """The first, the second and so on of `most` different places under `size`, an array of all draws to each.

    Each set of places is as likely. A place is drawn among those that are left, and counted on past every taken one
    below it; these are kept in order, the lowest first. It depends on the size of the map alone, and a report's maps
    are of one size.
    """
    rng, kind = np.random.default_rng(SEED), np.min_scalar_type(size)
    drawn: list[NDArray[Any]] = []
    taken: list[NDArray[Any]] = []
    for left in range(size, size - most, -1):
        number = rng.integers(0, left, DRAWS).astype(kind)
        for each in taken:
            number += number >= each
        drawn.append(number)
        highest = number
        for place, each in enumerate(taken):
            taken[place], highest = np.minimum(each, highest), np.maximum(each, highest)
        taken.append(highest)
    return tuple(drawn)


def _risk_variance(values: Floats, expected: Floats) -> float:
    """tau squared, how much the risk of residents differs between places beyond chance; the largest of two readings,
    by residents and by places."""
    excess = (values - expected) ** 2 - values
    found = [0.0, float(excess.sum() / max((expected**2).sum(), 1e-12))]
    measurable = expected >= MEASURABLE
    if measurable.sum() >= ENOUGH_MEASURABLE:
        found.append(float((excess[measurable] / expected[measurable] ** 2).mean()))
    return max(found)


def _upper_tail(observed: Floats, mean: Floats, extra: Floats) -> Floats:
    """How likely so many or more are: negative binomial of that mean and `extra` variance, Poisson without."""
    spread = extra > mean * 1e-9
    size = np.where(spread, mean**2 / np.where(spread, extra, 1.0), 1.0)
    counted = np.maximum(observed, 1.0)
    tail = np.where(
        spread,
        special.betainc(counted, size, np.where(spread, extra / (mean + extra), 0.5)),
        special.gammainc(counted, mean),
    )
    return np.where(observed <= 0, 1.0, tail)


def _hotspots(p: Floats, above: Bools, spread: float) -> Hotspots:
    found = adjusted(p, np.zeros(p.size, dtype=np.int64)) if p.size else p
    with np.errstate(invalid="ignore"):
        return Hotspots(p, found, (found < FALSE_DISCOVERIES) & above, spread)
