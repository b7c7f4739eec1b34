"""Turns a workbook's notebook into one without outputs, and without what JupyterLab notes of its use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook

_OF_THE_NOTEBOOK = {"papermill", "signature", "toc", "vscode", "widgets"}
_OF_A_CELL = {"ExecuteTime", "collapsed", "execution", "papermill", "scrolled", "trusted", "vscode"}
_VIEW = {"outputs_hidden", "source_hidden"}
_LANGUAGE = {"name": "python"}


def is_kept_clean(path: Path) -> bool:
    """Whether the file is a notebook under the notebooks/ of a workbook: those are kept without outputs."""
    if path.suffix != ".ipynb":
        return False
    try:
        workbook = Workbook.find(path.parent)
    except ArgumentsRefused:
        return False
    return path.resolve().is_relative_to(workbook.notebooks)


def strip(notebook: dict[str, Any]) -> None:
    """Takes away outputs, execution counts, and metadata that say how the notebook was run or looked at last.

    Tags, ids, the kernel's name and whatever else a person has chosen stay.
    """
    metadata = notebook.get("metadata", {})
    _take(metadata, _OF_THE_NOTEBOOK)
    if metadata.get("language_info", {}).get("name") == _LANGUAGE["name"]:
        metadata["language_info"] = dict(_LANGUAGE)
    for cell in notebook.get("cells", []):
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
        noted = cell.get("metadata", {})
        _take(noted, _OF_A_CELL)
        _take(noted.get("jupyter", {}), _VIEW)
        if noted.get("jupyter") == {}:
            del noted["jupyter"]


def written(notebook: dict[str, Any]) -> bytes:
    """The notebook's file as JupyterLab writes it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _take(metadata: dict[str, Any], names: set[str]) -> None:
    for name in names & set(metadata):
        del metadata[name]
