"""Turns the rates of places into a funnel: each against its population, and how far apart places like them lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from thematic.charts import canvas
from thematic.charts.band import Polarity, colour_of, judgement
from thematic.charts.canvas import FOCUS, GRID, INK, RULE, WIDE, line, write, written
from thematic.charts.labels import LINE_HEIGHT, Box, Label, place
from thematic.charts.measuring import REGULAR, STRONG, width_of
from thematic.displays import Chart, DisplayTable
from thematic.measures.expectations import Side
from thematic.stats import funnel as stats
from thematic.stats.funnel import COVERAGES, Floats

_PLOT_HEIGHT, _ABOVE, _BELOW = 300, 12, 50
_CURVE_POINTS = 161
_NAME_ROOM = 0.4
_LINES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"color": INK, "linewidth": 1, "dashes": (4, 3)}, "95% limits: 1 place in 20 is outside without being unusual"),
    ({"color": INK, "linewidth": 1}, "99.8% limits: 1 in 500 does"),
)
Standing = tuple[int, float | None]
"""-1 below, 0 within or 1 above, and the widest of the limits that the place is beyond."""

_NARROWEST, _WIDEST = min(COVERAGES), max(COVERAGES)
_SHAPES = {-1: "v", 0: "o", 1: "^"}
_SIDES: dict[int, Side] = {-1: "low", 1: "high"}
_WORDS = {-1: "Below", 1: "Above"}


@dataclass(frozen=True)
class Place:
    """A place in the funnel: the people who live there, and the count that its rate is made of."""

    name: str
    population: int
    count: int


@dataclass(frozen=True)
class Funnel:
    """Places, held against the rate of all of them together, `per` so many people; limits allow for chance and for how
    much the places differ anyway.

    Raises ValueError where there is no place, nobody lives in one of them, or nothing happened in any.
    """

    places: Sequence[Place]
    per: int = 1000

    def __post_init__(self) -> None:
        if not any(place.count for place in self.places) or min(place.population for place in self.places) <= 0:
            raise ValueError("a funnel needs places, people in each of them, and a count above 0 in one")

    @property
    def centre(self) -> float:
        return self.per * sum(place.count for place in self.places) / sum(place.population for place in self.places)

    def rate(self, of: Place) -> float:
        return self.per * of.count / of.population

    @cached_property
    def fit(self) -> stats.Funnel:
        """The funnel's statistics, which also say whether one can be drawn (`refusal`)."""
        counts = [place.count for place in self.places]
        return stats.funnel(counts, [self._expected(place.population) for place in self.places])

    def _expected(self, population: float) -> float:
        return self.centre * population / self.per

    def standing(self, of: Place) -> Standing:
        at = self.places.index(of)
        side = int(self.fit.standing[at])
        return side, float(self.fit.outside[at]) if side else None

    def limits(self, populations: Sequence[float], coverage: float) -> tuple[Floats, Floats]:
        """The lower limit (0 where there is none) and the upper, as rates, for populations above 0."""
        people = np.asarray(populations, dtype=float)
        lower, upper = self.fit.limits(self.centre * people / self.per, coverage)
        return lower * self.per / people, upper * self.per / people

    def within(self, of: Place, coverage: float) -> tuple[int, int]:
        """The least and the greatest count of a place that lie within the limits."""
        lower, upper = self.fit.limits([self._expected(of.population)], coverage)
        return int(np.ceil(lower[0])), int(np.floor(upper[0]))

    @property
    def across(self) -> tuple[float, float]:
        """The populations from which to which the funnel is drawn."""
        sizes = [place.population for place in self.places]
        least, most = min(sizes), max(sizes)
        margin = 0.12 * (most - least) or 0.2 * most
        return max(least - margin, least / 2), most + margin

    @property
    def down(self) -> tuple[float, float]:
        """The rates from which to which it is drawn: every place and every limit in sight, with air around them."""
        lower, upper = self.limits(self.across, _WIDEST)
        rates = [*(self.rate(place) for place in self.places), *lower, *upper]
        margin = 0.08 * (max(rates) - min(rates))
        return max(min(rates) - margin, 0.0), max(rates) + margin


def funnel(
    drawn: Funnel,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    polarity: Polarity = "none",
    highlight: str | None = None,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Chart:
    """Rates against populations, with 95% and 99.8% limits round their common rate.

    Places outside are triangles that point to their side, filled beyond the 99.8% limits and open beyond the 95%
    ones, in the colour of what that side means by the measure's `polarity`. Every place that there is room for
    carries its name, `highlight` in bold and first. Rates do not start from zero.
    """
    wide, narrow = canvas.drawings(lambda width: draw(drawn, width, polarity, highlight), id, alt)
    return Chart(id, title, subtitle, alt, wide, table, notes, source, narrow)


def said_of(standing: Standing) -> str:
    """A standing in words: `Above the 99.8% limits`, `Within the limits`."""
    side, coverage = standing
    return "Within the limits" if coverage is None else f"{_WORDS[side]} the {100 * coverage:g}% limits"


def draw(drawn: Funnel, width: float = WIDE, polarity: Polarity = "none", highlight: str | None = None) -> Figure:
    """The figure, its margins as wide as what stands in them."""
    bottom, top = drawn.down
    ticks = [float(tick) for tick in MaxNLocator(nbins=6).tick_values(bottom, top) if bottom <= tick <= top]
    places = next(places for places in range(9) if all(np.isclose(tick, round(tick, places), 0) for tick in ticks))
    labels = [written(tick, places) for tick in ticks]
    left, right = max(map(width_of, labels)) + 12, 16
    keys = _keys(drawn, polarity)
    above = canvas.keys_height(keys, width) + _ABOVE
    figure, axes = canvas.canvas(width, above + _PLOT_HEIGHT + _BELOW, left, right, above, _BELOW)
    axes.set(xlim=drawn.across, ylim=(bottom, top))
    _draw_rates(axes, ticks, labels)
    _draw_populations(axes, width - left - right)
    _draw_limits(axes, drawn)
    ordered = sorted(drawn.places, key=lambda place: place.name != highlight)
    for each in ordered:
        look = {"markersize": 12 if each.name == highlight else 9, **_look(drawn.standing(each), polarity)}
        line(axes, [each.population], [drawn.rate(each)], linestyle="", clip_on=False, zorder=5, **look)
    weights = [STRONG if each.name == highlight else REGULAR for each in ordered]
    _draw_names(axes, drawn, ordered, weights, Box(2, 4, width - left - 1, _PLOT_HEIGHT + _ABOVE - 2))
    canvas.draw_keys(axes, keys, left, -(_PLOT_HEIGHT + above))
    return figure


def _look(standing: Standing, polarity: Polarity) -> dict[str, Any]:
    side, coverage = standing
    colour = FOCUS if side == 0 else colour_of(_SIDES[side], polarity)
    if coverage == _NARROWEST:
        return {"marker": _SHAPES[side], "color": "white", "markeredgecolor": colour, "markeredgewidth": 2}
    return {"marker": _SHAPES[side], "color": colour, "markeredgecolor": INK, "markeredgewidth": 1}


def _keys(drawn: Funnel, polarity: Polarity) -> list[tuple[dict[str, Any], str]]:
    """The line of the centre, the limits, and the marks that are there, the furthest out first."""
    rows: list[tuple[dict[str, Any], str]] = [({"color": FOCUS, "linewidth": 1.6}, "All places together")]
    rows += list(_LINES)
    found = {drawn.standing(place) for place in drawn.places}
    for standing in sorted(found, key=lambda way: (-(way[1] or 0), -way[0])):
        side, coverage = standing
        if coverage is not None:
            means = judgement(_SIDES[side], polarity)
            said = said_of(standing) + (f", {means}" if means else "")
            rows.append(({"markersize": 9, **_look(standing, polarity)}, said))
    return rows


def _draw_rates(axes: Axes, ticks: Sequence[float], labels: Sequence[str]) -> None:
    axes.hlines(ticks, 0, 1, GRID, linewidth=1, zorder=1, transform=axes.get_yaxis_transform())
    for tick, label in zip(ticks, labels, strict=True):
        write(axes, label, (0, tick), (-8, 0), axes.get_yaxis_transform(), ha="right")


def _draw_populations(axes: Axes, room: float) -> None:
    """The base line, as many ticks as there is room for, and what they are."""
    line(axes, [0, 1], [0, 0], color=INK, linewidth=1, transform=axes.transAxes, clip_on=False)
    start, end = axes.get_xlim()
    most = max(2, int(room / (width_of(written(end, 0)) + 24)))
    half = width_of(written(end, 0)) / 2 * (end - start) / room
    downwards = axes.get_xaxis_transform()
    for tick in MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], integer=True).tick_values(start, end):
        if start + half <= tick <= end - half:
            line(axes, [tick, tick], [0, -0.015], color=INK, linewidth=1, transform=downwards, clip_on=False)
            write(axes, written(tick, 0), (tick, 0), (0, -9), downwards, ha="center", va="top")
    write(axes, "Population", (0.5, 0), (0, -28), axes.transAxes, ha="center", va="top")


def _populations(drawn: Funnel) -> list[float]:
    """Those at which the limits are worked out, from end to end."""
    return [float(size) for size in np.linspace(*drawn.across, _CURVE_POINTS)]


def _draw_limits(axes: Axes, drawn: Funnel) -> None:
    populations = _populations(drawn)
    line(axes, populations, [drawn.centre] * _CURVE_POINTS, color=FOCUS, linewidth=1.6, zorder=2)
    for coverage, (look, _) in zip(COVERAGES, _LINES, strict=True):
        for limit in drawn.limits(populations, coverage):
            line(axes, populations, limit, zorder=2, **look)


def _draw_names(axes: Axes, drawn: Funnel, ordered: Sequence[Place], weights: Sequence[int], area: Box) -> None:
    """The names that find room in the area, in points from the plot's corner."""
    (start, end), (bottom, top) = drawn.across, drawn.down
    plot = axes.bbox.width

    def up(rate: float) -> float:
        return _PLOT_HEIGHT * (rate - bottom) / (top - bottom)

    lines = [limit for coverage in COVERAGES for limit in drawn.limits(_populations(drawn), coverage)]
    heights = [*([up(rate) for rate in limit.tolist()] for limit in lines), *[[up(drawn.centre)] * 2] * 2]
    curves = [partial(_height, heights=each, across=plot) for each in heights]
    spots = [(plot * (each.population - start) / (end - start), up(drawn.rate(each))) for each in ordered]
    room = _NAME_ROOM * plot
    labels = place([each.name for each in ordered], spots, area, curves, weights, room)
    for label, spot, weight in zip(labels, spots, weights, strict=True):
        if label is not None:
            _draw_name(axes, label, spot, weight)


def _height(at: float, heights: Sequence[float], across: float) -> float:
    """The height of a curve at a place, between `heights` that are evenly far apart from 0 to `across`."""
    steps = len(heights) - 1
    place = min(max(steps * at / across, 0.0), float(steps))
    before = min(int(place), steps - 1)
    return heights[before] + (place - before) * (heights[before + 1] - heights[before])


def _draw_name(axes: Axes, label: Label, spot: tuple[float, float], weight: int) -> None:
    box = label.box
    for number, words in enumerate(label.lines):
        where = ((box.left + box.right) / 2, box.top - LINE_HEIGHT * (number + 0.5))
        look: dict[str, Any] = {"fontweight": weight, "ha": "center", "zorder": 6}
        look["bbox"] = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"}
        write(axes, words, (0, 0), where, axes.transAxes, **look)
    if label.leader is not None:
        arrow = {"arrowstyle": "-", "color": RULE, "linewidth": 1, "shrinkA": 0, "shrinkB": 6}
        axes.annotate("", spot, label.leader, "axes points", "axes points", arrowprops=arrow)
