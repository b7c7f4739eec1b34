"""Turns the conditions of a `where` into SQL over the values of a table's columns."""

from __future__ import annotations

from collections.abc import Callable

from thematic.extracts.kinds import literal, sql_type, text_sql, texts_sql
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values
from thematic.params.tables import Table


def condition_sql(condition: Condition, table: Table, name: str, value: str) -> str:
    """Whether the condition holds of a column (`value` is its SQL): true or false, never null."""
    test = _tests(table, name, value)
    return test(condition)


def _tests(table: Table, name: str, value: str) -> Callable[[Condition], str]:
    kind = sql_type(table, name)
    column = table.columns.get(name)
    listed = column is not None and column.kind == "codes"

    def test(condition: Condition) -> str:
        match condition:
            case Values(values=values):
                if listed:
                    return _has(value, tuple(str(each) for each in values))
                return _sure(f"{value} IN ({', '.join(literal(kind, each) for each in values)})")
            case Between():
                return _between(condition, kind, value)
            case Filled(filled=filled):
                return f"({value} IS {'NOT ' if filled else ''}NULL)"
            case Group(group=group):
                codes = column.groups[group] if column is not None else ()
                return _has(value, codes) if listed else _sure(f"{value} IN {texts_sql(codes)}")
            case Has(has=codes):
                return _has(value, codes)
            case Not(negated=inner):
                return f"(NOT {test(inner)})"
            case All(all=inner):
                return "(" + " AND ".join(test(each) for each in inner) + ")"
        raise TypeError(condition)

    return test


def _sure(condition: str) -> str:
    return f"coalesce({condition}, false)"


def _has(value: str, codes: tuple[str, ...]) -> str:
    listed = ", ".join(text_sql(code) for code in codes)
    return _sure(f"list_has_any(string_split({value}, ';'), [{listed}])")


def _between(condition: Between, kind: str, value: str) -> str:
    compared = f"CAST({value} AS DATE)" if kind == "TIMESTAMP" else value
    ends = (
        (">=", condition.at_least),
        (">", condition.over),
        ("<", condition.under),
        ("<=", condition.up_to),
    )
    parts = [f"{compared} {sign} {literal(kind, end)}" for sign, end in ends if end is not None]
    return _sure(f"({' AND '.join(parts)})")
