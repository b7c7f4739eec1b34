"""Turns a CSV file into its columns as text, each row with its physical line."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from thematic.core.errors import DataRefused
from thematic.extracts.encoding import Text, known_text
from thematic.extracts.headings import opening, read_header
from thematic.extracts.pieces import Piece, pieces
from thematic.extracts.quotes import Mask, positions
from thematic.extracts.records import Records, find_records
from thematic.extracts.splitting import (
    SMALL,
    TOTAL,
    Reasons,
    Splitter,
    find_bad,
    find_blank,
    find_totals,
    whole,
)
from thematic.extracts.text_rows import TextRows

_OPENING_ROWS = 20
_NONE_BROKEN = pa.table({"line": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
_REPEATING = pa.dictionary(pa.int32(), pa.string())

Shape = Callable[[pa.Table], pa.Table]
"""What becomes of rows before they are kept."""


@dataclass(frozen=True)
class TextTable:
    """A file's rows as text. `rows` has `_line` and the columns asked for that the file has; `broken` has `line` and
    `reason` for rows that cannot be split into fields; `nul_lines` are rows that hold a NUL; `header` is as it stands.

    `blank` is the number of rows with no cell filled in, which are no rows. `opening` are the file's first lines.
    """

    header: list[str]
    rows: TextRows
    broken: pa.Table
    nul_lines: list[int]
    notes: list[str] = field(default_factory=list)
    blank: int = 0
    opening: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is read of a CSV file: its `columns`, of which those that are `repeating` the same few texts are held as
    dictionaries, and how it is separated."""

    columns: Collection[str]
    separator: str = ","
    repeating: Collection[str] = ()

    @property
    def types(self) -> dict[str, pa.DataType]:
        return {name: _REPEATING if name in self.repeating else pa.string() for name in self.columns}


def read_delimited(data: bytes, shown: str, columns: Collection[str]) -> TextTable:
    """The `columns` of CSV text that is in memory, as its rows will be. Raises DataRefused as `read_text` does."""
    return read_text(known_text(lambda: io.BytesIO(data), shown), shown, Wanted(columns), TextRows())


def read_text(
    text: Text,
    shown: str,
    wanted: Wanted,
    rows: TextRows,
    shape: Shape = lambda rows: rows,
    size: int | None = None,
) -> TextTable:
    """The CSV text's columns, its rows put into `rows` piece by piece, `size` bytes of the file at a time.

    Raises DataRefused when it is empty or without a heading.
    """
    for plain in (False, True):
        reading = _Reading(shown, wanted, rows, shape, plain=plain)
        if text.is_empty or all(reading.add(piece) for piece in pieces(text, wanted.separator, size)):
            return reading.table([text.note] if text.note else [])
        rows.clear()
    raise RuntimeError(f"{shown}: no heading fits its rows")


class _Reading:
    """What is known of a file whose pieces are added one by one."""

    def __init__(self, shown: str, wanted: Wanted, rows: TextRows, shape: Shape, *, plain: bool) -> None:
        self.shown, self.wanted, self.rows, self.shape, self.plain = shown, wanted, rows, shape, plain
        self.splitter: Splitter | None = None
        self.broken: list[pa.Table] = []
        self.nul_lines: list[int] = []
        self.opening: list[tuple[int, str]] = []
        self.totals: set[int] = set()
        self.blank = self.filled = 0

    def add(self, piece: Piece) -> bool:
        """False where the rows before must be read again, for their cells are not as they seemed."""
        records = find_records(piece.data, self.wanted.separator, piece.quotes)
        if not len(records.ends):
            return True
        records = replace(records, lines=records.lines + piece.lines)
        blank, reasons = find_blank(piece.data, records), find_bad(records)
        heading = np.zeros(len(blank), np.bool_)
        if self.splitter is None:
            header = read_header(piece.data, records, self.wanted.columns, self.shown)
            self.splitter = Splitter(header, self.wanted.types, self.shown, plain=self.plain)
            heading[0], blank[0] = True, False
        good = (reasons == "") & ~blank & ~heading
        rows = self.splitter.split(piece.data, records, good, reasons)
        if rows is None:
            return False
        self.rows.add(self.shape(rows))
        self._note(piece.data, records, blank, ~(good | blank | heading), reasons)
        return True

    def _note(self, data: bytes, records: Records, blank: Mask, bad: Mask, reasons: Reasons) -> None:
        """Keeps what is to be said of a piece's rows beside what is in them."""
        self.blank += int(blank.sum())
        self.filled += len(blank) - int(blank.sum())
        if bad.any():
            reason = pa.array(reasons[bad].tolist(), pa.string())
            self.broken.append(pa.table({"line": whole(records.lines[bad]), "reason": reason}))
        if self.filled <= SMALL:
            self.totals.update(records.lines[find_totals(data, records, reasons)].tolist())
        self.opening += opening(data, records, _OPENING_ROWS - len(self.opening))
        if b"\0" in data:
            found = records.holding(positions(np.frombuffer(data, np.uint8), 0))
            self.nul_lines += records.lines[found].tolist()

    def table(self, notes: list[str]) -> TextTable:
        """The file as a table. Raises DataRefused where no piece had any row."""
        if self.splitter is None:
            raise DataRefused(f"{self.shown} is empty. Export it again, with its heading.")
        broken = pa.concat_tables([_NONE_BROKEN, *self.broken])
        if self.splitter.is_ragged and self.filled <= SMALL:
            lines, said = (broken[name].to_pylist() for name in broken.column_names)
            reasons = [TOTAL if line in self.totals else each for line, each in zip(lines, said, strict=True)]
            broken = pa.table([broken["line"], pa.array(reasons, pa.string())], broken.schema)
        header, shown = self.splitter.header, tuple(self.opening)
        return TextTable(header, self.rows, broken, self.nul_lines, notes, self.blank, shown)
