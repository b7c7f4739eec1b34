"""Turns a data.police.uk download into crimes without flags and incidents of anti-social behaviour without type."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import DataRefused
from thematic.extracts.delimited import TextTable, read_delimited
from thematic.extracts.lookup import Lookup
from thematic.extracts.readers import LINE_SPAN, RawTable
from thematic.extracts.sources import MonthFile, Source
from thematic.params.schema import CRIMES, INCIDENTS

TITLE = "data.police.uk"
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
ANTI_SOCIAL = "Anti-social behaviour"
NO_LSOA = "no LSOA"
MERGED = "police.uk's outcome categories merge Home Office codes (14, 15 and 16 are one), which cannot be told apart"

_STREET = {
    "Crime ID": "crime_ref",
    "Month": "recorded_on",
    "Crime type": "offence_title",
    "LSOA code": "lsoa_code",
    "Longitude": "longitude",
    "Latitude": "latitude",
}
_COMPARED = ("Reported by", "Falls within", "Location", "LSOA name", "Last outcome category", "Context")
_PLACED = ("lpu", "local_authority", "lsoa_code", "longitude", "latitude")


@dataclass(frozen=True)
class Download:
    """A download's tables, and its outcome rows by month (`YYYY-MM`): these are counted and left out."""

    tables: tuple[RawTable, ...]
    outcomes: dict[str, int]


def read_download(source: Source, lookup: Lookup) -> Download:
    """Every row of the download's files.

    A crime is dated the first of its month; an incident has no reference of its own and gets one from its file's month
    and its line, so that two alike are two. Raises DataRefused when a file cannot be read or lacks a column.
    """
    files = tuple(file for file in source.months if file.kind == "street")
    texts = [_street(file, data) for file, data in _contents(source, files)]
    rows = pa.concat_tables([_numbered(text, index) for index, text in enumerate(texts)], promote_options="default")
    rows = _placed(rows, lookup)
    asb = pc.equal(pc.utf8_trim_whitespace(rows["offence_title"]), ANTI_SOCIAL).combine_chunks().fill_null(False)
    broken = pa.concat_tables([_shifted(text.broken, index) for index, text in enumerate(texts)])
    nuls = [line + index * LINE_SPAN for index, text in enumerate(texts) for line in text.nul_lines]
    notes = [note for text in texts for note in text.notes]
    shown = tuple(file.name for file in files)
    crimes = TextTable([], rows.filter(pc.invert(asb)), broken, nuls, notes)
    incidents = TextTable([], _incidents(rows.filter(asb), files), broken.slice(0, 0), nuls, [])
    fed = ("crime_ref", "recorded_on", "offence_title", *_PLACED)
    compared = tuple(name for name in _COMPARED if name in rows.column_names)
    tables = (
        RawTable(CRIMES, shown, crimes, fed, compared, unplaced=True, notes=notes),
        RawTable(INCIDENTS, shown, incidents, ("incident_ref", "received_on", *_PLACED), unplaced=True),
    )
    return Download(tables, _outcomes(source))


def unplaced_note(table: str, lsoas: dict[str, int]) -> str:
    """What the reader must know of rows (by LSOA) that the lookup does not place; every LSOA is named."""
    without = lsoas.get(NO_LSOA, 0)
    named = sorted(code for code in lsoas if code != NO_LSOA)
    said = f"{table}: {sum(lsoas.values()):,} rows count as {NO_LOCATION}."
    if named:
        many = f"{len(named)} LSOAs" if len(named) > 1 else "one LSOA"
        where = f"{many} that the lookup does not know: {', '.join(named)}"
        said += f" {sum(lsoas.values()) - without:,} of them lie in {where}."
    return said + (f" {without:,} of them have no LSOA." if without else "")


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
    return text


def _numbered(text: TextTable, index: int) -> pa.Table:
    """The rows under the contract's names, each with a line of its own over all files."""
    rows = _shifted(text.rows, index)
    rows = rows.rename_columns([_STREET.get(name, name) for name in rows.column_names])
    months = pc.utf8_trim_whitespace(rows["recorded_on"])
    first_days = pc.if_else(pc.equal(months, ""), "", pc.binary_join_element_wise(months, "01", "-"))
    names = ["line", *_STREET.values(), *(name for name in _COMPARED if name in rows.column_names)]
    return rows.set_column(rows.column_names.index("recorded_on"), "recorded_on", first_days).select(names)


def _shifted(rows: pa.Table, index: int) -> pa.Table:
    return rows.set_column(0, "line", pc.add(rows["line"], pa.scalar(index * LINE_SPAN, pa.int64())))


def _placed(rows: pa.Table, lookup: Lookup) -> pa.Table:
    """Adds lpu and local_authority, and `unplaced`: the LSOA that the lookup does not know (or that there is none)."""
    codes = pc.utf8_trim_whitespace(rows["lsoa_code"])
    found = pc.index_in(codes, pa.array(list(lookup.places), pa.string()))
    for position, name in enumerate(("lpu", "local_authority")):
        areas = pa.array([place[position] for place in lookup.places.values()], pa.string())
        rows = rows.append_column(name, pc.take(areas, found))
    why = pc.if_else(pc.equal(codes, ""), NO_LSOA, codes)
    return rows.append_column("unplaced", pc.if_else(pc.is_null(found), why, pa.scalar(None, pa.string())))


def _incidents(rows: pa.Table, files: tuple[MonthFile, ...]) -> pa.Table:
    indices = pc.divide(rows["line"], pa.scalar(LINE_SPAN, pa.int64()))
    months = pc.take(pa.array([file.month for file in files], pa.string()), indices)
    lines = pc.subtract(rows["line"], pc.multiply(indices, pa.scalar(LINE_SPAN, pa.int64())))
    padded = pc.utf8_lpad(lines.cast(pa.string()), 7, "0")
    references = pc.binary_join_element_wise(months, padded, "-")
    kept = rows.select(["line", "recorded_on", *_PLACED, "unplaced"]).rename_columns(
        ["line", "received_on", *_PLACED, "unplaced"]
    )
    return kept.append_column("incident_ref", references)


def _outcomes(source: Source) -> dict[str, int]:
    files = tuple(file for file in source.months if file.kind == "outcomes")
    found = {}
    for file, data in _contents(source, files):
        text = read_delimited(data, file.name, {"Crime ID"})
        found[file.month] = text.rows.num_rows + text.broken.num_rows
    return found
