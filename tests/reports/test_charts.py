"""What is drawn: read from the artists, not from the pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from months_expected import STEP, months_expected
from thematic.charts import (
    Funnel,
    Place,
    band,
    bars,
    by_category,
    by_month,
    canvas,
    dots,
    ends,
    funnel,
    funnels,
    measuring,
    months,
    said_of,
)
from thematic.displays import Chart, Column, DisplayTable
from thematic.measures.expectations import MonthsExpected

TABLE = DisplayTable("t", "T", [Column("a", "left"), Column("b")], [["x", "1"]])
WORDS = {"title": "T", "subtitle": "S", "alt": 'Goes "up" & <down>', "source": None, "table": TABLE}
LOCKDOWNS = [
    ("First lockdown", "2020-03", "2020-06"),
    ("Second lockdown", "2020-11", "2020-11"),
    ("Third lockdown", "2021-01", "2021-03"),
]
WIDTHS = [canvas.WIDE, canvas.NARROW]


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    with mpl.rc_context(canvas.SETTINGS):
        yield


def points(values: Sequence[object], last: str = "2021-01") -> pd.DataFrame:
    named = pd.period_range(end=last, periods=len(values), freq="M").astype(str)
    return pd.DataFrame({"month": named, "value": pd.Series(values, dtype=object)})


def line(values: Sequence[object], width: float = canvas.WIDE, events: Sequence[by_month.Event] = ()) -> Figure:
    return by_month.draw(by_month.Series.of(points(values)), width, events)


def texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    return [text for text in figure.axes[0].texts if text.get_text()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def boxes(figure: Figure) -> dict[str, Bbox]:
    return {f"{number} {text.get_text()}": text.get_window_extent() for number, text in enumerate(texts(figure))}


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    found = combinations(boxes(figure).items(), 2)
    return [(one, two) for (one, box), (two, other) in found if box.padded(-0.5).overlaps(other.padded(-0.5))]


def clipped(figure: Figure) -> list[str]:
    edge = figure.bbox.padded(0.5)
    return [
        name
        for name, box in boxes(figure).items()
        if not (edge.contains(box.x0, box.y0) and edge.contains(box.x1, box.y1))
    ]


def lines_of(axes: Axes, colour: str) -> list[Line2D]:
    return [drawn for drawn in axes.lines if drawn.get_color() == colour and len(drawn.get_xdata()) > 1]


YEARS = [280 + 7 * (place % 5) + place for place in range(36)]
GAPS = [
    *YEARS[:4],
    None,
    *YEARS[5:10],
    "[c]",
    "[c]",
    YEARS[12],
    "[c]",
    *YEARS[14:30],
    "[x]",
    "[x]",
    3,
    3,
    3,
    3,
]


DROP = [*STEP[:31], 60, 55, 64, 52, 58]
HIGH, LOW = [*STEP[:31], 99, 104, 97, 102, 180], [*STEP[:31], 99, 104, 97, 102, 40]
OVER = [*STEP[:28], 160, 151, 166, 102, 97, 104, 98, 103]
FOR_A_YEAR = [*STEP[:24], *(round(1.3 * count) for count in STEP[:12])]
BANDED = {
    "step": STEP,
    "drop": DROP,
    "high": HIGH,
    "low": LOW,
    "over": OVER,
    "for a year": FOR_A_YEAR,
    "rising": YEARS,
    "30 months": STEP[-30:],
    "20 months": STEP[-20:],
    "12 months": STEP[-12:],
    "few": [3, 0, 1] * 12,
    "none at last": [*YEARS[:35], 0],
    "millions": [12_345_678] * 36,
}


def expected(values: Sequence[int]) -> MonthsExpected:
    found = months_expected(values)
    assert found is not None
    return found


def banded(values: Sequence[int], width: float = canvas.WIDE, polarity: band.Polarity = "none") -> Figure:
    """The months before their band."""
    return by_month.draw(by_month.Series.of(points(values)), width, LOCKDOWNS, None, expected(values), polarity)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "values",
    [
        YEARS,
        GAPS,
        YEARS[:12],
        [12_345_678] * 36,
        [0],
        [0.4] * 13,
        ["[c]"] * 36,
        [5, "[c]"],
        list(range(36)),
        [1, 0],
    ],
    ids=["years", "gaps", "year", "millions", "one", "small", "none", "last", "rising", "falling"],
)
@pytest.mark.parametrize("events", [[], LOCKDOWNS], ids=["plain", "events"])
def test_no_text_of_a_line_overlaps_or_is_clipped(
    values: list[object], width: float, events: list[by_month.Event]
) -> None:
    figure = line(values, width, events)
    assert overlaps(figure) == []
    assert clipped(figure) == []


def test_a_line_starts_from_zero_and_leaves_room_above() -> None:
    bottom, top = line([90, 100]).axes[0].get_ylim()
    assert bottom == 0
    assert top > 100


def test_the_last_point_is_marked_with_its_value() -> None:
    figure = line([900, 1000, 1234])
    label = next(text for text in texts(figure) if text.get_text() == "1,234")
    across, up = figure.axes[0].transData.transform((2, 1234))
    assert label.get_position() == (across + 9, up), "right of its point"
    assert label.get_fontweight() == measuring.STRONG


@pytest.mark.parametrize("width", WIDTHS)
def test_the_highest_month_is_written_above_the_line_and_the_lowest_below(width: float) -> None:
    figure = line([500, 480, 900, 510, 300, 505, 500], width)
    found = {text.get_text(): text for text in texts(figure)}
    heights = [figure.axes[0].transData.transform((0, value))[1] for value in (900, 300)]
    high, low = (found[value].get_window_extent() for value in ("900", "300"))
    assert high.y0 > heights[0] and low.y1 < heights[1]


def test_an_end_that_is_the_last_month_is_written_once_and_a_flat_line_has_none() -> None:
    assert words(line([500, 480, 300, 510, 505, 900])).count("900") == 1
    assert words(line([70, 70, 70])).count("70") == 1


def test_the_lowest_is_left_out_where_the_axis_leaves_no_room() -> None:
    assert "1" not in words(line([900, 1, 900, 905]))


def test_an_end_is_left_out_where_a_line_across_runs_through_its_words() -> None:
    values, away = [500, 480, 900, 510, 505], ends._AWAY
    plain = line(values)
    at = plain.axes[0].transData.inverted().transform((0, plain.axes[0].transData.transform((0, 900))[1] + away))[1]
    assert "900" in words(plain)
    crossed = by_month.draw(by_month.Series.of(points(values)), lines=[("Target", at)])
    assert "900" not in words(crossed)


def test_the_last_point_without_a_value_is_not_marked() -> None:
    assert words(line([900, 1000, "[c]"])).count("[c]") == 1
    assert not [text for text in texts(line([900, 950, "[c]"])) if text.get_fontweight() == measuring.STRONG]


def test_the_line_breaks_where_a_month_has_no_value() -> None:
    axes = line([1, 2, "[c]", 4, 5, None, 7]).axes[0]
    assert [list(part.get_xdata()) for part in lines_of(axes, canvas.FOCUS)] == [[0, 1], [3, 4]]
    assert [text for text in words(axes.figure) if text.startswith("[")] == ["[c]", "[x]"]


def test_a_run_of_confidential_months_says_so_once() -> None:
    assert words(line([1, "[c]", "[c]", "[c]", 5])).count("[c]") == 1


def test_a_month_without_a_row_is_not_available() -> None:
    gap = points([1, 2, 3, 4]).drop(index=2)
    assert by_month.Series.of(gap).shorthands == ["", "", "[x]", ""]


def test_no_month_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        by_month.Series.of(points([]))


def test_the_last_month_is_named() -> None:
    for count in (1, 2, 12, 13, 36):
        assert "Jan 2021" in words(line([1] * count))


def test_events_are_shaded_from_their_first_to_their_last_month() -> None:
    axes = line([5] * 12, events=[("Lockdown", "2020-03", "2020-06")]).axes[0]
    shade = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (round(shade.x0, 6), round(shade.x1, 6)) == (0.5, 4.5)


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2020-12", "2021-01", False),
        ("2020-12", "2021-02", True),
        ("2021-04", "2021-09", True),
        ("2021-05", "2021-09", False),
    ],
)
def test_events_outside_the_months_are_left_out(first: str, last: str, shown: bool) -> None:
    series = by_month.Series.of(points([5, 6, 7], last="2021-04"))
    figure = by_month.draw(series, canvas.WIDE, [("Event", first, last)])
    assert ("Event" in words(figure)) is shown


ROWS = [
    "Northtown",
    "A & very long name of a place that has to stand on several lines, here",
    "$5 and $6",
    "W" * 60,
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("labels", "values", "ends"),
    [
        (ROWS, [21.9, 4.0, "[c]", None], None),
        (ROWS, [21.9, 4.0, "[c]", None], ([20, 3, None, None], [26.1, 5.2, None, None])),
        ([f"Offence {place}" for place in range(25)], [1000 - place * 40 for place in range(25)], None),
        (["One"], [0], None),
        (["One", "Two"], ["[c]", "[x]"], None),
        (["Much", "Little"], [98_765_432, 1], None),
    ],
    ids=["long", "intervals", "many", "zero", "none", "wide"],
)
def test_no_text_of_bars_overlaps_or_is_clipped(
    labels: list[str], values: list[by_category.Value], ends: by_category.Intervals | None, width: float
) -> None:
    figure = by_category.draw(by_category.Rows.of(labels, values, ends, labels[0]), width)
    assert overlaps(figure) == []
    assert clipped(figure) == []


def test_bars_start_from_zero_in_the_order_given_and_are_as_long_as_their_values() -> None:
    axes = by_category.draw(by_category.Rows.of(["a", "b", "c"], [3, 10, 5])).axes[0]
    assert axes.get_xlim()[0] == 0
    assert [(bar.get_x(), bar.get_width()) for bar in axes.patches] == [(0, 3), (0, 10), (0, 5)]
    heights = [bar.get_window_extent().y0 for bar in axes.patches]
    assert heights == sorted(heights, reverse=True)


def test_a_value_stands_after_its_bar_and_after_its_interval() -> None:
    figure = by_category.draw(by_category.Rows.of(["a", "b"], [3, 4], ([2, None], [8, None])))
    ends = {text.get_text(): text.xy[0] for text in texts(figure)}
    assert (ends["3"], ends["4"]) == (8, 4)


def test_a_missing_value_is_its_shorthand_at_the_baseline() -> None:
    figure = by_category.draw(by_category.Rows.of(["a", "b", "c"], [3, "[c]", float("nan")]))
    assert {text.get_text(): text.xy[0] for text in texts(figure) if "[" in text.get_text()} == {
        "[c]": 0,
        "[x]": 0,
    }
    assert len(figure.axes[0].patches) == 1


def test_the_bar_asked_for_stands_out() -> None:
    axes = by_category.draw(by_category.Rows.of(["a", "b"], [3, 4], highlight="b")).axes[0]
    assert [mpl.colors.to_hex(bar.get_facecolor()) for bar in axes.patches] == [
        canvas.QUIET,
        canvas.FOCUS,
    ]


@pytest.mark.parametrize(("unit", "written"), [("count", "1,235"), ("percent", "1,234.6%"), ("per_1000", "1,234.6")])
def test_units_are_written_out(unit: str, written: str) -> None:
    assert f">{written}</text>" in bars(["a"], [1234.56], unit=unit, id="b", **WORDS).svg


def test_bars_refuse_what_they_cannot_show() -> None:
    with pytest.raises(ValueError, match="'b': bars start from zero"):
        by_category.Rows.of(["a", "b"], [1, -0.1])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        by_category.Rows.of(["a", "b"], [1])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("values", BANDED.values(), ids=BANDED)
def test_no_text_of_a_band_overlaps_or_is_clipped(values: list[int], width: float) -> None:
    figure = banded(values, width, "lower")
    assert overlaps(figure) == []
    assert clipped(figure) == []


def test_a_band_goes_from_the_lower_to_the_upper_limit_of_each_month() -> None:
    found = expected(STEP)
    corners = banded(STEP).axes[0].findobj(PolyCollection)[0].get_paths()[0].vertices
    for place in (0, 13, 35):
        heights = [y for x, y in corners if x == place]
        assert (min(heights), max(heights)) == pytest.approx((found.lower[place], found.upper[place]))
    assert banded(STEP).axes[0].get_ylim()[1] >= max(level for level in found.upper if level is not None)


def test_what_is_expected_is_dashed_through_the_band() -> None:
    (drawn,) = [part for part in lines_of(banded(STEP).axes[0], canvas.INK) if part.is_dashed()]
    assert list(drawn.get_ydata()) == pytest.approx(expected(STEP).expected)


def test_a_band_says_what_its_ends_are() -> None:
    assert [text for text in words(banded(YEARS)) if "limit" in text] == ["upper limit", "lower limit"]
    assert not [text for text in words(line(YEARS)) if "limit" in text]


def test_months_without_limits_have_no_band() -> None:
    months_shown = [None, *STEP[1:]]
    limits = months_expected(months_shown)
    assert limits is not None and limits.upper[0] is None
    figure = by_month.draw(by_month.Series.of(points(months_shown)), limits=limits)
    corners = figure.axes[0].findobj(PolyCollection)[0].get_paths()[0].vertices
    assert min(x for x, _ in corners) == 1


def test_under_12_months_there_is_no_chart_of_what_is_expected() -> None:
    assert months_expected(STEP[-11:]) is None
    assert expected(STEP[-12:]).season is False
    assert expected(STEP[-23:]).season is False
    assert expected(STEP[-24:]).season is True


def marks(figure: Figure, shape: str) -> list[Line2D]:
    drawn = [part for part in figure.axes[0].lines if part.get_marker() == shape and len(part.get_xdata())]
    return [part for part in drawn if part.get_transform() == figure.axes[0].transData]


def broad(figure: Figure) -> list[Line2D]:
    """The lines along the runs."""
    return [
        part
        for part in figure.axes[0].lines
        if part.get_linewidth() > 5 and part.get_transform() == figure.axes[0].transData
    ]


@pytest.mark.parametrize("values", BANDED.values(), ids=BANDED)
def test_a_month_is_marked_if_and_only_if_it_is_drawn_outside_the_limits(values: list[int]) -> None:
    figure = banded(values)
    corners = figure.axes[0].findobj(PolyCollection)[0].get_paths()[0].vertices
    edges = {place: [y for x, y in corners if x == place] for place in range(len(values))}
    for shape, outside in (
        ("^", {place for place, count in enumerate(values) if count > max(edges[place])}),
        ("v", {place for place, count in enumerate(values) if count < min(edges[place])}),
    ):
        drawn = {int(x): y for part in marks(figure, shape) for x, y in zip(*part.get_data(), strict=True)}
        assert drawn == {place: values[place] for place in outside}


def test_the_stories_hold_marks_above_and_below_and_none() -> None:
    assert [bool(marks(banded(values), shape)) for values in (HIGH, LOW, YEARS) for shape in "^v"] == [
        *(True, False),
        *(False, True),
        *(False, False),
    ]


@pytest.mark.parametrize(
    ("values", "shape", "polarity", "colour", "said"),
    [
        (HIGH, "^", "lower", band.UNFAVOURABLE, "Above the limits, unfavourable"),
        (HIGH, "^", "higher", band.FAVOURABLE, "Above the limits, favourable"),
        (HIGH, "^", "none", band.NEUTRAL, "Above the limits"),
        (LOW, "v", "lower", band.FAVOURABLE, "Below the limits, favourable"),
        (LOW, "v", "higher", band.UNFAVOURABLE, "Below the limits, unfavourable"),
        (LOW, "v", "none", band.NEUTRAL, "Below the limits"),
    ],
)
def test_a_month_outside_is_a_triangle_in_the_colour_of_what_it_means(
    values: list[int], shape: str, polarity: band.Polarity, colour: str, said: str
) -> None:
    figure = banded(values, polarity=polarity)
    (drawn,) = marks(figure, shape)
    assert (list(drawn.get_xdata()), drawn.get_color()) == ([35], colour)
    assert [text for text in words(figure) if "the limits" in text] == [said]
    assert not broad(figure), "one month is no run"


@pytest.mark.parametrize(
    ("values", "polarity", "colour", "said"),
    [
        (STEP, "lower", band.UNFAVOURABLE, "Higher than expected from September 2020 to January 2021, unfavourable"),
        (STEP, "higher", band.FAVOURABLE, "Higher than expected from September 2020 to January 2021, favourable"),
        (STEP, "none", band.NEUTRAL, "Higher than expected from September 2020 to January 2021"),
        (DROP, "lower", band.FAVOURABLE, "Lower than expected from September 2020 to January 2021, favourable"),
        (DROP, "higher", band.UNFAVOURABLE, "Lower than expected from September 2020 to January 2021, unfavourable"),
    ],
)
def test_a_step_is_a_run_along_its_months_and_the_key_names_the_month_it_began(
    values: list[int], polarity: band.Polarity, colour: str, said: str
) -> None:
    figure = banded(values, polarity=polarity)
    (drawn,) = broad(figure)
    assert (list(drawn.get_xdata()), drawn.get_color()) == ([31, 32, 33, 34, 35], colour)
    assert list(drawn.get_ydata()) == values[31:]
    assert [text for text in words(figure) if "than expected" in text] == [said]


def test_a_run_that_is_over_keeps_its_months() -> None:
    figure = banded(OVER)
    (drawn,) = broad(figure)
    assert list(drawn.get_xdata()) == [28, 29, 30]
    assert "Higher than expected from June 2020 to August 2020" in words(figure)


def test_a_run_of_a_year_does_not_name_a_month_it_began() -> None:
    assert "Higher than expected for a year or more, to January 2021" in words(banded(FOR_A_YEAR))
    (drawn,) = broad(banded(FOR_A_YEAR))
    assert list(drawn.get_xdata()) == list(range(24, 36))


def test_a_run_is_drawn_along_the_months_that_the_chart_shows_and_left_out_where_it_shows_none() -> None:
    for shown, places in ((3, [0, 1, 2]), (7, [2, 3, 4, 5, 6])):
        limits = expected(STEP).of(expected(STEP).months[-shown:])
        figure = by_month.draw(by_month.Series.of(points(STEP[-shown:])), limits=limits)
        assert list(broad(figure)[0].get_xdata()) == places
    before = expected(OVER).of(expected(OVER).months[-4:])
    figure = by_month.draw(by_month.Series.of(points(OVER[-4:])), limits=before)
    assert not [text for text in words(figure) if "than expected" in text]


@pytest.mark.parametrize("values", [STEP, DROP, OVER, FOR_A_YEAR], ids=["step", "drop", "over", "for a year"])
def test_the_key_of_a_run_is_whole_on_a_phone(values: list[int]) -> None:
    figure = banded(values, canvas.NARROW, "lower")
    said = next(text for text in words(banded(values, canvas.WIDE, "lower")) if "than expected" in text)
    assert said in " ".join(words(figure))
    assert clipped(figure) == [] and overlaps(figure) == []


def test_a_long_key_takes_further_lines_and_the_chart_the_room_for_them() -> None:
    rows: list[canvas.Key] = [({"color": "k"}, "short"), ({"color": "k"}, "word " * 30)]
    assert canvas.keys_height(rows[:1], canvas.NARROW) == canvas.KEY_HEIGHT
    wide, narrow = (canvas.keys_height(rows, width) for width in WIDTHS)
    assert 2 * canvas.KEY_HEIGHT < wide < narrow


def test_favourable_unfavourable_and_neither_differ_from_each_other_and_from_the_line() -> None:
    assert len({band.FAVOURABLE, band.UNFAVOURABLE, band.NEUTRAL, canvas.FOCUS}) == 4


def test_where_nothing_stands_out_there_is_no_key() -> None:
    assert not [text for text in words(banded([100] * 36)) if "the limits" in text or "than expected" in text]


def test_limits_of_other_months_are_refused() -> None:
    with pytest.raises(ValueError, match="limits of 24 months do not fit a chart of 36"):
        months(points(STEP), id="m", limits=months_expected(STEP[:24]), **WORDS)


UNITS = [("Northtown", 118000, 2000), ("Eastham", 110000, 1950), ("Upper Westmarsh", 90000, 1420),
         ("Southfields", 150000, 1700), ("Middleton", 205000, 2500), ("Overbridge", 62000, 1240),
         ("Newcity", 210000, 3500), ("Oldport", 65160, 1430)]  # fmt: skip
LIKE_EACH_OTHER = [
    (f"Unit {n}", 80_000 + 10_000 * n, round((320 + 40 * n) * (0.97 + 0.03 * (n % 3)))) for n in range(16)
]
FUNNELS = {
    "eight": UNITS,
    "alike": [(f"Unit {number}", 100_000 + 500 * number, 190 + number) for number in range(10)],
    "few": [(f"Unit {number}", 20_000 + 3_000 * number, 8 + number % 4) for number in range(8)],
    "same": [(f"Unit {number}", 50_000, 30) for number in range(8)],
    "long": [(f"{ROWS[n % 4]} {n}", 20_000 + 30_000 * n, round(12 + 24 * n * (1 + n % 3 / 50))) for n in range(8)],
    "many": [(f"Ward {number}", 10_000 + 3_300 * number, 20 + 9 * number + number % 5 * 6) for number in range(25)],
    "outside": [*LIKE_EACH_OTHER, ("Far above", 101_000, 600), ("Above", 104_000, 464), ("Below", 108_000, 385),
                ("Far below", 123_000, 260)],
}  # fmt: skip


def a_funnel(name: str) -> Funnel:
    return Funnel([Place(*unit) for unit in FUNNELS[name]])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", FUNNELS)
def test_no_text_of_a_funnel_overlaps_or_is_clipped_or_lies_on_a_point(name: str, width: float) -> None:
    found = a_funnel(name)
    figure = funnels.draw(found, width, "lower", found.places[0].name)
    assert overlaps(figure) == []
    assert clipped(figure) == []
    spots = figure.axes[0].transData.transform([(place.population, found.rate(place)) for place in found.places])
    assert not [text for text, box in boxes(figure).items() if any(box.contains(*spot) for spot in spots)]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_unit_of_a_force_has_its_name_in_the_funnel(width: float) -> None:
    figure = funnels.draw(a_funnel("eight"), width, highlight="Oldport")
    said = " ".join(words(figure))
    assert all(name in said for name, _, _ in UNITS)
    strong = [text.get_text() for text in texts(figure) if text.get_fontweight() == measuring.STRONG]
    assert strong == ["Oldport"]


def test_a_funnels_points_are_rates_against_populations_marked_by_where_they_lie() -> None:
    found = a_funnel("outside")
    figure = funnels.draw(found, polarity="lower")
    drawn = {
        part.get_xdata()[0]: (part.get_marker(), part.get_color(), part.get_markeredgecolor(), part.get_ydata()[0])
        for part in figure.axes[0].lines
        if part.get_marker() in {"o", "^", "v"} and part.get_transform() == figure.axes[0].transData
    }
    looks = {
        (0, None): ("o", canvas.FOCUS, canvas.INK),
        (1, 0.998): ("^", band.UNFAVOURABLE, canvas.INK),
        (1, 0.95): ("^", "white", band.UNFAVOURABLE),
        (-1, 0.95): ("v", "white", band.FAVOURABLE),
        (-1, 0.998): ("v", band.FAVOURABLE, canvas.INK),
    }
    for place in found.places:
        rate = 1000 * place.count / place.population
        assert drawn[place.population] == (*looks[found.standing(place)], pytest.approx(rate)), place.name
    assert {place.name: found.standing(place) for place in found.places[-4:]} == {
        "Far above": (1, 0.998),
        "Above": (1, 0.95),
        "Below": (-1, 0.95),
        "Far below": (-1, 0.998),
    }


def test_the_limits_of_a_funnel_are_wider_where_units_differ_for_reasons_of_their_own() -> None:
    """Of units alike the limits are those of chance; of the eight, which differ, about as wide as they differ."""
    alike, apart = a_funnel("alike"), a_funnel("eight")
    assert alike.fit.spread == 0 and apart.fit.spread > 0.2
    for found, widest in ((alike, 0.2), (apart, 0.7)):
        _, upper = found.limits([100_000], 0.95)
        by_chance = 1.96 / (found.centre * 100) ** 0.5
        assert upper[0] / found.centre - 1 == pytest.approx(
            (by_chance**2 + (1.96 * found.fit.spread) ** 2) ** 0.5, rel=0.1
        )
        assert by_chance < upper[0] / found.centre - 1 < widest


def test_a_funnel_is_round_the_common_rate_and_wider_for_fewer_people() -> None:
    found = a_funnel("eight")
    assert found.centre == pytest.approx(1000 * sum(unit[2] for unit in UNITS) / sum(unit[1] for unit in UNITS))
    lower, upper = found.limits([60_000, 200_000], 0.95)
    assert lower[0] < lower[1] < found.centre < upper[1] < upper[0]
    inner, outer = ([*found.limits([60_000], coverage)] for coverage in (0.95, 0.998))
    assert outer[0] < inner[0] and outer[1] > inner[1]


def test_the_counts_within_a_funnels_limits_are_those_that_no_line_leaves_out() -> None:
    found = a_funnel("outside")
    for place in found.places:
        side, outside = found.standing(place)
        for coverage in (0.95, 0.998):
            least, most = found.within(place, coverage)
            lower, upper = found.limits([place.population], coverage)
            rates = [1000 * count / place.population for count in (least - 1, least, most, most + 1)]
            assert rates[0] < lower[0] <= rates[1] and rates[2] <= upper[0] < rates[3]
            assert (least <= place.count <= most) is (outside is None or outside < coverage)
        assert (said_of((side, outside)) == "Within the limits") is (side == 0)


@pytest.mark.parametrize("units", [[], [("A", 0, 3)], [("A", 5, 0), ("B", 5, 0)]])
def test_a_funnel_of_nothing_is_refused(units: list[tuple[str, int, int]]) -> None:
    with pytest.raises(ValueError, match="a funnel needs places"):
        Funnel([Place(*unit) for unit in units])


DOTTED = {
    "eight": (["Northtown", "Eastham", *ROWS, "Newcity", "Oldport"], [3.1, 2.2, 0.4, 9.9, "[c]", 4, 4, 5.5]),
    "alike": (["A", "B"], [4.0, 4.0]),
    "none": (["A", "B"], ["[c]", "[x]"]),
}


def dotted(name: str, width: float = canvas.WIDE, highlight: str | None = None) -> Figure:
    """Dots on intervals from a fifth below to a third above, round 4."""
    labels, values = DOTTED[name]
    ends = [[None if isinstance(value, str) else factor * value for value in values] for factor in (0.8, 1.3)]
    return by_category.draw_dots(by_category.Rows.of(labels, values, (ends[0], ends[1]), highlight), 4.0, width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", DOTTED)
def test_no_text_of_dots_overlaps_or_is_clipped(name: str, width: float) -> None:
    figure = dotted(name, width, DOTTED[name][0][0])
    assert overlaps(figure) == []
    assert clipped(figure) == []


def test_a_dot_lies_on_its_interval_before_the_line_of_all_and_the_axis_need_not_start_from_zero() -> None:
    axes = dotted("alike").axes[0]
    centre, *drawn = axes.lines
    assert centre.is_dashed() and list(centre.get_xdata()) == [4.0, 4.0]
    assert [list(part.get_xdata()) for part in drawn] == [[3.2, 5.2], [4.0], [3.2, 5.2], [4.0]]
    assert 3 < axes.get_xlim()[0] < 3.2 and 5.2 < axes.get_xlim()[1] < 5.4
    assert [part.get_ydata()[0] for part in drawn[1::2]] == sorted(part.get_ydata()[0] for part in drawn[1::2])


def test_what_has_no_value_has_no_dot_and_stands_in_shorthand() -> None:
    figure = dotted("eight", highlight="Eastham")
    assert "[c]" in words(figure)
    colours = [part.get_color() for part in figure.axes[0].lines if part.get_marker() == "o"]
    assert colours == [canvas.QUIET, canvas.FOCUS, *[canvas.QUIET] * 5]


def both(id: str = "x") -> list[Chart]:
    return [
        months(points(GAPS), id=f"{id}-months", events=LOCKDOWNS, **WORDS),
        bars(["a", "b"], [1, "[c]"], id=f"{id}-bars", unit="count", **WORDS),
        months(points(STEP), id=f"{id}-band", limits=months_expected(STEP), polarity="lower", **WORDS),
        funnel(a_funnel("eight"), id=f"{id}-funnel", polarity="lower", highlight="Oldport", **WORDS),
        dots(
            ["a", "b"],
            [1.5, "[c]"],
            id=f"{id}-dots",
            unit="per_1000",
            intervals=([1, None], [2, None]),
            centre=1.2,
            **WORDS,
        ),
    ]


def test_the_same_figures_give_the_same_bytes() -> None:
    assert [(chart.svg, chart.narrow) for chart in both()] == [(chart.svg, chart.narrow) for chart in both()]


def test_charts_do_not_share_ids() -> None:
    drawings = [svg for chart in [*both("x"), *both("y")] for svg in (chart.svg, chart.narrow)]
    ids = [name for svg in drawings for name in re.findall(r' id="([^"]+)"', svg)]
    assert ids
    assert len(ids) == len(set(ids))


def test_every_reference_in_a_chart_is_to_an_id_of_its_own() -> None:
    for chart in both():
        wanted = re.findall(r'(?:url\(|href=")#([^")]+)', chart.svg)
        assert set(wanted) <= set(re.findall(r' id="([^"]+)"', chart.svg))


def test_a_chart_is_an_image_with_a_label_real_text_and_nothing_of_the_maker() -> None:
    assert all("[c]</text>" in chart.svg for chart in both()[:2])
    for chart in both():
        assert 'role="img" aria-label="Goes &quot;up&quot; &amp; &lt;down&gt;"' in chart.svg
        assert re.match(r'<svg [^>]*width="640" height="\d+" viewBox="0 0 640 \d+"', chart.svg)
        assert "</text>" in chart.svg
        assert not re.search("matplotlib|metadata|<style|<\\?xml|DOCTYPE", chart.svg, re.IGNORECASE)


def test_a_chart_carries_no_style_that_a_pages_policy_could_forbid() -> None:
    for chart in both():
        assert "style=" not in chart.svg
        assert 'fill="#12436d"' in chart.svg and 'font-size="13px"' in chart.svg


def test_words_that_look_like_attributes_stay_as_they_are() -> None:
    said = 'A style="fill: red" id="a" d="1.23456"'
    assert f">{said}</text>" in bars([said], [1], id="b", unit="count", **WORDS).svg.replace("&quot;", '"')


def test_a_chart_is_drawn_to_a_hundredth_of_a_point() -> None:
    places = [
        place for chart in both() for path in re.findall(r' (?:d|x|y)="([^"]+)"', chart.svg) for place in path.split()
    ]
    assert len(places) > 1000
    assert not [place for place in places if re.search(r"\.\d{3}|\.$|\.0$", place)]


def test_a_scale_of_colours_stands_on_white_on_a_dark_page() -> None:
    plain, scale = (canvas.svg(line([1, 2]), "x", "A", dark) for dark in ("adapts", "scale"))
    assert 'class="adapts"' in plain and 'class="scale"' in scale


@pytest.mark.parametrize("text", ["one two three four five", "W" * 40, "a " + "b" * 50 + " c", "", "é–’"])
def test_wrapping_keeps_every_letter_within_the_room(text: str) -> None:
    lines = measuring.wrap(text, 80)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measuring.width_of(line) <= 80 for line in lines)


def test_months_below_zero_are_drawn_below_the_base_line() -> None:
    series = by_month.Series.of(points([-504, 20, -5475]))
    ticks, bottom, top = by_month._scale(series, [])
    assert ticks[0] == bottom <= -5475 and top >= 20 and 0 in ticks
    figure = by_month.draw(series)
    assert clipped(figure) == []


def test_a_unit_stands_behind_the_last_value_and_the_ticks() -> None:
    drawn = svg_of_percent()
    assert ">17.4%<" in drawn and ">20%<" in drawn


def svg_of_percent() -> str:
    table = DisplayTable("t", "T", [Column("a")], [["1"]])
    words = {"id": "m", "title": "t", "subtitle": "s", "alt": "a", "table": table}
    return months(points([10.5, 17.4]), decimals=1, suffix="%", **words).svg
