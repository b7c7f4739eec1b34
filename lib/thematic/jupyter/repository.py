"""Sets up a workbook's git repository: notebooks are committed without outputs, and compared cell by cell.

Run as `python -m thematic.jupyter.repository` in the workbook's folder; it can be run again at any time.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from thematic.core.errors import reason
from thematic.core.messages import shown
from thematic.jupyter.committing import git

_PYTHON = Path(sys.executable).as_posix()
_STRIPS = "thematic.jupyter.committing"
_OPENING = """\
#!/bin/sh
# Takes the outputs out of notebooks that are about to be committed"""
_HOOK = f"""\
{_OPENING} ({_STRIPS}).
git diff --cached --quiet --diff-filter=ACMR -- '*.ipynb' && exit 0
python={shlex.quote(_PYTHON)}
if [ ! -x "$python" ]; then
  echo "Nothing was committed: $python, which takes the outputs out of notebooks, is not there." >&2
  echo "Set it up again with 'make check' in the workbook's folder." >&2
  exit 1
fi
exec "$python" -m {_STRIPS}
"""
_NBDIME = f'"{_PYTHON}" -m nbdime.vcs.git.'
_SETTINGS = {
    "diff.jupyternotebook.command": f"{_NBDIME}diffdriver diff",
    "merge.jupyternotebook.driver": f"{_NBDIME}mergedriver merge %O %A %B %L %P",
    "merge.jupyternotebook.name": "notebooks, cell by cell",
    "difftool.nbdime.cmd": f'{_NBDIME}difftool diff "$LOCAL" "$REMOTE" "$BASE"',
    "difftool.prompt": "false",
}
_ATTRIBUTES = "*.ipynb diff=jupyternotebook merge=jupyternotebook"


def set_up(folder: Path, say: Callable[[str], None]) -> None:
    """Gives the repository that `folder` is the top of the hook, and nbdime to compare notebooks with.

    Nothing that is tracked changes. A hook, or a setting, of the user's own stays. Nothing happens where there is no
    git, or where the folder is not the top of a repository.
    """
    if shutil.which("git") is None or not (folder / ".git").exists():
        return
    try:
        _set_hook(folder, say)
        _set_comparison(folder)
    except subprocess.CalledProcessError as error:
        say(f"git is not set up for notebooks. git says: {error.stderr.decode(errors='replace').strip()}")
    except OSError as error:
        say(f"git is not set up for notebooks: {error.filename}: {reason(error)}.")


def _set_hook(folder: Path, say: Callable[[str], None]) -> None:
    hook = _path(folder, "hooks/pre-commit")
    own = (folder / git(folder, "rev-parse", "--git-common-dir").decode().rstrip("\n")).resolve()
    before = hook.read_text(encoding="utf-8", errors="replace") if hook.exists() else ""
    if not hook.resolve().is_relative_to(own):
        say(
            f"git is set to take its hooks from {hook.parent}, which is left as it is. "
            f"To keep outputs out of git, have its pre-commit hook run: {_PYTHON} -m {_STRIPS}"
        )
    elif before and not before.startswith(_OPENING) and _STRIPS not in before:
        say(f"{hook} is a hook of your own, and stays. To keep outputs out of git, add a line: {_PYTHON} -m {_STRIPS}")
    elif before != _HOOK and (not before or before.startswith(_OPENING)):
        hook.parent.mkdir(parents=True, exist_ok=True)
        hook.write_text(_HOOK, encoding="utf-8", newline="\n")
        hook.chmod(0o755)


def _set_comparison(folder: Path) -> None:
    listed = git(folder, "config", "--local", "--list", "-z").decode(errors="replace")
    known = dict(line.partition("\n")[::2] for line in listed.split("\0"))
    for name, value in _SETTINGS.items():
        if "nbdime" in known.get(name, "nbdime") and known.get(name) != value:
            git(folder, "config", "--local", name, value)
    attributes = _path(folder, "info/attributes")
    said = attributes.read_text(encoding="utf-8") if attributes.exists() else ""
    if "jupyternotebook" not in said:
        attributes.parent.mkdir(parents=True, exist_ok=True)
        attributes.write_text(f"{said.rstrip()}\n{_ATTRIBUTES}\n".lstrip("\n"), encoding="utf-8", newline="\n")


def _path(folder: Path, name: str) -> Path:
    """A file of the repository's own, wherever it keeps it."""
    return folder / git(folder, "rev-parse", "--git-path", name).decode().rstrip("\n")


if __name__ == "__main__":
    set_up(Path.cwd(), lambda text: typer.echo(shown(text)))
