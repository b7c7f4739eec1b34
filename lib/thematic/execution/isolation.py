"""Keeps a report from showing what it may not: people in any report, and in a public one all but released figures."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.core.digests import digest
from thematic.core.parameters import ADDED
from thematic.displays import MIME_TYPE, FigureList
from thematic.outputs.jobs import Failure

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from thematic.measures.data import ReportData

CHECKED = "checked-for-disclosure"
"""The tag of a cell whose output somebody has checked; its metadata name them as `checked_by`."""
_OPENED = frozenset({"open", "os.listdir", "os.scandir", "os.chdir", "sqlite3.connect"})
_OWN_HTML = 'class="thematic"'
_closed: list[str] = []
_hooked: list[bool] = []
_HOW = (
    "Show figures by the methods of `report`. What has been checked by a person for what it could give away may be "
    f"shown from a cell tagged {CHECKED}, with checked_by: NAME in the cell's metadata."
)


class Closed(PermissionError):
    """A public report looked for a file that it may not see."""


def close(folders: Sequence[str]) -> None:
    """Refuses to open anything in these folders from now on, in this process; none opens all again."""
    _closed[:] = [os.path.realpath(folder) for folder in folders]
    if _closed and not _hooked:
        _hooked.append(True)
        sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not _closed or event not in _OPENED or not args or not isinstance(args[0], str | bytes | os.PathLike):
        return
    path = os.path.realpath(os.fsdecode(args[0]))
    for folder in _closed:
        if path == folder or path.startswith(folder + os.sep):
            raise Closed(f"a report for the public reads no files of {Path(folder).name}/. {_HOW}")


def shown_people(notebook: NotebookNode, data: ReportData) -> Failure | None:
    """The failure of a report of any audience that shows a table with a column that names or describes a person."""
    personal = {column for table in data.params.tables.values() for column in table.personal}
    for number, _, output in _outputs(notebook):
        content = output.get("data", {})
        if _OWN_HTML in str(content.get("text/html", "")):
            continue
        found = sorted(personal & _headings(content.get("text/html", ""), content.get("text/plain", ""), output))
        if found:
            return Failure(
                "failed",
                f"cell [{number}] shows a table with the column {found[0]}, which is about people (personal in "
                "params/tables/). No report may show it: count first, and show the counts.",
            )
    return None


def _headings(html: Any, plain: Any, output: Mapping[str, Any]) -> set[str]:
    """The words that head the columns of a table that an output shows."""
    told = {re.sub(r"<[^>]*>", "", each).strip() for each in re.findall(r"<th[^>]*>(.*?)</th>", str(html), re.DOTALL)}
    text = "".join(output.get("text", "")) if output.get("output_type") == "stream" else str(plain)
    lines = text.splitlines()
    return told | (set(re.split(r"[\s,|;]+", lines[0])) if len(lines) > 1 else set())


def released_figures(data: ReportData) -> dict[str, Any]:
    """The list of figures that a report made from these data carries, worked out before its notebook runs."""
    from thematic.report.report import Report

    return Report(data).all_figures().payload()


def not_released(notebook: NotebookNode, figures: Mapping[str, Any]) -> tuple[Failure | None, dict[str, str]]:
    """The failure of a public report that shows what was not made from the figures it was handed; and by cell who has
    checked what else it shows."""
    from thematic.report.made import given_words, is_made, why_not

    checked: dict[str, str] = {}
    for number, cell, output in _outputs(notebook):
        content = dict(output.get("data", {}))
        if CHECKED in cell.metadata.get("tags", []):
            name = str(cell.metadata.get("checked_by", "")).strip()
            if not name:
                return _failed(
                    number, f"is tagged {CHECKED}, and nobody is named as checked_by in its metadata", ""
                ), {}
            checked[f"cell {number}"] = name
        elif not is_made(content):
            why = why_not(content) or f"shows {_what(output)}, which was not made from released figures"
            return _failed(number, why, _HOW), {}
        elif not set(given_words(content)) <= _written(notebook):
            fix = "Write it out in the cell, as plain text in quotation marks, or leave it out."
            what = "a title or another text" if len(given_words(content)) > 1 else "a title"
            return _failed(
                number, f"gives a display {what} that is worked out in code and could hold anything", fix
            ), {}
        elif content[MIME_TYPE].get("kind") == FigureList.kind and content[MIME_TYPE] != figures:
            return _failed(number, "lists other figures than those that were released", _HOW), {}
    return None, checked


def _written(notebook: NotebookNode) -> set[str]:
    """The texts that stand whole in the code of the notebook's cells."""
    texts: set[str] = set()
    for cell in notebook.cells:
        try:
            tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        except SyntaxError:
            continue
        whole = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        texts |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in whole
        }
    return texts


def words_of(data: ReportData) -> str:
    """A digest of all that a report could show beside figures: the words of params/ and what is known of the data."""
    return digest(repr((data.params, data.index)))


def other_words() -> Failure:
    """The failure of a public report whose cells changed what it was handed."""
    return Failure(
        "failed",
        "a cell changed the words of params/ or what is known of the data. This report is for the public, and they "
        "could carry numbers that were not released. Change params/ itself.",
    )


def _failed(number: object, what: str, fix: str) -> Failure:
    return Failure("failed", f"cell [{number}] {what}. This report is for the public. {fix}".rstrip())


def _what(output: Mapping[str, Any]) -> str:
    if output.get("output_type") == "stream":
        return "printed text"
    kinds: Collection[str] = output.get("data", {})
    if any(kind.startswith("image/") for kind in kinds):
        return "a picture"
    if _OWN_HTML in str(output.get("data", {}).get("text/html", "")):
        return "a display"
    return "a table" if "text/html" in kinds else "a value"


def _outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, NotebookNode]]:
    """Each output with its cell, and that cell's number as the notebook itself counts code cells."""
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            yield (cell.get("execution_count") or place) - ADDED, cell, output


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """The notebook of a public report that failed: what it was to do, and nothing that it showed."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = []
    return notebook
