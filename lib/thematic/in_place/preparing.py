"""Prepares one table for its checks where it is: numbered, with its spellings, its lists and its rules."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet as pq

from thematic.extracts.building import MEMORY_LIMIT, vocabulary
from thematic.extracts.checks import bring_lists, totals_among
from thematic.extracts.database import Rows
from thematic.extracts.kinds import text_sql
from thematic.extracts.order import Order
from thematic.extracts.readers import RawTable, read_table
from thematic.extracts.rules import Limits, rules
from thematic.extracts.sources import TableFile
from thematic.extracts.spellings import trimmed_sql
from thematic.extracts.splitting import SMALL
from thematic.extracts.text_rows import LINE, TextRows
from thematic.extracts.values import Values
from thematic.in_place.clocks import Clock, find_clock
from thematic.in_place.dialects import Dialect
from thematic.in_place.engine import Engine
from thematic.in_place.fates import Fates
from thematic.in_place.spellings import DAY, LookThere
from thematic.in_place.texts import number_rows
from thematic.params.tables import Table

_NO_MOMENTS = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Prepared:
    """A table whose fates are decided in the engine; `nul_lines` and `totals` are the numbers of rows that hold a NUL
    or look like one of totals."""

    fates: Fates
    nul_lines: Sequence[int]
    totals: Sequence[int]

    @property
    def raw(self) -> RawTable:
        return self.fates.values.raw

    @property
    def zoned(self) -> list[str]:
        """The columns in which some text has a zone."""
        return [name for name, spelling in self.fates.values.spellings.items() if spelling.zoned]


@contextmanager
def prepared(rows: Rows, order: Order, folder: Path) -> Iterator[Prepared]:
    """The table with the fate of each of its rows, until the block ends. Nothing of it is left in `folder`."""
    engine = Engine(rows.backend, Dialect(rows.place.kind, Clock([], [])), rows.place, rows.where)
    engine.set_clock()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET enable_progress_bar = false")
        raw = _skeleton(rows, number_rows(engine, rows), order.params.tables[rows.name], folder)
        engine.dialect = replace(engine.dialect, clock=_clock(engine, raw, order.params.force.time_zone))
        found = _prepared(engine, raw, order, connection)
    try:
        found.fates.decide()
        yield found
    finally:
        found.fates.let_go()


def _prepared(engine: Engine, raw: RawTable, order: Order, connection: duckdb.DuckDBPyConnection) -> Prepared:
    known = vocabulary(order)
    values = Values(raw, LookThere(connection, raw, known, engine).find_spellings(), known.zone)
    bring_lists(connection, values, order.params.lists)
    for name, _ in values.lookups():
        engine.put(f"list_{name}", connection.execute(f"FROM list_{name}").to_arrow_table())
    nul_lines, totals = _nul_lines(engine, raw), _totals(engine, raw)
    found = rules(values, limits(order), bool(nul_lines), bool(totals))
    listed = {"nul_lines": nul_lines, "totals": totals}
    named = tuple(replace(rule, condition=_named(rule.condition, listed)) for rule in found)
    return Prepared(Fates(engine, values, named), nul_lines, totals)


def limits(order: Order) -> Limits:
    """The days between which dates must be."""
    return Limits(order.params.force.history_floor, order.end)


def _skeleton(rows: Rows, blank: int, table: Table, folder: Path) -> RawTable:
    """The table as it would be read from the file that thematic data makes of it, without its rows: it has the `blank`
    ones alone, which are none."""
    path = folder / f"{rows.name}.parquet"
    columns: dict[str, pa.Array] = {name: pa.nulls(blank, pa.string()) for name in rows.expression.columns}
    pq.write_table(pa.table(columns), path)
    try:
        return read_table(TableFile(path), rows.name, table, TextRows())
    finally:
        path.unlink()


def _clock(engine: Engine, raw: RawTable, zone: str) -> Clock:
    """The force's clock from the first to the last day that the table names."""
    names = [name for name in raw.fed if raw.table.columns[name].is_day]
    days = {name: f"left({trimmed_sql(name)}, 10)" for name in names}
    named = [f"CASE WHEN regexp_full_match({day}, {text_sql(DAY)}) THEN {day} END" for day in days.values()]
    ends = ", ".join(f"min({day}) AS a{n}, max({day}) AS b{n}" for n, day in enumerate(named))
    found = [datetime.fromisoformat(day) for day in engine.row(f"SELECT {ends} FROM raw") if day] if named else []
    return find_clock(zone, min(found, default=_NO_MOMENTS), max(found, default=_NO_MOMENTS))


def _nul_lines(engine: Engine, raw: RawTable) -> list[int]:
    """The numbers of the rows that hold a NUL; a text of PostgreSQL cannot."""
    if engine.dialect.kind == "postgres":
        return []
    holding = " OR ".join(f'strpos(raw."{name}", chr(0)) > 0' for name in raw.fed)
    found = engine.rows(f"SELECT {LINE} AS line FROM raw WHERE {holding} ORDER BY {LINE}")
    return [int(line) for line in found[0].to_pylist()]


def _totals(engine: Engine, raw: RawTable) -> list[int]:
    """The numbers of the rows of a small table that look like one of totals."""
    if int(engine.row("SELECT count(*) AS n FROM raw")[0]) > SMALL:
        return []
    cells = ", ".join(f'raw."{name}"' for name in raw.fed)
    maybe = " OR ".join(f"lower(raw.\"{name}\") LIKE '%total%'" for name in raw.fed)
    found = engine.rows(f"SELECT raw.{LINE}, {cells} FROM raw WHERE {maybe} ORDER BY raw.{LINE}")
    return totals_among(found.rename_columns([LINE, *raw.fed]), raw.fed)


def _named(condition: str, listed: Mapping[str, Sequence[int]]) -> str:
    """A rule's condition with the numbers of rows themselves in the place of the tables that hold them here."""
    for table, lines in listed.items():
        condition = condition.replace(f"(SELECT line FROM {table})", f"({', '.join(map(str, lines))})")
    return condition
