"""Notebooks are saved without outputs, and git sees none, in a workbook and nowhere else; nothing else is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager

from drawn import REPOSITORY
from thematic.jupyter import repository
from thematic.jupyter.cleaning import cleaned
from thematic.jupyter.saving import settle_in_git, strip_notebook

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def notebook(source: str = "1 + 1", **metadata: object) -> nbformat.NotebookNode:
    """A notebook of two cells that was run and looked at."""
    cell = nbformat.v4.new_code_cell(source, id="a", execution_count=7)
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "a name"}, execution_count=7)]
    cell.metadata.update({"tags": ["parameters"], "scrolled": True, "jupyter": {"outputs_hidden": True}})
    cell.metadata.execution = {"iopub.execute_input": "2026-01-01T10:00:00Z"}
    note = nbformat.v4.new_markdown_cell("kept", id="b")
    kernel = {"display_name": "Thematic", "language": "python", "name": "thematic"}
    told = {"kernelspec": kernel, "language_info": {"name": "python", "version": "3.11.7"}, "title": "t", **metadata}
    return nbformat.v4.new_notebook(cells=[cell, note], metadata=told)


def written(made: nbformat.NotebookNode) -> bytes:
    return (nbformat.writes(made) + "\n").encode()


def clean(data: bytes) -> bytes:
    return cleaned(data)


CLEAN = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "a",
            "metadata": {"tags": ["parameters"]},
            "outputs": [],
            "source": ["1 + 1"],
        },
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["kept"]},
    ],
    "metadata": {
        "kernelspec": {"display_name": "Thematic", "language": "python", "name": "thematic"},
        "language_info": {"name": "python"},
        "title": "t",
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_what_a_run_leaves_goes_and_what_a_person_has_written_stays():
    assert json.loads(clean(written(notebook()))) == CLEAN


def test_a_file_with_nothing_to_strip_keeps_every_byte():
    for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
        assert clean(path.read_bytes()) == path.read_bytes(), path.name
    oddly_indented = json.dumps(CLEAN, indent=3).encode()
    for data in (
        oddly_indented,
        b"",
        b"no notebook",
        b"[1]",
        b'{"nbformat": 3}',
        b'{"nbformat": 4, "cells": 1}',
        b"\xff",
    ):
        assert clean(data) == data


@pytest.fixture
def workbook(tmp_path) -> Path:
    for name in ("params", "notebooks/own", "elsewhere"):
        (tmp_path / "workbook" / name).mkdir(parents=True)
    return tmp_path / "workbook"


@pytest.mark.parametrize(
    ("path", "clean"),
    [("notebooks/a.ipynb", True), ("notebooks/own/a.ipynb", True), ("elsewhere/a.ipynb", False), ("a.ipynb", False)],
)
def test_the_server_saves_a_notebook_of_the_workbook_without_outputs_and_no_other(workbook, path, clean):
    manager = LargeFileManager(root_dir=str(workbook))
    manager.register_pre_save_hook(strip_notebook)
    manager.save({"type": "notebook", "format": "json", "content": notebook()}, path)
    saved = (workbook / path).read_bytes()
    assert (json.loads(saved) == CLEAN) is clean
    assert (b"a name" not in saved) is clean


def test_the_hook_leaves_alone_what_is_no_notebook_and_what_is_in_no_workbook(tmp_path):
    (tmp_path / "notebooks").mkdir()
    manager = LargeFileManager(root_dir=str(tmp_path))
    manager.register_pre_save_hook(strip_notebook)
    manager.save({"type": "notebook", "format": "json", "content": notebook()}, "notebooks/a.ipynb")
    assert b"a name" in (tmp_path / "notebooks/a.ipynb").read_bytes()
    manager.save({"type": "file", "format": "text", "content": "text"}, "notebooks/a.txt")
    strip_notebook({"type": "notebook", "content": None}, "notebooks/a.ipynb", manager)
    strip_notebook({"type": "notebook", "content": notebook()}, "a.ipynb", SimpleNamespace())


def git(folder: Path, *words: str) -> str:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_PAGER": "cat"}
    names = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ran = subprocess.run(
        ["git", *words], cwd=folder, env={**kept, **own, **names}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture
def tracked(workbook, monkeypatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    git(workbook, "init", "-q")
    said: list[str] = []
    repository.set_up(workbook, said.append)
    assert said == []
    return workbook


def committed(folder: Path, name: str) -> bytes:
    return git(folder, "show", f"HEAD:{name}").encode()


@needs_git
def test_git_sees_notebooks_of_the_workbook_without_outputs_and_others_as_they_are(tracked):
    data = written(notebook())
    for name in ("notebooks/naïve plan.ipynb", "elsewhere/mine.ipynb"):
        (tracked / name).write_bytes(data)
    git(tracked, "add", ".")
    git(tracked / "notebooks", "commit", "-m", "one")
    assert json.loads(committed(tracked, "notebooks/naïve plan.ipynb")) == CLEAN
    assert committed(tracked, "elsewhere/mine.ipynb") == (tracked / "notebooks/naïve plan.ipynb").read_bytes() == data
    (tracked / "notebooks/naïve plan.ipynb").write_bytes(clean(data))
    assert git(tracked, "diff") == ""


LOOK = '# mine\nperiod: str = "2021-01"\narea = "force"\naudience = "internal"'


@needs_git
def test_parameters_that_were_changed_for_a_look_are_no_change_to_git(tracked):
    path = tracked / "notebooks/a.ipynb"
    path.write_bytes(clean(written(notebook(LOOK))))
    git(tracked, "add", ".")
    git(tracked, "commit", "-m", "one")
    before = committed(tracked, "notebooks/a.ipynb")
    look = LOOK.replace('"force"', "'wid\\'nes'").replace("2021-01", "2020-12")
    manager = LargeFileManager(root_dir=str(tracked))
    manager.register_post_save_hook(settle_in_git)
    manager.save({"type": "notebook", "format": "json", "content": notebook(look)}, "notebooks/a.ipynb")
    assert git(tracked, "status", "--porcelain", "-uno") == git(tracked, "diff") == ""
    changed = notebook(look)
    changed.cells[1].source = "changed"
    path.write_bytes(written(changed))
    git(tracked, "commit", "-am", "two")
    assert committed(tracked, "notebooks/a.ipynb") == before.replace(b'"kept"', b'"changed"')
    assert json.loads(path.read_bytes())["cells"][0]["source"] == look.splitlines(keepends=True)


@needs_git
def test_a_broken_notebook_goes_through_as_it_is(tracked):
    (tracked / "notebooks/a.ipynb").write_bytes(b"{ half written")
    git(tracked, "add", ".")
    git(tracked, "commit", "-m", "one")
    assert committed(tracked, "notebooks/a.ipynb") == b"{ half written"


@needs_git
def test_a_filter_and_settings_of_the_users_own_stay(workbook, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(workbook, "init", "-q")
    (workbook / ".gitattributes").write_text("*.ipynb filter=nbstripout\n")
    git(workbook, "config", "diff.jupyternotebook.command", "mine")
    said: list[str] = []
    repository.set_up(workbook, said.append)
    assert git(workbook, "config", "diff.jupyternotebook.command") == "mine\n"
    assert "filter=" not in (workbook / ".git/info/attributes").read_text()
    assert len(said) == 1
    assert said[0].startswith("git sends notebooks through the filter nbstripout, which stays.")


@needs_git
def test_setting_up_twice_changes_nothing_and_outside_a_repository_it_does_nothing(tracked, tmp_path):
    files = [tracked / ".git" / name for name in ("config", "info/attributes")]
    before = [path.read_bytes() for path in files]
    said: list[str] = []
    repository.set_up(tracked, said.append)
    repository.set_up(tmp_path, said.append)
    assert [path.read_bytes() for path in files] == before
    assert said == []
    assert git(tracked, "status", "--porcelain") == ""


@needs_git
def test_git_compares_notebooks_cell_by_cell(tracked):
    path = tracked / "notebooks/a.ipynb"
    path.write_bytes(clean(written(notebook("area = 'force'"))))
    git(tracked, "add", ".")
    git(tracked, "commit", "-m", "one")
    path.write_bytes(clean(written(notebook("area = 'other'"))))
    told = git(tracked, "diff")
    assert "nbdiff" in told
    assert "area = 'other'" in told
    assert '"source"' not in told
