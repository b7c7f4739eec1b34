"""Turns columns and rows of cells into the table that a page shows, with headers, a caption, notes and a source."""

from __future__ import annotations

from collections import Counter
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

    def grid(self, label: str = "", anchor: str = "", kind: str = "") -> str:
        """The table alone, its caption named after `label`, such as `Table 2`; `kind` are its classes.

        Where it may be laid out as cards its roles are spelt out, for a browser forgets that a table is one when it is
        laid out as anything else, and its cells are named by their columns.
        """
        roles = Roles(cards="cards" in kind.split())
        of = [
            column.of if name != column.label else ""
            for name, column in zip(names_of(self.columns), self.columns, strict=True)
        ]
        head = "".join(_header(column, roles, each) for column, each in zip(self.columns, of, strict=True))
        body = "".join(self._row(index, row, roles) for index, row in enumerate(self.texts))
        return roles.table(caption_html(self.title, label, anchor), head, body, kind)

    def _row(self, index: int, row: Sequence[str], roles: Roles) -> str:
        mark = ' class="emphasis"' if index in self.emphasis else ""
        first, *rest = self.columns
        cells = [f'<th scope="row"{roles.of("rowheader")}{number(first)}>{escape(row[0])}</th>']
        cells += [
            f"<td{roles.cell(name)}{number(column)}>{escape(cell)}</td>"
            for name, column, cell in zip(names_of(self.columns)[1:], rest, row[1:], strict=True)
        ]
        return f"<tr{roles.of('row')}{mark}>{''.join(cells)}</tr>"

    def plain(self) -> str:
        lines = [self.title, " | ".join(column.label for column in self.columns)]
        return "\n".join([*lines, *(" | ".join(row) for row in self.texts)])


@dataclass(frozen=True)
class Roles:
    """The roles of a table's parts as attributes, for one that may be laid out as `cards`; nothing for others."""

    cards: bool

    def of(self, role: str) -> str:
        return f' role="{role}"' if self.cards else ""

    def cell(self, name: str) -> str:
        """The role of a cell, and the name that it has on a card."""
        return f'{self.of("cell")} data-label="{escape(name.strip())}"' if self.cards else ""

    def table(self, caption: str, head: str, body: str, kind: str) -> str:
        """The table of a header row and rows."""
        classes = f' class="{kind}"' if kind else ""
        group = self.of("rowgroup")
        return (
            f"<table{classes}{self.of('table')}>{caption}<thead{group}><tr{self.of('row')}>{head}</tr></thead>"
            f"<tbody{group}>{body}</tbody></table>"
        )


def _header(column: Column, roles: Roles, of: str) -> str:
    """The header of a column, read out with what it is `of` where others have the same label; one without a label, such
    as that of a DataFrame's index, is no header."""
    if not column.label.strip():
        return f"<td{roles.of('cell')}></td>"
    unseen = f'<span class="unseen">{escape(of)}: </span>' if of else ""
    return f'<th scope="col"{roles.of("columnheader")}{number(column)}>{unseen}{escape(column.label)}</th>'


def names_of(columns: Sequence[Column]) -> list[str]:
    """The labels of the columns; those that several have, after what each is of: `Recorded: Change`."""
    often = Counter(column.label for column in columns)
    return [f"{each.of}: {each.label}" if each.of and often[each.label] > 1 else each.label for each in columns]


def number(column: Column) -> str:
    """The class of a cell of figures, for HTML."""
    return ' class="number"' if column.align == "right" else ""


def caption_html(title: str, label: str, anchor: str) -> str:
    """The caption of a table, after its label if it has one; nothing where there is no title."""
    if not title:
        return ""
    opening = f'<caption id="{anchor}-caption">' if anchor else "<caption>"
    return opening + (f'<span class="label">{escape(label)}</span> ' if label else "") + escape(title) + "</caption>"
