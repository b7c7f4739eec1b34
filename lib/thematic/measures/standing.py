"""Says where an area's rate lies beside the force's, from its interval, and which changes are the plainest."""

from __future__ import annotations

import math

from thematic.measures.figures import Figure

WELL = 1.2
"""From so many times the force's rate on (or this part of it) a rate that differs is well above (below) it."""


def beside_force(figure: Figure, force: Figure) -> str:
    """`above` or `below` where the whole 95% interval lies there, `well above` and `well below` from a fifth on, else
    `near`; "" where either is unknown or has no interval."""
    if figure.value is None or force.value is None or figure.lower_95 is None or figure.upper_95 is None:
        return ""
    if figure.lower_95 > force.value:
        return "well above" if figure.value >= WELL * force.value else "above"
    if figure.upper_95 < force.value:
        return "well below" if figure.value * WELL <= force.value else "below"
    return "near"


def plainness(figure: Figure) -> float:
    """How plain a change is beside what chance gives, to put figures in order: the logarithm of the ratio over its
    standard error, as if the counts behind it were Poisson. 0 where nothing is compared."""
    now, earlier = figure.value, figure.previous_value
    if not now or not earlier or now * earlier < 0:
        return 0.0
    counts = [count or now for count in (figure.numerator, figure.earlier_numerator)]
    return abs(math.log(now / earlier)) / math.sqrt(sum(1 / max(abs(count), 1) for count in counts))
