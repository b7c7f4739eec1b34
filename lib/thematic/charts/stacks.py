"""Turns the parts of a few wholes into stacked bars, each part named and counted at its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from thematic.charts import canvas
from thematic.charts.canvas import FOCUS, INK, QUIET, WIDE, line, write
from thematic.charts.lanes import Label, in_lanes, tidiest
from thematic.charts.measuring import REGULAR, STRONG, width_of, wrap
from thematic.core.palette import LIGHT
from thematic.displays import Chart, DisplayTable

COLOURS = (FOCUS, LIGHT.third, LIGHT.second, LIGHT.fourth)
"""Of the parts in their order; each holds its contrast on white and on dark."""

MOST_PARTS = len(COLOURS)
_THICKNESS, _LINE, _LANE, _GAP, _EDGE = 26, 18, 18, 16, 1


@dataclass(frozen=True)
class Bar:
    """One whole: its heading, and what each part and what is left of it holds (None: nothing is drawn)."""

    heading: str
    values: Sequence[float | None]

    @property
    def length(self) -> float:
        return sum(value or 0 for value in self.values)


def stacked(
    parts: Sequence[str],
    bars: Sequence[Bar],
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Chart:
    """Horizontal bars from zero on one scale, each stacked of the same parts in their order.

    `parts` are their names, MOST_PARTS at most and then one of what is left; each is written over its part of every
    bar with its count. White gaps and these labels tell parts apart, not colour alone. Raises ValueError for more
    parts, for a bar with another number of values, and for a negative value.
    """
    if len(parts) > MOST_PARTS + 1:
        raise ValueError(f"a stacked bar has {MOST_PARTS} parts at most and what is left, not {len(parts)}")
    for bar in bars:
        if len(bar.values) != len(parts) or any(value is not None and value < 0 for value in bar.values):
            raise ValueError(f"'{bar.heading}': a bar needs {len(parts)} values of 0 or more")
    wide, narrow = canvas.drawings(lambda width: draw(parts, bars, width), id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


def draw(parts: Sequence[str], bars: Sequence[Bar], width: float = WIDE) -> Figure:
    """The figure: for each bar its heading, the labels in lanes, and the bar."""
    room = width - 2 * _EDGE
    scale = room / (max((bar.length for bar in bars), default=0) or 1)
    placed = [_placed(parts, bar, scale, room) for bar in bars]
    headings = [wrap(bar.heading, room, STRONG) for bar in bars]
    heights = [
        _LINE * len(lines) + _LANE * (1 + max((label.lane for label in labels), default=-1)) + _THICKNESS + _GAP
        for lines, labels in zip(headings, placed, strict=True)
    ]
    figure, axes = canvas.canvas(width, sum(heights), _EDGE, _EDGE, 0, 0)
    axes.set(xlim=(0, room), ylim=(sum(heights), 0))
    bottoms = accumulate(heights)
    for bar, lines, labels, height, bottom in zip(bars, headings, placed, heights, bottoms, strict=True):
        top = bottom - _GAP - _THICKNESS
        _draw_labels(axes, labels, top)
        _draw_bar(axes, bar, scale, top)
        for number, words in enumerate(lines):
            level = bottom - height + _LINE * (number + 0.5)
            write(axes, words, (0, level), fontweight=STRONG)
    return figure


def _draw_bar(axes: Axes, bar: Bar, scale: float, top: float) -> None:
    start = 0.0
    for number, value in enumerate(bar.values):
        long = (value or 0) * scale
        if long:
            colour = COLOURS[number] if number < len(COLOURS) and number < len(bar.values) - 1 else QUIET
            look: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "linewidth": 2}
            axes.add_artist(Rectangle((start, top), long, _THICKNESS, clip_on=False, **look))
        start += long


def _draw_labels(axes: Axes, labels: Sequence[Label], top: float) -> None:
    """The labels, each on a ground of its own where a leader has to run behind it."""
    for label in labels:
        middle = top - _LANE * (label.lane + 0.5) - 2
        if label.lane:
            line(axes, [label.at] * 2, [middle + _LANE / 2 - 1, top], color=INK, linewidth=0.9, clip_on=False, zorder=1)
        if any(other.crosses(label) for other in labels):
            size = (label.end - label.start + 4, _LANE - 2)
            ground = Rectangle((label.start - 2, middle - _LANE / 2 + 1), *size, facecolor="white", linewidth=0)
            axes.add_artist(ground).set(zorder=2, clip_on=False)
        write(axes, label.text, (label.start, middle), fontweight=REGULAR, zorder=3)


def _placed(parts: Sequence[str], bar: Bar, scale: float, room: float) -> Sequence[Label]:
    """The labels of a bar's parts: some of the first parts' begin over them, those of the others end over them, so that
    few leaders or none run behind a text, in few lanes."""
    starts = [start * scale for start in accumulate((value or 0 for value in bar.values), initial=0)]
    found = [
        (f"{name} {value:,.0f}", start, end)
        for name, value, (start, end) in zip(parts, bar.values, pairwise(starts), strict=True)
        if value
    ]
    ways = []
    for begin in range(len(found) + 1):
        labels = _aligned(found, begin, room)
        ways += [in_lanes(labels), in_lanes([*labels[:begin][::-1], *labels[begin:]]), in_lanes(labels[::-1])]
    return tidiest(ways)


def _aligned(found: Sequence[tuple[str, float, float]], begin: int, room: float) -> list[Label]:
    """The labels in the lowest lane: the first so many begin over their part, the others end over it."""
    labels = []
    for number, (text, start, end) in enumerate(found):
        long, inset = width_of(text), min(4, (end - start) / 2)
        at, wanted = (start + inset, start) if number < begin else (end - inset, end - long)
        labels.append(Label(text=text, at=at, start=max(0.0, min(wanted, room - long))))
    return labels
