"""Turns the first row of a CSV file into the names of its columns, or says why it is no heading."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence

from thematic.core.errors import DataRefused
from thematic.extracts.records import Records

MISQUOTED = "has a quotation mark out of place"
RETURNED = "has a carriage return inside the row"
_MOST_COLUMNS = 2_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def read_header(text: bytes, records: Records, columns: Collection[str], shown: str) -> list[str]:
    """The names of the columns, from the first of the rows, which there is.

    Raises DataRefused where it cannot be split, has a NUL, is separated by something else, or has a name twice.
    """
    first = text[int(records.starts[0]) : int(records.ends[0])]
    if b"\0" in first:
        raise DataRefused(f"{shown} has a NUL in its heading: it is UTF-16 or no text. Save it as UTF-8 CSV.")
    if records.misquoted[0] or records.returned[0]:
        what = MISQUOTED if records.misquoted[0] else RETURNED
        raise DataRefused(f"{shown}, line {records.lines[0]}: the heading {what}. Export it again.")
    lines = io.StringIO(first.decode(), newline="\n")
    header = [name.strip() for name in next(csv.reader(lines, delimiter=chr(records.separator), strict=False))]
    if any(name in columns for name in header):
        check_header(header, shown)
    elif len(header) == 1:
        _refuse_separator(header[0], columns, shown)
    return header


def check_header(header: list[str], shown: str) -> None:
    """Raises DataRefused for a column name that is there twice."""
    if len(header) > _MOST_COLUMNS:
        raise DataRefused(f"{shown} has {len(header):,} columns, and {_MOST_COLUMNS:,} are the most. Export fewer.")
    named = [name for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        names = ", ".join(f"'{name}'" for name in twice)
        raise DataRefused(f"{shown} has the column {names} twice. Give each column its own name.")


def _refuse_separator(heading: str, columns: Collection[str], shown: str) -> None:
    """Raises DataRefused where the heading is one of columns that are not separated as they ought to be."""
    for mark, word in _SEPARATORS.items():
        if {cell.strip().strip('"') for cell in heading.split(mark)} & set(columns) and mark in heading:
            said = '"\\t"' if mark == "\t" else f'"{mark}"'
            fix = f"Export it separated by commas, or write separator: {said} for it in params/sources.yaml."
            raise DataRefused(f"{shown} is separated by {word}. {fix}")


def find_heading(opening: Sequence[tuple[int, str]], names: Collection[str]) -> tuple[int, str] | None:
    """The physical line on which the heading is, and what is on line 1; None where the file begins with it. The
    `opening` is its first lines."""
    if not opening:
        return None
    known = [(_known(line, names), number) for number, line in opening]
    most, number = max(known, key=lambda each: (each[0], -each[1]))
    first = opening[0]
    says = first[1] if first[1].lower().startswith("sep=") else first[1].strip(", \t;")
    return (number, says) if number != first[0] and most > max(1, known[0][0]) else None


def _known(line: str, names: Collection[str]) -> int:
    """How many of the names are cells of the line, whatever it is separated by."""
    return max(len({cell.strip().strip('"') for cell in line.split(mark)} & set(names)) for mark in (",", *_SEPARATORS))


def opening(text: bytes, records: Records, most: int) -> list[tuple[int, str]]:
    """The first lines, `most` of them: their numbers and what is on them."""
    found = []
    for index in range(min(most, len(records.ends))):
        row = text[int(records.starts[index]) : min(int(records.ends[index]), int(records.starts[index]) + 5000)]
        found.append((int(records.lines[index]), row.decode(errors="replace").strip("\r")))
    return found
