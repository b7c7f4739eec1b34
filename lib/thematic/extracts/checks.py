"""Turns a raw table into the fate of each of its rows: kept, or why not."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from thematic.extracts.facts import TableFacts
from thematic.extracts.readers import RawTable
from thematic.extracts.rules import Limits, Rule, left_out_sql, rules
from thematic.extracts.spellings import Vocabulary, find_spellings
from thematic.extracts.splitting import IS_TOTAL, SMALL
from thematic.extracts.text_rows import LINE, Lines
from thematic.extracts.values import Values
from thematic.params.lists import CodeList

_FATE = "CREATE TABLE fate (line BIGINT, status VARCHAR, reasons VARCHAR[], day DATE)"


@dataclass(frozen=True)
class Check:
    """One table under check. `connection` holds `raw` (the rows), `seen` (line, reference, placed, left_out, bad; it is
    `placed` in its month by this day or moment) and `fate`: line, status, reasons and day of every row not kept."""

    connection: duckdb.DuckDBPyConnection
    values: Values
    rules: tuple[Rule, ...]

    @property
    def raw(self) -> RawTable:
        return self.values.raw

    def narrowed(self, lines: Lines) -> AbstractContextManager[None]:
        """Within the block `raw` is the rows with these numbers alone."""
        return self.raw.text.rows.narrowed(self.connection, lines)

    def lines(self, query: str) -> Lines:
        """The rows' numbers that a query gives, in its order."""
        return self.connection.execute(query).fetchnumpy()["line"].astype(np.int64)  # type: ignore[no-any-return]

    @property
    def repeated(self) -> str:
        return f"{self.raw.table.reference} is on another row with other content"

    @property
    def rule_columns(self) -> list[str]:
        """The columns that the rules are about."""
        named = [name for rule in self.rules for name in (rule.column, *rule.needs) if name is not None]
        return list(dict.fromkeys(named))


def check(
    connection: duckdb.DuckDBPyConnection,
    raw: RawTable,
    vocabulary: Vocabulary,
    lists: dict[str, CodeList],
    limits: Limits,
) -> Check:
    """Decides the fate of every row, in an empty connection of its own.

    Left out comes first; then, where rows have references, of rows alike in every column all but the first are
    duplicates; the rest is quarantined when it breaks a rule, or when its reference is on a row with other content and
    it is not the first good one.
    """
    found = _ready(connection, raw, vocabulary, lists, limits, _totals(raw))
    _see(found)
    _leave_out(found)
    _find_repeats(found)
    _quarantine(found)
    return found


@dataclass(frozen=True)
class Elsewhere:
    """What is known of rows that were checked in the database that holds them: the numbers of those that look like one
    of totals and of those that repeat a reference, and the columns in which some text has a zone."""

    totals: Collection[int]
    repeats: Collection[int]
    zoned: Collection[str]


def check_put_aside(
    connection: duckdb.DuckDBPyConnection,
    raw: RawTable,
    vocabulary: Vocabulary,
    lists: dict[str, CodeList],
    limits: Limits,
    known: Elsewhere,
) -> Check:
    """Says why rows are quarantined that have been found to be, elsewhere; `raw` has no others."""
    found = _ready(connection, raw, vocabulary, lists, limits, list(known.totals))
    spellings = {
        name: replace(each, zoned=each.zoned or name in known.zoned) for name, each in found.values.spellings.items()
    }
    values = replace(found.values, spellings=spellings)
    found = replace(
        found, values=values, rules=tuple(rules(values, limits, bool(raw.text.nul_lines), bool(known.totals)))
    )
    connection.execute(_FATE)
    connection.register("repeats", pa.table({"line": pa.array(sorted(known.repeats), pa.int64())}))
    _put_aside(found, raw.text.rows.whole[LINE].to_numpy())
    return found


def _ready(
    connection: duckdb.DuckDBPyConnection,
    raw: RawTable,
    vocabulary: Vocabulary,
    lists: dict[str, CodeList],
    limits: Limits,
    totals: list[int],
) -> Check:
    """The table with its values and rules, before any fate is known."""
    raw.text.rows.register(connection)
    connection.register("broken", raw.text.broken)
    connection.register("nul_lines", pa.table({"line": pa.array(raw.text.nul_lines, pa.int64())}))
    connection.register("totals", pa.table({"line": pa.array(totals, pa.int64())}))
    values = Values(raw, find_spellings(connection, raw, vocabulary), vocabulary.zone)
    bring_lists(connection, values, lists)
    return Check(connection, values, tuple(rules(values, limits, bool(raw.text.nul_lines), bool(totals))))


def _totals(raw: RawTable) -> list[int]:
    """The lines of a small table in which a cell says Total."""
    rows = raw.text.rows
    return [] if rows.num_rows > SMALL else totals_among(rows.whole, raw.fed)


def totals_among(rows: pa.Table, columns: Collection[str]) -> list[int]:
    """The numbers of the rows in which a cell says Total."""
    lines = rows[LINE].to_pylist()
    cells = [rows[name].to_pylist() for name in columns]
    return [line for line, row in zip(lines, zip(*cells, strict=True), strict=True) if _says_total(row)]


def _says_total(row: Collection[str | None]) -> bool:
    return any(cell is not None and IS_TOTAL.fullmatch(cell) for cell in row)


def bring_lists(connection: duckdb.DuckDBPyConnection, values: Values, lists: dict[str, CodeList]) -> None:
    """The tables `list_<derived column>`: code, and what it gives."""
    for name, derived in values.lookups():
        rows = lists[derived.lookup.source].rows
        given = {derived.lookup.gives: pa.array([row[derived.lookup.gives] for row in rows.values()], pa.string())}
        connection.register("given", pa.table({"code": pa.array(list(rows), pa.string())} | given))
        connection.execute(f"CREATE TABLE list_{name} AS FROM given")
        connection.unregister("given")


def _see(check: Check) -> None:
    table = check.raw.table
    bad = " OR ".join(f"({rule.condition})" for rule in check.rules) or "false"
    left_out, _ = left_out_sql(check.values)
    reference = f"v_{table.reference}" if table.reference else "CAST(NULL AS VARCHAR)"
    names = [*check.rule_columns, *table.left_out_unless, table.date, *([table.reference] if table.reference else [])]
    check.connection.execute(
        f"CREATE TABLE seen AS SELECT line, {reference} AS reference, v_{table.date} AS placed,"
        f" {left_out} AS left_out, ({bad}) IS TRUE AS bad FROM ({check.values.query(names)})"
    )
    check.connection.execute(_FATE)


def _leave_out(check: Check) -> None:
    table = check.raw.table
    if not table.left_out_unless:
        return
    _, reason = left_out_sql(check.values)
    lines = check.lines("SELECT line FROM seen WHERE left_out ORDER BY line")
    with check.narrowed(lines):
        rows = check.values.query([*table.left_out_unless, table.date])
        check.connection.execute(
            f"INSERT INTO fate SELECT line, 'left_out', [{reason}], CAST(v_{table.date} AS DATE) FROM ({rows})"
        )


def _find_repeats(check: Check) -> None:
    """Marks exact duplicates, and lists in `repeats` the rows whose reference another row has with other content.

    Rows without references are all kept.
    """
    if check.raw.table.reference is None:
        check.connection.execute("CREATE TABLE repeats (line BIGINT)")
        return
    lines = check.lines(
        "SELECT line FROM seen JOIN"
        " (SELECT reference FROM seen WHERE NOT left_out AND reference IS NOT NULL"
        " GROUP BY reference HAVING count(*) > 1) alike"
        " ON seen.reference = alike.reference WHERE NOT left_out ORDER BY line"
    )
    with check.narrowed(lines):
        suspects = check.values.query(check.raw.fed, check.raw.compared)
        check.connection.execute(
            "CREATE TABLE contents AS SELECT line, seen.reference, CAST(placed AS DATE) AS day, bad,"
            " row_number() OVER (PARTITION BY seen.reference, content ORDER BY line) AS copy"
            f" FROM (SELECT line, {_content(check)} AS content FROM ({suspects})) JOIN seen USING (line)"
        )
    check.connection.execute("INSERT INTO fate SELECT line, 'duplicate', [], day FROM contents WHERE copy > 1")
    check.connection.execute(
        "CREATE TABLE repeats AS SELECT line FROM ("
        " SELECT line, count(*) OVER same AS rows, min(line) FILTER (NOT bad) OVER same AS keeper"
        " FROM contents WHERE copy = 1 AND reference NOT NULL WINDOW same AS (PARTITION BY reference))"
        " WHERE rows > 1 AND line IS DISTINCT FROM keeper"
    )
    if check.raw.alike:
        _take_for_one(check)


def _take_for_one(check: Check) -> None:
    """Counts the good rows among the repeats as duplicates, where one reference is one row whatever else it says."""
    check.connection.execute(
        "INSERT INTO fate SELECT line, 'duplicate', [], CAST(placed AS DATE)"
        " FROM repeats JOIN seen USING (line) WHERE NOT bad"
    )
    check.connection.execute("DELETE FROM repeats WHERE line IN (SELECT line FROM fate)")


def _content(check: Check) -> str:
    parts = [f"coalesce(CAST(v_{name} AS VARCHAR), t_{name}, '')" for name in check.raw.fed]
    parts += [f"""coalesce("{name}", '')""" for name in check.raw.compared]
    return f"[{', '.join(parts)}]"


def _quarantine(check: Check) -> None:
    lines = check.lines(
        "SELECT line FROM (SELECT line FROM seen WHERE bad UNION SELECT line FROM repeats)"
        " ANTI JOIN fate USING (line) ORDER BY line"
    )
    _put_aside(check, lines)
    check.connection.execute("INSERT INTO fate SELECT line, 'quarantined', [reason], NULL FROM broken")


def _put_aside(check: Check, lines: Lines) -> None:
    """Quarantines rows, each with its reasons."""
    reasons = [f"CASE WHEN {rule.condition} THEN '{_quoted(rule.reason)}' END" for rule in check.rules]
    reasons.append(f"CASE WHEN line IN (SELECT line FROM repeats) THEN '{check.repeated}' END")
    with check.narrowed(lines):
        rows = check.values.query([*check.rule_columns, check.raw.table.date])
        check.connection.execute(
            "INSERT INTO fate SELECT line, 'quarantined',"
            f" list_filter([{', '.join(reasons)}], lambda reason: reason IS NOT NULL),"
            f" CAST(v_{check.raw.table.date} AS DATE) FROM ({rows})"
        )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def account(check: Check) -> TableFacts:
    """How the table's rows fared. Raises RuntimeError when they do not add up: that would be our mistake."""
    statuses = dict(check.connection.execute("SELECT status, count(*) FROM fate GROUP BY status").fetchall())
    kept = check.connection.execute("SELECT count(*) FROM seen ANTI JOIN fate USING (line)").fetchall()[0][0]
    spellings = check.values.spellings.items()
    facts = TableFacts(
        rows_in=check.raw.rows_in,
        kept=kept,
        duplicates=statuses.get("duplicate", 0),
        quarantined=statuses.get("quarantined", 0),
        left_out=statuses.get("left_out", 0),
        reasons=reasons(check),
        normalised={name: spelling.normalised for name, spelling in spellings if spelling.normalised},
        blank=check.raw.text.blank,
        equal=_equal(check),
        silent={name: dict(spelling.silent) for name, spelling in spellings if spelling.silent},
        met={name: dict(spelling.met) for name, spelling in spellings if spelling.met},
        undeclared={name: dict(spelling.undeclared) for name, spelling in spellings if spelling.undeclared},
    )
    if facts.rows_in != facts.kept + facts.duplicates + facts.quarantined + facts.left_out:
        raise RuntimeError(f"{check.raw.name}: the rows do not add up: {facts}")
    return facts


def _equal(check: Check) -> int:
    """How many kept rows equal one before, in a table whose rows have no references."""
    if check.raw.table.reference is not None:
        return 0
    rows = f"SELECT line, {_content(check)} AS content FROM ({check.values.query(check.raw.fed)})"
    kept = f"SELECT count(*) - 1 AS more FROM ({rows}) ANTI JOIN fate USING (line) GROUP BY content"
    return int(check.connection.execute(f"SELECT coalesce(sum(more), 0) FROM ({kept})").fetchall()[0][0])


def filled_cells(check: Check) -> dict[str, int]:
    """By column how many blank cells of kept rows are filled by the derived column of its name."""
    names = check.values.filling
    if not names:
        return {}
    counts = ", ".join(f"count(*) FILTER (t_{name} IS NULL AND v_{name} IS NOT NULL)" for name in names)
    rows = f"SELECT {counts} FROM ({check.values.query(names)}) ANTI JOIN fate USING (line)"
    found = dict(zip(names, check.connection.execute(rows).fetchall()[0], strict=True))
    return {name: int(n) for name, n in found.items() if n}


def reasons(check: Check) -> dict[str, int]:
    """How many rows have each reason, commonest first."""
    counted = "SELECT reason, count(*) AS n FROM (SELECT unnest(reasons) AS reason FROM fate) GROUP BY reason"
    return dict(check.connection.execute(f"{counted} ORDER BY n DESC, reason").fetchall())


def examples(check: Check, reason: str, limit: int = 3) -> list[tuple[int, str | None]]:
    """Numbers of quarantined rows with this reason, lowest first, and the value that is in the reason's column."""
    columns = {rule.reason: rule.column for rule in check.rules} | {check.repeated: check.raw.table.reference}
    column = columns.get(reason)
    value = f'raw."{column}"' if column else "NULL"
    rows = "FROM fate WHERE status = 'quarantined' AND list_contains(reasons, ?) ORDER BY line LIMIT ?"
    found = check.connection.execute(f"SELECT line {rows}", [reason, limit]).fetchnumpy()["line"]
    with check.narrowed(found):
        texts = dict(check.connection.execute(f"SELECT {LINE}, {value} FROM raw").fetchall())
    return [(int(line), texts.get(int(line))) for line in found]
