"""Draws targets and benchmarks as dashed lines with their names: across months, and down the bars or dots of places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations, product

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from thematic.charts import by_category, canvas
from thematic.charts.by_category import Intervals, Rows, Value
from thematic.charts.canvas import INK
from thematic.charts.labels import LINE_HEIGHT, Box
from thematic.charts.measuring import width_of, wrap
from thematic.displays import Chart, DisplayTable

Line = tuple[str, float]
"""What stands at a line, and the value it is drawn at."""

_GAP, _CLEAR, _EDGE, _LANE, _APART = 3, 26, 4, 17, 8
_LOOK = {"color": INK, "linewidth": 1.4, "dashes": (6, 2), "clip_on": False, "zorder": 1.6}
_FEW = 4
"""Of as many names every order and side is tried for the room it takes."""


def draw_across(
    axes: Axes, lines: Sequence[Line], spots: Sequence[tuple[float, float]], taken: Sequence[Box] = ()
) -> None:
    """A line to the last month at each value, its name above or below it, where fewest of the `spots` are.

    The axes have their limits already. `spots` (points of the data) and `taken` (where words stand) are in points from
    the axes' lower left corner.
    """
    (bottom, top), (first, end), plot = axes.get_ylim(), axes.get_xlim(), axes.bbox
    last = end - 0.5
    room, placed = plot.width * (last - first) / (end - first), list(taken)
    levels = [plot.height * (value - bottom) / (top - bottom) for _, value in lines]
    for place, (words, value) in enumerate(lines):
        others = [*levels[:place], *levels[place + 1 :]]
        canvas.line(axes, [first, last], [value, value], **_LOOK)
        rows = wrap(words, room - 2 * _EDGE)
        boxes = list(_places(rows, levels[place], room))
        best = min(boxes, key=partial(_disorder, spots=spots, placed=placed, levels=others, height=plot.height))
        placed.append(best)
        for number, row in enumerate(rows):
            spot = (best.left, best.top - LINE_HEIGHT * (number + 0.5))
            canvas.write(axes, row, (0, 0), spot, axes.transAxes)


def _places(rows: Sequence[str], level: float, width: float) -> Iterator[Box]:
    """Above the line and below it, then clear of what stands there; at the left, in the middle and at the right."""
    wide, high = max(map(width_of, rows)), LINE_HEIGHT * len(rows)
    for foot in (level + _GAP, level - _GAP - high, level + _CLEAR, level - _CLEAR - high):
        for left in (_EDGE, (width - wide) / 2, width - wide - _EDGE):
            yield Box(left, foot, left + wide, foot + high)


def _disorder(
    box: Box, spots: Sequence[tuple[float, float]], placed: Sequence[Box], levels: Sequence[float], height: float
) -> tuple[int, int]:
    """How much a name would meet: other words, other lines and the chart's edge first, then the data."""
    hit = sum(box.meets(other) for other in placed) + sum(box.bottom - 1 < level < box.top + 1 for level in levels)
    return hit + (box.bottom < 0 or box.top > height), sum(box.holds(*spot) for spot in spots)


def bars_against(
    labels: Sequence[str],
    values: Sequence[Value],
    lines: Sequence[Line],
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    intervals: Intervals,
    texts: Sequence[str],
    centre: float | None = None,
    highlight: str | None = None,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Chart:
    """Bars as `bars` draws them, or dots on their intervals before a line at the `centre` of all as `dots` does, with a
    line down them at each of `lines`, its name above."""
    rows = Rows.of(labels, values, intervals, highlight, texts)

    def draw(width: float) -> Figure:
        plain = by_category.draw(rows, width) if centre is None else by_category.draw_dots(rows, centre, width)
        return draw_down(plain, lines, at_edges=centre is not None)

    wide, narrow = canvas.drawings(draw, id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


def draw_down(figure: Figure, lines: Sequence[Line], *, at_edges: bool) -> Figure:
    """The figure with a line down it at each value, room above it for their names, and an axis that holds them.

    `at_edges`: its labels stand at the ends of the axis, and go with them.
    """
    if not lines:
        return figure
    axes = figure.axes[0]
    _reach(axes, [value for _, value in lines], at_edges)
    flags = _flags(axes, lines)
    above = _LANE * max(flag.lane + len(flag.rows) for flag in flags)
    width, height = figure.bbox.width, figure.bbox.height
    spot = axes.get_position()
    figure.set_size_inches(width / 72, (height + above) / 72)
    part = height / (height + above)
    axes.set_position((spot.x0, spot.y0 * part, spot.width, spot.height * part))
    for flag, (_, value) in zip(flags, lines, strict=True):
        _draw_flag(axes, flag, value, edged=not at_edges)
    return figure


@dataclass(frozen=True)
class _Flag:
    """A name over its line: in rows, where it begins and where its line is (points from the axes), in which lane."""

    rows: Sequence[str]
    left: float
    pole: float
    lane: int = 0

    @property
    def box(self) -> Box:
        """What it takes: across in points, up in lanes."""
        wide = max(map(width_of, self.rows))
        return Box(self.left - _APART / 2, self.lane, self.left + wide + _APART / 2, self.lane + len(self.rows))

    def crosses(self, other: _Flag) -> bool:
        """Whether its line runs through the other name, on the way up to its own."""
        return self.lane > other.lane and other.box.left < self.pole < other.box.right


def _draw_flag(axes: Axes, flag: _Flag, value: float, *, edged: bool) -> None:
    """The line, broken where it would run through words, and the name over it; `edged` in white, to show on bars."""
    tall = 1 + (_LANE * flag.lane + _GAP) / axes.bbox.height
    across = axes.get_xaxis_transform()
    for foot, head in _free(axes, flag.pole, tall):
        if edged:
            axes.plot([value, value], [foot, head], color="white", linewidth=3.4, transform=across, zorder=1.5)
        axes.plot([value, value], [foot, head], transform=across, **_LOOK)
    for number, row in enumerate(reversed(flag.rows)):
        up = (flag.left, _GAP + _LANE * (flag.lane + number) + LINE_HEIGHT / 2)
        axes.annotate(row, (0, 1), up, "axes fraction", "offset points", ha="left", va="center_baseline")


def _free(axes: Axes, pole: float, tall: float) -> Iterator[tuple[float, float]]:
    """The parts of a line's height, as fractions of the axes, in which no words of the chart stand on it."""
    plot, foot = axes.bbox, 0.0
    boxes = [text.get_window_extent() for text in axes.texts]
    words = [box for box in boxes if box.x0 - 2 < plot.x0 + pole < box.x1 + 2 and box.y0 < plot.y1]
    for box in sorted(words, key=lambda box: float(box.y0)):
        yield foot, max(foot, (box.y0 - 1 - plot.y0) / plot.height)
        foot = (box.y1 + 1 - plot.y0) / plot.height
    yield foot, tall


def _reach(axes: Axes, values: Sequence[float], at_edges: bool) -> None:
    """Makes the axis as long as the values need."""
    left, right = axes.get_xlim()
    least, most = min([left, *values]), max([right, *values])
    ends = {left: least, right: most}
    for text in axes.texts:
        if at_edges and isinstance(text, Annotation):
            across, down = text.xy
            text.xy = (ends.get(across, across), down)
    axes.set_xlim(least, most)


def _flags(axes: Axes, lines: Sequence[Line]) -> list[_Flag]:
    """A flag for each line, over none of the others: of all orders and sides those in which fewest lines run through a
    name, then those that take the least room."""
    figure = axes.get_figure()
    room = axes.bbox.width if figure is None else figure.bbox.width
    offset, (low, high) = axes.bbox.x0, axes.get_xlim()
    wide = axes.bbox.width
    sides = [list(_sides(words, wide * (value - low) / (high - low), offset, room)) for words, value in lines]
    many = len(lines) > _FEW
    orders = [tuple(range(len(lines)))] if many else list(permutations(range(len(lines))))
    ways = [[each[0] for each in sides]] if many else list(product(*sides))
    placed = [_in_lanes(order, way) for order in orders for way in ways]
    return min(placed, key=_cost)


def _sides(words: str, pole: float, offset: float, room: float) -> Iterator[_Flag]:
    """A name in the middle of its line, to its right and to its left, within the figure."""
    rows = wrap(words, room - 2)
    wide = max(map(width_of, rows))
    for left in (pole - wide / 2, pole - 1, pole + 1 - wide):
        yield _Flag(rows, min(max(left, 1 - offset), room - offset - wide - 1), pole)


def _in_lanes(order: Sequence[int], flags: Sequence[_Flag]) -> list[_Flag]:
    """The flags, each in the lowest lane that those before it in the order leave free."""
    placed: dict[int, _Flag] = {}
    for place in order:
        flag = flags[place]
        while any(flag.box.meets(other.box) for other in placed.values()):
            flag = replace(flag, lane=flag.lane + 1)
        placed[place] = flag
    return [placed[place] for place in range(len(flags))]


def _cost(flags: Sequence[_Flag]) -> tuple[int, int]:
    return sum(one.crosses(other) for one in flags for other in flags), sum(flag.lane for flag in flags)
