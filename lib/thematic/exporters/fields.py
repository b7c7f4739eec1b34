"""Turns the tables of a report into the columns of a worksheet, one thing said in each, figures as numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thematic.displays import SHORTHAND, Column, Figures, Glance, Recommendations, SignedTable, Table
from thematic.displays.signed import NOTHING, words
from thematic.exporters.printed import Cell, Number, spread
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import FIGURE_NUMBERS


@dataclass(frozen=True)
class Field:
    """A column: its heading, its cells, and whether they are figures, which stand to the right."""

    label: str
    cells: Sequence[Cell]
    figures: bool = False


def of_table(table: Table | SignedTable) -> tuple[list[Field], list[int]]:
    """The columns of a table, all equally long, one row at least, and the indices of the rows that stand out.

    A row of nothing but empty cells is left out.
    """
    match table:
        case Glance() if table.rows:
            return _of_glance(table), []
        case Recommendations() if table.rows:
            return _of_recommendations(table), []
        case Table():
            kept = [(index, row) for index, row in enumerate(table.rows) if any(cell.strip() for cell in row)]
            strong = [place for place, (index, _) in enumerate(kept) if index in table.emphasis]
            return _of_columns(table.columns, [row for _, row in kept]), strong
        case _:
            return _of_columns(table.columns(), [[words(cell) for cell in row] for row in table.cells()]), []


def of_figures(figures: Figures) -> list[Field]:
    """The columns of the CSV, the same figures in full precision, as numbers."""
    rows = figures.rows or [[NOTHING, *[""] * (len(figures.columns) - 1)]]
    return [
        Field(name, [_exact(cell) for cell in cells], figures=True) if name in FIGURE_NUMBERS else Field(name, cells)
        for name, cells in zip(figures.columns, zip(*rows, strict=True), strict=True)
    ]


def _exact(text: str) -> Cell:
    try:
        value = float(text)
    except ValueError:
        return text
    return Number(value, "General") if math.isfinite(value) else text


def _of_columns(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Field]:
    rows = rows or [[NOTHING, *[NOT_APPLICABLE] * (len(columns) - 1)]]
    often = Counter(column.label for column in columns)
    fields: list[Field] = []
    for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
        label = f"{column.of}: {column.label}" if column.of and often[column.label] > 1 else column.label
        fields += _numbers(label, cells) if column.align == "right" else [Field(label, cells)]
    return fields


def _numbers(label: str, cells: Sequence[str]) -> list[Field]:
    return [Field(name, numbers, figures=True) for name, numbers in spread(label, cells).items()]


def _of_glance(table: Glance) -> list[Field]:
    """A column for each thing that is said of an indicator; the months drawn beside it are another table's numbers."""
    rows = table.rows
    changes = [row.change or (row.value if row.value in SHORTHAND else NOT_APPLICABLE) for row in rows]
    fields = [Field("Indicator", [row.indicator for row in rows]), *_numbers("Value", [row.value for row in rows])]
    fields += [*_numbers("Change", changes), _words("Period ending", [row.period for row in rows])]
    if any(row.trend for row in rows):
        fields += [_words("Trend", [row.trend for row in rows]), _words("Trend is", [row.worth for row in rows])]
    fields.append(_words("Significant change", [row.significant for row in rows]))
    beside = _numbers(table.beside, [row.force or NOT_APPLICABLE for row in rows]) if table.beside else []
    return [*fields, *beside]


def _of_recommendations(table: Recommendations) -> list[Field]:
    rows = table.rows
    said = {
        "Reference": [row.reference for row in rows],
        "Recommendation": [row.recommendation for row in rows],
        "Source": [row.source for row in rows],
        "Owner": [row.owner for row in rows],
        "Due": [row.due for row in rows],
        "Overdue": ["Yes" if row.overdue else "No" for row in rows],
        "Rating": [row.rag for row in rows],
        "Latest update": [row.update for row in rows],
    }
    return [Field(label, [cell or "Not given" for cell in cells]) for label, cells in said.items()]


def _words(label: str, cells: Iterable[str]) -> Field:
    return Field(label, [cell or NOT_APPLICABLE for cell in cells])
