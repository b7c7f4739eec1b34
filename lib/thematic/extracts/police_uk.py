"""Turns a data.police.uk download into crimes with outcomes, incidents of anti-social behaviour and stop searches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.areas import NO_LOCATION
from thematic.extracts.placing import NO_POINT, OUTSIDE, Outlines
from thematic.extracts.police_uk_absent import absences
from thematic.extracts.police_uk_files import OUTCOMES, STOPS, STREET, Kind, MonthFile
from thematic.extracts.police_uk_lookup import Lookup
from thematic.extracts.police_uk_outcomes import Outcomes, read_outcomes, with_outcomes
from thematic.extracts.police_uk_rows import (
    MONTH,
    OWN_REFERENCE,
    UNPLACED,
    Rows,
    declared,
    file_months,
    months_with_rows,
    read_rows,
)
from thematic.extracts.police_uk_stops import NAME as STOP_SEARCHES
from thematic.extracts.police_uk_stops import read_stops
from thematic.extracts.readers import RawTable
from thematic.extracts.sources import Source
from thematic.params.tables import Table

TITLE = "data.police.uk"
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
CRIMES, INCIDENTS = "crimes", "incidents"
ANTI_SOCIAL = "Anti-social behaviour"
NO_LSOA, NO_UNIT = "no LSOA", "no unit in the lookup"
LAST_ALONE = (
    "Of each crime the last outcome in the download is counted, in its month; an earlier one that it replaced is not."
)

_REFERENCE, _TYPE, _LSOA = "Crime ID", "Crime type", "LSOA code"
_STREET = (_REFERENCE, MONTH, _TYPE, _LSOA, "Longitude", "Latitude")
_COMPARED = ("Reported by", "Falls within", "Location", "LSOA name", "Last outcome category", "Context")
_PLACED = {"lsoa_code": _LSOA, "longitude": "Longitude", "latitude": "Latitude"}
_OUTCOME = {"outcome_type": "outcome type", "outcome_on": "outcome day"}
_TO_CRIMES = {"crime_ref": _REFERENCE, "recorded_on": "day", "crime_type": _TYPE, "offence_title": _TYPE} | _PLACED
_TO_INCIDENTS = {"incident_ref": OWN_REFERENCE, "received_on": "day"} | _PLACED
"""By a declared column's name the column of the download that feeds it."""

_OF_A_KIND = re.compile(r"\d{4}-\d\d-.+?-([a-z-]+)\.csv$")
_MOST = 0.5
"""A lookup that does not know this share of a month's LSOAs is one of another vintage."""


@dataclass(frozen=True)
class Download:
    """A download's tables, the months (`YYYY-MM`) that were handed over of each, and what is `beside` them: outcomes.

    `first` is to be said before all else. `earlier` are sentences by table for reports of earlier periods, `absent`
    says by table and column why what data.police.uk publishes is not there.
    """

    tables: tuple[RawTable, ...]
    months: Mapping[str, set[str]]
    beside: Outcomes | None = None
    first: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What places a download's rows: the lookup of LSOAs, the units' polygons, the force's time zone, the level of its
    units, and what the areas of each level are called."""

    lookup: Lookup | None
    outlines: Outlines | None
    time_zone: str
    units: str
    areas: Mapping[str, str]


def read_download(source: Source, ground: Ground, tables: Mapping[str, Table]) -> Download:
    """Every row of the download's files, as those of the tables that are declared.

    A crime is dated the first of its month, and its outcome too; an incident and a search have no reference of their
    own and get one from their file's month and their line, so that two alike are two. Raises DataRefused when a file
    cannot be read, lacks a column, or holds rows of another month.
    """
    street, stops = _of(source, STREET), _of(source, STOPS)
    found = Download((), {}, absent=_absent(source, ground, tables))
    if street and ground.lookup is not None:
        read = _read_street(source, street, ground.lookup, ground.units, tables)
        found = replace(read, absent=found.absent)
    if not stops:
        return found
    if STOP_SEARCHES not in tables:
        unused = f"{STOP_SEARCHES}: {len(stops)} files not used, as params/tables has no such table."
        return _with(found, (), {}, [unused])
    table, months = read_stops(source.root, stops, tables[STOP_SEARCHES], ground.outlines, ground.time_zone)
    return _with(found, (table,), {STOP_SEARCHES: months}, [])


def _absent(source: Source, ground: Ground, tables: Mapping[str, Table]) -> dict[str, dict[str, str]]:
    by_code = () if ground.lookup is None else ground.lookup.levels
    by_point = () if ground.outlines is None else ground.outlines.levels
    return absences(source.months, tables, {STREET: by_code, STOPS: by_point}, ground.areas)


def unplaced_note(table: str, why: dict[str, int]) -> str:
    """What the reader must know of rows that have no place, by reason; every LSOA that is not known is named."""
    counts = dict(why)
    reasons = (NO_LSOA, NO_UNIT, NO_POINT, OUTSIDE)
    without, unplaced, pointless, outside = (counts.pop(reason, 0) for reason in reasons)
    rows = "1 row counts" if sum(why.values()) == 1 else f"{sum(why.values()):,} rows count"
    note = f"{table}: {rows} as {NO_LOCATION}."
    if counts:
        many = f"{len(counts)} LSOAs" if len(counts) > 1 else "one LSOA"
        note += (
            f" {sum(counts.values()):,} of them are in {many} that the lookup does not know: {_listed(sorted(counts))}."
        )
    told = (
        (without, "has", "have", "no LSOA"),
        (unplaced, "lies", "lie", "in LSOAs for which the lookup leaves the unit blank"),
        (pointless, "has", "have", "no coordinates"),
        (outside, "lies", "lie", OUTSIDE),
    )
    return note + "".join(f" {n:,} of them {one if n == 1 else more} {what}." for n, one, more, what in told if n)


def not_read(names: Iterable[str]) -> Iterator[str]:
    """A sentence for each kind of file in the download that is not read."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        match = _OF_A_KIND.search(name)
        kinds.setdefault(match[1] if match else name, []).append(name)
    for kind, found in kinds.items():
        many = f"{len(found)} {kind} files ({found[0]} to {found[-1]})" if len(found) > 1 else found[0]
        yield f"Not read from the download: {many}."


def _listed(codes: list[str], most: int = 20) -> str:
    more = f" and {len(codes) - most} others" if len(codes) > most else ""
    return ", ".join(codes[:most]) + more


def _of(source: Source, kind: Kind) -> tuple[MonthFile, ...]:
    return tuple(file for file in source.months if file.kind == kind)


def _with(found: Download, tables: tuple[RawTable, ...], months: dict[str, set[str]], notes: list[str]) -> Download:
    all_months, all_notes = {**found.months, **months}, (*found.notes, *notes)
    return replace(found, tables=(*found.tables, *tables), months=all_months, notes=all_notes)


def _read_street(
    source: Source, files: tuple[MonthFile, ...], lookup: Lookup, units: str, tables: Mapping[str, Table]
) -> Download:
    rows = read_rows(source.root, files, _STREET, _COMPARED)
    rows = rows.with_rows(_placed(_dated(rows.table), lookup, units))
    social = pc.equal(pc.utf8_trim_whitespace(rows.table[_TYPE]), ANTI_SOCIAL).combine_chunks().fill_null(False)
    crimes = rows.with_rows(rows.table.filter(pc.invert(social)))
    incidents = rows.with_rows(rows.table.filter(social), broken=False)
    compared = [name for name in _COMPARED if name in rows.table.column_names]
    crimes, outcomes, notes = _outcomes(source, crimes, tables)
    to_crimes = _TO_CRIMES | (_OUTCOME if outcomes is not None else {})
    if CRIMES in tables and "crime_type" in tables[CRIMES].columns:
        del to_crimes["offence_title"]
    found = [
        declared(name, tables[name], feeds | _levels(tables[name], lookup), part, also, alike=name == CRIMES)
        for name, feeds, part, also in (
            (CRIMES, to_crimes, crimes, compared),
            (INCIDENTS, _TO_INCIDENTS, incidents, ()),
        )
        if name in tables
    ]
    notes += [
        f"{name}: {part.table.num_rows:,} {'row' if part.table.num_rows == 1 else 'rows'} not used, "
        "as params/tables has no such table."
        for name, part in ((CRIMES, crimes), (INCIDENTS, incidents))
        if name not in tables and part.table.num_rows
    ]
    months = months_with_rows(rows)
    first = (*_without_units(lookup, units), *_of_another_vintage(rows))
    earlier = {} if outcomes is None else {CRIMES: LAST_ALONE}
    return Download(tuple(found), {CRIMES: months, INCIDENTS: months}, outcomes, first, tuple(notes), earlier)


def _outcomes(source: Source, crimes: Rows, tables: Mapping[str, Table]) -> tuple[Rows, Outcomes | None, list[str]]:
    """The crimes with their outcomes, where the download has these for every month of crimes."""
    files = _of(source, OUTCOMES)
    known = tables[CRIMES].columns.get("outcome_type") if CRIMES in tables else None
    if not files or known is None:
        return crimes, None, [f"Outcomes are not counted: {_SAID_NOT[bool(files)]}"]
    missing = sorted({file.month for file in crimes.files} - {file.month for file in files})
    if missing:
        which = f"the download has no outcomes file of {_listed(missing, 6)}. Download these months as well."
        return crimes, None, [f"Outcomes are not counted: {which}"]
    found = read_outcomes(source.root, files, crimes, known.codes)
    return with_outcomes(crimes, found, _REFERENCE), found, []


_SAID_NOT = {
    False: "the download has no outcomes files.",
    True: "params/tables/crimes.yaml has no column outcome_type.",
}


def _levels(table: Table, lookup: Lookup) -> dict[str, str]:
    return {column: f"level {level}" for level, column in table.levels.items() if level in lookup.levels}


def _dated(rows: pa.Table) -> pa.Table:
    """The rows with the first day of their month."""
    months = pc.utf8_trim_whitespace(rows[MONTH])
    return rows.append_column(
        "day", pc.if_else(pc.equal(months, ""), "", pc.binary_join_element_wise(months, "01", "-"))
    )


def _placed(rows: pa.Table, lookup: Lookup, units: str) -> pa.Table:
    """Adds for each level the area, and `unplaced`: the LSOA that the lookup does not know, that there is none, or that
    the lookup leaves its unit blank."""
    codes = pc.utf8_trim_whitespace(rows[_LSOA])
    found = pc.index_in(pc.utf8_upper(codes), pa.array(list(lookup.places), pa.string()))
    for level in lookup.levels:
        areas = pa.array([place[level] for place in lookup.places.values()], pa.string())
        rows = rows.append_column(f"level {level}", pc.take(areas, found))
    why = pc.if_else(pc.equal(codes, ""), NO_LSOA, codes)
    nothing = pa.scalar(None, pa.string())
    blank = pc.if_else(pc.is_null(rows[f"level {units}"]), NO_UNIT, nothing) if units in lookup.levels else nothing
    return rows.append_column(UNPLACED, pc.if_else(pc.is_null(found), why, blank))


def _without_units(lookup: Lookup, units: str) -> Iterator[str]:
    """A sentence where the lookup lacks the level that parts the force."""
    if units not in lookup.levels:
        yield f"The lookup has no column {units}: figures by {units}, and the reports of each, show nothing."


def _of_another_vintage(rows: Rows) -> Iterator[str]:
    """A sentence about the months whose LSOAs the lookup mostly does not know."""
    months = file_months(rows.table, rows.files)
    codes = pc.utf8_trim_whitespace(rows.table[_LSOA])
    coded = pc.not_equal(codes, "")
    known = pc.is_in(rows.table[UNPLACED], pa.array([None, NO_UNIT], pa.string()))
    unknown = pc.and_(coded, pc.invert(known))
    frame = pa.table({"month": months, "coded": coded, "unknown": unknown}).to_pandas()
    sums = frame.groupby("month")[["coded", "unknown"]].sum()
    wrong = sums[sums["unknown"] > _MOST * sums["coded"]]
    if len(wrong):
        span = (
            str(wrong.index[0]) if len(wrong) == 1 else f"{len(wrong)} months ({wrong.index[0]} to {wrong.index[-1]})"
        )
        share = 100 * wrong["unknown"].sum() / wrong["coded"].sum()
        yield (
            f"The lookup does not know the LSOAs of {share:.0f}% of the rows of {span}: it may be of another vintage "
            "than the download (2011 or 2021), or of another place. These rows count as No location recorded. Bring a "
            "lookup with all codes of the force, of both vintages."
        )
