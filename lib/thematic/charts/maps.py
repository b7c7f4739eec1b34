"""Turns counts by hexagon, and rates by area, into maps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from thematic.charts import canvas
from thematic.charts.canvas import INK, WIDE
from thematic.charts.ground import (
    BARE,
    FOOT_HEIGHT,
    Ground,
    View,
    draw_borders,
    draw_foot,
    draw_highlight,
    draw_labels,
    draw_towns,
    fill,
    inner_point,
)
from thematic.charts.measuring import REGULAR, STRONG
from thematic.core import hexagons, palette
from thematic.core.hexagons import Hexagon
from thematic.displays import Chart, DisplayTable

_EDGE = 2
_SHADES = palette.SHADES
"""Light to dark, one hue."""

_OF = {1: (2,), 2: (1, 3), 3: (1, 2, 3), 4: (0, 1, 2, 3)}
"""Which shades as many classes take."""

_HOT = palette.LIGHT.second
_LINE: dict[str, Any] = {"edgecolor": _HOT, "linewidth": 2.6}
_CASING: dict[str, Any] = {"edgecolor": "white", "linewidth": 4.6}
_STEPS = tuple(sorted({int(step * 10**power) for step in (1, 1.5, 2, 3, 5, 7.5) for power in range(7)}))
_CLASSES, _AREA_CLASSES = 4, 3
_MANY = 8
"""Of as many areas three classes would tell too few apart: they have one more."""


@dataclass(frozen=True)
class Hexagons:
    """The released counts of the hexagons of a map, of `width` km, and those that are hotspots.

    Every hexagon of the ground has a count; what is withheld stands as 0. In the key `nothing` says what 0 means, and
    `standing_out` what a hotspot is.
    """

    width: float
    counts: Mapping[Hexagon, int]
    hot: Collection[Hexagon]
    nothing: str = "None"
    standing_out: str = "Where most is recorded"

    @property
    def classes(self) -> list[tuple[int, int]]:
        """The least and the greatest count of each class of the counts above 0.

        A class begins near the mean, another near the mean of what lies above it, and so on: most hexagons hold few, a
        few hold many.
        """
        counts = [count for count in self.counts.values() if count > 0]
        if not counts:
            return []
        least, most, above, means = min(counts), max(counts), counts, []
        for _ in range(_CLASSES - 1):
            means.append(fmean(above))
            above = [count for count in above if count >= means[-1]]
        starts = sorted({start for start in map(_round, means) if least < start <= most})
        return list(zip([least, *starts], [*(start - 1 for start in starts), most], strict=True))


def hotspots(
    drawn: Hexagons,
    ground: Ground,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Chart:
    """Hexagons shaded by their counts, hotspots outlined, towns named; the area that stands out fills the view."""
    pair = canvas.drawings(lambda width: draw_hexagons(drawn, ground, width), id, alt, dark="scale")
    return Chart(id, title, subtitle, alt, pair[0], table, notes, source, pair[1])


def areas(
    values: Mapping[str, float | None],
    texts: Mapping[str, str],
    ground: Ground,
    *,
    id: str,
    title: str,
    subtitle: str,
    alt: str,
    table: DisplayTable,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Chart:
    """Areas shaded by their values (None: withheld or missing), each with its name and what `texts` writes for it."""
    pair = canvas.drawings(lambda width: draw_areas(values, texts, ground, width), id, alt, dark="scale")
    return Chart(id, title, subtitle, alt, pair[0], table, notes, source, pair[1])


def draw_hexagons(drawn: Hexagons, ground: Ground, width: float = WIDE) -> Figure:
    """The figure: the ground, the classes, the borders, the hotspots, the towns."""
    rings = {each: hexagons.corners(each, drawn.width) for each in drawn.counts}
    every = (*rings.values(), *(ring for shape in ground.areas.values() for ring in shape))
    shown = ground.areas.get(ground.highlight or "", every)
    view, keys = View.of(shown, width - 2 * _EDGE), _hexagon_keys(drawn)
    figure, axes = _canvas(view, keys)
    fill(axes, view, every[len(rings) :], color=BARE, linewidth=0, zorder=1)
    for (low, high), shade in zip(drawn.classes, _shades(len(drawn.classes)), strict=True):
        own = [rings[each] for each, count in drawn.counts.items() if low <= count <= high]
        fill(axes, view, own, facecolor=shade, edgecolor="white", linewidth=0.6, zorder=2)
    draw_borders(axes, view, ground)
    draw_highlight(axes, view, ground)
    around = hexagons.outline(list(drawn.hot), drawn.width)
    for look in (_CASING, _LINE):
        fill(axes, view, around, facecolor="none", zorder=4, **look)
    draw_towns(axes, view, ground)
    draw_foot(axes, view)
    canvas.draw_keys(axes, keys, _EDGE, FOOT_HEIGHT)
    return figure


def draw_areas(
    values: Mapping[str, float | None], texts: Mapping[str, str], ground: Ground, width: float = WIDE
) -> Figure:
    """The figure: the areas, their borders, and over each its name and its value."""
    every = tuple(ring for shape in ground.areas.values() for ring in shape)
    classes = _area_classes([value for value in values.values() if value is not None])
    keys = _area_keys(classes, values)
    view = View.of(every, width - 2 * _EDGE)
    figure, axes = _canvas(view, keys)
    for name, shape in ground.areas.items():
        shade = _area_shade(values.get(name), classes)
        fill(axes, view, shape, facecolor=shade, edgecolor="white", linewidth=1, zorder=1)
    draw_highlight(axes, view, ground)
    named = [name for name in sorted(ground.areas, key=lambda name: name != ground.highlight) if name in texts]
    spots = [view.spot(inner_point(ground.areas[name])) for name in named]
    weights = [STRONG if name == ground.highlight else REGULAR for name in named]
    draw_labels(axes, view, [f"{name}\n{texts[name]}" for name in named], spots, weights, room=100, over=True)
    draw_foot(axes, view)
    canvas.draw_keys(axes, keys, _EDGE, FOOT_HEIGHT)
    return figure


def _canvas(view: View, keys: Sequence[canvas.Key]) -> tuple[Figure, Axes]:
    """A figure whose axes are the view, in points, with room for the keys."""
    width = view.width + 2 * _EDGE
    below = FOOT_HEIGHT + canvas.keys_height(keys, width) + _EDGE
    figure, axes = canvas.canvas(width, view.height + _EDGE + below, _EDGE, _EDGE, _EDGE, below)
    axes.set(xlim=(0, view.width), ylim=(0, view.height))
    return figure, axes


def _round(count: float) -> int:
    """The round number that is nearest in proportion."""
    return min(_STEPS, key=lambda step: abs(log(step / count)))


def _shades(classes: int) -> list[str]:
    return [_SHADES[number] for number in _OF[classes]] if classes else []


def _hexagon_keys(drawn: Hexagons) -> list[tuple[dict[str, Any], str]]:
    """The classes from the largest, what 0 means, and the hotspots."""
    classes = list(zip(drawn.classes, _shades(len(drawn.classes)), strict=True))[::-1]
    rows = [(_swatch(shade), f"{low:,}" if low == high else f"{low:,} to {high:,}") for (low, high), shade in classes]
    rows.append((_swatch(BARE), drawn.nothing))
    if drawn.hot:
        rows.append(({"color": _HOT, "linewidth": _LINE["linewidth"]}, drawn.standing_out))
    return rows


def _swatch(colour: str) -> dict[str, Any]:
    return {"marker": "h", "color": colour, "markersize": 14, "markeredgecolor": INK, "markeredgewidth": 0.5}


Classes = list[tuple[float, float]]


def _area_classes(values: Sequence[float]) -> Classes:
    """Classes of even width between round numbers, that hold all values: from the first end up to under the second, the
    last one's second end included."""
    if not values:
        return []
    least, most = min(values), max(values)
    allowed = _AREA_CLASSES + (len(values) >= _MANY)
    for number in range(allowed, 0, -1):
        fewest = 2 if number == allowed else 1  # ends within the values; where two give too many classes, one will do
        ends = [float(end) for end in MaxNLocator(number, min_n_ticks=fewest).tick_values(least, most)]
        ends = [round(end, 9) for end in ends] if least < most else ends  # 0.6, and not 0.6000000000000001
        found = [(low, high) for low, high in pairwise(ends) if high > least and (low < most or low <= least)]
        if len(found) <= allowed:
            break
    return found


def _area_shade(value: float | None, classes: Classes) -> str:
    if value is None:
        return BARE
    place = max(number for number, (low, _) in enumerate(classes) if low <= value or number == 0)
    return _shades(len(classes))[place]


def _area_keys(classes: Classes, values: Mapping[str, float | None]) -> list[tuple[dict[str, Any], str]]:
    places = max((len(f"{end:g}".partition(".")[2]) for ends in classes for end in ends), default=0)
    told = [
        f"{low:,.{places}f} to {'' if high == classes[-1][1] else 'under '}{high:,.{places}f}" for low, high in classes
    ]
    rows = [(_swatch(shade), text) for shade, text in zip(_shades(len(classes)), told, strict=True)][::-1]
    return rows + ([(_swatch(BARE), "No figure")] if None in values.values() else [])
