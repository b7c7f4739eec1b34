"""Turns a raw table into the fate of each of its rows: kept, or why not."""

# ruff: noqa: S608 - names in the SQL are declared in schema, never data
from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from thematic.extracts.facts import TableFacts
from thematic.extracts.readers import RawTable
from thematic.extracts.rules import Limits, Rule, Spellings, left_out_sql, rules, spelling_sql, values_sql
from thematic.extracts.spellings import Names, find_spellings

_SPELLED = {"flag", "whole", "lpu", "local_authority", "strands"}


@dataclass(frozen=True)
class Check:
    """One table under check. `connection` holds `raw` (the rows), `seen` (line, reference, day, left_out, bad) and
    `fate`: line, status, reasons and day of every row that is not kept."""

    connection: duckdb.DuckDBPyConnection
    raw: RawTable
    spellings: Spellings
    rules: tuple[Rule, ...]

    def values(self, where: str = "", extra: tuple[str, ...] = ()) -> str:
        return values_sql(self.raw.table, self.raw.fed, self.spellings, extra, where)

    @property
    def repeated(self) -> str:
        return f"{self.raw.table.reference} stands on another row with other content"


def check(connection: duckdb.DuckDBPyConnection, raw: RawTable, names: Names, limits: Limits) -> Check:
    """Decides the fate of every row, in an empty connection of its own.

    Left out comes first; then of rows alike in every column all but the first are duplicates; the rest is quarantined
    when it breaks a rule, or when its reference stands on a row with other content and it is not the first good one.
    """
    connection.register("raw", raw.text.rows)
    connection.register("broken", raw.text.broken)
    connection.register("nul_lines", pa.table({"line": pa.array(raw.text.nul_lines, pa.int64())}))
    spellings = find_spellings(connection, raw.table, raw.text.rows, names)
    declared = tuple(rules(raw.table, raw.fed, limits, bool(raw.text.nul_lines)))
    found = Check(connection, raw, spellings, declared)
    _see(found)
    _leave_out(found)
    _find_repeats(found)
    _quarantine(found)
    return found


def _see(check: Check) -> None:
    table = check.raw.table
    bad = " OR ".join(f"({rule.condition})" for rule in check.rules)
    left_out, _ = left_out_sql(table, check.raw.fed)
    check.connection.execute(
        f"CREATE TABLE seen AS SELECT line, v_{table.reference} AS reference, v_{table.date} AS day,"
        f" {left_out} AS left_out, ({bad}) IS TRUE AS bad FROM ({check.values()})"
    )
    check.connection.execute("CREATE TABLE fate (line BIGINT, status VARCHAR, reasons VARCHAR[], day DATE)")


def _leave_out(check: Check) -> None:
    _, reason = left_out_sql(check.raw.table, check.raw.fed)
    rows = check.values("WHERE line IN (SELECT line FROM seen WHERE left_out)")
    check.connection.execute(
        f"INSERT INTO fate SELECT line, 'left_out', [{reason}], v_{check.raw.table.date} FROM ({rows})"
    )


def _find_repeats(check: Check) -> None:
    """Marks exact duplicates, and lists in `repeats` the rows whose reference another row has with other content."""
    check.connection.execute(
        "CREATE TABLE alike AS SELECT reference FROM seen WHERE NOT left_out GROUP BY reference HAVING count(*) > 1"
    )
    suspects = check.values(
        "WHERE line IN (SELECT line FROM seen, alike WHERE NOT left_out"
        " AND seen.reference IS NOT DISTINCT FROM alike.reference)",
        check.raw.compared,
    )
    parts = [f"coalesce(CAST(v_{name} AS VARCHAR), t_{name}, '')" for name in check.raw.fed]
    parts += [f"""coalesce("{name}", '')""" for name in check.raw.compared]
    check.connection.execute(
        "CREATE TABLE contents AS SELECT line, seen.reference, day, bad,"
        " row_number() OVER (PARTITION BY seen.reference, content ORDER BY line) AS copy"
        f" FROM (SELECT line, [{', '.join(parts)}] AS content FROM ({suspects})) JOIN seen USING (line)"
    )
    check.connection.execute("INSERT INTO fate SELECT line, 'duplicate', [], day FROM contents WHERE copy > 1")
    check.connection.execute(
        "CREATE TABLE repeats AS SELECT line FROM ("
        " SELECT line, count(*) OVER same AS rows, min(line) FILTER (NOT bad) OVER same AS keeper"
        " FROM contents WHERE copy = 1 AND reference NOT NULL WINDOW same AS (PARTITION BY reference))"
        " WHERE rows > 1 AND line IS DISTINCT FROM keeper"
    )


def _quarantine(check: Check) -> None:
    check.connection.execute(
        "CREATE TABLE wrong AS SELECT line FROM (SELECT line FROM seen WHERE bad UNION SELECT line FROM repeats)"
        " ANTI JOIN fate USING (line)"
    )
    reasons = [f"CASE WHEN {rule.condition} THEN '{_quoted(rule.reason)}' END" for rule in check.rules]
    reasons.append(f"CASE WHEN line IN (SELECT line FROM repeats) THEN '{check.repeated}' END")
    rows = check.values("WHERE line IN (SELECT line FROM wrong)")
    check.connection.execute(
        "INSERT INTO fate SELECT line, 'quarantined',"
        f" list_filter([{', '.join(reasons)}], lambda reason: reason IS NOT NULL), v_{check.raw.table.date}"
        f" FROM ({rows})"
    )
    check.connection.execute("INSERT INTO fate SELECT line, 'quarantined', [reason], NULL FROM broken")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def account(check: Check) -> TableFacts:
    """How the table's rows fared. Raises RuntimeError when they do not add up: that would be our mistake."""
    statuses = dict(check.connection.execute("SELECT status, count(*) FROM fate GROUP BY status").fetchall())
    kept = check.connection.execute("SELECT count(*) FROM seen ANTI JOIN fate USING (line)").fetchall()[0][0]
    facts = TableFacts(
        rows_in=check.raw.rows_in,
        kept=kept,
        duplicates=statuses.get("duplicate", 0),
        quarantined=statuses.get("quarantined", 0),
        left_out=statuses.get("left_out", 0),
        reasons=_reasons(check),
        normalised=_normalised(check),
    )
    if facts.rows_in != facts.kept + facts.duplicates + facts.quarantined + facts.left_out:
        raise RuntimeError(f"{check.raw.table.name}: the rows do not add up: {facts}")
    return facts


def _reasons(check: Check) -> dict[str, int]:
    """Commonest first."""
    counted = "SELECT reason, count(*) AS n FROM (SELECT unnest(reasons) AS reason FROM fate) GROUP BY reason"
    return dict(check.connection.execute(f"{counted} ORDER BY n DESC, reason").fetchall())


def _normalised(check: Check) -> dict[str, int]:
    columns = [check.raw.table.column(name) for name in check.raw.fed]
    asked = [column for column in columns if column.kind in _SPELLED or column.name in check.spellings.spaced]
    if not asked:
        return {}
    counts = ", ".join(f"count(*) FILTER ({spelling_sql(column)})" for column in asked)
    found = check.connection.execute(f"SELECT {counts} FROM ({check.values()})").fetchall()[0]
    return {column.name: n for column, n in zip(asked, found, strict=True) if n}


def examples(check: Check, reason: str, limit: int = 3) -> list[tuple[int, str | None]]:
    """Numbers of quarantined rows with this reason, lowest first, and the value that stands in the reason's column."""
    columns = {rule.reason: rule.column for rule in check.rules} | {check.repeated: check.raw.table.reference}
    column = columns.get(reason)
    value = f'raw."{column}"' if column else "NULL"
    found = check.connection.execute(
        f"SELECT fate.line, {value} FROM fate LEFT JOIN raw USING (line)"
        " WHERE status = 'quarantined' AND list_contains(reasons, ?) ORDER BY fate.line LIMIT ?",
        [reason, limit],
    )
    return [(int(line), said) for line, said in found.fetchall()]
