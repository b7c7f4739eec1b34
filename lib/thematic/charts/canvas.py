"""Turns artists into SVG: the colours, sizes and bare canvas of every chart."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Literal
from weakref import WeakKeyDictionary

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform, Transform, TransformedPath
from numpy.typing import ArrayLike

from thematic.charts.measuring import FONT, TEXT_SIZE, renderer, wrap
from thematic.core import palette

WIDE, NARROW = 640, 360

FOCUS: Any = palette.LIGHT.main
INK: Any = palette.CHART_INK
QUIET, SHADE, RULE, GRID = palette.CONTEXT, palette.SHADE, palette.RULE, palette.GRID
"""Charts are drawn in the house's colours; `svg` gives them the force's."""

_BROAD = 5
"""A line of more points than these has round ends of its own in the key."""

KEY_HEIGHT, _KEY_LINE, _KEY_TEXT = 20, 16, 22
"""In points: a row of a key, each further line of one, and how far its words stand from the figure's edge."""

Dark = Literal["adapts", "scale", "as-drawn"]

Spot = tuple[float, float]

Key = tuple[Mapping[str, Any], str]
"""A look, and what is said of it."""

MISSING = "[x]"

SETTINGS = {
    "font.family": [FONT],
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "svg.fonttype": "none",
}
_FALLBACK = f"'{FONT}', Arial, Helvetica, sans-serif"

Told = tuple[float, float, float, float, str]
"""Where a pointer must be, from the left, the bottom, the right and the top (in data units), and what it is told."""

_told: WeakKeyDictionary[Figure, list[Told]] = WeakKeyDictionary()

_POINTS = IdentityTransform()
_UNUSED = TransformedPath(Outline.unit_rectangle(), _POINTS)
"""For what is not cut off at the axes: to work out where their edge is takes as long as to draw a line."""

_emptied: list[tuple[Figure, Axes]] = []
"""Figures that have been drawn, to be used again: a new axes takes as long as a chart's bars."""


def canvas(width: float, height: float, left: float, right: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """A figure of `width` by `height` points, bare but for an axes within the margins."""
    figure, axes = _emptied.pop() if _emptied else _new()
    figure.set_size_inches(width / 72, height / 72)
    axes.set_position((left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height))
    return figure, axes


def _new() -> tuple[Figure, Axes]:
    figure = Figure(dpi=72)
    FigureCanvasAgg(figure)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xticks=[], yticks=[])
    return figure, axes


def _empty(figure: Figure) -> None:
    """Takes everything out of a drawn figure, and keeps it for the next chart; not where its axes have learnt units."""
    (axes,) = figure.axes
    for artist in (*axes.lines, *axes.patches, *axes.collections, *axes.texts, *axes.artists):
        artist.remove()
    if axes.xaxis.have_units() or axes.yaxis.have_units():
        return
    axes.set(xlim=(0, 1), ylim=(0, 1), autoscale_on=True)
    axes.set_prop_cycle(None)
    axes.relim()
    _emptied.append((figure, axes))


def line(axes: Axes, across: ArrayLike, up: ArrayLike, **look: Any) -> None:
    """A line, or marks, on axes that have their limits: without the search for limits that `axes.plot` makes."""
    drawn = Line2D(across, up, **look)
    if look.get("clip_on") is False:
        drawn.set_clip_path(_UNUSED)
    axes.add_artist(drawn)


def write(
    axes: Axes,
    words: str,
    at: Spot,
    away: Spot = (0, 0),
    within: Transform | None = None,
    va: str = "center_baseline",
    **look: Any,
) -> None:
    """Words in a figure of this module that has its size and its limits, so many points `away` from a place of the
    data, or `within` other coordinates: without what an annotation costs, which looks for its place when it is drawn.
    """
    (x, y), (right, up) = (axes.transData if within is None else within).transform(at).tolist(), away
    text = Text(x + right, y + up, words, va=va, transform=_POINTS, clip_on=False, **look)
    text.set_clip_path(_UNUSED)
    axes.add_artist(text)


def tell(figure: Figure, places: Iterable[Told]) -> None:
    """Has a pointer at each place told its words, without a script."""
    _told.setdefault(figure, []).extend(places)


def _pointed(figure: Figure, height: float) -> str:
    """Boxes that nobody sees, each with the words for its place."""
    found: list[str] = []
    for *corners, words in _told.pop(figure, []):
        (axes,) = figure.axes
        (left, bottom), (right, top) = axes.transData.transform([corners[:2], corners[2:]]).tolist()
        sizes = min(left, right), height - max(bottom, top), abs(right - left), abs(top - bottom)
        box = "".join(f' {name}="{size:.4g}"' for name, size in zip(("x", "y", "width", "height"), sizes, strict=True))
        found.append(f'<rect{box} fill="none" pointer-events="all"><title>{escape(words)}</title></rect>')
    return "".join(found)


def number_or_shorthand(value: float | str | None) -> tuple[float, str]:
    """The value as a number and no shorthand; or NaN and its shorthand, `[x]` where nothing is given."""
    if isinstance(value, str):
        return math.nan, value
    if value is None or math.isnan(value):
        return math.nan, MISSING
    return float(value), ""


def written(value: float, decimals: int) -> str:
    """The number as a reader sees it: commas between thousands, `decimals` places."""
    return f"{value:,.{decimals}f}"


def keys_height(rows: Sequence[Key], width: float) -> float:
    """How high the key of a chart of `width` points is."""
    return sum(_key_height(_key_lines(text, width)) for _, text in rows)


def draw_keys(axes: Axes, rows: Sequence[Key], left: float, below: float) -> None:
    """The key of a chart, a row for each look and what is said of it, on several lines where it is long.

    It starts `below` points under the foot of the axes and at the figure's edge, `left` points left of them.
    """
    width, height, figure = axes.bbox.width, axes.bbox.height, axes.get_figure()
    room = width if figure is None else figure.bbox.width
    top = below
    for look, text in rows:
        lines = _key_lines(text, room)
        broad = look.get("linewidth", 0) > _BROAD
        ends = [7 - left] if "marker" in look else [6 - left, 10 - left] if broad else [1 - left, 15 - left]
        down = top + KEY_HEIGHT / 2
        spots = [end / width for end in ends]
        line(axes, spots, [-down / height] * len(ends), transform=axes.transAxes, clip_on=False, **look)
        for number, words in enumerate(lines):
            write(axes, words, (0, 0), (_KEY_TEXT - left, -down - _KEY_LINE * number), axes.transAxes)
        top += _key_height(lines)


def _key_lines(text: str, width: float) -> list[str]:
    return wrap(text, width - _KEY_TEXT - 2)


def _key_height(lines: Sequence[str]) -> float:
    return KEY_HEIGHT + _KEY_LINE * (len(lines) - 1)


@contextmanager
def settings(chosen: Mapping[str, Any]) -> Iterator[None]:
    """These settings of matplotlib within the block, which changes no others: matplotlib's own way, which keeps them
    all, takes as long as to draw a line."""
    before = {name: mpl.rcParams[name] for name in chosen}
    mpl.rcParams.update(chosen)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


def drawings(draw: Callable[[float], Figure], id: str, alt: str, dark: Dark = "adapts") -> tuple[str, str]:
    """The same chart as SVG for a page and for a phone, `draw` making the figure of a width in points, on a canvas of
    this module. The figures are used again."""
    with settings(SETTINGS):
        return _drawn(draw(WIDE), id, alt, dark), _drawn(draw(NARROW), f"{id} narrow", alt, dark)


def _drawn(figure: Figure, salt: str, alt: str, dark: Dark) -> str:
    found = svg(figure, salt, alt, dark)
    _empty(figure)
    return found


def svg(figure: Figure, salt: str, alt: str, dark: Dark = "adapts") -> str:
    """The figure as an SVG element to stand in a page, `alt` its label: no metadata, no ids but those used.

    Ids hang on `salt`, so that charts on one page do not share them. `dark` is how a dark page changes its colours: it
    `adapts` ink and blue, turns a `scale` round, so that what holds most is furthest from the paper again, or leaves
    it `as-drawn` on a light ground.
    """
    buffer = io.StringIO()
    size = [length * 72 for length in figure.get_size_inches()]
    with settings({"svg.hashsalt": f"thematic {salt}"}):
        page = renderer(size[0], size[1], buffer)
        figure.draw(page)
        page.finalize()
    text = buffer.getvalue()
    width, height = map(round, size)
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}" class="{dark}" role="img"'
        f' aria-label="{escape(alt)}" font-family="{_FALLBACK}" stroke-linejoin="round">'
    )
    body = _slim(text[text.index(">", text.index("<svg")) + 1 :]).rstrip()
    return palette.current().drawn(f"{root}{body.removesuffix('</svg>')}{_pointed(figure, height)}</svg>")


def _slim(body: str) -> str:
    """The SVG's body without what nothing refers to, and without `style`, which a page's policy may forbid."""
    used = frozenset(re.findall(r'(?:url\(|href=")#([^")]+)', body))
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", "><", body)
    return re.sub(r"<[^>]+>", lambda tag: _slim_tag(tag[0], used), body)


def _slim_tag(tag: str, used: frozenset[str]) -> str:
    """The tag with its styles as attributes, and places to a hundredth of a point."""
    tag = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), tag)
    return re.sub(r' (d|x|y)="([^"]*)"', lambda found: f' {found[1]}="{_rounded(found[2])}"', tag)


def _attributes(style: str) -> str:
    pairs = [part.strip().split(": ", 1) for part in style.split(";") if part.strip()]
    return "".join(f' {name}="{value}"' for name, value in pairs if value != f"'{FONT}'")


def _rounded(places: str) -> str:
    short = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), places)
    return " ".join(short.split())
