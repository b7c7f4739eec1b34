"""Turns dated events into shades behind a line of months and names above it that do not lie over one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from thematic.charts.canvas import RULE, SHADE, write
from thematic.charts.lanes import Label, in_lanes, tidiest
from thematic.charts.measuring import width_of
from thematic.core.periods import Month

Event = tuple[str, str, str]
"""An event's name, its first and its last month (YYYY-MM), both inclusive."""

_LANE_HEIGHT = 18


@dataclass(frozen=True, kw_only=True)
class Notice(Label):
    """An event on the chart: the first and last place that it shades, and its name. `side` is the end of the shade that
    the name keeps to, as a place; its leader stands there."""

    first: int
    last: int
    side: float


def placed(
    months: Sequence[Month], events: Sequence[Event], left: float, step: float, width: float
) -> Sequence[Notice]:
    """The events that fall in the months (`step` points wide, the first at `left`), their names within the width.

    No name lies over another, and few leaders or none run through a name.
    """
    ways = []
    for ending in (False, True):
        notices = sorted(_notices(months, events, left, step, width, ending), key=lambda notice: notice.first)
        ways += [in_lanes(notices), in_lanes(notices[::-1])]
    return tidiest(ways)


def _notices(
    months: Sequence[Month], events: Sequence[Event], left: float, step: float, width: float, ending: bool
) -> Iterator[Notice]:
    """Names start where their shade starts; or, if `ending` or if there is no room, end where it ends."""
    for name, begins, ends in events:
        first = max(Month.parse(begins).index - months[0].index, 0)
        last = min(Month.parse(ends).index - months[0].index, len(months) - 1)
        start, end, long = left + first * step, left + (last + 1) * step, width_of(name)
        if first <= last and (start + long > width - 1 or (ending and end > long)):
            yield Notice(text=name, at=end, start=max(0.0, end - long), first=first, last=last, side=last + 0.5)
        elif first <= last:
            yield Notice(text=name, at=start, start=start, first=first, last=last, side=first - 0.5)


def height_of(notices: Sequence[Notice]) -> float:
    """How much room the names take above the plot, in points."""
    return 10 + _LANE_HEIGHT * (max((notice.lane for notice in notices), default=-1) + 1)


def draw_notices(axes: Axes, notices: Sequence[Notice], left: float) -> None:
    for notice in notices:
        axes.axvspan(notice.first - 0.5, notice.last + 0.5, color=SHADE, linewidth=0, zorder=0)
        spot = (notice.start - left, 6 + _LANE_HEIGHT * notice.lane)
        write(axes, notice.text, (0, 1), spot, axes.transAxes, va="bottom")
        if notice.lane and not any(notice.crosses(other) for other in notices):
            _draw_leader(axes, notice)


def _draw_leader(axes: Axes, notice: Notice) -> None:
    """A thin line from the shade up to its name."""
    arrow = {"arrowstyle": "-", "color": RULE, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
    corner, tip = (notice.side, 1), (0, 5 + _LANE_HEIGHT * notice.lane)
    axes.annotate("", corner, tip, ("data", "axes fraction"), "offset points", arrowprops=arrow)
