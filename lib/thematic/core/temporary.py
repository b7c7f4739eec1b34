"""Gives a process a temporary folder of its own, and clears away those of processes that were killed."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_PREFIX = "thematic-"
NAMES = rf"{_PREFIX}\d+-[a-z0-9_]{{8}}"
"""The names of these folders, as a regular expression: the process that made it, and eight letters by chance."""
_MADE_BY = re.compile(rf"{_PREFIX}(\d+)-[a-z0-9_]{{8}}")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that nobody else may look into, gone with all in it when the block ends."""
    folder, hold = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if hold is not None:
            os.close(hold)


@cache
def folder_of_process() -> Path:
    """The folder that lasts as long as this process does, but one that is killed."""
    (folder, _), maker = _made(), os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == maker else None)
    return folder


def clear_temporary() -> None:
    """Removes the temporary folders of this user's processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        made = _MADE_BY.fullmatch(folder.name)
        if made and not folder.is_symlink() and not _is_running(int(made[1])) and _is_free(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    """Whether a process is there and has not ended; one that was killed is there until its parent has heard of it."""
    import psutil

    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def _made() -> tuple[Path, int | None]:
    """A new folder, and the descriptor whose lock says that it is in use (None where there are no such locks)."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    return folder, _locked(folder)


if sys.platform == "win32":

    def _locked(folder: Path) -> int | None:
        return None

    def _is_free(folder: Path) -> bool:
        return True

else:
    import fcntl

    def _locked(folder: Path) -> int | None:
        hold = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(hold, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:  # a file system without locks
            os.close(hold)
            return None
        return hold

    def _is_free(folder: Path) -> bool:
        """Whether the folder is this user's, and nobody holds it, in another container either."""
        try:
            hold = os.open(folder, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(hold).st_uid == os.getuid()
        except OSError:
            return False
        finally:
            os.close(hold)
