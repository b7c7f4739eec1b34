"""Turns an executed notebook into an accessible PDF (PDF/UA-1), set by Typst from the document as data."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import typst
from matplotlib.ft2font import FT2Font
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from thematic.displays import Chart, SignedTable, Table
from thematic.displays.markdown import Token
from thematic.displays.signed import NOTHING, Cell
from thematic.errors import UserError
from thematic.exporters import document
from thematic.exporters.blocks import PICTURES, Block, Heading, Picture, Plain, Prose, Section, Shown

HERE = Path(__file__).parent
STANDARD = "ua-1"
UNKNOWN = "■"

# How many letters of table text stand beside each other.
FULL_PAGE, HALF_PAGE = 96, 50


class PdfExporter(Exporter):  # type: ignore[misc]
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
    """The document as PDF: tagged, with title and language, without a date, the same bytes each time.

    Typst keeps threads: never call this in a process that forks afterwards. A character that the typeface
    lacks becomes a black square, for PDF/UA allows none without a shape; marks without one, such as a NUL,
    are left out.
    Raises UserError for a picture that cannot be read.
    """
    settings: dict[str, Any] = {"pdf_standards": [STANDARD], "ignore_system_fonts": True}
    files: Any = sources(report)
    try:
        result: bytes = typst.compile(files, output=None, font_paths=[HERE / "fonts"], **settings)
    except typst.TypstError as fault:
        raise UserError(f"The PDF cannot be set: {fault} Look for it in the HTML of the same notebook.") from fault
    return result


def sources(report: document.Document) -> dict[str, bytes]:
    """What Typst sets: the template, and the document as JSON. No word of the document is ever markup."""
    template = (HERE / "templates" / "report.typ").read_bytes()
    return {
        "main.typ": template,
        "report.json": json.dumps(_legible(_data(report))).encode("ascii"),
    }


def _legible(value: Any) -> Any:
    """The value with every text in it reduced to what the typeface can show."""
    if isinstance(value, str):
        return "".join(map(_shape, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _legible(part) for key, part in value.items()}
    whole = isinstance(value, list | tuple) and not (value and isinstance(value[0], int))
    return [_legible(part) for part in value] if whole else value


@lru_cache(maxsize=4096)
def _shape(letter: str) -> str:
    if letter in "\n\t" or ord(letter) in _letters():
        return letter
    return "" if unicodedata.category(letter) in ("Cc", "Cf") else UNKNOWN


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The characters that each face has."""
    faces = [FT2Font(str(path)).get_charmap() for path in (HERE / "fonts").glob("*.otf")]
    return frozenset.intersection(*map(frozenset, faces))


def _data(report: document.Document) -> dict[str, Any]:
    blocks = [_block(block) for block in report.blocks]
    lang, _, region = report.language.partition("-")
    return {
        "title": report.title,
        "running": f"{report.cover.force}  |  {report.title}" if report.cover else report.title,
        "lang": lang,
        "region": region or None,
        "cover": report.cover and report.cover.payload(),
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
        case Section(heading, byline, blocks):
            inner = [_block(part) for part in (heading, *blocks)]
            return {"kind": "section", "byline": byline, "blocks": inner}
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
    needs = _needs(table)
    more = {"label": label, "notes": table.all_notes(), "narrow": sum(needs) <= HALF_PAGE, "nothing": NOTHING}
    more["weights"] = [
        max(needs[0], (HALF_PAGE if more["narrow"] else FULL_PAGE) - sum(needs[1:])),
        *needs[1:],
    ]
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


def _needs(table: Table) -> list[float]:
    """How wide each column must be, in letters: its longest cell, its label in two lines, some room."""
    needs = []
    for place, head in enumerate(table.columns):
        enough = 24 if place else 16
        cells = (min(len(row[place]), enough) for row in table.rows)
        needs.append(3 + 1.15 * max(len(head.label) / 2, *map(len, [*head.label.split(), ""]), *cells))
    return needs


def _tokens(tokens: list[Token]) -> list[Token]:
    return list(map(_words, tokens))


def _words(token: Token) -> Token:
    """The token with its HTML entities (`&amp;`) as the characters they stand for; code keeps them."""
    if "children" in token:
        return {**token, "children": _tokens(token["children"])}
    return {**token, "raw": unescape(token["raw"])} if token["type"] == "text" else token
