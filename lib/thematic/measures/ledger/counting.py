"""Turns a theme's cubes into what the leaves of its ledgers hold at the end of each month, as known by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thematic.core.periods import Month
from thematic.cubes.tallies import NEVER, Names, Rows, ThemeCubes
from thematic.measures.ledger.plan import Ledger, Part

Integers = NDArray[np.int64]
Areas = tuple[str, ...]
_BETWEEN = " | "


@dataclass(frozen=True)
class Leaf:
    """A leaf: its area at each of its ledger's levels ("" where its table has none), and the label of its part."""

    areas: Areas
    label: str
    cell: str = ""

    @cached_property
    def name(self) -> str:
        return _BETWEEN.join([*self.areas, self.label])

    @cached_property
    def cell_name(self) -> str:
        return _BETWEEN.join([*self.areas, self.cell])

    @classmethod
    def named(cls, name: str, ledger: Ledger) -> Leaf:
        """The leaf of a ledger that has this name."""
        areas, label = parted(name, ledger)
        cells = {part.label: part.cell for part in ledger.parts}
        return cls(areas, label, cells.get(label, ""))


def parted(name: str, ledger: Ledger) -> tuple[Areas, str]:
    """The areas and the label of the leaf of a ledger that has this name."""
    *areas, label = name.split(_BETWEEN, len(ledger.levels))
    return tuple(areas), label


@dataclass(frozen=True)
class Counted:
    """The leaves of a ledger, sorted by name, and the running total of each (leaf x month, from `first` on): of all
    that is dated to the month's end or before, as the cubes know it."""

    leaves: tuple[Leaf, ...]
    first: Month
    totals: Integers

    def with_leaves(self, names: Iterable[str], ledger: Ledger) -> Counted:
        """The same with leaves of these names, of which there is nothing now."""
        known = {leaf.name for leaf in self.leaves}
        more = [Leaf.named(name, ledger) for name in names if name not in known]
        if not more:
            return self
        totals = np.vstack([self.totals, np.zeros((len(more), self.totals.shape[1]), dtype=np.int64)])
        every = (*self.leaves, *more)
        order = sorted(range(len(every)), key=lambda place: every[place].name)
        return Counted(tuple(every[place] for place in order), self.first, totals[order])

    def at(self, month: Month) -> Integers:
        """The running totals at the end of a month."""
        place = month.index - self.first.index
        return self.totals[:, place] if place >= 0 else np.zeros(len(self.leaves), dtype=np.int64)


@dataclass(frozen=True)
class _Came:
    """What came (n above 0) and went of one split of a count, a row each: its category, area and month."""

    known: tuple[str, ...]
    category: Integers
    area: Integers
    month: Integers
    n: Integers


class Flows:
    """The counts of a theme's cubes as what came and went in each month from `first` to `last`."""

    def __init__(self, cubes: ThemeCubes, first: Month, last: Month) -> None:
        self.first, self.last, self._cubes = first, last, cubes
        self._areas: dict[tuple[str, ...], dict[Areas, int]] = {}
        self._known: dict[tuple[str, str, tuple[str, ...]], _Came] = {}

    def counted(self, ledger: Ledger) -> Counted:
        """The leaves of a ledger with anything in them, and their running totals."""
        months = self.last.index - self.first.index + 1
        found: dict[Leaf, Integers] = {}
        for part in ledger.parts:
            sums = self._of_part(part, ledger.levels, months)
            areas = {number: areas for areas, number in self._areas.get(ledger.levels, {}).items()}
            for number in np.flatnonzero(sums.any(axis=1)):
                found[Leaf(areas[int(number)], part.label, part.cell)] = sums[number, :months].cumsum()
        order = sorted(found, key=lambda leaf: leaf.name)
        totals = np.array([found[leaf] for leaf in order], dtype=np.int64).reshape(len(order), months)
        return Counted(tuple(order), self.first, totals)

    def _of_part(self, part: Part, levels: tuple[str, ...], months: int) -> Integers:
        """What came less what went of a part, by area (as numbered among those of its levels) and month."""
        sources = [(sign, source) for sign, each in ((1, part.plus), (-1, part.minus)) for source in each]
        came = [(sign, self._came(*source[:2], levels), source[2]) for sign, source in sources]
        sums = np.zeros((len(self._areas.get(levels, ())), months + 1), dtype=np.int64)
        for sign, rows, category in came:
            if category in rows.known:
                chosen = np.flatnonzero(rows.category == rows.known.index(category))
                np.add.at(sums, (rows.area[chosen], rows.month[chosen]), sign * rows.n[chosen])
        return sums

    def _came(self, key: str, dimension: str, levels: tuple[str, ...]) -> _Came:
        asked = (key, dimension, levels)
        if asked not in self._known:
            self._known[asked] = self._read(self._cubes.rows(key, dimension), levels)
        return self._known[asked]

    def _read(self, rows: Rows, levels: tuple[str, ...]) -> _Came:
        came = np.maximum(rows.month, rows.from_month)
        counts = rows.until_month > came
        went = counts & (rows.until_month < NEVER)
        area = self._numbered(rows, levels)
        last = self.last.index - self.first.index + 1
        when = np.concatenate([came[counts], rows.until_month[went]]) - self.first.index
        return _Came(
            rows.category.known,
            np.concatenate([rows.category.codes[counts], rows.category.codes[went]]),
            np.concatenate([area[counts], area[went]]),
            np.clip(when, 0, last),
            np.concatenate([rows.n[counts], -rows.n[went]]),
        )

    def _numbered(self, rows: Rows, levels: tuple[str, ...]) -> Integers:
        """The number of each row's area among those that rows of these levels have."""
        numbers = self._areas.setdefault(levels, {})
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        nowhere = Names(np.full(len(rows), -1, dtype=np.int64), ())
        codes = np.stack(
            [np.zeros(len(rows), dtype=np.int64), *(rows.places.get(each, nowhere).codes for each in levels)]
        )
        seen, inverse = np.unique(codes, axis=1, return_inverse=True)
        known = [rows.places.get(each, nowhere).known for each in levels]
        names = [
            tuple(words[code] if code >= 0 else "" for words, code in zip(known, column[1:], strict=True))
            for column in seen.T
        ]
        return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)[inverse.ravel()]
