"""Turns an extract into its archive: its files as they are in one folder, with their digests and the day of reading."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from thematic.core.bounded import read_whole
from thematic.core.digests import digest_file
from thematic.core.errors import ArgumentsRefused, DiskRefused, reason
from thematic.core.folders import keep_from_git, replacing
from thematic.core.workbook import Workbook
from thematic.extracts.sources import SETTINGS, Source, TableFile
from thematic.params.sources import SOURCES, ExtractSettings

DIGESTS = "SHA256SUMS.txt"
LOOKUP = "lookup.csv"
_READ_ON = "# read on "
_PLAIN = TableFile(Path()).spelling


def make_archive(
    workbook: Workbook, source: Source, settings: ExtractSettings, lookup: Path | None, folder: Path, today: date
) -> int:
    """Copies every file that is read, and writes its digests beside it; how many files there are.

    The folder can be given as DATA again: where the tables were found or spelled by a sources.yaml, it has one too.
    Raises ArgumentsRefused where there is something in it, and DiskRefused where it cannot be written.
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
            if _is_spelled(source):
                (part / SOURCES).write_text(_sources(source, settings), encoding="utf-8", newline="\n")
            _write_digests(part, today)
    except OSError as error:
        raise DiskRefused(f"ARCHIVE: '{shown}' cannot be written to: {reason(error)}. Name another folder.") from error
    return len(files)


def _write_digests(folder: Path, today: date) -> None:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{digest_file(folder / name)}  {name}\n" for name in names]
    (folder / DIGESTS).write_text("".join([f"{_READ_ON}{today}\n", *lines]), encoding="utf-8", newline="\n")


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


def _is_spelled(source: Source) -> bool:
    """Whether a table is somewhere else, or written in another way, than an extract that is a folder has it."""
    return any(table.path.parent != source.root or table.spelling != _PLAIN for table in source.tables.values())


def _files(source: Source) -> Iterator[tuple[str, Path]]:
    """The files of a source by their paths in the archive: by table where a sources.yaml says where they are."""
    if source.is_police_uk:
        yield from source.files()
        return
    spelled = _is_spelled(source)
    for name, table in source.tables.items():
        for path in table.parts:
            inside = path.relative_to(table.path.parent).as_posix()
            yield f"{name}/{inside}" if spelled else inside, path
    settings = source.root / SETTINGS
    if settings.is_file() and not spelled:
        yield SETTINGS, settings


def _sources(source: Source, settings: ExtractSettings) -> str:
    """The sources.yaml of the archive: what the extract says of itself, and how each table is spelled."""
    tables = {name: _table(name, table) for name, table in source.tables.items()}
    said = {**settings.model_dump(mode="json", exclude_defaults=True), "tables": tables}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)


def _table(name: str, table: TableFile) -> dict[str, Any]:
    said: dict[str, Any] = {"file": f"{name}/{table.path.name}"}
    if table.columns:
        said["columns"] = {
            own: there if isinstance(there, str) else list(there) for own, there in table.columns.items()
        }
    if table.dates is not None:
        said["dates"] = table.dates
    return said if table.separator == "," else {**said, "separator": table.separator}
