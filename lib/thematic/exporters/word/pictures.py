"""Makes the pictures that stand for a document's drawings in a Word file, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.displays import Chart, SignedTable
from thematic.exporters import drawings
from thematic.exporters.blocks import Block, Picture, Section, Shown
from thematic.exporters.drawings import Drawing
from thematic.exporters.formulas import Formula
from thematic.exporters.word.elements import element
from thematic.exporters.word.file import ROOM, WordFile

_LETTERS = 10.5
"""The size of letters in prose, in points."""
_SIGN = 4.2
"""How high a sign beside words is, in mm."""


def of_chart(chart: Chart) -> Drawing:
    return Drawing(chart.svg.encode(), width=ROOM)


def of_sign(svg: str) -> Drawing:
    return Drawing(svg.encode(), height=_SIGN)


def of_picture(picture: Picture) -> Drawing:
    return Drawing(picture.data, most=ROOM)


def of_formula(file: WordFile, formula: Formula) -> BaseOxmlElement:
    """A run with a formula, lowered so that it is on the line of words."""
    (found,) = drawings.pictures([Drawing(formula.sized(_LETTERS), most=ROOM)])
    made = file.picture(found.png, formula.in_words(), found.width)
    made.insert(0, element("w:rPr", element("w:position", val=-round(2 * formula.depth * _LETTERS))))
    return made


def drawn(blocks: Iterable[Block]) -> Mapping[Drawing, drawings.Picture]:
    """The picture of each drawing in the blocks."""
    found = list(dict.fromkeys(_drawings(blocks)))
    return dict(zip(found, drawings.pictures(found), strict=True))


def _drawings(blocks: Iterable[Block]) -> Iterator[Drawing]:
    for block in blocks:
        match block:
            case Section():
                yield from _drawings(block.blocks)
            case Shown(Chart() as chart):
                yield of_chart(chart)
            case Shown(SignedTable() as table):
                yield from (of_sign(part.svg) for row in table.cells() for cell in row for part in cell if part.svg)
            case Picture(mime_type="image/svg+xml"):
                yield of_picture(block)
