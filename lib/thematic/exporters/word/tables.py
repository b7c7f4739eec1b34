"""Writes tables as a Word file's own: a header row that repeats, figures to the right, captions with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.displays import Column, DisplayTable, SignedTable
from thematic.displays.signed import NOTHING, Part, Parts
from thematic.exporters import columns
from thematic.exporters.word.elements import element, field, paragraph, run

WIDE = 9638
"""How wide a page's words are, in twentieths of a point."""
_WHOLE_ROWS = 12
"""A table of so many rows or fewer stays on one page."""
_LINE = "\n"

Signs = Callable[[str], BaseOxmlElement]
"""What makes a run with a picture of a small drawing."""
Cell = Sequence[BaseOxmlElement]
"""The runs of a cell."""


def caption(label: str, title: str) -> list[BaseOxmlElement]:
    """The caption over a table or a chart, its number a field; nothing where there is no title."""
    if not title:
        return []
    kind, _, number = label.partition(" ")
    named = [run(f"{kind} ", "quiet"), *field(f"SEQ {kind} \\* ARABIC", number, "quiet"), run(": ", "quiet")]
    return [paragraph("Caption", *(named if label else []), run(title, "strong"))]


def notes(lines: Iterable[str], source: str | None) -> list[BaseOxmlElement]:
    """The small print below a table or a chart."""
    return [paragraph("Note", run(line)) for line in (*lines, *([f"Source: {source}"] if source else []))]


def table(shown: DisplayTable, label: str) -> list[BaseOxmlElement]:
    """A table between its caption and its notes; one too wide for the page as tables below each other, the names of
    the rows in each."""
    found: list[BaseOxmlElement] = []
    for place, part in enumerate(columns.parted(shown)):
        continued = f"{part.title} (continued)" if part.title else "Continued"
        found += [paragraph("Caption", run(continued, "strong"))] if place else caption(label, part.title)
        rows = [_row_of(row, place in part.emphasis) for place, row in enumerate(part.texts)]
        weights = columns.weights(part, columns.FULL_PAGE)
        found.append(_grid(part.columns, weights, rows, part.title))
    return [*found, *_below(notes(shown.all_notes(), shown.source))]


def signed(shown: SignedTable, label: str, signs: Signs) -> list[BaseOxmlElement]:
    """A table whose cells have parts, between its caption and its notes."""
    rows = [[_parts(cell, signs) for cell in row] for row in shown.cells()]
    grid = _grid(shown.columns(), shown.widths(), rows, shown.title)
    return [*caption(label, shown.title), grid, *_below(notes(shown.all_notes(), shown.source))]


def _row_of(texts: Sequence[str], stands_out: bool) -> list[Cell]:
    looks = ("strong",) if stands_out else ()
    return [[run(together(text), *looks)] for text in texts]


def _below(lines: list[BaseOxmlElement]) -> list[BaseOxmlElement]:
    """What stands below a table: a paragraph at least, for two tables that touch become one."""
    return lines or [paragraph("Note")]


def together(words: str) -> str:
    """A line may end before the brackets of `31.7% ± 2.4% (-1.9 pp)`, and nowhere else in it."""
    return words.replace(" ± ", "\u00a0±\u00a0")


def _parts(cell: Parts, signs: Signs) -> Cell:
    runs: list[BaseOxmlElement] = []
    for part in cell:
        on_new_line = part.tone in ("quiet", "strong")
        runs += [run(_LINE if on_new_line else " ")] if runs else []
        runs.append(signs(part.svg) if part.svg else _words(part))
    return runs


def _words(part: Part) -> BaseOxmlElement:
    match part.tone:
        case "quiet" | "place near":
            return run(part.text, "quiet")
        case "strong" | "own":
            return run(part.text, "strong")
        case "under":
            return run(f"\u2003{part.text}")
        case tone if tone.startswith("place well"):
            return run(part.text, "strong")
    return run(together(part.text))


def _grid(
    heads: Sequence[Column],
    weights: Sequence[float],
    rows: Sequence[Sequence[Cell]],
    title: str,
) -> BaseOxmlElement:
    widths = [round(WIDE * weight / sum(weights)) for weight in weights]
    styles = ["TableNumber" if column.align == "right" else "TableText" for column in heads]
    keeps = len(rows) <= _WHOLE_ROWS
    top = [_cell(width, style, [run(column.label, "strong")], keeps=True)
           for width, style, column in zip(widths, styles, heads, strict=True)]  # fmt: skip
    grid = element("w:tblGrid", *(element("w:gridCol", w=width) for width in widths))
    made = element("w:tbl", _about(title), grid, _row(top, is_head=True))
    for place, row in enumerate(rows):
        stays = keeps and place < len(rows) - 1
        cells = [_cell(width, style, cell, stays)
                 for width, style, cell in zip(widths, styles, row, strict=True)]  # fmt: skip
        made.append(_row(cells))
    if not rows:
        made.append(_row([_cell(sum(widths), "TableText", [run(NOTHING)], False, spans=len(heads))]))
    return made


def _about(title: str) -> BaseOxmlElement:
    look = {"firstRow": 1, "lastRow": 0, "firstColumn": 1, "lastColumn": 0, "noHBand": 1, "noVBand": 1}
    return element(
        "w:tblPr",
        element("w:tblStyle", val="ReportTable"),
        element("w:tblW", w=WIDE, type="dxa"),
        element("w:tblLayout", type="fixed"),
        element("w:tblLook", val="06A0", **look),
        *([element("w:tblCaption", val=title)] if title else []),
    )


def _row(cells: Sequence[BaseOxmlElement], *, is_head: bool = False) -> BaseOxmlElement:
    about = element("w:trPr", element("w:cantSplit"), *([element("w:tblHeader")] if is_head else []))
    return element("w:tr", about, *cells)


def _cell(width: int, style: str, runs: Cell, keeps: bool, spans: int = 1) -> BaseOxmlElement:
    about = element("w:tcPr", element("w:tcW", w=width, type="dxa"))
    if spans > 1:
        about.append(element("w:gridSpan", val=spans))
    return element("w:tc", about, paragraph(style, *runs, properties=(element("w:keepNext"),) if keeps else ()))
