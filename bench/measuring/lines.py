"""Turns time and memory at several sizes into the chart of growth in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from measuring.page import PAGE
from thematic.charts.canvas import FOCUS, GRID, INK, SETTINGS
from thematic.core.palette import LIGHT

_DOTS_PER_INCH = 144
_LOOKS = ((FOCUS, 10), (LIGHT.second, -20))
"""Each line's colour, and how far above its end its name is, in points."""


@dataclass(frozen=True)
class Line:
    """What a step took at each size: seconds, and GiB at the most."""

    name: str
    sizes: Sequence[float]
    seconds: Sequence[float]
    gib: Sequence[float]


@dataclass(frozen=True)
class Panels:
    """What the panels of a chart of growth say: what `sizes` are, which `seconds`, and how many GiB there may be."""

    file: str
    sizes: str
    seconds: str
    most: float | None = None


def draw(panels: Panels, lines: Sequence[Line]) -> None:
    """Two panels with a line for each step: seconds, and memory with its limit if it has one."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
        time, memory = figure.subplots(1, 2)
        for line, (colour, above) in zip(lines, _LOOKS, strict=False):
            for axes, values in ((time, line.seconds), (memory, line.gib)):
                sns.lineplot(x=line.sizes, y=values, ax=axes, color=colour, linewidth=2.5, marker="o", markersize=7)
                if len(lines) > 1:
                    _name(axes, line.name, (line.sizes[-1], values[-1]), colour, above)
        if panels.most is not None:
            memory.axhline(panels.most, color=INK, linewidth=1, linestyle="--")
            memory.text(0, panels.most * 1.02, f"{panels.most:g} GiB", va="bottom")
            memory.set_ylim(top=panels.most * 1.2)
        _dress(time, panels.seconds, panels.sizes)
        _dress(memory, "Most memory, GiB", panels.sizes)
        figure.savefig(PAGE.parent / "images" / panels.file, dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _name(axes: Axes, name: str, end: tuple[float, float], colour: str, above: int) -> None:
    axes.annotate(name, end, (0, above), textcoords="offset points", color=colour, ha="right", weight=600)


def _dress(axes: Axes, title: str, sizes: str) -> None:
    axes.set_title(title, loc="left", weight=600)
    axes.set(xlabel=sizes, ylabel="")
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])  # room above a line that stays level
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
