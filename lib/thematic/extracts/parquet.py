"""Turns a Parquet file, or a folder of its parts, into columns as text, each row with its number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from thematic.core.errors import DataRefused
from thematic.extracts.delimited import Shape, TextTable
from thematic.extracts.headings import check_header
from thematic.extracts.sources import TableFile
from thematic.extracts.text_rows import LINE, TextRows

_MOST_ROWS = 100_000_000
_BATCH_ROWS = 1 << 17
_BUFFER = 1 << 20


def read_parquet(
    file: TableFile, columns: Collection[str], span: int, rows: TextRows, shape: Shape
) -> tuple[tuple[str, ...], TextTable]:
    """The names of the parts, and their `columns`, put into `rows` some at a time; a row's number is its place in its
    part, from 1 on, and `span` for each part before.

    Raises DataRefused when a part cannot be read or has other columns than the first.
    """
    shown = tuple(_shown(path, file.path) for path in file.parts)
    first: list[str] = []
    nul_lines: list[int] = []
    blanks = 0
    for index, path in enumerate(file.parts):
        with _readable(shown[index]), pq.ParquetFile(path, buffer_size=_BUFFER) as opened:
            part = _Part(opened, shown[index], _partitions(path, file.path), set(columns))
            first = first or part.header
            if set(part.header) != set(first):
                odd = sorted(set(part.header) ^ set(first))
                fix = "Export the table again, whole."
                raise DataRefused(f"{shown[index]} and {shown[0]} differ in the column {', '.join(odd)}. {fix}")
            for filled, blank in part.rows(index * span):
                found = filled.select([LINE, *(name for name in first if name in filled.column_names)])
                nul_lines += _nul_lines(found)
                blanks += blank
                rows.add(shape(found))
    broken = pa.table({"line": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
    return shown, TextTable(first, rows, broken, nul_lines, blank=blanks)


def _shown(path: Path, root: Path) -> str:
    return path.name if path == root else f"{root.name}/{path.relative_to(root).as_posix()}"


class _Part:
    """One file: its heading, with what the folders say of its rows (`given`), and its rows as text."""

    def __init__(self, file: pq.ParquetFile, shown: str, given: Mapping[str, str], wanted: Collection[str]) -> None:
        self.file, self.shown = file, shown
        names = list(file.schema_arrow.names)
        check_header(names, shown)
        if file.metadata.num_rows > _MOST_ROWS:
            what = f"{shown} says that it has {file.metadata.num_rows:,} rows, and {_MOST_ROWS:,} are the most"
            raise DataRefused(f"{what} that are read. Export it in parts.")
        self.given = {name: value for name, value in given.items() if name in wanted and name not in names}
        self.header = [*names, *(name for name in given if name not in names)]
        self.read = [name for name in names if name in wanted]
        self.unread = [name for name in names if name not in wanted]

    def rows(self, before: int) -> Iterator[tuple[pa.Table, int]]:
        """Some rows at a time, numbered from `before` on, and how many more have no cell filled in (these are left
        out)."""
        for group in range(max(self.file.num_row_groups, 1)):
            at = 0
            for batch in self._batches(group):
                rows = self._as_text(batch, before)
                blank = self._blank(rows, group, at)
                kept = rows if blank is None else rows.filter(pc.invert(blank))
                yield kept, rows.num_rows - kept.num_rows
                at, before = at + rows.num_rows, before + rows.num_rows

    def _batches(self, group: int) -> Iterator[pa.Table]:
        """The columns of a group of rows, some rows at a time; none at all where the file has no rows."""
        if not self.file.metadata.num_rows:
            yield self.file.schema_arrow.empty_table().select(self.read)
            return
        for batch in self.file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=self.read):
            yield pa.Table.from_batches([batch])

    def _as_text(self, batch: pa.Table, before: int) -> pa.Table:
        texts = {name: as_text(batch[name], f"{self.shown}, column {name}") for name in batch.column_names}
        given = {
            name: pa.chunked_array([pa.repeat(pa.scalar(value), batch.num_rows)]) for name, value in self.given.items()
        }
        lines = pa.array(range(before + 1, before + batch.num_rows + 1), pa.int64())
        return pa.table({LINE: lines} | texts | given)

    def _blank(self, rows: pa.Table, group: int, at: int) -> pa.ChunkedArray | None:
        """Which of the rows, the first of which is the group's `at`, have no cell filled in; None where all have."""
        blank = _all_blank(rows[name] for name in self.read)
        if blank is None or not rows.num_rows or not pc.any(blank).as_py():
            return None
        for name in self.unread:
            values = self.file.read_row_group(group, columns=[name])[name].slice(at, rows.num_rows)
            plain = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
            said = (
                pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), False) if plain else pc.is_valid(values)
            )
            blank = pc.and_not(blank, said)
        return blank


@contextmanager
def _readable(shown: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataRefused(f"{shown} cannot be read as Parquet: {reason}. Export or copy it again.") from error


def _partitions(path: Path, root: Path) -> dict[str, str]:
    """What the folders between say of a part's rows, as in `year=2020/part-0.parquet`."""
    folders = path.relative_to(root).parts[:-1] if path != root else ()
    pairs = (folder.partition("=") for folder in folders if "=" in folder)
    return {name: "" if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value) for name, _, value in pairs}


def _all_blank(columns: Iterable[pa.ChunkedArray]) -> pa.ChunkedArray | None:
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
        if pa.types.is_float32(kind) or pa.types.is_float64(kind):
            return _digits(values)
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            text = values.cast(pa.timestamp(kind.unit)).cast(pa.string())
            return pc.binary_join_element_wise(text, "Z", "")
        return values.cast(pa.string())
    except pa.ArrowException as error:
        fix = "Write it as text, a date, a whole number, a number or true/false."
        raise DataRefused(f"{where} has the type {kind}, which is not read. {fix}") from error


def _digits(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Floating-point numbers in the shortest digits that mean them, without an exponent up to 10^15: whole numbers,
    references among them, come as such where some cells of their column are blank. Arrow writes one from 10^10 on."""
    text, size = values.cast(pa.string()), pc.abs(values)
    large = pc.fill_null(pc.and_(pc.greater_equal(size, 1e10), pc.less(size, 1e15)), False)
    if not pc.any(large).as_py():
        return text
    plain = [np.format_float_positional(value, trim="-") for value in values.filter(large).to_numpy()]
    return pa.chunked_array([pc.replace_with_mask(text.combine_chunks(), large.combine_chunks(), pa.array(plain))])


def _nul_lines(rows: pa.Table) -> list[int]:
    found: set[int] = set()
    for name in rows.column_names[1:]:
        holding = pc.fill_null(pc.match_substring(rows[name], "\0"), False)
        if pc.any(holding).as_py():
            found.update(rows[LINE].filter(holding).to_pylist())
    return sorted(found)
