"""Turns the force's time zone into plain arithmetic, so that no engine's own table of zones is asked."""

# ruff: noqa: S608 - the names of zones are declared, never data
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from thematic.extracts.kinds import text_sql

_HALF_A_DAY = 12 * 60
_SOME_DAYS = timedelta(days=4)
_EARLIEST, _LATEST = datetime(1900, 1, 1), datetime(2100, 1, 1)

Steps = Sequence[tuple[datetime, int]]
"""From each of these times on, by how many minutes the local clock is ahead of UTC; the first holds before it too."""


@dataclass(frozen=True)
class Clock:
    """What the local clock says between two times: `of_local` and `of_utc` are the steps by local time and by UTC."""

    of_local: Steps
    of_utc: Steps

    def utc_sql(self, local: str) -> str:
        """A time on the local clock as it is in UTC."""
        return f"({local} - {_ahead(local, self.of_local)})"

    def local_sql(self, utc: str) -> str:
        """A time in UTC on the local clock."""
        return f"({utc} + {_ahead(utc, self.of_utc)})"


def find_clock(zone: str, first: datetime, last: datetime) -> Clock:
    """The clock of a zone as DuckDB knows it, for times from some days before `first` to some after `last`, both of the
    years from 1900 to 2100 (those beyond have the clock of the nearest)."""
    start, end = (min(max(time, _EARLIEST), _LATEST) for time in (first, last))
    start = (start - _SOME_DAYS).replace(minute=0, second=0, microsecond=0)
    end = max(start, end) + _SOME_DAYS
    with duckdb.connect() as connection:
        local = f"date_diff('minute', timezone('UTC', timezone({text_sql(zone)}, t)), t)"
        utc = f"date_diff('minute', t, timezone({text_sql(zone)}, timezone('UTC', t)))"
        return Clock(*(_steps(connection, ahead, start, end) for ahead in (local, utc)))


def _steps(connection: duckdb.DuckDBPyConnection, ahead: str, start: datetime, end: datetime) -> Steps:
    """First by half days; where the clock has changed between two, by quarters of an hour: then it is changed."""
    found: list[tuple[datetime, int]] = []
    for time, minutes in _looks(connection, ahead, start, end, _HALF_A_DAY):
        if found and minutes != found[-1][1]:
            near = _looks(connection, ahead, time - timedelta(minutes=_HALF_A_DAY), time, 15)
            found += [each for each in near if each[1] != found[-1][1]][:1]
        elif not found:
            found.append((time, minutes))
    return found


def _looks(
    connection: duckdb.DuckDBPyConnection, ahead: str, start: datetime, end: datetime, every: int
) -> list[tuple[datetime, int]]:
    """What the clock says from `start` to `end`, every so many minutes."""
    times = f"unnest(generate_series(CAST(? AS TIMESTAMP), CAST(? AS TIMESTAMP), INTERVAL {every} MINUTE))"
    found = connection.execute(f"SELECT t, {ahead} FROM (SELECT {times} AS t) ORDER BY t", [start, end]).fetchall()
    return [(time, int(minutes)) for time, minutes in found]


def _ahead(time: str, steps: Steps) -> str:
    """The interval by which the clock is ahead at a time: a search by halves."""
    if len(steps) == 1:
        return f"INTERVAL '{steps[0][1]}' MINUTE"
    middle = len(steps) // 2
    before, after = _ahead(time, steps[:middle]), _ahead(time, steps[middle:])
    return f"CASE WHEN {time} < TIMESTAMP '{steps[middle][0]}' THEN {before} ELSE {after} END"
