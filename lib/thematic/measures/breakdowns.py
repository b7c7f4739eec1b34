"""Turns a dimension into its categories, the cube rows behind each, and the places and populations they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thematic.core.areas import NO_LOCATION, Area
from thematic.core.periods import Month, Window
from thematic.cubes.bases import CHARACTERISTICS, INCIDENT_TYPES, SPLITS, Base
from thematic.cubes.tallies import Rows, Tally, ThemeCubes
from thematic.params import Params
from thematic.params.models import Count
from thematic.params.schema import STRANDS

FORCE_ROW = "force"
"""The extra dimension of an LPU's report: the force's figure beside its own."""


@dataclass(frozen=True)
class Setting:
    """Where a report stands: the params, the area and the period."""

    params: Params
    cubes: ThemeCubes
    area: Area
    period: Month

    def categories(self, dimension: str, rows: Rows, window: Window) -> tuple[str, ...]:
        """The categories of a dimension in the order of the report.

        Every LPU that is open in the window or the one before, authority, strand, type and characteristic; of
        offences and outcomes those that either window has any of. "No location recorded" only for the force.
        """
        rest = (NO_LOCATION,) if self.area.is_force else ()
        if dimension == "lpu":
            return tuple(area.name for area in self.params.lpu_areas if self._listed(area, window)) + rest
        if dimension == "local_authority":
            return tuple(place.name for place in self.params.force.local_authorities) + rest
        fixed: dict[str, tuple[str, ...]] = {
            "total": ("total",),
            FORCE_ROW: (self.params.force.name,),
            "strand": STRANDS,
            "type": tuple(INCIDENT_TYPES.values()),
            "characteristic": CHARACTERISTICS,
        }
        return fixed[dimension] if dimension in fixed else self._found(dimension, rows, window)

    def _listed(self, area: Area, window: Window) -> bool:
        opened = area.valid_from is None or area.valid_from <= self.period.last_day
        return opened and (area.valid_to is None or area.valid_to >= window.start.first_day)

    def _found(self, dimension: str, rows: Rows, window: Window) -> tuple[str, ...]:
        """Those with rows in either window, as each window sees them: by number for outcomes, else by name."""
        counted = self.tally(dimension, rows, tuple(sorted(rows.category.known)))
        before = window.year_earlier
        held = counted.monthly(window, window.end).sum(axis=1) + counted.monthly(before, before.end).sum(axis=1)
        found = [name for name, count in zip(counted.categories, held, strict=True) if count]
        return tuple(sorted(found, key=int) if dimension == "outcome" else found)

    def tally(self, dimension: str, rows: Rows, categories: tuple[str, ...]) -> Tally:
        """The cube rows under the dimension's categories; a count without that split counts whole in each."""
        if dimension == "lpu":
            return Tally(categories, rows.lpu.among(categories), rows)
        if dimension == "local_authority":
            return Tally(categories, rows.local_authority.among(categories), rows)
        codes = rows.category.among(categories) if dimension in SPLITS else np.zeros(len(rows), dtype=np.int64)
        if dimension != FORCE_ROW:
            codes = np.where(rows.of_area(self.area), codes, -1)
        return Tally(categories, codes, rows)

    def rows(self, base: Base, count: Count, dimension: str) -> Rows:
        """The cube rows that a count in a dimension is summed from."""
        if count.counted == "outcomes":
            rows = self.cubes.rows(base.key, "outcome")
            return rows if count.outcomes is None else rows.where(rows.category.are_in(self._codes(count.outcomes)))
        if count.counted == "characteristics":
            return self.cubes.rows(base.key, "characteristic")
        return self.cubes.rows(base.key, dimension if dimension in SPLITS else "total")

    def _codes(self, outcomes: str | int) -> list[str]:
        codes = [outcomes] if isinstance(outcomes, int) else self.params.outcomes.groups[outcomes]
        return [str(code) for code in codes]

    def population(self, dimension: str, category: str) -> int | None:
        """The people living in a category's place: the lookup's where it brought some, else params/force.yaml's."""
        if dimension == "lpu":
            return self._lpu_population(category)
        if dimension == "local_authority":
            return self._authority_population(category)
        if dimension == FORCE_ROW or self.area.is_force:
            return self._force_population()
        return self._lpu_population(self.area.name)

    def _lpu_population(self, name: str) -> int | None:
        if self.cubes.index.populations is not None:
            return self.cubes.index.populations["lpu"].get(name)
        return next((lpu.population for lpu in self.params.force.lpus if lpu.name == name), None)

    def _authority_population(self, name: str) -> int | None:
        if self.cubes.index.populations is not None:
            return self.cubes.index.populations["local_authority"].get(name)
        return next((place.population for place in self.params.force.local_authorities if place.name == name), None)

    def _force_population(self) -> int | None:
        """The sum over the LPUs open at the period's end; none where one of them has none."""
        populations = [self._lpu_population(area.name) for area in self.params.lpu_areas if area.open_in(self.period)]
        known = [population for population in populations if population is not None]
        return sum(known) if known and len(known) == len(populations) else None

    def place(self, dimension: str, category: str) -> Area | None:
        """The LPU whose dates bound a category's figures, or None."""
        if dimension == "lpu":
            return next((area for area in self.params.lpu_areas if area.name == category), None)
        return None if dimension == FORCE_ROW or self.area.is_force else self.area
