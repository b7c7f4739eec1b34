"""No text of a chart lies over another or beyond the edge, whatever the figures: drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from test_charts import LOCKDOWNS, WIDTHS, clipped, overlaps, points
from thematic.charts import Funnel, Place, by_category, by_month, canvas, funnels
from thematic.stats.trend import limits

UNHINTED = {"text.hinting": "no_hinting", "text.hinting_factor": 1}
"""Text as wide as in an SVG, where letters do not stand on whole pixels."""

WIDTH = st.sampled_from(WIDTHS)
SHORTHAND = st.sampled_from(["[c]", "[x]", "[z]"])
SMALL = st.integers(0, 10) | st.integers(0, 1000)
COUNT = st.integers(0, 20) | st.integers(0, 10**4) | st.integers(0, 10**9)
RATE = st.floats(0, 10, width=32) | st.floats(0, 10**6, width=32)
NAME = st.text("aeinstWMÉŵ19", min_size=1, max_size=12)
NAMES = st.lists(st.lists(NAME, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=12, unique=True)
few = settings(deadline=None, max_examples=40, derandomize=True, phases=[Phase.generate])


def assert_readable(draw: Callable[[], Figure]) -> None:
    with mpl.rc_context(canvas.SETTINGS | UNHINTED):
        figure = draw()
        assert overlaps(figure) == []
        assert clipped(figure) == []


@few
@given(
    st.lists(COUNT | RATE, min_size=1, max_size=36) | st.lists(SMALL | st.just("[c]"), min_size=1, max_size=36), WIDTH
)
def test_months(values: list[object], width: float) -> None:
    assert_readable(lambda: by_month.draw(by_month.Series.of(points(values)), width, LOCKDOWNS))


@few
@given(st.lists(COUNT, min_size=5, max_size=36) | st.lists(st.integers(90, 110), min_size=24, max_size=36), WIDTH)
def test_months_and_their_limits(values: list[int], width: float) -> None:
    series = by_month.Series.of(points(values))
    assert_readable(lambda: by_month.draw(series, width, LOCKDOWNS, None, limits(values), "lower"))


@few
@given(NAMES, st.data(), WIDTH)
def test_bars(names: list[str], data: st.DataObject, width: float) -> None:
    size = {"min_size": len(names), "max_size": len(names)}
    values = data.draw(st.lists(COUNT | RATE | SHORTHAND, **size))
    assert_readable(lambda: by_category.draw(by_category.Rows.of(names, values, None, names[0]), width))


@few
@given(NAMES, st.data(), WIDTH)
def test_bars_with_intervals(names: list[str], data: st.DataObject, width: float) -> None:
    size = {"min_size": len(names), "max_size": len(names)}
    values = data.draw(st.lists(RATE, **size))
    ends = [value * 0.8 for value in values], [value * 1.3 for value in values]
    assert_readable(lambda: by_category.draw(by_category.Rows.of(names, values, ends, names[0]), width))


@few
@given(NAMES, st.data(), WIDTH)
def test_funnels(names: list[str], data: st.DataObject, width: float) -> None:
    people = st.integers(1, 10**3) | st.integers(10**3, 10**7)
    places = [Place(name, size := data.draw(people), data.draw(st.integers(1, size))) for name in names]
    assert_readable(lambda: funnels.draw(Funnel(places), width, "lower", names[0]))
