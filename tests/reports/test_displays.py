"""What an output carries: its structure, and a rendering for the notebook."""

from __future__ import annotations

import json
import re

import pytest

from cells_drawn import figure
from thematic import displays
from thematic.displays import (
    MIME_TYPE,
    Cell,
    Chart,
    Column,
    Commentary,
    Cover,
    DisplayTable,
    FigureList,
    Format,
    Glance,
    GlanceRow,
    Glossary,
    Notes,
    RangeCell,
    Recommendation,
    Recommendations,
    Sentence,
    Term,
    Value,
    printed,
)
from thematic.displays.signs import HEIGHT, MARGIN, WIDTH, rating_sign, sparkline, trend_sign
from thematic.displays.values import PERCENT_CHANGE, POINTS

TABLE = DisplayTable(
    "areas",
    "Crimes by area",
    [Column("Area", "left"), Column("Crimes")],
    [["North", Value(1234)], ["South", Value(None, status="[c]")]],
    [1],
)
COVER = Cover("Anyshire Police", "Domestic abuse", "Northtown", "12 months to January 2021", "31 January 2021")
TRENDS = ("Stable", "Increase", "Decrease", "Significant increase", "Significant decrease")
GLANCE = Glance(
    "glance",
    "At a glance",
    [
        GlanceRow(
            "Crimes", figure(10222, 5.0), "January 2021", "Yes", "Increase", "lower", [1, None, 2.5], figure(1, 0.0)
        ),
        GlanceRow("Victims", figure("[c]", "[c]"), "January 2021", "[c]"),
    ],
    "Anyshire Police",
    ["n"],
    "s",
)
DUE = Recommendations(
    "Recommendations",
    [
        Recommendation("R1", "Do this.", "Inspection", "Chief", "1 May 2020", "Red", True, "Begun."),
        Recommendation("R2", "And that.", "", "", "", "Complete", False, ""),
    ],
    ["n"],
)
EVERY_KIND = [
    COVER,
    Sentence("One.\n\nTwo."),
    Commentary("Commentary", "A. Analyst", "3 February 2021", "*Words*[^1].\n\n[^1]: A note."),
    GLANCE,
    DUE,
    TABLE,
    Chart("c", "Up", "Crimes", "A line going up.", "<svg></svg>", TABLE, ["n"], "s", "<svg></svg>"),
    Glossary(
        [Term("Solved", "Outcomes 1 to 8."), Term("Recorded", "Crimes.", ["More can be good."], "System", "Team")]
    ),
    Notes(["First."]),
    FigureList(["measure", "value", "significant"], [["da_recorded", 3.5, None], ["da_recorded", 3, True]]),
]


@pytest.mark.parametrize("display", EVERY_KIND, ids=lambda display: display.kind)
def test_the_structure_says_its_kind_and_reads_back_from_json(display: displays.Display) -> None:
    payload = json.loads(json.dumps(display._repr_mimebundle_()[MIME_TYPE]))
    assert payload["kind"] == display.kind
    back = displays.read(payload)
    assert type(back) is type(display)
    assert json.loads(json.dumps(back.payload())) == payload
    assert back.html() == display.html()


@pytest.mark.parametrize("display", EVERY_KIND, ids=lambda display: display.kind)
def test_every_output_has_html_and_plain_text(display: displays.Display) -> None:
    bundle = display._repr_mimebundle_()
    assert "<" in bundle["text/html"]
    assert bundle["text/plain"].strip()
    assert "<" not in bundle["text/plain"]


def test_only_a_chart_offers_svg() -> None:
    assert [display.kind for display in EVERY_KIND if "image/svg+xml" in display._repr_mimebundle_()] == ["chart"]


def test_a_table_marks_headers_figures_and_totals() -> None:
    html = TABLE.grid()
    assert '<th scope="col">Area</th><th scope="col" class="number">Crimes</th>' in html
    assert '<tr><th scope="row">North</th><td class="number">1,234</td></tr>' in html
    assert '<tr class="emphasis"><th scope="row">South</th>' in html


def test_a_column_without_a_label_has_no_header() -> None:
    html = DisplayTable("t", "", [Column(" ", "left"), Column("n")], [["a", "1"]]).grid()
    assert '<thead><tr><td></td><th scope="col" class="number">n</th></tr></thead>' in html


def test_shorthand_is_explained_where_it_stands_and_nowhere_else() -> None:
    assert TABLE.all_notes() == ["[c] confidential."]
    assert DisplayTable("t", "T", [Column("a")], [["1"]], notes=["n"]).all_notes() == ["n"]


def test_a_row_that_does_not_fit_is_refused_and_shown() -> None:
    with pytest.raises(ValueError, match=r"'t' has 2 columns.*\['only one'\]"):
        DisplayTable("t", "T", [Column("a"), Column("b")], [["x", "1"], ["only one"]])


def test_a_table_needs_a_column() -> None:
    with pytest.raises(ValueError, match="'t' has no columns"):
        DisplayTable("t", "T", [], [])


def test_text_is_escaped() -> None:
    nasty = '<script>alert("x")</script> & co'
    table = DisplayTable(nasty, nasty, [Column(nasty)], [[nasty]], notes=[nasty], source=nasty)
    glance = Glance(
        nasty, nasty, [GlanceRow(nasty, figure(nasty, nasty), *[nasty] * 4, force=figure(nasty))], nasty, [nasty], nasty
    )
    due = Recommendations(nasty, [Recommendation(*[nasty] * 6, True, nasty)], [nasty])
    said = Commentary(nasty, nasty, nasty, nasty)
    for display in (
        Sentence(nasty),
        table,
        glance,
        due,
        said,
        Notes([nasty]),
        Glossary([Term(nasty, nasty, [nasty], nasty, nasty)]),
    ):
        assert "<script>" not in display.html()
        assert "&lt;script&gt;" in display.html()


def test_the_cover_says_when_data_are_synthetic() -> None:
    assert "Synthetic" not in COVER.html()
    assert "Synthetic" in Cover("F", "T", "A", "P", "D", synthetic=True).html()


@pytest.mark.parametrize(
    ("text", "parts"), [("", []), (" a\nb \n\n\n c", ["a b", "c"]), ("a\r\n\r\nb", ["a", "b"]), ("\n\n", [])]
)
def test_paragraphs_are_parted_by_blank_lines(text: str, parts: list[str]) -> None:
    assert displays.paragraphs(text) == parts


def test_a_term_has_its_caveats_and_whose_it_is_below_its_definition() -> None:
    glossary = Glossary(
        [Term("Recorded", "Crimes.", ["More can be good", "Or bad."], "System", "Team"), Term("A", "B.")]
    )
    assert glossary.html() == (
        '<dl><dt>Recorded</dt><dd>Crimes.</dd><dd class="detail">Read with care: More can be good. Or bad.</dd>'
        '<dd class="detail">Source: System. Owner: Team.</dd><dt>A</dt><dd>B.</dd></dl>'
    )
    recorded = "Recorded: Crimes. Read with care: More can be good. Or bad. Source: System. Owner: Team."
    assert glossary.plain().splitlines() == [recorded, "A: B."]
    assert Term("A", "B.", owner="Team").details == ["Owner: Team."]


def cells_of(display: Glance | Recommendations) -> list[list[str]]:
    return [line.split(" | ") for line in display.plain().splitlines()[1:]]


def test_at_a_glance_reads_as_boards_know_it() -> None:
    assert cells_of(GLANCE) == [
        ["Indicator", "Value (change)", "Verdict", "Months", "Anyshire Police"],
        ["Crimes", "10,222 (+5.0%)", "Increase unfavourable", "", "1 (0.0%)"],
        ["Victims", "[c]", "[z]", "[z]", "[z]"],
    ]
    assert GLANCE.all_notes() == ["n", "[c] confidential; [z] not applicable."]


def test_a_column_that_no_row_has_is_left_out() -> None:
    row = GlanceRow("Crimes", figure(3), "May", "No")
    assert [column.label for column in Glance("g", "G", [row]).columns()] == [
        "Indicator",
        "Value (change)",
    ]
    assert len(Glance("g", "G", [row]).widths()) == 2
    assert len(GLANCE.widths()) == len(GLANCE.columns()) == 5


def test_periods_have_a_column_where_they_differ() -> None:
    rows = [GlanceRow("Crimes", figure(3), "May", "No"), GlanceRow("Victims", figure(3), "June", "No")]
    table = Glance("g", "G", rows)
    assert [column.label for column in table.columns()] == ["Indicator", "Value (change)", "Period ending"]
    assert len(table.widths()) == 3 and cells_of(table)[2] == ["Victims", "3", "June"]


@pytest.mark.parametrize(
    ("value", "change", "shown"),
    [(3, 5.0, "3 (+5.0%)"), (3, None, "3"), (3, "[z]", "3 (change [z])"), ("[x]", "[x]", "[x]"), ("[x]", None, "[x]")],
)
def test_a_change_stands_in_brackets_and_shorthand_in_its_own(
    value: float | str, change: float | str | None, shown: str
) -> None:
    assert cells_of(Glance("g", "G", [GlanceRow("Crimes", figure(value, change), "May", "No")]))[1][1] == shown


@pytest.mark.parametrize("polarity", ["lower", "higher", "none"])
def test_a_trend_is_favourable_unfavourable_or_neutral_by_its_polarity(polarity: str) -> None:
    worths = [GlanceRow("i", figure(1), "p", "No", trend, polarity).worth for trend in ("", "[c]", *TRENDS)]
    rise, fall = {
        "lower": ("unfavourable", "favourable"),
        "higher": ("favourable", "unfavourable"),
        "none": ("neutral", "neutral"),
    }[polarity]
    assert worths == ["", "", "", rise, fall, rise, fall]


def test_trends_differ_in_shape_and_not_in_colour_alone() -> None:
    seen = {
        (trend, worth): trend_sign(trend, worth)
        for trend in TRENDS
        for worth in ("favourable", "unfavourable", "neutral")
    }
    shapes = {key: re.findall(r' d="([^"]+)"', sign) for key, sign in seen.items()}
    assert len({tuple(paths) for paths in shapes.values()}) == len(seen)
    assert 'fill="#12436d"' in seen["Significant increase", "favourable"]
    assert 'fill="#12436d"' not in seen["Increase", "favourable"]
    assert trend_sign("[c]", "") == trend_sign("", "") == ""


def test_ratings_differ_in_shape_and_are_said_in_words() -> None:
    signs = [rating_sign(word) for word in ("Red", "Amber", "Green", "Complete")]
    assert len({re.search(r' d="([^"]+)"', sign)[1] for sign in signs}) == 4  # type: ignore[index]
    assert rating_sign("Blue") == ""
    assert cells_of(DUE)[1:] == [
        ["R1", "Do this. Source: Inspection", "Chief", "1 May 2020 Overdue", "Red", "Begun."],
        ["R2", "And that.", "Not given", "Not given", "Complete", "None yet"],
    ]


def points(svg: str) -> list[list[tuple[float, float]]]:
    """The runs of points of a line."""
    path = re.search(r' d="([^"]+)"', svg)
    runs = path[1].split("M")[1:] if path else []
    return [[tuple(map(float, spot.split())) for spot in run.split("L")] for run in runs]  # type: ignore[misc]


def dots(svg: str) -> list[tuple[float, float, float]]:
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', svg)
    return [(float(x), float(y), float(radius)) for x, y, radius in found]


FOOT, TOP, MIDDLE = HEIGHT - MARGIN, MARGIN, HEIGHT / 2


def test_a_sparkline_runs_from_the_lowest_at_the_foot_to_the_highest_at_the_top() -> None:
    drawn = sparkline([0, 10, 5])
    assert points(drawn) == [[(MARGIN, FOOT), (WIDTH / 2, TOP), (WIDTH - MARGIN, MIDDLE)]]
    assert dots(drawn) == [(WIDTH - MARGIN, MIDDLE, 2.2)]


def test_a_sparkline_has_gaps_and_lone_points() -> None:
    drawn = sparkline([1, 2, None, 3, float("nan"), 1, 1, None])
    assert [len(run) for run in points(drawn)] == [2, 2]
    assert [(y, radius) for _, y, radius in dots(drawn)] == [(TOP, 1.2)]


@pytest.mark.parametrize("values", [[], [None], [None, float("nan"), float("inf")]])
def test_nothing_is_drawn_of_nothing(values: list[float | None]) -> None:
    assert sparkline(values) == ""


@pytest.mark.parametrize("values", [[4], [4, 4, 4], [1e308, 1e308]])
def test_values_all_alike_lie_midway(values: list[float | None]) -> None:
    assert {y for run in points(sparkline(values)) for _, y in run} <= {MIDDLE}
    assert dots(sparkline(values))[0][1] == MIDDLE


def test_the_widest_values_stay_on_the_drawing() -> None:
    assert [y for _, y in points(sparkline([1e308, -1e308]))[0]] == [TOP, FOOT]
    assert [y for _, y in points(sparkline([5e-324, 0.0]))[0]] == [MIDDLE, MIDDLE]


def test_a_sparkline_that_stands_alone_is_read_out() -> None:
    assert 'aria-hidden="true"' in sparkline([1, 2]) and "role=" not in sparkline([1, 2])
    assert 'role="img" aria-label="Up &amp; &quot;up&quot;"' in sparkline([1, 2], 'Up & "up"')


# Values


@pytest.mark.parametrize(
    ("value", "format", "shown"),
    [
        (1234.5, Format(1), "1,234.5"), (1234, Format(grouped=False), "1234"), (-1.04, POINTS, "-1.0\u00a0pp"),
        (0.04, POINTS, "0.0\u00a0pp"), (-0.04, POINTS, "0.0\u00a0pp"), (5, PERCENT_CHANGE, "+5.0%"), (17.44, Format(1, "%"), "17.4%"),
        (1000.5, Format(2, prefix="£"), "£1,000.50"),
    ],
)  # fmt: skip
def test_a_value_is_printed_by_its_format(value: float, format: Format, shown: str) -> None:
    assert Value(value, format).printed() == shown


def test_a_status_stands_in_the_place_of_a_value_and_low_keeps_the_number() -> None:
    assert Value(None, status="[x]").printed() == "[x]"
    low = Value(0.04, Format(1), "[low]")
    assert (low.printed(), low.value) == ("[low]", 0.04)


EVERY_CELL = [
    "words", "", Value(3), Value(0.25, Format(2, "%", signed=True, prefix="£", grouped=False), "[low]"), Value(None, status="[c]"),
    RangeCell(Value(21.8, Format(1)), Value(24, Format(1))), figure(3), figure(87.2, 1.8, 5.5), figure(3, "[z]"),
    figure("[c]", "[c]"), figure("[x]"),
]  # fmt: skip


@pytest.mark.parametrize("cell", EVERY_CELL, ids=printed)
def test_a_cell_keeps_value_format_and_status_through_json(cell: Cell) -> None:
    table = DisplayTable("t", "T", [Column("a")], [[cell]])
    back = displays.read(json.loads(json.dumps(table.payload())))
    assert isinstance(back, DisplayTable)
    assert back.rows == [[cell]]


def test_a_range_reads_from_to_and_once_where_it_is_withheld() -> None:
    assert RangeCell(Value(1000), Value(2000)).printed() == "1,000 to 2,000"
    assert RangeCell(Value(None, status="[c]"), Value(None, status="[c]")).printed() == "[c]"


def test_a_list_of_figures_is_written_in_full_precision() -> None:
    listed = FigureList(["a"], [["x", 17.44444, 3, True, False, None, 1e-07]])
    assert listed.texts == [["x", "17.44444", "3", "true", "false", "", "1e-07"]]
