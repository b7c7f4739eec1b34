"""Turns a table into a link that downloads its numbers as CSV, carried within the page."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from html import escape
from urllib.parse import quote

from thematic.core.spreadsheets import harmless_row
from thematic.displays import Cell, DisplayTable, FigureCell, Glance, GlanceRow, SignedTable, Value
from thematic.displays.signed import words
from thematic.measures.disclosure import NOT_APPLICABLE

# A spreadsheet takes the text for UTF-8 by it.
_MARK = "\ufeff"


def download(table: DisplayTable | SignedTable, said: str, name: str) -> str:
    """The link, `said` being its words and `name` what the file is called. It needs neither script nor network."""
    address = "data:text/csv;charset=utf-8," + quote(_MARK + csv_of(table), safe=",:;()+$!*/")
    return f'<p class="download"><a href="{address}" download="{escape(name)}.csv">{escape(said)}</a></p>'


def csv_of(table: DisplayTable | SignedTable) -> str:
    """A header and a line to each row, as printed, but that numbers have no commas between thousands."""
    columns = table.columns if isinstance(table, DisplayTable) else table.columns()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(harmless_row(column.label for column in columns))
    writer.writerows(map(harmless_row, _rows(table)))
    return buffer.getvalue()


def _rows(table: DisplayTable | SignedTable) -> list[list[str]]:
    match table:
        case DisplayTable():
            return [list(map(_cell, row)) for row in table.rows]
        case Glance():
            return [
                _indicator(row, list(map(words, cells))) for row, cells in zip(table.rows, table.cells(), strict=True)
            ]
    return [list(map(words, row)) for row in table.cells()]


def _indicator(row: GlanceRow, texts: list[str]) -> list[str]:
    """A row at a glance: its second cell is the figure, then its targets and benchmarks; the last one may be the
    force's."""
    force = [_cell(row.force)] if row.force is not None else []
    held = [NOT_APPLICABLE if each is None else f"{_cell(each.value)} {each.said}".strip() for each in row.beside]
    return [texts[0], _cell(row.figure), *held, *texts[2 + len(held) : len(texts) - len(force)], *force]


def _cell(cell: Cell) -> str:
    """A cell as a spreadsheet takes it."""
    match cell:
        case str():
            return cell
        case Value():
            return replace(cell, format=replace(cell.format, grouped=False)).printed()
        case FigureCell(value, None, None, None, None):
            return _cell(value)
    return cell.printed()
