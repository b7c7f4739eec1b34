"""Turns a CSV file's bytes into its columns as text, each row with its physical line."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as pa_csv

from thematic.core.errors import DataRefused
from thematic.extracts.encoding import to_utf8
from thematic.extracts.records import Mask, Places, Records, count_fields, find_records, positions

TOO_FEW = "has too few fields"
TOO_MANY = "has too many fields"
MISQUOTED = "has a quotation mark out of place"
RETURNED = "has a carriage return inside the row"
_BLOCK = 1 << 23

Reasons = npt.NDArray[np.object_]


@dataclass(frozen=True)
class TextTable:
    """A file's rows as text. `rows` has `line` and the columns asked for that the file has; `broken` has `line` and
    `reason` for rows that cannot be split into fields; `nul_lines` are rows that hold a NUL; `header` is as it stands.
    """

    header: list[str]
    rows: pa.Table
    broken: pa.Table
    nul_lines: list[int]
    notes: list[str]


def read_delimited(data: bytes, shown: str, columns: Collection[str]) -> TextTable:
    """The CSV text's `columns`. Raises DataRefused when it is empty, in no known encoding or without a heading."""
    if not data.strip():
        raise DataRefused(f"{shown} is empty. Export it again, with its heading.")
    text, note = to_utf8(data, shown)
    del data
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")
    records = find_records(text)
    header = _header(text, records, shown)
    good, rows, reasons = _split(text, records, header, columns, shown)
    bad = ~good
    bad[:1] = False
    broken = {"line": _whole(records.lines[bad]), "reason": pa.array(reasons[bad].tolist(), pa.string())}
    return TextTable(header, rows, pa.table(broken), _nul_lines(text, records), [note] if note else [])


def check_header(header: list[str], shown: str) -> None:
    """Raises DataRefused for a column name that stands twice, or for a heading that is not separated by commas."""
    named = [name for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise DataRefused(f"{shown}: the column {_listed(twice)} stands twice. Give each column its own name.")
    if len(header) == 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
            if mark in header[0]:
                raise DataRefused(f"{shown} is separated by {word}. Export it separated by commas.")


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _nul_lines(text: bytes, records: Records) -> list[int]:
    if b"\0" not in text:
        return []
    found = records.holding(positions(np.frombuffer(text, np.uint8), 0))
    return [int(line) for line in records.lines[found]]


def _header(text: bytes, records: Records, shown: str) -> list[str]:
    if not len(records.ends):
        raise DataRefused(f"{shown} is empty. Export it again, with its heading.")
    first = text[int(records.starts[0]) : int(records.ends[0])]
    if b"\0" in first:
        raise DataRefused(f"{shown} has a NUL in its heading: it is UTF-16 or no text. Save it as UTF-8 CSV.")
    if records.misquoted[0]:
        raise DataRefused(f"{shown}, line 1: the heading {MISQUOTED}. Export it again.")
    rows = list(csv.reader(first.decode().splitlines(keepends=True), strict=False))
    header = [name.strip() for name in rows[0]]
    check_header(header, shown)
    return header


def _split(
    text: bytes, records: Records, header: list[str], columns: Collection[str], shown: str
) -> tuple[Mask, pa.Table, Reasons]:
    """Which rows can be split into fields, these rows, and for each of the others the reason."""
    reasons = np.where(records.misquoted, MISQUOTED, np.where(records.returned, RETURNED, "")).astype(object)
    good = reasons == ""
    good[:1] = False
    try:
        return good, _parse(text, records, good, header, columns), reasons
    except pa.ArrowInvalid:
        fields = count_fields(text, records)
    reasons[good & (fields < len(header))] = TOO_FEW
    reasons[good & (fields > len(header))] = TOO_MANY
    good &= fields == len(header)
    try:
        return good, _parse(text, records, good, header, columns), reasons
    except pa.ArrowInvalid as error:
        raise DataRefused(f"{shown} cannot be read as CSV: {error}. Export it again.") from error


def _parse(text: bytes, records: Records, good: Mask, header: list[str], columns: Collection[str]) -> pa.Table:
    wanted = [name for name in header if name in columns]
    names = [name if name in wanted else f"unread {index}" for index, name in enumerate(header)]
    lines = _whole(records.lines[good])
    if not len(lines):
        return pa.table({"line": lines} | {name: pa.array([], pa.string()) for name in wanted})
    rows = pa_csv.read_csv(
        _only(text, records, good),
        pa_csv.ReadOptions(column_names=names, block_size=_BLOCK),
        pa_csv.ParseOptions(newlines_in_values=records.wrapped),
        pa_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, check_utf8=False
        ),
    )
    if rows.num_rows != len(lines):
        raise RuntimeError(f"{len(lines)} rows were found and {rows.num_rows} read")
    return rows.select(wanted).add_column(0, "line", lines)


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
