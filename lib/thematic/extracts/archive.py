"""Turns an extract into its archive: its files as they are in one folder, with their digests and the day of reading."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from thematic.core.bounded import read_whole
from thematic.core.digests import digest_file
from thematic.core.errors import ArgumentsRefused, DataRefused, DiskRefused, reason
from thematic.core.folders import keep_from_git, replacing
from thematic.core.workbook import Workbook
from thematic.extracts.sources import SETTINGS, Source

DIGESTS = "SHA256SUMS.txt"
LOOKUP = "lookup.csv"
_READ_ON = "# read on "


def make_archive(workbook: Workbook, source: Source, lookup: Path | None, folder: Path, today: date) -> int:
    """Copies every file that is read, and writes its digests beside it; how many files there are.

    The folder can be given as DATA again. Raises ArgumentsRefused where there is something in it, DataRefused for
    tables that only params/sources.yaml can find, and DiskRefused where it cannot be written.
    """
    shown = workbook.shown(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArgumentsRefused(f"ARCHIVE: '{shown}' is there already. Name a new folder: an archive never changes.")
    files = dict(_files(source))
    if lookup is not None and source.is_police_uk:
        files[LOOKUP] = lookup
    try:
        keep_from_git(folder.parent, workbook.root, ("outputs", "public", "data"))
        with replacing(folder) as part:
            for name, path in files.items():
                (part / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, part / name)
            lines = [f"{digest_file(part / name)}  {name}\n" for name in sorted(files)]
            text = "".join([f"{_READ_ON}{today}\n", *lines])
            (part / DIGESTS).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise DiskRefused(f"ARCHIVE: '{shown}' cannot be written to: {reason(error)}. Name another folder.") from error
    return len(files)


def read_on(archive: Path) -> date | None:
    """The day on which the archived extract was read; None where the folder is no archive."""
    first = _lines(archive)[:1]
    try:
        return date.fromisoformat(first[0].removeprefix(_READ_ON)) if first else None
    except ValueError:
        return None


def changed_files(archive: Path) -> list[str]:
    """The files of an archive that are not as they were when it was made, or not there."""
    listed = [line.split("  ", 1) for line in _lines(archive) if "  " in line and not line.startswith("#")]
    return [name for digest, name in listed if not _holds(archive / name, digest)]


def _lines(archive: Path) -> list[str]:
    try:
        return read_whole(archive / DIGESTS).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _holds(path: Path, digest: str) -> bool:
    return path.is_file() and digest_file(path) == digest


def _files(source: Source) -> Iterator[tuple[str, Path]]:
    """The files of a source by their paths in the archive."""
    if source.is_police_uk:
        yield from source.files()
        return
    for table in source.tables.values():
        if table.path.parent != source.root or table.spelling != [{}, None, ","]:
            raise DataRefused(
                f"ARCHIVE: {table.path.name} is found and spelled by params/sources.yaml, which an archive has not. "
                "Keep a copy of the file with params/, or put the tables into one folder as the contract has them."
            )
        yield from ((path.relative_to(source.root).as_posix(), path) for path in table.parts)
    settings = source.root / SETTINGS
    if settings.is_file():
        yield SETTINGS, settings
