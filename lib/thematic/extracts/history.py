"""Turns the months in which tables have rows into the months that figures may be made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.params.sources import ExtractSettings
from thematic.params.tables import Table

Months = Mapping[str, set[str]]
"""For each table that is there the months (`YYYY-MM`) with rows."""


@dataclass(frozen=True)
class History:
    """By table, months as `YYYY-MM`: the first of its history, its last, and those between without rows that ought to
    have some. `latest` is the last month that reports can be about."""

    latest: str
    starts: dict[str, str]
    ends: dict[str, str]
    gaps: dict[str, list[str]]


def find_history(tables: Mapping[str, Table], months: Months, arrived: Months, settings: ExtractSettings) -> History:
    """The history of each table in `months`, which gives the months of kept rows; in those of `arrived` it was handed
    over, even where no row was kept.

    Raises DataRefused when no table has any row.
    """
    own = {name: _own(name, tables, months) for name in months}
    latest = latest_period(tables, months, settings)
    starts = {name: settings.history_from or min(months[own[name]], default=latest) for name in months}
    there = {name: found | arrived[name] for name, found in months.items()}
    every = [name for name in months if tables[name].months == "every" and own[name] == name]
    ends = {name: _end(name, there[name], settings, latest, name in every) for name in months}
    gaps = {name: _gaps(name, starts[name], there[name], settings) for name in every}
    return History(latest, starts, ends, {name: found for name, found in gaps.items() if found})


def latest_period(tables: Mapping[str, Table], months: Months, settings: ExtractSettings) -> str:
    """The last month that `as_at` completes; without it the last in which a table with a history of its own has rows.

    Tables of forecasts tell no end. Raises DataRefused when no table has any row.
    """
    if not any(months.values()):
        raise DataRefused("The extract holds no rows that can be used. Bring tables with rows.")
    if settings.as_at is not None:
        month = Month.containing(settings.as_at)
        return str(month if settings.as_at == month.last_day else month - 1)
    past = [name for name in months if not tables[name].future] or list(months)
    own = [name for name in past if _own(name, tables, months) == name]
    dated = [month for name in own for month in months[name]] or [month for name in past for month in months[name]]
    return max(dated or [month for found in months.values() for month in found])


def history_notes(history: History, tables: Mapping[str, Table], fix: str) -> Iterator[str]:
    """A sentence for each table with a gap (and `fix`, what to do about it), and for each that ends before the latest
    period."""
    for name, gaps in history.gaps.items():
        what = f"{tables[name].title} ({name}): no rows in {', '.join(_spans(gaps))}"
        yield f"{what}. Figures whose window includes such a month are not available. {fix}"
    for name, end in history.ends.items():
        if end < history.latest:
            what = f"{tables[name].title} ({name}): it ends with {end}, and the extract goes on to {history.latest}"
            yield f"{what}. Figures that need later months of it are not available."


def _own(name: str, tables: Mapping[str, Table], months: Months) -> str:
    """The table whose months are this one's history: its own, where the other is not there."""
    seen = {name}
    other = tables[name].history
    while other != "own" and other in months and other not in seen:
        seen.add(other)
        name, other = other, tables[other].history
    return name


def _end(name: str, months: set[str], settings: ExtractSettings, latest: str, every: bool) -> str:
    """The last month of a table. One that need not have rows in every month goes on to the latest period."""
    if not every:
        return max([latest, *months])
    if not months:
        return str(Month.parse(latest) - 1)
    empty = set(settings.empty_months.get(name, ()))
    month = Month.parse(max(months))
    while str(month + 1) in empty:
        month = month + 1
    return str(month)


def _gaps(name: str, start: str, arrived: set[str], settings: ExtractSettings) -> list[str]:
    """The months of the history without rows between others, less those in which nothing happened."""
    if not arrived:
        return []
    first, last = Month.parse(max(start, min(arrived))), Month.parse(max(arrived))
    empty = set(settings.empty_months.get(name, ()))
    months = (str(Month(index)) for index in range(first.index, last.index))
    return [month for month in months if month not in arrived and month not in empty]


def _spans(months: list[str]) -> Iterator[str]:
    """Months in a row as one span, such as `2020-06 to 2020-08`."""
    for _, run in groupby(enumerate(map(Month.parse, months)), key=lambda pair: pair[1].index - pair[0]):
        found = [month for _, month in run]
        yield str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"
