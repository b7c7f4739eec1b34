"""Turns the SQL that declared tables are checked by, as DuckDB has it, into that of the engine that holds the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from thematic.extracts.kinds import text_sql
from thematic.in_place.clocks import Clock

OURS = "thematic_"
"""What the names of all that is made in the engine begin with."""

_DIALECTS = {
    "postgres": "postgres",
    "pyspark": "spark",
    "databricks": "databricks",
    "snowflake": "snowflake",
    "duckdb": "duckdb",
}
KINDS = tuple(_DIALECTS)
"""The engines that rows can be counted in, as ibis knows them."""

_ENDS = {"spark": r"\z", "databricks": r"\z"}
"""How the end of a text is written in a regular expression, where `$` matches before a line break as well."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_A_MONDAY = "1900-01-01"
_ONCE = {"cells", "known", "given"}
"""What queries over the values of columns call those that they are made of."""


@dataclass(frozen=True)
class Dialect:
    """The SQL of a kind of engine, with the force's clock, which no engine is asked for."""

    kind: str
    clock: Clock

    @property
    def name(self) -> str:
        """The dialect as sqlglot knows it."""
        return _DIALECTS[self.kind]

    def sql(self, query: str) -> str:
        """A query over `raw`, `map_...`, `list_...` and others of ours, which are the engine's tables of these names
        with OURS before them."""
        tree = sqlglot.parse_one(query, read="duckdb")
        made = {each.alias for each in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            if table.name not in made and not table.name.startswith(OURS):
                if not table.alias:
                    table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
                table.set("this", exp.to_identifier(OURS + table.name))
        if self.kind != "duckdb":
            tree = tree.transform(self._rewritten)
        if self.kind == "postgres":
            _fence(tree)
        return tree.sql(dialect=self.name, identify=True)

    def quoted(self, name: str) -> str:
        """A name as it is written, whatever case the engine would give it."""
        return exp.to_identifier(name, quoted=True).sql(dialect=self.name)

    def ours(self, name: str) -> str:
        """The name of a table of ours, for SQL."""
        return self.quoted(OURS + name)

    def _rewritten(self, node: exp.Expression) -> exp.Expression:
        rewrite = _REWRITES.get(type(node))
        return node if rewrite is None else rewrite(self, node)

    def _called(self, node: exp.Expression) -> exp.Expression:
        """A function that sqlglot does not know: a length in bytes, or a time on the force's clock as it is in UTC, or
        the other way round."""
        if node.name.lower() == "strlen":
            return exp.Anonymous(this="octet_length", expressions=node.expressions)
        inner = node.expressions[1] if _is_timezone(node) else None
        if inner is None or not _is_timezone(inner):
            return node
        given, wanted = inner.expressions[0].name, node.expressions[0].name
        time = inner.expressions[1].copy().transform(self._rewritten).sql(dialect="duckdb")
        if wanted == "UTC":
            return _parsed(self.clock.utc_sql(time))
        return _parsed(self.clock.local_sql(time)) if given == "UTC" else node

    def _full_match(self, node: exp.Expression) -> exp.Expression:
        pattern = node.expression.name.replace(r"\d", "[0-9]")
        anchored = exp.Literal.string(f"^({pattern}){_ENDS.get(self.name, '$')}")
        return exp.RegexpLike(this=node.this, expression=anchored)


def _fence(tree: exp.Expression) -> None:
    """Keeps PostgreSQL from working a value out again wherever it is used: a query with an offset is one by itself."""
    for query in tree.find_all(exp.Subquery):
        if query.alias in _ONCE and isinstance(query.this, exp.Select):
            query.this.set("offset", exp.Offset(expression=exp.Literal.number(0)))


def _is_timezone(node: exp.Expression) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "timezone"


def _parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, read="duckdb")


def _day_name(_: Dialect, node: exp.Expression) -> exp.Expression:
    since = f"date_diff('day', DATE '{_A_MONDAY}', CAST({node.this.sql(dialect='duckdb')} AS DATE))"
    names = " ".join(f"WHEN {place} THEN {text_sql(name)}" for place, name in enumerate(_DAYS))
    return _parsed(f"CASE ((({since}) % 7) + 7) % 7 {names} END")


def _hour(_: Dialect, node: exp.Expression) -> exp.Expression:
    return exp.cast(exp.Extract(this=exp.Var(this="HOUR"), expression=node.this), "INT")


def _interval(_: Dialect, node: exp.Expression) -> exp.Expression:
    """`INTERVAL (90) MINUTE` with its number as a text, as all engines have it."""
    amount = node.this.unnest()
    number = amount.sql() if not isinstance(amount, exp.Literal) else amount.name
    return _parsed(f"INTERVAL '{number}' {node.args['unit'].name}")


def _has_any(_: Dialect, node: exp.Expression) -> exp.Expression:
    """Whether a list of codes has one of these."""
    listed = f"(';' || {node.this.this.sql(dialect='duckdb')} || ';')"
    codes = [each.name for each in node.expression.expressions]
    return _parsed("(" + " OR ".join(f"strpos({listed}, {text_sql(f';{code};')}) > 0" for code in codes) + ")")


_REWRITES: dict[type[exp.Expression], Callable[[Dialect, exp.Expression], exp.Expression]] = {
    exp.RegexpFullMatch: Dialect._full_match,
    exp.Anonymous: Dialect._called,
    exp.Dayname: _day_name,
    exp.Hour: _hour,
    exp.Interval: _interval,
    exp.ArrayOverlaps: _has_any,
}
"""What sqlglot does not carry over as DuckDB means it."""
