"""Lays out what an analyst draws on one pair of axes: its words inside the figure, its dates and names apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.category import StrCategoryConverter
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.spines import Spine
from matplotlib.ticker import FixedFormatter, ScalarFormatter, StrMethodFormatter

from thematic.charts import canvas, measuring

_EDGE = 3
"""How far words stay from the edge of a figure, in points."""
_DATES = 9
"""How many dates there may be along an axis of a page."""
_NAMES = 0.36
"""How much of a chart's width names of categories may take."""
_APART, _BESIDE = 8, 60
"""In points: how far names along the foot of a chart are apart, and about how much of its width they do not have."""
_LINE = 16
"""How much height a line of a name needs, in points."""
_BLANK = " "
_THOUSAND = 1000


def blank(axes: Axes) -> None:
    """Axes with blank labels, which seaborn leaves as they are: it would lay out every tick to write column names that
    no report shows."""
    axes.set(xlabel=_BLANK, ylabel=_BLANK)


class Layout:
    """The words of what is drawn, as they were given: a figure can be laid out at one width after the other."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        axes = figure.axes
        self.labels = {axis: axis.get_label_text() for each in axes for axis in (each.xaxis, each.yaxis)}
        self.names = {each.yaxis: _categories(each.yaxis) for each in axes if _is_named(each.yaxis)}
        self.across = {each.xaxis: _categories(each.xaxis) for each in axes if _is_named(each.xaxis, turned=False)}

    def fit(self, width: float, height: float) -> None:
        """Breaks and spaces words along the axes, and has all that is drawn inside a figure of `width` by `height`
        points: higher where names along an axis would otherwise run into one another."""
        figure = self.figure
        margins = _margins(figure)
        figure.set_size_inches(width / 72, height / 72)
        for axis, words in self.labels.items():
            margins[1] += _wrap_label(axis, words, (1 - _NAMES) * width)
        _space_dates(figure, _DATES * width / canvas.WIDE)
        for axis in self.labels:
            _part_thousands(axis)
        for axis, names in self.names.items():
            margins[0] -= _wrap_names(axis, names, _NAMES * width)
        for axis, names in self.across.items():
            _turn_names(axis, names, (width - _BESIDE) / len(names) - _APART)
        margins[3] += _stack_keys(figure, (1 - _NAMES) * width)
        if len(figure.axes) == 1:
            _set_margins(figure, margins)  # near those that come of it, so that few charts are measured twice
            self._grow(margins)
        _place(figure)
        if self._grow(_margins(figure)):
            _place(figure)

    def _grow(self, margins: list[float]) -> bool:
        """Whether names along an axis lacked room, for which the figure is higher now."""
        lacking = max((_lacking(axis) for axis in self.names), default=0)
        if lacking < 1:
            return False
        width, height = self.figure.get_size_inches()
        self.figure.set_size_inches(width, height + lacking / 72)
        if len(self.figure.axes) == 1:
            _set_margins(self.figure, margins)
        return True


def _wrap_label(axis: Axis, words: str, room: float) -> float:
    """Breaks what an axis is of into lines of `room` points; how much higher it is then, along the foot of a chart."""
    before = axis.get_label_text().count("\n")
    label = "" if words == _BLANK else "\n".join(measuring.wrap(words, room))
    axis.set_label_text(label)
    return _LINE * (label.count("\n") - before) if isinstance(axis, XAxis) else 0


def _space_dates(figure: Figure, most: float) -> None:
    """Keeps dates along an axis, where matplotlib places them itself, from running into one another."""
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        locator = axis.get_major_locator()
        if isinstance(locator, AutoDateLocator):
            locator.minticks = 2
            locator.maxticks = dict.fromkeys(locator.maxticks, int(most))


def _part_thousands(axis: Axis) -> None:
    """Writes whole numbers of a thousand and more as the reports do, where matplotlib writes them itself."""
    if type(axis.get_major_formatter()) is ScalarFormatter:
        ticks = axis.get_majorticklocs()
        if np.abs(ticks).max(initial=0) >= _THOUSAND and (ticks == np.round(ticks)).all():
            axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _categories(axis: Axis) -> list[str]:
    return [*axis.units._mapping]


def _is_named(axis: Axis, *, turned: bool = True) -> bool:
    """Whether matplotlib writes names of categories along an axis, and nobody has written others; not `turned`: nor has
    turned them."""
    if not turned and axis.get_tick_params().get("rotation"):
        return False
    return isinstance(axis.get_converter(), StrCategoryConverter) and not isinstance(
        axis.get_major_formatter(), FixedFormatter
    )


def _wrap_names(axis: Axis, names: list[str], room: float) -> float:
    """Breaks long names of categories up the side of a chart into lines no wider than `room` points; how much less wide
    they are then."""
    broken = ["\n".join(measuring.wrap(name, room)) for name in names]
    before = _ticks(axis)
    if broken == before:
        return 0
    axis.set_ticks(list(axis.units._mapping.values()), broken)
    return _widest(before) - _widest(broken)


def _turn_names(axis: Axis, names: list[str], room: float) -> None:
    """Breaks names of categories along the foot of a chart into lines of `room` points; where a word is wider than
    that, they read upwards."""
    upright = all(measuring.width_of(word) <= room for name in names for word in name.split())
    written = ["\n".join(measuring.wrap(name, room)) if upright else name for name in names]
    axis.set_ticks(list(axis.units._mapping.values()), written, rotation=0 if upright else 90)


def _widest(names: list[str]) -> float:
    return max((measuring.width_of(line) for name in names for line in name.split("\n")), default=0)


def _margins(figure: Figure) -> list[float]:
    """How far the first axes are from the figure's left, bottom, right and top edge, in points."""
    width, height = (length * 72 for length in figure.get_size_inches())
    box = figure.axes[0].get_position()
    return [box.x0 * width, box.y0 * height, (1 - box.x1) * width, (1 - box.y1) * height]


def _set_margins(figure: Figure, margins: list[float]) -> None:
    width, height = (length * 72 for length in figure.get_size_inches())
    left, bottom, right, top = margins
    across, up = (width - left - right) / width, (height - bottom - top) / height
    if across > 0 and up > 0:
        figure.axes[0].set_position((left / width, bottom / height, across, up))


def _lacking(axis: Axis) -> float:
    """How many points more names up the side of a chart need, each half of its lines on either side of its place."""
    lines = [name.count("\n") + 1 for name in _ticks(axis)]
    needed = max((_LINE * (lower + upper) / 2 for lower, upper in pairwise(lines)), default=0)
    low, high = axis.get_view_interval()
    span = abs(high - low)
    return needed * span - axis.axes.get_window_extent().height


def _stack_keys(figure: Figure, room: float) -> float:
    """Puts the entries of a key one below the other, above what is drawn, where side by side they are wider than
    `room` points; how much higher it is then."""
    higher = 0.0
    for axes in figure.axes:
        key = axes.get_legend()
        if key is None or (before := key.get_window_extent(measuring.MEASURING)).width <= room:
            continue
        entries = [each for each in key.legend_handles if each is not None]
        names = [text.get_text() for text in key.get_texts()]
        title = key.get_title().get_text() or None
        key = axes.legend(entries, names, title=title, ncols=1, loc="lower left", bbox_to_anchor=(0, 1))
        higher += key.get_window_extent(measuring.MEASURING).height - before.height
    return higher


def _place(figure: Figure) -> None:
    """Places one pair of axes by measuring it once, and again where other ticks came of it: matplotlib's own layout,
    which is for several, measures everything twice."""
    if len(figure.axes) > 1 or figure.texts or figure.legends or figure.axes[0].get_aspect() != "auto":
        figure.set_layout_engine("constrained")
        return
    (axes,) = figure.axes
    for axis in (axes.xaxis, axes.yaxis):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)  # else matplotlib measures every tick once more to place no words
    ticks = None
    while ticks != (ticks := [*_ticks(axes.xaxis), *_ticks(axes.yaxis)]):
        _place_once(figure, axes)
    if _is_cut(figure, axes):  # how far words reach beyond axes depends on how wide these have become
        _place_once(figure, axes)


def _is_cut(figure: Figure, axes: Axes) -> bool:
    """Whether words within axes reach beyond the figure."""
    width = figure.get_figwidth() * 72
    boxes = (text.get_window_extent(measuring.MEASURING) for text in axes.texts)
    return any(box.x0 < 0 or box.x1 > width for box in boxes)


def _place_once(figure: Figure, axes: Axes) -> None:
    within = axes.get_window_extent()
    beside = [each for each in axes.get_default_bbox_extra_artists() if not isinstance(each, Spine)]
    around = axes.get_tightbbox(measuring.MEASURING, bbox_extra_artists=beside) or within
    beyond = [within.x0 - around.x0, within.y0 - around.y0, around.x1 - within.x1, around.y1 - within.y1]
    _set_margins(figure, [_EDGE + each for each in beyond])


def _ticks(axis: Axis) -> list[str]:
    return list(axis.get_major_formatter().format_ticks(list(axis.get_majorticklocs())))
