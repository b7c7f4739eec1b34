"""Notebooks are saved and committed without outputs, in a workbook and nowhere else; nothing else of them is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import LargeFileManager

from drawn import REPOSITORY
from thematic.jupyter import repository
from thematic.jupyter.saving import strip_notebook
from thematic.jupyter.stripping import stripped

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
    assert json.loads(stripped(written(notebook()))) == CLEAN


def test_a_file_with_nothing_to_strip_keeps_every_byte():
    for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
        assert stripped(path.read_bytes()) == path.read_bytes(), path.name
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
        assert stripped(data) == data


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
def test_a_commit_leaves_out_the_outputs_and_says_of_which_notebooks(tracked):
    data = written(notebook())
    (tracked / "notebooks/naïve plan.ipynb").write_bytes(data)
    (tracked / "notebooks/clean.ipynb").write_bytes(stripped(data))
    (tracked / "elsewhere/mine.ipynb").write_bytes(data)
    git(tracked, "add", ".")
    said = git(tracked, "commit", "-m", "one")
    assert [line for line in said.splitlines() if "outputs" in line] == [
        "notebooks/naïve plan.ipynb: its outputs are left out of the commit."
    ]
    assert json.loads(committed(tracked, "notebooks/naïve plan.ipynb")) == CLEAN
    assert committed(tracked, "elsewhere/mine.ipynb") == data
    assert git(tracked, "status", "--porcelain") == ""


@needs_git
def test_a_notebook_that_was_changed_after_it_was_staged_is_stripped_in_the_commit_alone(tracked):
    path = tracked / "notebooks/a.ipynb"
    path.write_bytes(written(notebook("staged = 1")))
    path.chmod(0o755)
    git(tracked, "add", ".")
    later = written(notebook("later = 2"))
    path.write_bytes(later)
    git(tracked, "commit", "-m", "one")
    told = committed(tracked, "notebooks/a.ipynb")
    assert (b"staged = 1" in told, b"a name" in told, b"later" in told) == (True, False, False)
    assert path.read_bytes() == later
    assert git(tracked, "status", "--porcelain") == " M notebooks/a.ipynb\n"
    if sys.platform != "win32":
        assert git(tracked, "ls-files", "--stage").startswith("100755")


@needs_git
def test_a_commit_from_a_subfolder_of_what_git_tracks_and_of_a_notebook_that_moves_or_goes(tracked):
    path = tracked / "notebooks/a.ipynb"
    path.write_bytes(stripped(written(notebook())))
    git(tracked, "add", ".")
    git(tracked, "commit", "-m", "one")
    git(tracked, "mv", "notebooks/a.ipynb", "notebooks/own/b.ipynb")
    (tracked / "notebooks/own/b.ipynb").write_bytes(written(notebook()))
    git(tracked / "notebooks", "commit", "-am", "two")
    assert json.loads(committed(tracked, "notebooks/own/b.ipynb")) == CLEAN
    git(tracked, "rm", "-q", "notebooks/own/b.ipynb")
    git(tracked, "commit", "-m", "three")


@needs_git
def test_a_commit_of_a_broken_notebook_or_of_none_goes_through_as_it_is(tracked):
    (tracked / "notebooks/a.ipynb").write_bytes(b"{ half written")
    (tracked / "note.txt").write_bytes(b"text")
    git(tracked, "add", ".")
    assert "outputs" not in git(tracked, "commit", "-m", "one")
    assert committed(tracked, "notebooks/a.ipynb") == b"{ half written"


@needs_git
def test_a_hook_and_settings_of_the_users_own_stay(workbook, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(workbook, "init", "-q")
    hook = workbook / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    git(workbook, "config", "diff.jupyternotebook.command", "mine")
    said: list[str] = []
    repository.set_up(workbook, said.append)
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
    assert git(workbook, "config", "diff.jupyternotebook.command") == "mine\n"
    assert len(said) == 1
    assert "a hook of your own, and stays" in said[0]
    assert said[0].endswith("-m thematic.jupyter.committing")
    git(workbook, "config", "core.hooksPath", str(workbook / "hooks"))
    repository.set_up(workbook, said.append)
    assert "git is set to take its hooks from" in said[1]
    assert not (workbook / "hooks").exists()


@needs_git
def test_setting_up_twice_changes_nothing_and_outside_a_repository_it_does_nothing(tracked, tmp_path):
    files = [tracked / ".git" / name for name in ("hooks/pre-commit", "config", "info/attributes")]
    before = [path.read_bytes() for path in files]
    said: list[str] = []
    repository.set_up(tracked, said.append)
    repository.set_up(tmp_path, said.append)
    assert [path.read_bytes() for path in files] == before
    assert said == []
    assert git(tracked, "status", "--porcelain") == ""


@needs_git
def test_a_hook_of_an_earlier_version_is_renewed(tracked):
    hook = tracked / ".git/hooks/pre-commit"
    today = hook.read_text()
    hook.write_text(today.replace("thematic.jupyter.committing", "thematic.elsewhere"))
    said: list[str] = []
    repository.set_up(tracked, said.append)
    assert hook.read_text() == today
    assert said == []


@needs_git
def test_git_compares_notebooks_cell_by_cell(tracked):
    path = tracked / "notebooks/a.ipynb"
    path.write_bytes(stripped(written(notebook("area = 'force'"))))
    git(tracked, "add", ".")
    git(tracked, "commit", "-m", "one")
    path.write_bytes(stripped(written(notebook("area = 'other'"))))
    told = git(tracked, "diff")
    assert "nbdiff" in told
    assert "area = 'other'" in told
    assert '"source"' not in told
