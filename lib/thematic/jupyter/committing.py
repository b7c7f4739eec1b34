"""Takes the outputs out of the notebooks that are about to be committed: what git's pre-commit hook calls.

Run as `python -m thematic.jupyter.committing` anywhere in a git repository.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer

from thematic.core.messages import shown
from thematic.jupyter.stripping import is_kept_clean, stripped


def main() -> int:
    """Strips and says what it stripped. Exit status 1, and nothing is committed, where git does not do as asked."""
    try:
        for name in strip_staged(Path.cwd()):
            typer.echo(shown(f"{name}: its outputs are left out of the commit."))
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip()
        message = f"Nothing was committed: the notebooks could not be stripped of outputs. git says: {told}"
        typer.echo(shown(message), err=True)
        return 1
    return 0


def strip_staged(folder: Path) -> list[str]:
    """Strips each notebook of a workbook that is staged in the repository of `folder`; the names of those changed.

    What is staged is stripped, and the file as well where it is what was staged; one that was changed after it was
    staged is left as it is.
    """
    top = Path(git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    listed = git(top, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMR", "--", "*.ipynb").decode()
    return [name for name in listed.split("\0") if name and is_kept_clean(top / name) and _strip(top, name)]


def git(folder: Path, *words: str, given: bytes | None = None) -> bytes:
    """What git says to the command. Raises CalledProcessError where it fails."""
    return subprocess.run(["git", *words], cwd=folder, input=given, check=True, capture_output=True).stdout  # noqa: S603, S607


def _strip(top: Path, name: str) -> bool:
    staged = git(top, "show", f":{name}")
    clean = stripped(staged)
    if clean == staged:
        return False
    as_staged = not git(top, "diff", "--name-only", "--", f":(literal){name}")
    mode = git(top, "ls-files", "--stage", "--", f":(literal){name}").decode().split()[0]
    blob = git(top, "hash-object", "-w", "--stdin", given=clean).decode().strip()
    git(top, "update-index", "--cacheinfo", f"{mode},{blob},{name}")
    if as_staged:
        (top / name).write_bytes(clean)
        git(top, "add", "--", f":(literal){name}")
    return True


if __name__ == "__main__":
    sys.exit(main())
