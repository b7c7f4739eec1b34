"""Holds the files under params/ against one another: names that nothing declares, and declarations nobody uses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.models import Between, ForceParams, GlossaryParams, Measure, OutcomesParams, Selection, Theme
from thematic.params.schema import TABLES


def cross_check(
    workbook: Workbook, single: Mapping[str, Any], themes: Mapping[str, Theme | None], measures: Mapping[str, Any]
) -> Iterator[Problem]:
    """Every problem between files. A file that could not be read (None) is passed over: its own problem is told."""
    if isinstance(single["force"], ForceParams):
        yield from _unique_places(single["force"])
    for slug, theme in themes.items():
        if theme is not None:
            yield from _theme(workbook, f"params/themes/{slug}.yaml", theme, single, measures)
    yield from _goals(themes)
    if None not in themes.values():
        yield from _unused(themes, measures)


def unknown_themes(recommendations: Iterable[str], themes: Iterable[str]) -> Iterator[Problem]:
    """Files of recommendations that belong to no theme."""
    for slug in recommendations:
        if slug not in themes:
            close = difflib.get_close_matches(slug, themes, n=1)
            fix = f"Did you mean {close[0]}.yaml?" if close else f"Themes: {', '.join(themes)}."
            yield Problem(f"params/recommendations/{slug}.yaml", f"there is no theme '{slug}'.", fix)


def _unique_places(force: ForceParams) -> Iterator[Problem]:
    kinds = {
        "lpus: slug": [lpu.slug for lpu in force.lpus],
        "lpus: name": [lpu.name.casefold() for lpu in force.lpus],
        "local_authorities: name": [place.name.casefold() for place in force.local_authorities],
        "towns: name": [town.name.casefold() for town in force.towns],
    }
    for key, values in kinds.items():
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield Problem(f"params/force.yaml, {key}", f"'{value}' stands twice.", "Give each its own.")


def _theme(
    workbook: Workbook, where: str, theme: Theme, single: Mapping[str, Any], measures: Mapping[str, Any]
) -> Iterator[Problem]:
    if not (workbook.notebooks / theme.notebook).is_file():
        yield Problem(f"{where}, notebook", f"notebooks/{theme.notebook} does not exist.", "Correct the name.")
    for name, selection in theme.selections.items():
        wrong = list(_within(where, name, selection, theme))
        yield from wrong
        if not wrong:
            for conditions in (selection.where, *selection.any_of):
                yield from _conditions(f"{where}, selections.{name}", theme, name, conditions)
    for name in theme.measures:
        yield from _measure(where, name, theme, single, measures)
    yield from _hotspots(f"{where}, hotspots.measures", theme, measures)
    for key, section in theme.sections.items():
        for name in section.measures:
            if name not in theme.measures:
                fix = "List it under measures: with its breakdowns."
                yield Problem(f"{where}, sections.{key}", f"'{name}' is not a measure of this theme.", fix)
    if isinstance(single["glossary"], GlossaryParams):
        for term in theme.glossary:
            if term not in single["glossary"].terms:
                yield Problem(f"{where}, glossary", f"'{term}' is not in params/glossary.yaml.", "Define it there.")


def _hotspots(where: str, theme: Theme, measures: Mapping[str, Any]) -> Iterator[Problem]:
    """Measures that cannot be mapped by hexagon: only counts of rows with coordinates can."""
    for name in [] if theme.hotspots is None else theme.hotspots.measures:
        measure = measures.get(name)
        if name not in theme.measures:
            yield Problem(where, f"'{name}' is not a measure of this theme.", "List it under measures: first.")
        elif isinstance(measure, Measure) and not _has_points(measure, theme):
            fix = "Name one with unit: count that counts rows of crimes or incidents."
            yield Problem(where, f"'{name}' cannot be mapped.", fix)


def _has_points(measure: Measure, theme: Theme) -> bool:
    selection = theme.selections.get(measure.numerator.selection)
    while selection is not None and selection.table is None:
        selection = theme.selections.get(str(selection.within))
    located = selection is None or {"longitude", "latitude"} <= set(TABLES[str(selection.table)].names)
    return measure.unit == "count" and measure.numerator.counted == "rows" and measure.numerator.sum is None and located


def _within(where: str, name: str, selection: Selection, theme: Theme) -> Iterator[Problem]:
    seen = [name]
    while selection.within is not None:
        if selection.within not in theme.selections:
            fix = f"Declared are: {', '.join(theme.selections)}."
            yield Problem(f"{where}, selections.{name}.within", f"'{selection.within}' is not a selection.", fix)
            return
        if selection.within in seen:
            yield Problem(f"{where}, selections.{name}.within", "leads back to itself.", "Break the circle.")
            return
        seen.append(selection.within)
        selection = theme.selections[selection.within]


def _measure(
    where: str, name: str, theme: Theme, single: Mapping[str, Any], measures: Mapping[str, Any]
) -> Iterator[Problem]:
    if name not in measures:
        fix = f"Add params/measures/{name}.yaml, or correct the name."
        yield Problem(f"{where}, measures", f"the measure '{name}' is not declared.", fix)
        return
    measure = measures[name]
    if not isinstance(measure, Measure):
        return
    for part, count in (("numerator", measure.numerator), ("denominator", measure.denominator)):
        if count is None or count == "population":
            continue
        here = f"params/measures/{name}.yaml, {part}"
        if count.selection not in theme.selections:
            fix = f"Declared in {where}: {', '.join(theme.selections)}."
            yield Problem(f"{here}.selection", f"'{count.selection}' is not a selection of the theme.", fix)
            continue
        if not list(_within(where, count.selection, theme.selections[count.selection], theme)):
            columns = {**count.where, **({count.sum: None} if count.sum else {})}
            yield from _conditions(here, theme, count.selection, columns)
        outcomes = single["outcomes"]
        known = outcomes.groups if isinstance(outcomes, OutcomesParams) else None
        if known is not None and isinstance(count.outcomes, str) and count.outcomes not in known:
            fix = f"params/outcomes.yaml has: {', '.join(known)}."
            yield Problem(f"{here}.outcomes", f"'{count.outcomes}' is not an outcome group.", fix)


def _conditions(where: str, theme: Theme, selection: str, conditions: Mapping[str, Any]) -> Iterator[Problem]:
    """Columns that the selection's table does not have, and values that a column can never hold."""
    while (table := theme.selections[selection].table) is None:
        selection = str(theme.selections[selection].within)
    known = _holdings(table)
    for name, condition in conditions.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            fix = f"Did you mean '{close[0]}'?" if close else f"Its columns: {', '.join(known)}."
            yield Problem(where, f"{table} has no column '{name}'.", fix)
            continue
        yield from _values(f"{where}.{name}", condition, known[name])


_YES_NO = ("Y", "N")
_DERIVED: dict[str, type | tuple[str, ...]] = {"VARCHAR": str, "INTEGER": int, "BOOLEAN": _YES_NO}


def _holdings(table: str) -> dict[str, type | tuple[str, ...]]:
    """What each column of a table holds: whole numbers, text, or the codes listed."""
    kinds: dict[str, type | tuple[str, ...]] = {"flag": _YES_NO, "whole": int, "number": int}
    declared = {column.name: kinds.get(column.kind, column.codes or str) for column in TABLES[table].columns}
    return declared | {name: _DERIVED[kind] for name, kind in TABLES[table].derived}


def _values(where: str, condition: Any, held: type | tuple[str, ...]) -> Iterator[Problem]:
    if isinstance(condition, Between) and held is not int:
        yield Problem(where, "from and under go with numbers, and this column holds none.", "Write its values.")
    for value in condition if isinstance(condition, list) else [condition]:
        if not isinstance(value, str | int):
            continue
        if isinstance(held, tuple) and value not in held:
            yield Problem(where, f"'{value}' is not one of its values.", f"They are: {', '.join(held)}.")
        elif held is str and isinstance(value, int):
            yield Problem(where, f"{value} is a number, and this column holds text.", f'Write it in quotes: "{value}".')
        elif held is int and isinstance(value, str):
            yield Problem(where, f"'{value}' is text, and this column holds numbers.", "Write it without quotes.")


def _goals(themes: Mapping[str, Theme | None]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for slug, theme in themes.items():
        if theme is None:
            continue
        if theme.goal == "ALL" or theme.goal in owners:
            taken = "the goal of every theme" if theme.goal == "ALL" else f"also the goal of {owners[theme.goal]}.yaml"
            yield Problem(f"params/themes/{slug}.yaml, goal", f"'{theme.goal}' is {taken}.", "Choose another word.")
        owners.setdefault(theme.goal, slug)


def _unused(themes: Mapping[str, Theme | None], measures: Mapping[str, Any]) -> Iterator[Problem]:
    used = {name for theme in themes.values() if theme is not None for name in theme.measures}
    for name in measures:
        if name not in used:
            fix = "List it under measures: in a theme, or remove the file."
            yield Problem(f"params/measures/{name}.yaml", "no theme uses this measure.", fix)
