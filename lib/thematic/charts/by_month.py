"""Turns a figure for each month into a line from zero, its last point written out, events shaded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from thematic.charts import canvas
from thematic.charts.canvas import FOCUS, GRID, INK, RULE, SHADE, STRONG, WIDE, width_of, written
from thematic.displays import Chart, Table
from thematic.periods import Month

Event = tuple[str, str, str]

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDEST_MONTH = "Sep 2020"
_PLOT_HEIGHT, _NAMES_HEIGHT, _LANE_HEIGHT = 220, 30, 18
_HEADROOM = 0.94


def months(
    points: pd.DataFrame,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: Table,
    events: Sequence[Event] = (),
    source: str | None = None,
    notes: Sequence[str] = (),
    decimals: int | None = None,
) -> Chart:
    """A line over the months, from zero, with its last point written out and the events shaded.

    `points` has a row to a month: `month` (YYYY-MM) and `value`, a number, a shorthand such as `[c]`, or
    missing (shown as `[x]`, and so is a month between the first and the last that has no row). The line
    breaks there.
    `events` are name, first and last month, both inclusive; what lies outside the points is left out.
    `decimals` are those of the last point; by default none for whole numbers, else one.
    Raises ValueError where there is no month at all.
    """
    series = Series.of(points)
    wide, narrow = canvas.drawings(lambda width: draw(series, width, events, decimals), id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


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


@dataclass(frozen=True)
class Notice:
    """An event on the chart: the places it shades and where its name stands.

    `side` is the end of the shade that the name keeps to, as a place, and `edge` the same in points from the
    left; the name starts at `start`, in points, and stands `lane` lanes up.
    """

    name: str
    first: int
    last: int
    side: float
    edge: float
    start: float
    lane: int = 0

    @property
    def end(self) -> float:
        return self.start + width_of(self.name)

    def meets(self, other: Notice) -> bool:
        return self.lane == other.lane and self.start < other.end + 10 and other.start < self.end + 10

    def is_crossed_by(self, other: Notice) -> bool:
        """Whether the other's leader would run through this name."""
        return self.lane < other.lane and self.start - 3 < other.edge < self.end + 3


def draw(series: Series, width: float = WIDE, events: Sequence[Event] = (), decimals: int | None = None) -> Figure:
    """The figure, its margins as wide as what stands in them."""
    ticks, top = _scale(series)
    whole = all(tick.is_integer() for tick in ticks)
    tick_labels = [written(tick, 0 if whole else 1) for tick in ticks]
    last = series.values[-1]
    last_label = "" if math.isnan(last) else written(last, series.decimals if decimals is None else decimals)
    name_room = width_of(_WIDEST_MONTH) / 2 + 2
    left = max(max(map(width_of, tick_labels)) + 10, name_room)
    right = max(width_of(last_label, STRONG) + 12, name_room)
    step = (width - left - right) / len(series.values)
    notices = _placed(series, events, left, step, width)
    above = 10 + _LANE_HEIGHT * (max((notice.lane for notice in notices), default=-1) + 1)
    figure, axes = canvas.canvas(width, above + _PLOT_HEIGHT + _NAMES_HEIGHT, left, right, above, _NAMES_HEIGHT)
    _draw_notices(axes, notices, left)
    _draw_grid(axes, ticks, tick_labels)
    _draw_month_names(axes, series, step)
    _draw_line(axes, series)
    _draw_gaps(axes, series)
    _draw_last_point(axes, len(series.values) - 1, last, last_label)
    axes.set(xlim=(-0.5, len(series.values) - 0.5), ylim=(0, top))
    return figure


def _scale(series: Series) -> tuple[list[float], float]:
    """Round ticks from zero to just past the highest value, and the top of the axis."""
    peak = max(series.present, default=0.0) or 1.0
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=series.decimals == 0)
    ticks = [float(tick) for tick in locator.tick_values(0, peak)]
    enough = next(place for place, tick in enumerate(ticks) if tick >= peak * 0.999)
    return ticks[: enough + 1], max(ticks[enough], peak / _HEADROOM)


def _draw_grid(axes: Axes, ticks: Sequence[float], labels: Sequence[str]) -> None:
    for tick, label in zip(ticks, labels, strict=True):
        axes.axhline(tick, color=GRID if tick else INK, linewidth=1, zorder=1, clip_on=False)
        where = ("axes fraction", "data")
        axes.annotate(label, (0, tick), (-8, 0), where, "offset points", ha="right", va="center_baseline")


def _draw_month_names(axes: Axes, series: Series, step: float) -> None:
    """The last month and every so many before it, as there is room."""
    room = width_of(_WIDEST_MONTH) + 16
    every = next((gap for gap in (1, 2, 3, 6, 12) if gap * step >= room), 24)
    downwards = axes.get_xaxis_transform()
    for place in range(len(series.values) - 1, -1, -every):
        axes.plot([place, place], [0, -0.025], color=INK, linewidth=1, transform=downwards, clip_on=False)
        axes.annotate(series.name(place), (place, 0), (0, -10), "data", "offset points", ha="center", va="top")


def _draw_line(axes: Axes, series: Series) -> None:
    runs = [(first, last) for shorthand, first, last in series.runs() if not shorthand]
    rows = [(place, series.values[place], first) for first, last in runs for place in range(first, last + 1)]
    if rows:
        frame = pd.DataFrame(rows, columns=["month", "value", "run"])
        sns.lineplot(
            frame, x="month", y="value", units="run", estimator=None, sort=False, ax=axes,
            color=FOCUS, linewidth=2.4, clip_on=False,
        )  # fmt: skip
    alone = [first for first, last in runs if first == last]
    heights = [series.values[place] for place in alone]
    axes.plot(alone, heights, "o", color=FOCUS, markersize=5, clip_on=False, zorder=4)


def _draw_gaps(axes: Axes, series: Series) -> None:
    """Each run of months without a value: its shorthand above the baseline, a bar where the run is long."""
    for shorthand, first, last in series.runs():
        if not shorthand:
            continue
        spot = ((first + last) / 2, 0)
        axes.annotate(shorthand, spot, (0, 6), "data", "offset points", ha="center", va="bottom")
        if last > first:
            axes.plot(
                [first - 0.4, last + 0.4],
                [0, 0],
                color=INK,
                linewidth=4,
                clip_on=False,
                solid_capstyle="butt",
            )


def _draw_last_point(axes: Axes, place: int, value: float, label: str) -> None:
    if not label:
        return
    axes.plot([place], [value], "o", color=FOCUS, markersize=8, clip_on=False, zorder=5)
    look = {"color": FOCUS, "fontweight": STRONG, "ha": "left", "va": "center_baseline"}
    axes.annotate(label, (place, value), (9, 0), "data", "offset points", **look)


def _placed(series: Series, events: Sequence[Event], left: float, step: float, width: float) -> list[Notice]:
    """The events that fall in the months, no name over another, few leaders or none through a name."""
    ways = []
    for ending in (False, True):
        notices = sorted(_notices(series, events, left, step, width, ending), key=lambda notice: notice.first)
        ways += [_in_lanes(notices), _in_lanes(notices[::-1])]
    return min(ways, key=_disorder)


def _notices(
    series: Series, events: Sequence[Event], left: float, step: float, width: float, ending: bool
) -> Iterator[Notice]:
    """Names start where their shade starts; or, if `ending` or if there is no room, end where it ends."""
    for name, begins, ends in events:
        first = max(Month.parse(begins).index - series.first.index, 0)
        last = min(Month.parse(ends).index - series.first.index, len(series.values) - 1)
        start, end, long = left + first * step, left + (last + 1) * step, width_of(name)
        if first <= last and (start + long > width - 1 or (ending and end > long)):
            yield Notice(name, first, last, last + 0.5, end, max(0.0, end - long))
        elif first <= last:
            yield Notice(name, first, last, first - 0.5, start, start)


def _in_lanes(notices: Sequence[Notice]) -> list[Notice]:
    placed: list[Notice] = []
    for notice in notices:
        raised = notice
        while any(raised.meets(other) for other in placed):
            raised = replace(raised, lane=raised.lane + 1)
        placed.append(raised)
    return placed


def _disorder(notices: Sequence[Notice]) -> tuple[int, int]:
    crossings = sum(below.is_crossed_by(above) for below in notices for above in notices)
    return crossings, sum(notice.lane for notice in notices)


def _draw_notices(axes: Axes, notices: Sequence[Notice], left: float) -> None:
    for notice in notices:
        axes.axvspan(notice.first - 0.5, notice.last + 0.5, color=SHADE, linewidth=0, zorder=0)
        spot = (notice.start - left, 6 + _LANE_HEIGHT * notice.lane)
        axes.annotate(notice.name, (0, 1), spot, "axes fraction", "offset points", va="bottom")
        if notice.lane and not any(other.is_crossed_by(notice) for other in notices):
            _draw_leader(axes, notice)


def _draw_leader(axes: Axes, notice: Notice) -> None:
    """A thin line from the shade up to its name."""
    arrow = {"arrowstyle": "-", "color": RULE, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
    corner, tip = (notice.side, 1), (0, 5 + _LANE_HEIGHT * notice.lane)
    axes.annotate("", corner, tip, ("data", "axes fraction"), "offset points", arrowprops=arrow)
