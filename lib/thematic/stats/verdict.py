"""Serves the judging of figures: turns what a comparison gave into the one word for each figure, and into the smallest
change that would have shown."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from thematic.stats.comparison import Comparison, Floats

Verdict = Literal["Significant increase", "Significant decrease", "Increase", "Decrease", "Stable", "No clear change"]

STABLE: Verdict = "Stable"
NO_CLEAR_CHANGE: Verdict = "No clear change"

SIGNIFICANT, POSSIBLE = 0.05, 0.32
FEWEST_EVENTS = 20
"""Under so many events in both windows together there is no Increase, no Decrease and no Stable."""

MOST_SAID = 2.5
"""A rise of more, as a fraction of the earlier figure, is past "a tripling"."""

_ROUNDING = 1e-9
_FRACTIONS = (
    (1 / 20, "a twentieth"),
    (1 / 10, "a tenth"),
    (1 / 8, "an eighth"),
    (1 / 6, "a sixth"),
    (1 / 5, "a fifth"),
    (1 / 4, "a quarter"),
    (1 / 3, "a third"),
    (2 / 5, "two fifths"),
    (1 / 2, "a half"),
    (2 / 3, "two thirds"),
    (3 / 4, "three quarters"),
    (1.0, "a doubling"),
    (2.0, "a tripling"),
)


def verdicts(comparison: Comparison, adjusted_p: ArrayLike) -> list[Verdict | None]:
    """The verdict on each of n figures; None for one that is not tested.

    Significant: the p-value adjusted within its family is under 0.05. Else an Increase or Decrease where the p-value
    alone is under 0.32, by the sign of the change. Else Stable, where the change is little and a change of a fifth
    would have shown; and No clear change otherwise. Of fewer than 20 events, only the significant ones and No clear
    change.
    """
    adjusted = np.asarray(adjusted_p, dtype=float)
    moved, few = comparison.side != 0, comparison.events < FEWEST_EVENTS
    with np.errstate(invalid="ignore"):
        significant = (adjusted < SIGNIFICANT) & moved
        possible = (comparison.p < POSSIBLE) & moved & ~few
        stable = comparison.little & would_show_a_fifth(comparison) & ~few
    up = comparison.side > 0
    words = np.select(
        [np.isnan(comparison.p), significant & up, significant, possible & up, possible, stable],
        [0, 1, 2, 3, 4, 5],
        6,
    )
    return [_WORDS[word] for word in words]


_WORDS: tuple[Verdict | None, ...] = (
    None,
    "Significant increase",
    "Significant decrease",
    "Increase",
    "Decrease",
    "Stable",
    "No clear change",
)


def would_show_a_fifth(comparison: Comparison) -> NDArray[np.bool_]:
    """Whether a change of a fifth would have shown in each figure; False for one that is not tested."""
    with np.errstate(invalid="ignore"):
        return np.asarray(comparison.half_width <= comparison.widest + _ROUNDING)


def smallest_rise(comparison: Comparison) -> Floats:
    """The smallest rise of each count, rate or ratio that would have shown, as a fraction of the earlier figure.

    Of a comparison of shares the half-width is that already, in fractions of 1. NaN where the figure is not tested,
    infinite where nothing was counted.
    """
    return np.asarray(np.expm1(comparison.half_width))


def would_not_show(rise: float) -> str:
    """What a reader is told of a figure without a clear change, from its smallest rise (a fraction, above 0): "a change
    of less than about a third would not stand out from chance"; the nearest of a dozen fractions, by their ratio."""
    if rise > MOST_SAID:
        return f"even {_FRACTIONS[-1][1]} would not stand out from chance"
    nearest = min(_FRACTIONS, key=lambda each: abs(np.log(max(rise, _ROUNDING) / each[0])))
    return f"a change of less than about {nearest[1]} would not stand out from chance"
