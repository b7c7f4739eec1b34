"""Turns a set of public reports into what a reader could work out of it: linear programming over all they print.

The reader is told every band: how far a line, a part and a total may lie from the truth. They know what is declared, so
that they know which counts add up to which, and that a part is no more than its whole. For each small count that is
printed the least and the greatest number that fits all others are found.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack

from thematic.core.areas import NO_LOCATION
from thematic.core.periods import Month
from thematic.cubes.bases import base_of, sides_of
from thematic.cubes.tallies import ThemeCubes
from thematic.measures.disclosure import Rounding
from thematic.measures.ledger.plan import Ledger, Plan, Shown, plan
from thematic.params import Params
from thematic.params.measures import Count
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL

FEWEST_VALUES = 5
"""A small count must leave so many numbers open."""


@dataclass(frozen=True)
class Told:
    """A count that is printed: what it is of (the key of a count and its category), where, from which month to which
    (inclusive), and the number."""

    key: str
    dimension: str
    category: str
    level: str
    area: str
    first: int
    last: int
    number: int


@dataclass(frozen=True)
class Learnt:
    """What is known of a small count: the least and the greatest number that it can be."""

    told: Told
    least: int
    greatest: int

    @property
    def values(self) -> int:
        return self.greatest - self.least + 1

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves too few numbers open, or rules out that there was none."""
        return self.values < FEWEST_VALUES or self.least > 0


def told_in(params: Params, theme: str, folder: Path) -> set[Told]:
    """Every count that the CSVs of a theme print, in all periods of a folder of reports."""
    found: set[Told] = set()
    for path in sorted(folder.glob(f"[0-9]*/{theme}/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found |= set(counts_of(params, theme, path.stem, csv.DictReader(stream)))
    return found


def counts_of(params: Params, theme: str, slug: str, rows: Iterable[Mapping[str, str]]) -> Iterator[Told]:
    """The counts that the rows of one report print: numerators, denominators, and what a count was a year before."""
    own = params.area(slug)
    for row in rows:
        measure, dimension = params.measures[row["measure"]], row["dimension"]
        sides = sides_of(measure, params.measures)
        first = Month.containing(date.fromisoformat(row["window_start"])).index
        last = Month.containing(date.fromisoformat(row["window_end"])).index
        level, area = own.level, own.name
        split, category = dimension, row["category"]
        if dimension in params.levels:
            level, area, split, category = dimension, row["category"], TOTAL, TOTAL
        elif dimension in (TOTAL, MONTH, ROLLING, FORCE_ROW):
            split = category = TOTAL
            level, area = ("force", "") if dimension == FORCE_ROW else (level, area)
        earlier = row["previous_value"] if measure.unit == "count" else ""
        told = [(0, row["numerator"], 0), (1, row["denominator"], 0), (0, earlier, 12)]
        for side, number, back in told:
            count = sides[side] if side < len(sides) else None
            if number and isinstance(count, Count) and count.sum is None and count.standing is None:
                base = base_of(count, params.themes[theme], params.tables)
                yield Told(base.key, split, category, level, area, first - back, last - back, int(float(number)))


class Attack:
    """A reader of everything that is printed of one theme."""

    def __init__(self, params: Params, theme: str, cubes: ThemeCubes, told: Iterable[Told]) -> None:
        self.params, self.theme = params, theme
        self.plan: Plan = plan(params, theme, cubes)
        self._ledgers = {each.name: each for each in self.plan.ledgers}
        self.told = sorted(set(told), key=repr)
        cuts = sorted({each.first for each in self.told} | {each.last + 1 for each in self.told})
        self._cuts = {month: place for place, month in enumerate(cuts)}
        self._areas = self._known_areas(cubes)
        leaves = [
            (ledger.name, areas, part.label)
            for ledger in self.plan.ledgers
            for areas in sorted(self._areas[ledger.levels])
            for part in ledger.parts
        ]
        self._numbers = {leaf: number for number, leaf in enumerate(leaves)}
        self._places = [self._places_of(each) for each in self.told]
        self._sums, self._least, self._greatest = self._bands()
        self._whole = self._families()

    @property
    def small(self) -> list[int]:
        """The places of the counts that are printed as few."""
        low = self.params.disclosure.base
        return [place for place, each in enumerate(self.told) if each.number <= low and len(self._places[place])]

    def learn(self, place: int) -> Learnt:
        """The least and the greatest number that a printed count can be."""
        aim = np.zeros(self._size)
        aim[self._places[place]] = 1
        limits = {
            "A_ub": vstack([self._sums, -self._sums]),
            "b_ub": np.concatenate([self._greatest, -self._least]),
            "A_eq": self._whole,
            "b_eq": np.zeros(self._whole.shape[0]),
            "bounds": (0, None),
            "method": "highs",
        }
        ends = [linprog(sign * aim, **limits) for sign in (1, -1)]
        if any(each.status != 0 for each in ends):
            raise ValueError(f"{self.told[place]}: what is printed cannot all be true")
        return Learnt(self.told[place], int(np.ceil(ends[0].fun - 1e-6)), int(np.floor(-ends[1].fun + 1e-6)))

    @property
    def _size(self) -> int:
        return len(self._numbers) * (len(self._cuts) - 1)

    def _known_areas(self, cubes: ThemeCubes) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
        """The areas that rows are placed in, for each set of levels that a ledger has."""
        found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for ledger in self.plan.ledgers:
            known = found.setdefault(ledger.levels, set() if ledger.levels else {()})
            for part in ledger.parts:
                for key, dimension, _ in part.plus:
                    rows = cubes.rows(key, dimension)
                    columns = [
                        [rows.places[each].known[code] for code in rows.places[each].codes] for each in ledger.levels
                    ]
                    known |= set(zip(*columns, strict=True))
        return found

    def _places_of(self, told: Told) -> np.ndarray:
        """The variables that a printed count is the sum of: leaves in each of the spans that its window is made of."""
        leaves: list[int] = []
        for shown in self._read_off(told):
            ledger = self._ledgers[shown.ledger]
            labels = [label for label, category in shown.categories.items() if category == told.category]
            for areas in sorted(self._areas[ledger.levels]):
                if self._is_in(told, ledger, areas):
                    leaves += [self._numbers[ledger.name, areas, label] for label in labels]
        spans = range(self._cuts[told.first], self._cuts[told.last + 1])
        width = len(self._cuts) - 1
        return np.array([leaf * width + span for leaf in leaves for span in spans], dtype=np.int64)

    def _read_off(self, told: Told) -> list[Shown]:
        found = [each for each in self.plan.shown if (each.key, each.dimension) == (told.key, told.dimension)]
        return [
            each
            for each in found
            if told.category in each.categories.values()
            and (told.level == "force" or self._level(told) in self._ledgers[each.ledger].levels)
        ][:1]

    def _level(self, told: Told) -> str:
        return next(
            (area.counted_at[0] for area in self.params.areas(told.level) if area.name == told.area), told.level
        )

    def _is_in(self, told: Told, ledger: Ledger, areas: tuple[str, ...]) -> bool:
        if told.level == "force":
            return True
        if told.area == NO_LOCATION:
            return areas[ledger.levels.index(told.level)] == NO_LOCATION
        area = next(each for each in self.params.areas(told.level) if each.name == told.area)
        level, names = area.counted_at
        return areas[ledger.levels.index(level)] in names

    def _bands(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        """What each printed count is the sum of, and the least and the greatest that the sum can be."""
        rows = [np.full(len(each), place) for place, each in enumerate(self._places)]
        columns = np.concatenate(self._places) if self._places else np.zeros(0, dtype=int)
        sums = coo_array(
            (np.ones(len(columns)), (np.concatenate(rows) if rows else columns, columns)),
            shape=(len(self.told), self._size),
        )
        numbers = np.array([each.number for each in self.told], dtype=float)
        off = np.array([self._off(place) for place in range(len(self.told))], dtype=float)
        return csr_array(sums), np.maximum(numbers - off, 0), numbers + off

    def _off(self, place: int) -> int:
        """How far the printed count may lie from the truth."""
        rules = self.params.disclosure
        rounding = Rounding(rules.base, rules.minimum_denominator, rules.draws_of(self.theme))
        shown = self._read_off(self.told[place])
        if not shown or not len(self._places[place]):
            return 10**9
        ledger = self._ledgers[shown[0].ledger]
        spans = self._cuts[self.told[place].last + 1] - self._cuts[self.told[place].first]
        alone = ledger.is_root and len(self._places[place]) == spans
        return rounding.line if alone else rounding.total

    def _families(self) -> csr_array:
        """That the parts of a cell are its whole, in every span."""
        width = len(self._cuts) - 1
        rows: list[tuple[list[int], list[int]]] = []
        for ledger in self.plan.ledgers:
            if ledger.parent is None:
                continue
            parent = self._ledgers[ledger.parent]
            for cell, parts in self._cells(ledger).items():
                whole = [
                    self._numbers[parent.name, areas, label]
                    for areas in self._areas[parent.levels]
                    for label in sorted(ledger.parent_labels)
                    if cell[1] in ("", label)
                    and tuple(areas[parent.levels.index(each)] for each in ledger.levels) == cell[0]
                ]
                rows.append((parts, whole))
        numbers, signs, places = [], [], []
        for place, (parts, whole) in enumerate(rows):
            for span in range(width):
                row = place * width + span
                numbers += [row] * (len(parts) + len(whole))
                places += [each * width + span for each in (*parts, *whole)]
                signs += [1.0] * len(parts) + [-1.0] * len(whole)
        shape = (len(rows) * width, self._size)
        return csr_array(coo_array((signs, (numbers, places)), shape=shape))

    def _cells(self, ledger: Ledger) -> dict[tuple[tuple[str, ...], str], list[int]]:
        found: dict[tuple[tuple[str, ...], str], list[int]] = {}
        for areas in sorted(self._areas[ledger.levels]):
            for part in ledger.parts:
                place = self._numbers[ledger.name, areas, part.label]
                found.setdefault((areas, part.cell), []).append(place)
        return found


def said(params: Params, theme: str, attack: Attack, learnt: Sequence[Learnt]) -> list[str]:
    """What the attack of a theme found, in words."""
    title = params.themes[theme].title
    small = f"{len(attack.small):,} of them few; {len(learnt):,} of these worked out"
    lines = [f"{title}: {len(attack.told):,} counts printed, {small}."]
    if learnt:
        fewest = min(each.values for each in learnt)
        lines.append(f"  Every one of these can be any of {fewest} numbers or more.")
    narrow = [each for each in learnt if each.is_narrow]
    lines += [f"  TOO NARROW: {each.told}: {each.least} to {each.greatest}" for each in narrow]
    return lines
