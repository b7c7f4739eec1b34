"""Numbers the rows of a table where they are, in the order of their texts, as a database's extract has them."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from typing import Any

from thematic.extracts.database import Rows
from thematic.extracts.kinds import text_sql
from thematic.extracts.text_rows import LINE
from thematic.in_place.engine import Engine

RAW = "raw"
_NUMBERED = "numbered"
_WHITE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""All characters that are white space."""

_FRACTIONS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_MOMENTS = {
    "postgres": ("to_char({value}, 'YYYY-MM-DD HH24:MI:SS{fraction}')", {0: "", 3: ".MS", 6: ".US"}),
    "pyspark": ("date_format({value}, 'yyyy-MM-dd HH:mm:ss{fraction}')", {0: "", 3: ".SSS", 6: ".SSSSSS"}),
    "databricks": ("date_format({value}, 'yyyy-MM-dd HH:mm:ss{fraction}')", {0: "", 3: ".SSS", 6: ".SSSSSS"}),
    "snowflake": ("to_char({value}, 'YYYY-MM-DD HH24:MI:SS{fraction}')", {0: "", 3: ".FF3", 6: ".FF6", 9: ".FF9"}),
    "duckdb": ("strftime({value}, '%Y-%m-%d %H:%M:%S{fraction}')", {0: "", 3: ".%g", 6: ".%f", 9: ".%n"}),
}
"""How each engine writes a moment, and its fraction of so many digits."""

_DAYS = {
    "postgres": "to_char({value}, 'YYYY-MM-DD')",
    "pyspark": "date_format({value}, 'yyyy-MM-dd')",
    "databricks": "date_format({value}, 'yyyy-MM-dd')",
    "snowflake": "to_char({value}, 'YYYY-MM-DD')",
    "duckdb": "strftime({value}, '%Y-%m-%d')",
}
_UTC = {
    "postgres": "{value} AT TIME ZONE 'UTC'",
    "snowflake": "CONVERT_TIMEZONE('UTC', {value})",
    "duckdb": "timezone('UTC', {value})",
}
_OF_SPARK = {"pyspark", "databricks"}
_TEXT = {"postgres": "TEXT", "pyspark": "STRING", "databricks": "STRING", "snowflake": "VARCHAR", "duckdb": "VARCHAR"}


def number_rows(engine: Engine, rows: Rows) -> int:
    """Makes `raw` in the engine: the rows as text, blank for what is missing, each with its number (LINE).

    Gives how many rows have no cell filled in: they are numbered, and are not in it.
    """
    columns = {name: engine.dialect.quoted(name) for name in rows.expression.columns}
    kind = engine.dialect.kind
    texts = ", ".join(
        f"{_text(kind, rows.expression[name].type(), column)} AS {column}" for name, column in columns.items()
    )
    collation = ' COLLATE "C"' if kind == "postgres" else ""
    order = ", ".join(column + collation for column in columns.values())
    there = engine.backend.compile(rows.expression)
    line = engine.dialect.quoted(LINE)
    as_text = f"SELECT {texts} FROM ({there}) AS there"
    numbered = f"SELECT row_number() OVER (ORDER BY {order}) AS {line}, cells.* FROM ({as_text}) AS cells"
    engine.keep_own(_NUMBERED, numbered)
    blank = " AND ".join(f"trim(\"{name}\", {text_sql(_WHITE)}) = ''" for name in columns)
    found = int(engine.row(f"SELECT coalesce(sum(CASE WHEN {blank} THEN 1 ELSE 0 END), 0) AS n FROM {_NUMBERED}")[0])
    engine.keep(RAW, f"SELECT * FROM {_NUMBERED} WHERE NOT ({blank})")
    engine.drop(_NUMBERED)
    return found


def _text(kind: str, of: Any, value: str) -> str:
    """A column as it is written in text (thematic.extracts.parquet.as_text), in the engine's own SQL."""
    text = _TEXT[kind]
    if of.is_boolean():
        return f"CASE WHEN {value} THEN 'Y' WHEN NOT {value} THEN 'N' ELSE '' END"
    if of.is_date() or of.is_timestamp():
        written = _DAYS[kind].format(value=value) if of.is_date() else _moment(kind, of, value)
        if kind == "postgres":
            written = f"CASE WHEN isfinite({value}) THEN {written} ELSE CAST({value} AS {text}) END"
        return f"coalesce({written}, '')"
    if of.is_floating():
        return f"coalesce({_floating(kind, text, value)}, '')"
    if of.is_string() and kind == "postgres":
        return f"concat({value})"  # of a character(n) with the spaces that fill it up, as its driver gives it
    return f"coalesce(CAST({value} AS {text}), '')"


def _moment(kind: str, of: Any, value: str) -> str:
    written, fractions = _MOMENTS[kind]
    digits = _FRACTIONS[of.to_pyarrow().unit]
    if of.timezone is None:
        return written.format(value=value, fraction=fractions[digits])
    in_utc = _UTC.get(kind, "{value}").format(value=value)
    return written.format(value=in_utc, fraction=fractions[digits]) + " || 'Z'"


def _floating(kind: str, text: str, value: str) -> str:
    """The shortest digits that mean the number, without an exponent where it is between a millionth and 10^15."""
    said = f"CAST({value} AS {text})"
    plain = f"CAST(CAST({said} AS DECIMAL(38, 20)) AS {text})"
    plain = f"regexp_replace(regexp_replace({plain}, '0+$', ''), '[.]$', '')"
    if kind == "postgres":
        plain = f"CAST(CAST({said} AS NUMERIC) AS {text})"
    short = f"replace(replace(regexp_replace({said}, '[.]0$', ''), 'e-0', 'e-'), 'Infinity', 'inf')"
    if kind in _OF_SPARK:
        short = f"regexp_replace(regexp_replace(lower({said}), '[.]0(e|$)', '$1'), 'e([0-9])', 'e+$1')"
        short = f"replace({short}, 'infinity', 'inf')"
    size = f"abs(CAST({said} AS DOUBLE{' PRECISION' if kind == 'postgres' else ''}))"
    within = f"{size} >= 0.000001 AND {size} < 1e15"
    is_number = f"NOT isnan({value})" if kind in {"duckdb", *_OF_SPARK} else f"{value} <> 'NaN'"
    return f"CASE WHEN {within} THEN {plain} WHEN {is_number} THEN {short} END"
