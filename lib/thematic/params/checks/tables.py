"""One table of params/tables held against its own columns, the levels of areas and the code lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from thematic.core.areas import MISSING
from thematic.core.errors import Problem
from thematic.params.checks.causes import Undeclared
from thematic.params.checks.conditions import Known, condition_problems, kind_of
from thematic.params.checks.names import close_to
from thematic.params.checks.places import Levels
from thematic.params.lists import CodeList
from thematic.params.tables import (
    HISTORY_FLOOR,
    Bands,
    ByColumn,
    ByColumns,
    ByFilled,
    Column,
    Days,
    Difference,
    Hour,
    Lookup,
    Minutes,
    Table,
    Weekday,
    inputs_of,
)
from thematic.params.themes import RESERVED

Tables = Mapping[str, Table | None]


def table_problems(
    where: str, table: Table, tables: Tables, levels: Levels, lists: Mapping[str, CodeList]
) -> Iterator[Problem]:
    """Every problem of one table; `where` names its file."""
    circles = [key for key in table.derived if _leads_back(key, table)]
    if circles:
        for key in circles:
            fix = "Derive it from columns of the file."
            yield Problem(f"{where}, derived.{key}", "leads back to itself.", fix)
        return
    yield from _keys(where, table, tables)
    for key, column in table.columns.items():
        yield from _column(f"{where}, columns.{key}", column, table, levels)
    for key, derived in table.derived.items():
        yield from _derived(f"{where}, derived.{key}", key, derived, table, lists)
    for key, breakdown in table.breakdowns.items():
        yield from _breakdown(f"{where}, breakdowns.{key}", key, breakdown, table, Known(lists, levels))
    yield from _together(f"{where}, together", table)
    yield from condition_problems(f"{where}, left_out_unless", table, table.left_out_unless, Known(lists, levels))
    personal = table.personal - {table.reference}
    if table.public == "sums" and personal:
        what = f"the table has personal columns ({', '.join(sorted(personal))}), so no sum may be public."
        yield Problem(f"{where}, public", what, "Remove public: sums, or the personal columns.")


def _keys(where: str, table: Table, tables: Tables) -> Iterator[Problem]:
    """The columns that the table's own keys name."""
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
    if table.ends == table.date:
        yield Problem(f"{where}, ends", f"'{table.ends}' is the table's own date.", "Name the day it becomes void.")
    if table.history != "own" and table.history not in tables:
        fix = close_to(table.history, ["own", *tables], "Write own, or a table")
        yield Problem(f"{where}, history", f"there is no table '{table.history}'.", fix)


def _column(here: str, column: Column, table: Table, levels: Levels) -> Iterator[Problem]:
    if column.level is not None and column.level not in levels:
        fix = close_to(column.level, levels, "Levels")
        file = here.partition(",")[0].removeprefix("params/tables/").removesuffix(".yaml")
        what = f"there is no level '{column.level}'."
        yield Undeclared(f"{here}.level", what, fix, name=column.level, table=file)
    if isinstance(column.not_before, str) and column.not_before != HISTORY_FLOOR:
        other = table.columns.get(column.not_before)
        if other is None or not other.is_day:
            fix = f"Write {HISTORY_FLOOR}, a date, or a column of kind date."
            yield Problem(f"{here}.not_before", f"'{column.not_before}' is no date.", fix)


def _together(here: str, table: Table) -> Iterator[Problem]:
    columns = table.columns
    for first, second in table.together:
        if second == table.date:
            yield Problem(here, f"'{second}' is the table's own date, which is always known.", "Take the pair out.")
        for name in (first, second):
            if name not in columns:
                yield Problem(here, f"there is no column '{name}'.", close_to(name, columns, "Columns"))
        if second in columns and not columns[second].is_day:
            yield Problem(here, f"'{second}' is no date.", "Name the column first, then its date.")


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
        kind = kind_of(table, name)
        if kind is None:
            known = [*table.columns, *(each for each in table.derived if each != key)]
            yield Problem(where, f"there is no column '{name}'.", close_to(name, known, "Columns"))
        elif kind not in _HOLDS[type(derived)]:
            fix = f"It takes columns of kind {' or '.join(_HOLDS[type(derived)])}."
            yield Problem(where, f"'{name}' is of kind {kind}.", fix)
    if isinstance(derived, Lookup) and derived.lookup.source in lists:
        columns = lists[derived.lookup.source].columns
        if derived.lookup.gives not in columns:
            fix = close_to(derived.lookup.gives, columns, "Its columns")
            yield Problem(where, f"the list {derived.lookup.source} has no column '{derived.lookup.gives}'.", fix)


def _leads_back(key: str, table: Table) -> bool:
    """Whether a derived column rests on itself, by way of others or not."""
    seen: set[str] = set()
    ahead = list(inputs_of(table.derived[key]))
    while ahead:
        name = ahead.pop()
        if name == key:
            return True
        if name not in seen and name in table.derived and name not in table.columns:
            seen.add(name)
            ahead += inputs_of(table.derived[name])
    return False


def _breakdown(
    where: str, name: str, breakdown: ByColumn | ByColumns | ByFilled, table: Table, known: Known
) -> Iterator[Problem]:
    if name in RESERVED or name in known.levels:
        yield Problem(where, f"'{name}' is a dimension already.", "Give the breakdown another name.")
    if isinstance(breakdown, ByFilled):
        for column in breakdown.filled.values():
            if kind_of(table, column) is None:
                fix = close_to(column, table.all_names, "Columns")
                yield Problem(where, f"there is no column '{column}'.", fix)
        return
    is_cross = isinstance(breakdown, ByColumns)
    for column in breakdown.columns if isinstance(breakdown, ByColumns) else (breakdown.column,):
        yield from _categories(where, column, table, is_cross=is_cross)
        if is_cross and kind_of(table, column) is not None:
            wrong = next((each for each in known.values(table, column) or [] if " / " in each), None)
            if wrong is not None:
                what = f"'{wrong}' of {column} holds ' / ', which is put between the parts of a cross."
                yield Problem(where, what, "Give the code another name.")
    if isinstance(breakdown, ByColumn) and kind_of(table, breakdown.column) is not None:
        yield from _renamed(f"{where}.as", breakdown, table, known)


def _renamed(where: str, breakdown: ByColumn, table: Table, known: Known) -> Iterator[Problem]:
    values = known.values(table, breakdown.column)
    for code, category in breakdown.renamed.items():
        if values is not None and code not in values:
            fix = close_to(code, values, "Its codes")
            yield Problem(where, f"'{code}' is none of the codes of {breakdown.column}.", fix)
        if category == MISSING:
            what = f"'{MISSING}' is the product's word for rows without a code."
            yield Problem(where, what, "Give the category another name.")


_NO_CATEGORIES = {
    "area": "Name its level as a dimension instead.",
    "number": "Derive bands from it.",
    "date": "Derive a weekday from it.",
    "moment": "Derive a weekday or an hour from it.",
    "reference": "Name a column of codes.",
}


def _tells_of_people(table: Table, column: str) -> bool:
    """Whether a breakdown would count by personal values: others than codes, derived bands, and what a list gives for
    a code."""
    if column in table.columns:
        return column in table.personal and table.columns[column].kind not in {"code", "codes", "flag"}
    derived = table.derived[column]
    if isinstance(derived, Bands):
        return False
    if isinstance(derived, Lookup):
        return _tells_of_people(table, derived.lookup.by)
    return bool(set(table.sources_of(column)) & table.personal)


def _categories(where: str, column: str, table: Table, *, is_cross: bool) -> Iterator[Problem]:
    """Whether a column has categories that may be counted by."""
    kind = kind_of(table, column)
    if kind is None:
        yield Problem(where, f"there is no column '{column}'.", close_to(column, table.all_names, "Columns"))
    elif kind in _NO_CATEGORIES:
        what = f"'{column}' is of kind {kind}, which has no categories."
        yield Problem(where, what, _NO_CATEGORIES[kind])
    elif kind == "codes" and is_cross:
        yield Problem(where, f"'{column}' is a list, and a cross needs one value for each row.", "Name another.")
    elif _tells_of_people(table, column):
        fix = "Give the column codes, derive bands from it, or break down by whether it is filled."
        yield Problem(where, f"'{column}' is personal, so its values must not be counted by.", fix)
