"""Turns the outlines and populations of small areas into the residents of each hexagon."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, sqrt
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from thematic.core import hexagons
from thematic.core.errors import DataRefused, Problem
from thematic.core.hexagons import EARTH_KM, MERIDIAN, Hexagon
from thematic.params import Params, year_of
from thematic.params.areas import AreaParams
from thematic.params.outlines import Outlines

RESIDENTS_COLUMNS = ["hexagon_km", "cell", "year", "residents"]
Floats: TypeAlias = NDArray[np.float64]

_OVERLAP = 0.01
"""Outlines that were drawn apart may share so much of the ground that they cover."""

_WHOLE = 0.99
"""Areas with so much of the force's population are the whole force: what they do not cover is not the force's."""

_COVERED = 0.95
"""Where they are a part of it, so much of a hexagon must be covered: the people of the rest are not known."""


@dataclass(frozen=True)
class _Small:
    """Small areas on the plane (km), and their residents by year: year x area, in the same order."""

    polygons: NDArray[np.object_]
    years: tuple[int, ...]
    people: Floats


def residents(
    root: Path, params: Params, outlines: Outlines, force_people: int | None, widths: Sequence[float]
) -> pd.DataFrame:
    """The residents of hexagons (RESIDENTS_COLUMNS), grain width x cell x year, where they are known.

    The residents of an area are spread evenly over its outline, so that a hexagon has of each area the part that its
    shared ground is of the area's. The numbers of a year hold from its 30 June on. Where the areas make up the force
    (`force_people`, None: not known), a hexagon has those of the ground that is the force's; where they are a part of
    it, only hexagons that they cover are there. Raises DataRefused for outlines that cannot be used.
    """
    small = _read(root, params, outlines)
    is_whole = force_people is not None and small.people[-1].sum() >= _WHOLE * force_people
    return pd.concat([_of_width(small, width, is_whole=is_whole) for width in widths], ignore_index=True)


def _read(root: Path, params: Params, outlines: Outlines) -> _Small:
    level = params.levels[outlines.level]
    features = json.loads((root / outlines.file).read_text(encoding="utf-8-sig"))["features"]
    problems: list[Problem] = []
    parts: dict[str, list[shapely.Geometry]] = {}
    for slug, feature in zip(outlines.slugs, features, strict=True):
        try:
            parts.setdefault(slug, []).append(_polygon(feature.get("geometry")))
        except (TypeError, ValueError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
            fix = "Bring Polygons and MultiPolygons in longitude and latitude (EPSG:4326) whose rings do not cross."
            problems.append(Problem(outlines.file, f"the outline of {slug} cannot be used: {error}.", fix))
    if not problems:
        polygons = np.array([shapely.union_all(parts[area.slug]) for area in level.areas], dtype=object)
        problems = [*_overlapping(polygons, outlines.file)]
    if problems:
        raise DataRefused("The outlines of small areas cannot give hexagons their residents.", problems)
    years = tuple(sorted({year for area in level.areas for year in area.population}))
    people = np.array([[_people(area, year) for area in level.areas] for year in years], dtype=float)
    return _Small(polygons, years, people)


def _people(area: AreaParams, year: int) -> int:
    """The residents of an area as known on 30 June of a year."""
    known = year_of(area.population, date(year, 6, 30))
    return 0 if known is None else area.population[known]


def _polygon(geometry: object) -> shapely.Geometry:
    """A geometry of a GeoJSON on the plane. Raises ValueError for one that is no area."""
    found = shape(geometry)
    if found.geom_type not in {"Polygon", "MultiPolygon"} or found.is_empty:
        raise ValueError(f"it is no area but {found.geom_type}")
    degrees = shapely.get_coordinates(found)
    if not (np.abs(degrees) <= (180, 89)).all():
        raise ValueError("it has points that are not in degrees")
    if not found.is_valid:
        raise ValueError(str(shapely.is_valid_reason(found)))
    return shapely.transform(found, _on_plane)


def _on_plane(degrees: Floats) -> Floats:
    """hexagons.plane of many places at once."""
    east, north = np.radians(degrees[:, 0] - MERIDIAN), np.radians(degrees[:, 1])
    return np.column_stack([EARTH_KM * np.cos(north) * east, EARTH_KM * north])


def _overlapping(polygons: NDArray[np.object_], file: str) -> Iterator[Problem]:
    together = shapely.area(polygons).sum()
    covered = shapely.area(shapely.union_all(polygons))
    if together > (1 + _OVERLAP) * covered:
        what = f"the outlines overlap, by {100 * (together / covered - 1):.0f}% of what they cover."
        yield Problem(file, what, "Where two overlap, residents would be in both: bring outlines of one set of areas.")


def _of_width(small: _Small, width: float, *, is_whole: bool) -> pd.DataFrame:
    cells = _hexagons_over(shapely.total_bounds(small.polygons), width)
    drawn = shapely.polygons(np.array([hexagons.corners(cell, width) for cell in cells]))
    areas, places = shapely.STRtree(drawn).query(small.polygons, predicate="intersects")
    shared = shapely.area(shapely.intersection(drawn[places], small.polygons[areas]))
    covered = np.bincount(places, shared, len(cells)) / hexagons.area_of(width)
    known = np.flatnonzero(covered > (0 if is_whole else _COVERED))
    parts = shared / shapely.area(small.polygons)[areas]
    names = [hexagons.name_of(cells[place]) for place in known]
    frames = [
        pd.DataFrame(
            {
                "hexagon_km": width,
                "cell": names,
                "year": year,
                "residents": np.bincount(places, parts * people[areas], len(cells))[known].round(2),
            }
        )
        for year, people in zip(small.years, small.people, strict=True)
    ]
    types = {"hexagon_km": "float64", "cell": "string", "year": "int32", "residents": "float64"}
    return pd.concat(frames, ignore_index=True)[RESIDENTS_COLUMNS].astype(types)


def _hexagons_over(bounds: Floats, width: float) -> list[Hexagon]:
    """All hexagons that may touch a box, given as its west, south, east and north."""
    west, south, east, north = map(float, bounds)
    row = width * sqrt(3) / 2
    return [
        (step, up)
        for up in range(floor(south / row) - 1, floor(north / row) + 3)
        for step in range(floor(west / width - up / 2) - 1, floor(east / width - up / 2) + 3)
    ]
