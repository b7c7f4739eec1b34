"""Turns the counts of a measure by hexagon into released counts, and these into hotspots."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan

from thematic.core import hexagons
from thematic.core.hexagons import Hexagon
from thematic.core.periods import Window
from thematic.cubes.bases import base_of
from thematic.cubes.tallies import Tally
from thematic.measures.data import ReportData
from thematic.params.measures import Count
from thematic.params.themes import CELL, TOTAL
from thematic.stats.hotspots import hotspots_of_counts


@dataclass(frozen=True)
class Cell:
    """One hexagon: the unit it lies in, its released count (None: withheld), the p-value of the test adjusted over the
    map (None: not tested), and whether it is a hotspot."""

    hexagon: Hexagon
    unit: str
    count: int | None
    p: float | None
    hot: bool

    @property
    def shown(self) -> int:
        """The count that is drawn and tested: what is withheld stands as none."""
        return self.count or 0


@dataclass(frozen=True)
class Hotspots:
    """A measure's counts over a window by hexagon, of the whole force, as they stood at the window's end.

    `off_map` is the released count of what lies in no hexagon (None: withheld). The hexagons of one report are those
    of another for the same period and audience: a unit's shows its own part of the force's map, with the same counts
    (whichever unit a row names) and the same levels, so that nothing can be told by taking one from another.
    """

    cells: tuple[Cell, ...]
    width_km: float
    off_map: int | None

    @property
    def withheld(self) -> int:
        """How many hexagons' counts are withheld."""
        return sum(cell.count is None for cell in self.cells)

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

    Where most is recorded, at most 5% of the hotspots of the force's map being false (stats/hotspots.py).
    """
    width = data.params.hexagon_km(data.theme_name)
    ground = data.cubes.ground.at(width, data.period)
    counts, everywhere = _counts(data, name, [hexagons.name_of(each) for each in ground])
    found = _tested(ground, counts)
    return Hotspots(tuple(found), width, everywhere - sum(counts))


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


def _tested(ground: Mapping[Hexagon, str], released: Sequence[int | None]) -> list[Cell]:
    places = {each: number for number, each in enumerate(ground)}
    around = [[places[each] for each in hexagons.neighbours(one) if each in places] for one in places]
    values = [count or 0 for count in released]
    rows = list(zip(places, ground.values(), released, strict=True))
    if len(set(values)) < 2:
        return [Cell(*row, None, False) for row in rows]
    found = hotspots_of_counts(values, around)
    pairs = zip(rows, found.adjusted.tolist(), found.hot.tolist(), strict=True)
    return [Cell(*row, None if isnan(p) else p, hot) for row, p, hot in pairs]
