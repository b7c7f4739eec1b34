"""Turns places on the earth into hexagons of a grid, and hexagons into their corners, neighbours and outlines.

The plane is the sinusoidal projection: km east of a meridian and km north of the equator. Areas on it are true, so
every hexagon holds as much ground as any other; a force's worth of it is turned by a few degrees at most. The grid's
rows run east to west, each hexagon has a corner to the north, and its width is the distance between its east and west
sides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import cos, degrees, dist, radians, sqrt
from statistics import median

EARTH_KM = 6371.0
MERIDIAN = -2.0
"""That of the British National Grid, in degrees; a place on it has no east or west of its own."""

Hexagon = tuple[int, int]
"""The steps from the plane's origin to the east, and along the row's direction 60 degrees north of it."""

Point = tuple[float, float]
Ring = tuple[Point, ...]
"""A closed line on the plane, in km; the last point is joined to the first."""

Shape = tuple[Ring, ...]
"""The rings that bound an area, its holes among them."""

_FAR_OFF = 4
_MOST_RINGS, _NEARLY_ALL = 10, 0.99

_CORNERS = ((1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1), (0, -2))


def plane(longitude: float, latitude: float) -> Point:
    """The point of a place in degrees (WGS84)."""
    north = radians(latitude)
    return EARTH_KM * cos(north) * radians(longitude - MERIDIAN), EARTH_KM * north


def place(point: Point) -> tuple[float, float]:
    """The longitude and latitude of a point, in degrees."""
    north = point[1] / EARTH_KM
    return MERIDIAN + degrees(point[0] / EARTH_KM / cos(north)), degrees(north)


def name_of(hexagon: Hexagon) -> str:
    """The name that a hexagon goes by in the cubes."""
    return f"{hexagon[0]},{hexagon[1]}"


def named(name: str) -> Hexagon:
    east, north = name.split(",")
    return int(east), int(north)


def area_of(width: float) -> float:
    """The area of a hexagon, in the square of its width's unit."""
    return width * width * sqrt(3) / 2


def middle(hexagon: Hexagon, width: float) -> Point:
    return _point((2 * hexagon[0] + hexagon[1], 3 * hexagon[1]), width)


def corners(hexagon: Hexagon, width: float) -> Ring:
    """Its six corners, against the clock."""
    return tuple(_point(corner, width) for corner in _corners(hexagon))


def neighbours(hexagon: Hexagon) -> tuple[Hexagon, ...]:
    """The six that touch it."""
    e, n = hexagon
    return (e + 1, n), (e, n + 1), (e - 1, n + 1), (e - 1, n), (e, n - 1), (e + 1, n - 1)


def within_reach(found: Mapping[Hexagon, str]) -> dict[Hexagon, str]:
    """The hexagons but for those that lie far off all others, as wrong coordinates do: more than _FAR_OFF times as far
    from the middle of them all as half of them do."""
    spots = {each: middle(each, 1) for each in found}
    centre = tuple(median(spot[axis] for spot in spots.values()) for axis in (0, 1)) if spots else (0, 0)
    away = {each: dist(spot, centre) for each, spot in spots.items()}
    furthest = _FAR_OFF * max(median(away.values()), 1) if away else 0
    return {each: name for each, name in found.items() if away[each] <= furthest}


def joined(found: Mapping[Hexagon, str]) -> dict[Hexagon, str]:
    """The hexagons and those that fill the gaps between them, each of these with the name of the nearest.

    Gaps are filled by growing all by so many rings and shrinking the whole by as many: the fewest after which nearly
    all of them hang together, _MOST_RINGS at most. What the whole then encloses belongs to it.
    """
    grown = _grown(found, _MOST_RINGS)
    kept: dict[Hexagon, str] = {}
    for rings in range(_MOST_RINGS + 1):
        whole = {each for each, (steps, _) in grown.items() if steps <= rings}
        edge = {other: "" for each in whole for other in neighbours(each) if other not in whole}
        lost = _grown(edge, rings)
        kept = {each: grown[each][1] for each in sorted(whole) if each not in lost or each in found}
        if _hang_together(kept, found):
            break
    return kept | {each: grown[each][1] for each in _enclosed(set(grown), set(kept))}


def _enclosed(around: set[Hexagon], whole: set[Hexagon]) -> list[Hexagon]:
    """The hexagons of the surroundings from which there is no way out but through the whole."""
    left = around - whole
    open_ = [each for each in left if not around.issuperset(neighbours(each))]
    left.difference_update(open_)
    for each in open_:
        beside = left.intersection(neighbours(each))
        left -= beside
        open_ += beside
    return sorted(left)


def _grown(found: Mapping[Hexagon, str], rings: int) -> dict[Hexagon, tuple[int, str]]:
    """Every hexagon within so many rings: how many away the nearest is that was found, and its name."""
    reached = {each: (0, found[each]) for each in sorted(found)}
    outer = list(reached)
    for steps in range(1, rings + 1):
        inner, outer = outer, []
        for each in inner:
            beside = steps, reached[each][1]
            for other in neighbours(each):
                if other not in reached:
                    reached[other] = beside
                    outer.append(other)
    return reached


def _hang_together(whole: Iterable[Hexagon], found: Collection[Hexagon]) -> bool:
    """Whether nearly all that were found lie in one piece of the whole."""
    left, largest = set(whole), 0
    while left:
        piece = [left.pop()]
        for each in piece:
            beside = left.intersection(neighbours(each))
            left -= beside
            piece += beside
        largest = max(largest, sum(each in found for each in piece))
    return largest >= _NEARLY_ALL * len(found)


def outline(hexagons: Iterable[Hexagon], width: float) -> Shape:
    """The rings around hexagons, those that touch as one: outer ones against the clock, holes with it."""
    sides = {side for each in hexagons for side in _sides(each)}
    onwards = {start: end for start, end in sides if (end, start) not in sides}
    rings = []
    for first in sorted(onwards):
        ring, corner = [], first
        while corner in onwards:
            ring.append(_point(corner, width))
            corner = onwards.pop(corner)
        if ring:
            rings.append(tuple(ring))
    return tuple(rings)


_Corner = tuple[int, int]
"""A corner counted in half widths to the east and in halves of a side to the north, so that corners meet exactly."""


def _corners(hexagon: Hexagon) -> list[_Corner]:
    east, north = 2 * hexagon[0] + hexagon[1], 3 * hexagon[1]
    return [(east + right, north + up) for right, up in _CORNERS]


def _sides(hexagon: Hexagon) -> Iterable[tuple[_Corner, _Corner]]:
    found = _corners(hexagon)
    return zip(found, [*found[1:], found[0]], strict=True)


def _point(corner: _Corner, width: float) -> Point:
    return corner[0] * width / 2, corner[1] * width / sqrt(12)
