"""Gives the charts that an analyst draws the look of the reports' own."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib as mpl
import matplotlib.style
from matplotlib.rcsetup import cycler

from thematic.charts import canvas, measuring
from thematic.core import palette


class Colours(NamedTuple):
    """The house's colours: `focus` for what is talked about, `quiet` for the rest, `ink` for lines and words."""

    focus: str
    quiet: str
    ink: str


def house_style() -> Colours:
    """Has every chart of the notebook drawn in the house's typeface and colours, and gives the colours.

    The palette is that of the Government Analysis Function, which people with colour blindness can tell apart, or the
    force's own (params/brand.yaml) once a report has been opened. The charts of `report` stay as they are.

    >>> colours = explore.house_style()
    >>> sns.barplot(counts, x="n", y="weekday", color=colours.focus)
    """
    line = mpl.rcParams["lines.linewidth"]
    matplotlib.style.use("afcharts.afcharts")
    mpl.rcParams.update(
        {
            "font.family": [measuring.FONT],
            "font.size": measuring.TEXT_SIZE,
            "axes.labelcolor": canvas.INK,
            "axes.titleweight": measuring.STRONG,
            "axes.titlesize": measuring.TEXT_SIZE + 1,
            "axes.titlepad": 12,
            "figure.figsize": (8, 3.6),
            "lines.linewidth": line,
        }
    )
    own = palette.current()
    if own != palette.HOUSE:
        tones = own.light
        mpl.rcParams["axes.prop_cycle"] = cycler(color=[tones.main, tones.third, tones.second, tones.fourth])
    return Colours(own.light.main, palette.CONTEXT, palette.CHART_INK)
