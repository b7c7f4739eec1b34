"""Makes the pictures that stand for a document's drawings in a Word file, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.displays import Chart, SignedTable
from thematic.displays.markdown import MATHS, Token
from thematic.exporters import drawings, formulas
from thematic.exporters.blocks import Block, Equation, Picture, Prose, Section, Shown
from thematic.exporters.document import Document
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


def of_formula(formula: Formula) -> Drawing:
    return Drawing(formula.sized(_LETTERS), most=ROOM)


class Pictures:
    """The pictures of all drawings of a document, which runs of words hold."""

    def __init__(self, file: WordFile, report: Document) -> None:
        in_notes = chain.from_iterable(note.tokens for note in report.notes)
        found = list(dict.fromkeys([*_drawings(report.main), *_formulas(in_notes)]))
        self._file = file
        self._made = dict(zip(found, drawings.pictures(found), strict=True))

    def run(self, drawing: Drawing, alt: str, name: str = "") -> BaseOxmlElement:
        """A run with the picture of a drawing; one without a text alternative says no more than the words beside it."""
        made = self._made[drawing]
        return self._file.picture(made.png, alt, drawing.width or made.width, name)

    def formula(self, formula: Formula) -> BaseOxmlElement:
        """A run with a formula, lowered so that it is on the line of words."""
        made = self.run(of_formula(formula), formula.in_words())
        made.insert(0, element("w:rPr", element("w:position", val=-round(2 * formula.depth * _LETTERS))))
        return made


def _drawings(blocks: Iterable[Block]) -> Iterator[Drawing]:
    for block in blocks:
        match block:
            case Section():
                yield from _drawings(block.blocks)
            case Prose(tokens):
                yield from _formulas(tokens)
            case Equation(formula):
                yield of_formula(formula)
            case Shown(Chart() as chart):
                yield of_chart(chart)
            case Shown(SignedTable() as table):
                yield from (of_sign(part.svg) for row in table.cells() for cell in row for part in cell if part.svg)
            case Picture(mime_type="image/svg+xml"):
                yield of_picture(block)


def _formulas(tokens: Iterable[Token]) -> Iterator[Drawing]:
    for token in tokens:
        formula = formulas.drawn(token["raw"]) if token["type"] in MATHS else None
        yield from [of_formula(formula)] if formula else []
        yield from _formulas(token.get("children", []))
