"""Turns the warehouse's rows into the counts of one theme, as ibis expressions that any engine can run.

A count's grain is split x category x month x from_month x until_month x LPU x local authority. `month` places it
in a window; it has happened from `from_month` on and until the month before `until_month` (a cancellation; null
for never): so a window's figure as it stood at its own end is a plain sum. Months are whole numbers, 12 x year +
month - 1. No column here names or describes a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import ibis
import ibis.expr.types as ir

from thematic.core.areas import NO_LOCATION
from thematic.cubes.bases import CELL, CHARACTERISTICS, INCIDENT_TYPES, Base, chain, table_of
from thematic.cubes.cells import POINT, cell, located
from thematic.params.models import Between, Condition, Filled, Theme, Where
from thematic.params.schema import STRANDS, TABLES

GRAIN = ["dimension", "category", "month", "from_month", "until_month", "lpu", "local_authority"]
REPEAT_DAYS = 365


@contextmanager
def read_tables(warehouse: Path, names: Iterable[str]) -> Iterator[dict[str, ir.Table]]:
    """The warehouse's tables as ibis tables of an in-memory DuckDB, which lets go of its files at the block's end."""
    connection = ibis.duckdb.connect()
    try:
        yield {name: connection.read_parquet(warehouse / f"{name}.parquet", table_name=name) for name in names}
    finally:
        connection.disconnect()


def counts(
    tables: Mapping[str, ir.Table],
    theme: Theme,
    base: Base,
    splits: set[str],
    columns: set[str],
    says_nothing: list[str],
    hexagon_km: float,
) -> Iterator[ir.Table]:
    """The tables of counts (GRAIN and n) of one base count: its total where it has one, and each split.

    `columns` are those the source feeds: a split or characteristic that needs another is left out. `hexagon_km` is
    the width of the hexagons by which rows with coordinates are split.
    """
    table = table_of(theme, base.selection)
    selected = tables[table].filter(_selected(tables[table], theme, base.selection))
    rows = _counted(_placed(selected, table, base), base)
    if base.count.counted == "characteristics":
        for name in CHARACTERISTICS:
            if f"victim_{name}" in columns:
                said = rows.filter(_says_something(rows[f"victim_{name}"], says_nothing))
                yield _sum(said, base, "characteristic", ibis.literal(name))
        return
    if base.count.counted == "outcomes":
        yield _sum(rows, base, "outcome", rows.outcome_code.cast("string"))
    else:
        yield _sum(rows, base, "total", ibis.literal("total"))
    if "offence" in splits and "offence_code" in columns:
        yield _sum(rows, base, "offence", rows.offence_title)
    if "type" in splits and "finalisation_code" in columns:
        types = rows.finalisation_code.cases(*INCIDENT_TYPES.items(), else_="other")
        yield _sum(rows, base, "type", types)
    if "strand" in splits and "hate_strands" in columns:
        for strand in STRANDS:
            yield _sum(rows.filter(_has(rows.hate_strands, strand)), base, "strand", ibis.literal(strand))
    if CELL in splits and columns.issuperset(POINT):
        there = located(rows)
        yield _sum(there, base, CELL, cell(there, hexagon_km))


def _selected(rows: ir.Table, theme: Theme, name: str) -> list[ir.BooleanValue]:
    conditions: list[ir.BooleanValue] = [ibis.literal(True)]
    for selection in chain(theme, name):
        conditions += _all(rows, selection.where)
        if selection.any_of:
            conditions.append(ibis.or_(*(ibis.and_(*_all(rows, where)) for where in selection.any_of)))
    return conditions


def _all(rows: ir.Table, where: Where) -> list[ir.BooleanValue]:
    return [_holds(rows[column], condition) for column, condition in where.items()]


def _holds(column: ir.Column, condition: Condition) -> ir.BooleanValue:
    """Whether the condition holds; a blank field fulfils none."""
    if isinstance(condition, Filled):
        return column.notnull()
    if isinstance(condition, Between):
        least, under = condition.at_least, condition.under
        parts = ([column >= least] if least is not None else []) + ([column < under] if under is not None else [])
        return ibis.and_(*parts).fill_null(False)
    if column.type().is_boolean():
        return (column == (condition == "Y")).fill_null(False)
    values = condition if isinstance(condition, list) else [condition]
    return column.isin(values).fill_null(False)


def _placed(rows: ir.Table, table: str, base: Base) -> ir.Table:
    """Adds the three months; keeps only rows with an outcome where outcomes are counted."""
    recorded = _month(rows[TABLES[table].date])
    never = ibis.null("int32")
    until = _month(rows.cancelled_on) if "cancelled_on" in rows.columns else never
    if base.count.counted != "outcomes":
        return rows.mutate(month=recorded, from_month=recorded, until_month=until)
    rows = rows.filter(rows.outcome_on.notnull() & rows.outcome_code.notnull())
    given = _month(rows.outcome_on)
    return rows.mutate(month=recorded if base.by_recorded else given, from_month=given, until_month=until)


def _month(day: ir.DateValue) -> ir.IntegerValue:
    return (day.year() * 12 + day.month() - 1).cast("int32")


def _counted(rows: ir.Table, base: Base) -> ir.Table:
    counted = base.count.counted
    if counted in {"victims", "characteristics", "repeat_victims"}:
        rows = rows.filter(rows.victim_ref.notnull())
    if counted in {"callers", "repeat_callers"}:
        rows = rows.filter(rows.caller_ref.notnull())
    if counted in {"repeat_victims", "repeat_callers"}:
        rows = _repeats(rows, "victim_ref" if counted == "repeat_victims" else "caller_ref")
    return rows.filter(_all(rows, base.count.where)) if base.count.where else rows


def _repeats(rows: ir.Table, who: str) -> ir.Table:
    """The rows whose person stands on another row of the selection 1 to 365 days before, cancelled or not."""
    date = rows.recorded_on if "recorded_on" in rows.columns else rows.received_on
    rows = rows.mutate(day=date.delta(ibis.date("1970-01-01"), unit="day").cast("int64"))
    earlier = ibis.range_window(preceding=(REPEAT_DAYS, 1), group_by=who, order_by="day")
    return rows.mutate(before=rows.day.max().over(earlier)).filter(ibis._.before.notnull())


def _says_something(column: ir.Column, says_nothing: list[str]) -> ir.BooleanValue:
    said = column.cast("string").strip().lower()
    return column.notnull() & said.notin(["", *(text.lower() for text in says_nothing)])


def _has(strands: ir.StringColumn, strand: str) -> ir.BooleanValue:
    return (ibis.literal(";") + strands + ";").contains(f";{strand};").fill_null(False)


def _sum(rows: ir.Table, base: Base, dimension: str, category: ir.Value) -> ir.Table:
    placed = rows.mutate(
        dimension=ibis.literal(dimension),
        category=category,
        lpu=rows.lpu.fill_null(NO_LOCATION),
        local_authority=rows.local_authority.fill_null(NO_LOCATION),
    )
    size = placed[base.count.sum].fill_null(0).sum() if base.count.sum else placed.count()
    return placed.group_by(GRAIN).aggregate(n=size.cast("int64")).mutate(count=ibis.literal(base.key))
