"""Turns an executed notebook into a document: a cover and its blocks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeVar

from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.core.look import HOUSE, Look
from thematic.displays import Chart, Cover, Display, FigureList, Indicators
from thematic.exporters.blocks import Block, Heading, Note, Section, Shown
from thematic.exporters.cells import blocks_of
from thematic.exporters.frame import Frame

ANNEX = "annex"
"""The tag of the cell with which the annex begins; it goes to the notebook's end."""

METHOD = "method"
"""The heading, in small letters, of the section that says how figures are worked out."""

_D = TypeVar("_D", bound=Display)


@dataclass(frozen=True)
class Document:
    """What every format shows: the title, the cover if there is one, the blocks and the released figures.

    `notes` are the footnotes, in the order of their numbers; `notes_anchor` is where a page lists them, and
    `support_anchor` where it says who can help. From the place `annex_at` on the blocks are the annex, for those who
    look things up: folded on a page, left out on paper. None: there is no annex.
    """

    title: str
    cover: Cover | None
    blocks: list[Block]
    figures: list[FigureList] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    notes_anchor: str = ""
    support_anchor: str = ""
    annex_at: int | None = None

    @property
    def main(self) -> list[Block]:
        """The blocks before the annex."""
        return self.blocks[: self.annex_at]

    @property
    def annex(self) -> list[tuple[Heading, list[Block]]]:
        """The sections of the annex, each with what stands under its heading."""
        found: list[tuple[Heading, list[Block]]] = []
        for block in self.blocks[len(self.main) :]:
            if isinstance(block, Heading) and block.level == 2:
                found.append((block, []))
            elif found:
                found[-1][1].append(block)
        return found

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
    def elsewhere(self) -> str:
        """What is not on paper, and where it is; nothing where all of it is, or the report has no cover."""
        sections = [heading.text for heading, _ in self.annex]
        charts = any(isinstance(block, Shown) and isinstance(block.display, Chart) for block in self.main)
        left = [*sections, *(["the numbers behind the charts"] if charts else [])]
        if not self.cover or not left:
            return ""
        return f"On the web page of this report, and in its workbook: {'; '.join(left)}."

    @property
    def is_one_page(self) -> bool:
        """Whether the document is the page that a board reads first, which is set closely."""
        return any(isinstance(block, Shown) and isinstance(block.display, Indicators) for block in self.blocks)

    @property
    def method_anchor(self) -> str:
        """Where the report says how its figures are worked out, or ""."""
        headings = (heading for heading, _ in self.contents)
        return next((each.anchor for each in headings if each.text.casefold() == METHOD), "")

    @property
    def look(self) -> Look:
        """The force's own face."""
        return Look.of_payload(self.cover.look) if self.cover else HOUSE

    @property
    def language(self) -> str:
        return self.cover.language if self.cover else "en-GB"


def read(notebook: NotebookNode) -> Document:
    """The document of an executed notebook. Code, warnings (stderr) and the names of objects are left out.

    The paragraphs of a notebook with a cover are numbered. Raises UserError for a cell that ended in an error, a
    second cover, an output of a kind not known, a footnote in a heading or a table, and an annex that does not begin
    with a heading of level 2.
    """
    of_cells = [list(found) for found in map(blocks_of, notebook.cells, count(1))]
    blocks = list(chain.from_iterable(of_cells))
    covers = _displays(blocks, Cover)
    if len(covers) > 1:
        raise UserError(f"The notebook shows {len(covers)} covers. A report has one: remove the others.")
    cover = covers[0] if covers else None
    title, blocks = (cover.heading, blocks) if cover else _title(blocks, notebook)
    drawn = [block for block in blocks if not _displays([block], Cover) and not _displays([block], FigureList)]
    frame = Frame(numbered=cover is not None)
    framed = list(frame.blocks(drawn))
    first = _annex_begins(notebook, of_cells)
    annex_at = next((place for place, block in enumerate(drawn) if block is first), None)
    figures = _displays(blocks, FigureList)
    anchors = frame.anchor("Notes"), frame.anchor("Support")
    return Document(title, cover, framed, figures, frame.notes, *anchors, annex_at)


def _annex_begins(notebook: NotebookNode, of_cells: list[list[Block]]) -> Block | None:
    """The heading with which the annex begins."""
    tagged = (place for place, cell in enumerate(notebook.cells) if ANNEX in cell.metadata.get("tags", []))
    first = next(tagged, None)
    if first is None:
        return None
    found = [block for blocks in of_cells[first:] for block in blocks]
    if not (found and isinstance(found[0], Heading) and found[0].level == 2):
        raise UserError(
            f"Cell {first + 1} of the notebook is tagged `{ANNEX}` and does not begin with a heading of level 2. "
            "Begin it with `## ` and the title of the annex's first section, or tag the cell that does."
        )
    return found[0]


def _displays(blocks: Iterable[Block], kind: type[_D]) -> list[_D]:
    return [block.display for block in blocks if isinstance(block, Shown) and isinstance(block.display, kind)]


def _title(blocks: list[Block], notebook: NotebookNode) -> tuple[str, list[Block]]:
    """The title of a notebook without a cover: its metadata's, or its first heading of level 1, taken out."""
    named = notebook.metadata.get("title")
    if named:
        return str(named), blocks
    first = next((block for block in blocks if isinstance(block, Heading) and block.level == 1), None)
    return (first.text, [block for block in blocks if block is not first]) if first else ("Report", blocks)
