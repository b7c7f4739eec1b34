"""Serves the telling of figures: turns small numbers into how often a true change of them would be found."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy import special

PAIRS = 12
_STEPS = 400


def power(events: float, rise: float = 0.2, *, tests: int = 1, phi: float = 1.0) -> float:
    """The chance (0 to 1) that a true rise of a count from so many events a year would be significant after a year.

    `rise` is a fraction of the earlier year (0.2, a fifth; a fall is negative), `tests` the number of tests of the
    family, all others unchanged, and `phi` the true spread between the pairs of months (1: chance alone). Of the
    pairs-of-months test over 12 pairs: by the binomial where the spread that is seen is at most 1, else by t on 11
    degrees with that spread.
    """
    later = events * (1 + rise)
    total = events + later
    if total <= 0:
        return 0.0
    shift, level = abs(later - events) / sqrt(total), 0.05 / tests
    quantiles = (np.arange(_STEPS) + 0.5) / _STEPS
    seen = phi * special.chdtri(PAIRS - 1, 1 - quantiles) / (PAIRS - 1)
    exact = -special.ndtri(level / 2) + 0.5 / sqrt(total / 4)
    wide = -special.stdtrit(PAIRS - 1, level / 2) * np.sqrt(seen)
    needed = np.where(seen <= 1, exact, wide)
    return float(special.ndtr((shift - needed) / sqrt(phi)).mean() + special.ndtr((-shift - needed) / sqrt(phi)).mean())


def power_words(chance: float) -> str:
    """A chance as a reader says it: "in 4 years of 100", "in hardly any year", "in nearly every year"."""
    years = round(100 * chance)
    if years < 1:
        return "in hardly any year"
    if years > 99:
        return "in nearly every year"
    return f"in {years} year{'s' if years > 1 else ''} of 100"
