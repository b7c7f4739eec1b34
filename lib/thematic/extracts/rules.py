"""Turns what tables declare of their rows into SQL: when one is left out or wrong, and the reason in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from thematic.extracts.conditions import condition_sql
from thematic.extracts.kinds import literal, plain, text_sql
from thematic.extracts.splitting import TOTAL
from thematic.extracts.values import Values
from thematic.params import conditions
from thematic.params.tables import HISTORY_FLOOR, Column

HOLDS_NUL = "the row holds a NUL"
_CODES_TOLD = 8


@dataclass(frozen=True)
class Rule:
    """One way of being wrong: the reason in words, the SQL condition, the column it is about (None: the row)."""

    reason: str
    condition: str
    column: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """The days between which dates must be, both inclusive."""

    floor: date
    end: date


def left_out_sql(values: Values) -> tuple[str, str]:
    """The condition of rows that are left out and counted, and the reason, both SQL. A condition on a column that the
    source does not feed leaves nothing out."""
    tests, reasons = [], []
    for name, condition in values.table.left_out_unless.items():
        if values.is_fed(name):
            test = condition_sql(condition, values.table, name, f"v_{name}")
            tests.append(test)
            reasons.append(f"WHEN NOT {test} THEN {_why(name, condition, values)}")
    return (f"NOT ({' AND '.join(tests)})", f"CASE {' '.join(reasons)} END") if tests else ("false", "''")


def _why(name: str, condition: conditions.Condition, values: Values) -> str:
    text = f"coalesce(t_{name}, CAST(v_{name} AS VARCHAR))" if name in values.raw.fed else f"CAST(v_{name} AS VARCHAR)"
    wanted = "not what left_out_unless asks for"
    if isinstance(condition, conditions.Values):
        wanted = f"none of {_listed(condition.values)}"
    if name in values.table.personal:
        return (
            f"CASE WHEN {text} IS NULL THEN {text_sql(f'{name} is blank')} ELSE {text_sql(f'{name} is {wanted}')} END"
        )
    known = f"{text_sql(f'{name} ')} || chr(39) || left({text}, 40) || chr(39) || {text_sql(f' is {wanted}')}"
    return f"coalesce({known}, {text_sql(f'{name} is blank')})"


def rules(values: Values, limits: Limits, holds_nul: bool, holds_totals: bool) -> Iterator[Rule]:
    """Every rule of the table that some row may break, in the columns' order."""
    table, fed = values.table, values.raw.fed
    if holds_nul:
        yield Rule(HOLDS_NUL, "line IN (SELECT line FROM nul_lines)")
    if holds_totals:
        yield Rule(TOTAL, "line IN (SELECT line FROM totals)")
    for name in fed:
        yield from _column_rules(values, name, limits)
    for first, second in table.together:
        for one, other in ((first, second), (second, first)):
            if one in fed and other in fed:
                condition = f"{values.says(one)} AND NOT {values.says(other)}"
                yield Rule(f"{one} is filled and {other} is blank", condition, one, (other,))


def _column_rules(values: Values, name: str, limits: Limits) -> Iterator[Rule]:
    column, value = values.table.columns[name], f"v_{name}"
    if column.filled:
        yield Rule(f"{name} is blank", f"NOT {values.says(name)}", name)
    if values.spellings[name].wrong:
        yield Rule(f"{name} {_meaning(column, values.raw.dates)}", f"t_{name} IS NOT NULL AND {value} IS NULL", name)
    if column.is_day:
        if not values.table.future:
            yield Rule(f"{name} is after the extract's end", f"{_day(value)} > DATE '{limits.end}'", name)
        yield from _not_before(values, name, column, limits)
    yield from _outside(name, column)
    if name in values.filling and column.kind != "text":  # the same may be said in other words
        others = " and ".join(values.rests_on(name))
        yield Rule(f"{name} contradicts {others}", f"t_{name} IS NOT NULL AND {value} <> d_{name}", name)


def _meaning(column: Column, dates: str | None) -> str:
    """Why a text means nothing in the column."""
    if column.list is not None:
        return f"is not in data/reference/{column.list}.csv"
    return {
        "reference": "is in scientific notation (a spreadsheet has rounded it)",
        "date": f"is not a date ({dates or 'YYYY-MM-DD'})",
        "moment": f"is not a date and time ({dates or 'YYYY-MM-DD HH:MM'})",
        "flag": "is neither Y nor N",
        "whole": "is not a whole number",
        "number": "is not a number",
        "code": f"is none of {_listed(column.codes)}",
        "codes": f"names one that is none of {_listed(column.codes)}",
        "area": f"is not in params/areas/{column.level}.yaml",
    }[column.kind]


def _listed(codes: object) -> str:
    names = [str(code) for code in codes]  # type: ignore[attr-defined]
    more = f" and {len(names) - _CODES_TOLD} more" if len(names) > _CODES_TOLD + 1 else ""
    return ", ".join(names[:_CODES_TOLD] if more else names) + more


def _day(value: str) -> str:
    return f"CAST({value} AS DATE)"


def _not_before(values: Values, name: str, column: Column, limits: Limits) -> Iterator[Rule]:
    floor, value = column.not_before, f"v_{name}"
    if floor is None:
        return
    if floor == HISTORY_FLOOR:
        yield Rule(f"{name} is before history_floor", f"{value} < DATE '{limits.floor}'", name)
    elif isinstance(floor, date):
        yield Rule(f"{name} is before {floor}", f"{value} < {literal('DATE', floor)}", name)
    elif values.is_fed(floor):
        first, second = _day(value), _day(f"v_{floor}")
        if values.sql_type(name) == values.sql_type(floor) == "TIMESTAMP":
            zoned = values.is_zoned(name) or values.is_zoned(floor)  # clocks are turned back, and zones are not
            first, second = (values.instant(name), values.instant(floor)) if zoned else (value, f"v_{floor}")
        yield Rule(f"{name} is before {floor}", f"{first} < {second}", name, (floor,))


def _outside(name: str, column: Column) -> Iterator[Rule]:
    low, high = column.low, column.high
    outside = [f"v_{name} < {plain(low)}"] if low is not None else []
    outside += [f"v_{name} > {plain(high)}"] if high is not None else []
    if low is not None and high is not None:
        yield Rule(f"{name} is outside {plain(low)} to {plain(high)}", " OR ".join(outside), name)
    elif outside:
        span = f"below {plain(low)}" if low is not None else f"above {plain(high or 0)}"
        yield Rule(f"{name} is {span}", outside[0], name)
