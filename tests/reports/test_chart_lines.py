"""Targets and benchmarks in charts: a dashed line at the value, its name on nothing else, an axis that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from test_chart_sizes import NAMES, RATE, SMALL, WIDTH, assert_readable, few
from test_charts import clipped, overlaps, points, words
from thematic.charts import across, by_category, by_month, canvas

TWO = [("Target 90%", 90.0), ("England and Wales 87%", 87.0)]
LINES = st.lists(
    st.tuples(st.sampled_from(["Target 9", "England and Wales 8.4", "Similar forces 8"]), RATE), max_size=4
)


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    with mpl.rc_context(canvas.SETTINGS):
        yield


def months(values: list[Any], lines: list[across.Line], width: float = canvas.WIDE) -> Figure:
    return by_month.draw(by_month.Series.of(points(values)), width, lines=lines)


def dashed(figure: Figure) -> list[Any]:
    return [line for line in figure.axes[0].lines if line.get_linewidth() == 1.4]


def test_a_line_lies_at_its_value_and_has_its_name() -> None:
    figure = months([80, 85, 88, 91], TWO)
    assert [set(line.get_ydata()) for line in dashed(figure)] == [{90.0}, {87.0}]
    assert {words for words, _ in TWO} <= set(words(figure))


def test_without_lines_nothing_is_another() -> None:
    assert len(months([80, 85], []).axes[0].lines) + 1 == len(months([80, 85], TWO[:1]).axes[0].lines)
    assert words(months([80, 85], [])) == [each for each in words(months([80, 85], TWO[:1])) if "Target" not in each]


@pytest.mark.parametrize("value", [90.0, 400.0])
def test_an_axis_of_months_holds_the_line(value: float) -> None:
    assert months([80, 85], [("Target", value)]).axes[0].get_ylim()[1] > value


def test_names_of_lines_close_to_each_other_lie_on_either_side() -> None:
    figure = months([50.0] * 24, TWO)
    placed = {text.get_text(): text.get_window_extent() for text in figure.axes[0].texts}
    heights = [line.axes.transData.transform((0, line.get_ydata()[0]))[1] for line in dashed(figure)]
    target, other = placed[TWO[0][0]], placed[TWO[1][0]]
    assert target.y0 > max(heights) and other.y1 < min(heights)


@pytest.mark.parametrize("width", [canvas.WIDE, canvas.NARROW])
def test_no_name_lies_over_shorthand(width: float) -> None:
    figure = months(["[c]"] * 6 + [40] * 6, [("Target 2", 2.0)], width)
    assert overlaps(figure) == [] and clipped(figure) == []


@few
@given(st.lists(SMALL | st.just("[c]"), min_size=2, max_size=36), st.floats(0, 1000, width=32), WIDTH)
def test_months_with_a_line(values: list[Any], value: float, width: float) -> None:
    if any(not isinstance(each, str) for each in values):
        assert_readable(lambda: months(values, [("England and Wales 8.4", value)], width))


def rows(values: list[float], names: tuple[str, ...] = ("Widnes", "Runcorn", "Crewe")) -> by_category.Rows:
    ends = [value * 0.9 for value in values], [value * 1.1 for value in values]
    return by_category.Rows.of(names, values, ends, None, [f"{value:.1f}" for value in values])


def down(values: list[float], lines: list[across.Line], *, dots: bool = False, width: float = canvas.WIDE) -> Figure:
    plain = by_category.draw_dots(rows(values), 3, width) if dots else by_category.draw(rows(values), width)
    return across.draw_down(plain, lines, at_edges=dots)


@pytest.mark.parametrize("dots", [True, False])
@pytest.mark.parametrize("value", [0.5, 3.3, 12.0])
def test_places_have_the_line_down_them_and_an_axis_that_holds_it(dots: bool, value: float) -> None:
    figure = down([5, 4, 3], [("England and Wales", value)], dots=dots)
    low, high = figure.axes[0].get_xlim()
    assert low <= value <= high
    assert {float(x) for line in dashed(figure) for x in line.get_xdata()} == {value}
    assert overlaps(figure) == [] and clipped(figure) == []


def test_the_chart_is_higher_by_the_names_and_the_rows_stay_as_high() -> None:
    plain, lined = by_category.draw(rows([5, 4, 3])), down([5, 4, 3], TWO[:1])
    assert lined.bbox.height == plain.bbox.height + 17
    assert lined.axes[0].bbox.height == pytest.approx(plain.axes[0].bbox.height)


def test_labels_at_the_ends_of_an_axis_of_dots_go_with_them() -> None:
    figure = down([5, 4, 3], [("Target", 40.0)], dots=True)
    low, high = figure.axes[0].get_xlim()
    found = {text.get_text(): text.xy[0] for text in figure.axes[0].texts}  # type: ignore[attr-defined]
    assert (found["Widnes"], found["5.0"], high) == (low, 40.0, 40.0)


def test_no_line_runs_through_a_value_or_through_a_name() -> None:
    lines = [("England and Wales 4.2", 4.2), ("Similar forces 4.4", 4.4), ("Target 4.6", 4.6)]
    figure = down([5, 4, 3], lines)
    found = [text.get_window_extent() for text in figure.axes[0].texts]
    for line in dashed(figure):
        ends = line.get_transform().transform(line.get_xydata())
        across_, (low, high) = ends[0][0], sorted(ends[:, 1])
        through = [box for box in found if box.x0 + 1 < across_ < box.x1 - 1 and low < box.y1 - 1 and box.y0 + 3 < high]
        assert through == []


@few
@given(NAMES, st.data(), LINES, WIDTH, st.booleans())
def test_places_with_lines(
    names: list[str], data: st.DataObject, lines: list[across.Line], width: float, dots: bool
) -> None:
    values = data.draw(st.lists(RATE, min_size=len(names), max_size=len(names)))
    given_ = rows(values, tuple(names))

    def draw() -> Figure:
        plain = by_category.draw_dots(given_, 3, width) if dots else by_category.draw(given_, width)
        return across.draw_down(plain, lines, at_edges=dots)

    assert_readable(draw)


def test_a_chart_is_the_same_whatever_was_drawn_before_on_its_canvas() -> None:
    drawn = {
        "months": lambda width: months([3, None, 5], [], width),
        "places": lambda width: by_category.draw(rows([5, 7, 9]), width),
        "dots": lambda width: by_category.draw_dots(rows([5, 7, 9]), 6, width),
    }

    def told(name: str) -> tuple[str, str]:
        return canvas.drawings(drawn[name], "x", "A chart")

    canvas._emptied.clear()
    fresh = {}
    for name in drawn:
        fresh[name] = told(name)
        canvas._emptied.clear()
    for name in [*drawn, *reversed(drawn)]:
        assert told(name) == fresh[name]
    assert len(canvas._emptied) == 1


def test_a_pointer_is_told_each_month_and_each_bar() -> None:
    made, _ = canvas.drawings(lambda width: months([3, None, 5], [], width), "x", "A chart")
    assert re.findall("<title>([^<]*)</title>", made) == ["Nov 2020: 3", "Dec 2020: [x]", "Jan 2021: 5"]
    bars, _ = canvas.drawings(lambda width: by_category.draw(rows([5, 7, 9]), width), "x", "A chart")
    assert re.findall("<title>([^<]*)</title>", bars) == ["Widnes: 5.0", "Runcorn: 7.0", "Crewe: 9.0"]
    assert bars.count('fill="none" pointer-events="all"') == 3
