"""Turns a Parquet file, or a folder of its parts, into columns as text, each row with its number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from thematic.core.errors import DataRefused
from thematic.extracts.delimited import LINE, TextTable, check_header
from thematic.extracts.sources import TableFile

_MOST_ROWS = 100_000_000


def read_parquet(file: TableFile, columns: Collection[str], span: int) -> tuple[tuple[str, ...], TextTable]:
    """The names of the parts, and their `columns`; a row's number is its place in its part, from 1 on, and `span` for
    each part before. Raises DataRefused when a part cannot be read or has other columns than the first."""
    wanted = set(columns)
    shown = tuple(_shown(path, file.path) for path in file.parts)
    headers: list[list[str]] = []
    parts: list[pa.Table] = []
    blanks = 0
    for index, path in enumerate(file.parts):
        header, rows, blank = _read(path, shown[index], wanted, file.path, index * span)
        if headers and set(header) != set(headers[0]):
            odd = sorted(set(header) ^ set(headers[0]))
            fix = "Export the table again, whole."
            raise DataRefused(f"{shown[index]} and {shown[0]} differ in the column {', '.join(odd)}. {fix}")
        headers.append(header)
        parts.append(rows)
        blanks += blank
    rows = pa.concat_tables([part.select(parts[0].column_names) for part in parts])
    broken = pa.table({"line": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
    return shown, TextTable(headers[0], rows, broken, _nul_lines(rows), blank=blanks)


def _shown(path: Path, root: Path) -> str:
    return path.name if path == root else f"{root.name}/{path.relative_to(root).as_posix()}"


def _read(path: Path, shown: str, wanted: set[str], root: Path, first: int) -> tuple[list[str], pa.Table, int]:
    """One part: its heading, its rows as text, and how many rows have no cell filled in (these are left out)."""
    given = _partitions(path, root)
    try:
        with pq.ParquetFile(path) as file:
            header = list(file.schema_arrow.names)
            check_header(header, shown)
            if file.metadata.num_rows > _MOST_ROWS:
                what = f"{shown} says that it has {file.metadata.num_rows:,} rows, and {_MOST_ROWS:,} are the most"
                raise DataRefused(f"{what} that are read. Export it in parts.")
            rows = file.read(columns=[name for name in header if name in wanted])
            texts = {name: as_text(rows[name], f"{shown}, column {name}") for name in rows.column_names}
            blank = _blank(file, texts, [name for name in header if name not in wanted], rows.num_rows)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataRefused(f"{shown} cannot be read as Parquet: {reason}. Export or copy it again.") from error
    lines = pa.array(range(first + 1, first + rows.num_rows + 1), pa.int64())
    for name, value in given.items():
        if name in wanted and name not in texts:
            texts[name] = pa.chunked_array([pa.repeat(pa.scalar(value), rows.num_rows)])
    table = pa.table({LINE: lines} | texts)
    if blank is not None:
        table = table.filter(pc.invert(blank))
    return [*header, *(name for name in given if name not in header)], table, rows.num_rows - table.num_rows


def _partitions(path: Path, root: Path) -> dict[str, str]:
    """What the folders between say of a part's rows, as in `year=2020/part-0.parquet`."""
    folders = path.relative_to(root).parts[:-1] if path != root else ()
    pairs = (folder.partition("=") for folder in folders if "=" in folder)
    return {name: "" if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value) for name, _, value in pairs}


def _blank(
    file: pq.ParquetFile, texts: dict[str, pa.ChunkedArray], unread: Sequence[str], rows: int
) -> pa.ChunkedArray | None:
    """Which rows have no cell filled in, None where all have."""
    blank = _all_blank(texts.values())
    if blank is None or not pc.any(blank).as_py():
        return None
    for name in unread:
        values = file.read(columns=[name])[name]
        plain = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        said = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), False) if plain else pc.is_valid(values)
        blank = pc.and_not(blank, said)
    return blank if rows else None


def _all_blank(columns: Collection[pa.ChunkedArray]) -> pa.ChunkedArray | None:
    found = None
    for values in columns:
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), True)
        found = blank if found is None else pc.and_(found, blank)
        if not pc.any(found).as_py():
            return None
    return found


def as_text(values: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    """The values as they are written in text; a moment with a time zone in UTC, with a Z."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.cast(kind.value_type), where)
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "Y", "N")
    if pa.types.is_floating(kind):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, kind), values)
    try:
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            text = values.cast(pa.timestamp(kind.unit)).cast(pa.string())
            return pc.binary_join_element_wise(text, "Z", "")
        return values.cast(pa.string())
    except pa.ArrowException as error:
        fix = "Write it as text, a date, a whole number, a number or true/false."
        raise DataRefused(f"{where} has the type {kind}, which is not read. {fix}") from error


def _nul_lines(rows: pa.Table) -> list[int]:
    found: set[int] = set()
    for name in rows.column_names[1:]:
        holding = pc.fill_null(pc.match_substring(rows[name], "\0"), False)
        if pc.any(holding).as_py():
            found.update(rows[LINE].filter(holding).to_pylist())
    return sorted(found)
