"""The rows of a table with its derived columns, any of them as known on a day, and which of them a condition holds for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from second.declarations import Declarations
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.tables import Bands, Days, Difference, Hour, Lookup, Minutes, Table, Weekday, inputs_of

MILLION = 1_000_000
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FRACTIONS, WHOLES = "number", "whole"


@dataclass(frozen=True)
class Rows:
    """A table's rows: `frame` has every declared and derived column, `known` of some columns the day from which on each
    row's value is known (before it the cell is blank), `numeric` the columns that hold whole numbers, or numbers in
    millionths; `fed` the columns that the source has; `days` keeps what `day` has worked out."""

    name: str
    table: Table
    frame: pd.DataFrame
    known: dict[str, pd.Series]
    numeric: dict[str, str]
    fed: frozenset[str]
    days: dict[str, pd.Series] = field(default_factory=dict)

    def with_frame(self, frame: pd.DataFrame) -> Rows:
        return replace(self, frame=frame, days={})

    def only(self, kept: np.ndarray) -> Rows:
        """Some of the rows, counted from 0 again."""
        frame = self.frame[kept].reset_index(drop=True)
        known = {name: days[kept].reset_index(drop=True) for name, days in self.known.items()}
        return replace(self, frame=frame, known=known, days={})

    def seen(self, column: str, day: pd.Timestamp | None) -> pd.Series:
        """A column as known at the end of a day (None: as the file has it)."""
        values = self.frame[column]
        if day is None or column not in self.known:
            return values
        return values.where(self.known[column] <= day, None)

    def day(self, column: str, seen: pd.Timestamp | None = None) -> pd.Series:
        """The days of a date or moment."""
        if column not in self.days:
            self.days[column] = pd.to_datetime(self.frame[column]).dt.normalize()
        days = self.days[column]
        return days if seen is None or column not in self.known else days.where(self.known[column] <= seen)

    def months(self) -> set[pd.Period]:
        """The months that have rows."""
        return set(self.frame[self.table.date].dt.to_period("M").unique())


# ---- derived columns


def derive(frame: pd.DataFrame, name: str, table: Table, declarations: Declarations, given: list[str]) -> Rows:
    """The rows with every derived column; one by the name of a column fills it only where the file lacks that column.

    `given` are the columns that the file has.
    """
    numeric = {
        column: FRACTIONS if declared.kind == "number" else WHOLES
        for column, declared in table.columns.items()
        if declared.kind in {"whole", "number"}
    }
    known = {}
    for column, when in table.together:
        known[column] = known[when] = pd.to_datetime(frame[when]).dt.normalize()
    rows = Rows(name, table, frame.copy(), known, numeric, _fed(table, given))
    for column in _in_order(table):
        if column not in given:
            _add(rows, column, declarations)
    return rows


def _fed(table: Table, given: list[str]) -> frozenset[str]:
    """The columns that the source feeds: those in the file, and derived ones whose inputs are all fed."""
    fed = set(given)
    for _ in table.derived:
        fed |= {name for name, derived in table.derived.items() if set(inputs_of(derived)) <= fed}
    return frozenset(fed)


def _in_order(table: Table) -> list[str]:
    """The derived columns, each after those that it is derived from."""
    ordered: list[str] = []
    while len(ordered) < len(table.derived):
        for name, derived in table.derived.items():
            waits = {column for column in inputs_of(derived) if column in table.derived and column != name}
            if name not in ordered and waits <= set(ordered):
                ordered.append(name)
    return ordered


def _add(rows: Rows, name: str, declarations: Declarations) -> None:
    derived, frame = rows.table.derived[name], rows.frame
    known = [rows.known[column] for column in inputs_of(derived) if column in rows.known]
    match derived:
        case Weekday():
            frame[name] = _objects(frame[derived.weekday].dt.day_name())
        case Hour():
            frame[name] = _objects(frame[derived.hour].dt.hour, int)
            rows.numeric[name] = WHOLES
        case Bands():
            kind = rows.numeric[derived.bands]
            frame[name] = frame[derived.bands].map(lambda value: _band(value, derived.starts, kind)).astype(object)
        case Minutes():
            zone = ZoneInfo(declarations.force.time_zone)
            pairs = zip(frame[derived.minutes_from], frame[derived.to], strict=True)
            frame[name] = pd.Series([_minutes(a, b, derived, zone) for a, b in pairs], index=frame.index, dtype=object)
            rows.numeric[name] = FRACTIONS
            known += [rows.day(derived.minutes_from), rows.day(derived.to)]
        case Days():
            frame[name] = _objects((rows.day(derived.to) - rows.day(derived.days_from)).dt.days, int)
            rows.numeric[name] = WHOLES
            known += [rows.day(derived.days_from), rows.day(derived.to)]
        case Difference():
            scales = {rows.numeric[derived.difference], rows.numeric[derived.less]}
            rows.numeric[name] = FRACTIONS if FRACTIONS in scales else WHOLES
            more, less = (_scaled(rows, each, rows.numeric[name]) for each in (derived.difference, derived.less))
            frame[name] = _objects(more - less, int)
        case Lookup():
            listed = declarations.lists[derived.lookup.source]
            gives = {code: row.get(derived.lookup.gives) or None for code, row in listed.items()}
            frame[name] = frame[derived.lookup.by].map(gives.get).astype(object)
    if known:  # a derived value is known when all it rests on is
        rows.known[name] = pd.concat(known, axis=1).max(axis=1, skipna=False)


def _objects(values: pd.Series, kind: type = str) -> pd.Series:
    return pd.Series([None if pd.isna(value) else kind(value) for value in values], index=values.index, dtype=object)


def _scaled(rows: Rows, column: str, scale: str) -> pd.Series:
    values = rows.frame[column].astype("Int64")
    return values * MILLION if scale == FRACTIONS and rows.numeric[column] == WHOLES else values


def _band(value: int | None, starts: tuple[int, ...], kind: str) -> str | None:
    if value is None or pd.isna(value):
        return None
    number = value / MILLION if kind == FRACTIONS else value
    labels = band_labels(starts, kind)
    places = [place for place, start in enumerate(starts) if start <= number]
    return labels[places[-1]] if places else None


def band_labels(starts: tuple[int, ...], kind: str) -> list[str]:
    """The names of bands: `under 10`, `10 to 17` (of numbers with fractions `10 to under 18`), `35 and over`."""
    labels = []
    for start, after in pairwise(starts):
        if start == 0 and not labels:
            labels.append(f"under {after}")
        elif kind == FRACTIONS:
            labels.append(f"{start} to under {after}")
        else:
            labels.append(str(start) if after == start + 1 else f"{start} to {after - 1}")
    return [*labels, f"{starts[-1]} and over"]


def _minutes(start: Any, end: Any, derived: Minutes, zone: ZoneInfo) -> int | None:
    """Elapsed millionths of minutes from one local moment to another, all or the most of one night in the hours."""
    if pd.isna(start) or pd.isna(end):
        return None
    begins, ends = _instant(start, zone), _instant(end, zone)
    if derived.between is None:
        return _millionths(ends - begins)
    first, last = derived.between
    best = 0.0
    for back in range((end.normalize() - start.normalize()).days + 2):
        night = end.normalize() - pd.Timedelta(days=back)
        opens = _instant(_clock(night, first), zone)
        closes = _instant(_clock(night + pd.Timedelta(days=1 if last <= first else 0), last), zone)
        best = max(best, min(ends, closes) - max(begins, opens))
    return _millionths(best)


def _clock(day: pd.Timestamp, time: str) -> pd.Timestamp:
    hours, minutes = time.split(":")
    return day + pd.Timedelta(hours=int(hours), minutes=int(minutes))


def _instant(local: pd.Timestamp, zone: ZoneInfo) -> float:
    """Seconds since 1970 of a local moment; the first of two where the clocks go back."""
    return local.to_pydatetime().replace(tzinfo=zone).timestamp()


def _millionths(seconds: float) -> int:
    return round(Decimal(str(seconds)) / 60 * MILLION)


# ---- conditions


def all_hold(rows: Rows, where: Where, day: pd.Timestamp | None) -> np.ndarray:
    """The rows for which every condition holds."""
    found = np.ones(len(rows.frame), bool)
    for column, condition in where.items():
        found &= holds(rows, column, condition, day)
    return found


def holds(rows: Rows, column: str, condition: Condition, day: pd.Timestamp | None) -> np.ndarray:
    """The rows for which a condition on a column holds, as known at the end of a day; blanks fulfil none but {filled: false}
    and {not: ...}."""
    match condition:
        case Not():
            return ~holds(rows, column, condition.negated, day)
        case All():
            return np.logical_and.reduce([holds(rows, column, each, day) for each in condition.all])
        case Filled():
            return (rows.seen(column, day).notna() == condition.filled).to_numpy()
        case Between():
            return _between(rows, column, condition, day)
        case Has():
            return _any_of(rows.seen(column, day), set(condition.has))
        case Group():
            return _any_of(rows.seen(column, day), set(rows.table.columns[column].groups[condition.group]))
        case Values():
            return _any_of(rows.seen(column, day), set(_comparable(rows, column, condition.values)))
    raise TypeError(condition)


def _any_of(values: pd.Series, wanted: set[Any]) -> np.ndarray:
    """The values that are wanted; a list where any of its codes is."""
    places, distinct = pd.factorize(values if values.dtype == object else values.dt.normalize())
    fits = [bool(wanted & set(each)) if isinstance(each, tuple) else each in wanted for each in distinct]
    return np.array([*fits, False], bool)[places]  # a blank's place is -1


def _comparable(rows: Rows, column: str, values: tuple[Any, ...]) -> Iterator[Any]:
    """What a file says as a value, as the column holds it."""
    for value in values:
        if column in rows.numeric:
            yield Decimal(str(value)) * (MILLION if rows.numeric[column] == FRACTIONS else 1)
        elif column in rows.table.columns and rows.table.columns[column].is_day:
            yield pd.Timestamp(value)
        elif isinstance(value, bool):
            yield "Y" if value else "N"
        else:
            yield str(value)


def _between(rows: Rows, column: str, condition: Between, day: pd.Timestamp | None) -> np.ndarray:
    values = rows.seen(column, day)
    if column in rows.numeric:
        scale = MILLION if rows.numeric[column] == FRACTIONS else 1
        values = values.astype("Float64") / scale
        fits = [(op, float(bound)) for op, bound in _bounds(condition)]
    else:
        values = pd.to_datetime(values).dt.normalize()
        fits = [(op, pd.Timestamp(bound)) for op, bound in _bounds(condition)]
    found = values.notna()
    for op, bound in fits:
        found &= getattr(values, op)(bound).fillna(False).astype(bool)
    return found.to_numpy(bool)


def _bounds(condition: Between) -> list[tuple[str, int | float | date | datetime]]:
    said = {"ge": condition.at_least, "gt": condition.over, "lt": condition.under, "le": condition.up_to}
    return [(op, bound) for op, bound in said.items() if bound is not None]
