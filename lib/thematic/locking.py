"""Lets one command at a time change and read a workbook's data; others wait for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_PAUSE_SECONDS = 0.2
_BEYOND_THE_FILE = 2**30


@contextmanager
def alone(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Holds a lock on the file `path`, which stays as it is and can be read; the system frees it if we are killed."""
    with path.open("rb") as stream:
        if not _locked(stream):
            say("Waiting for another command that is using this workbook's data.")
            while not _locked(stream):
                time.sleep(_PAUSE_SECONDS)
        yield


if sys.platform == "win32":
    import msvcrt

    def _locked(stream: BinaryIO) -> bool:
        """Takes the lock if it is free; it ends when the file is closed."""
        stream.seek(_BEYOND_THE_FILE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(stream: BinaryIO) -> bool:
        """Takes the lock if it is free; it ends when the file is closed."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
        return True
