"""Turns a dimension into its categories, and the cube rows of a count into those under each category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.core.areas import MISSING, NO_LOCATION, Area
from thematic.core.periods import Window
from thematic.cubes.bases import Base
from thematic.cubes.tallies import Rows, Tally
from thematic.measures.data import ReportData
from thematic.measures.ledger.homes import Home
from thematic.measures.ledger.plan import is_published
from thematic.params.tables import ByColumn, ByColumns, ByFilled, fixed_categories
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL

OWN = frozenset({TOTAL, MONTH, ROLLING, FORCE_ROW})


@dataclass(frozen=True)
class Categories:
    """The categories of a dimension in the report's order; `areas` are the places behind them in a level (None: no
    location recorded), empty otherwise."""

    dimension: str
    names: tuple[str, ...]
    areas: tuple[Area | None, ...] = ()


def shows(data: ReportData, dimension: str, name: str) -> bool:
    """Whether the report has a measure's dimension: levels other than the units' stand in the force's report, and in an
    area's as far as they lie in it; a public report has what is published for its level of areas."""
    if not is_public(data, dimension, name):
        return False
    if dimension not in data.params.levels or dimension == data.params.units or data.area.is_force:
        return True
    return any(data.params.lies_in(area, data.area) for area in data.params.areas(dimension))


def is_public(data: ReportData, dimension: str, name: str) -> bool:
    """Whether the audience of the report sees a measure's dimension at all."""
    if data.rounding is None:
        return True
    found = data.bases_of(name)
    dated, level = found[0].count.dated is not None, data.area.level
    if not is_published(data.params, data.theme_name, dimension, level, dated=dated):
        return False
    known = [data.homes[key] for base in found if (key := (data.theme_name, base.key)) in data.homes]
    return all(_at_home(data, home, dimension, dated=dated) for home in known)


def _at_home(data: ReportData, home: Home, dimension: str, *, dated: bool) -> bool:
    """Whether a count that another theme's ledger rounds is published there as the report would show it."""
    own = dimension in OWN or dimension in data.params.levels or dimension in home.splits
    asked = TOTAL if dimension in data.params.levels else dimension
    places = {data.area.level, *({dimension} & set(data.params.levels))}
    return own and all(is_published(data.params, home.theme, asked, level, dated=dated) for level in places)


def categories(data: ReportData, dimension: str, split: Sequence[Base], windows: Sequence[Window]) -> Categories:
    """The categories of a dimension: every area of a level, every declared code, and of what is not declared (or is
    ordered by size) what either side has in any of the windows, each as it stood at its own end. `split` are the counts
    that a breakdown splits, the numerator's first."""
    if dimension in data.params.levels:
        return _of_level(data, dimension)
    if dimension in OWN or not split:
        return Categories(dimension, (data.params.force.name if dimension == FORCE_ROW else TOTAL,))
    return Categories(dimension, _of_breakdown(data, dimension, split, windows))


def _of_level(data: ReportData, level: str) -> Categories:
    areas: tuple[Area | None, ...] = (*data.params.areas(level), None)
    return Categories(level, tuple(NO_LOCATION if area is None else area.name for area in areas), areas)


def _of_breakdown(data: ReportData, name: str, split: Sequence[Base], windows: Sequence[Window]) -> tuple[str, ...]:
    breakdown = split[0].table.breakdowns[name]
    found: dict[str, list[int]] = {}
    for place, (base, window) in enumerate((base, window) for base in split for window in windows):
        for category, size in _sizes(data, name, base, window).items():
            found.setdefault(category, [0] * len(split) * len(windows))[place] = size
    if not isinstance(breakdown, ByFilled) and breakdown.order == "largest":
        return _missing_last(sorted(found, key=lambda each: (*(-n for n in found[each]), each)))
    declared = _declared(data, split[0], breakdown)
    extra = [each for each in found if each not in declared and each != MISSING]
    places = {each: place for place, each in enumerate(_with_blanks(data, split[0], breakdown))}
    extra.sort(key=lambda each: (places.get(each, len(places)), _by_number(each)))
    return _missing_last([*declared, *extra, *([MISSING] if MISSING in found else [])])


def _sizes(data: ReportData, name: str, base: Base, window: Window) -> dict[str, int]:
    """How much a count has of each category in a window; none of those that it has nothing of."""
    rows = data.cubes.rows(base.key, name)
    rows = rows.where(rows.of_area(data.area))
    known = tuple(rows.category.known)
    tally = Tally(len(known), rows.category.among(known), rows)
    sizes = tally.monthly(window, window.end, is_stock=base.is_stock)
    return {each: int(size.sum()) for each, size in zip(known, sizes, strict=True) if size.any()}


def _declared(data: ReportData, base: Base, breakdown: ByColumn | ByColumns | ByFilled) -> list[str]:
    if isinstance(breakdown, ByFilled):
        return list(breakdown.filled)
    if isinstance(breakdown, ByColumns):
        return _crossed(data, base, breakdown, [])
    codes = fixed_categories(base.table, breakdown.column, data.params.lists) or []
    return list(dict.fromkeys(breakdown.renamed.get(code, code) for code in codes))


def _crossed(data: ReportData, base: Base, breakdown: ByColumns, blanks: list[str]) -> list[str]:
    parts = [
        [*(fixed_categories(base.table, column, data.params.lists) or []), *blanks] for column in breakdown.columns
    ]
    crossed = parts[0]
    for part in parts[1:]:
        crossed = [f"{left} / {right}" for left in crossed for right in part]
    return crossed


def _with_blanks(data: ReportData, base: Base, breakdown: ByColumn | ByColumns | ByFilled) -> list[str]:
    """Every pair of a cross, those with a blank after the others of their row."""
    return _crossed(data, base, breakdown, [MISSING]) if isinstance(breakdown, ByColumns) else []


def _missing_last(names: Sequence[str]) -> tuple[str, ...]:
    return (*(each for each in names if each != MISSING), *(each for each in names if each == MISSING))


def _by_number(name: str) -> tuple[float, str]:
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name


def tally(data: ReportData, base: Base, found: Categories, *, is_split: bool) -> Tally:
    """The cube rows of a count under the dimension's categories; one that a breakdown does not split has one row."""
    dimension, size = found.dimension, len(found.names)
    if dimension in data.params.levels:
        return _in_level(data, base, found)
    if dimension in OWN or not is_split:
        rows = data.cubes.rows(base.key, TOTAL)
        codes = np.zeros(len(rows), dtype=np.int64)
        if dimension != FORCE_ROW:
            codes = np.where(rows.of_area(data.area), codes, -1)
        return Tally(1, codes, rows)
    rows = data.cubes.rows(base.key, dimension)
    return Tally(size, np.where(rows.of_area(data.area), rows.category.among(found.names), -1), rows)


def _in_level(data: ReportData, base: Base, found: Categories) -> Tally:
    """Rows under each area of a level: areas that are sums of others may share rows."""
    rows = data.cubes.rows(base.key, TOTAL)
    chosen = [np.flatnonzero(_there(rows, area, found)) for area in found.areas]
    codes = np.repeat(np.arange(len(chosen)), [len(each) for each in chosen])
    places = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)
    return Tally(len(found.names), codes, rows.where(places))


def _there(rows: Rows, area: Area | None, found: Categories) -> NDArray[np.bool_]:
    if area is not None:
        return rows.of_area(area)
    levels = {each.counted_at[0] for each in found.areas if each is not None}
    blank = np.ones(len(rows), dtype=bool)
    for level in levels & rows.places.keys():
        blank &= rows.places[level].are_in({NO_LOCATION})
    return blank
