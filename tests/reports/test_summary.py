"""The cards over the first table at a glance, and the downloads of a table's numbers."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from cells_drawn import figure
from rendered import NASTY, cover, page_of, shown
from thematic.displays import (
    Chart,
    Column,
    DisplayTable,
    Glance,
    GlanceRow,
    RangeCell,
    Recommendation,
    Recommendations,
    Value,
)
from thematic.displays.values import PERCENT_CHANGE, POINTS
from thematic.exporters.downloads import csv_of
from thematic.exporters.summary import summary


def row(indicator: str = "Crimes", **more: Any) -> GlanceRow:
    given = {"figure": figure(10222, 5.0), "period": "Jan 2021", "significant": "Yes", **more}
    return GlanceRow(indicator, **given)


def cards(*rows: GlanceRow, beside: str = "") -> list[BeautifulSoup]:
    return BeautifulSoup(summary(Glance("g", "At a glance", rows, beside)), "lxml").find_all("li")


def lines(*rows: GlanceRow, beside: str = "") -> list[str]:
    """The paragraphs of the first card."""
    return [" ".join(p.get_text(" ", strip=True).split()) for p in cards(*rows, beside=beside)[0].find_all("p")]


def test_a_card_has_the_figure_its_change_in_words_and_its_trend() -> None:
    assert lines(row(trend="Increase", polarity="lower", force=figure(9, 0.0)), beside="Anyshire Police") == [
        "Crimes",
        "10,222",
        "+5.0% on the year before, a significant change",
        "Trend: increase, unfavourable",
        "Anyshire Police: 9 (0.0%)",
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"significant": "No"}, ["10,222", "+5.0% on the year before, not a significant change"]),
        ({"figure": figure(87.2, -1.0, 5.5)}, ["87.2% of 150, 81.7% to 92.7%", "-1.0 pp on the year before, a significant change"]),
        ({"figure": figure(10222, "[z]"), "significant": "[z]"}, ["10,222", "Change on the year before: [z] not applicable"]),
        ({"figure": figure(10222, "[x]"), "significant": "[x]"}, ["10,222", "Change on the year before: [x] not available"]),
        ({"significant": "[c]", "trend": "[c]"},
         ["10,222", "+5.0% on the year before; significance: [c] confidential", "Trend: [c] confidential"]),
        ({"significant": ""}, ["10,222", "+5.0% on the year before"]),
        ({"figure": figure(10222), "significant": "", "trend": "Stable"}, ["10,222", "Trend: stable"]),
    ],
)  # fmt: skip
def test_a_card_says_what_there_is_and_spells_out_shorthand(more: dict[str, Any], expected: list[str]) -> None:
    assert lines(row(**more))[1:] == expected


@pytest.mark.parametrize("sign", ["[c]", "[x]", "[z]"])
def test_a_figure_withheld_or_missing_is_said_once(sign: str) -> None:
    words = {"[c]": "confidential", "[x]": "not available", "[z]": "not applicable"}[sign]
    withheld = row("Victims", figure=figure(sign, sign), significant=sign, trend=sign)
    assert [p.get_text(" ", strip=True) for p in cards(row(), withheld)[1].find_all("p")] == [
        "Victims",
        f"{sign} {words}",
    ]


def test_months_are_a_line_that_is_read_out() -> None:
    (card,) = cards(row(spark=[1038, 1697, None, 1385]))
    assert card.svg["role"] == "img"
    assert card.svg["aria-label"] == (
        "Count each month, 4 months to Jan 2021: lowest 1,038, highest 1,697, latest 1,385; 1 not shown."
    )
    assert cards(row(spark=[5, None]))[0].svg["aria-label"].endswith("latest not shown; 1 not shown.")
    assert cards(row(spark=[None]), row(spark=[]))[0].svg is None


def test_a_note_says_what_the_lines_are_only_where_there_are_any() -> None:
    assert "2 months to Jan 2021" in summary(Glance("g", "G", [row(spark=[1, 2])]))
    assert "note" not in summary(Glance("g", "G", [row()]))


def test_there_are_six_cards_at_most_and_none_where_there_is_no_figure() -> None:
    assert [card.p.get_text() for card in cards(*(row(f"{n}") for n in range(9)))] == list("012345")
    assert cards() == []
    assert cards(row(figure=figure("[x]")), row(figure=figure("[c]"))) == []
    assert len(cards(row(figure=figure("[x]")), row())) == 2


def test_the_cards_stand_over_the_first_table_at_a_glance_alone() -> None:
    glances = [shown(Glance(name, name, [row()])) for name in ("First", "Second")]
    page = page_of(new_notebook(cells=[shown(cover()), new_markdown_cell("## Part"), *glances]))
    (found,) = page.find_all(class_="summary")
    assert found["aria-label"] == "Main figures: First"
    assert found.find_next("table").caption.get_text(" ", strip=True) == "Table 1 First"


def test_nasty_text_stays_text_on_a_card() -> None:
    (card,) = cards(
        row(NASTY, figure=figure(3, NASTY), period=NASTY, trend=NASTY, force=figure(NASTY), spark=[1, 2]), beside=NASTY
    )
    assert card.find("script") is None
    assert NASTY in card.p.get_text() and NASTY in card.svg["aria-label"]


# Downloads

TABLE = DisplayTable(
    "t", "By place", [Column("Place", "left"), Column("Crimes"), Column("Change")],
    [
        ["Northtown", Value(1234567), Value(5, PERCENT_CHANGE)],
        ["1,234", Value(None, status="[c]"), RangeCell(Value(1000), Value(2000))],
        ['Victim’s "own", é', Value(-1234.5, PERCENT_CHANGE), Value(-1, POINTS)],
    ],
)  # fmt: skip


def downloads(page: BeautifulSoup) -> dict[str, list[list[str]]]:
    """By the name of its file, what each link downloads."""
    found = {}
    for link in page.find_all("a", download=True):
        kind, _, data = link["href"].partition(",")
        assert kind == "data:text/csv;charset=utf-8"
        text = unquote_to_bytes(data).decode("utf-8-sig")
        found[link["download"]] = list(csv.reader(io.StringIO(text)))
    return found


def test_numbers_are_downloaded_without_commas_and_words_as_they_are() -> None:
    assert list(csv.reader(io.StringIO(csv_of(TABLE)))) == [
        ["Place", "Crimes", "Change"],
        ["Northtown", "1234567", "+5.0%"],
        ["1,234", "[c]", "1,000 to 2,000"],
        ['Victim’s "own", é', "-1234.5%", "-1.0\u00a0pp"],
    ]


def test_every_chart_and_every_table_with_a_title_offers_its_numbers() -> None:
    chart = Chart("c", "Up", "Crimes", "A line.", "<svg></svg>", TABLE)
    untitled = DisplayTable("u", "", [Column("a")], [["1"]])
    due = Recommendations("Due", [Recommendation("R1", "Do", "", "", "", "Red", True, "")])
    displays = shown(chart, TABLE, untitled, Glance("g", "Glance", [row()]), due)
    found = downloads(page_of(new_notebook(cells=[shown(cover()), displays])))
    stem = "domestic-abuse-northtown-12-months"
    names = ["figure-1", "table-1", "table-2", "table-3"]
    assert list(found) == [f"{stem}-{name}.csv" for name in names]
    assert found[f"{stem}-figure-1.csv"] == found[f"{stem}-table-1.csv"]
    assert found[f"{stem}-table-2.csv"][1][:2] == ["Crimes", "10,222 (+5.0%)"]
    assert found[f"{stem}-table-3.csv"][1][4] == "Red"


def test_a_download_is_told_apart_by_its_words_and_holds_nasty_text() -> None:
    nasty = DisplayTable("n", NASTY, [Column(NASTY)], [[NASTY], ['"#%&<>\n']])
    page = page_of(new_notebook(cells=[shown(cover(), nasty, TABLE)]))
    assert [link.get_text() for link in page.find_all("a", download=True)] == [
        "Download Table 1 (CSV)",
        "Download Table 2 (CSV)",
    ]
    assert next(iter(downloads(page).values())) == [[NASTY], [NASTY], ['"#%&<>\n']]
