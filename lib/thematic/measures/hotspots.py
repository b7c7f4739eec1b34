"""Turns the counts of a measure by hexagon into hotspots; public reports have none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

import numpy as np
from numpy.typing import NDArray

from thematic.core import hexagons
from thematic.core.hexagons import Hexagon
from thematic.core.periods import Window
from thematic.cubes.bases import base_of
from thematic.cubes.tallies import Tally
from thematic.measures.data import ReportData
from thematic.params.measures import Count
from thematic.params.themes import CELL, TOTAL
from thematic.stats.hotspots import hotspots_of_counts, hotspots_of_residents


@dataclass(frozen=True)
class Cell:
    """One hexagon: the unit it lies in, its count, the p-value of the test adjusted over the
    map (None: not tested), and whether it is a hotspot. Where the map is tested against residents, `residents` are the
    hexagon's and `expected` its part by them of what the tested hexagons hold (None: its residents are not known)."""

    hexagon: Hexagon
    unit: str
    count: int
    p: float | None
    hot: bool
    residents: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class Hotspots:
    """A measure's counts over a window by hexagon, of the whole force, as they stood at the window's end.

    `spread` is how much the hexagons differ from their residents' share beyond chance, a standard deviation as a part
    of what is expected (None: not tested against residents). `off_map` is the count of what lies in no hexagon. The
    hexagons of one report are those of another for the same period: a unit's shows its own part of the force's map,
    with the same counts (whichever unit a row names) and the same levels.
    """

    cells: tuple[Cell, ...]
    width_km: float
    off_map: int
    spread: float | None = None

    @property
    def is_of_residents(self) -> bool:
        """Whether the hotspots are where more is recorded than residents explain, not where most is recorded."""
        return any(cell.residents is not None for cell in self.cells)

    @property
    def without_residents(self) -> int:
        """How many hexagons are not tested because their residents are not known, of a map of residents."""
        return sum(cell.residents is None for cell in self.cells) if self.is_of_residents else 0

    @property
    def is_tested(self) -> bool:
        return any(cell.p is not None for cell in self.cells)

    @cached_property
    def hot(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.hot)

    def within(self, units: Collection[str] | None) -> list[Cell]:
        """The cells of some units by name; of the force for None."""
        return [cell for cell in self.cells if units is None or cell.unit in units]


def find(data: ReportData, name: str) -> Hotspots:
    """The hotspots of a measure that the theme maps.

    Where more is recorded than residents explain where the residents of hexagons are known, else where most is
    recorded; at most 5% of the hotspots of the force's map are false (stats/hotspots.py).
    """
    width = data.params.hexagon_km(data.theme_name)
    ground = data.cubes.ground.at(width, data.period)
    counts, everywhere = _counts(data, name, [hexagons.name_of(each) for each in ground])
    people = data.cubes.residents.at(width, data.window(name).end.last_day)
    rows = list(zip(ground, ground.values(), counts, strict=True))
    off_map = everywhere - sum(counts)
    if any(people.get(each, 0) > 0 for each in ground):
        cells, spread = _of_residents(rows, people)
        return Hotspots(cells, width, off_map, spread)
    return Hotspots(_of_counts(rows), width, off_map)


def _counts(data: ReportData, name: str, cells: Sequence[str]) -> tuple[list[int], int]:
    """The measure's count in each cell over its window, and in all, with or without a place."""
    counted = data.measure(name).numerator
    if not isinstance(counted, Count):
        return [0] * len(cells), 0
    key, window = base_of(counted, data.theme, data.params.tables).key, data.window(name)
    in_cells = _sums(data, key, CELL, cells, window)
    return in_cells, _sums(data, key, TOTAL, [TOTAL], window)[0]


def _sums(data: ReportData, key: str, split: str, names: Sequence[str], window: Window) -> list[int]:
    rows = data.cubes.rows(key, split)
    counted = Tally(len(names), rows.category.among(names), rows).monthly(window, window.end).sum(axis=1)
    return [int(count) for count in counted]


_Row = tuple[Hexagon, str, int]
"""A hexagon, its unit and its count."""


def _of_counts(rows: Sequence[_Row]) -> tuple[Cell, ...]:
    """The hexagons, tested for being where most is recorded."""
    values = [count for _, _, count in rows]
    if len(set(values)) < 2:
        return tuple(Cell(*row, None, False) for row in rows)
    found = hotspots_of_counts(values, _around(rows))
    tested = zip(rows, _known(found.adjusted), found.hot.tolist(), strict=True)
    return tuple(Cell(*row, p, hot) for row, p, hot in tested)


def _of_residents(rows: Sequence[_Row], people: Mapping[Hexagon, float]) -> tuple[tuple[Cell, ...], float]:
    """The hexagons, those with residents tested for holding more than these explain, and the spread between them."""
    known = [row for row in rows if people.get(row[0], 0) > 0]
    values, living = [count for _, _, count in known], [people[row[0]] for row in known]
    found = hotspots_of_residents(values, living, _around(known))
    each = sum(values) / sum(living)
    tested = zip(known, _known(found.adjusted), found.hot.tolist(), living, strict=True)
    cells = {row[0]: Cell(*row, p, hot, own, each * own) for row, p, hot, own in tested}
    return tuple(cells.get(row[0]) or Cell(*row, None, False) for row in rows), found.spread


def _around(rows: Sequence[_Row]) -> list[list[int]]:
    """For each hexagon the numbers of those of the rows that touch it."""
    places = {row[0]: number for number, row in enumerate(rows)}
    return [[places[near] for near in hexagons.neighbours(one) if near in places] for one in places]


def _known(p: NDArray[np.float64]) -> list[float | None]:
    return [None if isnan(each) else each for each in p.tolist()]
