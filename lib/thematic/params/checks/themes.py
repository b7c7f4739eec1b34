"""One theme held against the tables, levels and measures that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.checks.causes import Undeclared
from thematic.params.checks.conditions import Known, condition_problems, kind_of
from thematic.params.checks.names import close_to, repeated
from thematic.params.checks.places import Levels
from thematic.params.force import GlossaryParams
from thematic.params.lists import CodeList
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf
from thematic.params.tables import ByColumn, ByFilled, Table
from thematic.params.themes import MONTH, ROLLING, TOTAL, Theme


class ThemeCheck:
    """The check of one theme."""

    def __init__(
        self,
        workbook: Workbook,
        slug: str,
        theme: Theme,
        tables: Mapping[str, Table],
        table_names: set[str],
        levels: Levels,
        measures: Mapping[str, Measure],
        own: set[str],
        lists: Mapping[str, CodeList],
    ) -> None:
        self.workbook, self.theme, self.tables, self.levels = workbook, theme, tables, levels
        self.measures, self.own, self.table_names = measures, own, table_names
        self.known = Known(lists, levels)
        self.slug, self.where = slug, f"params/themes/{slug}.yaml"

    def problems(self, glossary: Any) -> Iterator[Problem]:
        theme, where = self.theme, self.where
        if not self.workbook.file(f"notebooks/{theme.notebook}").is_file():
            yield Problem(f"{where}, notebook", f"notebooks/{theme.notebook} does not exist.", "Correct the name.")
        for name in theme.selections:
            yield from self._selection(name)
        for name, dimensions in theme.measures.items():
            yield from self._measure(name, dimensions)
        yield from self._hotspots()
        for key, section in theme.sections.items():
            for name in section.measures:
                if name not in theme.measures:
                    fix = "List it under measures: with its breakdowns."
                    yield Problem(f"{where}, sections.{key}", f"'{name}' is not a measure of this theme.", fix)
        yield from self._words(glossary)

    def _words(self, glossary: Any) -> Iterator[Problem]:
        """Levels, caveats and terms that the theme names."""
        theme, where = self.theme, self.where
        for level in theme.areas or ():
            if level not in self.levels:
                yield Problem(
                    f"{where}, areas", f"there is no level '{level}'.", close_to(level, self.levels, "Levels")
                )
            elif (said := self.levels[level]) is not None and not said.reports:
                fix = f"Write reports: true in params/areas/{level}.yaml, or take it off the theme."
                yield Problem(f"{where}, areas", f"no reports are made for {said.plural}.", fix)
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
        if selection.table is not None and selection.table not in self.table_names:
            fix = close_to(selection.table, self.tables, "Tables of params/tables")
            yield Problem(f"{here}.table", f"there is no table '{selection.table}'.", fix)
        if table is not None:
            for conditions in (selection.where, *selection.any_of):
                yield from condition_problems(here, table, conditions, self.known)

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

    def _measure(self, name: str, dimensions: Sequence[str]) -> Iterator[Problem]:
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
                yield from self._people(f"{here}, {part}", side, measure)
        yield from repeated(f"{self.where}, measures.{name}", list(dimensions))
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

    def _people(self, here: str, side: PopulationOf, measure: Measure) -> Iterator[Problem]:
        """People of whom neither an area gives the number nor the counted table knows. That no area gives it yet is no
        mistake: a force may use a theme and have no such populations."""
        table = self._table(measure.numerator) if isinstance(measure.numerator, Count) else None
        for column, category in side.population.items():
            found = [
                each.population_by[column]
                for level in self.levels.values()
                if level is not None
                for each in level.areas
                if column in each.population_by
            ]
            given = {name for years in found for year in years.values() for name in year}
            known = None if table is None else self._kinds_of_people(table, column)
            if category in given or table is None or (known is not None and category in (known or [category])):
                continue
            if not found and known is None:
                fix = "Give population_by in params/areas, or write population."
                what = f"no area gives its population by {column}, and {table.title.lower()} have no such column."
                yield Problem(here, what, fix)
            else:
                fix = close_to(category, sorted({*given, *(known or [])}), "There are")
                yield Problem(here, f"no area gives a population of '{category}'.", fix)

    def _kinds_of_people(self, table: Table, column: str) -> list[str] | None:
        """What a column or breakdown of a table tells apart: nothing where that is not declared, None where there is
        no such column."""
        by = table.breakdowns.get(column)
        if isinstance(by, ByColumn):
            codes = self.known.values(table, by.column)
            return list(dict.fromkeys(by.renamed.get(code, code) for code in codes or []))
        return self.known.values(table, column) or [] if column in table.all_names else None

    def _count(self, here: str, count: Count) -> Iterator[Problem]:
        selections = self.theme.selections
        if count.selection not in selections:
            fix = f"Declared in {self.where}: {', '.join(selections)}."
            yield Problem(f"{here}.selection", f"'{count.selection}' is not a selection of the theme.", fix)
            return
        table = self._table(count)
        if table is None:
            return
        yield from condition_problems(f"{here}.where", table, count.where, self.known)
        days, numbers = ("date", "moment"), ("whole", "number")
        wanted: dict[str, tuple[str | None, tuple[str, ...]]] = {
            "dated": (count.dated, days),
            "standing": (count.standing, days),
            "sum": (count.sum, numbers),
            "names": (count.names, ()),
            "repeats.of": (count.repeats.of if count.repeats else None, ()),
        }
        for key, (column, kinds) in wanted.items():
            kind = kind_of(table, column) if column is not None else ""
            if kind is None:
                fix = close_to(str(column), table.all_names, "Its columns")
                yield Problem(f"{here}.{key}", f"{table.title.lower()} have no column '{column}'.", fix)
            elif column is not None and kinds and kind not in kinds:
                fix = f"Name a column of kind {' or '.join(kinds)}."
                yield Problem(f"{here}.{key}", f"'{column}' is of kind {kind}.", fix)
        if count.repeats is not None:
            yield from self._repeats(f"{here}.repeats", count, table)
        if count.filled is not None and not isinstance(table.breakdowns.get(count.filled), ByFilled):
            sets = [name for name, each in table.breakdowns.items() if isinstance(each, ByFilled)]
            fix = close_to(count.filled, sets, "Filled sets of the table")
            yield Problem(f"{here}.filled", f"'{count.filled}' is no breakdown of the filled kind.", fix)

    def _repeats(self, here: str, count: Count, table: Table) -> Iterator[Problem]:
        """Repeats that depend on when they are looked at: what is looked for must be known from the row's own date."""
        dates = {date: name for name, date in table.together}
        late = {*dates.values(), *dates}
        looked_at = {count.repeats.of} if count.repeats is not None else set()
        for selection in self.theme.chain(count.selection):
            looked_at.update(selection.where)
            looked_at.update(column for where in selection.any_of for column in where)
        for column in sorted(looked_at & late):
            fix = "Put the condition into the count's where, or name a column that is known from the start."
            yield Problem(here, f"'{column}' is known only from a later date.", fix)

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
            yield from self._placed(name, dimension, [table for _, table in tables])
            return
        if dimension not in first.breakdowns:
            known = [TOTAL, MONTH, ROLLING, *self.levels, *first.breakdowns]
            fix = close_to(dimension, known, "Dimensions")
            what = f"{first.title.lower()} have no breakdown '{dimension}'."
            yield self._undeclared(name, dimension, first, what, fix)
            return
        if counts[0].filled is not None and counts[0].filled != dimension:
            fix = f"Name '{counts[0].filled}' alone."
            yield Problem(here, f"a filled set is not broken down by '{dimension}'.", fix)
        for count, table in tables[1:]:
            if dimension not in table.breakdowns and counts[0].filled is None and count.filled is None:
                fix = "Declare it there as well, or take it off the measure."
                what = f"{table.title.lower()} have no breakdown '{dimension}'."
                yield self._undeclared(name, dimension, table, what, fix)

    def _undeclared(self, measure: str, name: str, table: Table, what: str, fix: str) -> Problem:
        place = f"{self.where}, measures.{measure}"
        return Undeclared(place, what, fix, name=name, table=table.title, theme=self.slug, measure=measure)

    def _counts(self, measure: Measure) -> list[Count]:
        found: list[Count] = []
        for side in (measure.numerator, measure.denominator):
            if isinstance(side, Count):
                found.append(side)
            elif isinstance(side, MeasureOf) and (other := self.measures.get(side.measure)) is not None:
                found += other.counts
        return found

    def _placed(self, name: str, level: str, tables: Sequence[Table]) -> Iterator[Problem]:
        said = self.levels[level]
        if said is None:
            return
        known = {area.slug: name for name, each in self.levels.items() if each is not None for area in each.areas}
        needed = {known.get(area.members[0], level) if area.members else level for area in said.areas}
        for table in tables:
            for each in sorted(needed - set(table.levels)):
                fix = f"Declare a column of kind area with level: {each}, or take '{level}' off the measure."
                what = f"{table.title.lower()} have no column of the level {each}."
                yield self._undeclared(name, each, table, what, fix)

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
