"""Turns a source into the files of the warehouse and the account that goes with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import DataRefused, Problem
from thematic.extracts import police_uk
from thematic.extracts.checks import Check, account, check, examples
from thematic.extracts.facts import ExtractFacts, TableFacts, history_from, latest_period, ordered
from thematic.extracts.lookup import Lookup, read_lookup
from thematic.extracts.order import Order
from thematic.extracts.readers import RawTable, read_table
from thematic.extracts.rules import Limits
from thematic.extracts.spellings import Names
from thematic.extracts.storing import QUALITY, store, write
from thematic.params.schema import TABLES

MEMORY_LIMIT = "1200MB"
_REASONS_TOLD = 5


@dataclass
class _Account:
    """What is gathered table by table."""

    tables: dict[str, TableFacts] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    quality: list[pa.Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def build_files(order: Order, key: str, folder: Path) -> ExtractFacts:
    """Writes every table, quality.parquet and extract.json into the empty folder.

    Raises DataRefused when something cannot be read, too many rows are wrong, or no crimes or incidents remain.
    """
    found = _Account()
    lookup = _lookup(order) if order.source.is_police_uk else None
    download = None if lookup is None else police_uk.read_download(order.source, lookup)
    for raw in _extract(order, found) if download is None else download.tables:
        _table(order, raw, folder, found)
    if download is not None:
        _leave_out_outcomes(download.outcomes, found)
    if found.problems:
        raise DataRefused(f"The data cannot be used ({order.shown}). Nothing was changed.", found.problems)
    quality = pa.concat_tables(found.quality)
    facts = _facts(order, found, quality, lookup).model_copy(update={"key": key})
    write(quality, folder / "quality.parquet")
    (folder / "extract.json").write_text(facts.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return facts


def _extract(order: Order, found: _Account) -> Iterator[RawTable]:
    """The extract's tables one after the other; those that cannot be read are noted as problems."""
    for name, path in order.source.tables.items():
        try:
            yield read_table(path, TABLES[name], path.name)
        except DataRefused as refusal:
            found.problems += refusal.problems or [Problem(order.shown, refusal.message)]


def _lookup(order: Order) -> Lookup:
    if order.lookup is None or not order.lookup.is_file():
        columns = "lsoa2011_code or lsoa2021_code, local_authority, lpu and, if it has one, population_mid2020"
        fix = f"Bring a CSV with the columns {columns}, as LOOKUP=file or as the lookup: of params/force.yaml."
        where = "params/force.yaml names no lookup" if order.lookup is None else f"{order.lookup_shown} does not exist"
        raise DataRefused(f"data.police.uk places crimes by LSOA, and {where}. {fix}")
    return read_lookup(order.lookup, order.lookup_shown, order.force)


def _table(order: Order, raw: RawTable, folder: Path, found: _Account) -> None:
    names = Names(
        [lpu.name for lpu in order.force.lpus],
        [place.name for place in order.force.local_authorities],
        order.offences,
    )
    limits = Limits(order.force.history_floor, order.end)
    spill = folder / "spill"
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}) as connection:
        connection.execute("SET enable_progress_bar = false")
        checked = check(connection, raw, names, limits)
        facts = account(checked)
        found.tables[raw.table.name] = facts
        found.columns[raw.table.name] = list(raw.fed)
        found.notes += raw.notes
        limit = order.force.quarantine_limit_pct
        if facts.quarantined * 100 > limit * facts.rows_in:
            found.problems += _too_many(checked, facts, limit)
        else:
            found.quality.append(store(checked, order.offences, folder))
    shutil.rmtree(spill, ignore_errors=True)


def _too_many(checked: Check, facts: TableFacts, limit: float) -> list[Problem]:
    """Why so many rows of the table are wrong: the commonest reasons with examples."""
    share = 100 * facts.quarantined / facts.rows_in
    what = f"{facts.quarantined:,} of {facts.rows_in:,} rows ({share:.1f}%) break the contract"
    fix = f"At most {limit:g}% may (params/force.yaml, quarantine_limit_pct). Mend the export, or raise the limit."
    problems = [Problem(checked.raw.table.name, f"{what}.", fix)]
    for reason, count in list(facts.reasons.items())[:_REASONS_TOLD]:
        told = [_example(checked, row, value) for row, value in examples(checked, reason)]
        if told:
            problems.append(Problem(checked.raw.table.name, f"{count:,} x {reason}, as at {'; '.join(told)}."))
    return problems


def _example(checked: Check, row: int, value: str | None) -> str:
    return checked.raw.where(row) + (f" ('{value[:40]}')" if value else "")


def _leave_out_outcomes(outcomes: dict[str, int], found: _Account) -> None:
    rows = sum(outcomes.values())
    if not outcomes:
        return
    found.tables["outcomes"] = TableFacts(
        rows_in=rows,
        kept=0,
        duplicates=0,
        quarantined=0,
        left_out=rows,
        reasons={police_uk.MERGED: rows},
        normalised={},
    )
    lines = [
        {"table": "outcomes", "month": month, "status": "left_out", "reason": police_uk.MERGED, "n": n}
        for month, n in sorted(outcomes.items())
    ]
    found.quality.append(pa.Table.from_pylist(lines, QUALITY))


def _facts(order: Order, found: _Account, quality: pa.Table, lookup: Lookup | None) -> ExtractFacts:
    settings = order.settings
    months: dict[str, set[str]] = {name: set() for name in found.columns}
    for table, month in _distinct(quality, "kept", "month"):
        months[table].add(month)
    latest = latest_period(settings.as_at, months)
    return ExtractFacts(
        key="",
        kind="extracts" if lookup is None else "police.uk",
        title=settings.title or (f"The extract of {order.force.name}" if lookup is None else police_uk.TITLE),
        synthetic=settings.synthetic,
        licence=settings.licence if lookup is None else police_uk.LICENCE,
        as_at=settings.as_at,
        latest_period=latest,
        history_from=history_from(latest, settings.history_from, months),
        columns=found.columns,
        tables=ordered(found.tables),
        populations=None if lookup is None else lookup.populations,
        notes=[*found.notes, *_unread(order), *_unplaced(quality)],
    )


def _distinct(quality: pa.Table, status: str, column: str) -> list[tuple[str, str]]:
    rows = quality.filter(pc.equal(quality["status"], status)).select(["table", column]).to_pylist()
    return sorted({(row["table"], row[column]) for row in rows if row[column] is not None})


def _unread(order: Order) -> list[str]:
    lookup = None if order.lookup is None else order.lookup.name
    names = [name for name in order.source.unread if name != lookup]
    return [f"Not a table of the contract, not read: {', '.join(names)}."] if names else []


def _unplaced(quality: pa.Table) -> list[str]:
    """A sentence for each table with rows that the lookup does not place."""
    counts: dict[str, dict[str, int]] = {}
    for row in quality.filter(pc.equal(quality["status"], "unplaced")).to_pylist():
        lsoas = counts.setdefault(row["table"], {})
        lsoas[row["reason"]] = lsoas.get(row["reason"], 0) + row["n"]
    return [police_uk.unplaced_note(table, lsoas) for table, lsoas in counts.items()]
