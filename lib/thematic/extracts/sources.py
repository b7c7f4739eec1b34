"""Turns a folder or a zip into what it holds: the tables of an extract, or the months of a data.police.uk download."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from thematic.core.digests import digest_file
from thematic.core.errors import DataRefused
from thematic.params.reading import read_model
from thematic.params.schema import TABLES
from thematic.params.sources import ExtractSettings

SUFFIXES = (".csv", ".csv.gz", ".parquet")
SETTINGS = "extract.yaml"
_MONTH_FILE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-(.+)-(street|outcomes)\.csv")
DATA_SUFFIXES = (".csv", ".csv.gz", ".parquet", ".zip", ".xlsx", ".json")
_LOOKED_FOR = (
    f"Looked for the tables {', '.join(TABLES)} (as .csv, .csv.gz or .parquet), "
    "and for a data.police.uk download (YYYY-MM/YYYY-MM-<force>-street.csv)."
)


@dataclass(frozen=True)
class MonthFile:
    """One file of a download: `name` is its path in the zip or folder."""

    name: str
    month: str
    force: str
    kind: Literal["street", "outcomes"]


@dataclass(frozen=True)
class Source:
    """What lies at `root`: `tables` of an extract by name, or the `months` of a download; `unread` are other files."""

    root: Path
    tables: dict[str, Path] = field(default_factory=dict)
    months: tuple[MonthFile, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_police_uk(self) -> bool:
        return bool(self.months)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file that is read, by name. Raises DataRefused when one cannot be read."""
        try:
            return {name: digest_file(path) for name, path in self._files().items()}
        except OSError as error:
            what = f"{Path(error.filename or '').name} cannot be read: {error.strerror}"
            raise DataRefused(f"{what}. Check the file and its permissions.") from error

    def _files(self) -> dict[str, Path]:
        if self.root.is_file():
            return {self.root.name: self.root}
        paths = [self.root / month.name for month in self.months] or [*self.tables.values(), self.root / SETTINGS]
        return {path.relative_to(self.root).as_posix(): path for path in paths if path.is_file()}


def find_source(path: Path, shown: str) -> Source | None:
    """What the folder or zip holds; None for a folder that holds neither an extract nor a download.

    Raises DataRefused when it holds one table twice, two kinds of data, several forces, or is a zip of anything else.
    """
    if path.is_file():
        return _zipped(path, shown)
    files = sorted(file for file in path.iterdir() if file.is_file())
    tables = _tables(files, shown)
    months = tuple(_months(sorted(_names(path)), shown))
    if tables and months:
        what = f"holds both extract tables ({', '.join(tables)}) and a data.police.uk download"
        raise DataRefused(f"{shown} {what}. Keep one of them there, or name the other with DATA=.")
    zips = [file for file in files if file.suffix.lower() == ".zip"]
    if not tables and not months and len(zips) == 1:
        return _zipped(zips[0], f"{shown}/{zips[0].name}")
    if tables or months:
        read = {file.name for file in tables.values()}
        unread = [file.name for file in files if file.name.lower().endswith(DATA_SUFFIXES) and file.name not in read]
        return Source(path, tables, months, tuple(unread) if tables else ())
    return None


def require_source(path: Path, shown: str) -> Source:
    """As find_source; raises DataRefused that says what was looked for where there is nothing to read."""
    if not path.exists():
        raise DataRefused(f"DATA: {shown} does not exist. Correct the path.")
    found = find_source(path, shown)
    if found is None:
        there = sorted(file.name for file in path.iterdir())[:8]
        holds = f"It holds {', '.join(there)}." if there else "It is empty."
        raise DataRefused(f"DATA: {shown} holds no extracts. {_LOOKED_FOR} {holds}")
    return found


def read_settings(source: Source, shown: str) -> ExtractSettings:
    """extract.yaml, or its defaults where there is none. Raises DataRefused that lists every problem in it."""
    path = source.root / SETTINGS
    if source.is_police_uk or not path.is_file():
        return ExtractSettings()
    settings, problems = read_model(path, f"{shown}/{SETTINGS}", ExtractSettings)
    if settings is None:
        raise DataRefused(f"{SETTINGS} cannot be used.", problems)
    return settings


def _tables(files: list[Path], shown: str) -> dict[str, Path]:
    found: dict[str, list[Path]] = {}
    for file in files:
        for table in TABLES:
            if file.name.lower() in {table + suffix for suffix in SUFFIXES}:
                found.setdefault(table, []).append(file)
    for table, paths in found.items():
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            raise DataRefused(f"{shown} holds {names}: which of them is {table}? Keep one and move the other away.")
    return {table: found[table][0] for table in TABLES if table in found}


def _names(folder: Path) -> list[str]:
    """Files in the folder, its month folders, or those one level further down."""
    return [
        path.relative_to(folder).as_posix()
        for pattern in ("*-*.csv", "*/*-*.csv", "*/*/*-*.csv")
        for path in folder.glob(pattern)
        if path.is_file()
    ]


def _zipped(path: Path, shown: str) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if not name.startswith("__MACOSX/"))
    except (zipfile.BadZipFile, OSError) as error:
        fix = "Name a folder of extracts, or download the zip again."
        raise DataRefused(f"DATA: {shown} is a file, and no zip that can be opened ({error}). {fix}") from error
    months = tuple(_months(names, shown))
    if not months:
        tables = [name for name in names if Path(name).name.lower().endswith(SUFFIXES)]
        fix = "Unpack the zip and name the folder." if tables else _LOOKED_FOR
        raise DataRefused(f"DATA: {shown} is a zip, but no data.police.uk download. {fix}")
    return Source(path, months=months)


def _months(names: list[str], shown: str) -> list[MonthFile]:
    months = []
    for name in names:
        match = _MONTH_FILE.fullmatch(name.rsplit("/", 1)[-1])
        if match is not None:
            kind: Literal["street", "outcomes"] = "street" if match[3] == "street" else "outcomes"
            months.append(MonthFile(name, match[1], match[2], kind))
    _refuse_mixed(months, shown)
    return sorted(months, key=lambda file: (file.month, file.kind))


def _refuse_mixed(months: list[MonthFile], shown: str) -> None:
    forces = sorted({file.force for file in months})
    if len(forces) > 1:
        what = f"holds several forces: {', '.join(forces)}"
        raise DataRefused(f"DATA: {shown} {what}. Download one force alone, or remove the others' files.")
    seen: set[tuple[str, str]] = set()
    for file in months:
        if (file.month, file.kind) in seen:
            raise DataRefused(f"DATA: {shown} holds the {file.kind} file of {file.month} twice. Remove one of them.")
        seen.add((file.month, file.kind))
    if months and all(file.kind == "outcomes" for file in months):
        raise DataRefused(f"DATA: {shown} holds outcomes alone, no street-level crimes. Download those too.")
