"""Gives the account of one table that was checked where it is: what the same table read from a file would give."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from thematic.extracts.building import MEMORY_LIMIT, Gathered, table_notes, too_many, vocabulary
from thematic.extracts.checks import Check, Elsewhere, check_put_aside, reasons
from thematic.extracts.database import Rows
from thematic.extracts.facts import TableFacts
from thematic.extracts.order import Order
from thematic.extracts.storing import QUALITY, store_quarantine
from thematic.extracts.text_rows import LINE, TextRows
from thematic.in_place.fates import Fates
from thematic.in_place.preparing import Prepared, limits, prepared

_MOST_SHOWN = 10_000
"""Of a table with more wrong rows than may be, so many are looked at for examples."""

_NUMBERS = {
    "postgres": "CAST(CAST(('x' || {}) AS BIT(32)) AS BIGINT)",
    "pyspark": "CAST(conv({}, 16, 10) AS BIGINT)",
    "databricks": "CAST(conv({}, 16, 10) AS BIGINT)",
    "snowflake": "to_number({}, 'XXXXXXXX')",
    "duckdb": "CAST('0x' || {} AS BIGINT)",
}
"""How each engine reads eight hexadecimal digits as a number."""


@dataclass(frozen=True)
class Checked:
    """A table that was checked in the engine: the ibis table of its kept rows there, and numbers that are others
    as soon as some row is another."""

    kept: object
    fingerprint: tuple[int, ...]


def check_there(rows: Rows, order: Order, folder: Path, found: Gathered) -> Checked | None:
    """Checks a table in the engine, and adds it to what is `found`; its quarantined rows go into the folder, as
    those of a file do. None where more rows are wrong than may be."""
    with prepared(rows, order, folder) as table, duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET enable_progress_bar = false")
        numbers, told = table.fates.numbers(), table.fates.account()
        is_over = _is_over(numbers, order)
        check = _put_aside(table, order, connection, _MOST_SHOWN if is_over else None)
        facts = _facts(table, numbers, told, check, whole=not is_over)
        found.tables[rows.name] = facts
        found.columns[rows.name] = table.fates.values.fed
        known = replace(check, values=table.fates.values)
        notes = table_notes(table.raw, facts, known, order, table.fates.filled_cells())
        found.notes += [*table.raw.notes, *notes]
        if is_over:
            found.problems += too_many(check, facts, order)
            return None
        store_quarantine(check, folder / "quarantine" / f"{rows.name}.parquet")
        found.quality.append(_quality(check, told))
        kept = table.fates.engine.table(table.fates.keep())
        return Checked(kept, _fingerprint(table.fates))


def _is_over(numbers: dict[str, int], order: Order) -> bool:
    """Whether more rows are wrong than may be."""
    wrong, force = numbers.get("quarantined", 0), order.params.force
    within = wrong * 100 <= force.quarantine_limit_pct * numbers["rows_in"]
    return not within and wrong > force.quarantine_limit_rows


def _put_aside(table: Prepared, order: Order, connection: duckdb.DuckDBPyConnection, most: int | None) -> Check:
    """The quarantined rows, each with its reasons, which are found here."""
    rows, again = table.fates.put_aside(most)
    lines = set(rows[LINE].to_pylist())
    text = replace(
        table.raw.text, rows=TextRows.of(rows), nul_lines=[line for line in table.nul_lines if line in lines]
    )
    known = Elsewhere([line for line in table.totals if line in lines], again, table.zoned)
    raw = replace(table.raw, text=text)
    return check_put_aside(connection, raw, vocabulary(order), order.params.lists, limits(order), known)


def _facts(table: Prepared, numbers: dict[str, int], told: pa.Table, check: Check, *, whole: bool) -> TableFacts:
    """How the table's rows fared. Raises RuntimeError when they do not add up: that would be our mistake."""
    fates, spellings = table.fates, table.fates.values.spellings.items()
    why = Counter(reasons(check) if whole else fates.broken(fates.rules))
    for row in told.to_pylist():
        if row["status"] == "left_out":
            why[row["reason"]] += row["n"]
    wrong = numbers.get("quarantined", 0)
    if whole and check.raw.text.rows.num_rows != wrong:
        raise RuntimeError(f"{fates.name}: {wrong} rows were put aside and {check.raw.text.rows.num_rows} came")
    return TableFacts(
        rows_in=numbers["rows_in"],
        kept=numbers["kept"],
        duplicates=numbers.get("duplicate", 0),
        quarantined=wrong,
        left_out=numbers.get("left_out", 0),
        reasons=dict(sorted(why.items(), key=lambda item: (-item[1], item[0]))),
        normalised={name: spelling.normalised for name, spelling in spellings if spelling.normalised},
        blank=table.raw.text.blank,
        equal=fates.equal(),
        silent={name: dict(spelling.silent) for name, spelling in spellings if spelling.silent},
        met={name: dict(spelling.met) for name, spelling in spellings if spelling.met},
        undeclared={name: dict(spelling.undeclared) for name, spelling in spellings if spelling.undeclared},
    )


def _quality(check: Check, told: pa.Table) -> pa.Table:
    """The account by month, as the warehouse keeps it."""
    check.connection.register("counted", told)
    rows = check.connection.execute(
        f"SELECT '{check.raw.name}' AS \"table\", strftime(day, '%Y-%m') AS month, status, reason,"
        " CAST(sum(n) AS BIGINT) AS n FROM (SELECT month AS day, status, reason, n FROM counted UNION ALL"
        " SELECT day, status, array_to_string(reasons, '; '), 1 FROM fate) GROUP BY ALL ORDER BY ALL NULLS FIRST"
    )
    return rows.to_arrow_table().cast(QUALITY)


def _fingerprint(fates: Fates) -> tuple[int, ...]:
    """Sums over all rows of what their MD5 begins with, whatever order they come in."""
    raw, number = fates.values.raw, _NUMBERS[fates.engine.dialect.kind]
    cells = " || ".join(f'CAST(length(raw."{name}") AS VARCHAR) || \':\' || raw."{name}"' for name in raw.fed)
    query = fates.engine.dialect.sql(f"SELECT md5({cells}) AS said FROM raw")
    said = fates.engine.dialect.quoted("said")
    parts = ", ".join(f"sum({number.format(f'substr({said}, {first}, 8)')}) AS n{first}" for first in (1, 9, 17))
    found = fates.engine.own_row(f"SELECT count(*) AS n, {parts} FROM ({query}) AS cells")
    return tuple(int(n or 0) for n in found)
