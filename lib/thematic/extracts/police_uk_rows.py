"""Turns the files of one kind of a data.police.uk download into one table of text, and that into a declared table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import DataRefused
from thematic.extracts.delimited import TextTable, read_delimited
from thematic.extracts.police_uk_files import MonthFile, contents
from thematic.extracts.readers import LINE_SPAN, RawTable
from thematic.extracts.text_rows import LINE, TextRows
from thematic.params.tables import Table

MONTH = "Month"
OWN_REFERENCE = "own reference"
UNPLACED = "unplaced"
AS_IT_CAME = ", and do not save it from a spreadsheet"
_A_MONTH = re.compile(r"\s*\d{4}-\d\d\s*")


@dataclass(frozen=True)
class Rows:
    """All rows of the `files` of one kind. Each row's `_line` tells its file as well; `own reference` is the file's
    month and its line."""

    files: tuple[MonthFile, ...]
    text: TextTable

    @property
    def table(self) -> pa.Table:
        return self.text.rows.whole

    def with_rows(self, rows: pa.Table, *, broken: bool = True) -> Rows:
        """Other rows of the same files; those that could not be split go with one of several parts."""
        old = self.text
        if broken:
            return Rows(self.files, TextTable([], TextRows.of(rows), old.broken, old.nul_lines, old.notes, old.blank))
        return Rows(self.files, TextTable([], TextRows.of(rows), old.broken.slice(0, 0), old.nul_lines))


def read_rows(
    root: Path, files: Iterable[MonthFile], needed: Collection[str], others: Collection[str], *, tell: bool = False
) -> Rows:
    """The columns `needed`, and those of `others` that some file has, blank in one that lacks it (`tell`: with a note).

    Raises DataRefused when a file cannot be read, lacks a column, or has rows of another month in its Month column.
    """
    found = tuple(files)
    texts = [_read(file, data, needed, others) for file, data in contents(root, found)]
    there = [name for name in others if any(name in text.rows.column_names for text in texts)]
    columns = [LINE, *needed, *there]
    rows = pa.concat_tables(
        [_shifted(_filled(text.rows.whole, columns), place, LINE) for place, text in enumerate(texts)]
    )
    broken = pa.concat_tables([_shifted(text.broken, place, "line") for place, text in enumerate(texts)])
    nuls = [line + place * LINE_SPAN for place, text in enumerate(texts) for line in text.nul_lines]
    notes = [note for text in texts for note in text.notes]
    for file, text in zip(found, texts, strict=True):
        lacking = [name for name in there if name not in text.rows.column_names]
        notes += [f"{file.shown} lacks {', '.join(lacking)}: blank in its rows."] if tell and lacking else []
    rows = rows.append_column(OWN_REFERENCE, _references(rows, found))
    return Rows(found, TextTable([], TextRows.of(rows), broken, nuls, notes, sum(text.blank for text in texts)))


def declared(
    name: str,
    table: Table,
    feeds: Mapping[str, str],
    rows: Rows,
    compared: Collection[str] = (),
    *,
    alike: bool = False,
) -> RawTable:
    """The rows under the names of the declared columns, each fed by a column of the download."""
    given = {column: source for column, source in feeds.items() if column in table.columns}
    fed = tuple(column for column in table.names if column in given)
    columns = {LINE: rows.table[LINE]} | {column: rows.table[given[column]] for column in fed}
    columns |= {column: rows.table[column] for column in compared} | {UNPLACED: rows.table[UNPLACED]}
    old = rows.text
    text = TextTable([], TextRows.of(pa.table(columns)), old.broken, old.nul_lines, old.notes, old.blank)
    shown = tuple(file.shown for file in rows.files)
    return RawTable(name, table, shown, text, fed, tuple(compared), unplaced=True, alike=alike, notes=old.notes)


def replaced(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """The texts without surrounding spaces, those in `words` as it has them."""
    texts = pc.utf8_trim_whitespace(values)
    return reduce(lambda kept, pair: pc.if_else(pc.equal(texts, pair[0]), pair[1], kept), words.items(), texts)


def _read(file: MonthFile, data: bytes, needed: Collection[str], others: Collection[str]) -> TextTable:
    text = _delimited(file, data, {*needed, *others})
    missing = [name for name in needed if name not in text.header]
    if missing:
        fix = "Download it again, or bring your own extracts."
        raise DataRefused(f"{file.shown} lacks the column {', '.join(missing)}. {fix}")
    if MONTH not in needed:
        return text
    rows = text.rows.whole
    months = pc.utf8_trim_whitespace(rows[MONTH])
    wrong = rows.filter(pc.and_(pc.not_equal(months, file.month), pc.not_equal(months, "")))
    if wrong.num_rows:
        first = wrong.slice(0, 1).to_pylist()[0]
        many = "1 row is" if wrong.num_rows == 1 else f"{wrong.num_rows:,} rows are"
        what = f"{many} of another month, as on line {first[LINE]} ({first[MONTH]})"
        if not _A_MONTH.fullmatch(first[MONTH]):
            what = f"the months are not written as YYYY-MM, as on line {first[LINE]} ({first[MONTH]})"
            raise DataRefused(f"{file.shown}: {what}. Download the file again{AS_IT_CAME}.")
        raise DataRefused(f"{file.shown}: {what}. Download the file again.")
    return text


def _delimited(file: MonthFile, data: bytes, columns: Collection[str]) -> TextTable:
    """The file's text; data.police.uk itself separates by commas, and no setting says otherwise of a download."""
    heading = data.lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    if b";" in heading and b"," not in heading:
        raise DataRefused(f"{file.shown} is separated by semicolons. Download the file again{AS_IT_CAME}.")
    return read_delimited(data, file.shown, columns)


def _filled(rows: pa.Table, columns: Collection[str]) -> pa.Table:
    """The columns, blank where the rows lack them."""
    for name in columns:
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.array([""] * rows.num_rows, pa.string()))
    return rows.select(list(columns))


def months_with_rows(rows: Rows) -> set[str]:
    """The months of the files that hold any row: a file with a heading alone hands nothing over."""
    return set(pc.unique(pa.chunked_array([file_months(rows.table, rows.files)])).to_pylist())


def _shifted(rows: pa.Table, place: int, line: str) -> pa.Table:
    return rows.set_column(0, line, pc.add(rows[line], pa.scalar(place * LINE_SPAN, pa.int64())))


def _references(rows: pa.Table, files: tuple[MonthFile, ...]) -> pa.ChunkedArray:
    """A reference of the product's own: the file's month and the line."""
    months = file_months(rows, files)
    places = pc.divide(rows[LINE], pa.scalar(LINE_SPAN, pa.int64()))
    lines = pc.subtract(rows[LINE], pc.multiply(places, pa.scalar(LINE_SPAN, pa.int64())))
    return pc.binary_join_element_wise(months, pc.utf8_lpad(lines.cast(pa.string()), 7, "0"), "-")


def file_months(rows: pa.Table, files: tuple[MonthFile, ...]) -> pa.Array:
    """The month of the file that each row stands in."""
    places = pc.divide(rows[LINE], pa.scalar(LINE_SPAN, pa.int64()))
    return pc.take(pa.array([file.month for file in files], pa.string()), places)
