"""Turns one table's file (CSV, gzipped CSV or Parquet) into its columns as text, each row with its line."""

from __future__ import annotations

import difflib
import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from thematic.core.errors import DataRefused, Problem
from thematic.extracts.delimited import TextTable, check_header, read_delimited
from thematic.params.schema import Table

LINE_SPAN = 1 << 36
"""A row's number is its physical line, plus LINE_SPAN times its file's place among the table's files."""


@dataclass(frozen=True)
class RawTable:
    """A table as it was handed over, ready to be checked. `text.rows` is one row per row of its `files`.

    `fed` are the contract's columns that the source has. `compared` are further columns in which rows must agree to
    be exact duplicates. `unplaced` says that a column of this name tells why a row has no place.
    """

    table: Table
    files: tuple[str, ...]
    text: TextTable
    fed: tuple[str, ...]
    compared: tuple[str, ...] = ()
    unplaced: bool = False
    notes: list[str] = field(default_factory=list)

    def where(self, row: int) -> str:
        """The file and physical line of a row's number."""
        return f"{self.files[row // LINE_SPAN]}, line {row % LINE_SPAN}"

    @property
    def rows_in(self) -> int:
        return int(self.text.rows.num_rows + self.text.broken.num_rows)


def read_table(path: Path, table: Table, shown: str) -> RawTable:
    """The table's file. Raises DataRefused when it cannot be read or lacks a required column (every one is named)."""
    read = _read_parquet if path.suffix.lower() == ".parquet" else _read_csv
    text = read(path, table, shown)
    _refuse_missing(text.header, table, shown)
    fed = tuple(name for name in table.names if name in text.header)
    return RawTable(table, (shown,), text, fed, notes=[*text.notes, *unknown_columns(text.header, table, shown)])


def _refuse_missing(header: list[str], table: Table, shown: str) -> None:
    missing = [column.name for column in table.columns if column.required and column.name not in header]
    if not missing:
        return
    unknown = [name for name in header if name and name not in table.names]
    problems = [Problem(shown, f"the column {name} is missing.", _fix(name, unknown)) for name in missing]
    raise DataRefused(f"{shown} lacks {'a column' if len(missing) == 1 else 'columns'} that it must have.", problems)


def _fix(missing: str, unknown: list[str]) -> str:
    by_case = {name.casefold(): name for name in unknown}
    close = difflib.get_close_matches(missing, by_case, n=1, cutoff=0.7)
    if close:
        return f"Did you mean it by '{by_case[close[0]]}'? Then rename that."
    return "Add it to the export."


def unknown_columns(header: list[str], table: Table, shown: str) -> list[str]:
    """A sentence about the columns that the contract does not know, where there are any."""
    unknown = [name for name in header if name and name not in table.names]
    if not unknown:
        return []
    word = "a column" if len(unknown) == 1 else "columns"
    optional = [column.name for column in table.columns if column.name not in header]
    close = {name: difflib.get_close_matches(name.casefold(), optional, n=1, cutoff=0.8) for name in unknown}
    listed = [f"{name} (did you mean {close[name][0]}?)" if close[name] else name for name in unknown]
    return [f"{shown} has {word} that the contract does not know, not used: {', '.join(listed)}."]


def _read_csv(path: Path, table: Table, shown: str) -> TextTable:
    return read_delimited(_bytes(path, shown), shown, set(table.names))


def _bytes(path: Path, shown: str) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix.lower() == ".gz" and data else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        fix = "Export or copy it again."
        raise DataRefused(f"{shown} cannot be unpacked: it is cut short or damaged ({error}). {fix}") from error
    except OSError as error:
        raise DataRefused(f"{shown} cannot be read: {error.strerror}. Check the file and its permissions.") from error


def _read_parquet(path: Path, table: Table, shown: str) -> TextTable:
    try:
        with pq.ParquetFile(path) as file:
            header = list(file.schema_arrow.names)
            check_header(header, shown)
            rows = file.read(columns=[name for name in table.names if name in header])
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataRefused(f"{shown} cannot be read as Parquet: {reason}. Export or copy it again.") from error
    texts = {name: as_text(rows[name], f"{shown}, column {name}") for name in rows.column_names}
    lines = pa.array(range(1, rows.num_rows + 1), pa.int64())
    broken = pa.table({"line": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
    return TextTable(header, pa.table({"line": lines} | texts), broken, _nul_lines(texts), [])


def as_text(values: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    """The values as the contract writes them in text; a moment with a time zone is taken as its own local time."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.cast(kind.value_type), where)
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "Y", "N")
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        values = pc.local_timestamp(values)
    if pa.types.is_floating(kind):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, kind), values)
    try:
        return values.cast(pa.string())
    except pa.ArrowException as error:
        fix = "Write it as text, a date, a whole number, a number or true/false."
        raise DataRefused(f"{where} has the type {kind}, which is not read. {fix}") from error


def _nul_lines(texts: dict[str, pa.ChunkedArray]) -> list[int]:
    lines: set[int] = set()
    for values in texts.values():
        found = pc.match_substring(values, "\0").combine_chunks()
        lines.update(index + 1 for index in pc.indices_nonzero(found.fill_null(False)).to_pylist())
    return sorted(lines)
