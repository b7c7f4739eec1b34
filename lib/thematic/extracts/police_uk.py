"""Turns a data.police.uk download into crimes by the download's own types and incidents of anti-social behaviour."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import DataRefused
from thematic.extracts.delimited import LINE, TextTable, read_delimited
from thematic.extracts.police_uk_files import MonthFile
from thematic.extracts.police_uk_lookup import Lookup
from thematic.extracts.readers import LINE_SPAN, RawTable
from thematic.extracts.sources import Source
from thematic.params.tables import Table

TITLE = "data.police.uk"
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
CRIMES, INCIDENTS, MERGED_TABLE = "crimes", "incidents", "outcomes"
ANTI_SOCIAL = "Anti-social behaviour"
NO_LSOA = "no LSOA"
MERGED = "police.uk's outcome categories merge Home Office codes (14, 15 and 16 are one), which cannot be told apart"

_REFERENCE, _MONTH, _TYPE, _LSOA = "Crime ID", "Month", "Crime type", "LSOA code"
_STREET = (_REFERENCE, _MONTH, _TYPE, _LSOA, "Longitude", "Latitude")
_COMPARED = ("Reported by", "Falls within", "Location", "LSOA name", "Last outcome category", "Context")
_PLACED = {"lsoa_code": _LSOA, "longitude": "Longitude", "latitude": "Latitude"}
_TO_CRIMES = {"crime_ref": _REFERENCE, "recorded_on": "day", "crime_type": _TYPE, "offence_title": _TYPE} | _PLACED
_TO_INCIDENTS = {"incident_ref": "own reference", "received_on": "day"} | _PLACED
"""By a declared column's name the column of the download that feeds it."""

_OF_A_KIND = re.compile(r"\d{4}-\d\d-.+?-(stop-and-search|[a-z]+)\.csv$")


@dataclass(frozen=True)
class Download:
    """A download's tables, the months (`YYYY-MM`) that they are of, and its outcome rows by month: these are counted
    and left out."""

    tables: tuple[RawTable, ...]
    months: set[str]
    merged: dict[str, int]
    notes: tuple[str, ...]


def read_download(source: Source, lookup: Lookup, tables: Mapping[str, Table]) -> Download:
    """Every row of the download's files, as those of the tables that are declared.

    A crime is dated the first of its month; an incident has no reference of its own and gets one from its file's month
    and its line, so that two alike are two. Raises DataRefused when a file cannot be read, lacks a column, or holds
    rows of another month.
    """
    files = tuple(file for file in source.months if file.kind == "street")
    texts = [_street(file, data) for file, data in _contents(source, files)]
    rows = pa.concat_tables([_numbered(text, index) for index, text in enumerate(texts)], promote_options="default")
    rows = _placed(_with_references(rows, files), lookup)
    asb = pc.equal(pc.utf8_trim_whitespace(rows[_TYPE]), ANTI_SOCIAL).combine_chunks().fill_null(False)
    broken = pa.concat_tables([_shifted(text.broken, index, "line") for index, text in enumerate(texts)])
    nuls = [line + index * LINE_SPAN for index, text in enumerate(texts) for line in text.nul_lines]
    notes = [note for text in texts for note in text.notes]
    blank = sum(text.blank for text in texts)
    crimes = TextTable([], rows.filter(pc.invert(asb)), broken, nuls, notes, blank)
    incidents = TextTable([], rows.filter(asb), broken.slice(0, 0), nuls)
    shown = tuple(file.name for file in files)
    found = [
        _table(name, tables[name], feeds, text, shown, lookup)
        for name, feeds, text in ((CRIMES, _TO_CRIMES, crimes), (INCIDENTS, _TO_INCIDENTS, incidents))
        if name in tables
    ]
    unused = [
        f"{name}: {text.rows.num_rows:,} {'row' if text.rows.num_rows == 1 else 'rows'} not used, "
        "as params/tables has no such table."
        for name, text in ((CRIMES, crimes), (INCIDENTS, incidents))
        if name not in tables and text.rows.num_rows
    ]
    return Download(tuple(found), {file.month for file in files}, _outcomes(source), tuple(unused))


def unplaced_note(table: str, lsoas: dict[str, int]) -> str:
    """What the reader must know of rows (by LSOA) that the lookup does not place; every LSOA is named."""
    without = lsoas.get(NO_LSOA, 0)
    named = sorted(code for code in lsoas if code != NO_LSOA)
    note = f"{table}: {sum(lsoas.values()):,} rows count as {NO_LOCATION}."
    if named:
        many = f"{len(named)} LSOAs" if len(named) > 1 else "one LSOA"
        where = f"{many} that the lookup does not know: {', '.join(named)}"
        note += f" {sum(lsoas.values()) - without:,} of them lie in {where}."
    return note + (f" {without:,} of them have no LSOA." if without else "")


def not_read(names: Iterable[str]) -> Iterator[str]:
    """A sentence for each kind of file in the download that is not read."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        match = _OF_A_KIND.search(name)
        kinds.setdefault(match[1] if match else name, []).append(name)
    for kind, found in kinds.items():
        many = f"{len(found)} {kind} files ({found[0]} to {found[-1]})" if len(found) > 1 else found[0]
        yield f"Not read from the download: {many}."


def _table(
    name: str, table: Table, feeds: Mapping[str, str], text: TextTable, files: tuple[str, ...], lookup: Lookup
) -> RawTable:
    """The rows under the names of the declared columns that the download feeds."""
    given = {column: source for column, source in feeds.items() if column in table.columns}
    if "crime_type" in given:
        given.pop("offence_title", None)
    given |= {column: f"level {level}" for level, column in table.levels.items() if level in lookup.levels}
    fed = tuple(column for column in table.names if column in given)
    compared = tuple(column for column in _COMPARED if column in text.rows.column_names) if name == CRIMES else ()
    columns = {LINE: text.rows[LINE]} | {column: text.rows[given[column]] for column in fed}
    columns |= {column: text.rows[column] for column in compared} | {"unplaced": text.rows["unplaced"]}
    rows = TextTable([], pa.table(columns), text.broken, text.nul_lines, text.notes, text.blank)
    return RawTable(name, table, files, rows, fed, compared, unplaced=True, alike=True, notes=text.notes)


def _contents(source: Source, files: tuple[MonthFile, ...]) -> Iterator[tuple[MonthFile, bytes]]:
    if source.root.is_dir():
        for file in files:
            yield file, (source.root / file.name).read_bytes()
        return
    with zipfile.ZipFile(source.root) as archive:
        for file in files:
            yield file, _unpack(archive, file.name)


def _unpack(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataRefused(f"{name} cannot be unpacked ({error}). Download the zip again.") from error


def _street(file: MonthFile, data: bytes) -> TextTable:
    text = read_delimited(data, file.name, {*_STREET, *_COMPARED})
    missing = [name for name in _STREET if name not in text.header]
    if missing:
        fix = "Download it again, or bring your own extracts."
        raise DataRefused(f"{file.name} lacks the column {', '.join(missing)}. {fix}")
    months = pc.utf8_trim_whitespace(text.rows[_MONTH])
    others = text.rows.filter(pc.and_(pc.not_equal(months, file.month), pc.not_equal(months, "")))
    if others.num_rows:
        first = others.slice(0, 1).to_pylist()[0]
        many = "1 row is" if others.num_rows == 1 else f"{others.num_rows:,} rows are"
        what = f"{many} of another month, as on line {first[LINE]} ({first[_MONTH]})"
        raise DataRefused(f"{file.name}: {what}. Download the file again.")
    return text


def _numbered(text: TextTable, index: int) -> pa.Table:
    """The rows with a line of its own over all files, and the first day of their month."""
    rows = _shifted(text.rows, index, LINE)
    months = pc.utf8_trim_whitespace(rows[_MONTH])
    days = pc.if_else(pc.equal(months, ""), "", pc.binary_join_element_wise(months, "01", "-"))
    names = [LINE, *_STREET, *(name for name in _COMPARED if name in rows.column_names)]
    return rows.select(names).append_column("day", days)


def _shifted(rows: pa.Table, index: int, line: str) -> pa.Table:
    return rows.set_column(0, line, pc.add(rows[line], pa.scalar(index * LINE_SPAN, pa.int64())))


def _placed(rows: pa.Table, lookup: Lookup) -> pa.Table:
    """Adds for each level the area, and `unplaced`: the LSOA that the lookup does not know (or that there is none)."""
    codes = pc.utf8_trim_whitespace(rows[_LSOA])
    found = pc.index_in(codes, pa.array(list(lookup.places), pa.string()))
    for level in lookup.levels:
        areas = pa.array([place[level] for place in lookup.places.values()], pa.string())
        rows = rows.append_column(f"level {level}", pc.take(areas, found))
    why = pc.if_else(pc.equal(codes, ""), NO_LSOA, codes)
    return rows.append_column("unplaced", pc.if_else(pc.is_null(found), why, pa.scalar(None, pa.string())))


def _with_references(rows: pa.Table, files: tuple[MonthFile, ...]) -> pa.Table:
    """Adds a reference of the product's own: the file's month and the line."""
    indices = pc.divide(rows[LINE], pa.scalar(LINE_SPAN, pa.int64()))
    months = pc.take(pa.array([file.month for file in files], pa.string()), indices)
    lines = pc.subtract(rows[LINE], pc.multiply(indices, pa.scalar(LINE_SPAN, pa.int64())))
    padded = pc.utf8_lpad(lines.cast(pa.string()), 7, "0")
    return rows.append_column("own reference", pc.binary_join_element_wise(months, padded, "-"))


def _outcomes(source: Source) -> dict[str, int]:
    files = tuple(file for file in source.months if file.kind == "outcomes")
    found = {}
    for file, data in _contents(source, files):
        text = read_delimited(data, file.name, {_REFERENCE})
        found[file.month] = text.rows.num_rows + text.broken.num_rows
    return found
