"""Says how wide the columns of a table must be on paper, and which of them fit beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from textwrap import wrap

from thematic.displays import DisplayTable

# How many letters of table text stand beside each other, and of a cell's at most before it takes another line.
FULL_PAGE, HALF_PAGE = 96, 45
_LONG = 26
# Lines for labels of columns and for names of rows: what is tried first, and then until the table fits the page.
_WORD_LINES = 3
_LINES = [(1, 1), (2, 1), (3, 1), (3, 2)]


def parted(table: DisplayTable) -> Iterator[DisplayTable]:
    """The columns in groups that fit the page, those with the names of the rows before each."""
    needs = _needs(table, *_LINES[-1])
    heads = _heads(table)
    room = FULL_PAGE - sum(needs[:heads])
    places = list(range(heads, len(needs)))
    if sum(needs) <= FULL_PAGE or len(places) < 2:
        yield table
        return
    while places:
        widths = accumulate(needs[place] for place in places)
        group = max(sum(width <= room for width in widths), 1)
        kept = [*range(heads), *places[:group]]
        places = places[group:]
        columns = [table.columns[place] for place in kept]
        yield replace(table, columns=columns, rows=[[row[place] for place in kept] for row in table.rows])


def _heads(table: DisplayTable) -> int:
    """How many columns at the start name the rows: those of words, but one alone where all are."""
    leading = next((place for place, column in enumerate(table.columns) if column.align == "right"), 0)
    return max(leading, 1)


def weights(table: DisplayTable, room: int) -> list[float]:
    """How wide each column is to be, in letters: words in as few lines as fit, what is over to the first column."""
    tried = (_needs(table, *lines) for lines in _LINES)
    first, *rest = next((needs for needs in tried if sum(needs) <= room), _needs(table, *_LINES[-1]))
    return [max(first, room - sum(rest)), *rest]


def _needs(table: DisplayTable, label_lines: int, name_lines: int = 1) -> list[float]:
    """How wide each column must be, in letters: its longest cell, its label in so many lines, some room.

    The first column has the names of the rows, which may take `name_lines`; its letters are narrower than figures.
    Words in other columns may take three lines.
    """
    names, *others = [(_width(column.label, label_lines), place) for place, column in enumerate(table.columns)]
    longest = max([names[0], *(min(_width(row[0], name_lines), _LONG) for row in table.texts)])
    lines = [_WORD_LINES if column.align == "left" else 1 for column in table.columns]
    cells = [
        max([label, *(min(_width(row[place], lines[place]), _LONG) for row in table.texts)]) for label, place in others
    ]
    return [2 + longest, *(2.5 + 1.05 * width for width in cells)]


def _width(text: str, lines: int) -> int:
    """The letters in the longest line of the text when it is set in at most so many lines, its words whole."""
    if lines == 1:
        return len(text)
    longest = max(map(len, text.split(" ")))
    widths = range(max(longest, 1), len(text))
    return next((width for width in widths if len(wrap(text, width, break_long_words=False)) <= lines), len(text))


def is_narrow(table: DisplayTable) -> bool:
    """Whether the table needs no more than half of the page's width."""
    return sum(_needs(table, 2)) <= HALF_PAGE
