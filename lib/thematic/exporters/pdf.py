"""Turns an executed notebook into an accessible PDF (PDF/UA-1), set by Typst from the document as data."""

from __future__ import annotations

from html import unescape
from textwrap import wrap
from typing import Any

import typst
from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.displays import Chart, SignedTable, Table
from thematic.displays.markdown import Token
from thematic.displays.signed import NOTHING, Cell
from thematic.exporters import document, typesetting
from thematic.exporters.blocks import PICTURES, Block, Heading, Picture, Plain, Prose, Section, Shown
from thematic.exporters.reading import ReadingExporter

_TEMPLATE = "report"

# How many letters of table text stand beside each other, and of a cell's at most before it takes another line.
FULL_PAGE, HALF_PAGE = 96, 45
_LONG = 26
# Lines for labels of columns and for names of rows: what is tried first, and then until the table fits the page.
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
        return typesetting.typeset(_TEMPLATE, content(report))
    except typst.TypstError as fault:
        raise UserError(f"The PDF cannot be set: {fault} Look for it in the HTML of the same notebook.") from fault


def sources(report: document.Document) -> dict[str, bytes]:
    """What Typst sets: the templates, and the document as JSON."""
    return typesetting.sources(_TEMPLATE, content(report))


def content(report: document.Document, id: str = "") -> dict[str, Any]:
    """The document as the templates read it. `id` tells apart the reports that are set in one file."""
    blocks = [_block(block) for block in report.blocks]
    lang, _, region = report.language.partition("-")
    cover = report.cover
    return {
        "id": id,
        "title": report.title,
        "running": f"{cover.force}  |  {report.title}" if cover else report.title,
        "lang": lang,
        "region": region or None,
        "cover": cover and cover.payload(),
        "marking": cover.marking if cover else "",
        "synthetic": cover is not None and cover.synthetic,
        "contents": len(report.contents) > 1,
        "blocks": blocks,
        "notes": {note.anchor: _tokens(note.tokens) for note in report.notes},
        "numbers": [block["numbers"] for block in blocks if "numbers" in block],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"kind": "heading", "level": level, "text": text}
        case Prose(tokens):
            return {"kind": "prose", "tokens": _tokens(tokens)}
        case Section(heading, byline, blocks, warning):
            inner = [_block(part) for part in (heading, *blocks)]
            return {"kind": "section", "byline": byline, "warning": warning, "blocks": inner}
        case Shown(Chart() as chart, label):
            more = {"label": label, "notes": chart.all_notes(), "numbers": _table(chart.table, label)}
            return {**chart.payload(), **more}
        case Shown(Table() as table, label):
            return _table(table, label)
        case Shown(SignedTable() as table, label):
            return _signed(table, label)
        case Shown(display):
            return display.payload()
        case Picture(data, mime_type, alt):
            return {"kind": "picture", "data": list(data), "format": PICTURES[mime_type], "alt": alt}
        case Plain(text):
            return {"kind": "plain", "text": text}


def _table(table: Table, label: str) -> dict[str, Any]:
    narrow = sum(_needs(table, 2)) <= HALF_PAGE
    weights = _weights(table, HALF_PAGE if narrow else FULL_PAGE)
    more = {"label": label, "notes": table.all_notes(), "narrow": narrow, "nothing": NOTHING, "weights": weights}
    return {**table.payload(), **more}


def _signed(table: SignedTable, label: str) -> dict[str, Any]:
    """A table whose cells are lists of parts, set like any other."""
    columns = [{"label": column.label, "align": column.align} for column in table.columns()]
    rows = [[_parts(cell) for cell in row] for row in table.cells()]
    about = {"label": label, "title": table.title, "notes": table.all_notes(), "source": table.source}
    more = {"kind": "table", "columns": columns, "rows": rows, "weights": table.widths(), "emphasis": []}
    return {**about, **more, "narrow": False, "nothing": NOTHING}


def _parts(cell: Cell) -> list[dict[str, str]]:
    return [{"text": part.text, "tone": part.tone, "svg": part.svg} for part in cell]


def _weights(table: Table, room: int) -> list[float]:
    """How wide each column is to be, in letters: words in as few lines as fit, what is over to the first column."""
    tried = (_needs(table, *lines) for lines in _LINES)
    first, *rest = next((needs for needs in tried if sum(needs) <= room), _needs(table, *_LINES[-1]))
    return [max(first, room - sum(rest)), *rest]


def _needs(table: Table, label_lines: int, name_lines: int = 1) -> list[float]:
    """How wide each column must be, in letters: its longest cell, its label in so many lines, some room.

    The first column has the names of the rows, which may take `name_lines`; its letters are narrower than figures.
    """
    names, *others = [(_width(column.label, label_lines), place) for place, column in enumerate(table.columns)]
    longest = max([names[0], *(min(_width(row[0], name_lines), _LONG) for row in table.rows)])
    cells = [max([label, *(min(len(row[place]), _LONG) for row in table.rows)]) for label, place in others]
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
