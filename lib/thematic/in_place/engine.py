"""Runs SQL in the engine that holds the rows, and keeps there, for the session alone, what later queries rest on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from thematic.extracts.connections import Address, said_by_the_driver
from thematic.in_place.dialects import OURS, Dialect

_SPARK_TYPES = {
    "string": "STRING",
    "bool": "BOOLEAN",
    "int64": "BIGINT",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP_NTZ",
    "decimal128(18, 6)": "DECIMAL(18, 6)",
}
_FIX = (
    "Nothing was changed. The account must be allowed to read the table and to make temporary ones (docs/databases.md)."
)


@dataclass
class Engine:
    """An open ibis connection, and the dialect of its SQL. All queries are written as DuckDB has them, but for those
    that are its own. `frames` are what Spark holds."""

    backend: Any
    dialect: Dialect
    place: Address
    where: str
    frames: dict[str, Any] = field(default_factory=dict)

    @property
    def is_spark(self) -> bool:
        return self.dialect.kind == "pyspark"

    @property
    def _spark(self) -> Any:
        """Spark's session: ibis has no temporary tables of it."""
        return self.backend._session

    def set_clock(self) -> None:
        """Makes the session's clock UTC, in engines whose moments look at it."""
        if self.dialect.kind in {"pyspark", "databricks"}:
            with self._noting():
                self._run("SET TIME ZONE 'UTC'")

    def rows(self, query: str) -> pa.Table:
        """What a query gives: counts, or quarantined rows."""
        return self._rows(self.dialect.sql(query))

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row of a query."""
        return self.own_row(self.dialect.sql(query))

    def own_row(self, sql: str) -> tuple[Any, ...]:
        """The same of a query in the engine's own SQL."""
        return tuple(column[0].as_py() for column in self._rows(sql).columns)

    def _rows(self, sql: str) -> pa.Table:
        with self._noting():
            return self.backend.sql(sql, dialect=self.dialect.name).to_pyarrow()

    def keep(self, name: str, query: str) -> None:
        """Makes what a query gives a table of the session, called by OURS and the name."""
        self.keep_own(name, self.dialect.sql(query))

    def keep_own(self, name: str, sql: str) -> None:
        """The same of a query in the engine's own SQL."""
        with self._noting():
            if self.is_spark:
                frame = self.frames[name] = self._spark.sql(sql).persist()
                frame.count()
                frame.createOrReplaceTempView(f"{OURS}{name}")
                return
            self._run(f"CREATE TEMPORARY TABLE {self.dialect.ours(name)} AS {sql}")
            self._analyse(name)

    def put(self, name: str, rows: pa.Table) -> None:
        """Makes a small table of ours one of the session."""
        with self._noting():
            if self.is_spark:
                values = list(zip(*(column.to_pylist() for column in rows.columns), strict=True))
                kinds = ", ".join(f"`{field.name}` {_SPARK_TYPES[str(field.type)]}" for field in rows.schema)
                self._spark.createDataFrame(values, kinds).createOrReplaceTempView(f"{OURS}{name}")
                return
            self.backend.create_table(f"{OURS}{name}", rows, temp=True)
            self._analyse(name)

    def drop(self, *names: str) -> None:
        """Lets go of tables of the session; one that is not there is none to let go of."""
        for name in names:
            with suppress(Exception):
                if self.is_spark:
                    self._spark.catalog.dropTempView(f"{OURS}{name}")
                    self.frames.pop(name).unpersist()
                else:
                    self._run(f"DROP TABLE IF EXISTS {self.dialect.ours(name)}")

    def table(self, name: str) -> Any:
        """A table of the session for ibis."""
        return self.backend.table(f"{OURS}{name}")

    def _analyse(self, name: str) -> None:
        """Lets PostgreSQL know what is in a table of ours: of one of the session it does not find out by itself."""
        if self.dialect.kind == "postgres":
            self._run(f"ANALYZE {self.dialect.ours(name)}")

    def _run(self, sql: str) -> None:
        cursor = self.backend.raw_sql(sql)
        if hasattr(cursor, "close") and self.dialect.kind != "duckdb":
            cursor.close()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        with said_by_the_driver(self.place, self.where, "the rows cannot be counted there", _FIX):
            yield
