"""Serves the judging of figures: turns the counts of a force's units and what is expected of each into a funnel.

The limits are widened by the variance between units that differ for reasons of their own (additive over-dispersion:
D. J. Spiegelhalter, Quality and Safety in Health Care 14 (2005), 347-351, and Statistics in Medicine 24 (2005),
1185-1202), estimated from winsorised deviations and corrected for what winsorising takes away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FEWEST_UNITS = 8
FEWEST_EXPECTED = 5.0
WIDEST_SPREAD = 0.30
"""Under so many units, with fewer events expected of any, or with a larger tau, a funnel says nothing of a unit."""

COVERAGES = {0.95: 1.96, 0.998: 3.09}
WINSORISED = 0.10

Refusal = Literal["too few units", "too few expected", "units too different"]


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """A funnel of k units in their order.

    `spread` is tau, the standard deviation of the units' true rates around the force's, as a fraction of it.
    `refusal` says why no funnel is to be drawn, None where it is; the standings are then all 0. `standing` is -1, 0
    or 1: below, inside or above the limits of 95%; `outside` the coverage of the widest limits that the unit is
    outside, 0 where it is inside all.
    """

    expected: Floats
    spread: float
    refusal: Refusal | None
    standing: NDArray[np.int64]
    outside: Floats
    allowance: float

    def limits(self, expected: ArrayLike, coverage: float) -> tuple[Floats, Floats]:
        """Lower and upper limit, in events, at so many expected events (above 0) for a coverage of 0.95 or 0.998.

        The lower limit is 0 where even no event would lie inside.
        """
        return limits(expected, self.spread, coverage, self.allowance)


def funnel(counts: ArrayLike, expected: ArrayLike, *, allowance: float = 0.0) -> Funnel:
    """The funnel of k units' counts and expected counts (the force's rate times the unit's population or base).

    `allowance` moves both limits outwards by so many events, where counts are known to a margin only. A unit without
    anything expected of it makes the funnel refused, as any under 5 does.
    """
    o, e = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    standing, outside = np.zeros(o.size, dtype=np.int64), np.zeros(o.size)
    few = "too few units" if o.size < FEWEST_UNITS else "too few expected" if (e < FEWEST_EXPECTED).any() else None
    if few:
        return Funnel(e, float("nan"), few, standing, outside, allowance)  # type: ignore[arg-type]
    spread = between_units(o, e)
    if spread > WIDEST_SPREAD:
        return Funnel(e, spread, "units too different", standing, outside, allowance)
    for coverage in COVERAGES:
        lower, upper = limits(e, spread, coverage, allowance)
        beyond = (o > upper).astype(np.int64) - (o < lower)
        outside[beyond != 0] = coverage
        standing = np.where(beyond != 0, beyond, standing)
    return Funnel(e, spread, None, standing, outside, allowance)


def limits(expected: ArrayLike, spread: float, coverage: float, allowance: float = 0.0) -> tuple[Floats, Floats]:
    """Lower and upper limit, in events, of counts that are expected (above 0) with so much spread between units."""
    e = np.asarray(expected, dtype=float)
    reach = COVERAGES[coverage] * 2 / 3 * e ** (-1 / 3) * np.sqrt(e + spread**2 * e**2)
    lower, upper = np.maximum(e ** (2 / 3) - reach, 0.0) ** 1.5, (e ** (2 / 3) + reach) ** 1.5
    return np.maximum(lower - allowance, 0.0), upper + allowance


def between_units(counts: ArrayLike, expected: ArrayLike) -> float:
    """tau, the spread between 2 or more units beyond chance: 0 where chance explains all of it.

    z = log(O / E) sqrt(E), winsorised at its 10% and 90% quantiles, which leaves 0.69 to 0.72 of its variance.
    """
    o, e = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    z = np.log(np.maximum(o, 0.5) / e) * np.sqrt(e)
    z = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    left = 0.72 if o.size <= 12 else 0.70 if o.size <= 30 else 0.69
    total = e.sum()
    variance = ((z**2).sum() / left - (o.size - 1)) / (total - (e**2).sum() / total)
    return float(np.sqrt(max(variance, 0.0)))
