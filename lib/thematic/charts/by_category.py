"""Turns a figure for each category into bars from zero, or into dots with their intervals, each with its value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from thematic.charts import canvas
from thematic.charts.canvas import FOCUS, INK, QUIET, WIDE
from thematic.charts.measuring import REGULAR, STRONG, width_of, wrap
from thematic.displays import Chart, DisplayTable

Value = float | str | None
Intervals = tuple[Sequence[float | None], Sequence[float | None]]

_LABEL_ROOM = 0.36
_ROW, _LINE, _THICKNESS, _MARGIN = 30, 16, 18, 4


def bars(
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    unit: str,
    table: DisplayTable,
    intervals: Intervals | None = None,
    highlight: str | None = None,
    source: str | None = None,
    notes: Sequence[str] = (),
    decimals: int | None = None,
    texts: Sequence[str] | None = None,
) -> Chart:
    """Horizontal bars from zero in the order given, each with its value at its end.

    A value is a number of at least 0, a shorthand such as `[c]`, or missing (shown as `[x]`); `unit` is
    count, percent or per_1000. `intervals` are the lower and the upper ends of the 95% intervals. `highlight`
    is the label whose bar stands out. `decimals` are by default none for counts, else one; `texts` are what
    to write at the ends, where the caller has already written it out.
    Raises ValueError for lists of different lengths and for a negative value.
    """
    places = decimals if decimals is not None else 0 if unit == "count" else 1
    rows = Rows.of(labels, values, intervals, highlight, texts or _written(values, places, unit))
    wide, narrow = canvas.drawings(lambda width: draw(rows, width), id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


def dots(
    labels: Sequence[str],
    values: Sequence[Value],
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    unit: str,
    table: DisplayTable,
    intervals: Intervals,
    centre: float,
    highlight: str | None = None,
    source: str | None = None,
    notes: Sequence[str] = (),
    texts: Sequence[str] | None = None,
) -> Chart:
    """A dot for each value on its 95% interval, in the order given, before a line at the `centre` of all.

    As `bars` otherwise, but for an axis that need not start from zero.
    """
    rows = Rows.of(labels, values, intervals, highlight, texts or _written(values, 1, unit))
    wide, narrow = canvas.drawings(lambda width: draw_dots(rows, centre, width), id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


@dataclass(frozen=True)
class Row:
    """One bar: its label, its value (NaN where there is none), what is written at its end, its interval."""

    label: str
    value: float
    written: str
    lower: float
    upper: float
    weight: int

    def lines(self, width: float) -> list[str]:
        """The label in lines, in a chart of a width."""
        return wrap(self.label, _LABEL_ROOM * width, self.weight)

    def height(self, width: float) -> float:
        return max(_ROW, _LINE * len(self.lines(width)) + 10)

    @property
    def has_interval(self) -> bool:
        return not (math.isnan(self.lower) or math.isnan(self.upper))

    @property
    def end(self) -> float:
        """The furthest that the bar or its interval goes; 0 where there is neither."""
        return max((end for end in (self.value, self.upper) if not math.isnan(end)), default=0.0)


@dataclass(frozen=True)
class Rows:
    """The bars of a chart from the top, and whether one stands out."""

    rows: list[Row]

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        values: Sequence[Value],
        intervals: Intervals | None = None,
        highlight: str | None = None,
        texts: Sequence[str] | None = None,
    ) -> Rows:
        lowers, uppers = intervals or ([None] * len(labels), [None] * len(labels))
        rows = []
        texts = texts or _written(values, 0, "count")
        for label, value, lower, upper, text in zip(labels, values, lowers, uppers, texts, strict=True):
            number, _ = canvas.number_or_shorthand(value)
            if number < 0:
                raise ValueError(f"'{label}': bars start from zero and cannot show {number}")
            weight = STRONG if label == highlight else REGULAR
            ends = [canvas.number_or_shorthand(end)[0] for end in (lower, upper)]
            rows.append(Row(label, number, text, ends[0], ends[1], weight))
        return cls(rows)

    def middles(self, width: float) -> list[float]:
        """Where the middle of each bar stands, in points from the top."""
        heights = [row.height(width) for row in self.rows]
        return [end - height / 2 for end, height in zip(accumulate(heights), heights, strict=True)]

    def colour(self, row: Row) -> str:
        plain = all(other.weight == REGULAR for other in self.rows)
        return str(FOCUS if plain or row.weight == STRONG else QUIET)


def _written(values: Sequence[Value], decimals: int, unit: str) -> list[str]:
    sign = "%" if unit == "percent" else ""
    pairs = [canvas.number_or_shorthand(value) for value in values]
    return [shorthand or canvas.written(number, decimals) + sign for number, shorthand in pairs]


def draw(rows: Rows, width: float = WIDE) -> Figure:
    """The figure, its margins as wide as the labels and the values."""
    lines = [(line, row.weight) for row in rows.rows for line in row.lines(width)]
    left = max((width_of(line, weight) for line, weight in lines), default=0) + 10
    right = max((width_of(row.written, row.weight) for row in rows.rows), default=0) + 9
    height = sum(row.height(width) for row in rows.rows)
    figure, axes = canvas.canvas(width, height + 2 * _MARGIN, left, right, _MARGIN, _MARGIN)
    middles = rows.middles(width)
    _draw_bars(axes, rows, middles)
    axes.axvline(0, color=INK, linewidth=1.2, clip_on=False, zorder=3)
    for row, middle in zip(rows.rows, middles, strict=True):
        _draw_label(axes, row, row.lines(width), middle)
        look: dict[str, Any] = {"fontweight": row.weight, "ha": "left", "va": "center_baseline"}
        axes.annotate(row.written, (row.end, middle), (7, 0), "data", "offset points", **look)
    _draw_intervals(axes, rows, middles)
    furthest = max((row.end for row in rows.rows), default=0) or 1
    axes.set(xlim=(0, furthest), ylim=(height, 0))
    canvas.tell(figure, _told(rows, width, 0, furthest))
    return figure


def _told(rows: Rows, width: float, least: float, most: float) -> Iterator[canvas.Told]:
    """Each row from end to end: its name and its value."""
    for row, middle in zip(rows.rows, rows.middles(width), strict=True):
        half = row.height(width) / 2
        yield least, middle - half, most, middle + half, f"{row.label}: {row.written}"


def draw_dots(rows: Rows, centre: float, width: float = WIDE) -> Figure:
    """The figure of dots, its margins as wide as the labels and the values."""
    lines = [(line, row.weight) for row in rows.rows for line in row.lines(width)]
    left = max((width_of(line, weight) for line, weight in lines), default=0) + 10
    right = max((width_of(row.written, row.weight) for row in rows.rows), default=0) + 16
    height = sum(row.height(width) for row in rows.rows)
    figure, axes = canvas.canvas(width, height + 2 * _MARGIN, left, right, _MARGIN, _MARGIN)
    ends = [end for row in rows.rows for end in (row.value, row.lower, row.upper) if not math.isnan(end)]
    least, most = min([*ends, centre]), max([*ends, centre])
    air = 0.04 * (most - least) or 1.0
    middles = rows.middles(width)
    axes.axvline(centre, color=INK, linewidth=1.2, dashes=(4, 3), zorder=1)
    axes.set(xlim=(least - air, most + air), ylim=(height, 0))
    for row, middle in zip(rows.rows, middles, strict=True):
        _draw_label(axes, row, row.lines(width), middle, least - air)
        look: dict[str, Any] = {"fontweight": row.weight, "ha": "left", "va": "center_baseline"}
        axes.annotate(row.written, (most + air, middle), (9, 0), "data", "offset points", **look)
        if row.has_interval:
            axes.plot([row.lower, row.upper], [middle, middle], color=INK, linewidth=1.6, zorder=2)
        if not math.isnan(row.value):
            axes.plot([row.value], [middle], "o", color=rows.colour(row), markersize=9, zorder=3)
    canvas.tell(figure, _told(rows, width, least - air, most + air))
    return figure


def _draw_bars(axes: Axes, rows: Rows, middles: Sequence[float]) -> None:
    pairs = zip(rows.rows, middles, strict=True)
    shown = [(row, middle) for row, middle in pairs if not math.isnan(row.value)]
    if not shown:
        return
    places = [middle for _, middle in shown]
    nearest = min((after - before for before, after in pairwise(places)), default=1)
    sns.barplot(
        x=[row.value for row, _ in shown], y=places, orient="h", native_scale=True,
        width=_THICKNESS / nearest, saturation=1, errorbar=None, linewidth=0, ax=axes,
    )  # fmt: skip
    for patch, (row, _) in zip(axes.patches, shown, strict=True):
        patch.set_facecolor(rows.colour(row))


def _draw_label(axes: Axes, row: Row, lines: Sequence[str], middle: float, at: float = 0) -> None:
    """The lines of a row's label to the left of the axis, which stands at `at`."""
    look: dict[str, Any] = {"fontweight": row.weight, "ha": "right", "va": "center_baseline"}
    for number, line in enumerate(lines):
        down = (number - (len(lines) - 1) / 2) * _LINE
        axes.annotate(line, (at, middle + down), (-8, 0), "data", "offset points", **look)


def _draw_intervals(axes: Axes, rows: Rows, middles: Sequence[float]) -> None:
    """Whiskers, edged in white so that they show on the bars as well as beside them."""
    pairs = [(row, middle) for row, middle in zip(rows.rows, middles, strict=True) if row.has_interval]
    ends = [end for row, _ in pairs for end in (row.lower, row.upper, math.nan)]
    levels = [level for _, middle in pairs for level in (middle, middle, math.nan)]
    look: dict[str, Any] = {"clip_on": False, "zorder": 4, "solid_capstyle": "butt", "marker": "|"}
    for colour, width in (("white", 4.0), (INK, 1.6)):
        axes.plot(ends, levels, color=colour, linewidth=width, markersize=7 + width / 2, markeredgewidth=width, **look)
