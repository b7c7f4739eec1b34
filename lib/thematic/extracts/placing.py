"""Places points in areas by the areas' polygons, where rows have coordinates and name no area."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape

from thematic.core.errors import DataRefused, Problem
from thematic.params import Params

_SLIVER = 0.005
"""Neighbours that were drawn apart may share so much of the smaller one."""

NO_POINT = "no coordinates"
OUTSIDE = "outside the units’ polygons"


@dataclass(frozen=True)
class Outlines:
    """The polygons of the force's units, and for each unit by its name the area of every level that it lies in."""

    units: tuple[str, ...]
    polygons: tuple[shapely.Geometry, ...]
    places: Mapping[str, Mapping[str, str]]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels in which every unit lies."""
        found = [set(places) for places in self.places.values()]
        return tuple(sorted(set.intersection(*found))) if found else ()

    def units_of(self, longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]) -> list[str | None]:
        """The unit in whose polygon (its edge included) each point lies, None where in none; of two the first."""
        there = np.isfinite(longitude) & np.isfinite(latitude)
        points = np.flatnonzero(there)
        tree = shapely.STRtree(self.polygons)
        pairs = tree.query(shapely.points(longitude[there], latitude[there]), predicate="intersects")
        found: list[str | None] = [None] * len(longitude)
        for point, unit in sorted(zip(*pairs.tolist(), strict=True), reverse=True):
            found[points[point]] = self.units[unit]
        return found


def read_outlines(root: Path, params: Params) -> Outlines | None:
    """The outlines that params/force.yaml names under `boundaries`, checked before; None where it names none."""
    declared = params.force.boundaries
    if declared is None:
        return None
    units = {area.name.casefold(): area for area in params.areas(params.units)}
    features = json.loads((root / declared.file).read_text(encoding="utf-8"))["features"]
    named = [(units[each["properties"][declared.name].strip().casefold()], each["geometry"]) for each in features]
    places = {
        unit.name: {params.units: unit.name}
        | {
            area.level: area.name
            for level in params.levels
            for area in params.areas(level)
            if params.lies_in(unit, area) or (area != unit and unit in params.parts_of(area))
        }
        for unit in units.values()
    }
    names = tuple(unit.name for unit, _ in named)
    polygons = tuple(shape(geometry) for _, geometry in named)
    problems = [*_broken(names, polygons, declared.file)]
    if not problems:
        problems = [*_overlaps(names, polygons, declared.file)]
    if problems:
        raise DataRefused("The units’ polygons cannot place what has a point alone.", problems)
    return Outlines(names, polygons, places)


def _broken(names: Sequence[str], polygons: Sequence[shapely.Geometry], file: str) -> Iterator[Problem]:
    for name, polygon in zip(names, polygons, strict=True):
        if not polygon.is_valid:
            what = f"the polygon of {name} is not one: {shapely.is_valid_reason(polygon)}."
            yield Problem(file, what, "Bring it without rings that cross themselves.")


def _overlaps(names: Sequence[str], polygons: Sequence[shapely.Geometry], file: str) -> Iterator[Problem]:
    for one, other in combinations(range(len(names)), 2):
        if names[one] == names[other]:
            continue
        shared = polygons[one].intersection(polygons[other]).area
        part = shared / min(polygons[one].area, polygons[other].area)
        if part > _SLIVER:
            what = f"{names[one]} and {names[other]} overlap, by {100 * part:.0f}% of the smaller one."
            yield Problem(file, what, "A point there could be in either: correct one of them.")
