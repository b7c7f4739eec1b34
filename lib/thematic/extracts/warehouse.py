"""Turns extracts into the warehouse, data/warehouse/: checked row-level tables in Parquet. People are in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from thematic.core.errors import DataRefused, ParamsRefused
from thematic.core.folders import mend, replacing
from thematic.core.workbook import Workbook
from thematic.extracts.facts import ExtractFacts, TableFacts, reconciliation, reconciliation_lines
from thematic.extracts.offences import read_offences
from thematic.extracts.order import Order
from thematic.extracts.sources import DATA_SUFFIXES, Source, find_source, read_settings, require_source
from thematic.params import Params
from thematic.params.schema import TABLES
from thematic.params.sources import SOURCES, read_sources

if TYPE_CHECKING:
    import duckdb

    from thematic.extracts.database import Databases

__all__ = [
    "ExtractFacts",
    "TableFacts",
    "build",
    "connect",
    "facts",
    "read_again",
    "reconciliation",
    "reconciliation_lines",
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
    order = _order(workbook, params, _source(workbook, params, data, today, say, sample), lookup, today)
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
    for sentence in (*reconciliation_lines(made), *made.notes, *([_LOOKUP_UNUSED] if unused else [])):
        say(sentence)
    return made


def read_again(workbook: Workbook, params: Params, data: Path | None, today: date, say: Say) -> None:
    """Reads the databases afresh, where `data` or params/sources.yaml says that the extract is to come from them."""
    databases = _databases(workbook, params, data, today)
    if databases is not None:
        databases.read(workbook.database, say)


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

    if facts(workbook) is None:
        raise DataRefused("There is no warehouse yet. Make it with: thematic data")
    connection = duckdb.connect()
    for name in (*TABLES, "quality"):
        path = workbook.warehouse / f"{name}.parquet"
        if path.is_file():
            connection.read_parquet(str(path)).create_view(name)
    return connection


def _source(workbook: Workbook, params: Params, data: Path | None, today: date, say: Say, sample: Sample) -> Source:
    databases = _databases(workbook, params, data, today)
    if databases is not None:
        return _read(workbook, databases, say)
    if data is not None:
        return require_source(data, workbook.shown(data))
    shown = workbook.shown(workbook.raw)
    found = find_source(workbook.raw, shown) if workbook.raw.is_dir() else None
    if found is not None:
        return found
    ignored = [path.name for path in sorted(workbook.raw.glob("*.*")) if path.name.lower().endswith(DATA_SUFFIXES)]
    if ignored:
        say(f"{shown} holds no table of the contract ({', '.join(ignored[:5])}); taking the sample instead.")
    return require_source(sample(workbook, say), workbook.shown(workbook.sample))


def _databases(workbook: Workbook, params: Params, data: Path | None, today: date) -> Databases | None:
    """The databases that the extract is to come from, or None where it lies in files.

    Raises DataRefused where neither `data` nor the workbook tells which of the two it is.
    """
    path = workbook.params / SOURCES if data is None else data
    shown = workbook.shown(path)
    if data is None:
        sources = params.sources
    elif data.is_file() and data.suffix.lower() in {".yaml", ".yml"}:
        sources, problems = read_sources(data, shown)
        if problems:
            raise ParamsRefused(f"{shown} cannot be used.", problems)
    else:
        return None
    if sources is None or not sources.tables:
        if data is not None:
            raise DataRefused(f"DATA: {shown} names no tables. Write under tables: where they lie (docs/databases.md).")
        return None
    raw = workbook.shown(workbook.raw)
    if data is None and workbook.raw.is_dir() and find_source(workbook.raw, raw) is not None:
        fix = f"Say which with DATA={raw} or DATA={shown}, or take one of them away."
        raise DataRefused(f"{raw} holds extracts, and {shown} names tables in a database. {fix}")
    from thematic.extracts.database import Databases

    return Databases(sources, shown, os.environ, today)


def _read(workbook: Workbook, databases: Databases, say: Say) -> Source:
    """The extract as it was read from the databases; it is read now where that has not been done."""
    mend(workbook.database)
    shown = workbook.shown(workbook.database)
    day = databases.read_on(workbook.database)
    if day is None:
        databases.read(workbook.database, say)
    else:
        say(f"From the databases of {databases.shown}, as read on {day} into {shown} (make data reads them again)")
    return require_source(workbook.database, shown)


def _order(workbook: Workbook, params: Params, source: Source, lookup: Path | None, today: date) -> Order:
    shown = workbook.shown(source.root)
    places = lookup or (workbook.root / params.force.lookup if params.force.lookup else None)
    return Order(
        source,
        shown,
        read_settings(source, shown),
        places,
        workbook.shown(places) if places else "",
        params.force,
        read_offences(workbook),
        today,
    )


def _complete(workbook: Workbook, known: ExtractFacts) -> bool:
    return all((workbook.warehouse / f"{name}.parquet").is_file() for name in (*known.columns, "quality"))
