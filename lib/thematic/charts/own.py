"""Turns what an analyst draws with seaborn or matplotlib into SVG: for a page, for a phone, and on a dark ground."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from thematic.charts import canvas, fitting, measuring
from thematic.charts.drawn import Drawn, drawn_in
from thematic.core import palette

Draw = Callable[..., Any] | Axes | Figure
_SATURATION = 0.75
"""How much of a colour seaborn leaves in bars and boxes."""
_GREY = "#424242"
"""What seaborn draws intervals in."""
_ABOUT = {"left": 0.2, "bottom": 0.14, "right": 0.98, "top": 0.98}
"""About where axes come to be, of a figure's width and height."""
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_LEADING = re.compile(r">( +)(?=[^ <])")
"""Spaces that words begin with, which a page would leave out."""
_UNFILLED = re.compile(r"<(?:path|text|use)\b(?![^>]*\bfill=)[^>]*>")
"""matplotlib gives what it fills in black no colour."""


class NoDrawing(TypeError):
    """What was given is neither a function nor axes or a figure; the message names it."""


@dataclass(frozen=True)
class Own:
    """A drawing for a page, the same for a phone ("" where it was drawn once), and what is in it."""

    wide: str
    narrow: str
    drawn: Drawn


def own(draw: Draw, id: str, alt: str, height: float, colours: Mapping[str, str]) -> Own:
    """What `draw` draws, `height` points high: drawn once and laid out at each width where it can be called, else as it
    is.

    `colours` are those of `Palette.of_charts`. Raises NoDrawing for what is neither callable nor drawn.
    """
    with mpl.rc_context({**canvas.SETTINGS, **_settings(colours)}), _closing():
        if not callable(draw):
            figure = _given(draw)
            return Own(_svg(figure, id, alt, colours), "", drawn_in(figure))
        figure, sized = _called(draw, height)
        found = drawn_in(figure)  # in the words that were given, before they are broken into lines
        sized(canvas.WIDE)
        wide = _svg(figure, id, alt, colours)
        sized(canvas.NARROW)
        return Own(wide, _svg(figure, f"{id} narrow", alt, colours), found)


@contextmanager
def _closing() -> Iterator[None]:
    """Has pyplot let go of the figures that are opened within the block."""
    before = set(plt.get_fignums())
    try:
        yield
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)


def _settings(colours: Mapping[str, str]) -> dict[str, Any]:
    """The look of a chart: what is drawn first is in the first colour, and nothing is drawn that says nothing."""
    lines = dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color", "axes.labelcolor"), colours["ink"])
    sizes = ("axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
    return {
        **lines,
        **dict.fromkeys((*sizes, "legend.title_fontsize"), measuring.TEXT_SIZE),
        "text.color": colours["ink"],
        "axes.prop_cycle": cycler(color=[colours[name] for name in ("main", "second", "third", "fourth")]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "axes.axisbelow": True,
        "date.converter": "concise",
        "axes.facecolor": "none",
        "grid.color": colours["grid"],
        "figure.facecolor": "none",
        "figure.dpi": 72,
        **{f"figure.subplot.{side}": at for side, at in _ABOUT.items()},
        "legend.frameon": False,
        "lines.linewidth": 2,
        "patch.edgecolor": colours["paper"],
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }


def _called(draw: Callable[..., Any], height: float) -> tuple[Figure, Callable[[float], None]]:
    """The figure of a function that draws on the axes it is given (`draw(ax)`), or that makes its own (`draw()`), and
    what lays it out at a width in points."""
    size = (canvas.WIDE / 72, height / 72)
    with mpl.rc_context({"figure.figsize": size}):
        how = _asks_for(draw)
        if how is None:
            made = draw()
            figure = _figure_of(made if made is not None else plt.gcf())
            keeps = height if tuple(figure.get_size_inches()) == size else None
            return figure, lambda width: _size(figure, width, keeps)
        axes: Axes = plt.subplots()[1]
        fitting.blank(axes)
        draw(axes) if how == "" else draw(**{how: axes})
    figure = _figure_of(axes)
    layout = fitting.Layout(figure)
    return figure, lambda width: layout.fit(width, height)


def _asks_for(draw: Callable[..., Any]) -> str | None:
    """Whether a function takes axes: by the name `ax`, as its one argument (""), or not at all (None)."""
    try:
        known = signature(draw).parameters
    except ValueError:
        return ""
    if "ax" in known and known["ax"].kind is not Parameter.POSITIONAL_ONLY:
        return "ax"
    places = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    asked = [each for each in known.values() if each.kind in places and each.default is Parameter.empty]
    return "" if asked else None


def _figure_of(drawn: Any) -> Figure:
    """The figure of axes, of a figure, or of what seaborn draws on several axes."""
    found = drawn if isinstance(drawn, Figure) else getattr(drawn, "figure", None)
    if not isinstance(found, Figure):
        raise NoDrawing("nothing" if drawn is None else type(drawn).__name__)
    return found


def _given(drawn: Any) -> Figure:
    """A figure that was drawn elsewhere, in the reports' type and at a page's width."""
    figure = _figure_of(drawn)
    for text in figure.findobj(Text):
        text.set_fontfamily([measuring.FONT])
        text.set_parse_math(False)
    plt.close(figure)
    _size(figure, canvas.WIDE)
    return figure


def _size(figure: Figure, width: float, height: float | None = None) -> None:
    """Gives a figure a width in points, its words inside: as high as it was beside its width, or `height` points."""
    across, high = figure.get_size_inches()
    figure.set_dpi(72)
    figure.set_size_inches(width / 72, high * width / 72 / across if height is None else height / 72)
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")


def _svg(figure: Figure, salt: str, alt: str, colours: Mapping[str, str]) -> str:
    """The drawing, in the palette's colours where seaborn made them duller; it adapts where it has no others."""
    figure.patch.set_visible(False)
    with palette.worn(palette.HOUSE):
        found = canvas.svg(figure, salt, alt, "as-drawn")
    duller = {mpl.colors.to_hex(sns.desaturate(each, _SATURATION)): each for each in colours.values()}
    duller[_GREY] = colours["ink"]
    found = _COLOUR.sub(lambda colour: duller.get(colour[0], colour[0]), found)
    found = _LEADING.sub(lambda spaces: ">" + "\u00a0" * len(spaces[1]), found)
    body = re.sub(r"<(clipPath|defs).*?</\1>", "", found[found.index(">") :], flags=re.DOTALL)
    if set(_COLOUR.findall(body)) <= set(colours.values()) and not _UNFILLED.search(body):
        found = found.replace('class="as-drawn"', 'class="adapts"', 1)
    return found
