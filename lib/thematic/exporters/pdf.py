"""Turns an executed notebook into an accessible PDF (PDF/UA-1), set by Typst from the document as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from textwrap import wrap
from typing import Any

import typst
from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.core.look import Look
from thematic.core.palette import worn
from thematic.displays import Chart, Column, Cover, DisplayTable, Glossary, SignedTable
from thematic.displays.markdown import MATHS, Token
from thematic.displays.signed import NOTHING, Parts
from thematic.exporters import columns, document, formulas, typesetting
from thematic.exporters.blocks import PICTURES, Block, Equation, Heading, LeftOut, Picture, Plain, Prose, Section, Shown
from thematic.exporters.formulas import Formula
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.ways import address

_TEMPLATE = "report"

# How many rows of a table are on paper at most.
MOST_ROWS = 120
# How high a drawing may be, as a part of its width, to be set at the width of the page.
_TALL = 0.6
_LETTERS = 10
"""The size of letters in prose, in points."""
_PRINTED = 88
"""How many letters of printed text fit in a line."""


class PdfExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic_pdf executed.ipynb` writes `executed.pdf`."""

    export_from_notebook = "Thematic report (PDF)"
    output_mimetype = "application/pdf"

    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF and the resources, with `notices` of what it lacks. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        report = document.read(nb)
        with worn(report.look.palette):
            read = content(report)
            return _typeset(read, report.look), {**resources, "notices": typesetting.lacking(read, report.look)}


def pdf(report: document.Document) -> bytes:
    """The document as PDF, as `typesetting.typeset` makes it: never call this in a process that forks afterwards.

    Raises UserError for a picture that cannot be read.
    """
    with worn(report.look.palette):
        return _typeset(content(report), report.look)


def _typeset(read: dict[str, Any], look: Look) -> bytes:
    try:
        return typesetting.typeset(_TEMPLATE, read, look)
    except typst.TypstError as fault:
        raise UserError(f"The PDF cannot be set: {fault} Look for it in the HTML of the same notebook.") from fault


def sources(report: document.Document) -> dict[str, bytes]:
    """What Typst sets: the templates, and the document as JSON."""
    return typesetting.sources(_TEMPLATE, content(report), report.look)


def content(report: document.Document, id: str = "") -> dict[str, Any]:
    """The document as the templates read it. `id` tells apart the reports that are set in one file."""
    cover = report.cover
    blocks = [_less_its_source(block, cover.source if cover else "") for block in _laid_out(report)]
    lang, _, region = report.language.partition("-")
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
        "one_page": report.is_one_page,
        "blocks": blocks,
        "notes": {note.anchor: _tokens(note.tokens) for note in report.notes},
        "elsewhere": report.elsewhere,
    }


def as_set(cover: Cover) -> dict[str, Any]:
    """The cover with no key missing in what it says of people to ask or to turn to."""
    keys = ("name", "email", "telephone", "web", "purpose")

    def whole(said: Mapping[str, str]) -> dict[str, str]:
        return {key: said.get(key, "") for key in keys} | {"shown": address(said.get("web", ""))}

    said = {"dates": cover.dates, "contact": whole(cover.contact), "support": list(map(whole, cover.support))}
    return cover.payload() | said | {"look": {}}


def _less_its_source(block: dict[str, Any], source: str) -> dict[str, Any]:
    """The block without a source that is the whole report's, which the end of the report names."""
    return {**block, "source": None} if source and block.get("source") == source else block


def _laid_out(report: document.Document) -> list[dict[str, Any]]:
    """The blocks; on the one page of a board what to ask about stands beside the last table."""
    blocks = [part for block in report.main for part in _block(block)]
    if not report.is_one_page:
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
        case Plain() | LeftOut():
            return [{"kind": "plain", "text": "\n".join(map(_broken, block.text.split("\n")))}]
        case Equation(formula):
            return [{"kind": "equation", **_drawn(formula)}]


def _broken(line: str) -> str:
    """A printed line in lines that fit the page."""
    return line if len(line) <= _PRINTED else "\n".join(wrap(line, _PRINTED, drop_whitespace=False))


def _drawn(formula: Formula) -> dict[str, Any]:
    sizes = {"width": formula.width, "height": formula.height, "depth": formula.depth}
    return {"svg": formula.sized(_LETTERS).decode(), "alt": formula.in_words(), **sizes}


def _chart(chart: Chart, label: str) -> dict[str, Any]:
    tall = bool(chart.narrow) and _is_tall(chart.svg)
    told = {"title": chart.title, "subtitle": chart.subtitle, "alt": chart.alt, "source": chart.source}
    drawn = {"svg": chart.narrow if tall else chart.svg, "tall": tall}
    return {"kind": "chart", "label": label, **told, **drawn, "notes": chart.all_notes()}


def _is_tall(svg: str) -> bool:
    """Whether a drawing is so high that it would take half a page at the width of one."""
    size = re.match(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', svg)
    return size is not None and float(size[2]) > _TALL * float(size[1])


def _tables(table: DisplayTable, label: str) -> list[dict[str, Any]]:
    """The table, its columns over as many tables as they need to be read on paper, the names of the rows in each."""
    parts = list(columns.parted(_first_rows(table)))
    last = len(parts) - 1
    return [
        _table(part, label, part.title if not place else _continued(part.title), is_last=place == last)
        for place, part in enumerate(parts)
    ]


def _first_rows(table: DisplayTable) -> DisplayTable:
    """The table; of one of hundreds of rows the first ones, and a note of how many there are."""
    if len(table.rows) <= MOST_ROWS:
        return table
    note = f"The first {MOST_ROWS} of {len(table.rows):,} rows; all are on the web page and in the workbook."
    emphasis = [place for place in table.emphasis if place < MOST_ROWS]
    return replace(table, rows=table.rows[:MOST_ROWS], emphasis=emphasis, notes=[note, *table.notes])


def _continued(title: str) -> str:
    return f"{title} (continued)" if title else "Continued"


def _table(table: DisplayTable, label: str, title: str, *, is_last: bool) -> dict[str, Any]:
    narrow = columns.is_narrow(table)
    notes, source = (table.all_notes(), table.source) if is_last else ([], None)
    weights = columns.weights(table, columns.HALF_PAGE if narrow else columns.FULL_PAGE)
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


def _tokens(tokens: list[Token]) -> list[Token]:
    return list(map(_words, tokens))


def _words(token: Token) -> Token:
    """The token with its HTML entities (`&amp;`) as the characters they stand for; code keeps them."""
    if "children" in token:
        return {**token, "children": _tokens(token["children"])}
    if token["type"] in MATHS:
        formula = formulas.drawn(token["raw"])
        source = {"type": "text", "raw": f"${token['raw']}$"}
        return source if formula is None else {"type": "formula", **_drawn(formula)}
    return {**token, "raw": unescape(token["raw"])} if token["type"] == "text" else token
