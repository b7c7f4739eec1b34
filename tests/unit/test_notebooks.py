"""The notebooks narrate: they are committed without outputs, declare their parameters, and hold no machinery."""

from __future__ import annotations

import ast

import nbformat
import pytest

from warehouse_drawn import ROOT, own_params

ALL = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPLORE = ROOT / "notebooks" / "explore.ipynb"
"""The analyst's own, and nobody's report."""
NOTEBOOKS = [path for path in ALL if path != EXPLORE]
MACHINERY = (ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With)
LIBRARIES = ("seaborn", "pandas")
"""What an analyst's own charts are drawn with. Within `draw` a loop may write beside each mark of a table."""


def places() -> list[str]:
    """The names of the force and of every area."""
    params = own_params()
    return [params.force.name, *(area.name for level in params.levels for area in params.areas(level))]


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_every_theme_has_its_notebook_and_no_other_stands_there() -> None:
    assert {path.name for path in NOTEBOOKS} == {theme.notebook for theme in own_params().themes.values()}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_outputs_are_committed(path) -> None:
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_and_only_narrate_but_for_one_function_that_draws(path) -> None:
    for cell in code_cells(path):
        tree, is_drawn = ast.parse(cell.source), "report.chart(" in cell.source
        drawn = {node for each in tree.body if isinstance(each, ast.FunctionDef) for node in ast.walk(each)}
        loops = {node for node in drawn if isinstance(node, ast.For) and "itertuples()" in ast.unparse(node.iter)}
        found = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, MACHINERY) and node not in loops]
        assert not found, f"{cell.id}: {found}"
        assert len(cell.source.splitlines()) <= (20 if is_drawn else 6), cell.id
        functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert functions == (["draw"] if is_drawn else []), cell.id
        assert imported(tree) <= {"thematic.report", *LIBRARIES}, cell.id
        assert "groupby" not in cell.source


def imported(tree: ast.AST) -> set[str]:
    """The modules that a cell imports from, or imports."""
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_one_cell_declares_the_parameters(path) -> None:
    (cell,) = [cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])]
    assert [node.targets[0].id for node in ast.parse(cell.source).body] == ["period", "area", "audience"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_place_stands_in_a_notebook(path) -> None:
    text = path.read_text(encoding="utf-8").casefold()
    assert [name for name in places() if name.casefold() in text] == []


def test_no_place_stands_in_the_code() -> None:
    names = places()
    for path in sorted((ROOT / "lib").rglob("*")):
        if path.suffix in {".py", ".j2", ".typ", ".css"}:
            text = path.read_text(encoding="utf-8")
            assert [name for name in names if name in text] == [], path
