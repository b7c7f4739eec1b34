"""Reads police.uk downloads and the residents of small areas for the simulations' real units and maps."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from thematic.core.hexagons import neighbours, plane

Floats = NDArray[np.float64]

FIRST, LAST = "2021-04", "2022-03"
WIDTH_KM = 2.0
_KINDS = {
    "Anti-social behaviour": "ASB",
    "Violence and sexual offences": "violence",
    "Burglary": "burglary",
    "Shoplifting": "shoplifting",
}
_MAPS = ("Anti-social behaviour", "Violence and sexual offences")


@dataclass(frozen=True)
class Force:
    """A force's counts of a year by unit (kind, counts, residents), and by hexagon (and each hexagon's neighbours)."""

    name: str
    kinds: list[tuple[str, Floats, Floats]]
    maps: list[tuple[str, Floats, Floats, list[list[int]]]]


def forces(data: Path) -> Iterator[Force]:
    """The forces whose downloads and lookups are in the folder of open data."""
    for name, download, lookup in (
        ("Cheshire", "police-uk/cheshire_2021-03_2022-03.zip", "geography/inferred_lsoa2011_to_lpu.csv"),
        ("North Wales", "north-wales/north-wales-2021-03_2022-03.zip", "north-wales/lsoa2011_to_unit.csv"),
    ):
        if (data / download).exists() and (data / lookup).exists():
            yield _force(name, data / download, data / lookup)


def _force(name: str, download: Path, lookup: Path) -> Force:
    unit_of, residents_of = {}, {}
    with lookup.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            unit_of[row["lsoa2011_code"]] = row["lpu"]
            residents_of[row["lsoa2011_code"]] = float(row["population_mid2020"])
    by_unit: dict[str, Counter[str]] = defaultdict(Counter)
    by_place: dict[str, Counter[tuple[float, float]]] = defaultdict(Counter)
    places: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for row in _street(download):
        if row["LSOA code"] in unit_of:
            place = (float(row["Longitude"]), float(row["Latitude"]))
            by_unit[row["Crime type"]][unit_of[row["LSOA code"]]] += 1
            by_place[row["Crime type"]][place] += 1
            places[row["LSOA code"]].add(place)
    units = sorted(set(unit_of.values()))
    residents = np.array([sum(n for lsoa, n in residents_of.items() if unit_of[lsoa] == unit) for unit in units])
    kinds = [
        (word, np.array([float(by_unit[kind][unit]) for unit in units]), residents) for kind, word in _KINDS.items()
    ]
    homes = Counter[tuple[int, int]]()
    for lsoa, found in places.items():
        for place in found:
            homes[_hexagon(place)] += residents_of[lsoa] / len(found)
    ground = sorted(homes)
    number = {hexagon: place for place, hexagon in enumerate(ground)}
    near = [[number[each] for each in neighbours(hexagon) if each in number] for hexagon in ground]
    maps = []
    for kind in _MAPS:
        counts = np.zeros(len(ground))
        for place, n in by_place[kind].items():
            counts[number[_hexagon(place)]] += n
        maps.append((_KINDS[kind], counts, np.array([homes[hexagon] for hexagon in ground]), near))
    return Force(name, kinds, maps)


def _street(download: Path) -> Iterator[dict[str, str]]:
    with zipfile.ZipFile(download) as files:
        for name in sorted(files.namelist()):
            if name.endswith("-street.csv") and FIRST <= Path(name).name[:7] <= LAST:
                with files.open(name) as lines:
                    yield from csv.DictReader(io.TextIOWrapper(lines, encoding="utf-8"))


def _hexagon(place: tuple[float, float]) -> tuple[int, int]:
    """The hexagon whose middle is nearest, as steps east and steps along the row's direction 60 degrees north of it."""
    east, north = plane(*place)
    row = north / (WIDTH_KM * np.sqrt(3) / 2)
    found = [(round(east / WIDTH_KM - each / 2), each) for each in (int(np.floor(row)), int(np.ceil(row)))]
    return min(
        found,
        key=lambda each: np.hypot(
            (each[0] + each[1] / 2) * WIDTH_KM - east, each[1] * WIDTH_KM * np.sqrt(3) / 2 - north
        ),
    )
