"""Turns a source into the files of the warehouse and the account that goes with them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import DataRefused, DiskRefused, Problem
from thematic.extracts import police_uk
from thematic.extracts.checks import Check, account, check, examples, filled_cells
from thematic.extracts.facts import NOT_DECLARED, ExtractFacts, TableFacts, ordered, values_text
from thematic.extracts.history import find_history, history_notes
from thematic.extracts.order import Order
from thematic.extracts.placing import read_outlines
from thematic.extracts.police_uk_files import NOT_PLACED, STREET
from thematic.extracts.police_uk_lookup import CODES, Lookup, read_lookup
from thematic.extracts.readers import RawTable, read_table
from thematic.extracts.rules import Limits
from thematic.extracts.spellings import Vocabulary
from thematic.extracts.splitting import TOTAL
from thematic.extracts.storing import QUALITY, store, write
from thematic.extracts.text_rows import TextRows

MEMORY_LIMIT = "1200MB"
_REASONS_TOLD = 5
_GAP = "Export them, or say under empty_months: in extract.yaml that nothing happened."
_NOT_DOWNLOADED = "Download these months as well."
_DAY_FIRST = re.compile(r"\s*\d{1,2}[/.]\d{1,2}[/.]\d{4}.*")


@dataclass
class Gathered:
    """What is gathered table by table."""

    tables: dict[str, TableFacts] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    quality: list[pa.Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def build_files(order: Order, key: str, folder: Path) -> ExtractFacts:
    """Writes every table, quality.parquet and extract.json into the empty folder.

    Raises DataRefused when something cannot be read, too many rows are wrong, or no rows remain.
    """
    found = Gathered()
    ground = _ground(order) if order.source.is_police_uk else None
    download = None if ground is None else police_uk.read_download(order.source, ground, order.params.tables)
    for raw in _extract(order, folder, found) if download is None else download.tables:
        _table(order, raw, folder, found)
    if download is not None:
        if (beside := download.beside) is not None:
            force = order.params.force
            found.tables[beside.name] = beside.facts
            found.quality.append(pa.Table.from_pylist(beside.quality, QUALITY))
            found.problems += beside.problems(force.quarantine_limit_pct, force.quarantine_limit_rows)
        found.notes += [*download.notes, *police_uk.not_read(_unread(order))]
    if found.problems:
        raise DataRefused(f"The data cannot be used ({order.shown}). Nothing was changed.", found.problems)
    quality = pa.concat_tables(found.quality) if found.quality else QUALITY.empty_table()
    facts = facts_of(order, found, quality, ground, download).model_copy(update={"key": key})
    write(quality, folder / "quality.parquet")
    (folder / "extract.json").write_text(facts.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return facts


def _extract(order: Order, folder: Path, found: Gathered) -> Iterator[RawTable]:
    """The extract's tables one after the other; those that cannot be read are noted as problems."""
    for name, file in order.source.tables.items():
        rows = TextRows(folder / "rows")
        try:
            yield read_table(file, name, order.params.tables[name], rows)
        except DataRefused as refusal:
            found.problems += refusal.problems or [Problem(order.shown, refusal.message)]
        finally:
            rows.clear()


def _ground(order: Order) -> police_uk.Ground:
    """What places the rows of a download; a lookup is needed where it has street-level crimes."""
    street = any(file.kind == STREET for file in order.source.months)
    outlines = read_outlines(order.root, order.params) if order.outlines is not None else None
    force = order.params.force
    areas = {name: level.plural for name, level in order.params.levels.items()}
    return police_uk.Ground(_lookup(order) if street else None, outlines, force.time_zone, force.units, areas)


def _lookup(order: Order) -> Lookup:
    if order.lookup is None or not order.lookup.is_file():
        codes, levels = f"{', '.join(CODES[:-1])} or {CODES[-1]}", " and ".join(order.area_names)
        columns = f"a column of codes ({codes}), {levels} and, if it has one, population_mid2020"
        fix = f"Bring a CSV with {columns}, as LOOKUP=file or as the lookup: of params/force.yaml."
        where = "params/force.yaml names no lookup" if order.lookup is None else f"{order.lookup_shown} does not exist"
        raise DataRefused(f"{NOT_PLACED.format(where=where)} {fix}")
    return read_lookup(order.lookup, order.lookup_shown, order.area_names)


def vocabulary(order: Order) -> Vocabulary:
    """What the columns of the order's tables may say."""
    force = order.params.force
    lists = {name: list(found.rows) for name, found in order.params.lists.items()}
    return Vocabulary(order.area_names, lists, force.says_nothing, force.nobody, force.time_zone)


def _table(order: Order, raw: RawTable, folder: Path, found: Gathered) -> None:
    limits = Limits(order.params.force.history_floor, order.end)
    spill = folder / "spill"
    try:
        with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}) as connection:
            connection.execute("SET enable_progress_bar = false")
            # the second table of a join is always the small one
            connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
            checked = check(connection, raw, vocabulary(order), order.params.lists, limits)
            facts = account(checked)
            found.tables[raw.name] = facts
            found.columns[raw.name] = checked.values.fed
            found.notes += [*raw.notes, *table_notes(raw, facts, checked, order, filled_cells(checked))]
            problems = too_many(checked, facts, order)
            if problems:
                found.problems += problems
            else:
                found.quality.append(store(checked, folder))
    except duckdb.OutOfMemoryException as error:
        reason = str(error).splitlines()[0]
        fix = f"Make room on the disk of {folder.parent.name}, which takes what does not fit in memory."
        raise DiskRefused(f"{raw.files[0]}: memory and disk do not suffice to check it ({reason}). {fix}") from error
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def table_notes(
    raw: RawTable, facts: TableFacts, checked: Check, order: Order, filled: Mapping[str, int]
) -> Iterator[str]:
    """What a colleague should know of how the table was read; `filled` are its cells that were blank."""
    zoned = [name for name, spelling in checked.values.spellings.items() if spelling.zoned]
    if zoned:
        yield f"{raw.name}: {', '.join(zoned)} with a time zone, turned into {order.params.force.time_zone}."
    if facts.reasons.get(TOTAL):
        places = ", ".join(raw.where(line) for line, _ in examples(checked, TOTAL))
        yield f"{places}: {TOTAL}, and is not counted."
    for name, n in filled.items():
        cells = "1 blank cell" if n == 1 else f"{n:,} blank cells"
        yield f"{raw.name}: {cells} of {name} filled from {' and '.join(checked.values.rests_on(name))}."
    if facts.equal:
        rows = "1 row equals" if facts.equal == 1 else f"{facts.equal:,} rows equal"
        yield f"{raw.name}: {rows} another row. Its rows have no reference, so all are kept."


def too_many(checked: Check, facts: TableFacts, order: Order) -> list[Problem]:
    """Why more rows of the table are wrong than may be: the commonest reasons with examples; none where they may."""
    force = order.params.force
    if facts.quarantined * 100 <= force.quarantine_limit_pct * facts.rows_in or (
        facts.quarantined <= force.quarantine_limit_rows
    ):
        return []
    share = 100 * facts.quarantined / facts.rows_in
    what = f"{facts.quarantined:,} of {facts.rows_in:,} rows ({share:.1f}%) break the contract"
    limits = f"{force.quarantine_limit_pct:g}% and {force.quarantine_limit_rows} rows"
    fix = f"At most {limits} may (quarantine_limit_pct and quarantine_limit_rows in params/force.yaml)."
    problems = [Problem(checked.raw.name, f"{what}.", f"{fix} Correct the export, or raise a limit.")]
    for reason, count in list(facts.reasons.items())[:_REASONS_TOLD]:
        found = examples(checked, reason)
        if found:
            listed = "; ".join(_example(checked, row, value) for row, value in found)
            problems.append(Problem(checked.raw.name, f"{count:,} x {reason}, as at {listed}.", _spelled(found)))
    undeclared = "; ".join(f"{column}: {values_text(found)}" for column, found in facts.undeclared.items())
    return problems + ([Problem(checked.raw.name, f"not declared: {undeclared}.", NOT_DECLARED)] if undeclared else [])


def _spelled(found: Iterable[tuple[int, str | None]]) -> str:
    """How to say that dates are written with the day first, where the examples look so."""
    if all(value is not None and _DAY_FIRST.fullmatch(value) for _, value in found):
        return 'If the day comes first, write dates: "%d/%m/%Y" for the table in params/sources.yaml.'
    return ""


def _example(checked: Check, row: int, value: str | None) -> str:
    return checked.raw.where(row) + (f" ('{value[:40]}')" if value else "")


def facts_of(
    order: Order,
    found: Gathered,
    quality: pa.Table,
    ground: police_uk.Ground | None = None,
    download: police_uk.Download | None = None,
) -> ExtractFacts:
    """The account of the whole extract, without its key. Raises DataRefused when no rows remain."""
    settings, tables = order.settings, order.params.tables
    kept = _months(quality, found, "kept")
    delivered = {} if download is None else download.months
    arrived = {
        name: months | delivered.get(name, set()) for name, months in _months(quality, found, "left_out").items()
    }
    if delivered:
        last = max((month for months in delivered.values() for month in months), default="")
        kept = {name: {month for month in months if month <= last} for name, months in kept.items()}
    history = find_history(tables, kept, arrived, settings)
    gaps = history_notes(history, tables, _GAP if download is None else _NOT_DOWNLOADED)
    lookup = None if ground is None else ground.lookup
    title = f"The extract of {order.params.force.name}" if download is None else police_uk.TITLE
    return ExtractFacts(
        key="",
        kind="extracts" if download is None else "police.uk",
        title=settings.title or title,
        synthetic=settings.synthetic,
        licence=settings.licence if download is None else police_uk.LICENCE,
        as_at=settings.as_at,
        latest_period=history.latest,
        history_from=history.starts,
        ends=history.ends,
        gaps=history.gaps,
        not_ended=[] if download is None else [name for name in found.columns if tables[name].ends is not None],
        columns=found.columns,
        tables=ordered(found.tables, list(tables)),
        populations=None if lookup is None else lookup.populations,
        earlier={} if download is None else dict(download.earlier),
        first=[] if download is None else list(download.first),
        absent={} if download is None else {name: dict(why) for name, why in download.absent.items()},
        notes=[*gaps, *found.notes, *_not_tables(order), *_unplaced(quality)],
    )


def _months(quality: pa.Table, found: Gathered, status: str) -> dict[str, set[str]]:
    """For each table the months that have rows of this status."""
    months: dict[str, set[str]] = {name: set() for name in found.columns}
    for row in quality.filter(pc.equal(quality["status"], status)).select(["table", "month"]).to_pylist():
        if row["month"] is not None and row["table"] in months:
            months[row["table"]].add(row["month"])
    return months


def _unread(order: Order) -> list[str]:
    """The files beside the tables that are not read."""
    lookup = None if order.lookup is None else order.lookup.name
    return [name for name in order.source.unread if Path(name).name != lookup]


def _not_tables(order: Order) -> list[str]:
    names = [] if order.source.is_police_uk else _unread(order)
    return [f"Not a table of the contract, not read: {', '.join(names)}."] if names else []


def _unplaced(quality: pa.Table) -> list[str]:
    """A sentence for each table with rows that the lookup does not place."""
    counts: dict[str, dict[str, int]] = {}
    for row in quality.filter(pc.equal(quality["status"], "unplaced")).to_pylist():
        lsoas = counts.setdefault(row["table"], {})
        lsoas[row["reason"]] = lsoas.get(row["reason"], 0) + row["n"]
    return [police_uk.unplaced_note(table, lsoas) for table, lsoas in counts.items()]
