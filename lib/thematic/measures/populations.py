"""Turns an area, and a category of its people, into how many live there on a day."""

from __future__ import annotations

from datetime import date

from thematic.core.areas import Area
from thematic.core.periods import Month
from thematic.measures.data import ReportData
from thematic.params.measures import PopulationOf
from thematic.params.tables import ByColumn, ByColumns, ByFilled


def residents(
    data: ReportData,
    declared: PopulationOf,
    area: Area,
    by: ByColumn | ByColumns | ByFilled | None,
    category: str,
    on: date,
) -> int | None:
    """The residents that a rate is over; None where they are not known.

    In a breakdown by a column whose categories have populations of their own, each category takes its own.
    """
    column, wanted = next(iter(declared.population.items()), (None, ""))
    split = by.column if isinstance(by, ByColumn) else None
    if split is not None and (split == column or (column is None and data.params.counts_people_by(split))):
        return data.params.population_of(area, split, category, on)
    if column is not None:
        return data.params.population_of(area, column, wanted, on)
    return all_residents(data, area, on)


def all_residents(data: ReportData, area: Area, on: date) -> int | None:
    """All residents of an area: by the lookup that came with the data if it has any, else as declared."""
    known = data.index.populations
    if known is None:
        return data.params.population(area, on)
    if not area.is_force:
        level, names = area.counted_at
        found = [known.get(level, {}).get(name) for name in sorted(names)]
    else:
        month = Month.containing(on)
        units = [unit for unit in data.params.unit_areas if unit.open_in(month)]
        found = [all_residents(data, unit, on) for unit in units]
    people = [each for each in found if each is not None]
    return sum(people) if people and len(people) == len(found) else None
