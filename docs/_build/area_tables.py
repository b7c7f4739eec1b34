"""Turns the declared levels of areas into the data dictionary's part on them: words, names, populations, days."""

from __future__ import annotations

from collections.abc import Iterator

from md import anchored, code, codes, table

from thematic.params import Params
from thematic.params.areas import AreaParams, Level


def areas(params: Params) -> Iterator[str]:
    """The blocks of every level, the units first."""
    for name in sorted(params.levels, key=lambda name: name != params.units):
        yield from _level(params, name, params.levels[name])


def _level(params: Params, name: str, level: Level) -> Iterator[str]:
    yield f"### {level.plural} {{ #areas-{name} }}"
    reports = "Reports are made for each." if level.reports else "No reports are made for them."
    units = " They divide up the force: its population is the sum of theirs." if name == params.units else ""
    words = f"{level.title} (in a report's words: {level.title}, {level.plural}, {level.short})"
    yield f"{words}, from `params/areas/{name}.yaml`. {reports}{units}"
    facts = ["open", "lies in", "sum of"]
    found = [[_open(area), _within(area), codes(area.members)] for area in level.areas]
    used = [place for place, _ in enumerate(facts) if any(each[place] for each in found)]
    rows = [
        (area.name, anchored(area.slug, f"area-{area.slug}"), _people(area), *(each[place] for place in used))
        for area, each in zip(level.areas, found, strict=True)
    ]
    yield table(["name", "slug", "population at 30 June", *(facts[place] for place in used)], rows)
    yield from _categories(level)
    sources = list(dict.fromkeys(area.source for area in level.areas if area.source))
    if sources:
        yield f"Populations: {'; '.join(sources)}."


def _people(area: AreaParams) -> str:
    if not area.population:
        return "the sum of its members'" if area.members else "none, so no rates"
    return ", ".join(f"{people:,} ({year})" for year, people in sorted(area.population.items()))


def _open(area: AreaParams) -> str:
    days = [("from", area.valid_from), ("to", area.valid_to)]
    return " ".join(f"{word} {day}" for word, day in days if day is not None)


def _within(area: AreaParams) -> str:
    return "" if area.within is None else code(area.within)


def _categories(level: Level) -> Iterator[str]:
    """The populations by category, where areas have any."""
    rows = [
        (area.name, f"{column}, {year}", ", ".join(f"{category} {people:,}" for category, people in said.items()))
        for area in level.areas
        for column, years in area.population_by.items()
        for year, said in sorted(years.items())
    ]
    if rows:
        yield table(["name", "by", "residents"], rows)
