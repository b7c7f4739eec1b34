"""Turns a document into the worksheets of a workbook: one for each table, and one for the numbers of each chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from thematic.displays import Chart, DisplayTable, FigureList, Glossary, Notes, SignedTable, Term
from thematic.displays.signed import NOTHING
from thematic.exporters.blocks import Block, Equation, Heading, LeftOut, Picture, Plain, Section, Shown
from thematic.exporters.document import Document
from thematic.exporters.fields import Entry, Field, Number, of_figures, of_table
from thematic.measures.disclosure import NOT_APPLICABLE

CONTENTS = "Contents"

_WHOLE = "The whole report"
_AS_BLANK = "A cell that is empty here is empty in the report as well."
_DATA_BLANK = "An empty cell has nothing to hold, or is beside a status that says why it holds nothing."

_T = TypeVar("_T")


@dataclass(frozen=True)
class Sheet:
    """A worksheet with one table: `name` is its tab's, `section` the heading that it stands under in the report.

    `strong` are the indices of the rows that stand out, `notes` the words of its notes and `numbers` theirs on the
    worksheet Notes; `blank` says what an empty cell means.
    """

    name: str
    title: str
    section: str
    fields: Sequence[Field]
    subtitle: str = ""
    strong: Sequence[int] = ()
    notes: Sequence[str] = ()
    numbers: Sequence[int] = ()
    source: str = ""
    blank: str = _AS_BLANK

    @property
    def texts(self) -> list[str]:
        """The cells that hold no number."""
        return [cell for each in self.fields for cell in each.cells if isinstance(cell, str)]

    @property
    def instructions(self) -> str:
        """How the worksheet is laid out, for somebody who cannot see it at one glance."""
        noted = ["What its notes say is on the worksheet Notes."] if self.numbers else []
        return " ".join(["This worksheet contains one table.", *noted, *([self.blank] if "" in self.texts else [])])


@dataclass(frozen=True)
class Missing:
    """Something that the report shows and no worksheet can hold, in words."""

    title: str
    section: str


def sheets(report: Document) -> list[Sheet | Missing]:
    """The worksheets of a document: notes, definitions, the tables and the charts' numbers in the order of the report,
    all figures. Prose is for pages and is left out.
    """
    met = list(_under_headings(report.blocks, report.title))
    parts = list(_parts(met))
    notes = list(dict.fromkeys(note for part in parts if isinstance(part, Sheet) for note in part.notes))
    parts = [_numbered(part, notes) if isinstance(part, Sheet) else part for part in parts]
    general = dict.fromkeys(item for shown, _ in _displays(met, Notes) for item in shown.items)
    terms = [(term, place) for shown, place in _displays(met, Glossary) for term in shown.terms]
    first = [_notes_sheet(notes, [note for note in general if note not in notes], parts)]
    first += [_terms_sheet(terms)] if terms else []
    return [*first, *parts, *map(_figures_sheet, report.figures, count(1))]


def contents(parts: Sequence[Sheet | Missing]) -> Sheet:
    """The first sheet, which links to the others and names what has none."""
    names = [part.name if isinstance(part, Sheet) else NOT_APPLICABLE for part in parts]
    fields = [Field("Worksheet", names), Field("What it has", [part.title for part in parts])]
    return Sheet(
        CONTENTS, CONTENTS, _WHOLE, [*fields, Field("Where it is in the report", [part.section for part in parts])]
    )


def _under_headings(blocks: Iterable[Block], title: str) -> Iterator[tuple[Block, str]]:
    """Each block with the heading that it stands under; the blocks of a section in its place."""
    heading = title
    for block in blocks:
        match block:
            case Heading():
                heading = block.text
            case Section():
                heading = block.heading.text
                yield from _under_headings(block.blocks, heading)
            case _:
                yield block, heading


def _displays(met: Iterable[tuple[Block, str]], kind: type[_T]) -> list[tuple[_T, str]]:
    shown = [(block.display, section) for block, section in met if isinstance(block, Shown)]
    return [(display, section) for display, section in shown if isinstance(display, kind)]


def _parts(met: Iterable[tuple[Block, str]]) -> Iterator[Sheet | Missing]:
    """What has no title of its own goes by the heading that it stands under."""
    untitled: Counter[str] = Counter()
    for block, section in met:
        match block:
            case Shown(Chart() | DisplayTable() | SignedTable() as display, label) if label:
                yield _sheet(display, label, f"{label}: {display.title}", section)
            case Shown(Chart() | DisplayTable() | SignedTable() as display):
                untitled[section] += 1
                yield _sheet(display, f"Added {untitled.total()}", _nth(section, untitled[section]), section)
            case Plain(text):
                untitled[section] += 1
                lines = Field("Printed text", [line for line in text.splitlines() if line.strip()])
                yield Sheet(f"Added {untitled.total()}", _nth(section, untitled[section]), section, [lines])
            case LeftOut(what):
                yield Missing(f"Left out of the report: {what}", section)
            case Equation(formula):
                yield Missing(f"A formula, which is in the report alone: {formula.source}", section)
            case Picture(alt=alt):
                yield Missing(f"A picture, which is in the report alone: {alt}", section)


def _nth(title: str, number: int) -> str:
    return title if number == 1 else f"{title} ({number})"


def _sheet(display: Chart | DisplayTable | SignedTable, name: str, title: str, section: str) -> Sheet:
    if isinstance(display, Chart):
        numbers = _sheet(display.table, name, title, section)
        notes, source = [*display.notes, *numbers.notes], display.source or numbers.source
        return replace(numbers, subtitle=display.subtitle, notes=notes, source=source)
    fields, strong = of_table(display)
    return Sheet(name, title, section, fields, strong=strong, notes=display.notes, source=display.source or "")


def _numbered(sheet: Sheet, notes: Sequence[str]) -> Sheet:
    return replace(sheet, numbers=sorted({notes.index(note) + 1 for note in sheet.notes}))


def _notes_sheet(notes: Sequence[str], general: Sequence[str], parts: Sequence[Sheet | Missing]) -> Sheet:
    """The notes of the worksheets, then those of the whole report, numbered through."""
    listed = [part for part in parts if isinstance(part, Sheet)]
    used = [", ".join(sheet.name for sheet in listed if note in sheet.notes) for note in notes]
    numbers: list[Entry] = [Number(place + 1, "0") for place in range(len(notes) + len(general))]
    fields = [
        Field("Note number", numbers or [NOT_APPLICABLE]),
        Field("Note", [*notes, *general] or [NOTHING]),
        Field("Where it applies", [*used, *[_WHOLE] * len(general)] or [NOT_APPLICABLE]),
    ]
    return Sheet("Notes", "Notes", _WHOLE, fields)


def _terms_sheet(terms: Sequence[tuple[Term, str]]) -> Sheet:
    """The terms; caveats, sources and owners have columns where any term has them."""
    fields = [
        Field("Term", [term.term for term, _ in terms]),
        Field("What it means", [term.definition for term, _ in terms]),
        Field("Read with care", [term.care for term, _ in terms]),
        Field("Source", [term.source for term, _ in terms]),
        Field("Owner", [term.owner for term, _ in terms]),
        Field("Where it is in the report", [place for _, place in terms]),
    ]
    return Sheet("Definitions", "Definitions", _WHOLE, [each for each in fields if any(each.cells)])


def _figures_sheet(figures: FigureList, place: int) -> Sheet:
    return Sheet(_nth("All figures", place), "Every released figure", _WHOLE, of_figures(figures), blank=_DATA_BLANK)
