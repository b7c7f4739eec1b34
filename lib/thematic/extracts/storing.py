"""Turns a checked table into files: the kept rows, the quarantined ones, and an account by month."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet as pq

from thematic.extracts.checks import Check
from thematic.extracts.readers import LINE_SPAN
from thematic.extracts.text_rows import LINE, Lines

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


def store(check: Check, folder: Path) -> pa.Table:
    """Writes <table>.parquet (the kept rows, by date and reference) and quarantine/<table>.parquet.

    Returns the account: one row per table, month, status and reason (QUALITY).
    """
    _store_kept(check, folder / f"{check.raw.name}.parquet")
    store_quarantine(check, folder / "quarantine" / f"{check.raw.name}.parquet")
    return _quality(check)


def write(table: pa.Table, path: Path) -> None:
    """Writes a table as the warehouse keeps it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", row_group_size=_ROW_GROUP)


def _store_kept(check: Check, path: Path) -> None:
    """A stretch of rows after the other, so that no more than three are held at once."""
    lines = _in_order(check)
    fed = set(check.values.fed)
    columns = {
        name: f"v_{name}" if name in fed else f"CAST(NULL AS {check.values.sql_type(name)})"
        for name in check.raw.table.all_names
    }
    chosen = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    query = f"SELECT line AS {LINE}, {chosen} FROM ({check.values.query(check.values.fed)})"
    rows = check.raw.text.rows
    stretches = rows.in_order(lines, _ROW_GROUP)
    check.connection.execute("SET threads = 1")  # so that the rows come as they go in; two other threads are at work
    with ThreadPoolExecutor(2) as beside, ExitStack() as stack:
        coming, going, writer = beside.submit(next, stretches, None), None, None
        for first in range(0, max(len(lines), 1), _ROW_GROUP):
            stretch = coming.result()
            coming = beside.submit(next, stretches, None)
            with rows.replaced(check.connection, stretch):
                found = check.connection.execute(query).to_arrow_table()
            kept, found = _as_ordered(found, lines[first : first + _ROW_GROUP]), None
            if writer is None or going is None:
                writer = stack.enter_context(pq.ParquetWriter(path, kept.schema, compression="zstd"))
            else:
                going.result()
            going = beside.submit(writer.write_table, kept)
        if going is not None:
            going.result()
    check.connection.execute("RESET threads")


def _in_order(check: Check) -> Lines:
    """The numbers of the kept rows by date and reference; where rows have none, in the order of all that they say."""
    table = check.raw.table
    if table.reference is not None:
        return check.lines("SELECT line FROM seen ANTI JOIN fate USING (line) ORDER BY placed, reference, line")
    keys = dict.fromkeys((table.date, *check.values.fed))
    order = ", ".join(f"v_{name} NULLS FIRST" for name in keys)
    rows = check.values.query(list(keys))
    return check.lines(f"SELECT line FROM ({rows}) ANTI JOIN fate USING (line) ORDER BY {order}")


def _as_ordered(rows: pa.Table, lines: Lines) -> pa.Table:
    """The rows in the order of their numbers, and without them."""
    found = rows[LINE].to_numpy()
    if not np.array_equal(found, lines):
        places = np.argsort(found)
        rows = rows.take(pa.array(places[np.searchsorted(found[places], lines)]))
    return rows.drop_columns([LINE])


def store_quarantine(check: Check, path: Path) -> None:
    """Writes the quarantined rows as they are, each with its file, line and reasons."""
    files = pa.table({"place": list(range(len(check.raw.files))), "file": list(check.raw.files)})
    check.connection.register("files", files)
    names = {name: f"{name} (column)" if name in {"file", "line", "reasons"} else name for name in check.raw.fed}
    raw = "".join(f', CAST(raw."{name}" AS VARCHAR) AS "{shown}"' for name, shown in names.items())
    lines = check.lines("SELECT line FROM fate WHERE status = 'quarantined' ORDER BY line")
    with check.narrowed(lines):
        rows = check.connection.execute(
            f"SELECT files.file, fate.line % {LINE_SPAN} AS line, array_to_string(fate.reasons, '; ') AS reasons{raw}"
            f" FROM fate JOIN files ON fate.line // {LINE_SPAN} = files.place LEFT JOIN raw ON raw._line = fate.line"
            " WHERE fate.status = 'quarantined' ORDER BY fate.line"
        )
        write(rows.to_arrow_table(), path)


def _quality(check: Check) -> pa.Table:
    parts = [
        "SELECT CAST(placed AS DATE) AS day, 'kept' AS status, '' AS reason FROM seen ANTI JOIN fate USING (line)",
        "SELECT day, status, array_to_string(reasons, '; ') FROM fate",
    ]
    if check.raw.unplaced:
        parts.append(
            "SELECT CAST(placed AS DATE), 'unplaced', raw.unplaced"
            " FROM (FROM seen ANTI JOIN fate USING (line)) JOIN raw ON raw._line = line WHERE raw.unplaced NOT NULL"
        )
    rows = check.connection.execute(
        f"SELECT '{check.raw.name}' AS \"table\", strftime(day, '%Y-%m') AS month, status, reason, count(*) AS n"
        f" FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL ORDER BY ALL NULLS FIRST"
    )
    return rows.to_arrow_table().cast(QUALITY)
