"""Keeps the rows of a table as text while they are checked: in memory where they are few, else in files of a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet as pq

from thematic.core.errors import DiskRefused, reason
from thematic.core.folders import private_opener

LINE = "_line"
"""The column with a row's number; no declared column is called so."""
LARGEST_HELD = 1 << 28
"""Bytes of rows that are kept in memory."""
RAW = "raw"
"""What the rows are called in SQL."""

Lines = npt.NDArray[np.int64]


class TextRows:
    """Rows that are added a table at a time, in the order of their numbers (`_line`); all tables have the same columns.

    Without a `folder` all are kept in memory; with one, those of more than `most` bytes go there, which it makes and
    only the owner can look into. Raises DiskRefused where they do not fit there.
    """

    def __init__(self, folder: Path | None = None, most: int | None = None) -> None:
        self._folder, self._most = folder, LARGEST_HELD if most is None else most
        self._held: list[pa.Table] = []
        self._files: list[Path] = []
        self._names: list[str] = []
        self.num_rows = 0

    @classmethod
    def of(cls, rows: pa.Table) -> TextRows:
        """Rows that are in memory, and no more."""
        found = cls()
        found.add(rows)
        return found

    def add(self, rows: pa.Table) -> None:
        self._names = rows.column_names
        self.num_rows += rows.num_rows
        if rows.num_rows or not (self._held or self._files):
            self._held.append(rows)
        if self._folder is not None and sum(each.nbytes for each in self._held) > (0 if self._files else self._most):
            self._spill(self._folder)

    def clear(self) -> None:
        """Forgets all rows."""
        self._held, self._files, self.num_rows = [], [], 0
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def column_names(self) -> list[str]:
        return self._names

    @property
    def whole(self) -> pa.Table:
        """All rows in memory."""
        if self._files:
            return pa.concat_tables(map(pq.read_table, self._files))
        if len(self._held) > 1:
            self._held = [pa.concat_tables(self._held).unify_dictionaries()]
        return self._held[0]

    def column(self, name: str) -> Iterator[pa.ChunkedArray]:
        """The cells of a column, one part after the other."""
        if not self._files:
            yield self.whole[name]
        for path in self._files:
            yield pq.read_table(path, columns=[name])[name]

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Makes `raw` all of the rows."""
        if self._files:
            self._view(connection, f"FROM {self._scan}")
        else:
            self._table(connection, self.whole)

    @contextmanager
    def narrowed(self, connection: duckdb.DuckDBPyConnection, lines: Lines) -> Iterator[None]:
        """Within the block `raw` is those of the rows alone that have these numbers (in their order)."""
        if self._files:
            connection.register("wanted", pa.table({LINE: lines}))
            self._view(connection, f"FROM {self._scan} rows SEMI JOIN wanted USING ({LINE})")
        else:
            self._table(connection, self._take(lines))
        try:
            yield
        finally:
            self.register(connection)

    @contextmanager
    def replaced(self, connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> Iterator[None]:
        """Within the block `raw` is these rows."""
        self._table(connection, rows)
        try:
            yield
        finally:
            self.register(connection)

    def in_order(self, lines: Lines, size: int) -> Iterator[pa.Table]:
        """The rows with these numbers, in their order, `size` at a time; each table's own rows come in any order."""
        if not self._files or self._folder is None:
            for first in range(0, max(len(lines), 1), size):
                yield self._take(lines[first : first + size])
            return
        hands = [self._folder / f"{path.stem}.arrow" for path in self._files]
        ranks = _Ranks(lines, size)
        for path, hand in zip(self._files, hands, strict=True):
            with _written(hand) as stream:
                _deal(pq.read_table(path), ranks, stream)
            pa.default_memory_pool().release_unused()
        yield from _gathered(hands, ranks.stretches)

    @property
    def _scan(self) -> str:
        files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self._files)
        return f"read_parquet([{files}])"

    def _view(self, connection: duckdb.DuckDBPyConnection, query: str) -> None:
        connection.unregister(RAW)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {RAW} AS {query}")

    def _table(self, connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
        connection.execute(f"DROP VIEW IF EXISTS {RAW}")
        connection.register(RAW, rows)

    def _take(self, lines: Lines) -> pa.Table:
        rows = self.whole
        numbers = rows[LINE].to_numpy()
        places = np.searchsorted(numbers, lines)
        there = places < len(numbers)
        there[there] = numbers[places[there]] == lines[there]
        return rows.take(pa.array(places[there]))

    def _spill(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for rows in filter(len, self._held):
            self._files.append(folder / f"{len(self._files):05d}.parquet")
            with _written(self._files[-1]) as stream:
                pq.write_table(rows, stream, compression="zstd")
        self._held = []
        pa.default_memory_pool().release_unused()


class _Ranks:
    """Which places rows have in an order, and in which of its stretches of `size` rows these are."""

    def __init__(self, lines: Lines, size: int) -> None:
        self._places = np.argsort(lines, kind="stable")
        self._lines = lines[self._places]
        self._size = size
        self.stretches = max(-(-len(lines) // size), 1)

    def of(self, numbers: Lines) -> tuple[Lines, Lines]:
        """Of rows with these numbers, one after the other, those that the order has: their indices by their places in
        it, and where among them each stretch begins."""
        first, end = np.searchsorted(self._lines, [numbers[0], numbers[-1] + 1])
        there = np.searchsorted(numbers, self._lines[first:end])
        places = self._places[first:end]
        order = np.argsort(places)
        return there[order], np.searchsorted(places[order], np.arange(self.stretches + 1) * self._size)


def _deal(rows: pa.Table, ranks: _Ranks, stream: BinaryIO) -> None:
    """Writes a batch of rows for each stretch of the order."""
    indices, edges = ranks.of(rows[LINE].to_numpy())
    rows = rows.combine_chunks().take(pa.array(indices)).combine_chunks()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(stream, rows.schema, options=options) as writer:
        whole = rows.to_batches()[0] if rows.num_rows else pa.RecordBatch.from_pylist([], rows.schema)
        for first, end in pairwise(edges.tolist()):
            writer.write_batch(whole.slice(first, end - first))


def _gathered(hands: Sequence[Path], stretches: int) -> Iterator[pa.Table]:
    """The rows of each stretch, from every file."""
    with ExitStack() as stack:
        files = [pa.ipc.open_file(stack.enter_context(pa.OSFile(str(path)))) for path in hands]
        for place in range(stretches):
            batches = [file.get_batch(place) for file in files]
            yield pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A new file that only the owner may read. Raises DiskRefused where the disk does not take it."""
    try:
        with open(path, "xb", opener=private_opener) as stream:
            yield stream
    except OSError as error:
        fix = "Make room on the disk that the workbook is on."
        raise DiskRefused(f"Rows that do not fit in memory cannot be kept on disk ({reason(error)}). {fix}") from error
