"""Turns columns and rows of cells into the table that a page shows, with headers, a caption, notes and a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any, ClassVar

from thematic.displays.base import Display, notes_html, shorthand_in
from thematic.displays.values import Cell, printed, to_json


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and `right` for figures or `left` for words.

    `of` says what it is of, for where its label stands alone and another column has the same.
    """

    label: str
    align: str = "right"
    of: str = ""


@dataclass(frozen=True)
class DisplayTable(Display):
    """A table of words and values. A row's first cell is its header; `emphasis` are row indices."""

    kind: ClassVar[str] = "table"
    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    emphasis: Sequence[int] = ()
    notes: Sequence[str] = ()
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"table '{self.id}' has no columns")
        wrong = [list(map(printed, row)) for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(
                f"table '{self.id}' has {len(self.columns)} columns; this row does not fit them: {wrong[0]}"
            )

    def payload(self) -> dict[str, Any]:
        return {**self._fields(), "rows": [list(map(to_json, row)) for row in self.rows]}

    @cached_property
    def texts(self) -> list[list[str]]:
        """The cells as they are printed."""
        return [list(map(printed, row)) for row in self.rows]

    def all_notes(self) -> list[str]:
        """The notes under the table, the shorthand in its cells explained last."""
        return [*self.notes, *shorthand_in((cell for row in self.texts for cell in row), self.notes)]

    def html(self, label: str = "", anchor: str = "") -> str:
        return self.grid(label, anchor) + notes_html(self.all_notes(), self.source)

    def grid(self, label: str = "", anchor: str = "") -> str:
        """The table alone, its caption named after `label`, such as `Table 2`."""
        head = "".join(map(_header, self.columns))
        body = "".join(self._row(index, row) for index, row in enumerate(self.texts))
        caption = caption_html(self.title, label, anchor)
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _row(self, index: int, row: Sequence[str]) -> str:
        mark = ' class="emphasis"' if index in self.emphasis else ""
        cells = [f'<th scope="row"{number(self.columns[0])}>{escape(row[0])}</th>'] if row else []
        cells += [
            f"<td{number(column)}>{escape(cell)}</td>" for column, cell in zip(self.columns[1:], row[1:], strict=True)
        ]
        return f"<tr{mark}>{''.join(cells)}</tr>"

    def plain(self) -> str:
        lines = [self.title, " | ".join(column.label for column in self.columns)]
        return "\n".join([*lines, *(" | ".join(row) for row in self.texts)])


def _header(column: Column) -> str:
    """The header of a column; one without a label, such as that of a DataFrame's index, is no header."""
    return f'<th scope="col"{number(column)}>{escape(column.label)}</th>' if column.label.strip() else "<td></td>"


def number(column: Column) -> str:
    """The class of a cell of figures, for HTML."""
    return ' class="number"' if column.align == "right" else ""


def caption_html(title: str, label: str, anchor: str) -> str:
    """The caption of a table, after its label if it has one; nothing where there is no title."""
    if not title:
        return ""
    opening = f'<caption id="{anchor}-caption">' if anchor else "<caption>"
    return opening + (f'<span class="label">{escape(label)}</span> ' if label else "") + escape(title) + "</caption>"
