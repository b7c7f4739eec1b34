"""Turns a notebook's file into what it says of its report: the theme it opens and the parameters it is saved with."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thematic.core.errors import ArgumentsRefused, ParamsRefused, reason
from thematic.core.parameters import parameters
from thematic.core.workbook import Workbook
from thematic.outputs.notebooks import notebook_bytes, notebook_problems
from thematic.params import Params

_OPENS = "open_report"


@dataclass(frozen=True)
class Saved:
    """A notebook as it is saved: its bytes, its theme, and the text of each parameter (period, area, audience)."""

    path: Path
    data: bytes
    theme: str
    parameters: dict[str, str]


def read_saved(workbook: Workbook, params: Params, path: Path, theme: str | None = None) -> Saved:
    """The notebook of a file. Where no theme is given it is the one whose notebook it is, or else that it opens.

    Raises ArgumentsRefused where it cannot be read or is of no theme, and ParamsRefused where it cannot take a report's
    parameters.
    """
    shown = workbook.shown(path)
    try:
        data = notebook_bytes(path)
    except OSError as error:
        raise ArgumentsRefused(f"{shown}: cannot be read: {reason(error)}.") from error
    theme = theme or _theme(path.name, data, params)
    if theme is None:
        notebooks = ", ".join(sorted(theme.notebook for theme in params.themes.values()))
        raise ArgumentsRefused(f"{shown} is not the notebook of a report. Those are {notebooks}.")
    problems = notebook_problems(data, shown)
    if problems:
        raise ParamsRefused("The notebook cannot take the parameters of a report.", problems)
    return Saved(path, data, theme, parameters(json.loads(data)))


def _theme(name: str, data: bytes, params: Params) -> str | None:
    slugs = {theme.notebook: slug for slug, theme in params.themes.items()}
    return slugs.get(name) or next((slug for slug in _opened(data) if slug in params.themes), None)


def _cells(data: bytes) -> list[dict[str, Any]]:
    """The code cells; none where the file is no notebook."""
    try:
        found: list[dict[str, Any]] = json.loads(data)["cells"]
        return [cell for cell in found if cell.get("cell_type") == "code"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell.get("source", ""))


def _opened(data: bytes) -> Iterator[str]:
    """The themes of the calls of `open_report` that can be read off the cells."""
    for cell in _cells(data):
        try:
            tree = ast.parse(_source(cell))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(theme)), *_]) if name == _OPENS:
                    yield theme
