"""Turns extracts into the warehouse, data/warehouse/: checked row-level tables in Parquet. People are in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from thematic.core.errors import DataRefused, ParamsRefused, Problem
from thematic.core.folders import mend, replacing
from thematic.core.workbook import Workbook
from thematic.extracts.elsewhere import forget
from thematic.extracts.facts import (
    ExtractFacts,
    TableFacts,
    account_lines,
    reconciliation,
    reconciliation_lines,
)
from thematic.extracts.order import Order
from thematic.extracts.sources import (
    DATA_SUFFIXES,
    Source,
    TableFile,
    find_source,
    read_settings,
    readable,
    require_source,
    unknown_tables,
)
from thematic.params import Params
from thematic.params.sources import SOURCES, ExtractSettings, SourcesParams, read_sources

if TYPE_CHECKING:
    import duckdb

    from thematic.extracts.database import Databases

__all__ = [
    "ExtractFacts",
    "TableFacts",
    "build",
    "connect",
    "databases",
    "facts",
    "in_database",
    "read_again",
    "reconciliation",
    "reconciliation_lines",
    "source_of",
]

_LOOKUP_UNUSED = "LOOKUP is not used: the rows of an extract name their places themselves."

Say = Callable[[str], None]
Sample = Callable[[Workbook, Say], Path]
"""Gives the folder of the synthetic sample, which it makes where that has not been done."""


def build(
    workbook: Workbook, params: Params, data: Path | None, lookup: Path | None, today: date, say: Say, sample: Sample
) -> ExtractFacts:
    """Makes the warehouse from `data`, or leaves it as it is when nothing it rests on has changed.

    Without `data`: from the databases of params/sources.yaml, from data/raw if it holds extracts, else from `sample`.
    What was once read from databases is used until read_again, or until sources.yaml says otherwise. `lookup` stands
    in for the file that params/force.yaml names. `today` is the last day a record may bear where the extract does not
    say its own.
    Raises DataRefused, and changes nothing, when the data cannot be used.
    """
    mend(workbook.warehouse)
    source, settings, shown = source_of(workbook, params, data, today, say, sample)
    order = _order(workbook, params, source, settings, shown, lookup, today)
    key = order.key()
    known = facts(workbook)
    if known is not None and known.key == key and _complete(workbook, known):
        say(f"Data unchanged since they were last checked: {known.title}")
        return known
    say(f"Reading and checking: {order.shown}")
    from thematic.extracts.building import build_files

    with replacing(workbook.warehouse) as folder:
        made = build_files(order, key, folder)
    unused = lookup is not None and not order.source.is_police_uk
    for sentence in (*account_lines(known, made), *([_LOOKUP_UNUSED] if unused else [])):
        say(sentence)
    return made


def read_again(workbook: Workbook, params: Params, data: Path | None, today: date, say: Say) -> None:
    """Reads the databases afresh, where `data` or params/sources.yaml says that the extract is to come from them."""
    found = databases(workbook, params, data, today)
    if found is not None:
        found.read(workbook.database, say)
        forget(workbook.warehouse)


def databases(workbook: Workbook, params: Params, data: Path | None, today: date) -> Databases | None:
    """The databases that `data` or params/sources.yaml names; None where neither names one."""
    sources = _sources(workbook, params, data)
    if sources is None or not sources.in_databases:
        return None
    return _databases(params, sources, workbook.shown(_sources_file(workbook, data)), today)


def in_database(workbook: Workbook, params: Params, databases: Databases, lookup: Path | None) -> Order:
    """The order for rows that stay in their database."""
    source = Source(workbook.database)
    return _order(workbook, params, source, databases.settings, databases.shown, lookup, databases.today)


def facts(workbook: Workbook) -> ExtractFacts | None:
    """What the warehouse was made from and how its rows fared; None where there is no warehouse."""
    path = workbook.warehouse / "extract.json"
    try:
        return ExtractFacts.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def connect(workbook: Workbook) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view for each table of the warehouse. Raises DataRefused where there is none."""
    import duckdb

    known = facts(workbook)
    if known is None:
        raise DataRefused("There is no warehouse yet. Make it with: thematic data")
    connection = duckdb.connect()
    for name in (*known.columns, "quality"):
        path = workbook.warehouse / f"{name}.parquet"
        if path.is_file():
            connection.read_parquet(str(path)).create_view(name)
    return connection


def source_of(
    workbook: Workbook, params: Params, data: Path | None, today: date, say: Say, sample: Sample
) -> tuple[Source, ExtractSettings, str]:
    """What the extract is, what it says of itself, and how messages call it."""
    path = _sources_file(workbook, data)
    sources = _sources(workbook, params, data)
    if sources is not None:
        inside = workbook.root if data is None or data == path else data
        return _by_sources(workbook, params, sources, path, inside, today, say)
    tables = params.tables
    if data is not None:
        return _with_settings(require_source(data, workbook.shown(data), tables), workbook, params)
    shown = workbook.shown(workbook.raw)
    found = find_source(workbook.raw, shown, tables) if workbook.raw.is_dir() else None
    if found is not None:
        return _with_settings(found, workbook, params)
    ignored = [path.name for path in sorted(workbook.raw.glob("*.*")) if path.name.lower().endswith(DATA_SUFFIXES)]
    if ignored:
        say(f"{shown} holds no table of the contract ({', '.join(ignored[:5])}); taking the sample instead.")
    made = require_source(sample(workbook, say), workbook.shown(workbook.sample), tables)
    return _with_settings(made, workbook, params)


def _with_settings(source: Source, workbook: Workbook, params: Params) -> tuple[Source, ExtractSettings, str]:
    shown = workbook.shown(source.root)
    return source, read_settings(source, shown, params.tables), shown


def _sources_file(workbook: Workbook, data: Path | None) -> Path:
    """The sources.yaml that is meant: that of params/, the one named, or that in a folder with one; else `data`."""
    if data is None:
        return workbook.params / SOURCES
    return data / SOURCES if (data / SOURCES).is_file() else data


def _sources(workbook: Workbook, params: Params, data: Path | None) -> SourcesParams | None:
    """The sources.yaml that says where the tables are, None where none does.

    Raises DataRefused where neither `data` nor the workbook says whether it or a folder of extracts is meant.
    """
    path = _sources_file(workbook, data)
    shown = workbook.shown(path)
    if data is None:
        sources = params.sources
    elif path.is_file() and path.suffix.lower() in {".yaml", ".yml"}:
        sources, problems = read_sources(path, shown, params.tables)
        if problems:
            raise ParamsRefused(f"{shown} cannot be used.", problems)
    else:
        return None
    if sources is None or not sources.tables:
        if data is not None:
            raise DataRefused(f"DATA: {shown} names no tables. Write under tables: where they are (docs/databases.md).")
        return None
    unknown = list(unknown_tables(sources, shown, params.tables))
    if unknown:
        raise ParamsRefused(f"{shown} cannot be used.", unknown)
    if data is None and sources.in_databases:
        _refuse_both(workbook, params, shown)
    return sources


def _refuse_both(workbook: Workbook, params: Params, shown: str) -> None:
    raw = workbook.shown(workbook.raw)
    if workbook.raw.is_dir() and find_source(workbook.raw, raw, params.tables) is not None:
        fix = f"Say which with DATA={raw} or DATA={shown}, or take one of them away."
        raise DataRefused(f"{raw} holds extracts, and {shown} names tables in a database. {fix}")


def _databases(params: Params, sources: SourcesParams, shown: str, today: date) -> Databases:
    from thematic.extracts.database import Databases

    return Databases(sources, shown, os.environ, today, params.tables)


def _by_sources(
    workbook: Workbook, params: Params, sources: SourcesParams, path: Path, inside: Path, today: date, say: Say
) -> tuple[Source, ExtractSettings, str]:
    """The extract as sources.yaml has it: files (by paths from `inside`) as they are, and what was read from
    databases."""
    shown = workbook.shown(path)
    files = _files(inside, sources, shown)
    if not sources.in_databases:
        stated = {name: getattr(sources, name) for name in ExtractSettings.model_fields}
        return Source(path.parent, files), ExtractSettings(**stated), shown
    read = _read(workbook, params, _databases(params, sources, shown, today), say)
    settings = read_settings(read, workbook.shown(workbook.database), params.tables)
    order = [name for name in params.tables if name in read.tables or name in files]
    tables = {**read.tables, **files}
    return Source(read.root, {name: tables[name] for name in order}), settings, workbook.shown(workbook.database)


def _files(inside: Path, sources: SourcesParams, shown: str) -> dict[str, TableFile]:
    """The tables of sources.yaml that are files, by paths from the folder `inside`.

    Raises DataRefused that lists those that cannot be read.
    """
    found: dict[str, TableFile] = {}
    problems: list[Problem] = []
    for name, table in sources.in_files.items():
        path = inside / str(table.file)
        problem = readable(path, f"{shown}, tables.{name}, {table.file}")
        problems += [problem] if problem is not None else []
        found[name] = TableFile(path, table.columns, table.dates, table.mark)
    if problems:
        raise DataRefused("The data cannot be read. Nothing was changed.", problems)
    return found


def _read(workbook: Workbook, params: Params, databases: Databases, say: Say) -> Source:
    """The extract as it was read from the databases; it is read now where that has not been done."""
    mend(workbook.database)
    shown = workbook.shown(workbook.database)
    day = databases.read_on(workbook.database)
    if day is None:
        databases.read(workbook.database, say)
    else:
        say(f"From the databases of {databases.shown}, as read on {day} into {shown} (make data reads them again)")
    return require_source(workbook.database, shown, params.tables)


def _order(
    workbook: Workbook,
    params: Params,
    source: Source,
    settings: ExtractSettings,
    shown: str,
    lookup: Path | None,
    today: date,
) -> Order:
    """Raises DataRefused where the extract says that it knows of days to come."""
    if settings.as_at is not None and settings.as_at > today:
        fix = "Give the last day that the extract knows of."
        raise DataRefused(f"{shown}: as_at is {settings.as_at}, which is after today ({today}). {fix}")
    places = lookup or (workbook.root / params.force.lookup if params.force.lookup else None)
    where = workbook.shown(places) if places else ""
    return Order(source, shown, settings, places, where, params, today, workbook.root)


def _complete(workbook: Workbook, known: ExtractFacts) -> bool:
    return all((workbook.warehouse / f"{name}.parquet").is_file() for name in (*known.columns, "quality"))
