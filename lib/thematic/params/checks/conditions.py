"""Conditions held against the table they are on: columns it does not have, and values a column can never hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from thematic.core.errors import Problem
from thematic.params.areas import Level
from thematic.params.checks.names import close_to
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.lists import CodeList
from thematic.params.tables import Days, Difference, Hour, Lookup, Minutes, Table, fixed_categories


def kind_of(table: Table, name: str) -> str | None:
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


@dataclass(frozen=True)
class Known:
    """What columns may hold that is declared elsewhere: the codes of lists, and the names of the areas of levels."""

    lists: Mapping[str, CodeList]
    levels: Mapping[str, Level | None]

    def values(self, table: Table, name: str) -> list[str] | None:
        """All that a column can hold, as text; None where that is not declared."""
        column = table.columns.get(name)
        if column is not None and column.level is not None:
            level = self.levels.get(column.level)
            return None if level is None else [area.name for area in level.areas]
        if column is not None and column.list is not None and column.list not in self.lists:
            return None
        if column is None and isinstance(derived := table.derived[name], Lookup):
            found = self.lists.get(derived.lookup.source)
            return None if found is None else list({row.get(derived.lookup.gives, "") for row in found.rows.values()})
        return fixed_categories(table, name, self.lists)


def condition_problems(where: str, table: Table, conditions: Where, known: Known) -> Iterator[Problem]:
    """Columns that the table does not have, and values that a column can never hold."""
    for name, condition in conditions.items():
        kind = "whole" if isinstance(table.derived.get(name), Hour) else kind_of(table, name)
        if kind is None:
            fix = close_to(name, table.all_names, "Its columns")
            yield Problem(where, f"{table.title.lower()} have no column '{name}'.", fix)
        else:
            yield from _condition(f"{where}.{name}", table, name, kind, condition, known)


def _condition(where: str, table: Table, name: str, kind: str, condition: Condition, known: Known) -> Iterator[Problem]:
    match condition:
        case Not(negated=inner):
            yield from _condition(where, table, name, kind, inner, known)
        case All(all=inner):
            for each in inner:
                yield from _condition(where, table, name, kind, each, known)
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
                yield from _declared(where, table, name, code, known)
        case Values(values=values):
            for value in values:
                yield from _value(where, table, name, kind, value, known)
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


def _declared(where: str, table: Table, name: str, value: str, known: Known) -> Iterator[Problem]:
    """Whether a value is one of those that the column can hold."""
    values = known.values(table, name)
    if values is not None and value not in values:
        few = len(values) <= 30
        fix = f"They are: {', '.join(values)}." if few else close_to(value, values, "It has")[:300]
        yield Problem(where, f"'{value}' is not one of its values.", fix)


def _value(where: str, table: Table, name: str, kind: str, value: Any, known: Known) -> Iterator[Problem]:
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
    elif kind == "code":
        yield from _declared(where, table, name, str(value), known)
    elif not isinstance(value, str):
        yield Problem(where, f"{value} is a number, and this column holds text.", f'Write it in quotes: "{value}".')
    else:
        yield from _declared(where, table, name, value, known)
