"""Serves the judging of figures: turns counts and shares into their 95% confidence intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

TAIL = 0.025
_Z = float(special.ndtri(1 - TAIL))


def wilson_interval(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper end of Wilson's 95% interval of each share, as fractions of 1.

    Denominators are above 0; where one is not, both ends are NaN. E. B. Wilson, Journal of the American Statistical
    Association 22 (1927), 209-212.
    """
    x, n = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    n = np.where(n > 0, n, np.nan)
    share, step = x / n, _Z * _Z / n
    middle = (share + step / 2) / (1 + step)
    half = _Z / (1 + step) * np.sqrt(share * (1 - share) / n + step / (4 * n))
    return np.where(x == 0, middle * 0, middle - half), np.where(x == n, middle * 0 + 1, middle + half)


def poisson_interval(counts: ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper end of the exact (Garwood) 95% interval of each Poisson count, in events.

    F. Garwood, Biometrika 28 (1936), 437-442.
    """
    observed = np.asarray(counts, dtype=float)
    lower = special.gammaincinv(np.where(observed == 0, 1.0, observed), TAIL)
    return np.where(observed == 0, 0.0, lower), np.asarray(special.gammainccinv(observed + 1, TAIL), dtype=float)
