"""What git asks for each notebook before it looks at it: the notebook without outputs, and with the parameters it has.

Run by git as `python -m thematic.jupyter.cleaning PATH`, in the top folder of the repository: the file comes in, and
what git is to see of it goes out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from thematic.core.parameters import parameters, set_parameters
from thematic.jupyter.stripping import is_kept_clean, strip, written


def main() -> None:
    """Cleans the standard input; a notebook outside a workbook's notebooks/ comes out as it is."""
    path, data = Path(sys.argv[1]), sys.stdin.buffer.read()
    sys.stdout.buffer.write(cleaned(data, _known(path)) if is_kept_clean(path) else data)


def cleaned(data: bytes, known: bytes = b"") -> bytes:
    """The notebook's file as git is to see it; as it is where there is nothing to take away, or it is no notebook.

    What `period`, `area` and `audience` are set to is for looking: they are those of the file as it is `known`.
    """
    try:
        notebook = json.loads(data.decode("utf-8"))
        before = json.dumps(notebook)
        if notebook["nbformat"] == 4:
            strip(notebook)
            set_parameters(notebook, parameters(json.loads(known)) if known else {})
    except (ValueError, TypeError, KeyError, AttributeError):
        return data
    return data if json.dumps(notebook) == before else written(notebook)


def settle(path: Path) -> None:
    """Has git see that a saved notebook is, once cleaned, what it knows; by itself it goes by the file's size."""
    data, known = path.read_bytes(), _known(path)
    if data != known and cleaned(data, known) == known:
        _git(path.parent, "update-index", "--", path.name)


def _known(path: Path) -> bytes:
    """The file as it was staged, or committed, last; nothing where git does not know it."""
    found = (_git(path.parent, "cat-file", "blob", f"{place}:./{path.name}") for place in ("", "HEAD"))
    return next(filter(None, found), b"")


def _git(folder: Path, *words: str) -> bytes:
    """What git says; nothing where there is no git, or it fails."""
    try:
        return subprocess.run(["git", *words], cwd=folder, check=False, capture_output=True).stdout  # noqa: S603, S607
    except OSError:
        return b""


if __name__ == "__main__":
    main()
