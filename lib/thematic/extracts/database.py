"""Turns tables in databases into an extract: a folder of Parquet files, text throughout, that is read as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pyarrow import parquet as pq

from thematic.core.digests import code_digest, digest
from thematic.core.errors import DataRefused, Problem
from thematic.core.folders import replacing
from thematic.extracts.connections import Address, Unreadable, address, connected, said_by_the_driver
from thematic.extracts.derived import demanded
from thematic.extracts.parquet import as_text
from thematic.extracts.readers import unknown_columns
from thematic.extracts.sources import SETTINGS
from thematic.params.sources import ExtractSettings, SourcesParams, TableParams
from thematic.params.tables import Table

_MADE_FROM = "made_from.txt"
_BATCH_ROWS = 20_000
_MEMORY_LIMIT = "800MB"
_COLUMNS_FIX = "Say under columns: what each is called there, or give a query: that has them."

Say = Callable[[str], None]
Opened = tuple[Address, Any]
"""An address, and the ibis connection to it."""


@dataclass(frozen=True)
class Databases:
    """The databases that a sources.yaml (`shown` in messages) names, as of the day `today`, for these `tables`."""

    sources: SourcesParams
    shown: str
    environment: Mapping[str, str]
    today: date
    tables: Mapping[str, Table]

    def read_on(self, folder: Path) -> date | None:
        """The day on which the folder was read by this very sources.yaml; None where it was not."""
        stamp = folder / _MADE_FROM
        key, _, day = stamp.read_text(encoding="utf-8").partition(" ") if stamp.is_file() else ("", "", "")
        return date.fromisoformat(day.strip()) if key == self._key() else None

    def read(self, folder: Path, say: Say) -> None:
        """Puts every table into the folder, which is replaced whole, or not at all.

        Rows stand in the order of their texts, column by column as the contract has them, blank first: a row has the
        same number in whatever order a database hands it over. Without `as_at` the extract is as at today. Raises
        DataRefused, before any row is read, when a database cannot be entered or lacks a table or a column.
        """
        problems: list[Problem] = []
        say(f"Reading from the databases of {self.shown}")
        with self.found(say) as found, replacing(folder) as part:
            for rows in found:
                with _noting(problems):
                    say(f"{rows.name}: {rows.store(part):,} rows read from {rows.connection}")
                _refuse(problems)
            self._sign(part)

    @contextmanager
    def found(self, say: Say) -> Iterator[list[Rows]]:
        """The tables, each with its columns, while the connections are open. Raises DataRefused as read does."""
        problems: list[Problem] = []
        with ExitStack() as stack:
            opened = self._open(stack, problems)
            found = list(self._find(opened, problems, say))
            _refuse(problems)
            yield found

    def _open(self, stack: ExitStack, problems: list[Problem]) -> dict[str, Opened]:
        """The connections that are needed, by name; what keeps one from opening is noted."""
        opened = {}
        for name in dict.fromkeys(self.sources.connection_of(asked) for asked in self.sources.in_databases.values()):
            where = f"{self.shown}, connections.{name}"
            with _noting(problems):
                place = address(self.sources.connections[name].url, self.environment, where)
                opened[name] = place, stack.enter_context(connected(place, where))
        return opened

    def _find(self, opened: Mapping[str, Opened], problems: list[Problem], say: Say) -> Iterator[Rows]:
        """The tables of the connections that are open; what keeps one from being found is noted."""
        for name, asked in self.sources.in_databases.items():
            connection = self.sources.connection_of(asked)
            if connection in opened:
                with _noting(problems):
                    where = f"{self.shown}, tables.{name}"
                    yield _rows(name, self.tables[name], asked, connection, opened[connection], where, say)

    @property
    def settings(self) -> ExtractSettings:
        """What the extract says of itself; without `as_at` it is as at today."""
        stated = {name: getattr(self.sources, name) for name in ExtractSettings.model_fields}
        return ExtractSettings(**stated | {"as_at": self.sources.as_at or self.today})

    def _sign(self, folder: Path) -> None:
        stated = self.settings
        said = stated.model_dump(mode="json", exclude={"as_at"})
        settings = {name: value for name, value in said.items() if value} | {"as_at": stated.as_at}
        text = yaml.safe_dump(settings, allow_unicode=True)
        (folder / SETTINGS).write_text(text, encoding="utf-8", newline="\n")
        (folder / _MADE_FROM).write_text(f"{self._key()} {self.today}\n", encoding="utf-8", newline="\n")

    def _key(self) -> str:
        """The digest of what is read from where; what the environment holds is no part of it."""
        asked = [self.sources.model_dump(mode="json"), list(self._columns())]
        return digest([*asked, code_digest("extracts/database.py")])

    def _columns(self) -> Iterator[tuple[str, ...]]:
        """What is asked of each table."""
        for name in self.sources.in_databases:
            yield name, *self.tables[name].names


@dataclass(frozen=True)
class Rows:
    """A table that is there: `expression` asks for its rows, under the contract's names and in its order, of the ibis
    connection `backend`."""

    name: str
    connection: str
    where: str
    place: Address
    backend: Any
    expression: Any

    def store(self, folder: Path) -> int:
        """Writes <table>.parquet, sorted; gives the number of rows. No more than a batch of them is held at once."""
        unsorted = folder / f"{self.name}.unsorted"
        schema = pa.schema([(name, pa.string()) for name in self.expression.columns])
        with pq.ParquetWriter(unsorted, schema) as writer:
            for batch in self._batches():
                writer.write_table(_text(batch, self.where).cast(schema))
        with duckdb.connect(config={"memory_limit": _MEMORY_LIMIT, "temp_directory": str(folder)}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.read_parquet(str(unsorted)).create_view("rows")
            path = folder / f"{self.name}.parquet"
            connection.sql("FROM rows ORDER BY ALL").write_parquet(str(path), compression="zstd")
        unsorted.unlink()
        return int(pq.read_metadata(path).num_rows)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        fix = "Nothing was changed. If a value there is at fault, give a query: that makes text of its column."
        with said_by_the_driver(self.place, self.where, "the rows could not be read to their end", fix):
            yield from self.expression.to_pyarrow_batches(chunk_size=_BATCH_ROWS)


def _text(batch: pa.RecordBatch, where: str) -> pa.Table:
    """The rows as text; what is missing is blank, as in a CSV file."""
    rows = pa.Table.from_batches([batch])
    texts = [as_text(rows[name], f"{where}, column {name}") for name in rows.column_names]
    return pa.table([pc.fill_null(text, "") for text in texts], rows.column_names)


def _rows(name: str, table: Table, asked: TableParams, connection: str, opened: Opened, where: str, say: Say) -> Rows:
    """The table as it is to be read. Raises Unreadable where it, or one of its columns, is not there."""
    place, backend = opened
    what = f"the table {asked.table} cannot be found" if asked.table else "the query cannot be run"
    with said_by_the_driver(place, where, what, "Correct it, and see that the account may read it."):
        found = backend.sql(asked.query.rstrip("; \n")) if asked.query else _named(backend, str(asked.table))
        header = list(found.columns)
    columns = dict(_columns(table, asked, header, where))
    unused = [column for column in header if column not in columns.values()]
    for sentence in unknown_columns(unused, {column: column for column in table.names if column not in columns}, name):
        say(sentence)
    with said_by_the_driver(place, where, "its columns cannot be read", _COLUMNS_FIX):
        values = {ours: _readable(found[theirs]) for ours, theirs in columns.items()}
        return Rows(name, connection, where, place, backend, found.select(**values))


def _named(backend: Any, name: str) -> Any:
    *within, last = name.split(".")
    return backend.table(last, database=(tuple(within) if len(within) > 1 else within[0]) if within else None)


def _columns(table: Table, asked: TableParams, header: list[str], where: str) -> Iterator[tuple[str, str]]:
    """The contract's columns that are there, each with its name there: as declared, alike, or alike but for case."""
    folded = {name.casefold(): name for name in reversed(header)}
    wanted = {name: str(asked.columns.get(name, name)) for name in table.names}
    found = {name: each if each in header else folded.get(each.casefold()) for name, each in wanted.items()}
    there = {name: each for name, each in found.items() if each is not None}
    yield from there.items()
    needed = [name for name in table.names if name in demanded(table, there) or name in asked.columns]
    missing = [_called(name, wanted[name]) for name in needed if name not in there]
    if missing:
        lacks = f"lacks {'the column' if len(missing) == 1 else 'the columns'} {', '.join(missing)}"
        raise Unreadable(where, f"{lacks}; it has {', '.join(header)}.", _COLUMNS_FIX)


def _called(name: str, there: str) -> str:
    return there if there == name else f"{there} ({name})"


def _readable(values: Any) -> Any:
    """The column as a type that is written as text in one way only; a decimal or a type of its own as its text. A
    moment with a zone comes as it is in UTC."""
    kind = values.type()
    plain = kind.is_string() or kind.is_boolean() or kind.is_integer() or kind.is_floating()
    return values if plain or kind.is_date() or kind.is_timestamp() else values.cast("string")


@contextmanager
def _noting(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Unreadable as unreadable:
        problems.append(unreadable.problem)


def _refuse(problems: list[Problem]) -> None:
    if len(problems) == 1:
        raise DataRefused(str(problems[0]))
    if problems:
        raise DataRefused("The databases cannot be read. Nothing was changed.", problems)
