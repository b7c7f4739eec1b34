"""Turns the counts of a measure by hexagon into released counts, and these into hotspots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from scipy import stats

from thematic.core import hexagons
from thematic.core.hexagons import Hexagon
from thematic.cubes.bases import CELL, base_of
from thematic.cubes.tallies import Tally
from thematic.measures.breakdowns import Setting
from thematic.measures.disclosure import Gate
from thematic.measures.evaluation import window_of
from thematic.params.models import Measure
from thematic.stats.statistics import adjusted, gi_star

LEVELS = (0.99, 0.95)
"""The levels at which a hexagon is a hotspot, the surest first."""

FEWEST_EXPECTED = 5
"""How much a hexagon and its neighbours must hold on average for Gi* to be told from chance by a normal curve."""


@dataclass(frozen=True)
class Cell:
    """One hexagon: the LPU it lies in, its released count (None: withheld), Gi*, and its level if it is a hotspot."""

    hexagon: Hexagon
    lpu: str
    count: int | None
    z: float | None
    level: float | None

    @property
    def shown(self) -> int:
        """The count that is drawn, and that Gi* is worked out from: what is withheld stands as none."""
        return self.count or 0


@dataclass(frozen=True)
class Hotspots:
    """A measure's counts over a window by hexagon, of the whole force, as they stood at the window's end.

    `off_map` is the released count of what lies in no hexagon (None: withheld). The hexagons of one report are those
    of another for the same period and audience: an LPU's shows its own part of the force's map, with the same counts
    (whichever LPU a row names) and the same levels, so that nothing can be told by taking one from another.
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
        return any(cell.z is not None for cell in self.cells)

    @cached_property
    def hot(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.level is not None)

    def within(self, lpu: str | None) -> list[Cell]:
        """The cells of an LPU; of the force for None."""
        return [cell for cell in self.cells if lpu in {None, cell.lpu}]


def find(setting: Setting, gate: Gate, name: str) -> Hotspots:
    """The hotspots of a measure that the theme maps.

    The counts pass the gate first; all else is worked out from what it released. Gi* is tested two-sided, the tests of
    all hexagons adjusted together. A hexagon that holds nothing is no hotspot, whatever its neighbours hold.
    """
    measure = setting.params.measures[name]
    width = setting.params.hexagon_km(setting.cubes.theme)
    ground = setting.cubes.ground.at(width, setting.period)
    counts, everywhere = _counts(setting, measure, [hexagons.name_of(each) for each in ground])
    released = [gate.count(count) for count in counts]
    found = _tested(ground, released)
    return Hotspots(tuple(found), width, gate.count(everywhere - sum(counts)))


def _counts(setting: Setting, measure: Measure, cells: Sequence[str]) -> tuple[list[int], int]:
    """The measure's count in each cell over its window, and in all, with or without a place."""
    window = window_of(measure, setting.period)
    key = base_of(measure.numerator, measure, setting.params.themes[setting.cubes.theme]).key
    rows, whole = setting.cubes.rows(key, CELL), setting.cubes.rows(key, "total")
    counted = Tally(tuple(cells), rows.category.among(cells), rows).monthly(window, window.end).sum(axis=1)
    total = Tally(("total",), whole.category.among(("total",)), whole).monthly(window, window.end).sum()
    return [int(count) for count in counted], int(total)


def _tested(ground: Mapping[Hexagon, str], released: Sequence[int | None]) -> list[Cell]:
    places = {each: number for number, each in enumerate(ground)}
    around = [[places[each] for each in hexagons.neighbours(one) if each in places] for one in places]
    values = [count or 0 for count in released]
    expected = sum(values) * (1 + sum(map(len, around)) / max(len(around), 1)) / max(len(values), 1)
    rows = zip(places, ground.values(), released, strict=True)
    if expected < FEWEST_EXPECTED or len(set(values)) == 1:
        return [Cell(*row, None, None) for row in rows]
    scores = [float(score) for score in gi_star(values, around)]
    p_values = adjusted([2 * float(tail) for tail in stats.norm.sf([abs(score) for score in scores])])
    pairs = zip(rows, scores, p_values, strict=True)
    return [Cell(*row, score, _level(score, p_value) if row[2] else None) for row, score, p_value in pairs]


def _level(score: float, p_value: float) -> float | None:
    return next((level for level in LEVELS if score > 0 and p_value < round(1 - level, 9)), None)
