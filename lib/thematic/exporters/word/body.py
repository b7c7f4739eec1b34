"""Writes the blocks of a document into a Word file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.displays import Chart, Display, DisplayTable, Glossary, Lead, Notes, Points, Questions, SignedTable, Term
from thematic.exporters.blocks import Block, Equation, Heading, LeftOut, Picture, Plain, Prose, Section, Shown
from thematic.exporters.document import Document
from thematic.exporters.word import tables
from thematic.exporters.word.elements import bookmark, element, in_list, paragraph, run
from thematic.exporters.word.file import WordFile
from thematic.exporters.word.numbering import BULLETS, POINTS, STEPS
from thematic.exporters.word.pictures import Pictures, of_chart, of_picture, of_sign
from thematic.exporters.word.prose import Words

_DEEPEST = 5


class Body:
    """Writes blocks in their order."""

    def __init__(self, file: WordFile, report: Document) -> None:
        self._file = file
        self._pictures = Pictures(file, report)
        self._words = Words(file, report.notes, self._pictures)

    def write(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self._file.add(*self._block(block))

    def _block(self, block: Block) -> list[BaseOxmlElement]:
        match block:
            case Heading():
                return [self._heading(block)]
            case Prose(tokens):
                return self._words.paragraphs(tokens)
            case Section():
                return self._section(block)
            case Shown(display, label):
                return self._shown(display, label)
            case Picture():
                return [paragraph("Figure", self._picture(block))]
            case Plain() | LeftOut():
                return [paragraph("PrintedText", run(block.text))]
            case Equation(formula):
                return [paragraph("Figure", self._pictures.formula(formula))]

    def _heading(self, heading: Heading) -> BaseOxmlElement:
        """A section of the report is a heading of the first level, for the report's name is the title."""
        words = bookmark(place_of(heading), self._file.mark(), run(heading.text))
        return paragraph(f"Heading{min(heading.level - 1, _DEEPEST)}", *words)

    def _section(self, section: Section) -> list[BaseOxmlElement]:
        byline = [paragraph("Byline", run(section.byline))] if section.byline else []
        warning = [paragraph("Warning", run(section.warning, "strong"))] if section.warning else []
        inner = [each for block in section.blocks for each in self._block(block)]
        return [self._heading(section.heading), *byline, *warning, *inner]

    def _shown(self, display: Display, label: str) -> list[BaseOxmlElement]:
        match display:
            case Chart():
                return self._chart(display, label)
            case DisplayTable():
                return tables.table(display, label)
            case SignedTable():
                return tables.signed(display, label, self._sign)
            case Lead(text):
                return [paragraph("Lead", run(text))]
            case Points():
                return self._items(
                    POINTS, "MainPoint", [[run(item, *_first(place))] for place, item in enumerate(display.items)]
                )
            case Notes(items):
                return self._items(BULLETS, "ListParagraph", [[run(item)] for item in items])
            case Questions(title, items):
                asked = [[run(each.question, "strong"), run(f" {each.reason}")] for each in items]
                return [paragraph("TOCHeading", run(title)), *self._items(STEPS, "ListParagraph", asked)]
            case Glossary(terms):
                return [each for term in terms for each in _term(term)]
        return [paragraph("Normal", run(display.plain()))]

    def _items(self, kind: int, style: str, items: Sequence[list[BaseOxmlElement]]) -> list[BaseOxmlElement]:
        number = self._file.lists.begin(kind)
        return [paragraph(style, *runs, properties=(in_list(number),)) for runs in items]

    def _chart(self, chart: Chart, label: str) -> list[BaseOxmlElement]:
        subtitle = [paragraph("ChartSubtitle", run(chart.subtitle))] if chart.subtitle else []
        below = tables.notes(chart.all_notes(), chart.source)
        picture = self._pictures.run(of_chart(chart), chart.alt, label)
        keeps = (element("w:keepNext"),) if below else ()
        return [*tables.caption(label, chart.title), *subtitle, paragraph("Figure", picture, properties=keeps), *below]

    def _picture(self, picture: Picture) -> BaseOxmlElement:
        if picture.mime_type != "image/svg+xml":
            return self._file.picture(picture.data, picture.alt)
        return self._pictures.run(of_picture(picture), picture.alt)

    def _sign(self, svg: str) -> BaseOxmlElement:
        """A drawing that says no more than the words beside it."""
        return self._pictures.run(of_sign(svg), "")


def place_of(heading: Heading) -> str:
    """The name of a heading's place, as short as Word wants it."""
    return f"_{heading.anchor.replace('-', '_')}"[:40]


def _first(place: int) -> tuple[str, ...]:
    return () if place else ("strong",)


def _term(term: Term) -> list[BaseOxmlElement]:
    details = [run(f"\n{line}", "quiet") for line in term.details]
    return [paragraph("Term", run(term.term)), paragraph("Normal", run(term.definition), *details)]
