"""Reads and sets what a notebook's parameters cell says, which is for the person who looks: a batch puts in its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

TAG = "parameters"
ADDED = 1
"""Cells that a batch adds, in front of all that it names: by this much its count is ahead of the notebook's own."""


def parameters(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The texts that the parameters cell of a notebook (its JSON values) sets, by name."""
    return {name: str(value.value) for cell in _tagged(notebook) for name, value in _values(source_of(cell))}


def set_parameters(notebook: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Gives the parameters these texts, as far as the cell sets them to others; whether it did. All else stays."""
    changed = False
    for cell in _tagged(notebook):
        source = source_of(cell)
        told = source
        for name, value in reversed([*_values(source)]):
            if texts.get(name, value.value) != value.value:
                told = _replaced(told, value, texts[name])
        if told != source:
            cell["source"] = told if isinstance(cell["source"], str) else told.splitlines(keepends=True)
            changed = True
    return changed


def _tagged(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code" and TAG in (cell.get("metadata", {}).get("tags") or []):
            yield cell


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's code or words, which a notebook's file has as one text or as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _values(source: str) -> Iterator[tuple[str, ast.Constant]]:
    """The name and the text of each plain assignment, in the order in which they stand."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str()) as value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str()) as value):
                yield name, value


def _replaced(source: str, old: ast.Constant, text: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    last = (old.end_lineno or old.lineno) - 1
    before = b"".join(lines[: old.lineno - 1]) + lines[old.lineno - 1][: old.col_offset]
    after = lines[last][old.end_col_offset :] + b"".join(lines[last + 1 :])
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (before + quoted.encode() + after).decode()
