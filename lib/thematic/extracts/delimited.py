"""Turns a CSV file's bytes into its columns as text, each row with its physical line."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from thematic.core.errors import DataRefused
from thematic.extracts.encoding import refuse_other_formats, to_utf8
from thematic.extracts.records import Mask, Places, Records, count_fields, find_records, positions

TOO_FEW = "has too few fields"
TOO_MANY = "has too many fields"
MISQUOTED = "has a quotation mark out of place"
RETURNED = "has a carriage return inside the row"
TOTAL = "looks like a row of totals"
SMALL = 100
"""A table of so many rows at most is one in which a row of totals is looked for."""
IS_TOTAL = re.compile(r"\s*(grand[ -]|sub-?)?totals?:?\s*", re.IGNORECASE)
LINE = "_line"
"""The column with a row's number; no declared column is called so."""
_BLOCK = 1 << 23
_MOST_COLUMNS = 2_000
_OPENING_ROWS = 20
_ONE_MORE = "one more"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_REPEATING = pa.dictionary(pa.int32(), pa.string())

Types = Mapping[str, pa.DataType]
Reasons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class TextTable:
    """A file's rows as text. `rows` has `_line` and the columns asked for that the file has; `broken` has `line` and
    `reason` for rows that cannot be split into fields; `nul_lines` are rows that hold a NUL; `header` is as it stands.

    `blank` is the number of rows with no cell filled in, which are no rows. `opening` are the file's first lines.
    """

    header: list[str]
    rows: pa.Table
    broken: pa.Table
    nul_lines: list[int]
    notes: list[str] = field(default_factory=list)
    blank: int = 0
    opening: tuple[tuple[int, str], ...] = ()


def read_delimited(
    data: bytes, shown: str, columns: Collection[str], separator: str = ",", repeating: Collection[str] = ()
) -> TextTable:
    """The CSV text's `columns`; those that are `repeating` the same few texts are held as dictionaries.

    Raises DataRefused when it is empty, in no known encoding or without a heading.
    """
    refuse_other_formats(data, shown)
    if not data.strip():
        raise DataRefused(f"{shown} is empty. Export it again, with its heading.")
    text, note = to_utf8(data, shown)
    del data
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")
    records = find_records(text, separator)
    header = _header(text, records, columns, shown)
    blank = _find_blank(text, records)
    types = {name: _REPEATING if name in repeating else pa.string() for name in columns}
    good, rows, reasons = _split(text, records, blank, header, types, shown)
    bad = ~(good | blank)
    bad[:1] = False
    broken = {"line": _whole(records.lines[bad]), "reason": pa.array(reasons[bad].tolist(), pa.string())}
    opening = tuple(_opening(text, records))
    notes = [note] if note else []
    return TextTable(header, rows, pa.table(broken), _nul_lines(text, records), notes, int(blank.sum()), opening)


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


def find_heading(text: TextTable, names: Collection[str]) -> tuple[int, str] | None:
    """The physical line on which the heading is, and what is on line 1; None where the file begins with it."""
    if not text.opening:
        return None
    known = [(_known(line, names), number) for number, line in text.opening]
    most, number = max(known, key=lambda each: (each[0], -each[1]))
    first = text.opening[0]
    says = first[1] if first[1].lower().startswith("sep=") else first[1].strip(", \t;")
    return (number, says) if number != first[0] and most > max(1, known[0][0]) else None


def _known(line: str, names: Collection[str]) -> int:
    """How many of the names are cells of the line, whatever it is separated by."""
    return max(len({cell.strip().strip('"') for cell in line.split(mark)} & set(names)) for mark in (",", *_SEPARATORS))


def _opening(text: bytes, records: Records) -> Iterator[tuple[int, str]]:
    for index in range(min(_OPENING_ROWS, len(records.ends))):
        row = text[int(records.starts[index]) : min(int(records.ends[index]), int(records.starts[index]) + 5000)]
        yield int(records.lines[index]), row.decode(errors="replace").strip("\r")


def _nul_lines(text: bytes, records: Records) -> list[int]:
    if b"\0" not in text:
        return []
    found = records.holding(positions(np.frombuffer(text, np.uint8), 0))
    return [int(line) for line in records.lines[found]]


def _header(text: bytes, records: Records, columns: Collection[str], shown: str) -> list[str]:
    if not len(records.ends):
        raise DataRefused(f"{shown} is empty. Export it again, with its heading.")
    first = text[int(records.starts[0]) : int(records.ends[0])]
    if b"\0" in first:
        raise DataRefused(f"{shown} has a NUL in its heading: it is UTF-16 or no text. Save it as UTF-8 CSV.")
    if records.misquoted[0]:
        raise DataRefused(f"{shown}, line 1: the heading {MISQUOTED}. Export it again.")
    lines = first.decode().splitlines(keepends=True)
    header = [name.strip() for name in next(csv.reader(lines, delimiter=chr(records.separator), strict=False))]
    if any(name in columns for name in header):
        check_header(header, shown)
    elif len(header) == 1:
        _refuse_separator(header[0], columns, shown)
    return header


def _find_blank(text: bytes, records: Records) -> Mask:
    """Which rows have no cell that says something. A few places of each row tell most that have."""
    empty = np.zeros(256, np.bool_)
    empty[[records.separator, *b' \t"\r\n\xc2\xa0']] = True
    characters = np.frombuffer(text, np.uint8)
    candidates = np.arange(1, len(records.ends))
    length = np.maximum(records.ends - records.starts, 1)
    for part in (0, 8, 4, 2, 6, 1, 3, 5, 7):
        places = records.starts[candidates] + (length[candidates] - 1) * part // 8
        candidates = candidates[empty[characters[places]]]
    blank = np.zeros(len(records.ends), np.bool_)
    marks = chr(records.separator) + '"'
    for index in candidates.tolist():
        row = text[int(records.starts[index]) : int(records.ends[index])].decode(errors="replace")
        blank[index] = not row.translate(dict.fromkeys(map(ord, marks))).strip()
    return blank


def _split(
    text: bytes, records: Records, blank: Mask, header: list[str], types: Types, shown: str
) -> tuple[Mask, pa.Table, Reasons]:
    """Which rows can be split into fields, these rows, and for each of the others the reason."""
    reasons = np.where(records.misquoted, MISQUOTED, np.where(records.returned, RETURNED, "")).astype(object)
    good = (reasons == "") & ~blank
    good[:1] = False
    try:
        return good, _parse(text, records, good, header, types), reasons
    except pa.ArrowInvalid:
        fields = count_fields(text, records)
    header = _with_one_more(text, records, good, header, fields[good])
    reasons[good & (fields < len(header))] = TOO_FEW
    reasons[good & (fields > len(header))] = TOO_MANY
    good &= fields == len(header)
    try:
        rows = _parse(text, records, good, header, types)
    except pa.ArrowInvalid as error:
        raise DataRefused(f"{shown} cannot be read as CSV: {error}. Export it again.") from error
    if len(blank) - int(blank.sum()) <= SMALL:
        _name_totals(text, records, reasons)
    return good, rows, reasons


def _name_totals(text: bytes, records: Records, reasons: Reasons) -> None:
    """Gives the rows that cannot be split and have a cell `Total` the reason that they look like one of totals."""
    for index in np.flatnonzero(reasons != "").tolist():
        row = text[int(records.starts[index]) : int(records.ends[index])].decode(errors="replace")
        if any(IS_TOTAL.fullmatch(cell.strip('"')) for cell in row.split(chr(records.separator))):
            reasons[index] = TOTAL


def _with_one_more(text: bytes, records: Records, good: Mask, header: list[str], fields: Places) -> list[str]:
    """The heading as all rows have it: with one more cell where each row ends in one that is blank, or with one less
    where the heading alone does."""
    if not len(fields):
        return header
    if header[-1] == "" and (fields == len(header) - 1).all():
        return header[:-1]
    if (fields == len(header) + 1).all():
        try:
            last = _parse(text, records, good, [*header, _ONE_MORE], {_ONE_MORE: pa.string()})[_ONE_MORE]
        except pa.ArrowInvalid:
            return header
        if pc.all(pc.equal(pc.utf8_trim_whitespace(last), "")).as_py():
            return [*header, _ONE_MORE]
    return header


def _parse(text: bytes, records: Records, good: Mask, header: list[str], types: Types) -> pa.Table:
    wanted = [name for name in header if name in types]
    names = [name if name in wanted else f"unread {index}" for index, name in enumerate(header)]
    lines = _whole(records.lines[good])
    if not len(lines):
        return pa.table({LINE: lines} | {name: pa.array([], types[name]) for name in wanted})
    rows = pa_csv.read_csv(
        _only(text, records, good),
        pa_csv.ReadOptions(column_names=names, block_size=max(_BLOCK, 2 * records.longest + 2)),
        pa_csv.ParseOptions(newlines_in_values=records.wrapped, delimiter=chr(records.separator)),
        pa_csv.ConvertOptions(
            column_types={name: types[name] for name in wanted}, include_columns=wanted, check_utf8=False
        ),
    )
    if rows.num_rows != len(lines):
        raise RuntimeError(f"{len(lines)} rows were found and {rows.num_rows} read")
    return rows.select(wanted).unify_dictionaries().add_column(0, LINE, lines)


def _only(text: bytes, records: Records, good: Mask) -> pa.BufferReader:
    """The good rows' text: the file's own bytes where the good rows are one stretch, else copied together."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    view = memoryview(text)
    stretches = [
        view[int(records.starts[first]) : int(records.ends[last - 1]) + 1]
        for first, last in zip(edges[0::2], edges[1::2], strict=True)
    ]
    return pa.BufferReader(stretches[0] if len(stretches) == 1 else b"".join(stretches))


def _whole(values: Places) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values.astype(np.int64))])
