"""Holds the files under params/ against one another: names that nothing declares, and declarations nobody uses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.areas import Level
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.force import ForceParams, GlossaryParams
from thematic.params.lists import CodeList
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf
from thematic.params.tables import (
    HISTORY_FLOOR,
    Bands,
    ByColumn,
    ByColumns,
    ByFilled,
    Days,
    Difference,
    Hour,
    Lookup,
    Minutes,
    Table,
    Weekday,
    fixed_categories,
    inputs_of,
)
from thematic.params.themes import MONTH, RESERVED, ROLLING, TOTAL, Theme

Levels = Mapping[str, Level | None]
Tables = Mapping[str, Table | None]


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
        yield from _force(force, levels)
    yield from _areas(levels)
    for name, table in tables.items():
        if table is not None:
            yield from _table(f"params/tables/{name}.yaml", name, table, tables, levels, lists)
    declared = {name: table for name, table in tables.items() if table is not None}
    for slug, theme in themes.items():
        if theme is not None:
            checked = _Theme(workbook, slug, theme, declared, levels, measures, set(own), lists)
            yield from checked.problems(single["glossary"], force if isinstance(force, ForceParams) else None)
    yield from _goals(themes)
    if None not in themes.values():
        yield from _unused(themes, measures, own)


def unknown_themes(recommendations: Iterable[str], themes: Iterable[str]) -> Iterator[Problem]:
    """Files of recommendations that belong to no theme."""
    for slug in recommendations:
        if slug not in themes:
            close = difflib.get_close_matches(slug, themes, n=1)
            fix = f"Did you mean {close[0]}.yaml?" if close else f"Themes: {', '.join(themes)}."
            yield Problem(f"params/recommendations/{slug}.yaml", f"there is no theme '{slug}'.", fix)


def close_to(word: str, known: Iterable[str], what: str) -> str:
    """The fix for a name that is not declared: the known one that is closest, or all there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"{what}: {', '.join(names) or 'none'}."


def _repeated(where: str, values: Sequence[str]) -> Iterator[Problem]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield Problem(where, f"'{value}' appears twice.", "Give each its own.")


def _force(force: ForceParams, levels: Levels) -> Iterator[Problem]:
    yield from _repeated("params/force.yaml, towns: name", [town.name.casefold() for town in force.towns])
    if force.units not in levels:
        fix = close_to(force.units, levels, "Levels of params/areas")
        yield Problem("params/force.yaml, units", f"there is no level '{force.units}'.", fix)


def _areas(levels: Levels) -> Iterator[Problem]:
    known = {area.slug: name for name, level in levels.items() if level is not None for area in level.areas}
    slugs = [area.slug for level in levels.values() if level is not None for area in level.areas]
    yield from _repeated("params/areas, slug", slugs)
    for name, level in levels.items():
        where = f"params/areas/{name}.yaml"
        if name in RESERVED or name in {"count", "dimension", "category", "n"}:
            yield Problem(where, f"'{name}' is the product's own word.", "Name the level otherwise.")
        if level is None:
            continue
        yield from _repeated(f"{where}, name", [area.name.casefold() for area in level.areas])
        for area in level.areas:
            here = f"{where}, {area.slug}"
            if area.within is not None and area.within not in known:
                fix = close_to(area.within, known, "Slugs")
                yield Problem(f"{here}.in", f"there is no area '{area.within}'.", fix)
            yield from _members(here, name, area.slug, area.members, area.of or level.of, known, levels)


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
        yield Problem(f"{here}.of", f"the members are of the level {sorted(found)[0]}, not {of}.", "Correct one of them.")


def _table(
    where: str, name: str, table: Table, tables: Tables, levels: Levels, lists: Mapping[str, CodeList]
) -> Iterator[Problem]:
    columns = table.columns
    if table.reference is not None and (table.reference not in columns or columns[table.reference].kind != "reference"):
        fix = "Declare it under columns with kind: reference."
        yield Problem(f"{where}, reference", f"'{table.reference}' is no column of kind reference.", fix)
    for key, column in (("date", table.date), ("ends", table.ends)):
        if column is not None and (column not in columns or not columns[column].is_day):
            fix = "Name a column of kind date or moment."
            yield Problem(f"{where}, {key}", f"'{column}' is no date or moment.", fix)
    if table.date in columns and not columns[table.date].filled:
        yield Problem(f"{where}, columns.{table.date}", "places rows in a month and may be blank.", "Add filled: true.")
    if table.history != "own" and table.history not in tables:
        fix = close_to(table.history, ["own", *tables], "Write own, or a table")
        yield Problem(f"{where}, history", f"there is no table '{table.history}'.", fix)
    for key, each in columns.items():
        here = f"{where}, columns.{key}"
        if each.level is not None and each.level not in levels:
            yield Problem(f"{here}.level", f"there is no level '{each.level}'.", close_to(each.level, levels, "Levels"))
        if isinstance(each.not_before, str) and each.not_before != HISTORY_FLOOR:
            other = columns.get(each.not_before)
            if other is None or not other.is_day:
                fix = f"Write {HISTORY_FLOOR}, a date, or a column of kind date."
                yield Problem(f"{here}.not_before", f"'{each.not_before}' is no date.", fix)
    for key, derived in table.derived.items():
        yield from _derived(f"{where}, derived.{key}", key, derived, table, lists)
    for key, breakdown in table.breakdowns.items():
        yield from _breakdown(f"{where}, breakdowns.{key}", key, breakdown, table, levels)
    for first, second in table.together:
        for each in (first, second):
            if each not in columns:
                yield Problem(f"{where}, together", f"there is no column '{each}'.", close_to(each, columns, "Columns"))
        if second in columns and not columns[second].is_day:
            yield Problem(f"{where}, together", f"'{second}' is no date.", "Name the column first, then its date.")
    yield from _conditions(f"{where}, left_out_unless", table, table.left_out_unless)
    if table.public == "sums" and table.personal - {table.reference}:
        named = ", ".join(sorted(table.personal - {table.reference}))
        fix = "Remove public: sums, or the personal columns."
        yield Problem(f"{where}, public", f"the table has personal columns ({named}), so no sum may be public.", fix)


_HOLDS: dict[type, tuple[str, ...]] = {
    Weekday: ("date", "moment"),
    Hour: ("moment",),
    Bands: ("whole", "number"),
    Minutes: ("moment",),
    Days: ("date", "moment"),
    Difference: ("whole", "number"),
    Lookup: ("code", "text"),
}


def _derived(where: str, key: str, derived: Any, table: Table, lists: Mapping[str, CodeList]) -> Iterator[Problem]:
    for name in inputs_of(derived):
        kind = _kind(table, name)
        if kind is None:
            known = [*table.columns, *(each for each in table.derived if each != key)]
            yield Problem(where, f"there is no column '{name}'.", close_to(name, known, "Columns"))
        elif kind not in _HOLDS[type(derived)]:
            fix = f"It takes columns of kind {' or '.join(_HOLDS[type(derived)])}."
            yield Problem(where, f"'{name}' is of kind {kind}.", fix)
        if name == key:
            yield Problem(where, "is derived from itself.", "Name another column.")
    if isinstance(derived, Lookup) and derived.lookup.source in lists:
        columns = lists[derived.lookup.source].columns
        if derived.lookup.gives not in columns:
            fix = close_to(derived.lookup.gives, columns, "Its columns")
            yield Problem(where, f"the list {derived.lookup.source} has no column '{derived.lookup.gives}'.", fix)


def _kind(table: Table, name: str) -> str | None:
    """The kind of a column, or that of what a derived one holds; None where there is none."""
    if name in table.columns:
        return table.columns[name].kind
    match table.derived.get(name):
        case None:
            return None
        case Days():
            return "whole"
        case Minutes() | Difference():
            return "number"
    return "text"


def _breakdown(
    where: str, name: str, breakdown: ByColumn | ByColumns | ByFilled, table: Table, levels: Levels
) -> Iterator[Problem]:
    if name in RESERVED or name in levels:
        yield Problem(where, f"'{name}' is a dimension already.", "Give the breakdown another name.")
    match breakdown:
        case ByFilled():
            for column in breakdown.filled.values():
                if _kind(table, column) is None:
                    yield Problem(where, f"there is no column '{column}'.", close_to(column, table.all_names, "Columns"))
            return
        case ByColumn():
            columns: tuple[str, ...] = (breakdown.column,)
        case ByColumns():
            columns = breakdown.columns
    for column in columns:
        kind = _kind(table, column)
        if kind is None:
            yield Problem(where, f"there is no column '{column}'.", close_to(column, table.all_names, "Columns"))
        elif kind in {"date", "moment", "number", "reference", "area"}:
            fixes = {"area": "Name its level as a dimension instead.", "number": "Derive bands from it."}
            fix = fixes.get(kind, "Derive a weekday, an hour or bands, or name a column of codes.")
            yield Problem(where, f"'{column}' is of kind {kind}, which has no categories.", fix)
        elif kind == "codes" and isinstance(breakdown, ByColumns):
            yield Problem(where, f"'{column}' is a list, and a cross needs one value for each row.", "Name another.")
        elif column in table.personal and kind not in {"code", "codes", "flag"}:
            fix = "Give the column codes, derive bands from it, or break down by whether it is filled."
            yield Problem(where, f"'{column}' is personal, so its values must not be counted by.", fix)
    if isinstance(breakdown, ByColumn) and breakdown.renamed:
        known = fixed_categories(table, breakdown.column, {}) if not _has_list(table, breakdown.column) else None
        for code in breakdown.renamed:
            if known is not None and code not in known:
                fix = close_to(code, known, "Its codes")
                yield Problem(f"{where}.as", f"'{code}' is none of the codes of {breakdown.column}.", fix)


def _has_list(table: Table, column: str) -> bool:
    return column in table.columns and table.columns[column].list is not None


def _conditions(where: str, table: Table, conditions: Where) -> Iterator[Problem]:
    """Columns that the table does not have, and values that a column can never hold."""
    for name, condition in conditions.items():
        kind = _kind(table, name)
        if kind is None:
            fix = close_to(name, table.all_names, "Its columns")
            yield Problem(where, f"{table.title.lower()} have no column '{name}'.", fix)
        else:
            yield from _condition(f"{where}.{name}", table, name, kind, condition)


def _condition(where: str, table: Table, name: str, kind: str, condition: Condition) -> Iterator[Problem]:
    match condition:
        case Not(negated=inner):
            yield from _condition(where, table, name, kind, inner)
        case All(all=inner):
            for each in inner:
                yield from _condition(where, table, name, kind, each)
        case Between():
            yield from _between(where, kind, condition)
        case Group(group=group):
            groups = table.columns[name].groups if name in table.columns else {}
            if group not in groups:
                yield Problem(where, f"'{group}' is no group of this column.", close_to(group, groups, "Groups"))
        case Has(has=codes):
            if kind != "codes":
                yield Problem(where, "has goes with columns of kind codes.", "Write the value, or a list of values.")
            for code in codes:
                yield from _code(where, table, name, code)
        case Values(values=values):
            for value in values:
                yield from _value(where, table, name, kind, value)
        case Filled():
            pass


def _between(where: str, kind: str, between: Between) -> Iterator[Problem]:
    ends = [end for end in (between.at_least, between.over, between.under, between.up_to) if end is not None]
    if kind in {"date", "moment"}:
        if not all(isinstance(end, date) for end in ends):
            yield Problem(where, "the column holds dates.", "Write dates, as YYYY-MM-DD.")
    elif kind in {"whole", "number"}:
        if any(isinstance(end, date) for end in ends):
            yield Problem(where, "the column holds numbers.", "Write numbers.")
    else:
        fix = "Write its values."
        yield Problem(where, "from, over, under and up_to go with numbers and dates, and this column holds none.", fix)


def _code(where: str, table: Table, name: str, code: str) -> Iterator[Problem]:
    declared = table.columns.get(name)
    if declared is not None and declared.codes and code not in declared.codes:
        yield Problem(where, f"'{code}' is not one of its values.", f"They are: {', '.join(declared.codes)}.")


def _value(where: str, table: Table, name: str, kind: str, value: Any) -> Iterator[Problem]:
    declared = table.columns.get(name)
    if kind == "flag":
        if value not in (True, False, "Y", "N"):
            yield Problem(where, f"'{value}' is not one of its values.", "They are: Y, N.")
    elif kind in {"whole", "number"}:
        if isinstance(value, str | bool | date):
            yield Problem(where, f"'{value}' is text, and this column holds numbers.", "Write it without quotes.")
    elif kind in {"date", "moment"}:
        if not isinstance(value, date):
            yield Problem(where, f"'{value}' is no date.", "Write dates, as YYYY-MM-DD.")
    elif kind == "codes":
        fix = f"Write {{has: [{value}]}}."
        yield Problem(where, "the column holds lists.", fix)
    elif kind == "code" and declared is not None:
        yield from _code(where, table, name, str(value))
    elif not isinstance(value, str):
        yield Problem(where, f"{value} is a number, and this column holds text.", f'Write it in quotes: "{value}".')


class _Theme:
    """The check of one theme."""

    def __init__(
        self,
        workbook: Workbook,
        slug: str,
        theme: Theme,
        tables: Mapping[str, Table],
        levels: Levels,
        measures: Mapping[str, Measure],
        own: set[str],
        lists: Mapping[str, CodeList],
    ) -> None:
        self.workbook, self.theme, self.tables, self.levels = workbook, theme, tables, levels
        self.measures, self.own, self.lists = measures, own, lists
        self.where = f"params/themes/{slug}.yaml"

    def problems(self, glossary: Any, force: ForceParams | None) -> Iterator[Problem]:
        theme, where = self.theme, self.where
        if not (self.workbook.notebooks / theme.notebook).is_file():
            yield Problem(f"{where}, notebook", f"notebooks/{theme.notebook} does not exist.", "Correct the name.")
        for name in theme.selections:
            yield from self._selection(name)
        for name, dimensions in theme.measures.items():
            yield from self._measure(name, dimensions, force)
        yield from self._hotspots()
        for key, section in theme.sections.items():
            for name in section.measures:
                if name not in theme.measures:
                    fix = "List it under measures: with its breakdowns."
                    yield Problem(f"{where}, sections.{key}", f"'{name}' is not a measure of this theme.", fix)
        for level in theme.areas or ():
            if level not in self.levels:
                yield Problem(f"{where}, areas", f"there is no level '{level}'.", close_to(level, self.levels, "Levels"))
        for caveat in theme.caveats:
            for name in caveat.measures:
                if name not in theme.measures:
                    fix = close_to(name, theme.measures, "Measures")
                    yield Problem(f"{where}, caveats", f"'{name}' is not a measure of this theme.", fix)
        if isinstance(glossary, GlossaryParams):
            for term in theme.glossary:
                if term not in glossary.terms:
                    fix = close_to(term, glossary.terms, "Its terms")
                    yield Problem(f"{where}, glossary", f"'{term}' is not in params/glossary.yaml.", fix)

    def _selection(self, name: str) -> Iterator[Problem]:
        here = f"{self.where}, selections.{name}"
        wrong = list(self._chain(name))
        yield from wrong
        if wrong:
            return
        table = self.tables.get(self.theme.table_of(name))
        selection = self.theme.selections[name]
        if selection.table is not None and table is None:
            fix = close_to(selection.table, self.tables, "Tables of params/tables")
            yield Problem(f"{here}.table", f"there is no table '{selection.table}'.", fix)
        if table is not None:
            for conditions in (selection.where, *selection.any_of):
                yield from _conditions(here, table, conditions)

    def _chain(self, name: str) -> Iterator[Problem]:
        selections, seen = self.theme.selections, [name]
        here = f"{self.where}, selections.{name}.within"
        while (within := selections[seen[-1]].within) is not None:
            if within not in selections:
                fix = close_to(within, selections, "Declared are")
                yield Problem(here, f"'{within}' is not a selection.", fix)
                return
            if within in seen:
                yield Problem(here, "leads back to itself.", "Break the circle.")
                return
            seen.append(within)

    def _table(self, count: Count) -> Table | None:
        """The table of a count; None where its selection is wrong, which is told elsewhere."""
        if count.selection not in self.theme.selections or list(self._chain(count.selection)):
            return None
        return self.tables.get(self.theme.table_of(count.selection))

    def _measure(self, name: str, dimensions: Sequence[str], force: ForceParams | None) -> Iterator[Problem]:
        if name not in self.measures:
            if name not in self.own:
                fix = close_to(name, self.measures, "Measures") if self.measures else "Declare it."
                text = f"Add params/measures/{name}.yaml, or correct the name. {fix}"
                yield Problem(f"{self.where}, measures", f"the measure '{name}' is not declared.", text)
            return
        measure = self.measures[name]
        here = f"params/measures/{name}.yaml"
        for part, side in (("numerator", measure.numerator), ("denominator", measure.denominator)):
            if isinstance(side, Count):
                yield from self._count(f"{here}, {part}", side)
            elif isinstance(side, MeasureOf):
                yield from self._other(f"{here}, {part}", measure, side)
            elif isinstance(side, PopulationOf):
                yield from self._people(f"{here}, {part}", side)
        yield from _repeated(f"{self.where}, measures.{name}", list(dimensions))
        for dimension in dimensions:
            yield from self._dimension(name, measure, dimension)

    def _other(self, here: str, measure: Measure, side: MeasureOf) -> Iterator[Problem]:
        other = self.measures.get(side.measure)
        if other is None:
            if side.measure not in self.own:
                fix = close_to(side.measure, self.measures, "Measures")
                yield Problem(f"{here}.measure", f"there is no measure '{side.measure}'.", fix)
            return
        if other.unit == "times" or (measure.unit != "times" and other.unit != "count"):
            fix = "Name a measure that counts."
            yield Problem(f"{here}.measure", f"'{side.measure}' is no count.", fix)
        for part, inner in (("numerator", other.numerator), ("denominator", other.denominator)):
            if isinstance(inner, Count):
                yield from self._count(f"params/measures/{side.measure}.yaml, {part}", inner)

    def _people(self, here: str, side: PopulationOf) -> Iterator[Problem]:
        for column, category in side.population.items():
            found = [
                each.population_by[column]
                for level in self.levels.values()
                if level is not None
                for each in level.areas
                if column in each.population_by
            ]
            categories = {name for years in found for year in years.values() for name in year}
            if not found:
                fix = "Give population_by in params/areas, or write population."
                yield Problem(here, f"no area gives its population by {column}.", fix)
            elif category not in categories:
                fix = close_to(category, sorted(categories), "They give")
                yield Problem(here, f"no area gives a population of '{category}'.", fix)

    def _count(self, here: str, count: Count) -> Iterator[Problem]:
        selections = self.theme.selections
        if count.selection not in selections:
            fix = f"Declared in {self.where}: {', '.join(selections)}."
            yield Problem(f"{here}.selection", f"'{count.selection}' is not a selection of the theme.", fix)
            return
        table = self._table(count)
        if table is None:
            return
        yield from _conditions(here, table, count.where)
        days, numbers = ("date", "moment"), ("whole", "number")
        wanted: dict[str, tuple[str | None, tuple[str, ...]]] = {
            "dated": (count.dated, days),
            "standing": (count.standing, days),
            "sum": (count.sum, numbers),
            "names": (count.names, ()),
            "repeats.of": (count.repeats.of if count.repeats else None, ()),
        }
        for key, (column, kinds) in wanted.items():
            kind = _kind(table, column) if column is not None else ""
            if kind is None:
                fix = close_to(str(column), table.all_names, "Its columns")
                yield Problem(f"{here}.{key}", f"{table.title.lower()} have no column '{column}'.", fix)
            elif column is not None and kinds and kind not in kinds:
                fix = f"Name a column of kind {' or '.join(kinds)}."
                yield Problem(f"{here}.{key}", f"'{column}' is of kind {kind}.", fix)
        if count.filled is not None and not isinstance(table.breakdowns.get(count.filled), ByFilled):
            sets = [name for name, each in table.breakdowns.items() if isinstance(each, ByFilled)]
            fix = close_to(count.filled, sets, "Filled sets of the table")
            yield Problem(f"{here}.filled", f"'{count.filled}' is no breakdown of the filled kind.", fix)

    def _dimension(self, name: str, measure: Measure, dimension: str) -> Iterator[Problem]:
        here = f"{self.where}, measures.{name}"
        counts = self._counts(measure)
        tables = [(count, table) for count in counts if (table := self._table(count)) is not None]
        if not tables:
            return
        first = tables[0][1]
        if dimension in (TOTAL, MONTH, ROLLING):
            if any(count.filled is not None for count, _ in tables):
                yield Problem(here, f"'{dimension}' has no figure of a filled set.", "Name the set's breakdown alone.")
            return
        if dimension in self.levels:
            yield from self._placed(here, dimension, [table for _, table in tables])
            return
        if dimension not in first.breakdowns:
            known = [TOTAL, MONTH, ROLLING, *self.levels, *first.breakdowns]
            fix = close_to(dimension, known, "Dimensions")
            yield Problem(here, f"{first.title.lower()} have no breakdown '{dimension}'.", fix)
            return
        if counts[0].filled is not None and counts[0].filled != dimension:
            fix = f"Name '{counts[0].filled}' alone."
            yield Problem(here, f"a filled set is not broken down by '{dimension}'.", fix)
        for count, table in tables[1:]:
            if dimension not in table.breakdowns and counts[0].filled is None and count.filled is None:
                fix = "Declare it there as well, or take it off the measure."
                yield Problem(here, f"{table.title.lower()} have no breakdown '{dimension}'.", fix)

    def _counts(self, measure: Measure) -> list[Count]:
        found: list[Count] = []
        for side in (measure.numerator, measure.denominator):
            if isinstance(side, Count):
                found.append(side)
            elif isinstance(side, MeasureOf) and (other := self.measures.get(side.measure)) is not None:
                found += other.counts
        return found

    def _placed(self, here: str, level: str, tables: Sequence[Table]) -> Iterator[Problem]:
        said = self.levels[level]
        if said is None:
            return
        known = {area.slug: name for name, each in self.levels.items() if each is not None for area in each.areas}
        needed = {known.get(area.members[0], level) if area.members else level for area in said.areas}
        for table in tables:
            for each in sorted(needed - set(table.levels)):
                fix = f"Declare a column of kind area with level: {each}, or take '{level}' off the measure."
                yield Problem(here, f"{table.title.lower()} have no column of the level {each}.", fix)

    def _hotspots(self) -> Iterator[Problem]:
        """Measures that cannot be mapped by hexagon: only counts of rows with coordinates can."""
        where = f"{self.where}, hotspots.measures"
        for name in self.theme.hotspots.measures if self.theme.hotspots is not None else ():
            measure = self.measures.get(name)
            if name not in self.theme.measures:
                yield Problem(where, f"'{name}' is not a measure of this theme.", "List it under measures: first.")
            elif measure is not None and not self._has_points(measure):
                fix = "Name one with unit: count that counts rows of a table with longitude and latitude."
                yield Problem(where, f"'{name}' cannot be mapped.", fix)

    def _has_points(self, measure: Measure) -> bool:
        count = measure.numerator
        if measure.unit != "count" or not isinstance(count, Count) or count.sum or count.filled or count.standing:
            return False
        table = self._table(count)
        return table is None or {"longitude", "latitude"} <= set(table.names)


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
