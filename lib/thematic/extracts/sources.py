"""Turns a folder or a zip into what it holds: the tables of an extract, or the months of a data.police.uk download."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thematic.core.digests import digest_file
from thematic.core.errors import DataRefused, Problem
from thematic.extracts.police_uk_files import EXAMPLE, MonthFile, checksums, month_file, one_download
from thematic.params.reading import read_model
from thematic.params.sources import ExtractSettings

SUFFIXES = (".csv", ".csv.gz", ".parquet")
SETTINGS = "extract.yaml"
DATA_SUFFIXES = (".csv", ".csv.gz", ".parquet", ".zip", ".xlsx", ".json")


@dataclass(frozen=True)
class TableFile:
    """Where a table lies, and how it is spelled: `path` is a file or a folder of Parquet parts; `columns` gives by a
    declared column's name the one it has there, or those whose texts are joined by hyphens; `dates` is how dates are
    written, `separator` what is between fields."""

    path: Path
    columns: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    dates: str | None = None
    separator: str = ","

    @property
    def is_parquet(self) -> bool:
        return self.path.suffix.lower() == ".parquet" or self.path.is_dir()

    @property
    def parts(self) -> tuple[Path, ...]:
        """The files that are read, in the order of their names."""
        return tuple(_parts(self.path)) if self.path.is_dir() else (self.path,)

    @property
    def spelling(self) -> list[object]:
        """All but the path, as plain data."""
        return [dict(self.columns), self.dates, self.separator]


@dataclass(frozen=True)
class Source:
    """What is at `root`: `tables` of an extract by name, or the `months` of a download; `unread` are other files."""

    root: Path
    tables: Mapping[str, TableFile] = field(default_factory=dict)
    months: tuple[MonthFile, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_police_uk(self) -> bool:
        return bool(self.months)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file that is read, by name. Raises DataRefused when one cannot be read."""
        try:
            return {name: digest_file(path) for name, path in self.files()}
        except OSError as error:
            what = f"{Path(error.filename or '').name} cannot be read: {error.strerror}"
            raise DataRefused(f"{what}. Check the file and its permissions.") from error

    def files(self) -> Iterable[tuple[str, Path]]:
        """Every file that is read, by the name that its digest goes by."""
        if self.root.is_file():
            return [(self.root.name, self.root)]
        zips = sorted({file.archive for file in self.months if file.archive})
        found = [(name, self.root / name) for name in zips]
        found += [(file.name, self.root / file.name) for file in self.months if not file.archive]
        found += [
            (f"{name}: {path.relative_to(table.path.parent).as_posix()}", path)
            for name, table in self.tables.items()
            for path in table.parts
        ]
        settings = self.root / SETTINGS
        return [*found, *([(SETTINGS, settings)] if settings.is_file() else [])]


def find_source(path: Path, shown: str, tables: Collection[str]) -> Source | None:
    """What the folder or zip holds of these tables; None for a folder with neither an extract nor a download.

    Raises DataRefused when it holds one table twice or one that cannot be read, two kinds of data, several forces, or
    is a zip of anything else.
    """
    if path.is_file():
        return _zipped(path, shown, tables)
    entries = sorted(path.iterdir())
    found = _tables(entries, shown, tables)
    names = sorted(_names(path))
    months = tuple(one_download(_months(names), shown))
    if found and months:
        what = f"holds both extract tables ({', '.join(found)}) and a data.police.uk download"
        raise DataRefused(f"{shown} {what}. Keep one of them there, or name the other with DATA=.")
    files = [entry for entry in entries if entry.is_file()]
    zips = [file for file in files if file.suffix.lower() == ".zip"]
    if not found and not months and len(zips) == 1:
        return _zipped(zips[0], f"{shown}/{zips[0].name}", tables)
    if not found and zips:
        return _of_several(path, shown, names, zips)
    if found:
        read = {file.path.name for file in found.values()}
        unread = [file.name for file in files if file.name.lower().endswith(DATA_SUFFIXES) and file.name not in read]
        return Source(path, found, (), tuple(unread))
    return Source(path, {}, months, _unread(names, months)) if months else None


def require_source(path: Path, shown: str, tables: Collection[str]) -> Source:
    """As find_source; raises DataRefused that says what was looked for where there is nothing to read."""
    if not path.exists():
        raise DataRefused(f"DATA: {shown} does not exist. Correct the path.")
    if not path.is_file() and not path.is_dir():
        raise DataRefused(f"DATA: {shown} is neither a file nor a folder. Correct the path.")
    found = find_source(path, shown, tables)
    if found is None:
        there = sorted(file.name for file in path.iterdir())[:8]
        holds = f"It holds {', '.join(there)}." if there else "It is empty."
        raise DataRefused(f"DATA: {shown} holds no extracts. {_looked_for(tables)} {holds}")
    return found


def read_settings(source: Source, shown: str, tables: Collection[str]) -> ExtractSettings:
    """extract.yaml, or its defaults where there is none. Raises DataRefused that lists every problem in it."""
    path = source.root / SETTINGS
    if source.is_police_uk or not (path.is_symlink() or path.exists()):
        return ExtractSettings()
    settings, problems = read_model(path, f"{shown}/{SETTINGS}", ExtractSettings)
    if settings is not None:
        problems = list(unknown_tables(settings, f"{shown}/{SETTINGS}", tables))
    if settings is None or problems:
        raise DataRefused(f"{SETTINGS} cannot be used.", problems)
    return settings


def unknown_tables(settings: ExtractSettings, shown: str, tables: Collection[str]) -> Iterable[Problem]:
    """A problem for every table that `empty_months` names and that is not declared."""
    for name in settings.empty_months:
        if name not in tables:
            yield Problem(f"{shown}, empty_months", f"there is no table '{name}'.", f"There are: {', '.join(tables)}.")


def readable(path: Path, shown: str) -> Problem | None:
    """Why what lies at the path of a table cannot be read; None where it can."""
    if path.is_symlink() and not path.exists():
        return Problem(
            shown, f"is a link to {path.readlink()}, which does not exist.", "Correct the link, or remove it."
        )
    if path.is_dir():
        if path.suffix.lower() in {".csv", ".gz"}:
            return Problem(shown, "is a folder, not a file.", "Put the file itself there.")
        return None if _parts(path) else Problem(shown, "is a folder without Parquet files.", "Export it again.")
    if not path.exists():
        return Problem(shown, "does not exist.", "Correct the path.")
    return None if path.is_file() else Problem(shown, "is a device or a pipe, not a file.", "Put a file there.")


def _looked_for(tables: Collection[str]) -> str:
    return f"Looked for the tables {', '.join(tables)} (as .csv, .csv.gz or .parquet), and for {EXAMPLE}."


def _parts(folder: Path) -> list[Path]:
    """The Parquet files in a folder and those below; what Spark writes beside them begins with _ or a dot."""
    found = (path for path in folder.rglob("*.parquet") if path.is_file())
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(folder).parts))


def _tables(entries: list[Path], shown: str, tables: Collection[str]) -> dict[str, TableFile]:
    found: dict[str, list[Path]] = {}
    for entry in entries:
        for table in tables:
            parts = entry.name.lower() == table and entry.is_dir() and bool(_parts(entry))
            if parts or entry.name.lower() in {table + suffix for suffix in SUFFIXES}:
                found.setdefault(table, []).append(entry)
    problems = []
    for table, paths in found.items():
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            raise DataRefused(f"{shown} holds {names}: which of them is {table}? Keep one and move the other away.")
        problems += [problem for path in paths if (problem := readable(path, f"{shown}/{path.name}")) is not None]
    if problems:
        raise DataRefused("The data cannot be read. Nothing was changed.", problems)
    return {table: TableFile(found[table][0]) for table in tables if table in found}


def _names(folder: Path) -> list[str]:
    """Files in the folder, its month folders, or those one level further down."""
    return [
        path.relative_to(folder).as_posix()
        for pattern in ("*-*.csv", "*/*-*.csv", "*/*/*-*.csv")
        for path in folder.glob(pattern)
        if path.is_file()
    ]


def _unread(names: Iterable[str], months: Iterable[MonthFile]) -> tuple[str, ...]:
    """The files of a download that are not read."""
    read = {file.name for file in months}
    return tuple(sorted(name for name in names if name not in read and not name.endswith("/")))


def _of_several(root: Path, shown: str, names: list[str], zips: list[Path]) -> Source | None:
    """The download that several zips of a folder make up, with what lies unpacked beside them."""
    held = {path.name: _entries(path, f"{shown}/{path.name}") for path in zips}
    months = _months(names)
    for archive, entries in held.items():
        found = (month_file(name, archive, checksum) for name, checksum in entries.items())
        months += [file for file in found if file is not None]
    if not months:
        return None
    read = {file.shown for file in months}
    there = [*names, *(f"{archive}/{name}" for archive, entries in held.items() for name in entries)]
    unread = tuple(sorted(name for name in there if name not in read))
    return Source(root, {}, tuple(one_download(months, shown)), unread)


def _zipped(path: Path, shown: str, tables: Collection[str]) -> Source:
    names = list(_entries(path, shown))
    months = tuple(one_download(_months(names), shown))
    if not months:
        extracts = [name for name in names if Path(name).name.lower().endswith(SUFFIXES)]
        fix = "Unpack the zip and name the folder." if extracts else _looked_for(tables)
        raise DataRefused(f"DATA: {shown} is a zip, but no data.police.uk download. {fix}")
    return Source(path, months=months, unread=_unread(names, months))


def _entries(path: Path, shown: str) -> dict[str, str]:
    try:
        found = checksums(path)
    except (zipfile.BadZipFile, OSError) as error:
        fix = "Name a folder of extracts, or download the zip again."
        raise DataRefused(f"DATA: {shown} is a file, and no zip that can be opened ({error}). {fix}") from error
    inner = [name for name in found if name.lower().endswith(".zip")]
    if inner:
        which = inner[0] if len(inner) == 1 else f"{inner[0]} and {len(inner) - 1} more"
        raise DataRefused(f"DATA: {shown} is a zip that holds another: {which}. Unpack it, and name the folder.")
    return found


def _months(names: Iterable[str]) -> list[MonthFile]:
    return [file for name in names if (file := month_file(name)) is not None]
