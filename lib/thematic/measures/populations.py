"""Turns an area, and a category of its people, into how many live there on a day."""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from thematic.core.areas import Area
from thematic.core.periods import Month
from thematic.measures.data import ReportData
from thematic.params import Params
from thematic.params.measures import PopulationOf
from thematic.params.tables import ByColumn, Table

People: TypeAlias = tuple[str, str]
"""A column that describes people, and one of its categories."""


def people_of(
    params: Params, declared: PopulationOf, table: Table | None, breakdown: str, category: str
) -> People | None:
    """The people that a rate is over, None for all residents. `table` is the one that a breakdown splits.

    In a breakdown by a column whose categories have populations of their own, or that describes a person, each category
    takes its own: over all residents it would be no rate of these people.
    """
    column, wanted = next(iter(declared.population.items()), (None, ""))
    by = None if table is None else table.breakdowns[breakdown]
    if table is not None and isinstance(by, ByColumn):
        has_own = params.counts_people_by(by.column) or table.describes_people(by.column)
        if by.column == column or (column is None and has_own):
            return by.column, category
    return None if column is None else (column, wanted)


def residents(data: ReportData, people: People | None, area: Area, on: date) -> int | None:
    """The residents that a rate is over; None where they are not known."""
    return all_residents(data, area, on) if people is None else data.params.population_of(area, *people, on)


def without_residents(data: ReportData, people: People | None, area: Area, on: date) -> tuple[Area, ...]:
    """The areas for want of whose residents those of an area are not known: some of those that it is the sum of, or
    the area itself where none of them has any."""
    parts = data.params.counted_from(area, None if people is None else people[0], on)
    silent = tuple(part for part in parts if part != area and residents(data, people, part, on) is None)
    return silent if silent and silent != parts else (area,)


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
