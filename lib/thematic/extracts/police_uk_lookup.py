"""Turns the lookup of LSOAs into the areas, level by level, in which each LSOA lies, and their populations."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thematic.core.bounded import read_whole
from thematic.core.errors import DataRefused, Problem, reason
from thematic.extracts.encoding import to_utf8
from thematic.extracts.spellings import fold

CODES = ("lsoa2011_code", "lsoa2021_code", "lsoa_code")
Place = dict[str, str | None]
"""By level the name of an area, None where the lookup names none."""


@dataclass(frozen=True)
class Lookup:
    """`places` gives by LSOA code, in capitals, its areas of the `levels` that the lookup has; `populations` sums the
    lookup's column `population...` by level and area, None where it has no such column."""

    levels: tuple[str, ...]
    places: dict[str, Place]
    populations: dict[str, dict[str, int]] | None


def read_lookup(path: Path, shown: str, areas: Mapping[str, Sequence[str]]) -> Lookup:
    """The lookup of a CSV file with lsoa2011_code, lsoa2021_code or lsoa_code, and a column for each level that it
    places LSOAs in, by the level's name (`areas` gives the names of each level's areas).

    Raises DataRefused for a missing column, for an area that params/areas does not name, for one LSOA in two places
    and for a population that is no number.
    """
    try:
        text = to_utf8(read_whole(path), shown)
    except OSError as error:
        raise DataRefused(f"LOOKUP: {shown} cannot be read: {reason(error)}. Correct the path.") from error
    reader = csv.DictReader(io.StringIO(text.decode(), newline=""))
    header = [(name or "").strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    codes = [name for name in CODES if name in header]
    levels = tuple(level for level in areas if level in header)
    missing = ([] if levels else [" or ".join(areas)]) + ([] if codes else [" or ".join(CODES)])
    if len(header) == 1 and ";" in header[0]:
        raise DataRefused(f"LOOKUP: {shown} is separated by semicolons. Save it separated by commas.")
    if missing:
        raise DataRefused(f"LOOKUP: {shown} lacks the column {' and '.join(missing)}. It has: {', '.join(header)}.")
    rows = [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
    known = {level: {fold(name): name for name in areas[level]} for level in levels}
    _refuse_unknown(rows, known, shown)
    placed = [{level: known[level].get(fold(row[level])) for level in levels} for row in rows]
    population = next((name for name in header if name.startswith("population")), None)
    sums = None if population is None else _sum(rows, placed, codes, population, shown)
    return Lookup(levels, _places(rows, placed, codes, shown), sums)


def _refuse_unknown(rows: list[dict[str, str]], known: dict[str, dict[str, str]], shown: str) -> None:
    unknown = sorted(
        {(level, row[level]) for row in rows for level in known if row[level] and fold(row[level]) not in known[level]}
    )
    if unknown:
        problems = [
            Problem(shown, f"'{name}' is not in params/areas/{level}.yaml.", "Correct the name, or add it there.")
            for level, name in unknown
        ]
        raise DataRefused("The lookup names areas that params/areas does not know.", problems)


def _places(rows: list[dict[str, str]], placed: list[Place], codes: list[str], shown: str) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for code, place in _coded(rows, placed, codes):
        if places.setdefault(code, place) != place:
            raise DataRefused(f"LOOKUP: {shown} places {code} twice and differently. Keep one place for each LSOA.")
    if not places:
        raise DataRefused(f"LOOKUP: {shown} holds no LSOA. Bring a lookup with one row for each.")
    return places


def _coded(rows: list[dict[str, str]], placed: list[Place], codes: list[str]) -> Iterator[tuple[str, Place]]:
    for row, place in zip(rows, placed, strict=True):
        for name in codes:
            if row[name]:
                yield row[name].upper(), place


def _sum(
    rows: list[dict[str, str]], placed: list[Place], codes: list[str], population: str, shown: str
) -> dict[str, dict[str, int]]:
    """Sums by area. A population belongs to the LSOA of the first code column without repeats."""
    if all(_repeats([row[code] for row in rows if row[code]]) for code in codes):
        raise DataRefused(
            f"LOOKUP: {shown} has LSOAs more than once: {population} cannot be summed. Drop the repeats, or the column."
        )
    sums: dict[str, dict[str, float]] = {}
    for line, (row, place) in enumerate(zip(rows, placed, strict=True), start=2):
        people = _people(row[population], f"{shown}, row {line}, {population}")
        for level, area in place.items():
            if area is not None:
                of_level = sums.setdefault(level, {})
                of_level[area] = of_level.get(area, 0.0) + people
    return {level: {area: round(people) for area, people in sorted(found.items())} for level, found in sums.items()}


def _repeats(codes: list[str]) -> bool:
    return len({code.upper() for code in codes}) < len(codes)


def _people(text: str, where: str) -> float:
    try:
        people = float(text)
    except ValueError:
        people = -1.0
    if not 0 <= people < 1e9:
        raise DataRefused(f"LOOKUP: {where}: '{text}' is no population. Write a whole number.")
    return people
