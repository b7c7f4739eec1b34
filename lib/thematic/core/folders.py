"""Turns a folder that is being made into the folder itself, whole or not at all, and keeps others out of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OWN_FOLDER, _OWN_FILE = 0o700, 0o600
_ANY_FILE = 0o666
_IGNORE = ".gitignore"


@contextmanager
def replacing(folder: Path, *, private: bool = True) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place when the block ends well, and is gone when it does not.

    Of a `private` one only the owner may read anything. What an earlier run left behind when it was killed is cleaned
    up first; if it was killed between the two renames, the old folder is put back.
    """
    part, old = _beside(folder)
    mend(folder)
    part.mkdir(parents=True)
    if private:
        part.chmod(_OWN_FOLDER)
    try:
        yield part
        if private:
            close_to_others(part)
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    finally:
        mend(folder)


def mend(folder: Path) -> None:
    """Puts the old folder back where a run was killed between its two renames, and removes leftovers."""
    part, old = _beside(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def make_private(folder: Path) -> None:
    """Makes the folder, and those above it that are missing, such that only the owner may look into them."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        each.chmod(_OWN_FOLDER)


def close_to_others(place: Path) -> None:
    """Takes from everybody but the owner what they may do with a file, or a folder and all in it.

    What belongs to somebody else stays as it is.
    """
    if place.is_symlink():
        return
    with suppress(PermissionError):
        place.chmod(_OWN_FOLDER if place.is_dir() else _OWN_FILE)
        for each in place.iterdir() if place.is_dir() else ():
            close_to_others(each)


def keep_from_git(folder: Path, root: Path, covered: Collection[str]) -> None:
    """Sees to it that `git add -A` in the workbook `root` takes nothing of a folder in it, which is made if need be.

    A folder of the workbook whose name begins with one of those `covered` is left out by the workbook's own .gitignore.
    """
    inside = folder.resolve()
    parts = inside.relative_to(root).parts if inside.is_relative_to(root) else ()
    if not parts or parts[0].startswith(tuple(covered)):
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _IGNORE).exists():
        (folder / _IGNORE).write_text("*\n", encoding="utf-8")


def write_new(path: Path, data: bytes, *, private: bool) -> None:
    """Writes a file that was not there (one that was goes first), of which only the owner may read a `private` one."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, _OWN_FILE if private else _ANY_FILE), "wb") as stream:
        stream.write(data)


def private_opener(path: str, flags: int) -> int:
    """What `open` may be given as its opener, so that a file it makes can be read by the owner alone."""
    return os.open(path, flags, _OWN_FILE)


def _beside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f"{folder.name}.part"), folder.with_name(f"{folder.name}.old")
