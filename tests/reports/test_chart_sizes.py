"""No text of a chart lies over another or beyond the edge, whatever the figures: drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from months_expected import months_expected
from test_charts import LOCKDOWNS, WIDTHS, clipped, overlaps, points
from thematic.charts import Funnel, Place, by_category, by_month, canvas, funnels
from thematic.core.periods import Month
from thematic.measures.expectations import MonthsExpected, Run

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
@given(st.lists(COUNT, min_size=12, max_size=36) | st.lists(st.integers(90, 110), min_size=24, max_size=36), WIDTH)
def test_months_and_their_limits(values: list[int], width: float) -> None:
    series, limits = by_month.Series.of(points(values)), months_expected(values)
    assume(limits is not None)
    assert_readable(lambda: by_month.draw(series, width, LOCKDOWNS, None, limits, "lower"))


PLACES = st.integers(0, 35)


@few
@given(st.lists(st.tuples(PLACES, PLACES, st.sampled_from(["high", "low"]), st.booleans()), max_size=4), WIDTH)
def test_months_and_any_runs(ends: list[tuple[int, int, str, bool]], width: float) -> None:
    """However many runs the months have, each is named whole under the chart."""
    first = Month.parse("2018-02")
    runs = [
        Run(first + min(one, other), first + max(one, other), side, 120, 100, year)  # type: ignore[arg-type]
        for one, other, side, year in ends
    ]
    months = tuple(str(first + place) for place in range(36))
    level: tuple[tuple[float, ...], ...] = ((100.0,) * 36, (80.0,) * 36, (120.0,) * 36)
    limits = MonthsExpected(months, *level, (None,) * 36, True, runs[0] if runs else None, tuple(runs[1:]))
    series = by_month.Series.of(points([100 + place % 7 for place in range(36)]))
    assert_readable(lambda: by_month.draw(series, width, LOCKDOWNS, None, limits, "lower"))


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
def test_dots(names: list[str], data: st.DataObject, width: float) -> None:
    size = {"min_size": len(names), "max_size": len(names)}
    values = data.draw(st.lists(RATE | SHORTHAND, **size))
    ends = [[None if isinstance(value, str) else factor * value for value in values] for factor in (0.8, 1.3)]
    rows = by_category.Rows.of(names, values, (ends[0], ends[1]), names[0])
    assert_readable(lambda: by_category.draw_dots(rows, data.draw(RATE), width))


UNITS = st.lists(st.lists(NAME, min_size=1, max_size=6).map(" ".join), min_size=8, max_size=14, unique=True)


@few
@given(UNITS, st.data(), WIDTH)
def test_funnels(names: list[str], data: st.DataObject, width: float) -> None:
    """Units of any size, whose rates lie as far apart as a funnel allows for, and one that may lie anywhere."""
    sizes = [data.draw(st.integers(10**3, 10**4) | st.integers(10**4, 10**6)) for _ in names]
    rate = data.draw(st.floats(0.02, 0.5))
    counts = [round(size * rate * data.draw(st.floats(0.75, 1.3))) for size in sizes]
    counts[-1] = data.draw(st.integers(0, sizes[-1]))
    found = Funnel([Place(*each) for each in zip(names, sizes, counts, strict=True)])
    assume(found.fit.refusal is None)
    assert_readable(lambda: funnels.draw(found, width, "lower", names[0]))
