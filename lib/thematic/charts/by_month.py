"""Turns a figure for each month into a line from zero: highest, lowest and last point written out, events shaded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from thematic.charts import band, canvas, ends, notices
from thematic.charts.across import Line, draw_across
from thematic.charts.canvas import FOCUS, GRID, INK, WIDE, line, write, written
from thematic.charts.labels import Box
from thematic.charts.measuring import STRONG, width_of
from thematic.charts.notices import Event
from thematic.core.periods import Month
from thematic.displays import Chart, DisplayTable
from thematic.measures.expectations import MonthsExpected

Ends = tuple[Sequence[float | None], Sequence[float | None]]
"""The lower and the upper ends of intervals."""

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDEST_MONTH = "Sep 2020"
_PLOT_HEIGHT, _NAMES_HEIGHT = 220, 30
_HEADROOM = 0.9


def months(
    points: pd.DataFrame,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    events: Sequence[Event] = (),
    source: str | None = None,
    notes: Sequence[str] = (),
    decimals: int | None = None,
    suffix: str = "",
    limits: MonthsExpected | None = None,
    polarity: band.Polarity = "none",
    interval: Ends | None = None,
    lines: Sequence[Line] = (),
    key: Sequence[str] = (),
) -> Chart:
    """A line over the months, from zero, with its last point written out and the events shaded.

    `points` has a row to a month: `month` (YYYY-MM) and `value`, a number, a shorthand such as `[c]`, or
    missing (shown as `[x]`, and so is a month between the first and the last that has no row). The line
    breaks there.
    `events` are name, first and last month, both inclusive; what lies outside the points is left out.
    `decimals` are those of the last point; by default none for whole numbers, else one. `suffix` is its unit, and that
    of the ticks, such as %.
    `limits` are drawn as a band behind the line, months outside them as triangles and runs as broad lines, whose colour
    says whether that side is good, bad or neither by the measure's `polarity`.
    `lines` are names and values of dashed lines across the months.
    `interval` has the lower and upper end of each point's interval (None: it has none), a band behind the line.
    `key` says how to read it.
    Raises ValueError where there is no month at all, and for limits of another number of months.
    """
    series = Series.of(points)
    if limits is not None and len(limits.months) != len(series.values):
        raise ValueError(f"limits of {len(limits.months)} months do not fit a chart of {len(series.values)}")
    wide, narrow = canvas.drawings(
        lambda width: draw(series, width, events, decimals, limits, polarity, suffix, interval, lines), id, alt
    )
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow, key)


@dataclass(frozen=True)
class Series:
    """The months from the first to the last, none left out: values (NaN where there is none), shorthands."""

    first: Month
    values: list[float]
    shorthands: list[str]

    @classmethod
    def of(cls, points: pd.DataFrame) -> Series:
        if points.empty:
            raise ValueError("a chart of months needs at least one month")
        rows = zip(points["month"], points["value"], strict=True)
        given = {Month.parse(str(month)).index: value for month, value in rows}
        pairs = [canvas.number_or_shorthand(given.get(index)) for index in range(min(given), max(given) + 1)]
        return cls(Month(min(given)), [value for value, _ in pairs], [shorthand for _, shorthand in pairs])

    @property
    def months(self) -> list[Month]:
        return [self.first + place for place in range(len(self.values))]

    @property
    def present(self) -> list[float]:
        return [value for value in self.values if not math.isnan(value)]

    @property
    def decimals(self) -> int:
        return 0 if all(value.is_integer() for value in self.present) else 1

    def runs(self) -> list[tuple[str, int, int]]:
        """Neighbouring months alike: shorthand (nothing where there are values), first and last place."""
        found: list[tuple[str, int, int]] = []
        for place, shorthand in enumerate(self.shorthands):
            start = found.pop()[1] if found and found[-1][0] == shorthand else place
            found.append((shorthand, start, place))
        return found

    def name(self, place: int) -> str:
        year, month = divmod(self.first.index + place, 12)
        return f"{_MONTH_NAMES[month]} {year}"


def draw(
    series: Series,
    width: float = WIDE,
    events: Sequence[Event] = (),
    decimals: int | None = None,
    limits: MonthsExpected | None = None,
    polarity: band.Polarity = "none",
    suffix: str = "",
    interval: Ends | None = None,
    lines: Sequence[Line] = (),
) -> Figure:
    """The figure, its margins as wide as what stands in them."""
    upper = [*(() if limits is None else limits.upper), *(() if interval is None else interval[1])]
    ticks, bottom, top = _scale(series, [*(end for end in upper if end is not None), *(value for _, value in lines)])
    tick_labels = [written(tick, _places(ticks)) + suffix for tick in ticks]
    last, places = series.values[-1], series.decimals if decimals is None else decimals
    last_label = "" if math.isnan(last) else written(last, places) + suffix
    name_room = width_of(_WIDEST_MONTH) / 2 + 2
    left = max(max(map(width_of, tick_labels)) + 10, name_room)
    right = max(width_of(last_label, STRONG) + 12, band.label_room(limits) + 10, name_room)
    step = (width - left - right) / len(series.values)
    named = notices.placed(series.months, events, left, step, width)
    found = band.keys(limits, polarity)
    above = canvas.keys_height(found, width) + notices.height_of(named)
    figure, axes = canvas.canvas(width, above + _PLOT_HEIGHT + _NAMES_HEIGHT, left, right, above, _NAMES_HEIGHT)
    axes.set(xlim=(-0.5, len(series.values) - 0.5), ylim=(bottom, top))
    notices.draw_notices(axes, named, left)
    _draw_grid(axes, ticks, tick_labels)
    _draw_month_names(axes, series, step)
    if limits is not None:
        band.draw_band(axes, limits)
        band.draw_labels(axes, limits, _PLOT_HEIGHT, top, None if math.isnan(last) else last)
    if interval is not None:
        _draw_interval(axes, interval)
    _draw_line(axes, series)
    _draw_gaps(axes, series)
    _draw_last_point(axes, len(series.values) - 1, last, last_label, limits is None or limits.outside[-1] is None)
    if limits is not None:
        band.draw_marks(axes, series.values, limits, polarity)
        canvas.draw_keys(axes, found, left, -(_PLOT_HEIGHT + above))
    words = _in_words(series, places, suffix)
    canvas.tell(figure, ((place - 0.5, bottom, place + 0.5, top, said) for place, said in words))
    levels = [_PLOT_HEIGHT * (value - bottom) / (top - bottom) for _, value in lines]
    taken = [*_shorthands(series, step), _last_box(series, step, bottom, top, width_of(last_label, STRONG))]
    taken += ends.draw(
        axes, series.values, [f"{written(value, places)}{suffix}" for value in series.values], taken, levels
    )
    if lines:
        draw_across(axes, lines, _spots(series, step, bottom, top), taken)
    return figure


def _last_box(series: Series, step: float, bottom: float, top: float, wide: float) -> Box:
    """Where the last value is written, in points from the lower left corner."""
    value = series.values[-1]
    x, y = (
        step * (len(series.values) - 0.5),
        0 if math.isnan(value) else _PLOT_HEIGHT * (value - bottom) / (top - bottom),
    )
    return Box(x + 4, y - 10, x + 12 + wide, y + 10)


def _in_words(series: Series, decimals: int, suffix: str) -> Iterator[tuple[int, str]]:
    """Each month's place, its name and its value or shorthand."""
    for place, (value, shorthand) in enumerate(zip(series.values, series.shorthands, strict=True)):
        yield place, f"{series.name(place)}: {shorthand or written(value, decimals) + suffix}"


def _spots(series: Series, step: float, bottom: float, top: float) -> list[tuple[float, float]]:
    """Points along the line of months, in points from the lower left corner."""
    heights = [(place, _PLOT_HEIGHT * (value - bottom) / (top - bottom)) for place, value in enumerate(series.values)]
    known = [(step * (place + 0.5), height) for place, height in heights if not math.isnan(height)]
    return [
        (x + (after_x - x) * part / 4, y + (after_y - y) * part / 4)
        for (x, y), (after_x, after_y) in pairwise([*known, *known[-1:]])
        for part in range(4)
    ]


def _shorthands(series: Series, step: float) -> list[Box]:
    """Where the shorthand of months without a value stands."""
    found = []
    for shorthand, first, last in series.runs():
        middle, half = step * ((first + last) / 2 + 0.5), width_of(shorthand) / 2 + 2
        found += [Box(middle - half, 0, middle + half, 24)] if shorthand else []
    return found


def _draw_interval(axes: Axes, interval: Ends) -> None:
    """The band between the ends, where there are any."""
    places = [place for place, end in enumerate(interval[0]) if end is not None and interval[1][place] is not None]
    lower, upper = ([float(ends[place] or 0) for place in places] for ends in interval)
    axes.fill_between(places, lower, upper, color=FOCUS, alpha=0.12, linewidth=0, zorder=1.2)


def _scale(series: Series, highest: Sequence[float]) -> tuple[list[float], float, float]:
    """Round ticks from zero, or from below the lowest value under it, to just past the highest value and those given,
    and the ends of the axis."""
    peak, foot = max([*series.present, *highest, 0.0]), min([*series.present, 0.0])
    if peak == foot:
        peak = 1.0
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=series.decimals == 0)
    ticks = [float(tick) for tick in locator.tick_values(foot, peak)]
    enough = next(place for place, tick in enumerate(ticks) if tick >= peak * 0.999)
    return ticks[: enough + 1], min(ticks[0], 0.0), max(ticks[enough], peak / _HEADROOM)


def _places(ticks: Sequence[float]) -> int:
    """The decimals that the ticks need."""
    return next((places for places in range(6) if all(abs(tick - round(tick, places)) < 1e-9 for tick in ticks)), 6)


def _draw_grid(axes: Axes, ticks: Sequence[float], labels: Sequence[str]) -> None:
    colours = [GRID if tick else INK for tick in ticks]
    axes.hlines(ticks, 0, 1, colours, linewidth=1, zorder=1, clip_on=False, transform=axes.get_yaxis_transform())
    for tick, label in zip(ticks, labels, strict=True):
        write(axes, label, (0, tick), (-8, 0), axes.get_yaxis_transform(), ha="right")


def _draw_month_names(axes: Axes, series: Series, step: float) -> None:
    """The last month and every so many before it, as there is room."""
    room = width_of(_WIDEST_MONTH) + 16
    every = next((gap for gap in (1, 2, 3, 6, 12) if gap * step >= room), 24)
    places = range(len(series.values) - 1, -1, -every)
    axes.vlines(places, -0.025, 0, INK, linewidth=1, transform=axes.get_xaxis_transform(), clip_on=False)
    for place in places:
        write(axes, series.name(place), (place, 0), (0, -10), ha="center", va="top")


def _draw_line(axes: Axes, series: Series) -> None:
    runs = [(first, last) for shorthand, first, last in series.runs() if not shorthand]
    for first, last in runs:
        heights = series.values[first : last + 1]
        line(axes, range(first, last + 1), heights, color=FOCUS, linewidth=2.4, clip_on=False)
    alone = [first for first, last in runs if first == last]
    look = {"marker": "o", "color": FOCUS, "markersize": 5, "clip_on": False, "zorder": 4}
    line(axes, alone, [series.values[place] for place in alone], linestyle="", **look)


def _draw_gaps(axes: Axes, series: Series) -> None:
    """Each run of months without a value: its shorthand above the baseline, a bar where the run is long."""
    for shorthand, first, last in series.runs():
        if not shorthand:
            continue
        spot = ((first + last) / 2, 0)
        write(axes, shorthand, spot, (0, 6), ha="center", va="bottom")
        if last > first:
            line(
                axes,
                [first - 0.4, last + 0.4],
                [0, 0],
                color=INK,
                linewidth=4,
                clip_on=False,
                solid_capstyle="butt",
            )


def _draw_last_point(axes: Axes, place: int, value: float, label: str, dot: bool) -> None:
    if not label:
        return
    if dot:
        line(axes, [place], [value], linestyle="", marker="o", color=FOCUS, markersize=8, clip_on=False, zorder=5)
    write(axes, label, (place, value), (9, 0), color=FOCUS, fontweight=STRONG)
