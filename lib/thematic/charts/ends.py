"""Writes out the highest and the lowest point of a line of months, where there is room for their words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from thematic.charts.canvas import FOCUS, line, write
from thematic.charts.labels import Box
from thematic.charts.measuring import width_of

_AWAY, _HALF_LINE = 13, 7
"""In points: how far the words stand from their point, and half their height."""


def draw(
    axes: Axes, values: Sequence[float], texts: Sequence[str], taken: Sequence[Box], levels: Sequence[float]
) -> list[Box]:
    """Writes the highest value above its month and the lowest below, where there is room; the boxes of the words.

    `values` are NaN where there is none, `texts` how each is written. `taken` is where other words stand and `levels`
    the heights of lines across, in points from the lower left corner of the axes, which have their limits already.
    """
    (bottom, top), plot = axes.get_ylim(), axes.bbox
    found: list[Box] = []
    marked: list[int] = []
    step = plot.width / len(values)
    for place, side in _ends(values):
        x, y = step * (place + 0.5), plot.height * (values[place] - bottom) / (top - bottom)
        boxes = list(_beside(x, y + side * _AWAY, width_of(texts[place]), plot.width))
        free = [box for box in boxes if _is_free(box, [*taken, *found], levels, plot.height)]
        if free:
            spot = ((free[0].left + free[0].right) / 2, y + side * _AWAY)
            write(axes, texts[place], (0, 0), spot, axes.transAxes, ha="center")
            found.append(free[0])
            marked.append(place)
    if marked:
        heights = [values[place] for place in marked]
        line(axes, marked, heights, linestyle="", marker="o", color=FOCUS, markersize=4.5, clip_on=False, zorder=4.5)
    return found


def _ends(values: Sequence[float]) -> list[tuple[int, int]]:
    """The month of the highest value and 1, that of the lowest and -1; the latest of several alike, none that
    is last."""
    known = [(value, place) for place, value in enumerate(values) if not math.isnan(value)]
    if not known or max(known)[0] == min(known)[0]:
        return []
    lowest = min(known, key=lambda one: (one[0], -one[1]))
    return [(place, side) for (_, place), side in ((max(known), 1), (lowest, -1)) if place != len(values) - 1]


def _beside(x: float, y: float, wide: float, room: float) -> Iterator[Box]:
    """The places for words of that width at a height: over the spot, and to either side of it."""
    for wanted in (x - wide / 2, x - wide, x):
        left = min(max(wanted, 1.0), room - wide - 1)
        yield Box(left - 2, y - _HALF_LINE, left + wide + 2, y + _HALF_LINE)


def _is_free(box: Box, taken: Sequence[Box], levels: Sequence[float], height: float) -> bool:
    crossed = any(box.bottom - 1 < level < box.top + 1 for level in levels)
    return box.bottom >= 0 and box.top <= height + 1 and not crossed and not any(box.meets(other) for other in taken)
