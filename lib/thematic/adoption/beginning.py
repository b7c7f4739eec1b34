"""Turns an empty folder into a workbook that builds on the product's starter, and a file of it into the force's own."""

from __future__ import annotations

import difflib
from pathlib import Path

from thematic.adoption.record import product_now, read_record
from thematic.adoption.team import FORGES, Forge, team_files
from thematic.core.errors import ArgumentsRefused, reason
from thematic.core.folders import make_private, replacing
from thematic.core.starter import starter, starter_files
from thematic.core.workbook import BUILDS_ON, Workbook

_IGNORED = "/data/*\n!/data/reference/\n/outputs*/\n/public*/\n.ipynb_checkpoints/\n.venv/\n"


def forge_of(word: str) -> Forge:
    """The forge whose checks are asked for. Raises ArgumentsRefused for another word."""
    found = next((each for each in FORGES if each == word.strip().casefold()), None)
    if found is None:
        raise ArgumentsRefused(f"--ci: '{word}' is none of {', '.join(FORGES)}.")
    return found


def begin(folder: Path, forge: Forge = "both") -> Workbook:
    """A new workbook in the folder, which is made if need be; what else is in it stays as it is.

    Raises ArgumentsRefused where there is a workbook already, and where the folder cannot be written to.
    """
    try:
        here = folder.expanduser().resolve()
        _refuse(here, folder)
        here.mkdir(parents=True, exist_ok=True)
        _fill(here, forge)
    except OSError as error:
        raise ArgumentsRefused(f"FOLDER: '{folder}' cannot be written to: {reason(error)}.") from error
    except RuntimeError as error:
        raise ArgumentsRefused(f"FOLDER: '{folder}' names the home of nobody here. Write the path out.") from error
    return Workbook(here)


def _refuse(here: Path, folder: Path) -> None:
    """Raises ArgumentsRefused where the folder is a workbook, or the product's own."""
    taken = [name for name in ("params", "notebooks") if (here / name).exists()]
    if taken and not (taken == ["notebooks"] and _is_left_behind(here / "notebooks")):
        what = f"{folder / taken[0]} exists already. Nothing was changed: name a folder that has none"
        raise ArgumentsRefused(f"FOLDER: {what}, or run thematic upgrade there.")
    if here.is_relative_to(starter()):
        raise ArgumentsRefused(f"FOLDER: {folder} is inside the product's own folder. Name one outside it.")


def _is_left_behind(notebooks: Path) -> bool:
    """Whether a folder holds the starter's notebooks and nothing else, as when `init` was killed after writing them."""
    theirs = starter_files(starter())
    named = {f"notebooks/{path.name}": path for path in notebooks.iterdir()}
    return named.keys() <= theirs.keys() and all(
        path.is_file() and path.read_bytes() == theirs[name].read_bytes() for name, path in named.items()
    )


def _fill(here: Path, forge: Forge) -> None:
    """Writes the folders one by one, each whole; that with the record last, so that there is a workbook then alone."""
    root = starter()
    with replacing(here / "notebooks", private=False) as notebooks:
        for name, path in starter_files(root).items():
            if name.startswith("notebooks/"):
                (notebooks / path.name).write_bytes(path.read_bytes())
    if not (here / "data" / "raw").exists():
        make_private(here / "data" / "raw")
    for name, data in {".gitignore": _IGNORED.encode(), **team_files(starter_files(root), forge)}.items():
        if not (here / name).exists():
            _put(here / name, data)
    with replacing(here / "params", private=False) as params:
        (params / BUILDS_ON).write_bytes(product_now(root).as_bytes())


def make_own(workbook: Workbook, file: str) -> Path:
    """Copies a file of the starter into the workbook, to be changed there.

    Raises ArgumentsRefused for a file that the starter lacks, one that the workbook has, and while the params were
    written for another starter than the one that is installed.
    """
    record, root = read_record(workbook), starter()
    names = starter_files(root)
    wanted = _named(workbook, file)
    if wanted not in names:
        close = difflib.get_close_matches(wanted, list(names), n=1)
        fix = (
            f"Did you mean {close[0]}?"
            if close
            else "Name it from the workbook's folder, such as params/glossary.yaml."
        )
        raise ArgumentsRefused(f"--own: the product has no file '{file}'. {fix}")
    own = workbook.root / wanted
    if own.exists():
        raise ArgumentsRefused(f"--own: {wanted} is in your workbook already. Nothing was changed.")
    now = product_now(root)
    if record.files.get(wanted) != now.files[wanted]:
        raise ArgumentsRefused(
            f"--own: your params were written for thematic {record.version}, and {wanted} is another in the one "
            f"installed ({now.version}). Run thematic upgrade first."
        )
    _put(own, names[wanted].read_bytes())
    return own


def _put(path: Path, data: bytes) -> None:
    """Writes a file that is not there, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def _named(workbook: Workbook, file: str) -> str:
    """The file's path from the workbook's folder, with forward slashes."""
    path = (Path.cwd() / file).resolve()
    if path.is_relative_to(workbook.root) and not file.startswith("params/"):
        return path.relative_to(workbook.root).as_posix()
    return Path(file).as_posix()
