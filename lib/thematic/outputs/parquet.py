"""Turns the lines of a CSV of figures, some at a time, into one Parquet file whose columns have types."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from thematic.core.spreadsheets import as_written
from thematic.measures.figures import FIGURE_COLUMNS, FIGURE_NUMBERS

_DAYS = ("window_start", "window_end")
_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(FIGURE_COLUMNS, pa.string()),
    **dict.fromkeys(FIGURE_NUMBERS, pa.float64()),
    **dict.fromkeys(_DAYS, pa.date32()),
    "significant": pa.bool_(),
}
_EMPTY = "trend"
"""The column of words that are missing where there are none; others say something by being empty."""
_BYTES = 1 << 24
"""How much of the CSV is kept in memory before it is written."""


class Typed:
    """A Parquet file that is being written: days, numbers and truth values are such, and missing where the CSV has
    nothing. `leading` names the columns of text that stand before those of a report's CSV."""

    def __init__(self, path: Path, leading: tuple[str, ...]) -> None:
        self._schema = pa.schema([*((name, pa.string()) for name in leading), *_TYPES.items()])
        self._waiting: list[bytes] = []
        self._size = 0
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self.rows = 0

    def add(self, lines: bytes) -> None:
        """Adds the lines of a CSV, without its head."""
        self._waiting.append(lines)
        self._size += len(lines)
        if self._size >= _BYTES:
            self._flush()

    def close(self) -> None:
        """Writes what waits and ends the file. A file that is not closed is none."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            table = _read(b"".join(self._waiting), self._schema)
            self._writer.write_table(table.combine_chunks())
            self.rows += len(table)
            self._waiting, self._size = [], 0


def _read(lines: bytes, schema: pa.Schema) -> pa.Table:
    table = pa_csv.read_csv(
        pa.BufferReader(lines),
        read_options=pa_csv.ReadOptions(use_threads=False, column_names=schema.names),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=schema, null_values=[""], true_values=["true"], false_values=["false"]
        ),
    )
    words = table[_EMPTY]
    # a scalar of text would load pandas
    said = pc.cast(pc.binary_length(words), pa.bool_())
    table = _with(table, _EMPTY, pc.if_else(said, words, pa.nulls(len(words), pa.string())))
    category = table["category"]
    if pc.any(pc.starts_with(category, "'")).as_py():
        table = _with(table, "category", pa.array(map(as_written, category.to_pylist()), pa.string()))
    return table


def _with(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)
