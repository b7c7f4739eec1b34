"""Turns what a table declares of its columns into the reasons for which one of its rows is put into quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from thematic.params.tables import HISTORY_FLOOR, Column, Table

_NOT_OF_ITS_KIND = {
    "reference": "is in scientific notation (a spreadsheet has rounded it)",
    "date": "is not a date",
    "moment": "is not a date and time",
    "flag": "is neither Y nor N",
    "whole": "is not a whole number",
    "number": "is not a number",
    "code": "is not one of its codes",
    "codes": "names one that is not among its codes",
    "area": "is not in params/areas/{level}.yaml",
}


def reasons(table: Table, floor: date) -> Iterator[str]:
    """Every reason, in the order of the columns; `floor` is the force's history_floor."""
    for name, column in table.columns.items():
        yield from _of_column(name, column, table, floor)
    for first, second in table.together:
        yield f"{first} is filled and {second} is blank"
        yield f"{second} is filled and {first} is blank"
    if table.reference is not None:
        yield f"{table.reference} is on another row with other content"


def _of_column(name: str, column: Column, table: Table, floor: date) -> Iterator[str]:
    if column.filled:
        yield f"{name} is blank"
    if column.list is not None:
        yield f"{name} is not in data/reference/{column.list}.csv"
    elif column.kind != "text":
        yield f"{name} {_NOT_OF_ITS_KIND[column.kind].format(level=column.level)}"
    if column.is_day and not table.future:
        yield f"{name} is after the extract's end"
    if column.not_before == HISTORY_FLOOR:
        yield f"{name} is before {floor} (history_floor)"
    elif column.not_before is not None:
        yield f"{name} is before {column.not_before}"
    if column.low is not None and column.high is not None:
        yield f"{name} is outside {column.low:g} to {column.high:g}"
    elif column.low is not None:
        yield f"{name} is below {column.low:g}"
    elif column.high is not None:
        yield f"{name} is above {column.high:g}"
