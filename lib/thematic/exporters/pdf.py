"""Turns an executed notebook into an accessible PDF (PDF/UA-1), set by Typst from the document as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from itertools import accumulate
from textwrap import wrap
from typing import Any

import typst
from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.core.palette import worn
from thematic.displays import Chart, Column, Cover, DisplayTable, Glossary, Indicators, SignedTable
from thematic.displays.markdown import Token
from thematic.displays.signed import NOTHING, Parts
from thematic.exporters import document, typesetting
from thematic.exporters.blocks import PICTURES, Block, Heading, Picture, Plain, Prose, Section, Shown
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.ways import address

_TEMPLATE = "report"

# How many letters of table text stand beside each other, and of a cell's at most before it takes another line.
FULL_PAGE, HALF_PAGE = 96, 45
_LONG = 26
# Lines for labels of columns and for names of rows: what is tried first, and then until the table fits the page.
_WORD_LINES = 3
_LINES = [(1, 1), (2, 1), (3, 1), (3, 2)]


class PdfExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic-pdf executed.ipynb` writes `executed.pdf`."""

    export_from_notebook = "Thematic report (PDF)"
    output_mimetype = "application/pdf"

    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF and the resources. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return pdf(document.read(nb)), resources


def pdf(report: document.Document) -> bytes:
    """The document as PDF, as `typesetting.typeset` makes it: never call this in a process that forks afterwards.

    Raises UserError for a picture that cannot be read.
    """
    try:
        with worn(report.look.palette):
            return typesetting.typeset(_TEMPLATE, content(report), report.look)
    except typst.TypstError as fault:
        raise UserError(f"The PDF cannot be set: {fault} Look for it in the HTML of the same notebook.") from fault


def sources(report: document.Document) -> dict[str, bytes]:
    """What Typst sets: the templates, and the document as JSON."""
    return typesetting.sources(_TEMPLATE, content(report), report.look)


def content(report: document.Document, id: str = "") -> dict[str, Any]:
    """The document as the templates read it. `id` tells apart the reports that are set in one file."""
    blocks = _laid_out(report)
    lang, _, region = report.language.partition("-")
    cover = report.cover
    return {
        "id": id,
        "title": report.title,
        "running": f"{cover.force}  |  {report.title}" if cover else report.title,
        "lang": lang,
        "region": region or None,
        "cover": cover and as_set(cover),
        "marking": cover.marking if cover else "",
        "synthetic": cover is not None and cover.synthetic,
        "contents": len(report.contents) > 1,
        "one_page": _is_one_page(report),
        "blocks": blocks,
        "notes": {note.anchor: _tokens(note.tokens) for note in report.notes},
        "elsewhere": _elsewhere(report),
    }


def as_set(cover: Cover) -> dict[str, Any]:
    """The cover with no key missing in what it says of people to ask or to turn to."""
    keys = ("name", "email", "telephone", "web", "purpose")

    def whole(said: Mapping[str, str]) -> dict[str, str]:
        return {key: said.get(key, "") for key in keys} | {"shown": address(said.get("web", ""))}

    said = {"dates": cover.dates, "contact": whole(cover.contact), "support": list(map(whole, cover.support))}
    return cover.payload() | said | {"look": {}}


def _elsewhere(report: document.Document) -> str:
    """What is not on paper, and where it is."""
    sections = [heading.text for heading, _ in report.annex]
    charts = any(isinstance(block, Shown) and isinstance(block.display, Chart) for block in report.main)
    left = [*sections, *(["the numbers behind the charts"] if charts else [])]
    if not report.cover or not left:
        return ""
    return f"On the web page of this report, and in its workbook: {'; '.join(left)}."


def _is_one_page(report: document.Document) -> bool:
    """Whether the document is the page that a board reads first, which is set closely."""
    return any(isinstance(block, Shown) and isinstance(block.display, Indicators) for block in report.blocks)


def _laid_out(report: document.Document) -> list[dict[str, Any]]:
    """The blocks; on the one page of a board what to ask about stands beside the last table."""
    blocks = [part for block in report.main for part in _block(block)]
    if not _is_one_page(report):
        return blocks
    laid = [block | {"small": True} if block["kind"] == "table" else block for block in blocks]
    asked = next((block for block in laid if block["kind"] == "questions"), None)
    tables = [place for place, block in enumerate(laid) if block["kind"] == "table"]
    if asked is None or len(tables) < 2:
        return laid
    laid[tables[-1]] = {"kind": "pair", "left": laid[tables[-1]], "right": asked}
    return [block for block in laid if block is not asked]


def _block(block: Block) -> list[dict[str, Any]]:
    match block:
        case Heading(level, text):
            return [{"kind": "heading", "level": level, "text": text}]
        case Prose(tokens):
            return [{"kind": "prose", "tokens": _tokens(tokens)}]
        case Section(heading, byline, blocks, warning):
            inner = [told for part in (heading, *blocks) for told in _block(part)]
            return [{"kind": "section", "byline": byline, "warning": warning, "blocks": inner}]
        case Shown(Chart() as chart, label):
            return [_chart(chart, label)]
        case Shown(DisplayTable() as table, label):
            return _tables(table, label)
        case Shown(SignedTable() as table, label):
            return [_signed(table, label)]
        case Shown(Glossary() as glossary):
            terms = [[term.term, term.definition, term.details] for term in glossary.terms]
            return [{"kind": "glossary", "terms": terms}]
        case Shown(display):
            return [display.payload()]
        case Picture(data, mime_type, alt):
            return [{"kind": "picture", "data": list(data), "format": PICTURES[mime_type], "alt": alt}]
        case Plain(text):
            return [{"kind": "plain", "text": text}]


def _chart(chart: Chart, label: str) -> dict[str, Any]:
    drawn = {"title": chart.title, "subtitle": chart.subtitle, "alt": chart.alt, "svg": chart.svg}
    return {"kind": "chart", "label": label, **drawn, "notes": chart.all_notes(), "source": chart.source}


def _tables(table: DisplayTable, label: str) -> list[dict[str, Any]]:
    """The table, its columns over as many tables as they need to be read on paper, the names of the rows in each."""
    parts = list(_parted(table))
    last = len(parts) - 1
    return [
        _table(part, label, part.title if not place else _continued(part.title), is_last=place == last)
        for place, part in enumerate(parts)
    ]


def _continued(title: str) -> str:
    return f"{title} (continued)" if title else "Continued"


def _parted(table: DisplayTable) -> Iterator[DisplayTable]:
    """The columns in groups that fit the page, those with the names of the rows before each."""
    needs = _needs(table, *_LINES[-1])
    heads = _heads(table)
    room = FULL_PAGE - sum(needs[:heads])
    places = list(range(heads, len(needs)))
    if sum(needs) <= FULL_PAGE or len(places) < 2:
        yield table
        return
    while places:
        widths = accumulate(needs[place] for place in places)
        group = max(sum(width <= room for width in widths), 1)
        kept = [*range(heads), *places[:group]]
        places = places[group:]
        columns = [table.columns[place] for place in kept]
        yield replace(table, columns=columns, rows=[[row[place] for place in kept] for row in table.rows])


def _heads(table: DisplayTable) -> int:
    """How many columns at the start name the rows: those of words, but one alone where all are."""
    leading = next((place for place, column in enumerate(table.columns) if column.align == "right"), 0)
    return max(leading, 1)


def _table(table: DisplayTable, label: str, title: str, *, is_last: bool) -> dict[str, Any]:
    narrow = sum(_needs(table, 2)) <= HALF_PAGE
    notes, source = (table.all_notes(), table.source) if is_last else ([], None)
    weights = _weights(table, HALF_PAGE if narrow else FULL_PAGE)
    about = {"kind": "table", "label": label, "title": title, "notes": notes, "source": source}
    cells = {"columns": _columns(table.columns), "rows": table.texts, "emphasis": list(table.emphasis), "small": False}
    return {**about, **cells, "narrow": narrow, "nothing": NOTHING, "weights": weights}


def _columns(columns: Sequence[Column]) -> list[dict[str, str]]:
    return [{"label": column.label, "align": column.align} for column in columns]


def _signed(table: SignedTable, label: str) -> dict[str, Any]:
    """A table whose cells are lists of parts, set like any other."""
    rows = [[_parts(cell) for cell in row] for row in table.cells()]
    about = {"label": label, "title": table.title, "notes": table.all_notes(), "source": table.source}
    more = {
        "kind": "table",
        "columns": _columns(table.columns()),
        "rows": rows,
        "weights": table.widths(),
        "emphasis": [],
        "small": False,
    }
    return {**about, **more, "narrow": False, "nothing": NOTHING}


def _parts(cell: Parts) -> list[dict[str, str]]:
    return [{"text": part.text, "tone": part.tone, "svg": part.svg} for part in cell]


def _weights(table: DisplayTable, room: int) -> list[float]:
    """How wide each column is to be, in letters: words in as few lines as fit, what is over to the first column."""
    tried = (_needs(table, *lines) for lines in _LINES)
    first, *rest = next((needs for needs in tried if sum(needs) <= room), _needs(table, *_LINES[-1]))
    return [max(first, room - sum(rest)), *rest]


def _needs(table: DisplayTable, label_lines: int, name_lines: int = 1) -> list[float]:
    """How wide each column must be, in letters: its longest cell, its label in so many lines, some room.

    The first column has the names of the rows, which may take `name_lines`; its letters are narrower than figures.
    Words in other columns may take three lines.
    """
    names, *others = [(_width(column.label, label_lines), place) for place, column in enumerate(table.columns)]
    longest = max([names[0], *(min(_width(row[0], name_lines), _LONG) for row in table.texts)])
    lines = [_WORD_LINES if column.align == "left" else 1 for column in table.columns]
    cells = [
        max([label, *(min(_width(row[place], lines[place]), _LONG) for row in table.texts)]) for label, place in others
    ]
    return [2 + longest, *(2.5 + 1.05 * width for width in cells)]


def _width(text: str, lines: int) -> int:
    """The letters in the longest line of the text when it is set in at most so many lines, its words whole."""
    if lines == 1:
        return len(text)
    longest = max(map(len, text.split(" ")))
    widths = range(max(longest, 1), len(text))
    return next((width for width in widths if len(wrap(text, width, break_long_words=False)) <= lines), len(text))


def _tokens(tokens: list[Token]) -> list[Token]:
    return list(map(_words, tokens))


def _words(token: Token) -> Token:
    """The token with its HTML entities (`&amp;`) as the characters they stand for; code keeps them."""
    if "children" in token:
        return {**token, "children": _tokens(token["children"])}
    return {**token, "raw": unescape(token["raw"])} if token["type"] == "text" else token
