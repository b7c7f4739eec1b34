"""The places of the force as declared: when each is open, how many live there, what lies in what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from second.declarations import Declarations
from thematic.params.areas import AreaParams

FORCE = "force"
NOWHERE = "No location recorded"


@dataclass(frozen=True)
class Place:
    """The force (level "force", nothing declared) or one declared area of a level."""

    level: str
    name: str
    declared: AreaParams | None = field(default=None, compare=False)


class Places:
    """All places of a force, and what is declared of them."""

    def __init__(self, declarations: Declarations) -> None:
        self.force = Place(FORCE, declarations.force.name)
        self.units = declarations.force.units
        self._levels = declarations.levels
        self._by_slug = {
            area.slug: Place(level, area.name, area)
            for level, declared in declarations.levels.items()
            for area in declared.areas
        }

    def of_slug(self, slug: str) -> Place:
        return self.force if slug == FORCE else self._by_slug[slug]

    def of_level(self, level: str) -> list[Place]:
        """In declared order."""
        return [place for place in self._by_slug.values() if place.level == level]

    def names(self, level: str) -> list[str]:
        return [place.name for place in self.of_level(level)] if level in self._levels else []

    def lies_in(self, place: Place, outer: Place) -> bool:
        """Whether a place lies in another, directly or in a place that does."""
        while place.declared and place.declared.within:
            place = self._by_slug[place.declared.within]
            if place == outer:
                return True
        return False

    def members(self, place: Place) -> list[Place]:
        """The areas that a place is the sum of; none where it is counted by its own name."""
        return [self._by_slug[slug] for slug in place.declared.members] if place.declared else []

    def parts(self, place: Place) -> Iterator[Place]:
        """The areas whose names stand in the rows of a place: itself, or those it is the sum of."""
        members = self.members(place)
        if not members:
            yield place
        for member in members:
            yield from self.parts(member)

    def is_open(self, place: Place, first: date, last: date) -> bool:
        """Whether it was open from one day to another, both inclusive; a sum is open while all its members are."""
        for part in self.parts(place):
            declared = part.declared
            if declared and declared.valid_from and declared.valid_from > first:
                return False
            if declared and declared.valid_to and declared.valid_to < last:
                return False
        return True

    def population(self, place: Place, on: date) -> int | None:
        """Residents: the latest 30 June not after the day, else the earliest known."""
        if place.level == FORCE:
            return _total([self.population(unit, on) for unit in self._units_open(on)])
        if place.declared and place.declared.population:
            return _latest(place.declared.population, on)
        return _total([self.population(member, on) for member in self.members(place)])

    def population_of(self, place: Place, column: str, category: str, on: date) -> int | None:
        """Residents of one category of a column, by the same rule."""
        if place.level == FORCE:
            return _total([self.population_of(each, column, category, on) for each in self._giving(column, on)])
        years = place.declared.population_by.get(column, {}) if place.declared else {}
        if years:
            return _latest(years, on).get(category)
        return _total([self.population_of(member, column, category, on) for member in self.members(place)])

    def splits_population(self, column: str) -> bool:
        """Whether any area has its population by this column."""
        return any(place.declared and column in place.declared.population_by for place in self._by_slug.values())

    def _giving(self, column: str, on: date) -> list[Place]:
        """The areas whose people of a category make up the force's: the units, unless only another level has them for
        every open area and comes to as many residents."""
        units = self._units_open(on)
        if all(column in place.declared.population_by for place in units if place.declared):
            return units
        for level in self._levels:
            areas = [place for place in self.of_level(level) if self.is_open(place, on, on)]
            give = [bool(place.declared and column in place.declared.population_by) for place in areas]
            residents = _total([self.population(place, on) for place in areas])
            if areas and all(give) and residents == self.population(self.force, on):
                return areas
        return units

    def _units_open(self, on: date) -> list[Place]:
        """The units that are open on a day, each counted once: not those that are sums of other units."""
        units = [place for place in self.of_level(self.units) if self.is_open(place, on, on)]
        return [unit for unit in units if all(member.level != self.units for member in self.members(unit))]


def _latest(years: dict[int, Any], on: date) -> Any:
    past = [year for year in years if date(year, 6, 30) <= on]
    return years[max(past) if past else min(years)]


def _total(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None
