"""Lets one command at a time change what others read: a workbook's data, a folder of reports. Others wait for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import IOBase
from pathlib import Path

_PAUSE_SECONDS = 0.2
_BEYOND_THE_FILE = 2**30

Say = Callable[[str], None]


@contextmanager
def alone(path: Path, say: Say) -> Iterator[None]:
    """Holds the lock of a workbook's data on the file `path`, which stays as it is and can be read."""
    with path.open("rb") as stream:
        hold(stream, "Waiting for another command that is using this workbook's data.", say)
        yield


def hold(stream: IOBase, waiting: str, say: Say) -> None:
    """Takes the lock on an open file, and says `waiting` where it is not free.

    It is free again when the file is closed, or when we are killed.
    """
    if not _locked(stream):
        say(waiting)
        while not _locked(stream):
            time.sleep(_PAUSE_SECONDS)


if sys.platform == "win32":
    import msvcrt

    def _locked(stream: IOBase) -> bool:
        stream.seek(_BEYOND_THE_FILE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(stream: IOBase) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
        return True
