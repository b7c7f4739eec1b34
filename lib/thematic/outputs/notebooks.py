"""Turns the file of a theme's notebook into its bytes, once its parameters have been checked."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from thematic.core.bounded import read_whole
from thematic.core.errors import ParamsRefused, Problem, reason
from thematic.core.parameters import set_parameters
from thematic.core.workbook import Workbook
from thematic.exporters.beside import attach
from thematic.outputs.beside import carry

PARAMETERS = ("period", "area", "audience")
_EMPTY = dict.fromkeys(PARAMETERS, "")


def read_notebooks(workbook: Workbook, names: Iterable[str]) -> dict[str, bytes]:
    """The notebooks' bytes by file name, without what their parameters are set to: each report has its own.

    Raises ParamsRefused that lists each notebook that cannot be read, or that does not have exactly one cell tagged
    `parameters` which sets exactly period, area and audience: papermill only warns, and would run the wrong report.
    """
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in sorted(set(names)):
        path = workbook.file(f"notebooks/{name}")
        try:
            data = notebook_bytes(path)
        except OSError as error:
            problems.append(Problem(workbook.shown(path), f"cannot be read: {reason(error)}."))
        else:
            problems.extend(notebook_problems(data, workbook.shown(path)))
            found[name] = without_parameters(data)
    if problems:
        raise ParamsRefused("Nothing was run: a notebook cannot take the parameters of a report.", problems)
    return found


def notebook_bytes(path: Path) -> bytes:
    """The bytes of a notebook's file, with the files beside it put into it that its Markdown shows or its code names.

    Raises OSError where one of them cannot be read.
    """
    data = read_whole(path)
    if _cells(data) is None:
        return data
    notebook = json.loads(data)
    found = b"![" in data and attach(notebook, path.parent), carry(notebook, path.parent)
    return json.dumps(notebook, ensure_ascii=False).encode() if any(found) else data


def without_parameters(data: bytes) -> bytes:
    """The notebook with empty parameters, so that a look at another area leaves no report out of date."""
    if _cells(data) is None:
        return data
    notebook = json.loads(data)
    return json.dumps(notebook, ensure_ascii=False).encode() if set_parameters(notebook, _EMPTY) else data


def notebook_problems(data: bytes, shown: str) -> list[Problem]:
    """What keeps a notebook's file from being run as a report; `shown` is its name in messages."""
    cells = _cells(data)
    if cells is None:
        fix = "Open it in JupyterLab and save it, or put back a good copy."
        return [Problem(shown, "is not a Jupyter notebook (format 4).", fix)]
    tagged = [cell for cell in cells if "parameters" in _tags(cell)]
    if len(tagged) != 1:
        fix = f"Tag exactly one code cell 'parameters'; it sets {_listed(PARAMETERS)}."
        return [Problem(shown, f"has {len(tagged) or 'no'} cells tagged 'parameters'.", fix)]
    return list(_parameter_problems(tagged[0], shown))


def _cells(data: bytes) -> list[dict[str, Any]] | None:
    try:
        notebook = json.loads(data.decode("utf-8"))
    except ValueError:
        return None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return None
    cells = notebook.get("cells")
    well = isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)
    return cells if well else None


def _tags(cell: dict[str, Any]) -> list[str]:
    metadata = cell.get("metadata")
    return list(metadata.get("tags") or []) if isinstance(metadata, dict) else []


def _parameter_problems(cell: dict[str, Any], shown: str) -> Iterator[Problem]:
    where = f"{shown}, the parameters cell"
    source = cell.get("source", "")
    try:
        statements = ast.parse(source if isinstance(source, str) else "".join(source)).body
    except SyntaxError as error:
        yield Problem(where, f"line {error.lineno} is not Python.", f"It sets {_listed(PARAMETERS)}, and nothing else.")
        return
    names = [name for statement in statements for name in _assigned(statement)]
    if cell.get("cell_type") != "code" or not all(_assigned(statement) for statement in statements):
        yield Problem(where, "holds more than parameters.", f"It sets {_listed(PARAMETERS)}, each to a text.")
    for name in dict.fromkeys(names):
        if name not in PARAMETERS:
            close = difflib.get_close_matches(name, PARAMETERS, n=1)
            fix = f"Did you mean '{close[0]}'?" if close else f"A report has {_listed(PARAMETERS)}."
            yield Problem(where, f"unknown parameter '{name}'.", fix)
        elif names.count(name) > 1:
            yield Problem(where, f"'{name}' is set twice.", "Set it once.")
    for name in PARAMETERS:
        if name not in names:
            yield Problem(where, f"'{name}' is missing.", f'Add a line: {name} = "...".')


def _assigned(statement: ast.stmt) -> list[str]:
    """The one name that a plain `name = "text"` sets; empty for any other statement."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str())):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str())):
            return [name]
        case _:
            return []


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}"
