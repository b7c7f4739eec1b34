"""Turns a checked table into files: the kept rows, the quarantined ones, and an account by month."""

# ruff: noqa: S608 - names in the SQL are declared in schema, never data
from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from thematic.extracts.checks import Check
from thematic.extracts.offences import Offence
from thematic.extracts.readers import LINE_SPAN
from thematic.extracts.rules import sql_type

QUALITY = pa.schema(
    [
        ("table", pa.string()),
        ("month", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("n", pa.int64()),
    ]
)
_ROW_GROUP = 1 << 17
_DERIVED = {
    "offence_group": 'offences."group"',
    "offence_subgroup": "offences.subgroup",
    "aggravated": "offences.aggravated = 'Y'",
    "days_to_record": "date_diff('day', v_committed_on, v_recorded_on)",
}


def store(check: Check, offences: dict[str, Offence], folder: Path) -> pa.Table:
    """Writes <table>.parquet (the kept rows, by date and reference) and quarantine/<table>.parquet.

    Returns the account: one row per table, month, status and reason (QUALITY).
    """
    _store_kept(check, offences, folder / f"{check.raw.table.name}.parquet")
    _store_quarantine(check, folder / "quarantine" / f"{check.raw.table.name}.parquet")
    return _quality(check)


def write(table: pa.Table, path: Path, order: pa.Array | None = None) -> None:
    """Writes a table as the warehouse keeps it, in the order of these row indices."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for first in range(0, max(table.num_rows, 1), _ROW_GROUP):
            rows = table.slice(first, _ROW_GROUP) if order is None else table.take(order.slice(first, _ROW_GROUP))
            writer.write_table(rows)


def _store_kept(check: Check, offences: dict[str, Offence], path: Path) -> None:
    table = check.raw.table
    columns = {column.name: _column(check, column.name, sql_type(column)) for column in table.columns}
    fed = set(check.raw.fed)
    has_code = "offence_code" in fed
    if "offence_title" in columns and has_code:
        columns["offence_title"] = "offences.title"
    for name, kind in table.derived:
        known = {"v_committed_on", "v_recorded_on"} <= {f"v_{column}" for column in fed}
        there = known if name == "days_to_record" else has_code
        columns[name] = f"CAST({_DERIVED[name] if there else 'NULL'} AS {kind})"
    joined = "LEFT JOIN offences ON v_offence_code = offences.code" if has_code else ""
    if joined:
        check.connection.register("offences", _offence_table(offences))
    chosen = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    kept = check.connection.execute(
        f"SELECT {chosen} FROM (SELECT * FROM ({check.values()}) ANTI JOIN fate USING (line)) {joined}"
    ).to_arrow_table()
    order = pc.sort_indices(kept, sort_keys=[(table.date, "ascending"), (table.reference, "ascending")])
    write(kept, path, order)


def _column(check: Check, name: str, kind: str) -> str:
    return f"v_{name}" if name in check.raw.fed else f"CAST(NULL AS {kind})"


def _offence_table(offences: dict[str, Offence]) -> pa.Table:
    return pa.Table.from_pylist([vars(offence) for offence in offences.values()])


def _store_quarantine(check: Check, path: Path) -> None:
    files = pa.table({"place": list(range(len(check.raw.files))), "file": list(check.raw.files)})
    check.connection.register("files", files)
    raw = "".join(f', CAST(raw."{name}" AS VARCHAR) AS "{name}"' for name in check.raw.fed)
    rows = check.connection.execute(
        f"SELECT file, fate.line % {LINE_SPAN} AS line, array_to_string(reasons, '; ') AS reasons{raw}"
        f" FROM fate JOIN files ON fate.line // {LINE_SPAN} = place LEFT JOIN raw ON raw.line = fate.line"
        " WHERE status = 'quarantined' ORDER BY fate.line"
    )
    write(rows.to_arrow_table(), path)


def _quality(check: Check) -> pa.Table:
    name = check.raw.table.name
    parts = [
        "SELECT day, 'kept' AS status, '' AS reason FROM seen ANTI JOIN fate USING (line)",
        "SELECT day, status, array_to_string(reasons, '; ') FROM fate",
    ]
    if check.raw.unplaced:
        parts.append(
            "SELECT day, 'unplaced', raw.unplaced FROM (FROM seen ANTI JOIN fate USING (line)) JOIN raw USING (line)"
            " WHERE raw.unplaced NOT NULL"
        )
    rows = check.connection.execute(
        f"SELECT '{name}' AS \"table\", strftime(day, '%Y-%m') AS month, status, reason, count(*) AS n"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL ORDER BY ALL NULLS FIRST"
    )
    return rows.to_arrow_table().cast(QUALITY)
