"""Turns the tables of a report into the columns of a worksheet, one thing said in each, figures as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from thematic.displays import (
    SHORTHAND,
    Cell,
    Column,
    DisplayTable,
    FigureList,
    Glance,
    Recommendations,
    SignedTable,
    Value,
)
from thematic.displays.signed import NOTHING, words
from thematic.displays.tables import names_of
from thematic.displays.values import NO_BREAK, Format, parts_of, printed
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import FIGURE_NUMBERS

GENERAL = "General"
_LABELS = {
    "value": "{}",
    "base": "{}, of how many",
    "lower": "{}, lower limit",
    "upper": "{}, upper limit",
    "change": "{}, change",
}
_DIGITS = 15
"""A workbook keeps no more of a number than this."""


@dataclass(frozen=True)
class Number:
    """A number and a workbook's format for it. The value of a percentage is the number printed: 17.4 for `17.4%`."""

    value: float | int
    format: str


Entry = Number | str
"""What a worksheet's cell holds."""


@dataclass(frozen=True)
class Field:
    """A column: its heading, its entries, and whether they are figures, which stand to the right."""

    label: str
    cells: Sequence[Entry]
    figures: bool = False


def of_table(table: DisplayTable | SignedTable) -> tuple[list[Field], list[int]]:
    """The columns of a table, all equally long, one row at least, and the indices of the rows that stand out.

    A row of nothing but empty cells is left out.
    """
    match table:
        case Glance() if table.rows:
            return _of_glance(table), []
        case Recommendations() if table.rows:
            return _of_recommendations(table), []
        case DisplayTable():
            kept = [(index, row) for index, row in enumerate(table.rows) if any(printed(cell).strip() for cell in row)]
            strong = [place for place, (index, _) in enumerate(kept) if index in table.emphasis]
            return _of_columns(table.columns, [row for _, row in kept]), strong
        case _:
            return _of_columns(table.columns(), [[words(cell) for cell in row] for row in table.cells()]), []


def of_figures(figures: FigureList) -> list[Field]:
    """The columns of the CSV, the same figures in full precision, as numbers."""
    texts = figures.texts or [[NOTHING, *[""] * (len(figures.columns) - 1)]]
    return [
        _exact(name, [row[place] for row in figures.rows], cells) if name in FIGURE_NUMBERS else Field(name, cells)
        for place, (name, cells) in enumerate(zip(figures.columns, zip(*texts, strict=True), strict=True))
    ]


def _exact(name: str, data: Sequence[object], texts: Sequence[str]) -> Field:
    numbers = [
        Number(datum, GENERAL) if isinstance(datum, int | float) else text
        for datum, text in zip(data or [None] * len(texts), texts, strict=True)
    ]
    return Field(name, numbers, figures=True)


def spread(label: str, cells: Sequence[Cell]) -> list[Field]:
    """The columns that a column of a table makes: one of values, and one each of bases, changes and the two ends of
    ranges, where it has them. What stands in for a number, such as `[c]`, does so in each."""
    found = [parts_of(cell) for cell in cells]
    names = [name for name in _LABELS if any(name in parts and parts[name].value is not None for parts in found)]
    if not names:
        return [Field(label, [printed(cell) for cell in cells])]
    pairs = list(zip(cells, found, strict=True))
    return [
        Field(_LABELS[name].format(label), [_entry(cell, parts.get(name)) for cell, parts in pairs], figures=True)
        for name in names
    ]


def _entry(cell: Cell, part: Value | None) -> Entry:
    """A part of a cell as a worksheet has it: a number, or what stands in for it."""
    if part is not None and (part.value is not None or part.status):
        return _number(part)
    if isinstance(cell, str):
        return cell
    known = parts_of(cell)
    stands_in = next((each.status for each in known.values() if each.value is None), "")
    return stands_in if all(each.value is None for each in known.values()) else NOT_APPLICABLE


def _number(value: Value) -> Entry:
    """The number as it is printed, or its status; a number that a workbook cannot hold is written out."""
    text = value.printed()
    if value.value is None or value.status or sum(map(str.isdigit, text)) > _DIGITS:
        return text
    return Number(round(value.value, value.format.decimals) + 0, excel_format(value.format))


def excel_format(format: Format) -> str:
    """A format as a workbook writes it: `#,##0.0"%"`, with three parts where a number has its sign."""
    size = ("#,##0" if format.grouped else "0") + f".{'0' * format.decimals}".rstrip(".")
    shown = _quoted(format.prefix) + size + _quoted(format.suffix)
    return f"+{shown};-{shown};{shown}" if format.signed else shown


def _quoted(text: str) -> str:
    plain = text.replace(NO_BREAK, " ").replace('"', "")
    return f'"{plain}"' if plain else ""


def _of_columns(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[Field]:
    rows = rows or [[NOTHING, *[NOT_APPLICABLE] * (len(columns) - 1)]]
    fields: list[Field] = []
    for label, cells in zip(names_of(columns), zip(*rows, strict=True), strict=True):
        fields += spread(label, cells)
    return fields


def _of_glance(table: Glance) -> list[Field]:
    """A column for each thing that is said of an indicator; the months drawn beside it are another table's numbers."""
    rows = table.rows
    changes: list[Cell] = [
        row.figure.change if row.figure.change is not None and row.has_value else _no_change(row.value) for row in rows
    ]
    values: list[Cell] = [replace(row.figure, change=None) for row in rows]
    fields = [Field("Indicator", [row.indicator for row in rows]), *spread("Value", values)]
    fields += spread("Change", changes)
    for place, head in enumerate(table.references):
        found = [row.beside[place] for row in rows]
        fields += spread(head, [NOT_APPLICABLE if each is None else each.value for each in found])
        fields.append(_words(f"{head}: where the figure is", ["" if each is None else each.said for each in found]))
    fields += [_words("Period ending", [row.period for row in rows])]
    if any(row.trend for row in rows):
        fields += [_words("Trend", [row.trend for row in rows]), _words("Trend is", [row.worth for row in rows])]
    fields.append(_words("Significant change", [row.significant for row in rows]))
    beside = [row.force if row.force is not None else NOT_APPLICABLE for row in rows]
    return [*fields, *(spread(table.beside, beside) if table.beside else [])]


def _no_change(value: str) -> str:
    return value if value in SHORTHAND else NOT_APPLICABLE


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
    if any(row.evidence for row in rows):
        said["Evidence"] = [row.evidence for row in rows]
    return [Field(label, [cell or "Not given" for cell in cells]) for label, cells in said.items()]


def _words(label: str, cells: Iterable[str]) -> Field:
    return Field(label, [cell or NOT_APPLICABLE for cell in cells])
