"""Turns the notebook of a report that was saved without outputs into the executed one, as a batch would run it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.core.parameters import TAG
from thematic.core.previewer import NOTEBOOK, Asked, shared
from thematic.core.workbook import Workbook


def executed(notebook: NotebookNode, resources: dict[str, Any] | None) -> NotebookNode:
    """The notebook; where it is that of a report and was not run, what running its file gives, for the period, area
    and audience in it. `resources` say where the file is, as nbconvert has it.

    Raises UserError where a cell fails, or the notebook is of no report.
    """
    known = (resources or {}).get("metadata", {})
    if not known.get("path") or not _is_to_run(notebook):
        return notebook
    path = (Path(known["path"]) / f"{known.get('name', '')}.ipynb").resolve()
    root = Workbook.find(path.parent).root
    preview = shared().ask(Asked(str(root), str(path), data_as_they_are=True, form=NOTEBOOK)).result()
    if not preview.notebook:
        raise UserError(preview.failure or "The same notebook was asked for again meanwhile. Export it once more.")
    return nbformat.reads(preview.notebook, as_version=4)


def _is_to_run(notebook: NotebookNode) -> bool:
    """Whether it takes the parameters of a report, and no cell of it was run."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    takes = any(TAG in cell.metadata.get("tags", []) for cell in code)
    return takes and not any(cell.outputs or cell.execution_count for cell in code)
