"""Turns the GeoJSON that params/force.yaml names into the area of each unit on the plane, or into problems."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thematic.core.errors import Problem
from thematic.core.hexagons import Point, Ring, Shape, plane
from thematic.core.workbook import Workbook
from thematic.params.areas import Level
from thematic.params.force import BoundariesParams, ForceParams
from thematic.params.reading import read_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

_DETAIL_KM = 0.1
"""How far a drawn boundary may lie from the one in the file: a point on paper."""

_FIX = "Bring a FeatureCollection of Polygons and MultiPolygons in longitude and latitude (EPSG:4326)."


class UnusableError(Exception):
    """What is wrong with the file, and what to do."""


def read_boundaries(
    workbook: Workbook, force: ForceParams | None, units: Level | None
) -> tuple[dict[str, Shape], list[Problem]]:
    """The area of each unit by its name, as simple as a map needs; none where the force declares none.

    Every unit that has not ended needs an area, and every area a unit. Several features of one unit are one area.
    """
    if force is None or units is None or force.boundaries is None:
        return {}, []
    declared, where = force.boundaries, "params/force.yaml, boundaries"
    text, problems = read_text(workbook.root / declared.file, declared.file)
    if problems:
        return {}, [
            Problem(f"{where}.file", f"{each.where}: {each.what}", "Bring it as UTF-8, or correct the path.")
            for each in problems
        ]
    try:
        areas = _areas(named_features(text, declared))
    except UnusableError as error:
        return {}, [Problem(declared.file, *error.args)]
    wrong = list(_unmatched(areas, units, declared))
    names = {unit.name.casefold(): unit.name for unit in units.areas}
    return ({}, wrong) if wrong else ({names[name.casefold()]: shape for name, shape in areas.items()}, [])


def named_features(text: str, declared: BoundariesParams) -> list[tuple[str, Mapping[str, Any]]]:
    """The features of a GeoJSON in their order, each with its name. Raises UnusableError where they have none."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnusableError(f"line {error.lineno} is not JSON: {error.msg}.", _FIX) from None
    except (ValueError, RecursionError):
        raise UnusableError("holds a number of too many digits, or is nested too deeply.", _FIX) from None
    features = said.get("features") if isinstance(said, Mapping) else None
    if not isinstance(features, list) or not features or not all(isinstance(each, Mapping) for each in features):
        raise UnusableError("holds no features.", _FIX)
    return [(_name(feature, number, declared.name), feature) for number, feature in enumerate(features, start=1)]


def _areas(features: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Shape]:
    areas: dict[str, Shape] = {}
    for number, (name, feature) in enumerate(features, start=1):
        areas[name] = areas.get(name, ()) + tuple(_rings(feature.get("geometry"), f"feature {number} ({name})"))
    return areas


def _name(feature: Mapping[str, Any], number: int, key: str) -> str:
    properties = feature.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise UnusableError(f"feature {number} has properties that are no names with values.", _FIX)
    if not isinstance(properties.get(key), str):
        there = ", ".join(properties) or "none"
        fix = f"Its properties: {there}. Name the right one as name: under boundaries:."
        raise UnusableError(f"feature {number} has no text in the property '{key}'.", fix)
    return str(properties[key]).strip()


def _rings(geometry: Any, where: str) -> Iterator[Ring]:
    import numpy as np

    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise UnusableError(f"{where} is no area but {kind or 'nothing'}.", _FIX)
    polygons = [geometry.get("coordinates")] if kind == "Polygon" else geometry.get("coordinates")
    try:
        rings = [
            (number == 0, np.array([point[:2] for point in ring], dtype=float))
            for polygon in polygons
            for number, ring in enumerate(polygon)
        ]
    except (TypeError, ValueError, IndexError, OverflowError, KeyError, AttributeError):
        raise UnusableError(f"{where} has coordinates that are no pairs of numbers.", _FIX) from None
    for is_outer, ring in rings:
        if ring.ndim != 2 or ring.shape[1] != 2 or len(ring) < 4:
            raise UnusableError(f"{where} has a ring of fewer than four points.", _FIX)
        if not (np.abs(ring) <= (180, 89)).all():
            east, north = ring[(np.abs(ring) > (180, 89)).any(axis=1)][0]
            raise UnusableError(f"{where} has the point {east:g}, {north:g}, which is not in degrees.", _FIX)
        simple = _simple(np.array([plane(*point) for point in ring]))
        if len(simple) > 3:
            yield _wound([(float(east), float(north)) for east, north in simple[:-1]], is_outer)


def _wound(ring: list[Point], is_outer: bool) -> Ring:
    """The ring against the clock where it is an outer one, else with it, so that holes stay holes when filled."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    is_against = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs) > 0
    return tuple(ring if is_against == is_outer else ring[::-1])


def _simple(line: Points) -> Points:
    """The line without the points that lie within _DETAIL_KM of it anyway (Ramer, Douglas and Peucker)."""
    kept = {0, len(line) - 1}
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        away = _distances(line[first + 1 : last], line[first], line[last])
        furthest = first + 1 + int(away.argmax())
        if away.max() > _DETAIL_KM:
            kept.add(furthest)
            parts += [(first, furthest), (furthest, last)]
    return line[sorted(kept)]


def _distances(points: Points, start: Points, end: Points) -> Points:
    """How far points lie from the line between two others; from the first where both are one, as in a ring."""
    import numpy as np

    along, out = end - start, points - start
    length = float(np.hypot(*along))
    if length == 0:
        return np.asarray(np.hypot(out[:, 0], out[:, 1]))
    return np.asarray(np.abs(along[0] * out[:, 1] - along[1] * out[:, 0]) / length)


def _unmatched(areas: Mapping[str, Shape], units: Level, declared: BoundariesParams) -> Iterator[Problem]:
    known = {unit.name.casefold(): unit.name for unit in units.areas}
    for name in areas:
        if name.casefold() not in known:
            yield Problem(
                declared.file, f"'{name}' is no {units.short} of params/areas.", _hint(name, list(known.values()))
            )
    there = {name.casefold() for name in areas}
    for unit in units.areas:
        if unit.valid_to is None and unit.name.casefold() not in there:
            yield Problem(
                declared.file, f"has no area for the {units.short} '{unit.name}'.", _hint(unit.name, list(areas))
            )


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(known)}."
