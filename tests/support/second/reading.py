"""Reads an extract's own files (CSV, Parquet) into checked rows: what is blank, wrong, left out or a duplicate is known.

Values of a column, by its kind: text as `str`, a flag as "Y" or "N", dates and moments as local `Timestamp`, whole
numbers as `int`, numbers as `int` millionths, lists as tuples of codes; blank is None.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import yaml

from second.declarations import Declarations
from second.rows import MILLION, Rows, derive, holds
from thematic.params.tables import Column, Table

YES, NO = {"y", "yes", "true", "1"}, {"n", "no", "false", "0"}
WHOLE = re.compile(r"([+-]?)0*(\d+)(?:\.0+)?")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
FIRST_OF_MONTH = re.compile(r"\d{4}-\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Wrong(ValueError):
    """A cell that breaks the contract."""


@dataclass
class Extract:
    """The rows of each table that is there, and how far they reach: months are `Period`s, `latest` the last whole one.

    `history` is the first month of each table, `ends` its last, `gaps` the months between without rows, where a table
    has some in every month. `accounts` says of each table how many rows were in, kept, and why others were not;
    `worked_out` keeps what the reports of each theme have in common.
    """

    tables: dict[str, Rows]
    latest: pd.Period | None
    history: dict[str, pd.Period | None]
    ends: dict[str, pd.Period | None]
    gaps: dict[str, set[pd.Period]]
    accounts: dict[str, dict[str, int]]
    worked_out: dict[str, dict[Any, Any]] = field(default_factory=dict)


def read_extract(folder: Path, declarations: Declarations, today: date | None = None) -> Extract:
    """Every declared table that the folder holds. `today` is the day of the build."""
    about = folder / "extract.yaml"
    settings = (yaml.safe_load(about.read_text(encoding="utf-8")) or {}) if about.exists() else {}
    end = settings.get("as_at") or today or date.today()
    tables, accounts = {}, {}
    for name, table in declarations.tables.items():
        raw = _raw(folder, name, declarations.force.time_zone)
        if raw is not None:
            tables[name], accounts[name] = _checked(raw, name, table, declarations, end)
    return _reach(tables, accounts, declarations, settings)


# ---- files to text


def _raw(folder: Path, name: str, time_zone: str) -> pd.DataFrame | None:
    """The cells of a table's file as text, blank as ""; None where there is no such file. Rows of blanks are no rows."""
    for suffix, read in ((".csv", _csv), (".csv.gz", _csv), (".parquet", _parquet)):
        path = folder / f"{name}{suffix}"
        if path.exists():
            found = read(path, time_zone)
            return found[(found != "").any(axis=1)].reset_index(drop=True)
    return None


def _csv(path: Path, _: str) -> pd.DataFrame:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    heading, *lines = csv.reader(io.StringIO(text, newline=""))
    names = [name.strip() for name in heading]
    lines = [line for line in lines if any(line)]
    ragged = ["Y" if len(line) != len(names) else "" for line in lines]
    cells = [(line + [""] * len(names))[: len(names)] for line in lines]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    for name in names:
        frame[name] = _distinct(frame[name], str.strip)
    there = (frame != "").any(axis=1)
    return frame.assign(_ragged=ragged)[there]


def _distinct(cells: pd.Series, read: Callable[[str], Any]) -> np.ndarray:
    """What each cell is read as, each distinct text once."""
    places, texts = pd.factorize(cells)
    found = np.empty(len(texts), dtype=object)
    found[:] = [read(text) for text in texts]
    return found[places]


def _parquet(path: Path, time_zone: str) -> pd.DataFrame:
    frame = pq.read_table(path).to_pandas(ignore_metadata=True)
    zone = ZoneInfo(time_zone)
    return frame.apply(lambda column: column.astype(object).map(lambda value: _text(value, zone)))


def _text(value: Any, zone: ZoneInfo) -> str:
    """A typed cell of a Parquet file as it would stand in a CSV."""
    if isinstance(value, list | tuple | np.ndarray):
        return ";".join(str(each) for each in value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "Y" if value else "N"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value).strip()


# ---- text to values


def _reader(column: Column, declarations: Declarations) -> Callable[[str], Any]:
    """How a cell of the column is read; it raises Wrong for what the contract does not take."""
    force = declarations.force
    zone = ZoneInfo(force.time_zone)
    codes = codes_of(column, declarations)
    if column.kind == "reference":
        return lambda text: _reference(text, force.nobody)
    if column.kind == "text":
        return lambda text: None if text.casefold() in force.says_nothing else text
    if column.kind == "date":
        return lambda text: _moment(text, zone).normalize()
    if column.kind == "moment":
        return lambda text: _moment(text, zone, with_time=True)
    if column.kind == "flag":
        return _flag
    if column.kind in {"whole", "number"}:
        return lambda text: _number(text, column)
    if column.kind == "code":
        return lambda text: _code(text, codes, force.says_nothing)
    if column.kind == "codes":
        return lambda text: _codes(text, codes, force.says_nothing)
    names = {_plain(area.name): area.name for area in declarations.levels[str(column.level)].areas}
    return lambda text: _looked_up(_plain(text), names)


def codes_of(column: Column, declarations: Declarations) -> list[str]:
    """The codes that a column may hold, in declared order."""
    return list(declarations.lists[column.list]) if column.list else list(column.codes)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _looked_up(text: str, known: dict[str, str]) -> str:
    if text not in known:
        raise Wrong("unknown")
    return known[text]


def _reference(text: str, nobody: frozenset[str]) -> str | None:
    if text.casefold() in nobody:
        return None
    if SCIENTIFIC.fullmatch(text):
        raise Wrong("in scientific notation")
    return text


def _moment(text: str, zone: ZoneInfo, *, with_time: bool = False) -> pd.Timestamp:
    """A day or moment on the force's clock; `YYYY-MM` is that month's first day, where no time is asked for."""
    if not with_time and FIRST_OF_MONTH.fullmatch(text):
        text = f"{text}-01"
    if not DAY.match(text) or (with_time and len(text) == 10):
        raise Wrong("no date, or no time")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong("no date") from error
    if found.tzinfo is not None:
        found = found.astimezone(zone)
    return pd.Timestamp(found.replace(tzinfo=None)).as_unit("us")


def _flag(text: str) -> str:
    if text.casefold() not in YES | NO:
        raise Wrong("neither Y nor N")
    return "Y" if text.casefold() in YES else "N"


def _number(text: str, column: Column) -> int:
    """A whole number, or a number as millionths, within the column's limits (inclusive)."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Wrong("no number") from error
    if not value.is_finite() or (column.kind == "whole" and not WHOLE.fullmatch(text)):
        raise Wrong("no such number")
    if (column.low is not None and value < Decimal(str(column.low))) or (
        column.high is not None and value > Decimal(str(column.high))
    ):
        raise Wrong("outside its limits")
    if column.kind == "whole":
        return int(value)
    return int((value * MILLION).to_integral_value(ROUND_HALF_UP))


def _code(text: str, codes: list[str], says_nothing: frozenset[str]) -> str | None:
    if text in codes:
        return text
    same = {_whole(code): code for code in codes if _whole(code) is not None}
    if _whole(text) in same and _whole(text) is not None:
        return same[_whole(text)]
    if text.casefold() in says_nothing:
        return None
    raise Wrong("unknown code")


def _whole(text: str) -> str | None:
    """A whole number without what spreadsheets add to it: 16 of 16.0 and 016."""
    found = WHOLE.fullmatch(text)
    return f"{found[1].strip('+')}{found[2]}" if found else None


def _codes(text: str, codes: list[str], says_nothing: frozenset[str]) -> tuple[str, ...] | None:
    said = {_code(part.strip(), codes, says_nothing) for part in text.split(";") if part.strip()}
    return tuple(code for code in codes if code in said) or None


# ---- the contract


def _checked(
    raw: pd.DataFrame, name: str, table: Table, declarations: Declarations, end: date
) -> tuple[Rows, dict[str, int]]:
    """The good rows of a table, with its derived columns, and the account of the others."""
    given = [column for column in table.columns if column in raw]
    values, wrong = {}, {}
    for column in table.columns:
        cells = raw[column] if column in raw else pd.Series([""] * len(raw), dtype=object)
        values[column], wrong[column] = _values(cells, _reader(table.columns[column], declarations))
    frame = pd.DataFrame(values, index=raw.index, dtype=object)
    for column in frame:
        if table.columns[column].is_day:
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    kept = derive(frame, name, table, declarations, given)
    read = _as_written(kept, raw, wrong)
    left_out = ~np.logical_and.reduce([np.ones(len(raw), bool)] + [
        holds(read, column, condition, None) for column, condition in table.left_out_unless.items()
    ])  # fmt: skip
    bad = np.zeros(len(raw), bool)
    for broken in (*wrong.values(), *_breaches(kept, table, declarations, end)):
        bad |= broken
    if "_ragged" in raw:
        bad |= (raw["_ragged"] == "Y").to_numpy()
    good = ~left_out & ~bad
    doubled = _doubled(kept.frame, table, good)
    account = {
        "rows_in": len(raw),
        "left_out": int(left_out.sum()),
        "quarantined": int((bad & ~left_out).sum()),
        "doubled": int(doubled.sum()),
    }
    return kept.only(good & ~doubled), account


def _values(cells: pd.Series, read: Callable[[str], Any]) -> tuple[np.ndarray, np.ndarray]:
    """The values of a column's cells, and which of the cells are wrong (their values are blank)."""

    def read_or_wrong(text: str) -> Any:
        try:
            return read(text) if text else None
        except Wrong as wrong:
            return wrong

    found = _distinct(cells, read_or_wrong)
    broken = np.array([isinstance(value, Wrong) for value in found], bool)
    found[broken] = None
    return found, broken


def _as_written(rows: Rows, raw: pd.DataFrame, wrong: dict[str, np.ndarray]) -> Rows:
    """The rows with what is wrong as it is written, for what is left out is looked at before anything is checked."""
    frame = rows.frame.copy()
    for column, broken in wrong.items():
        if broken.any() and column in raw and frame[column].dtype == object and column not in rows.numeric:
            frame.loc[broken, column] = raw.loc[broken, column]
    return rows.with_frame(frame)


def _breaches(rows: Rows, table: Table, declarations: Declarations, end: date) -> Iterator[np.ndarray]:
    """Of each rule of the contract, the rows that break it."""
    frame = rows.frame
    yield frame[table.date].isna().to_numpy()
    for name, column in table.columns.items():
        if column.filled:
            yield frame[name].isna().to_numpy()
        if column.is_day:
            if not table.future:
                yield (frame[name].dt.normalize() > pd.Timestamp(end)).to_numpy()
            if column.not_before is not None:
                yield _too_early(frame, name, table, declarations)
    for first, second in table.together:
        if {first, second} <= rows.fed:
            yield (frame[first].isna() != frame[second].isna()).to_numpy()


def _too_early(frame: pd.DataFrame, name: str, table: Table, declarations: Declarations) -> np.ndarray:
    floor = table.columns[name].not_before
    if floor == "history_floor":
        floor = declarations.force.history_floor
    if isinstance(floor, date):
        return (frame[name] < pd.Timestamp(floor)).to_numpy()
    by_day = "date" in {table.columns[name].kind, table.columns[str(floor)].kind}
    this, other = frame[name], frame[str(floor)]
    return ((this.dt.normalize() < other.dt.normalize()) if by_day else (this < other)).to_numpy()


def _doubled(frame: pd.DataFrame, table: Table, good: np.ndarray) -> np.ndarray:
    """Good rows whose reference stands on an earlier good row: exact duplicates, or other content that does not stay."""
    if table.reference is None:
        return np.zeros(len(frame), bool)
    named = good & frame[table.reference].notna().to_numpy()
    doubled = np.zeros(len(frame), bool)
    doubled[named] = frame.loc[named, table.reference].duplicated().to_numpy()
    return doubled


# ---- how far the rows reach


def _reach(
    tables: dict[str, Rows], accounts: dict[str, dict[str, int]], declarations: Declarations, settings: dict[str, Any]
) -> Extract:
    declared, as_at = settings.get("history_from"), settings.get("as_at")
    empty = {name: {pd.Period(str(month), "M") for month in said} for name, said in
             (settings.get("empty_months") or {}).items()}  # fmt: skip
    months = {name: rows.months() | empty.get(name, set()) for name, rows in tables.items()}
    own = [name for name in tables if _history_of(name, tables, declarations) == name]
    lasts = [max(months[name]) for name in own if months[name] and not declarations.tables[name].future]
    latest = _last_whole(as_at) if as_at else max(lasts, default=None)
    history, ends, gaps = {}, {}, {}
    for name in tables:
        source = _history_of(name, tables, declarations)
        first = pd.Period(str(declared), "M") if declared else min(months[source], default=None)
        every = source == name and declarations.tables[name].months == "every"
        history[name] = first
        ends[name] = max(months[name], default=None) if every else latest
        there = months[name]
        gaps[name] = set(pd.period_range(min(there), max(there), freq="M")) - there if every and there else set()
    return Extract(tables, latest, history, ends, gaps, accounts)


def _history_of(name: str, tables: dict[str, Rows], declarations: Declarations) -> str:
    """The table whose first month a table takes: its own where the other one is not there."""
    other = declarations.tables[name].history
    return name if other == "own" or other not in tables else _history_of(other, tables, declarations)


def _last_whole(as_at: date) -> pd.Period:
    month = pd.Period(as_at, "M")
    return month if month.end_time.date() == as_at else month - 1
