"""Reads a file where it is one and no larger than may be: no device, no pipe, nothing that unpacks to more."""

from __future__ import annotations

import gzip
import os
import stat
from pathlib import Path
from typing import BinaryIO

MB = 1 << 20
GB = 1 << 30
LARGEST_DECLARATION = 64 * MB
"""Bytes of one file of params/, of a code list or of a lookup. A force's map in full detail is half of it."""
LARGEST_TABLE = 8 * GB
"""Bytes of one table's text, unpacked: fifty million rows."""
_ANY_SIZE, _SWOLLEN = 256 * MB, 250
"""Up to so many bytes a file may unpack to whatever it does; beyond, to no more than so many times its size."""


class NotReadable(OSError):
    """What is there is no file that may be read. The message says why, as a system's would."""


def opened(path: Path, most: int = LARGEST_DECLARATION) -> BinaryIO:
    """The file, open for reading. Raises OSError where there is none, and NotReadable for a device or more than `most`
    bytes."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    stream = os.fdopen(descriptor, "rb")
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotReadable("it is a device or a pipe, not a file")
        if found.st_size > most:
            raise NotReadable(f"it has {found.st_size / MB:,.0f} MB, and {most // MB:,} MB is the most that is read")
    except BaseException:
        stream.close()
        raise
    return stream


def read_whole(path: Path, most: int = LARGEST_DECLARATION) -> bytes:
    """The file's bytes. Raises what `opened` does."""
    with opened(path, most) as stream:
        return stream.read()


class Unpacked(gzip.GzipFile):
    """What gzip has packed into a file that is open. Reading raises NotReadable where it comes to more than it can
    honestly be, and what gzip does."""

    def __init__(self, packed: BinaryIO, most: int = LARGEST_TABLE) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed
        self._limit = min(most, max(_ANY_SIZE, _SWOLLEN * os.fstat(packed.fileno()).st_size))

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if self.tell() > self._limit:
            raise NotReadable(f"it unpacks to more than {self._limit // MB:,} MB")
        return piece

    def close(self) -> None:
        super().close()
        self._packed.close()


def too_large(packed: int, unpacks_to: int, most: int = LARGEST_TABLE) -> str:
    """Why an entry of a zip of these sizes is not unpacked; blank where it is."""
    limit = min(most, max(_ANY_SIZE, _SWOLLEN * packed))
    return f"it unpacks to {unpacks_to / MB:,.0f} MB, and {limit // MB:,} MB is the most" if unpacks_to > limit else ""
