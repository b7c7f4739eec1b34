"""Lays out what an analyst draws on one pair of axes: its words inside the figure, its dates and names apart."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryConverter
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter

from thematic.charts import canvas

_EDGE = 3
"""How far words stay from the edge of a figure, in points."""
_DATES = 9
"""How many dates there may be along an axis of a page."""
_NAMES = 0.36
"""How much of a chart's width names of categories may take."""
_BLANK = " "


def blank(axes: Axes) -> None:
    """Axes with blank labels, which seaborn leaves as they are: it would lay out every tick to write column names that
    no report shows."""
    axes.set(xlabel=_BLANK, ylabel=_BLANK)


def fit(figure: Figure, width: float) -> None:
    """Breaks and spaces words along the axes, and has all that is drawn inside a figure of `width` points."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            words = axis.get_label_text()
            axis.set_label_text("" if words == _BLANK else "\n".join(canvas.wrap(words, (1 - _NAMES) * width)))
    _space_dates(figure, _DATES * width / canvas.WIDE)
    _wrap_names(figure, _NAMES * width)
    _stack_keys(figure, (1 - _NAMES) * width)
    _place(figure)


def _space_dates(figure: Figure, most: float) -> None:
    """Keeps dates along an axis, where matplotlib places them itself, from running into one another."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        locator = axis.get_major_locator()
        if isinstance(locator, AutoDateLocator):
            locator.minticks = 2
            locator.maxticks = dict.fromkeys(locator.maxticks, int(most))


def _wrap_names(figure: Figure, room: float) -> None:
    """Breaks long names of categories up the side of a chart into lines no wider than `room` points."""
    for axis in (axes.yaxis for axes in figure.axes):
        if isinstance(axis.get_converter(), StrCategoryConverter) and not isinstance(
            axis.get_major_formatter(), FixedFormatter
        ):
            names = {name: "\n".join(canvas.wrap(name, room)) for name in axis.units._mapping}
            if list(names) != list(names.values()):
                axis.set_ticks(list(axis.units._mapping.values()), list(names.values()))


def _stack_keys(figure: Figure, room: float) -> None:
    """Puts the entries of a key one below the other, above what is drawn, where side by side they are wider than
    `room` points."""
    for axes in figure.axes:
        key = axes.get_legend()
        if key is not None and key.get_window_extent(canvas.renderer(room, room, io.StringIO())).width > room:
            entries = [each for each in key.legend_handles if each is not None]
            names = [text.get_text() for text in key.get_texts()]
            title = key.get_title().get_text() or None
            axes.legend(entries, names, title=title, ncols=1, loc="lower left", bbox_to_anchor=(0, 1))


def _place(figure: Figure) -> None:
    """Places one pair of axes by measuring it once, and again where other ticks came of it: matplotlib's own layout,
    which is for several, measures everything twice."""
    if len(figure.axes) > 1 or figure.texts or figure.legends or figure.axes[0].get_aspect() != "auto":
        figure.set_layout_engine("constrained")
        return
    (axes,) = figure.axes
    ticks = None
    while ticks != (ticks := [*_ticks(axes.xaxis), *_ticks(axes.yaxis)]):
        _place_once(figure, axes)


def _place_once(figure: Figure, axes: Axes) -> None:
    width, height = (length * 72 for length in figure.get_size_inches())
    within = axes.get_window_extent()
    around = axes.get_tightbbox(canvas.renderer(width, height, io.StringIO())) or within
    left, bottom = within.x0 - around.x0 + _EDGE, within.y0 - around.y0 + _EDGE
    right, top = around.x1 - within.x1 + _EDGE, around.y1 - within.y1 + _EDGE
    axes.set_position((left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height))


def _ticks(axis: Axis) -> list[str]:
    return list(axis.get_major_formatter().format_ticks(list(axis.get_majorticklocs())))
