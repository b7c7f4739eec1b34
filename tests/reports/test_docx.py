"""The Word file of a report: headings, tables, lists, pictures and notes as Word's own, every number, the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from bs4 import BeautifulSoup
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree
from nbconvert.exporters import get_exporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from added_frames import added
from cells_drawn import figure
from rendered import NASTY, cover, html_of, output, shown, stream
from thematic.charts import bars
from thematic.core.errors import UserError
from thematic.displays import (
    Column,
    Commentary,
    DisplayTable,
    FigureList,
    Glance,
    GlanceRow,
    Glossary,
    Lead,
    Notes,
    Points,
    Question,
    Questions,
    Recommendation,
    Recommendations,
    Sentence,
    Term,
    Value,
)
from thematic.exporters.docx import DocxExporter
from thematic.outputs.editions import FORMATS

SQUARE = "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='50'><rect width='100' height='50'/></svg>"
WORDS = (
    "Some **bold** words[^a], more[^a] and a [link](https://example.org/b).\n\n- a list\n    1. nested\n\n> said\n\n"
    "    code\n\n[^a]: Its [source](https://example.org/a)."
)


def table(rows: int = 3) -> DisplayTable:
    cells = [[f"Place {number}", Value(1234 + number)] for number in range(rows)]
    columns = [Column("Place", "left"), Column("Year to Jan 2021")]
    return DisplayTable("lpu", "Recorded by place", columns, cells, [0], ["A note."], "Crime system")


def glance() -> Glance:
    row = GlanceRow("Recorded", figure(17025, 1.62), "Jan 2021", "No", "Increase", "lower", [1, 2], figure(20000, -0.5))
    return Glance("g", "At a glance", [row], "Anyshire Police")


def due() -> Recommendations:
    return Recommendations(
        "Recommendations", [Recommendation("R1", "Do this", "Inspection", "", "1 May 2020", "Red", True, "")]
    )


def chart() -> Any:
    words = {"title": "Highest in Northtown", "subtitle": "Rate by place", "alt": "Bars of two places."}
    return bars(["a", "b"], [1.5, 2], id="b", unit="count", source="Crime system", table=table(), **words)


def report(**about: Any) -> NotebookNode:
    annex = new_markdown_cell("## Further tables", metadata={"tags": ["annex"]})
    cells = [
        shown(cover(rounding="Counts are rounded to 5.", licence="A licence.", **about)),
        new_markdown_cell("## Main points"),
        shown(Lead("What moved."), Points("Main points", ["Crimes rose to 17,025.", "Others fell by 12.3%."])),
        shown(Commentary("Commentary", "A. Analyst", "3 February 2021", "Words 98.7.", stale=True)),
        new_markdown_cell(f"## First\n\n{WORDS}\n\n#### Too deep"),
        shown(Sentence("A sentence of 4,321."), table(), glance(), chart()),
        new_markdown_cell("## Second"),
        shown(due(), Questions("Ask about", [Question("Why?", "It rose by 7.")])),
        output({"image/svg+xml": SQUARE}, source="#| alt: A square.\nplot()"),
        stream("stdout", "printed 55"),
        annex,
        shown(table(), Notes(["Only in the annex 777."]), Glossary([Term("Solved", "Outcomes 1 to 8.")])),
        shown(FigureList(["measure"], [["da_recorded"]])),
    ]
    return new_notebook(cells=cells)


def docx_of(notebook: NotebookNode) -> bytes:
    return DocxExporter().from_notebook_node(notebook)[0]


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


@cache
def made() -> bytes:
    return docx_of(report())


@cache
def file() -> Document:
    return opened(made())


def part(name: str, data: bytes | None = None) -> etree._Element:
    with ZipFile(io.BytesIO(data or made())) as zipped:
        return etree.fromstring(zipped.read(name))


def found(tag: str, within: Any = None) -> list[BaseOxmlElement]:
    body = file().element.body if within is None else within
    return list(body.iter(qn(tag)))


def text_of(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(qn("w:t")))


def of_style(name: str) -> list[str]:
    return [each.text for each in file().paragraphs if each.style.name == name]


def test_every_format_has_an_exporter_of_its_name() -> None:
    assert get_exporter(FORMATS["docx"]) is DocxExporter


def test_headings_are_in_order_and_skip_no_level() -> None:
    levels = [(int(each.style.name[-1]), each.text) for each in file().paragraphs if each.style.name.startswith("Head")]
    assert levels == [
        (1, "Main points"), (1, "Commentary"), (1, "First"), (2, "Too deep"), (1, "Second"),
    ]  # fmt: skip
    assert of_style("Title") == ["Domestic abuse"]


def test_the_contents_link_to_the_sections_on_paper() -> None:
    places = {each.get(qn("w:name")) for each in found("w:bookmarkStart")}
    links = [each for each in found("w:hyperlink") if each.get(qn("w:anchor"))]
    assert [text_of(each) for each in links] == ["Main points", "Commentary", "First", "Second"]
    assert {each.get(qn("w:anchor")) for each in links} <= places


def test_the_cover_says_what_the_report_is_and_how_it_is_rounded() -> None:
    first = [each.text for each in file().paragraphs][:6]
    assert first == [
        "Synthetic data: made for demonstration; not real records.", "Anyshire Police", "Domestic abuse",
        "Northtown, 12 months", "Data as at today", "Counts are rounded to 5.",
    ]  # fmt: skip


def test_every_table_has_a_header_row_that_repeats_and_rows_that_stay_whole() -> None:
    assert len(file().tables) == 3
    for each in file().tables:
        marked = [bool(found("w:tblHeader", row._tr)) for row in each.rows]
        assert marked == [True] + [False] * (len(marked) - 1)
        assert all(found("w:cantSplit", row._tr) for row in each.rows)
        assert each.style.name == "Report Table"


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    assert [[cell.paragraphs[0].style.name for cell in row.cells] for row in file().tables[0].rows] == [
        ["Table Text", "Table Number"]
    ] * 4


def test_captions_number_tables_and_figures_in_fields() -> None:
    assert of_style("Caption") == [
        "Table 1: Recorded by place", "Table 2: At a glance", "Figure 1: Highest in Northtown", "Table 3: Recommendations",
    ]  # fmt: skip
    told = [each.text.strip() for each in found("w:instrText")]
    assert [each for each in told if each.startswith("SEQ")] == [
        "SEQ Table \\* ARABIC", "SEQ Table \\* ARABIC", "SEQ Figure \\* ARABIC", "SEQ Table \\* ARABIC",
    ]  # fmt: skip


def test_every_picture_has_a_text_alternative_or_says_that_it_needs_none() -> None:
    said = [each.get("descr") for each in found("wp:docPr")]
    assert [each for each in said if each] == ["Bars of two places.", "A square."]
    for each in found("wp:docPr"):
        decorative = "decorative" in etree.tostring(each).decode()
        assert decorative != bool(each.get("descr"))
    names = [each.get("id") for each in found("wp:docPr")]
    assert len(set(names)) == len(names) == 5


def test_charts_are_pictures_as_wide_as_the_page_and_fine_enough_for_print() -> None:
    with ZipFile(io.BytesIO(made())) as zipped:
        media = [zipped.read(name) for name in zipped.namelist() if name.startswith("word/media/")]
    widest = max(int.from_bytes(each[16:20], "big") for each in media)
    assert widest >= 170 / 25.4 * 200
    assert all(each.startswith(b"\x89PNG") for each in media)
    assert max(int(each.get("cx")) for each in found("wp:extent")) == 170 * 36_000


def test_points_and_paragraphs_are_lists_of_their_own_that_count_by_themselves() -> None:
    numbering = part("word/numbering.xml")
    kinds = {each.get(qn("w:numId")): each[0].get(qn("w:val")) for each in numbering.iter(qn("w:num"))}
    formats = {
        each.get(qn("w:abstractNumId")): each.find(f".//{qn('w:numFmt')}").get(qn("w:val"))  # type: ignore[union-attr]
        for each in numbering.iter(qn("w:abstractNum"))
    }

    def lists(style: str) -> list[tuple[str, str]]:
        paragraphs = [each for each in file().paragraphs if each.style.name == style]
        numbers = [each._p.pPr.numPr.numId.val for each in paragraphs]
        return [(str(number), formats[kinds[str(number)]]) for number in numbers]

    assert {kind for _, kind in lists("Main Point")} == {"lowerLetter"}
    assert set(lists("Numbered Paragraph")) == {("1", "decimal")}
    assert len(lists("Numbered Paragraph")) == 3
    items = [kind for _, kind in lists("List Paragraph")]
    assert items == ["bullet", "decimal", "decimal"]


def test_a_footnote_is_a_note_and_the_second_reference_a_field() -> None:
    notes = part("word/footnotes.xml")
    assert [text_of(each).strip() for each in notes][2:] == ["Its source (https://example.org/a)."]
    assert len(found("w:footnoteReference")) == 1
    assert [each.text.strip() for each in found("w:instrText") if "NOTEREF" in each.text] == ["NOTEREF _Note1 \\f \\h"]


def test_the_marking_and_the_page_are_above_and_below_every_page() -> None:
    (section,) = file().sections
    assert not section.different_first_page_header_footer
    above, below = section.header.paragraphs[0].text, section.footer.paragraphs[0].text
    assert above.endswith("Synthetic data   OFFICIAL") and above.startswith("Anyshire Police  |  Domestic abuse")
    assert below == "OFFICIAL\t1 of 1"
    told = [each.text.strip() for each in section.footer._element.iter(qn("w:instrText"))]
    assert told == ["PAGE", "NUMPAGES"]
    assert (section.page_width.mm, section.page_height.mm) == (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))


def test_the_annex_is_left_out_and_named() -> None:
    words = "\n".join(each.text for each in file().paragraphs)
    assert "777" not in words and "Outcomes 1 to 8" not in words
    assert (
        "On the web page of this report, and in its workbook: Further tables; the numbers behind the charts." in words
    )
    assert of_style("Note")[-2:] == ["A licence.", "Source: Crime system"]


def test_every_number_of_the_page_is_there() -> None:
    page = BeautifulSoup(html_of(report()), "lxml")
    assert page.main is not None
    for gone in page.select("details, .download, nav, svg, .count, sup, [hidden]"):
        gone.decompose()
    numbers = set(re.findall(r"\d[\d,.]*\d|\d", page.main.get_text(" ")))
    words = " ".join(text_of(each) for each in found("w:p"))
    assert {"17,025", "12.3", "98.7", "4,321", "1,236", "55"} <= numbers
    assert numbers <= set(re.findall(r"\d[\d,.]*\d|\d", words))


def test_the_language_and_the_properties_are_the_reports_without_author_or_date() -> None:
    about = file().core_properties
    assert (about.title, about.subject, about.language) == (
        "Domestic abuse: Northtown, 12 months",
        "Anyshire Police",
        "en-GB",
    )
    assert (about.author, about.last_modified_by) == ("", "")
    assert [each.tag.rpartition("}")[2] for each in part("docProps/core.xml")] == ["title", "subject", "language"]
    languages = {each.get(qn("w:val")) for each in part("word/styles.xml").iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    welsh = part("word/styles.xml", docx_of(new_notebook(cells=[shown(cover(language="cy"))])))
    assert {each.get(qn("w:val")) for each in welsh.iter(qn("w:lang"))} == {"cy"}


def test_the_same_report_is_the_same_bytes_and_has_no_time() -> None:
    assert docx_of(report()) == made()
    with ZipFile(io.BytesIO(made())) as zipped:
        assert {each.date_time for each in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in zipped.namelist() if "thumbnail" in name or "app.xml" in name or "custom" in name]


def test_every_style_that_is_used_is_there() -> None:
    known = {each.get(qn("w:styleId")) for each in part("word/styles.xml").iter(qn("w:style"))}
    used = {each.get(qn("w:val")) for tag in ("w:pStyle", "w:rStyle", "w:tblStyle") for each in found(tag)}
    assert used and used <= known


def _deep(kind: Callable[[str], NotebookNode]) -> Iterator[NotebookNode]:
    yield shown(cover(" " + NASTY))
    yield kind(f"## A {NASTY}\n\nB {NASTY}\n\n- C {NASTY}")
    yield shown(DisplayTable("t", f"T {NASTY}", [Column(f"H {NASTY}")], [[f"R {NASTY}\x00\x0b"]], notes=[f"N {NASTY}"]))
    yield stream("stdout", f"P {NASTY}\x0c\ttab")


def test_no_text_is_markup_and_what_xml_cannot_hold_is_left_out() -> None:
    data = opened(docx_of(new_notebook(cells=list(_deep(new_markdown_cell)))))
    words = [each.text for each in data.paragraphs]
    assert f"P {NASTY}\ttab" in words
    assert data.tables[0].rows[1].cells[0].text == f"R {NASTY}"
    assert f"Table 1: T {NASTY}" in words


def test_a_wide_table_is_as_many_tables_as_it_needs() -> None:
    import pandas as pd

    wide = pd.DataFrame({f"month {number}": [number * 1000] * 3 for number in range(40)})
    data = opened(docx_of(new_notebook(cells=[added(wide)])))
    assert len(data.tables) > 3
    shown_numbers = {cell.text for each in data.tables for cell in each.rows[1].cells[1:]}
    assert shown_numbers == {str(number * 1000) for number in range(40)}
    for each in data.tables:
        assert sum(int(column.get(qn("w:w"))) for column in each._tbl.tblGrid) <= 9638 + len(each.columns)


def test_a_table_without_rows_says_so_and_a_long_one_breaks_over_pages() -> None:
    data = opened(
        docx_of(new_notebook(cells=[shown(Recommendations("Due", [], [])), shown(table(13)), shown(table(12))]))
    )
    empty, long, short = data.tables
    assert "There are none." in empty.rows[1].cells[0].text
    assert [bool(found("w:keepNext", row._tr)) for row in long.rows] == [True] + [False] * 13
    assert [bool(found("w:keepNext", row._tr)) for row in short.rows] == [True] * 12 + [False]


def test_a_picture_that_cannot_be_read_is_named() -> None:
    broken = new_notebook(cells=[output({"image/png": "AAAA"}, source="#| alt: Two points.\nplot()")])
    with pytest.raises(UserError, match="Two points"):
        docx_of(broken)
    with pytest.raises(UserError, match="cannot be drawn"):
        docx_of(new_notebook(cells=[output({"image/svg+xml": "<svg"})]))


def test_a_picture_never_leaves_the_page() -> None:
    tall = SQUARE.replace("width='100' height='50'", "width='100' height='5000'")
    data = opened(docx_of(new_notebook(cells=[output({"image/svg+xml": tall})])))
    (shape,) = data.inline_shapes
    assert shape.height.mm <= 226 and shape.width.mm < 170


def test_a_notebook_without_a_cover_has_its_title_and_no_marking() -> None:
    data = opened(docx_of(new_notebook(cells=[new_markdown_cell("# My own\n\nWords."), new_code_cell("1")])))
    assert [each.text for each in data.paragraphs] == ["My own", "Words."]
    assert data.sections[0].footer.paragraphs[0].text == "\t1 of 1"
