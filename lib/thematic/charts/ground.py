"""Turns areas and towns on a plane into the ground of a map: its view, scale bar, borders and names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from thematic.charts.canvas import INK, line, write
from thematic.charts.labels import LINE_HEIGHT, Box, Label, place
from thematic.charts.measuring import REGULAR, width_of
from thematic.core import palette
from thematic.core.hexagons import Point, Ring, Shape

BARE, _BORDER = palette.BARE, palette.BORDER
FOOT_HEIGHT = 34
_MARGIN_KM, _MARGIN = 0.5, 2
_LARGEST = 18
"""The largest scale, in points to a km: nearer, a few hexagons would fill the page."""

_TALLEST, _SHORTEST = 0.95, 0.42
_BAR_LENGTHS = (0.5, 1, 2, 5, 10, 20, 50, 100)
_BAR_SHARE = 0.25
_GRID = 24


@dataclass(frozen=True)
class Ground:
    """What lies under a map: the areas by name, the towns by name in the order in which they are given room, and the
    area that stands out and fills the view. All in km on the plane."""

    areas: Mapping[str, Shape]
    towns: Mapping[str, Point] = field(default_factory=dict)
    highlight: str | None = None


@dataclass(frozen=True)
class View:
    """The part of the plane that a map shows: its corner in km, the points to a km, and its size in points."""

    left: float
    bottom: float
    scale: float
    width: float
    height: float

    @classmethod
    def of(cls, shape: Shape, width: float) -> View:
        """The view that a shape fills, `width` points wide, with its middle in the middle."""
        points = np.array([point for ring in shape for point in ring])
        low, high = points.min(axis=0) - _MARGIN_KM, points.max(axis=0) + _MARGIN_KM
        across, up = high - low
        scale = min(width / across, _TALLEST * width / up, _LARGEST)
        height = max(scale * up, _SHORTEST * width)
        left, bottom = (low + high) / 2 - np.array([width, height]) / scale / 2
        return cls(float(left), float(bottom), float(scale), width, round(float(height)))

    def spot(self, point: Point) -> tuple[float, float]:
        """Where a point lies, in points from the lower left corner; tenths are enough."""
        return round((point[0] - self.left) * self.scale, 1), round((point[1] - self.bottom) * self.scale, 1)

    def path(self, rings: Iterable[Ring]) -> Path | None:
        """One path of all rings in sight, each closed; None where there are none."""
        drawn = [[self.spot(point) for point in ring] for ring in rings]
        seen = [spots for spots in drawn if self._sees(spots)]
        if not seen:
            return None
        codes = [[Path.MOVETO, *[Path.LINETO] * (len(spots) - 1), Path.CLOSEPOLY] for spots in seen]
        return Path([spot for spots in seen for spot in (*spots, spots[0])], [code for each in codes for code in each])

    def _sees(self, spots: Sequence[tuple[float, float]]) -> bool:
        """Whether any part of the box around the spots lies in the view."""
        across, up = zip(*spots, strict=True)
        return bool(min(across) < self.width and max(across) > 0 and min(up) < self.height and max(up) > 0)


def fill(axes: Axes, view: View, rings: Iterable[Ring], **look: Any) -> None:
    """Draws the rings as one path, cut off at the edge of the view."""
    path = view.path(rings)
    if path is not None:
        axes.add_artist(PathPatch(path, **look))


def draw_borders(axes: Axes, view: View, ground: Ground) -> None:
    """A thin line round every area but the one that stands out."""
    others = [ring for name, shape in ground.areas.items() if name != ground.highlight for ring in shape]
    fill(axes, view, others, facecolor="none", edgecolor=_BORDER, linewidth=1, zorder=3)


def draw_highlight(axes: Axes, view: View, ground: Ground) -> None:
    """A thick dark line round the area that stands out, edged in white to show on dark shades."""
    own = ground.areas.get(ground.highlight or "", ())
    for colour, width in (("white", 4.6), (INK, 2.2)):
        fill(axes, view, own, facecolor="none", edgecolor=colour, linewidth=width, zorder=3.5)


def draw_towns(axes: Axes, view: View, ground: Ground) -> None:
    """A dot for each town in sight, and the names that find room."""
    spots = {name: view.spot(point) for name, point in ground.towns.items()}
    seen = {name: (x, y) for name, (x, y) in spots.items() if 3 < x < view.width - 3 and 3 < y < view.height - 3}
    if not seen:
        return
    across, up = zip(*seen.values(), strict=True)
    look: dict[str, Any] = {"marker": "o", "color": INK, "markersize": 6.5, "markeredgecolor": "white"}
    line(axes, across, up, linestyle="", markeredgewidth=1.2, zorder=6, **look)
    draw_labels(axes, view, list(seen), list(seen.values()), room=110)


def draw_labels(
    axes: Axes,
    view: View,
    names: Sequence[str],
    spots: Sequence[tuple[float, float]],
    weights: Sequence[int] | None = None,
    **how: Any,
) -> None:
    """The names beside or over their spots, each on a light ground of its own."""
    area = Box(2, 2, view.width - 2, view.height - 2)
    labels = place(names, spots, area, weights=weights, **how)
    for number, (label, spot) in enumerate(zip(labels, spots, strict=True)):
        if label is not None:
            _draw_label(axes, label, spot, weights[number] if weights else REGULAR)


def _draw_label(axes: Axes, label: Label, spot: tuple[float, float], weight: int) -> None:
    box = label.box
    if label.leader is not None:
        line(axes, *zip(spot, label.leader, strict=True), color=INK, linewidth=0.9, zorder=5)
    size = (box.right - box.left + 4, LINE_HEIGHT * len(label.lines))
    axes.add_artist(Rectangle((box.left - 2, box.bottom), *size, color="white", alpha=0.82, linewidth=0, zorder=7))
    for number, words in enumerate(label.lines):
        where = ((box.left + box.right) / 2, box.top - LINE_HEIGHT * (number + 0.5))
        write(axes, words, where, fontweight=weight, ha="center", zorder=8)


def draw_foot(axes: Axes, view: View) -> None:
    """Under the map: a scale bar in km, and which way is north."""
    fitting = [length for length in _BAR_LENGTHS if length * view.scale <= _BAR_SHARE * view.width]
    length = fitting[-1] if fitting else _BAR_LENGTHS[0]
    end, level = 1 + length * view.scale, -20
    ends = [(1, level + 4), (1, level - 4), (1, level), (end, level), (end, level + 4), (end, level - 4)]
    line(axes, *zip(*ends, strict=True), color=INK, linewidth=1.2, clip_on=False)
    write(axes, f"{length:g} km", (end + 8, level))
    north = "North"
    right = view.width - width_of(north) - 12
    line(axes, [right, right], [level - 7, level + 3], color=INK, linewidth=1.2, clip_on=False)
    line(axes, [right], [level + 4], marker="^", color=INK, markersize=6, clip_on=False)
    write(axes, north, (right + 8, level))


def inner_point(shape: Shape) -> Point:
    """The point of a grid over a shape that lies deepest inside it."""
    points = np.array([point for ring in shape for point in ring])
    low, high = points.min(axis=0), points.max(axis=0)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    across, up = np.meshgrid(low[0] + steps * (high - low)[0], low[1] + steps * (high - low)[1])
    spots = np.column_stack([across.ravel(), up.ravel()])
    inside = np.logical_xor.reduce([Path(ring).contains_points(spots) for ring in shape])
    if not inside.any():
        east, north = points.mean(axis=0)
        return float(east), float(north)
    spots = spots[inside]
    away = np.hypot(*(spots[:, None, :] - points[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    east, north = spots[away.argmax()]
    return float(east), float(north)
