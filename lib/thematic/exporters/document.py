"""Turns an executed notebook into a document: a cover and its blocks, the same for every format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import TypeVar

from nbformat import NotebookNode

from thematic.displays import Chart, Cover, Display, Figures, Table
from thematic.errors import UserError
from thematic.exporters.blocks import Block, Heading, Shown
from thematic.exporters.cells import blocks_of

_D = TypeVar("_D", bound=Display)


@dataclass(frozen=True)
class Document:
    """What every format shows: the title, the cover if there is one, the blocks and the released figures."""

    title: str
    cover: Cover | None
    blocks: list[Block]
    figures: list[Figures] = field(default_factory=list)

    @property
    def contents(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading) and block.level == 2]

    @property
    def language(self) -> str:
        return self.cover.language if self.cover else "en-GB"


def read(notebook: NotebookNode) -> Document:
    """The document of an executed notebook. Code, warnings (stderr) and the names of objects are left out.

    Raises UserError for a cell that ended in an error, a second cover and an output of a kind not known.
    """
    blocks = list(chain.from_iterable(map(blocks_of, notebook.cells, count(1))))
    covers = _displays(blocks, Cover)
    if len(covers) > 1:
        raise UserError(f"The notebook shows {len(covers)} covers. A report has one: remove the others.")
    cover = covers[0] if covers else None
    title, blocks = (cover.heading, blocks) if cover else _title(blocks, notebook)
    drawn = [block for block in blocks if not _displays([block], Cover) and not _displays([block], Figures)]
    return Document(title, cover, list(_named(drawn)), _displays(blocks, Figures))


def _displays(blocks: Iterable[Block], kind: type[_D]) -> list[_D]:
    return [block.display for block in blocks if isinstance(block, Shown) and isinstance(block.display, kind)]


def _title(blocks: list[Block], notebook: NotebookNode) -> tuple[str, list[Block]]:
    """The title of a notebook without a cover: its metadata's, or its first heading of level 1, taken out."""
    named = notebook.metadata.get("title")
    if named:
        return str(named), blocks
    first = next((block for block in blocks if isinstance(block, Heading) and block.level == 1), None)
    return (first.text, [block for block in blocks if block is not first]) if first else ("Report", blocks)


def _named(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with anchors that all differ, charts and tables numbered, heading levels without jumps."""
    taken: set[str] = set()
    numbers = {Chart: 0, Table: 0}
    level = 1
    for block in blocks:
        if isinstance(block, Heading):
            level = min(max(block.level, 2), level + 1)
            yield replace(block, level=level, anchor=_anchor(block.text, taken))
        elif isinstance(block, Shown) and isinstance(block.display, Chart | Table):
            kind, name = (Chart, "Figure") if isinstance(block.display, Chart) else (Table, "Table")
            numbers[kind] += bool(block.display.title)
            label = f"{name} {numbers[kind]}" if block.display.title else ""
            yield replace(block, label=label, anchor=_anchor(f"{name} {block.display.id}", taken))
        else:
            yield block


def _anchor(text: str, taken: set[str]) -> str:
    stem = "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "section"
    name = next(name for name in _candidates(stem) if name not in taken)
    taken.add(name)
    return name


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 10_000))
