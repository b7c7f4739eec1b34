"""Turns an executed notebook into a document: a cover and its blocks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeVar

from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.displays import Cover, Display, FigureList
from thematic.exporters.blocks import Block, Heading, Note, Section, Shown
from thematic.exporters.cells import blocks_of
from thematic.exporters.frame import Frame

_D = TypeVar("_D", bound=Display)


@dataclass(frozen=True)
class Document:
    """What every format shows: the title, the cover if there is one, the blocks and the released figures.

    `notes` are the footnotes, in the order of their numbers; `notes_anchor` is where a page lists them.
    """

    title: str
    cover: Cover | None
    blocks: list[Block]
    figures: list[FigureList] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    notes_anchor: str = ""

    @property
    def contents(self) -> list[tuple[Heading, list[Heading]]]:
        """The headings of level 2, each with those of level 3 below it."""
        found: list[tuple[Heading, list[Heading]]] = []
        for block in self.blocks:
            match block.heading if isinstance(block, Section) else block:
                case Heading(level=2) as heading:
                    found.append((heading, []))
                case Heading(level=3) as heading:
                    found[-1][1].append(heading)
        return found

    @property
    def language(self) -> str:
        return self.cover.language if self.cover else "en-GB"


def read(notebook: NotebookNode) -> Document:
    """The document of an executed notebook. Code, warnings (stderr) and the names of objects are left out.

    The paragraphs of a notebook with a cover are numbered. Raises UserError for a cell that ended in an error, a
    second cover, an output of a kind not known, and a footnote in a heading or a table.
    """
    blocks = list(chain.from_iterable(map(blocks_of, notebook.cells, count(1))))
    covers = _displays(blocks, Cover)
    if len(covers) > 1:
        raise UserError(f"The notebook shows {len(covers)} covers. A report has one: remove the others.")
    cover = covers[0] if covers else None
    title, blocks = (cover.heading, blocks) if cover else _title(blocks, notebook)
    drawn = [block for block in blocks if not _displays([block], Cover) and not _displays([block], FigureList)]
    frame = Frame(numbered=cover is not None)
    framed = list(frame.blocks(drawn))
    return Document(title, cover, framed, _displays(blocks, FigureList), frame.notes, frame.anchor("Notes"))


def _displays(blocks: Iterable[Block], kind: type[_D]) -> list[_D]:
    return [block.display for block in blocks if isinstance(block, Shown) and isinstance(block.display, kind)]


def _title(blocks: list[Block], notebook: NotebookNode) -> tuple[str, list[Block]]:
    """The title of a notebook without a cover: its metadata's, or its first heading of level 1, taken out."""
    named = notebook.metadata.get("title")
    if named:
        return str(named), blocks
    first = next((block for block in blocks if isinstance(block, Heading) and block.level == 1), None)
    return (first.text, [block for block in blocks if block is not first]) if first else ("Report", blocks)
