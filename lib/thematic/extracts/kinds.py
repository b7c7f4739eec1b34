"""Turns the kinds of columns into the types in which the warehouse keeps them, and SQL that means a value of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from thematic.params.conditions import Scalar
from thematic.params.tables import Days, Difference, Minutes, Table, is_whole

SQL_TYPES = {
    "date": "DATE",
    "moment": "TIMESTAMP",
    "flag": "BOOLEAN",
    "whole": "BIGINT",
    "number": "DECIMAL(18,6)",
}
"""Of the kinds that are not kept as text."""

YES, NO = ("y", "yes", "true", "1"), ("n", "no", "false", "0")


def sql_type(table: Table, name: str) -> str:
    """The type of a column or of a derived one."""
    column = table.columns.get(name)
    if column is not None:
        return SQL_TYPES.get(column.kind, "VARCHAR")
    match table.derived[name]:
        case Minutes():
            return SQL_TYPES["number"]
        case Days():
            return SQL_TYPES["whole"]
        case Difference():
            return SQL_TYPES["whole" if is_whole(table, name) else "number"]
    return "VARCHAR"


def text_sql(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def texts_sql(texts: object) -> str:
    """Texts as an SQL list in brackets."""
    return "(" + ", ".join(text_sql(str(text)) for text in texts) + ")"  # type: ignore[attr-defined]


def literal(kind: str, value: Scalar) -> str:
    """A declared value as SQL of a type (`DATE`, `BOOLEAN`...)."""
    if kind == "BOOLEAN":
        return "true" if str(value).lower() in YES else "false"
    if kind in {"BIGINT", "DECIMAL(18,6)"}:
        return plain(value)
    if kind in {"DATE", "TIMESTAMP"}:
        day = value.date() if isinstance(value, datetime) else value
        return f"DATE {text_sql(day.isoformat() if isinstance(day, date) else str(day))}"
    return text_sql(str(value))


def plain(number: Scalar) -> str:
    """A number in plain digits."""
    return f"{Decimal(str(number)).normalize():f}"
