"""The hooks that JupyterLab's server calls when it saves: notebooks lose outputs, a commentary renews its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thematic.core.errors import ArgumentsRefused
from thematic.core.workbook import Workbook
from thematic.jupyter.cleaning import settle
from thematic.jupyter.stripping import is_kept_clean, strip


def strip_notebook(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Strips the notebook that `model` holds; any other file, and any notebook elsewhere, is left alone.

    `path` is as the server knows it, from its root. The notebook that is open in the browser keeps its outputs.
    """
    root = getattr(contents_manager, "root_dir", None)
    if (
        model.get("type") == "notebook"
        and model.get("content")
        and root
        and is_kept_clean(Path(root, path.lstrip("/")))
    ):
        strip(model["content"])


def settle_in_git(model: dict[str, Any], os_path: str, **_: Any) -> None:
    """Has git see no change in the notebook that was saved as `os_path`, where it was only looked at."""
    path = Path(os_path)
    if model.get("type") == "notebook" and is_kept_clean(path):
        settle(path)


def renew_commentary(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Has a commentary that `model` holds say that it is about the figures as they stand; any other file is left alone.

    `path` as in `strip_notebook`. What is open in the browser keeps the line that it had.
    """
    root = getattr(contents_manager, "root_dir", None)
    if model.get("format") != "text" or "chunk" in model or not root or not path.endswith(".md"):
        return
    file = Path(root, path.lstrip("/"))
    try:
        workbook = Workbook.find(file.parent)
    except ArgumentsRefused:
        return
    if file.resolve().is_relative_to(workbook.params):
        from thematic.build.commenting import renewed

        model["content"] = renewed(workbook, file, model["content"])
