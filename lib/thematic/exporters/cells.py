"""Turns a cell of an executed notebook into the blocks that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import compress

from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.displays import MIME_TYPE, Commentary, Display, Sentence, paragraphs
from thematic.displays.markdown import Token
from thematic.exporters import shown, written
from thematic.exporters.blocks import Block, Heading, LeftOut, Picture, Plain, Prose, Section, Shown

_ALT = re.compile(r"^#\|\s*(?:fig-)?alt:\s*(.+)$", re.MULTILINE)

_NO_ALT = LeftOut(
    "what a picture shows, in words",
    "Not every reader sees it. Begin the cell with a line `#| alt: ...`, or write `![...](file)` in Markdown.",
)


def blocks_of(cell: NotebookNode, number: int) -> Iterator[Block]:
    """The blocks that a cell shows, each picture that nobody has described followed by a line that says so. Code,
    warnings (stderr) and the names of objects are left out.

    Raises UserError, naming the cell by its number, for one that ended in an error, and for an output of a
    kind not known.
    """
    for block in _blocks_of(cell, number):
        yield block
        if isinstance(block, Picture) and block.alt == written.UNDESCRIBED:
            yield _NO_ALT


def _blocks_of(cell: NotebookNode, number: int) -> Iterator[Block]:
    if cell.cell_type == "markdown":
        yield from written.blocks_of(cell.source, cell.get("attachments", {}))
    if cell.cell_type == "raw":
        yield from shown.printed(cell.source)
    if cell.cell_type != "code":
        return
    described = _ALT.search(cell.source)
    for output in cell.outputs:
        if output.output_type == "error":
            raise UserError(
                f"Cell {number} of the notebook ended in an error ({output.ename}: {output.evalue}). "
                "Correct it and run the notebook again: a report needs a notebook that ran to its end."
            )
        if output.output_type == "stream":
            yield from shown.printed(output.text if output.name == "stdout" else "")
        elif MIME_TYPE in output.data:
            yield _shown(shown.display(output.data[MIME_TYPE]))
        else:
            yield from shown.blocks_of(output, described[1].strip() if described else "")


def left_out(notebook: NotebookNode) -> list[str]:
    """What a report cannot show of what its cells show: `cell 6: an interactive output`, as its own notebook counts."""
    own = [cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    return [
        f"cell {number}: {what}"
        for number, cell in enumerate(own, start=1)
        for block in blocks_of(_without_figures(cell), number)
        for what in _missing(block)
    ]


def _without_figures(cell: NotebookNode) -> NotebookNode:
    """The cell without the displays of the report but its commentary: they show all that they hold."""
    payloads = [output.get("data", {}).get(MIME_TYPE) for output in cell.get("outputs", [])]
    if not any(payloads):
        return cell
    kept = [not payload or payload.get("kind") == Commentary.kind for payload in payloads]
    return NotebookNode({**cell, "outputs": [*compress(cell.outputs, kept)]})


def _missing(block: Block) -> Iterator[str]:
    match block:
        case Section():
            for each in block.blocks:
                yield from _missing(each)
        case LeftOut(what) | Plain(left_out=what) if what:
            yield what


def _shown(display: Display) -> Block:
    if isinstance(display, Sentence):
        return Prose([_paragraph(part) for part in paragraphs(display.text)])
    if isinstance(display, Commentary):
        words = list(written.blocks_of(display.text, {}, deeper=2))
        return Section(Heading(2, display.title, ""), display.byline, words, display.warning)
    return Shown(display)


def _paragraph(text: str) -> Token:
    """The text as Markdown would have it: words alone, none of them marks."""
    return {"type": "paragraph", "children": [{"type": "text", "raw": escape(text)}]}
