"""Turns the declared contract into SQL: what a column's text means, when it is wrong, and the reason in words."""

# ruff: noqa: S608 - names in the SQL are declared in schema, never data
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from thematic.params.schema import COMMITTED_FLOOR, Column, Table

SQL_TYPE = {"date": "DATE", "flag": "BOOLEAN", "whole": "BIGINT", "number": "DOUBLE"}
MAPPED = {"lpu", "local_authority", "offence_code", "strands"}
"""Kinds whose spellings are looked up; see Spellings."""

HOLDS_NUL = "the row holds a NUL"
_SPACES = "' ' || chr(9) || chr(160)"
_DATE = r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?"
_WHOLE = r"-?\d+(\.0+)?"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_YES, _NO = "('y', 'yes', 'true', '1')", "('n', 'no', 'false', '0')"
_MEANING = {
    "date": "is not a date (YYYY-MM-DD)",
    "flag": "is neither Y nor N",
    "whole": "is not a whole number",
    "number": "is not a number",
    "strands": "names an unknown strand",
    "offence_code": "is not in data/reference/offences.csv",
    "lpu": "is not an LPU of params/force.yaml",
    "local_authority": "is not a local authority of params/force.yaml",
}


@dataclass(frozen=True)
class Rule:
    """One way of being wrong: the reason told, the SQL condition, the column it is about (None: the row)."""

    reason: str
    condition: str
    column: str | None


@dataclass(frozen=True)
class Spellings:
    """How the columns of one file are spelled: `spaced` ones hold surrounding spaces; of `mapped` ones a small table
    `map_<column>` (spelling, value) says which spellings are taken (the others of MAPPED are spelled as they ought)."""

    spaced: frozenset[str]
    mapped: frozenset[str]


@dataclass(frozen=True)
class Limits:
    """The days between which dates must lie, both inclusive."""

    floor: date
    end: date


def sql_type(column: Column) -> str:
    return SQL_TYPE.get(column.kind, "VARCHAR")


def values_sql(
    table: Table, fed: tuple[str, ...], spellings: Spellings, extra: tuple[str, ...] = (), where: str = ""
) -> str:
    """A query over `raw`: `line`, `extra` columns, and of each fed column the raw text (r_), the text without
    surrounding spaces and null where blank (t_), and the value (v_), null where blank or wrong."""
    carried = "".join(f', raw."{name}"' for name in extra)
    texts = "".join(f', "{name}" AS r_{name}, {trim_sql(name, spellings)} AS t_{name}' for name in fed)
    meant = "".join(f", {_value(table.column(name), spellings)} AS v_{name}" for name in fed)
    maps = "".join(
        f" LEFT JOIN map_{name} ON t_{name} = map_{name}.spelling" for name in fed if name in spellings.mapped
    )
    return f"SELECT texts.*{meant} FROM (SELECT line{carried}{texts} FROM raw {where}) texts{maps}"


def trim_sql(name: str, spellings: Spellings) -> str:
    text = f'trim("{name}", {_SPACES})' if name in spellings.spaced else f'"{name}"'
    return f"nullif({text}, '')"


def _value(column: Column, spellings: Spellings) -> str:
    text = f"t_{column.name}"
    whole = f"TRY_CAST(split_part({text}, '.', 1) AS BIGINT)"
    meant = {
        "date": f"CASE WHEN regexp_full_match({text}, '{_DATE}') THEN TRY_CAST(left({text}, 10) AS DATE) END",
        "flag": f"CASE WHEN lower({text}) IN {_YES} THEN true WHEN lower({text}) IN {_NO} THEN false END",
        "whole": f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN {whole} END",
        "number": f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN TRY_CAST({text} AS DOUBLE) END",
        "codes": text if column.leaves_out else f"CASE WHEN {text} IN {_list(column)} THEN {text} END",
    }
    return f"map_{column.name}.value" if column.name in spellings.mapped else meant.get(column.kind, text)


def _list(column: Column) -> str:
    return "(" + ", ".join(f"'{code}'" for code in column.codes) + ")"


def left_out_sql(table: Table, fed: tuple[str, ...]) -> tuple[str, str]:
    """The condition of rows that are left out and counted, and the reason, both SQL."""
    for column in table.columns:
        if column.leaves_out and column.name in fed:
            code = f"v_{column.name}"
            said = f"'{column.name} ''' || left({code}, 40) || ''' is none of {', '.join(column.codes)}'"
            return f"coalesce({code} NOT IN {_list(column)}, true)", f"coalesce({said}, '{column.name} is blank')"
    return "false", "''"


def rules(table: Table, fed: tuple[str, ...], limits: Limits, holds_nul: bool) -> Iterator[Rule]:
    """Every rule of the table, in the columns' order."""
    if holds_nul:
        yield Rule(HOLDS_NUL, "line IN (SELECT line FROM nul_lines)", None)
    for column in table.columns:
        if column.name in fed:
            yield from _column_rules(column, limits)
    for first, second in table.together:
        if first in fed and second in fed:
            yield Rule(f"{first} stands without {second}", f"t_{first} NOT NULL AND t_{second} IS NULL", first)
            yield Rule(f"{second} stands without {first}", f"t_{second} NOT NULL AND t_{first} IS NULL", second)


def _column_rules(column: Column, limits: Limits) -> Iterator[Rule]:
    name, text, value = column.name, f"t_{column.name}", f"v_{column.name}"
    if column.filled:
        yield Rule(f"{name} is blank", f"{text} IS NULL", name)
    if column.kind != "text" and not column.leaves_out:
        meaning = _MEANING.get(column.kind, f"is none of {', '.join(column.codes)}")
        yield Rule(f"{name} {meaning}", f"{text} NOT NULL AND {value} IS NULL", name)
    if column.kind == "date":
        yield Rule(f"{name} is after the extract's end", f"{value} > DATE '{limits.end}'", name)
    floors = {
        "history": ("history_floor", f"DATE '{limits.floor}'"),
        "committed": (COMMITTED_FLOOR[:4], f"DATE '{COMMITTED_FLOOR}'"),
        "recorded": ("recorded_on", "v_recorded_on"),
    }
    if column.floor in floors:
        said, day = floors[column.floor]
        yield Rule(f"{name} is before {said}", f"{value} < {day}", name)
    outside = [f"{value} < {column.low:g}"] if column.low is not None else []
    outside += [f"{value} > {column.high:g}"] if column.high is not None else []
    if outside:
        span = f"outside {column.low:g} to {column.high:g}" if column.high is not None else f"below {column.low:g}"
        yield Rule(f"{name} is {span}", " OR ".join(outside), name)


def spelling_sql(column: Column) -> str:
    """The condition of a value that is taken though it is not spelled as the contract has it."""
    raw, text, value = f"coalesce(r_{column.name}, '')", f"t_{column.name}", f"v_{column.name}"
    if column.kind == "strands":
        strands = f"string_split({raw}, ';')"
        return f"{value} NOT NULL AND list_sort({strands}) <> string_split({value}, ';')"
    spelled = {
        "flag": f"CASE WHEN {value} THEN 'Y' ELSE 'N' END",
        "whole": f"CAST({value} AS VARCHAR)",
        "lpu": value,
        "local_authority": value,
    }.get(column.kind, text)
    return f"({text} IS NULL AND {raw} <> '') OR ({value} NOT NULL AND {raw} <> {spelled})"
