"""Finds how wide a page must be for a table to keep its rows, from the widths of its words; below that it is cards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from string import digits

from thematic.charts.measuring import REGULAR, STRONG, TEXT_SIZE, width_of
from thematic.displays import Column, DisplayTable, SignedTable
from thematic.displays.signed import Part, Parts

CLOSE_TEXT, CLOSE_GAP = 0.875, 0.5
WIDE_TEXT, WIDE_GAP = 0.9375, 1.5
"""In rem: the letters, and the room between columns, of a table set closely and of one with room to spare."""

ROOMY = 38
"""In rem: the box from which a table is set with room to spare; the style sheet has it too."""

TIERS = (18.0, 20.0, 21.4, 24.0, 27.0, 30.0, 34.0, ROOMY, 40.0, 43.0, 46.0)
"""In rem: the boxes from which tables may keep their rows; from the first on every table may."""

ALWAYS = "cards always"
_MANY = 12
_SLACK = 1.2
"""What a browser takes beyond the words that were measured: signs beside them, and letters set a little wider."""
_WORDS, _SPARK, _SIGN = 7.0, 5.2, 1.6
"""In letters' heights: how narrow running words may get, and what drawings take."""

_FIGURES = str.maketrans(dict.fromkeys(digits, "0"))


def kind_of(table: DisplayTable | SignedTable) -> str:
    """The classes of a table: none for one that every screen has room for, `cards from-N` for one that is cards in a
    box narrower than the tier N, `cards always` for one that no page has room for; `many` of more than a few rows."""
    columns, rows = _content(table)
    widest = [max(map(_least, cells), default=0.0) for cells in zip(*rows, strict=True)] or [0.0] * len(columns)
    words = sum(max(pair) for pair in zip(map(_head, columns), widest, strict=True))
    close = _SLACK * (CLOSE_TEXT * words + CLOSE_GAP * (len(columns) - 1))
    found = ["close"] if WIDE_TEXT * words + WIDE_GAP * (len(columns) - 1) > ROOMY else []
    if close > TIERS[0]:
        tier = next((place for place, room in enumerate(TIERS) if close <= room), None)
        found += [ALWAYS if tier is None else f"cards from-{tier}", *(["many"] if len(rows) > _MANY else [])]
    return " ".join(found)


def style(cards: str) -> str:
    """The rules for cards, for each tier where the box is narrower; at any width for those that are always cards."""
    tiers = (
        f"@container (width < {room:g}rem) {{\n{cards.replace('.cards', f'.from-{place}')}}}\n"
        for place, room in enumerate(TIERS[1:], start=1)
    )
    return "".join(chain(tiers, [cards.replace(".cards", ".always")]))


_Cells = list[tuple[Parts, bool, int]]


def _content(table: DisplayTable | SignedTable) -> tuple[Sequence[Column], list[_Cells]]:
    """The columns, and the cells as their parts, each with whether its words stay on one line, and their weight."""
    if isinstance(table, SignedTable):
        return table.columns(), [_cells(table.columns(), row, STRONG) for row in table.cells()]
    rows = [
        _cells(table.columns, [[Part(text)] for text in row], STRONG if place in table.emphasis else REGULAR)
        for place, row in enumerate(table.texts)
    ]
    return table.columns, rows


def _cells(columns: Sequence[Column], row: Sequence[Parts], weight: int) -> _Cells:
    return [
        (parts, bool(place) and column.align == "right", weight)
        for place, (column, parts) in enumerate(zip(columns, row, strict=True))
    ]


def _least(cell: tuple[Parts, bool, int]) -> float:
    """How wide a cell must be, in its letters' heights."""
    parts, whole, weight = cell
    drawn = sum(_SPARK if len(parts) == 1 else _SIGN for part in parts if part.svg)
    words = (_words(part.text, weight, whole=whole and part.tone != "quiet") for part in parts if part.text)
    return drawn + max(words, default=0.0)


def _head(column: Column) -> float:
    return max(_width(word, STRONG) for word in column.label.split(" "))


def _words(text: str, weight: int, *, whole: bool) -> float:
    """How narrow the words may get."""
    width = _width(text, weight)
    return width if whole else max(*(_width(word, weight) for word in text.split(" ")), min(width, _WORDS))


@lru_cache(maxsize=8192)
def _width(text: str, weight: int) -> float:
    """How wide a line is, in its letters' heights: figures are all as wide as the widest."""
    return sum([_letter(letter, weight) for letter in text.translate(_FIGURES)]) / TEXT_SIZE


@lru_cache(maxsize=1024)
def _letter(letter: str, weight: int) -> float:
    return width_of(letter, weight)
