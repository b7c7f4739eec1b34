"""Compares the figures of a report as they were released with others: verdicts, revisions, what is new or gone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, str]
"""A figure as a report's CSV has it."""
Key = tuple[str, str, str]
"""A figure's measure, dimension and category."""
_SERIES = frozenset({"month", "rolling"})
"""Dimensions that are not tested, and whose categories move on with the period."""
_VALUES = ("numerator", "denominator", "value", "status")


@dataclass(frozen=True)
class Difference:
    """A figure that differs: as it was released, and as it is."""

    key: Key
    before: Row
    now: Row


def read_rows(figures: bytes) -> list[Row]:
    """The figures of a report's CSV."""
    return list(csv.DictReader(io.StringIO(figures.decode(), newline="")))


def key_of(row: Row) -> Key:
    return row["measure"], row["dimension"], row["category"]


def verdicts_changed(before: Iterable[Row], now: Iterable[Row]) -> tuple[Difference, ...]:
    """The figures whose verdict differs, of those that have one in both."""
    return tuple(
        each for each in _pairs(before, now) if each.before["trend"] and each.now["trend"] and _differ(each, "trend")
    )


def revised(before: Iterable[Row], now: Iterable[Row]) -> tuple[Difference, ...]:
    """The figures of one period whose numbers, status or verdict are other than they were released; months too."""
    pairs = _pairs(before, now, leave_out=frozenset({"rolling"}))
    return tuple(each for each in pairs if _differ(each, *_VALUES, "trend"))


def new_and_gone(before: Iterable[Row], now: Iterable[Row]) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """The figures that the one report has and the other has not; of a measure or dimension that is wholly new or gone
    once, with the rest of its key empty."""
    old, new = (_by_key(rows, _SERIES) for rows in (before, now))
    return tuple(_only(new, old)), tuple(_only(old, new))


def _only(these: Mapping[Key, Row], others: Mapping[Key, Row]) -> list[Key]:
    """The keys that are among these alone, each in the shortest form that is not among the others."""
    known = {key[:size] for key in others for size in (1, 2)}
    found: dict[Key, None] = {}
    for measure, dimension, category in these:
        if (measure,) not in known:
            found[measure, "", ""] = None
        elif (measure, dimension) not in known:
            found[measure, dimension, ""] = None
        elif (measure, dimension, category) not in others:
            found[measure, dimension, category] = None
    return list(found)


def _pairs(before: Iterable[Row], now: Iterable[Row], leave_out: frozenset[str] = _SERIES) -> Sequence[Difference]:
    old, new = (_by_key(rows, leave_out) for rows in (before, now))
    return [Difference(key, old[key], row) for key, row in new.items() if key in old]


def _by_key(rows: Iterable[Row], leave_out: frozenset[str]) -> dict[Key, Row]:
    return {key_of(row): row for row in rows if row["dimension"] not in leave_out}


def _differ(pair: Difference, *names: str) -> bool:
    return any(pair.before[name] != pair.now[name] for name in names)
