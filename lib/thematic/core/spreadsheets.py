"""Turns rows of text into CSV that a spreadsheet reads as it is written: no text in it becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_BEGINS = ("=", "+", "-", "@", "\t", "\r")
_QUOTE = "'"
_NUMBER = re.compile(r"[+-][\d.,][\w .,%]*", re.ASCII)


def harmless(text: str) -> str:
    """The text with an apostrophe before it, where a spreadsheet would take it for a formula.

    One that begins so behind apostrophes has one more, so that `as_written` gives every text back.
    """
    return f"{_QUOTE}{text}" if text.lstrip(_QUOTE).startswith(_BEGINS) else text


def as_written(text: str) -> str:
    """The text that `harmless` was given."""
    is_marked = text.startswith(_QUOTE) and text.lstrip(_QUOTE).startswith(_BEGINS)
    return text.removeprefix(_QUOTE) if is_marked else text


def harmless_row(cells: Iterable[object]) -> list[object]:
    """A row of cells as a page prints them, each text in it harmless; printed numbers (`-4.9%`) and lone signs stay."""
    return [harmless(cell) if isinstance(cell, str) and not _is_number(cell) else cell for cell in cells]


def _is_number(text: str) -> bool:
    return len(text) == 1 or _NUMBER.fullmatch(text) is not None


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A line of column names, then one line to a row, ended by a line feed; cells of all columns but those that hold
    `numbers` are made harmless."""
    are_text = [column not in numbers for column in columns]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        [harmless(cell) if is_text else cell for cell, is_text in zip(row, are_text, strict=True)] for row in rows
    )
    return buffer.getvalue()
