"""Turns the LSOA-to-area lookup into the LPU and the local authority of each LSOA, and their populations."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thematic.core.errors import DataRefused, Problem
from thematic.extracts.encoding import to_utf8
from thematic.extracts.spellings import fold
from thematic.params.models import ForceParams

CODES = ("lsoa2011_code", "lsoa2021_code", "lsoa_code")
PLACES = ("local_authority", "lpu")


@dataclass(frozen=True)
class Lookup:
    """`places` gives (LPU, local authority) by LSOA code, None where the lookup names none; `populations` sums the
    lookup's column `population...` by kind of place, None where it has no such column."""

    places: dict[str, tuple[str | None, str | None]]
    populations: dict[str, dict[str, int]] | None


def read_lookup(path: Path, shown: str, force: ForceParams) -> Lookup:
    """The lookup of a CSV file with lsoa2011_code, lsoa2021_code or lsoa_code, local_authority and lpu.

    Raises DataRefused for a missing column, for a place that params/force.yaml does not name, for one LSOA in two
    places and for a population that is no number.
    """
    try:
        text, _ = to_utf8(path.read_bytes(), shown)
    except OSError as error:
        raise DataRefused(f"LOOKUP: {shown} cannot be read: {error.strerror}. Correct the path.") from error
    reader = csv.DictReader(io.StringIO(text.decode(), newline=""))
    header = list(reader.fieldnames or [])
    codes = [name for name in CODES if name in header]
    missing = [name for name in PLACES if name not in header] + ([] if codes else [" or ".join(CODES)])
    if missing:
        raise DataRefused(f"LOOKUP: {shown} lacks the column {' and '.join(missing)}. It has: {', '.join(header)}.")
    rows = [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
    known = {
        "lpu": {fold(lpu.name): lpu.name for lpu in force.lpus},
        "local_authority": {fold(place.name): place.name for place in force.local_authorities},
    }
    _refuse_unknown(rows, known, shown)
    placed = [{name: known[name].get(fold(row[name])) for name in PLACES} for row in rows]
    population = next((name for name in header if name.startswith("population")), None)
    sums = None if population is None else _sum(rows, placed, codes, population, shown)
    return Lookup(_places(rows, placed, codes, shown), sums)


def _refuse_unknown(rows: list[dict[str, str]], known: dict[str, dict[str, str]], shown: str) -> None:
    kinds = {"lpu": "an LPU", "local_authority": "a local authority"}
    unknown = sorted(
        {(name, row[name]) for row in rows for name in PLACES if row[name] and fold(row[name]) not in known[name]}
    )
    if unknown:
        fix = "Correct the name, or add it to params/force.yaml."
        problems = [Problem(shown, f"'{value}' is not {kinds[name]}.", fix) for name, value in unknown]
        raise DataRefused("The lookup names places that params/force.yaml does not know.", problems)


def _places(
    rows: list[dict[str, str]], placed: list[dict[str, str | None]], codes: list[str], shown: str
) -> dict[str, tuple[str | None, str | None]]:
    places: dict[str, tuple[str | None, str | None]] = {}
    for code, place in _coded(rows, placed, codes):
        if places.setdefault(code, place) != place:
            raise DataRefused(f"LOOKUP: {shown} places {code} twice and differently. Keep one place for each LSOA.")
    if not places:
        raise DataRefused(f"LOOKUP: {shown} holds no LSOA. Bring a lookup with one row for each.")
    return places


def _coded(
    rows: list[dict[str, str]], placed: list[dict[str, str | None]], codes: list[str]
) -> Iterator[tuple[str, tuple[str | None, str | None]]]:
    for row, place in zip(rows, placed, strict=True):
        for name in codes:
            if row[name]:
                yield row[name], (place["lpu"], place["local_authority"])


def _sum(
    rows: list[dict[str, str]], placed: list[dict[str, str | None]], codes: list[str], population: str, shown: str
) -> dict[str, dict[str, int]]:
    """Sums by place. A population belongs to the LSOA of the first code column without repeats."""
    if all(_repeats([row[code] for row in rows if row[code]]) for code in codes):
        raise DataRefused(f"LOOKUP: {shown} has LSOAs more than once, so {population} cannot be summed. Drop repeats.")
    sums: dict[str, dict[str, float]] = {name: {} for name in PLACES}
    for line, (row, place) in enumerate(zip(rows, placed, strict=True), start=2):
        people = _people(row[population], f"{shown}, row {line}, {population}")
        for name in PLACES:
            area = place[name]
            if area is not None:
                sums[name][area] = sums[name].get(area, 0.0) + people
    return {name: {area: round(people) for area, people in sorted(sums[name].items())} for name in PLACES}


def _repeats(codes: list[str]) -> bool:
    return len(set(codes)) < len(codes)


def _people(text: str, where: str) -> float:
    try:
        people = float(text)
    except ValueError:
        people = -1.0
    if not 0 <= people < 1e9:
        raise DataRefused(f"LOOKUP: {where}: '{text}' is no population. Write a whole number.")
    return people
