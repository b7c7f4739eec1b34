"""Says what in the notebooks of themes is not ready for a reader: text that nobody has written, code left behind."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping

from thematic.core.parameters import source_of

PLACEHOLDERS: Mapping[str, str] = {
    "background": (
        "The figures are of what was recorded, not of all that happened, so a rise is neither good nor bad by itself. "
        "What each measure counts, and what must be known to read it, is set out under Method on the web page."
    ),
    "consideration": "That the report be noted, and that the board say what it wants to hear more about.",
}
"""The paragraphs of a new theme's notebook that say nothing on its subject, each to be written by somebody."""
_NOT_PYTHON = re.compile(r"\s*[%!]|.*\?\s*$")
_SHOWN = 60


def unfinished_lines(notebooks: Mapping[str, bytes]) -> Iterator[str]:
    """A sentence for each notebook (its file's name and bytes) that still has a placeholder, and for each of its cells
    that prints the code of a chart. Cells are numbered from the top, those of text as well."""
    for name, data in notebooks.items():
        cells, where = json.loads(data)["cells"], f"notebooks/{name}"
        if headings := list(dict.fromkeys(_unwritten(cells))):
            has = "still has" if len(headings) == 1 else "still have"
            yield (
                f"{where}: {_listed(headings)} {has} the text that thematic new put there. Write in its place why the "
                "subject matters, how it is recorded and what the board is to decide."
            )
        for number, line in _recipes(cells):
            yield (
                f"{where}, cell {number} (`{line}`): a report shows the code that this prints. Copy the code into a "
                "new cell, and delete this one."
            )


def _unwritten(cells: list[dict[str, object]]) -> Iterator[str]:
    """The headings over the paragraphs that are as `thematic new` wrote them."""
    waiting, heading = {*map(_plain, PLACEHOLDERS.values())}, "the beginning"
    for cell in cells:
        for part in re.split(r"\n\s*\n", source_of(cell)) if cell.get("cell_type") == "markdown" else ():
            if found := re.match(r"\s*#{1,6}\s+(.+)", part):
                heading = found[1].strip().rstrip("#").strip()
            if any(_plain(words) in waiting for words in (part, re.sub(r"^\s*#.*\n", "", part))):
                yield heading


def _plain(text: str) -> str:
    return " ".join(text.split())


def _recipes(cells: list[dict[str, object]]) -> Iterator[tuple[int, str]]:
    """The number of each cell that has a chart's code printed, and the line that does."""
    for number, cell in enumerate(cells, start=1):
        source = source_of(cell) if cell.get("cell_type") == "code" and "recipe" in source_of(cell) else ""
        lines = ["" if _NOT_PYTHON.match(line) else line for line in source.splitlines()]
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="recipe"), lineno=row):
                    line = lines[row - 1].strip()
                    yield number, f"{line[: _SHOWN - 1]}…" if len(line) > _SHOWN else line


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
