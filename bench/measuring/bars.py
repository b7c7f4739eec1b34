"""Turns the seconds of each way into the chart of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl

from measuring.page import PAGE
from measuring.spread import Spread
from thematic.charts.by_category import Rows
from thematic.charts.by_category import draw as draw_bars
from thematic.charts.canvas import SETTINGS

CHART = PAGE.parent / "images" / "benchmarks.png"
_DOTS_PER_INCH = 144


def draw(measured: Mapping[str, Sequence[float]], highlight: str) -> None:
    """Bars from zero to the median, with a line from the least to the greatest; one label stands out."""
    spreads = [Spread.of(seconds) for seconds in measured.values()]
    ends = [spread.least for spread in spreads], [spread.greatest for spread in spreads]
    texts = [f"{spread.median:.1f} s" for spread in spreads]
    with mpl.rc_context(SETTINGS):
        rows = Rows.of(list(measured), [spread.median for spread in spreads], ends, highlight, texts)
        figure = draw_bars(rows)
        figure.patch.set(visible=True, facecolor="white")
        figure.savefig(CHART, dpi=_DOTS_PER_INCH, metadata={"Software": None})
