"""Sets up a workbook's git repository: it sees notebooks without outputs, and compares them cell by cell.

Run as `python -m thematic.jupyter.repository` in the workbook's folder; it can be run again at any time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from thematic.core.errors import reason
from thematic.core.messages import shown

_PYTHON = Path(sys.executable).as_posix()
_FILTER = "thematic"
_NBDIME = f'"{_PYTHON}" -m nbdime.vcs.git.'
_SETTINGS = {
    "diff.jupyternotebook.command": f"{_NBDIME}diffdriver diff",
    "merge.jupyternotebook.driver": f"{_NBDIME}mergedriver merge %O %A %B %L %P",
    "merge.jupyternotebook.name": "notebooks, cell by cell",
    "difftool.nbdime.cmd": f'{_NBDIME}difftool diff "$LOCAL" "$REMOTE" "$BASE"',
    "difftool.prompt": "false",
}
_CLEANS = {
    f"filter.{_FILTER}.clean": f'"{_PYTHON}" -m thematic.jupyter.cleaning %f',
    f"filter.{_FILTER}.smudge": "cat",
    f"filter.{_FILTER}.required": "true",
}
_OLD_HOOK = "#!/bin/sh\n# Takes the outputs out of notebooks that are about to be committed"
_COMPARED = "*.ipynb diff=jupyternotebook merge=jupyternotebook"
_CLEANED = f"*.ipynb filter={_FILTER}"


def set_up(folder: Path, say: Callable[[str], None]) -> None:
    """Gives the repository that `folder` is the top of a filter that keeps outputs out, and nbdime for comparing.

    Nothing that is tracked changes. A filter, or a setting, of the user's own stays. Nothing happens where there is no
    git, or where the folder is not the top of a repository.
    """
    if shutil.which("git") is None or not (folder / ".git").exists():
        return
    try:
        _remove_old_hook(folder)
        _set_filter(folder, say)
        _set_comparison(folder)
    except subprocess.CalledProcessError as error:
        say(f"git is not set up for notebooks. git says: {error.stderr.decode(errors='replace').strip()}")
    except OSError as error:
        say(f"git is not set up for notebooks: {error.filename}: {reason(error)}.")


def _remove_old_hook(folder: Path) -> None:
    """Takes away the pre-commit hook of before there was the filter."""
    hook = _path(folder, "hooks/pre-commit")
    if hook.is_file() and hook.read_text(encoding="utf-8", errors="replace").startswith(_OLD_HOOK):
        hook.unlink()


def _set_filter(folder: Path, say: Callable[[str], None]) -> None:
    for name, value in _CLEANS.items():
        git(folder, "config", "--local", name, value)
    named = git(folder, "check-attr", "filter", "--", "notebooks/a.ipynb").decode().strip().rpartition(": ")[2]
    if named == "unspecified":
        _add_attribute(folder, _CLEANED)
    elif named != _FILTER:
        say(
            f"git sends notebooks through the filter {named}, which stays. To keep the outputs and the parameters of "
            f"notebooks/ out of git, name the filter {_FILTER} for them in .gitattributes."
        )


def _set_comparison(folder: Path) -> None:
    listed = git(folder, "config", "--local", "--list", "-z").decode(errors="replace")
    known = dict(line.partition("\n")[::2] for line in listed.split("\0"))
    for name, value in _SETTINGS.items():
        if "nbdime" in known.get(name, "nbdime") and known.get(name) != value:
            git(folder, "config", "--local", name, value)
    if "jupyternotebook" not in _attributes(folder):
        _add_attribute(folder, _COMPARED)


def git(folder: Path, *words: str) -> bytes:
    """What git says to the command. Raises CalledProcessError where it fails."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True).stdout  # noqa: S603, S607


def _attributes(folder: Path) -> str:
    path = _path(folder, "info/attributes")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _add_attribute(folder: Path, line: str) -> None:
    path = _path(folder, "info/attributes")
    said = f"{_attributes(folder).rstrip()}\n{line}\n".lstrip("\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(said, encoding="utf-8", newline="\n")


def _path(folder: Path, name: str) -> Path:
    """A file of the repository's own, wherever it keeps it."""
    return folder / git(folder, "rev-parse", "--git-path", name).decode().rstrip("\n")


if __name__ == "__main__":
    set_up(Path.cwd(), lambda text: typer.echo(shown(text)))
