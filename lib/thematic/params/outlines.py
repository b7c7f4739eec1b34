"""Turns the GeoJSON that a level of small areas names into where their outlines are found, or into problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from thematic.core.digests import digest_bytes
from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.areas import Level
from thematic.params.boundaries import UnusableError, named_features
from thematic.params.force import BoundariesParams
from thematic.params.reading import read_text

_SHOWN = 3


@dataclass(frozen=True)
class Outlines:
    """The outlines of a level of small areas, by which hexagons get their residents.

    `slugs` gives for each feature of the file, in its order, the area whose outline (or part of it) it is; `digest` is
    that of the file, a path from the workbook's folder.
    """

    level: str
    file: str
    slugs: tuple[str, ...]
    digest: str


def read_outlines(workbook: Workbook, levels: Mapping[str, Level | None]) -> tuple[Outlines | None, list[Problem]]:
    """The outlines of the level that declares boundaries; None where none does.

    Every area of the level needs a population and an outline, and every outline an area; a feature is an area's by its
    name or its slug. What the outlines are like is looked at when they are used.
    """
    found = [(name, level, level.boundaries) for name, level in levels.items() if level and level.boundaries]
    if not found:
        return None, []
    name, level, declared = found[0]
    where = f"params/areas/{name}.yaml, boundaries"
    if len(found) > 1:
        what = f"the level {found[1][0]} has boundaries too, and hexagons can have the residents of one level alone."
        return None, [Problem(where, what, "Keep those of the smaller areas.")]
    silent = [area.name for area in level.areas if not area.population]
    what = f"no population is given for {_some(silent)}."
    problems = [Problem(where, what, "Give each a population by year.")] if silent else []
    text, unread = read_text(workbook.root / declared.file, declared.file)
    if unread:
        fix = "Bring it as UTF-8, or correct the path."
        return None, [*problems, *(Problem(f"{where}.file", f"{each.where}: {each.what}", fix) for each in unread)]
    try:
        named = [name for name, _ in named_features(text, declared)]
    except UnusableError as error:
        return None, [*problems, Problem(declared.file, *error.args)]
    slugs = {word.casefold(): area.slug for area in level.areas for word in (area.slug, area.name)}
    problems += _unmatched(named, slugs, level, declared, where)
    if problems:
        return None, problems
    digest = digest_bytes(text.encode())
    return Outlines(name, declared.file, tuple(slugs[each.casefold()] for each in named), digest), []


def _unmatched(
    named: Sequence[str], slugs: Mapping[str, str], level: Level, declared: BoundariesParams, where: str
) -> Iterator[Problem]:
    unknown = sorted({each for each in named if each.casefold() not in slugs})
    if unknown:
        fix = f"Leave them out, or name the property that holds the name of each {level.short} as name:."
        yield Problem(declared.file, f"has what is no {level.short} of params/areas: {_some(unknown)}.", fix)
    there = {slugs[each.casefold()] for each in named if each.casefold() in slugs}
    absent = [area.name for area in level.areas if area.slug not in there]
    if absent:
        what = f"{declared.file} has no outline for {_some(absent)}."
        yield Problem(where, what, "Bring one for each, or leave the area out.")


def _some(names: Sequence[str]) -> str:
    """The first few of the names, and how many more there are."""
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in names[:_SHOWN]) + more
