"""Says what a drawing holds, its words and the numbers it is at, for what is to be compared with what was released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryConverter
from matplotlib.collections import Collection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.spines import Spine
from matplotlib.ticker import FixedFormatter


@dataclass(frozen=True)
class Drawn:
    """What is in a drawing.

    `words` are its texts but for those of ticks that matplotlib writes itself. `numbers` are where its parts are on
    axes of numbers (not of dates or categories), and how long bars are. `unknown` names parts of which neither can be
    said, such as images.
    """

    words: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    unknown: frozenset[str] = frozenset()

    def __or__(self, other: Drawn) -> Drawn:
        return Drawn(self.words | other.words, self.numbers | other.numbers, self.unknown | other.unknown)


def drawn_in(figure: Figure) -> Drawn:
    """What a figure holds."""
    words, numbers, unknown = set(_words(figure)), set[float](), set[str]()
    unknown |= {type(each).__name__ for each in (*figure.lines, *figure.patches, *figure.images, *figure.subfigs)}
    for axes in figure.axes:
        for artist in axes.get_children():
            if isinstance(artist, Spine) or artist is axes.patch:
                continue
            if isinstance(artist, Line2D | Patch | Collection):
                found = _places(axes, artist)
                numbers |= set() if found is None else {float(each) for each in found if np.isfinite(each)}
                unknown |= {type(artist).__name__} if found is None else set()
            elif artist in (*axes.images, *axes.tables, *axes.artists):
                unknown.add(type(artist).__name__)
    return Drawn(frozenset(words), frozenset(numbers), frozenset(unknown))


def _words(figure: Figure) -> Iterator[str]:
    texts: list[Any] = list(figure.texts)
    legends = [*figure.legends, *(legend for axes in figure.axes if (legend := axes.get_legend()) is not None)]
    for legend in legends:
        texts += [*legend.get_texts(), legend.get_title()]
    for axes in figure.axes:
        yield from (axes.get_title(side) for side in ("left", "center", "right") if axes.get_title(side).strip())
        texts += axes.texts
        texts += [axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            yield from _named_places(axis)
    yield from (said for text in texts if (said := text.get_text()).strip())


def _named_places(axis: Axis) -> Iterator[str]:
    """The words along an axis that were given: its categories, or labels in the place of its numbers."""
    formatter = axis.get_major_formatter()
    if isinstance(formatter, FixedFormatter):
        yield from (str(each) for each in formatter.seq if str(each).strip())
    if isinstance(axis.get_converter(), StrCategoryConverter):
        yield from map(str, axis.units._mapping)


def _places(axes: Axes, artist: Line2D | Patch | Collection) -> Iterator[float] | None:
    """Where a part is on the axes' numbers; None for a part of which that cannot be said."""
    if isinstance(artist, Rectangle):
        return _of_bar(axes, artist)
    if isinstance(artist, Patch):
        return None
    if isinstance(artist, Line2D):
        spots, transform = artist.get_xydata(), artist.get_transform()
    elif isinstance(artist, PathCollection):
        spots, transform = artist.get_offsets(), artist.get_offset_transform()
    else:
        paths = [path.vertices for path in artist.get_paths()]
        spots, transform = np.concatenate(paths) if paths else np.empty((0, 2)), artist.get_transform()
    return _on_numbers(axes, np.ma.filled(np.asanyarray(spots, dtype=float), np.nan), transform)


def _on_numbers(axes: Axes, spots: Any, transform: Any) -> Iterator[float]:
    """The coordinates of places along those axes that are of numbers."""
    in_data = transform.contains_branch_seperately(axes.transData)
    for place, axis in enumerate((axes.xaxis, axes.yaxis)):
        if in_data[place] and _is_of_numbers(axis):
            yield from spots[:, place]


def _of_bar(axes: Axes, bar: Rectangle) -> Iterator[float]:
    """The length of a bar along an axis of numbers: bars may be on top of one another."""
    in_data = bar.get_transform().contains_branch_seperately(axes.transData)
    sides = ((bar.get_width(), axes.xaxis), (bar.get_height(), axes.yaxis))
    for (length, axis), is_data in zip(sides, in_data, strict=True):
        if is_data and _is_of_numbers(axis):
            yield length


def _is_of_numbers(axis: Axis) -> bool:
    return axis.get_converter() is None
