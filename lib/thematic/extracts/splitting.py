"""Turns rows of CSV text into columns of text, and says of each row that cannot be split why."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from thematic.core.errors import DataRefused
from thematic.extracts.encoding import BOM
from thematic.extracts.headings import MISQUOTED, RETURNED
from thematic.extracts.quotes import Mask, Places
from thematic.extracts.records import Records, count_fields
from thematic.extracts.text_rows import LINE

TOO_FEW = "has too few fields"
TOO_MANY = "has too many fields"
TOTAL = "looks like a row of totals"
SMALL = 100
"""A table of so many rows at most is one in which a row of totals is looked for."""
IS_TOTAL = re.compile(r"\s*(grand[ -]|sub-?)?totals?:?\s*", re.IGNORECASE)
_ONE_MORE = "one more"
_BLOCK = 1 << 23

Types = Mapping[str, pa.DataType]
Reasons = npt.NDArray[np.object_]


class Splitter:
    """Splits the rows of a file, piece after piece, into columns of these `types`.

    `names` are the cells of each row: the heading's, with one more where each row of the file ends in one that is
    blank, or with one less where the heading alone does; None until rows tell. `plain`: the heading's, whatever rows
    look like. `is_ragged`: some row has not as many fields as the heading.
    """

    def __init__(self, header: list[str], types: Types, shown: str, *, plain: bool) -> None:
        self.header, self.types, self.shown = header, types, shown
        self.names: list[str] | None = header if plain else None
        self.is_ragged = False

    def split(self, text: bytes, records: Records, good: Mask, reasons: Reasons) -> pa.Table | None:
        """The rows that are `good`, of which those that cannot be split are taken out and given a reason.

        None where these rows show that the cells of those before were not as they seemed.
        """
        tells = bool(good.any())
        names = self.names or self.header
        try:
            rows = _parse(text, records, good, names, self.types)
            if len(names) > len(self.header) and not _ends_blank(text, records, good, names):
                return None
        except pa.ArrowInvalid:
            self.is_ragged = True
            if self.names not in (None, self.header):
                return None
            names, rows = self._ragged(text, records, good, reasons)
        self.names = names if tells else self.names
        return rows

    def _ragged(self, text: bytes, records: Records, good: Mask, reasons: Reasons) -> tuple[list[str], pa.Table]:
        """The cells of each row, and the rows that have as many."""
        fields = count_fields(text, records)
        names = self.names or _with_one_more(text, records, good, self.header, fields[good])
        reasons[good & (fields < len(names))] = TOO_FEW
        reasons[good & (fields > len(names))] = TOO_MANY
        good &= fields == len(names)
        try:
            return names, _parse(text, records, good, names, self.types)
        except pa.ArrowInvalid as error:
            raise DataRefused(f"{self.shown} cannot be read as CSV: {error}. Export it again.") from error


def find_bad(records: Records) -> Reasons:
    """For each row why it cannot be split, whatever its fields are; blank where nothing is wrong."""
    return np.where(records.misquoted, MISQUOTED, np.where(records.returned, RETURNED, "")).astype(object)


def find_totals(text: bytes, records: Records, reasons: Reasons) -> list[int]:
    """Which of the rows that have a reason have a cell `Total`."""
    found = []
    for index in np.flatnonzero(reasons != "").tolist():
        row = text[int(records.starts[index]) : int(records.ends[index])].decode(errors="replace")
        if any(IS_TOTAL.fullmatch(cell.strip('"')) for cell in row.split(chr(records.separator))):
            found.append(index)
    return found


def find_blank(text: bytes, records: Records) -> Mask:
    """Which rows have no cell that says something. A few places of each row tell most that have."""
    empty = np.zeros(256, np.bool_)
    empty[[records.separator, *b' \t"\r\n\xc2\xa0']] = True
    characters = np.frombuffer(text, np.uint8)
    candidates = np.arange(len(records.ends))
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


def _with_one_more(text: bytes, records: Records, good: Mask, header: list[str], fields: Places) -> list[str]:
    """The heading as all rows have it: with one more cell where each row ends in one that is blank, or with one less
    where the heading alone does."""
    if not len(fields):
        return header
    if header[-1] == "" and (fields == len(header) - 1).all():
        return header[:-1]
    if (fields == len(header) + 1).all():
        try:
            if _ends_blank(text, records, good, [*header, _ONE_MORE]):
                return [*header, _ONE_MORE]
        except pa.ArrowInvalid:
            return header
    return header


def _ends_blank(text: bytes, records: Records, good: Mask, names: list[str]) -> bool:
    """Whether the last cell of every row is blank."""
    last = _parse(text, records, good, names, {names[-1]: pa.string()})[names[-1]]
    return bool(pc.all(pc.equal(pc.utf8_trim_whitespace(last), ""), min_count=0).as_py())


def _parse(text: bytes, records: Records, good: Mask, header: list[str], types: Types) -> pa.Table:
    wanted = [name for name in header if name in types]
    names = [name if name in wanted else f"unread {index}" for index, name in enumerate(header)]
    lines = whole(records.lines[good])
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
    """The good rows' text: the file's own bytes where the good rows are one stretch, else copied together.

    Arrow takes a byte order mark off the beginning. One there belongs to a cell (those of the file are gone), and gets
    another for Arrow to take."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    view = memoryview(text)
    stretches = [
        view[int(records.starts[first]) : int(records.ends[last - 1]) + 1]
        for first, last in zip(edges[0::2], edges[1::2], strict=True)
    ]
    if stretches[0][: len(BOM)] == BOM:
        stretches.insert(0, memoryview(BOM))
    return pa.BufferReader(stretches[0] if len(stretches) == 1 else b"".join(stretches))


def whole(values: Places) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values.astype(np.int64))])
