"""Turns rows of words with small drawings beside them into a table that becomes a list of cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Protocol

from thematic.displays.base import Display, notes_html, shorthand_in
from thematic.displays.tables import Column, Roles, caption_html, number
from thematic.measures.disclosure import NOT_APPLICABLE


@dataclass(frozen=True)
class Part:
    """A piece of a cell: words (`tone` is strong, quiet or another class of the page's style, or ""), which `link` may
    lead somewhere, or a drawing that says no more than they do. On a web page `heard` is read out before the words, for
    those who do not see what is around them."""

    text: str = ""
    tone: str = ""
    svg: str = ""
    link: str = ""
    heard: str = ""


Parts = Sequence[Part]
"""The pieces of one cell."""


class SignedTable(Display):
    """A table whose cells have parts. Its `columns`, `widths` and `cells` follow from the fields of its kind.

    A row's first cell is its header. On a phone each row is a card, its cells named by their columns; roles are
    spelt out, for a browser forgets that a table is one when it is laid out as anything else.
    """

    id: str
    title: str
    notes: Sequence[str]
    source: str | None

    def columns(self) -> list[Column]:
        raise NotImplementedError

    def widths(self) -> list[float]:
        """How wide the columns stand to each other on paper."""
        raise NotImplementedError

    def cells(self) -> list[list[Parts]]:
        raise NotImplementedError

    def all_notes(self) -> list[str]:
        """The notes under the table, the shorthand in its cells explained last."""
        return [*self.notes, *shorthand_in((words(cell) for row in self.cells() for cell in row), self.notes)]

    def html(self, label: str = "", anchor: str = "") -> str:
        return self.grid(label, anchor) + notes_html(self.all_notes(), self.source)

    def grid(self, label: str = "", anchor: str = "", kind: str = "") -> str:
        """The table alone, its caption named after `label`, such as `Table 2`, `kind` more classes; a sentence where it
        has no rows."""
        rows, columns, roles = self.cells(), self.columns(), Roles(cards=True)
        head = "".join(
            f'<th scope="col" role="columnheader"{number(column)}>{escape(column.label)}</th>' for column in columns
        )
        body = "".join(f'<tr role="row">{_row(columns, row)}</tr>' for row in rows)
        if not rows:
            body = f'<tr role="row"><td role="cell" colspan="{len(columns)}">{NOTHING}</td></tr>'
        return roles.table(caption_html(self.title, label, anchor), head, body, f"{kind} {self.kind}".strip())

    def plain(self) -> str:
        lines = [self.title, " | ".join(column.label for column in self.columns())]
        rows = [" | ".join(map(words, row)) for row in self.cells()]
        return "\n".join([*lines, *(rows or [NOTHING])])


NOTHING = "There are none."


class Row(Protocol):
    """A row that is more than its cells."""

    def payload(self) -> dict[str, Any]:
        """The row as JSON values."""


class RowedTable(SignedTable):
    """A table of rows that say themselves what their JSON values are."""

    rows: Sequence[Row]

    def payload(self) -> dict[str, Any]:
        return {**replace(self, rows=())._fields(), "rows": [row.payload() for row in self.rows]}  # type: ignore[call-arg]


def words(cell: Parts) -> str:
    """The words of a cell."""
    return " ".join(part.text for part in cell if part.text)


def _row(columns: Sequence[Column], row: Sequence[Parts]) -> str:
    first, *rest = [_cell(cell) for cell in row]
    cells = [f'<th scope="row" role="rowheader"{number(columns[0])}>{first}</th>']
    cells += [
        f'<td role="cell" data-label="{escape(column.label)}"{_classes(column, parts)}>{cell}</td>'
        for column, parts, cell in zip(columns[1:], row[1:], rest, strict=True)
    ]
    return "".join(cells)


def _classes(column: Column, cell: Parts) -> str:
    """A cell of figures, and one that has nothing to say, which a card leaves out."""
    found = [*(["number"] if column.align == "right" else []), *(["void"] if words(cell) == NOT_APPLICABLE else [])]
    return f' class="{" ".join(found)}"' if found else ""


def _cell(cell: Parts) -> str:
    parts = [part.svg or _words(part, alone=len(cell) == 1) for part in cell]
    if len(parts) == 1:
        return parts[0]
    signed = " signed" if any(part.svg for part in cell) else ""
    return f'<span class="parts{signed}">{" ".join(parts)}</span>'


def _words(part: Part, alone: bool) -> str:
    heard = f'<span class="unseen">{escape(part.heard)} </span>' if part.heard else ""
    text = f"{heard}{escape(part.text)}"
    text = f'<a href="{escape(part.link)}">{text}</a>' if part.link else text
    if alone and not part.tone:
        return text
    return f'<span class="{part.tone or "part"}">{text}</span>'
