"""Takes out of the reports of a pack what all of them say, the method and what words mean, so that it is said once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from thematic.displays import Glossary, Notes, Term
from thematic.exporters.blocks import Block, Heading, Shown
from thematic.exporters.document import Document

TITLE = "Method and glossary"


@dataclass(frozen=True)
class Parted:
    """A report without its annex and its sections of nothing but notes and terms, and what these said."""

    report: Document
    notes: Sequence[str] = ()
    measures: Sequence[Term] = ()
    terms: Sequence[Term] = ()


@dataclass
class _Section:
    heading: Block
    level: int
    blocks: list[Block] = field(default_factory=list)

    @property
    def is_general(self) -> bool:
        """Whether it holds notes and terms, and nothing else."""
        shown = [block for block in self.blocks if not isinstance(block, Heading)]
        return bool(shown) and all(
            isinstance(block, Shown) and isinstance(block.display, Notes | Glossary) for block in shown
        )


def parted(report: Document) -> Parted:
    """The report, and apart from it what its general sections say."""
    kept: list[Block] = []
    notes: list[str] = []
    measures: list[Term] = []
    terms: list[Term] = []
    last = len(report.main)
    for place, section in _sections(report.blocks):
        if not section.is_general:
            kept += [section.heading, *section.blocks] if place < last else []
            continue
        for block in section.blocks:
            if isinstance(block, Shown) and isinstance(block.display, Notes):
                notes += block.display.items
            elif isinstance(block, Shown) and isinstance(block.display, Glossary):
                of_measures = any(term.source or term.owner for term in block.display.terms)
                (measures if of_measures else terms).extend(block.display.terms)
    first = next((place for place, block in enumerate(report.blocks) if _is_section(block)), len(report.blocks))
    return Parted(replace(report, blocks=[*report.blocks[:first], *kept], annex_at=None), notes, measures, terms)


def _is_section(block: Block) -> bool:
    return isinstance(block, Heading) and block.level == 2


def _sections(blocks: Sequence[Block]) -> list[tuple[int, _Section]]:
    """The sections of a report by their places, each with the blocks below its heading; what stands before the first is
    left out."""
    found: list[tuple[int, _Section]] = []
    for place, block in enumerate(blocks):
        if _is_section(block):
            found.append((place, _Section(block, 2)))
        elif found:
            found[-1][1].blocks.append(block)
    return found


def together(reports: Sequence[Parted]) -> Document | None:
    """What was taken out of the reports, each thing once; None where that is nothing."""
    notes = list(dict.fromkeys(note for each in reports for note in each.notes))
    measures = _by_name(term for each in reports for term in each.measures)
    terms = _by_name(term for each in reports for term in each.terms)
    blocks: list[Block] = []
    for title, display, said in (
        ("Method", Notes(notes), notes),
        ("What each measure counts", Glossary(measures), measures),
        ("Glossary", Glossary(terms), terms),
    ):
        if said:
            blocks += [Heading(2, title, title), Shown(display)]
    return Document(TITLE, None, blocks) if blocks else None


def _by_name(terms: Iterator[Term]) -> list[Term]:
    """The terms, each once, by the alphabet."""
    once = {(term.term.casefold(), term.definition, *term.details): term for term in terms}
    return [once[key] for key in sorted(once)]
