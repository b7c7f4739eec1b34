"""Makes the warehouse's account and the cubes of tables that stay in their database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from thematic.core.digests import digest
from thematic.core.errors import DataRefused
from thematic.core.folders import mend, replacing
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.extracts import warehouse
from thematic.extracts.building import Gathered, facts_of
from thematic.extracts.connections import Unreadable
from thematic.extracts.database import Databases, Rows
from thematic.extracts.elsewhere import Elsewhere, mark
from thematic.extracts.facts import ExtractFacts, account_lines
from thematic.extracts.order import Order
from thematic.extracts.storing import QUALITY, write
from thematic.in_place.checking import Checked, check_there
from thematic.in_place.dialects import KINDS
from thematic.in_place.marking import declared
from thematic.params import Params

Say = Callable[[str], None]


def count_in_place(
    workbook: Workbook, params: Params, *, data: Path | None, lookup: Path | None, today: date, say: Say
) -> Index:
    """Checks and counts the rows of params/sources.yaml in the one database that holds them.

    What comes back are counts, the account of all rows, and those that are put aside: extract.json, quality.parquet,
    the quarantine and the cubes are what they would be had the rows been read, but for the extract's digest. Raises
    DataRefused, and changes nothing, where the tables are not of one such database or the data cannot be used.
    """
    mend(workbook.warehouse)
    databases = warehouse.databases(workbook, params, data, today)
    if databases is None:
        fix = "Write under tables: of params/sources.yaml where they are (docs/databases.md)."
        raise DataRefused(f"--in-place counts tables of a database, and none is named. {fix}")
    _refuse_others(databases)
    order = warehouse.in_database(workbook, params, databases, lookup)
    try:
        with databases.found(say) as found:
            _refuse_kinds(found)
            say(f"Checking and counting where the rows are: {databases.shown}")
            facts, tables = account_in_place(workbook, databases, order, found, say)
            return cubes.build(workbook, params, facts, say, tables)
    except Unreadable as unreadable:
        raise DataRefused(str(unreadable.problem)) from None


def _refuse_others(databases: Databases) -> None:
    """Raises DataRefused where some tables are in files, or in another database than others."""
    sources, shown = databases.sources, databases.shown
    where = f"--in-place counts tables of one database alone, and {shown} names"
    if sources.in_files:
        fix = "Load them into the database, or leave them out; thematic data without --in-place reads both."
        raise DataRefused(f"{where} files as well ({', '.join(sources.in_files)}). {fix}")
    connections = list(dict.fromkeys(sources.connection_of(table) for table in sources.in_databases.values()))
    if len(connections) > 1:
        fix = "Bring the tables into one; thematic data without --in-place reads several."
        raise DataRefused(f"{where} {len(connections)} connections ({', '.join(connections)}). {fix}")


def _refuse_kinds(found: Sequence[Rows]) -> None:
    """Raises DataRefused for a kind of database that is not counted in."""
    kind = found[0].place.kind
    if kind not in KINDS:
        what = f"rows in {kind} cannot be counted in place ({', '.join(KINDS)} can)"
        raise DataRefused(f"{found[0].where}: {what}. Read them: thematic data without --in-place.")


def account_in_place(
    workbook: Workbook, databases: Databases, order: Order, rows: Sequence[Rows], say: Say
) -> tuple[ExtractFacts, Mapping[str, Any]]:
    """Makes the warehouse without its rows; gives its account, and the tables of the kept rows where they are."""
    before, gathered = warehouse.facts(workbook), Gathered()
    names = list(order.params.tables)
    checked: dict[str, Checked] = {}
    with replacing(workbook.warehouse) as folder:
        for each in sorted(rows, key=lambda each: names.index(each.name)):
            found = check_there(each, order, folder, gathered)
            if found is not None:
                checked[each.name] = found
        if gathered.problems:
            what = f"The data cannot be used ({databases.shown}). Nothing was changed."
            raise DataRefused(what, gathered.problems)
        quality = pa.concat_tables(gathered.quality) if gathered.quality else QUALITY.empty_table()
        known = declared(order, databases.sources)
        key = digest([known, {name: each.fingerprint for name, each in checked.items()}])
        facts = facts_of(order, gathered, quality).model_copy(update={"key": key})
        write(quality, folder / "quality.parquet")
        (folder / "extract.json").write_text(facts.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
        mark(folder, Elsewhere(known, databases.today))
    for sentence in account_lines(before, facts):
        say(sentence)
    return facts, {name: each.kept for name, each in checked.items()}
