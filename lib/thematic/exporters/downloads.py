"""Turns a table into a link that downloads its numbers as CSV, carried within the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from thematic.displays import Column, SignedTable, Table
from thematic.displays.signed import words

# A spreadsheet takes the text for UTF-8 by it.
_MARK = "\ufeff"
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?%?")


def download(table: Table | SignedTable, said: str, name: str) -> str:
    """The link, `said` being its words and `name` what the file is called. It needs neither script nor network."""
    address = "data:text/csv;charset=utf-8," + quote(_MARK + csv_of(table), safe=",:;()+$!*/")
    return f'<p class="download"><a href="{address}" download="{escape(name)}.csv">{escape(said)}</a></p>'


def csv_of(table: Table | SignedTable) -> str:
    """A header and a line to each row, as printed, but that numbers have no commas between thousands."""
    columns, rows = _read(table)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.label for column in columns)
    writer.writerows([_cell(column, cell) for column, cell in zip(columns, row, strict=True)] for row in rows)
    return buffer.getvalue()


def _read(table: Table | SignedTable) -> tuple[Sequence[Column], Sequence[Sequence[str]]]:
    if isinstance(table, Table):
        return table.columns, table.rows
    return table.columns(), [[words(cell) for cell in row] for row in table.cells()]


def _cell(column: Column, text: str) -> str:
    return text.replace(",", "") if column.align == "right" and _GROUPED.fullmatch(text) else text
