"""Turns conditions as they are typed (`column=value`, `column>=18`) into those of a new theme's selection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from thematic.core.errors import ArgumentsRefused
from thematic.params import Params
from thematic.params.checks.conditions import kind_of
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.reading import nearest
from thematic.params.tables import Lookup, Table, fixed_categories

_TYPED = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<)\s*(.*?)\s*", re.DOTALL)
_ENDS = {">=": "from", ">": "over", "<": "under", "<=": "up_to"}
_LISTED = 12
_YES, _NO = ("y", "yes", "true", "1"), ("n", "no", "false", "0")
_FORMS = "Write column=value, column=a,b, column!=value, column>=number or column<number, in quotes for the shell"


def read_conditions(typed: Iterable[str], params: Params, table: Table) -> Where:
    """The conditions by column; several on one column must all hold.

    A value is what the column can hold, or its title; one that is not, but names a group of the column's codes, means
    the group. `column=` means blank and `column!=` not blank. Raises ArgumentsRefused for the first that cannot be
    used.
    """
    found: dict[str, list[Condition]] = {}
    for text in typed:
        parts = _TYPED.fullmatch(text)
        if parts is None:
            raise ArgumentsRefused(f"--where: '{text}' is not a condition. {_FORMS}.")
        column, operator, value = parts.groups()
        if kind_of(table, column) is None:
            known = {name: name for name in table.all_names}
            raise ArgumentsRefused(
                f"--where: {table.title.lower()} have no column '{column}'. {nearest(column, known)}"
            )
        found.setdefault(column, []).append(_condition(params, table, column, operator, value))
    return {column: each[0] if len(each) == 1 else All(all=tuple(each)) for column, each in found.items()}


def _condition(params: Params, table: Table, column: str, operator: str, value: str) -> Condition:
    if operator in _ENDS:
        return Between.model_validate({_ENDS[operator]: _end(table, column, value)})
    if not value:
        return Filled(filled=operator == "!=")
    equal = _equal(params, table, column, value)
    return Not.model_validate({"not": equal}) if operator == "!=" else equal


def _end(table: Table, column: str, value: str) -> int | float | date:
    kind = kind_of(table, column)
    if kind in {"whole", "number"}:
        return _number(column, value)
    if kind in {"date", "moment"}:
        return _day(column, value)
    raise ArgumentsRefused(f"--where: '{column}' holds neither numbers nor dates. Write {column}=value.")


def _equal(params: Params, table: Table, column: str, value: str) -> Condition:
    kind = kind_of(table, column)
    if kind == "flag":
        return Values(values=(_flag(column, value),))
    if kind in {"whole", "number"}:
        return Values(values=tuple(_number(column, part) for part in _parts(value)))
    if kind in {"date", "moment"}:
        return Values(values=tuple(_day(column, part) for part in _parts(value)))
    known = values_of(params, table, column)
    if not known:
        return Values(values=tuple(_parts(value)))
    groups = table.columns[column].groups if column in table.columns else {}
    if not _known(value, known) and value in groups:
        return Group(group=value)
    parts = [value] if _known(value, known) else _parts(value)
    hints = {**known, **{group: group for group in groups}}
    chosen = tuple(dict.fromkeys(_one_of(table, column, part, known, hints) for part in parts))
    return Has(has=chosen) if kind == "codes" else Values(values=chosen)


def values_of(params: Params, table: Table, column: str) -> dict[str, str]:
    """What a column can hold, each with its title; empty where that is not declared."""
    declared = table.columns.get(column)
    if declared is not None and declared.level is not None:
        return {area.name: area.slug for area in params.areas(declared.level)}
    if declared is not None and declared.list is not None:
        return {code: row.get("title", code) for code, row in params.lists[declared.list].rows.items()}
    if declared is not None and declared.codes:
        return dict(declared.codes)
    derived = table.derived.get(column)
    if isinstance(derived, Lookup):
        rows = params.lists[derived.lookup.source].rows.values()
        return {text: text for text in dict.fromkeys(row.get(derived.lookup.gives, "") for row in rows) if text}
    return {text: text for text in fixed_categories(table, column, params.lists) or []}


def _known(word: str, known: Mapping[str, str]) -> str | None:
    """The value that a word means, in any case: the value itself, or the one that has this title."""
    folded = word.casefold()
    by_value = next((value for value in known if value.casefold() == folded), None)
    return by_value or next((value for value, title in known.items() if title.casefold() == folded), None)


def _one_of(table: Table, column: str, word: str, known: Mapping[str, str], hints: Mapping[str, str]) -> str:
    found = _known(word, known)
    if found is not None:
        return found
    words = {folded.casefold(): name for name in hints for folded in (hints[name], name)}
    hint = nearest(word, words)
    if len(hints) > _LISTED and hint.startswith("There are"):
        hint = f"{_place(table, column)} lists them all."
    raise ArgumentsRefused(f"--where: '{word}' is not a value of {column}. {hint}")


def _place(table: Table, column: str) -> str:
    """The file that lists what a column can hold."""
    derived, declared = table.derived.get(column), table.columns.get(column)
    if declared is not None and declared.level is not None:
        return f"params/areas/{declared.level}.yaml"
    listed = derived.lookup.source if isinstance(derived, Lookup) else declared and declared.list
    return f"data/reference/{listed}.csv" if listed else "The table's file in params/tables"


def _flag(column: str, word: str) -> str:
    folded = word.casefold()
    if folded not in (*_YES, *_NO):
        raise ArgumentsRefused(f"--where: '{word}' is not a value of {column}. Write {column}=Y or {column}=N.")
    return "Y" if folded in _YES else "N"


def _number(column: str, word: str) -> int | float:
    try:
        number = float(word)
    except ValueError:
        raise ArgumentsRefused(f"--where: '{word}' is not a number, and {column} holds numbers.") from None
    return int(number) if number.is_integer() else number


def _day(column: str, word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ArgumentsRefused(f"--where: '{word}' is not a day, and {column} holds days: write YYYY-MM-DD.") from None


def _parts(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def as_declared(condition: Condition) -> Any:
    """The condition as a file under params/ writes it."""
    match condition:
        case Values(values=(one,)):
            return one
        case Values(values=values):
            return list(values)
        case Not(negated=inner):
            return {"not": as_declared(inner)}
        case All(all=conditions):
            return {"all": [as_declared(each) for each in conditions]}
        case Has(has=codes):
            return {"has": list(codes)}
    return condition.model_dump(by_alias=True, exclude_none=True)
