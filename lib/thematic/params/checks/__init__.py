"""Holds the files under params/ against one another: names that nothing declares, and declarations nobody uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.checks.disclosure import disclosure_problems
from thematic.params.checks.places import Levels, area_problems, force_problems
from thematic.params.checks.tables import Tables, table_problems
from thematic.params.checks.themes import ThemeCheck
from thematic.params.force import DisclosureParams, ForceParams
from thematic.params.lists import CodeList
from thematic.params.measures import Measure, MeasureOf
from thematic.params.reading import MISSPELT, close_to
from thematic.params.themes import Theme

RESERVED_FILES = frozenset({"quality", "ground", "residents", "index", "extract", "quarantine"})
"""Names that the warehouse and the cubes have for files of their own."""


def cross_check(
    workbook: Workbook,
    single: Mapping[str, Any],
    tables: Tables,
    levels: Levels,
    themes: Mapping[str, Theme | None],
    measures: Mapping[str, Measure],
    own: Iterable[str],
    lists: Mapping[str, CodeList],
) -> Iterator[Problem]:
    """Every problem between files. A file that could not be read (None) is passed over: its own problem is told."""
    force = single["force"]
    if isinstance(force, ForceParams):
        yield from force_problems(force, levels)
    yield from area_problems(levels)
    for name in sorted(RESERVED_FILES & {*tables, *themes}):
        folder = "tables" if name in tables else "themes"
        yield Problem(
            f"params/{folder}/{name}.yaml", f"'{name}' is the product's own word.", "Name the file otherwise."
        )
    for name, table in tables.items():
        if table is not None:
            yield from table_problems(f"params/tables/{name}.yaml", table, tables, levels, lists)
    declared = {name: table for name, table in tables.items() if table is not None}
    for slug, theme in themes.items():
        if theme is not None:
            checked = ThemeCheck(workbook, slug, theme, declared, set(tables), levels, measures, set(own), lists)
            yield from checked.problems(single["glossary"])
    if isinstance(single["disclosure"], DisclosureParams):
        yield from disclosure_problems(single["disclosure"], themes, levels)
    yield from _goals(themes)
    if None not in themes.values():
        mine = {name for name in own if (workbook.params / "measures" / f"{name}.yaml").exists()}
        yield from _unused(themes, measures, mine)


def unknown_themes(recommendations: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """Files of recommendations whose name is nearly that of a theme, or of a plan of the pack, which would lack it."""
    known = list(known)
    for slug in recommendations:
        if slug not in known and (close := close_to(slug, known, MISSPELT)):
            where = f"params/recommendations/{slug}.yaml"
            yield Problem(where, f"there is no theme '{slug}'.", f"Did you mean {close}.yaml?")


def _goals(themes: Mapping[str, Theme | None]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for slug, theme in themes.items():
        if theme is None:
            continue
        if theme.goal == "ALL" or theme.goal in owners:
            taken = "the goal of every theme" if theme.goal == "ALL" else f"also the goal of {owners[theme.goal]}.yaml"
            yield Problem(f"params/themes/{slug}.yaml, goal", f"'{theme.goal}' is {taken}.", "Choose another word.")
        owners.setdefault(theme.goal, slug)


def _unused(
    themes: Mapping[str, Theme | None], measures: Mapping[str, Measure], own: Iterable[str]
) -> Iterator[Problem]:
    """Files of measures that no theme, and no measure that one uses, names. Members of families need no user."""
    used = {name for theme in themes.values() if theme is not None for name in theme.measures}
    for name in sorted(used & measures.keys()):
        sides = (measures[name].numerator, measures[name].denominator)
        used.update(side.measure for side in sides if isinstance(side, MeasureOf))
    for name in sorted(set(own) - used):
        fix = "List it under measures: in a theme, or remove the file."
        yield Problem(f"params/measures/{name}.yaml", "no theme uses this measure.", fix)
