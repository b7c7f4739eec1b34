"""Names the files of a data.police.uk download, for the reading of sources: what each month's file holds."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from thematic.core.bounded import LARGEST_TABLE, read_whole, too_large
from thematic.core.errors import DataRefused, reason

Kind = Literal["street", "outcomes", "stop-and-search"]
STREET: Kind = "street"
OUTCOMES: Kind = "outcomes"
STOPS: Kind = "stop-and-search"
EXAMPLE = "a data.police.uk download (YYYY-MM/YYYY-MM-<force>-street.csv)"
NOT_PLACED = "data.police.uk places crimes by LSOA, and {where}."

_KINDS: dict[str, Kind] = {kind: kind for kind in (STREET, OUTCOMES, STOPS)}
_MONTH_FILE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-(.+)-(street|outcomes|stop-and-search)\.csv")


@dataclass(frozen=True)
class MonthFile:
    """One file of a download: `name` is its path in the zip or folder, `archive` the zip of a folder that it lies in.

    `checksum` tells two copies of a file in zips from two that differ; it is blank for files outside.
    """

    name: str
    month: str
    force: str
    kind: Kind
    archive: str = ""
    checksum: str = ""

    @property
    def shown(self) -> str:
        return f"{self.archive}/{self.name}" if self.archive else self.name


def month_file(name: str, archive: str = "", checksum: str = "") -> MonthFile | None:
    """The file of a month by its path, or None for one of another name."""
    match = _MONTH_FILE.fullmatch(re.split(r"[/\\\\]", name)[-1].lower())
    return None if match is None else MonthFile(name, match[1], match[2], _KINDS[match[3]], archive, checksum)


def one_download(months: Collection[MonthFile], shown: str) -> list[MonthFile]:
    """The files of one force by month and kind; of copies of a file in several zips the first.

    Raises DataRefused for several forces, for two files of one month that differ, and for outcomes alone.
    """
    forces = sorted({file.force for file in months})
    if len(forces) > 1:
        what = f"holds several forces: {', '.join(forces)}"
        raise DataRefused(f"DATA: {shown} {what}. Download one force alone, or remove the others' files.")
    if months and all(file.kind == OUTCOMES for file in months):
        raise DataRefused(f"DATA: {shown} holds outcomes alone, no street-level crimes. Download those too.")
    found = []
    ordered = sorted(months, key=lambda file: (file.month, file.kind, file.archive, file.name))
    for (month, kind), copies in groupby(ordered, key=lambda file: (file.month, file.kind)):
        first, *others = copies
        for other in others:
            if not first.checksum or first.checksum != other.checksum:
                which = f"{first.shown} and {other.shown}"
                raise DataRefused(f"DATA: {shown} holds the {kind} file of {month} twice: {which}. Remove one of them.")
        found.append(first)
    return found


def checksums(path: Path) -> dict[str, str]:
    """The files in a zip by name, each with what tells its content. Raises what zipfile does."""
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [entry.filename for entry in entries]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise zipfile.BadZipFile(f"it holds {twice} twice")
    return {
        entry.filename: f"{entry.CRC:08x} {entry.file_size}"
        for entry in sorted(entries, key=lambda entry: entry.filename)
        if not entry.filename.startswith("__MACOSX/")
    }


def contents(root: Path, files: Iterable[MonthFile]) -> Iterator[tuple[MonthFile, bytes]]:
    """The bytes of each file, in order; `root` is the zip or the folder of the download.

    Raises DataRefused for one that cannot be unpacked.
    """
    for archive, found in groupby(files, key=lambda file: file.archive):
        path = root / archive if archive else root
        if path.is_dir():
            for file in found:
                yield file, _read(path / file.name, file)
            continue
        with zipfile.ZipFile(path) as opened:
            for file in found:
                yield file, _unpack(opened, file)


def _read(path: Path, file: MonthFile) -> bytes:
    try:
        return read_whole(path, LARGEST_TABLE)
    except OSError as error:
        raise DataRefused(f"{file.shown} cannot be read: {reason(error)}. Download it again.") from error


def _unpack(archive: zipfile.ZipFile, file: MonthFile) -> bytes:
    try:
        entry = archive.getinfo(file.name)
        if why := too_large(entry.compress_size, entry.file_size):
            raise zipfile.BadZipFile(why)
        return archive.read(file.name)
    except (KeyError, OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataRefused(f"{file.shown} cannot be unpacked ({error}). Download the zip again.") from error
