"""Decides the fate of every row where it is: kept, or why not. What comes back are counts, and the rows put aside."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from thematic.extracts.rules import Rule, left_out_sql
from thematic.extracts.text_rows import LINE
from thematic.extracts.values import Values
from thematic.in_place.engine import Engine

_MADE = ("raw", "seen", "contents", "repeats", "fate")


@dataclass(frozen=True)
class Fates:
    """One table under check in the engine, which holds `raw` (the rows) and gets `seen`, `repeats` and `fate` as
    thematic.extracts.checks has them, but that `fate` gives no reasons; and at last the kept rows."""

    engine: Engine
    values: Values
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return self.values.raw.name

    def decide(self) -> None:
        """Makes `fate`: line and status of every row that is not kept."""
        self._see()
        self._find_repeats()
        self.engine.keep(
            "fate",
            "SELECT line, 'left_out' AS status FROM seen WHERE left_out"
            " UNION ALL SELECT line, 'duplicate' AS status FROM contents WHERE copy > 1"
            " UNION ALL SELECT seen.line, 'quarantined' AS status FROM seen"
            " LEFT JOIN (SELECT line FROM contents WHERE copy > 1) twice ON seen.line = twice.line"
            " LEFT JOIN repeats ON seen.line = repeats.line"
            " WHERE NOT seen.left_out AND twice.line IS NULL AND (seen.bad OR repeats.line IS NOT NULL)",
        )

    def _see(self) -> None:
        table = self.values.table
        bad = " OR ".join(f"({rule.condition})" for rule in self.rules) or "1 = 0"
        left_out, _ = left_out_sql(self.values)
        reference = f"v_{table.reference}" if table.reference else "CAST(NULL AS VARCHAR)"
        named = [name for rule in self.rules for name in (rule.column, *rule.needs) if name is not None]
        names = [*named, *table.left_out_unless, table.date, *([table.reference] if table.reference else [])]
        self.engine.keep(
            "seen",
            f"SELECT line, {reference} AS reference, v_{table.date} AS placed, {left_out} AS left_out,"
            f" coalesce(({bad}), false) AS bad FROM ({self.values.query(list(dict.fromkeys(names)))}) AS cells",
        )

    def _find_repeats(self) -> None:
        if self.values.table.reference is None:
            nothing = "SELECT line, reference, bad, 1 AS copy FROM seen WHERE 1 = 0"
            self.engine.keep("contents", nothing)
            self.engine.keep("repeats", "SELECT line FROM seen WHERE 1 = 0")
            return
        several = "WHERE NOT left_out AND reference IS NOT NULL GROUP BY reference HAVING count(*) > 1"
        alike = f"JOIN (SELECT reference FROM seen {several}) alike ON seen.reference = alike.reference"
        lines = f"SELECT seen.line FROM seen {alike} WHERE NOT seen.left_out"
        suspects = self.values.query(self.values.raw.fed, where=f"WHERE raw.{LINE} IN ({lines})")
        self.engine.keep(
            "contents",
            "SELECT seen.line AS line, seen.reference AS reference, seen.bad AS bad,"
            " row_number() OVER (PARTITION BY seen.reference, content ORDER BY seen.line) AS copy"
            f" FROM (SELECT line, {self.content()} AS content FROM ({suspects}) AS cells) said"
            " JOIN seen ON said.line = seen.line",
        )
        self.engine.keep(
            "repeats",
            "SELECT line FROM (SELECT line, count(*) OVER (PARTITION BY reference) AS rows_alike,"
            " min(CASE WHEN NOT bad THEN line END) OVER (PARTITION BY reference) AS keeper"
            " FROM contents WHERE copy = 1 AND reference IS NOT NULL) same"
            " WHERE rows_alike > 1 AND (keeper IS NULL OR line <> keeper)",
        )

    def content(self) -> str:
        """All that a row says, in one text: each part after its length."""
        parts = [f"coalesce(CAST(v_{name} AS VARCHAR), t_{name}, '')" for name in self.values.raw.fed]
        return " || ".join(f"CAST(length({part}) AS VARCHAR) || ':' || {part}" for part in parts)

    def numbers(self) -> dict[str, int]:
        """How many rows have each status, the kept ones among them."""
        found = self.engine.rows("SELECT status, count(*) AS n FROM fate GROUP BY status")
        counts = dict(zip(*(column.to_pylist() for column in found.columns), strict=True))
        rows_in = int(self.engine.row("SELECT count(*) AS n FROM seen")[0])
        return {"rows_in": rows_in, "kept": rows_in - sum(counts.values())} | counts

    def account(self) -> pa.Table:
        """The number of rows by month (as a day of it, null where not known), status and reason, without those put
        aside."""
        month = "CAST(date_trunc('month', {}) AS DATE)"
        placed = month.format("seen.placed")
        parts = [
            f"SELECT {placed} AS month, coalesce(fate.status, 'kept') AS status, '' AS reason FROM seen"
            " LEFT JOIN fate ON seen.line = fate.line WHERE fate.status IS NULL OR fate.status = 'duplicate'"
        ]
        if self.values.table.left_out_unless:
            _, reason = left_out_sql(self.values)
            rows = self.values.query(
                [*self.values.table.left_out_unless, self.values.table.date],
                where=f"WHERE raw.{LINE} IN (SELECT line FROM fate WHERE status = 'left_out')",
            )
            day = month.format(f"v_{self.values.table.date}")
            parts.append(f"SELECT {day} AS month, 'left_out' AS status, {reason} AS reason FROM ({rows}) AS cells")
        found = self.engine.rows(
            "SELECT month, status, reason, count(*) AS n FROM"
            f" ({' UNION ALL '.join(parts)}) fates GROUP BY month, status, reason"
        )
        return found.rename_columns(["month", "status", "reason", "n"]).cast(_ACCOUNT)

    def put_aside(self, most: int | None = None) -> tuple[pa.Table, set[int]]:
        """The quarantined rows as they are, lowest number first (the first of them, where there may be so many at
        `most`), and the numbers of those that repeat a reference."""
        cells = ", ".join(f'raw."{name}"' for name in self.values.raw.fed)
        limit = f" LIMIT {most}" if most is not None else ""
        found = self.engine.rows(
            f"SELECT raw.{LINE}, repeats.line AS again, {cells} FROM raw JOIN fate ON raw.{LINE} = fate.line"
            f" LEFT JOIN repeats ON raw.{LINE} = repeats.line WHERE fate.status = 'quarantined'"
            f" ORDER BY raw.{LINE}{limit}"
        ).rename_columns([LINE, "again", *self.values.raw.fed])
        again = {line for line in found["again"].to_pylist() if line is not None}
        text = pa.schema([(LINE, pa.int64()), *((name, pa.string()) for name in self.values.raw.fed)])
        return found.drop_columns(["again"]).cast(text), {int(line) for line in again}

    def broken(self, rules: Iterable[Rule]) -> dict[str, int]:
        """By reason how many quarantined rows break a rule."""
        asked = list(rules)
        counts = ", ".join(f"sum(CASE WHEN {rule.condition} THEN 1 ELSE 0 END) AS n{n}" for n, rule in enumerate(asked))
        names = [name for rule in asked for name in (rule.column, *rule.needs) if name is not None]
        rows = self.values.query(
            list(dict.fromkeys([*names, self.values.table.date])),
            where=f"WHERE raw.{LINE} IN (SELECT line FROM fate WHERE status = 'quarantined')",
        )
        found = self.engine.row(f"SELECT {counts} FROM ({rows}) AS cells") if asked else ()
        return {rule.reason: int(n) for rule, n in zip(asked, found, strict=True) if n}

    def equal(self) -> int:
        """How many kept rows equal one before, in a table whose rows have no references."""
        if self.values.table.reference is not None:
            return 0
        rows = self.values.query(self.values.raw.fed, where=self._where_kept())
        said = f"SELECT {self.content()} AS content FROM ({rows}) AS cells"
        alike = f"SELECT count(*) - 1 AS more FROM ({said}) AS said GROUP BY content"
        return int(self.engine.row(f"SELECT coalesce(sum(more), 0) AS n FROM ({alike}) AS alike")[0])

    def filled_cells(self) -> dict[str, int]:
        """By column how many blank cells of kept rows are filled by the derived column of its name."""
        names = self.values.filling
        if not names:
            return {}
        counts = ", ".join(
            f"sum(CASE WHEN t_{name} IS NULL AND v_{name} IS NOT NULL THEN 1 ELSE 0 END) AS n_{name}" for name in names
        )
        rows = self.values.query(names, where=self._where_kept())
        found = self.engine.row(f"SELECT {counts} FROM ({rows}) AS cells")
        return {name: int(n) for name, n in zip(names, found, strict=True) if n}

    def keep(self) -> str:
        """Makes the table of the kept rows as the warehouse would have them; gives its name."""
        fed = set(self.values.fed)
        columns = ", ".join(
            f'CAST({f"v_{name}" if name in fed else "NULL"} AS {self.values.sql_type(name)}) AS "{name}"'
            for name in self.values.table.all_names
        )
        rows = self.values.query(self.values.fed, where=self._where_kept())
        self.engine.keep(f"kept_{self.name}", f"SELECT {columns} FROM ({rows}) AS cells")
        return f"kept_{self.name}"

    def let_go(self) -> None:
        """Drops all but the kept rows."""
        maps = [f"map_{name}" for name in self.values.raw.fed]
        self.engine.drop(*_MADE, *maps, *(f"list_{name}" for name, _ in self.values.lookups()))

    def _where_kept(self) -> str:
        return f"WHERE NOT EXISTS (SELECT 1 FROM fate WHERE fate.line = raw.{LINE})"


_ACCOUNT = pa.schema([("month", pa.date32()), ("status", pa.string()), ("reason", pa.string()), ("n", pa.int64())])
