"""The areas under params/areas held against one another, and the level that parts the force."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import Problem
from thematic.params.areas import Level
from thematic.params.checks.names import close_to, repeated
from thematic.params.force import ForceParams
from thematic.params.themes import RESERVED

Levels = Mapping[str, Level | None]


def force_problems(force: ForceParams, levels: Levels) -> Iterator[Problem]:
    yield from repeated("params/force.yaml, towns: name", [town.name.casefold() for town in force.towns])
    if force.units not in levels:
        fix = close_to(force.units, levels, "Levels of params/areas")
        yield Problem("params/force.yaml, units", f"there is no level '{force.units}'.", fix)


def area_problems(levels: Levels) -> Iterator[Problem]:
    known = {area.slug: name for name, level in levels.items() if level is not None for area in level.areas}
    inside = {area.slug: area.within for level in levels.values() if level is not None for area in level.areas}
    slugs = [area.slug for level in levels.values() if level is not None for area in level.areas]
    yield from repeated("params/areas, slug", slugs)
    for name, level in levels.items():
        where = f"params/areas/{name}.yaml"
        if name in RESERVED or name in {"count", "dimension", "category", "n"}:
            yield Problem(where, f"'{name}' is the product's own word.", "Name the level otherwise.")
        if level is None:
            continue
        yield from repeated(f"{where}, name", [folded(area.name) for area in level.areas])
        if any(folded(area.name) == folded(NO_LOCATION) for area in level.areas):
            what = f"'{NO_LOCATION}' is the product's word for rows without an area."
            yield Problem(f"{where}, name", what, "Give the area another name.")
        for area in level.areas:
            here = f"{where}, {area.slug}"
            if area.within is not None and area.within not in known:
                fix = close_to(area.within, known, "Slugs")
                yield Problem(f"{here}.in", f"there is no area '{area.within}'.", fix)
            elif _lies_in_itself(area.slug, inside):
                yield Problem(f"{here}.in", "leads back to itself.", "Break the circle.")
            yield from _members(here, name, area.slug, area.members, area.of or level.of, known, levels)


def folded(name: str) -> str:
    """What names of areas are compared by: Unicode NFC, without case."""
    return unicodedata.normalize("NFC", name).casefold()


def _lies_in_itself(slug: str, inside: Mapping[str, str | None]) -> bool:
    seen = {slug}
    within = inside.get(slug)
    while within is not None and within not in seen:
        seen.add(within)
        within = inside.get(within)
    return within == slug


def _members(
    here: str, name: str, slug: str, members: Sequence[str], of: str | None, known: Mapping[str, str], levels: Levels
) -> Iterator[Problem]:
    found = set()
    for member in members:
        if member not in known:
            yield Problem(f"{here}.members", f"there is no area '{member}'.", close_to(member, known, "Slugs"))
            continue
        found.add(known[member])
        inner = levels[known[member]]
        if inner is not None and any(each.slug == member and each.members for each in inner.areas):
            fix = "Name the areas that it is the sum of."
            yield Problem(f"{here}.members", f"'{member}' is itself a sum of others.", fix)
    if len(found) > 1:
        yield Problem(f"{here}.members", f"are of several levels: {', '.join(sorted(found))}.", "Name areas of one.")
    if of is not None and found and found != {of}:
        yield Problem(
            f"{here}.of", f"the members are of the level {sorted(found)[0]}, not {of}.", "Correct one of them."
        )
