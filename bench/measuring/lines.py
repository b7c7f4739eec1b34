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

CHART = PAGE.parent / "images" / "growth.png"
_DOTS_PER_INCH = 144
_LOOKS = ((FOCUS, 10), (LIGHT.second, -20))
"""Each line's colour, and how far above its end its name is, in points."""


@dataclass(frozen=True)
class Line:
    """What a step took at each size, in million rows: processor seconds, and GiB at the most."""

    name: str
    millions: Sequence[float]
    seconds: Sequence[float]
    gib: Sequence[float]


def draw(lines: Sequence[Line]) -> None:
    """Two panels with a line for each step: processor seconds, and memory with the limit of 2 GiB."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
        time, memory = figure.subplots(1, 2)
        for line, (colour, above) in zip(lines, _LOOKS, strict=True):
            for axes, values in ((time, line.seconds), (memory, line.gib)):
                sns.lineplot(x=line.millions, y=values, ax=axes, color=colour, linewidth=2.5, marker="o", markersize=7)
                _name(axes, line.name, (line.millions[-1], values[-1]), colour, above)
        memory.axhline(2, color=INK, linewidth=1, linestyle="--")
        memory.text(0, 2.04, "2 GiB", va="bottom")
        _dress(time, "Processor seconds")
        _dress(memory, "Most memory, GiB")
        memory.set_ylim(top=2.4)
        figure.savefig(CHART, dpi=_DOTS_PER_INCH, metadata={"Software": None})


def _name(axes: Axes, name: str, end: tuple[float, float], colour: str, above: int) -> None:
    axes.annotate(name, end, (0, above), textcoords="offset points", color=colour, ha="right", weight=600)


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", weight=600)
    axes.set(xlabel="Million rows", ylabel="")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
