"""Turns extracts into the warehouse, data/warehouse/: checked row-level tables in Parquet. People are in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from thematic.digests import code_digest, digest, digest_file
from thematic.errors import DataRefused
from thematic.extracts.facts import ExtractFacts, TableFacts, reconciliation, reconciliation_lines
from thematic.extracts.offences import read_offences
from thematic.extracts.order import Order
from thematic.extracts.sources import DATA_SUFFIXES, Source, find_source, read_settings, require_source
from thematic.folders import mend, replacing
from thematic.params import Params
from thematic.schema import TABLES
from thematic.workbook import Workbook

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "ExtractFacts",
    "TableFacts",
    "build",
    "connect",
    "facts",
    "fresh_sample",
    "reconciliation",
    "reconciliation_lines",
]

_STAMP = "made_from.txt"
_LOOKUP_UNUSED = "LOOKUP is not used: the rows of an extract name their places themselves."

Say = Callable[[str], None]


def build(
    workbook: Workbook, params: Params, data: Path | None, lookup: Path | None, today: date, say: Say
) -> ExtractFacts:
    """Makes the warehouse from `data`, or leaves it as it is when nothing it rests on has changed.

    Without `data`: from data/raw if it holds extracts, else from the sample. `lookup` stands in for the file that
    params/force.yaml names. `today` is the last day a record may bear where the extract does not say its own.
    Raises DataRefused, and changes nothing, when the data cannot be used.
    """
    mend(workbook.warehouse)
    order = _order(workbook, params, _source(workbook, data, say), lookup, today)
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


def _source(workbook: Workbook, data: Path | None, say: Say) -> Source:
    if data is not None:
        return require_source(data, workbook.shown(data))
    shown = workbook.shown(workbook.raw)
    found = find_source(workbook.raw, shown) if workbook.raw.is_dir() else None
    if found is not None:
        return found
    ignored = [path.name for path in sorted(workbook.raw.glob("*.*")) if path.name.lower().endswith(DATA_SUFFIXES)]
    if ignored:
        say(f"{shown} holds no table of the contract ({', '.join(ignored[:5])}); taking the sample instead.")
    return require_source(fresh_sample(workbook, say), workbook.shown(workbook.sample))


def fresh_sample(workbook: Workbook, say: Say) -> Path:
    """The folder of the sample, made where it is absent or was made by another generator or from another reference."""
    mend(workbook.sample)
    reference = sorted(path for path in workbook.reference.iterdir() if path.is_file())
    made_from = digest([code_digest("extracts/sample"), [[path.name, digest_file(path)] for path in reference]])
    stamp = workbook.sample / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == made_from:
        return workbook.sample
    from thematic.extracts.sample import write_sample

    say(f"Making the synthetic sample: {workbook.shown(workbook.sample)}")
    with replacing(workbook.sample) as folder:
        write_sample(folder, workbook.reference)
        (folder / _STAMP).write_text(made_from + "\n", encoding="utf-8", newline="\n")
    return workbook.sample


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
