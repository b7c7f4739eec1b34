"""Turns an executed notebook into one that says nothing of when, where and by whom it was run."""

from __future__ import annotations

import json
import os
import re
import site
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.core.temporary import NAMES
from thematic.displays import MIME_TYPE

if TYPE_CHECKING:
    from nbformat import NotebookNode

_RUN_METADATA = {"papermill", "execution", "ExecuteTime", "trusted"}
KERNEL = {"display_name": "Thematic", "language": "python", "name": "thematic"}
"""The kernelspec that the environment holds and every notebook names."""
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_STYLER = re.compile(r"\bT_[0-9a-f]{5}(?=[_\"' ])")


def clean(notebook: NotebookNode) -> NotebookNode:
    """The notebook without papermill's records, run times, random cell ids, memory addresses and this machine's paths.

    The same code on the same data gives the same notebook, so that everything made from it is the same too.
    """
    from nbformat import NotebookNode

    notebook.metadata = NotebookNode(
        {key: value for key, value in notebook.metadata.items() if key not in _RUN_METADATA}
        | {"kernelspec": NotebookNode(KERNEL), "language_info": NotebookNode({"name": "python"})}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        for key in _RUN_METADATA & set(cell.metadata):
            del cell.metadata[key]
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
        for output in cell.get("outputs", []):
            _clean_output(output)
    return notebook


def to_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as its file holds it, texts as lists of their lines, a cell to a line: written in a quarter of the
    time that a line to a text takes."""
    from nbformat.v4.nbjson import BytesEncoder

    def written(value: Any) -> str:
        return json.dumps(value, cls=BytesEncoder, ensure_ascii=False, sort_keys=True)

    cells = ",\n".join(written(_in_lines(cell)) for cell in notebook.cells)
    rest = written({name: value for name, value in notebook.items() if name != "cells"})
    return f'{{"cells": [\n{cells}\n],\n{rest[1:]}\n'.encode()


def read_back(notebook: NotebookNode) -> NotebookNode:
    """The notebook as its file gives it back. The cells that show nothing but displays of the report are as they were:
    what these hold is the same in a file, and most of what there is to read."""
    from nbformat import NotebookNode, v4

    others = [cell for cell in notebook.cells if any(not _is_own(output) for output in cell.get("outputs", []))]
    if not others:
        return notebook
    read = {cell.id: cell for cell in v4.reads(to_bytes(NotebookNode({**notebook, "cells": others})).decode()).cells}
    return NotebookNode({**notebook, "cells": [read.get(cell.id, cell) for cell in notebook.cells]})


def _is_own(output: NotebookNode) -> bool:
    return MIME_TYPE in output.get("data", {})


def _in_lines(cell: NotebookNode) -> dict[str, Any]:
    """The cell with its texts as lists of lines."""
    found: dict[str, Any] = {**cell, "source": _lines(cell.source)}
    if "outputs" in cell:
        found["outputs"] = [_output_in_lines(output) for output in cell.outputs]
    return found


def _output_in_lines(output: NotebookNode) -> dict[str, Any]:
    found: dict[str, Any] = dict(output)
    if output.output_type == "stream":
        found["text"] = _lines(output.text)
    elif "data" in output:
        of_text = {kind: kind.startswith("text/") or kind == "image/svg+xml" for kind in output.data}
        found["data"] = {kind: _lines(each) if of_text[kind] else each for kind, each in output.data.items()}
    return found


def _lines(text: Any) -> Any:
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def _clean_output(output: NotebookNode) -> None:
    for key in ("text", "evalue", "traceback"):
        if key in output:
            output[key] = _each_text(output[key], impersonal)
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/"):
            output.data[kind] = _number_stylers(_each_text(value, impersonal))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    return [change(part) for part in value] if isinstance(value, list) else change(value)


def impersonal(text: str) -> str:
    """The text without memory addresses and without the folders above the code, the home and the temporary files."""
    text = _temporary().sub(".", text)
    for folder, replacement in _folders():
        text = text.replace(folder, replacement)
    return _ADDRESS.sub("at 0x0", text)


@cache
def _temporary() -> re.Pattern[str]:
    """A folder that a process made for itself, under a random name."""
    return re.compile(re.escape(tempfile.gettempdir()) + rf"[/\\](?:tmp[a-z0-9_]{{8}}|{NAMES})\b")


@cache
def _folders() -> tuple[tuple[str, str], ...]:
    """Folders of this machine, the longest first, and what stands for each."""
    code = [str(Path(__file__).parents[2]), *site.getsitepackages(), str(Path(os.__file__).parent)]
    found = {folder + os.sep: "" for folder in code} | {str(Path.home()) + os.sep: f"~{os.sep}"}
    return tuple(sorted(((folder, to) for folder, to in found.items() if len(folder) > 2), key=lambda it: -len(it[0])))


def _number_stylers(html: Any) -> Any:
    """A pandas Styler draws a random name for its table; here it is numbered instead."""
    if not isinstance(html, str) or "T_" not in html:
        return html
    names = list(dict.fromkeys(_STYLER.findall(html)))
    return _STYLER.sub(lambda found: f"T_{names.index(found[0]):05d}", html)
