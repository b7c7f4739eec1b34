"""Says which tables of the extract lie in a database and how it is reached; credentials are the environment's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

from pydantic import Field, StringConstraints, field_validator

from thematic.core.errors import Problem
from thematic.params.models import Declared, Name
from thematic.params.reading import nearest, read_yaml, validated
from thematic.params.schema import TABLES

SOURCES = "sources.yaml"
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
KINDS = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mssql": "mssql",
    "snowflake": "snowflake",
    "databricks": "databricks",
    "duckdb": "duckdb",
}
"""The beginnings of a URL, and the name under which ibis and our extras (`thematic[...]`) know the database."""

_WITH_PASSWORD = re.compile(r"://[^/?#\s]*:.*@", re.DOTALL)
_SECRET_KEY = re.compile(r"pass|pwd|token|secret|credential|private_key$", re.IGNORECASE)
_SECRET = "a password or a token stands in the file."  # noqa: S105 - a sentence about one
_INSTEAD = (
    "Put it into an environment variable, and write ${ITS_NAME} here; change it, now that others may have seen it."
)
_A_URL = f"is not the URL of a database. Begin it with {', '.join(f'{kind}://' for kind in KINDS)}, or write"

TableName = Literal["crimes", "incidents", "protection_notices", "disclosures", "surveys"]


class ExtractSettings(Declared):
    """What an extract says of itself, in extract.yaml or sources.yaml; all of it optional.

    `as_at` is the last day the extract knows of, `history_from` the first month it is complete for.
    """

    as_at: date | None = None
    history_from: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    synthetic: bool = False
    title: str | None = None
    licence: str | None = None

    @field_validator("history_from", mode="before")
    @classmethod
    def _first_day(cls, value: object) -> object:
        return f"{value:%Y-%m}" if isinstance(value, date) and value.day == 1 else value


class ConnectionParams(Declared):
    """How a database is reached: a URL in which ${NAME} stands for an environment variable, or one such alone."""

    url: Name


class TableParams(Declared):
    """Where a table of the extract lies: a `table` (schema.table, catalog.schema.table) or a `query` (a SELECT).

    `columns` gives, by the contract's name of a column, the one it has there where that is another. `connection` may
    be left out where there is but one.
    """

    connection: Name | None = None
    table: Name | None = None
    query: Name | None = None
    columns: dict[Name, Name] = Field(default={})


class SourcesParams(ExtractSettings):
    """params/sources.yaml: the extract's tables in databases, and what the extract says of itself."""

    connections: dict[Name, ConnectionParams] = Field(default={})
    tables: dict[TableName, TableParams] = Field(default={})

    def connection_of(self, table: TableParams) -> str:
        """The name of the table's connection."""
        return table.connection or next(iter(self.connections))


def read_sources(path: Path, shown: str) -> tuple[SourcesParams | None, list[Problem]]:
    """The file as its model, or None and every problem in it; no problem shows what a connection says."""
    said, problems = read_yaml(path, shown)
    if problems:
        return None, problems
    said = {} if said is None else said
    problems = [*_secrets(said, shown), *_unusable_connections(said, shown)]
    if problems:
        return None, problems
    found, problems = validated(said, shown, SourcesParams)
    problems = problems if found is None else list(_unusable_tables(found, shown))
    return (None, problems) if problems else (found, [])


def split_url(url: str) -> tuple[str, str | None, str | None]:
    """The URL without its user and password, and these two as they stand in it (None: not there)."""
    scheme, _, rest = url.partition("://")
    account, at, place = rest.rpartition("@")
    user, colon, password = account.partition(":")
    return f"{scheme}://{place}", user if at else None, password if colon else None


def _secrets(said: Any, shown: str, key: str = "") -> Iterator[Problem]:
    """A problem for every text in which a password or a token is written out."""
    if isinstance(said, dict):
        for name, value in said.items():
            yield from _secrets(value, shown, f"{key}.{name}".removeprefix("."))
    elif isinstance(said, list):
        for index, value in enumerate(said):
            yield from _secrets(value, shown, f"{key}[{index}]")
    elif isinstance(said, str) and _holds_secret(said):
        yield Problem(f"{shown}, {key}", _SECRET, _INSTEAD)


def _holds_secret(text: str) -> bool:
    if _WITH_PASSWORD.search(text):
        password = split_url(text)[2] or ""
        if not VARIABLE.fullmatch(password):
            return True
    options = parse_qsl(text.partition("?")[2]) if "://" in text else []
    return any(_SECRET_KEY.search(name) and not VARIABLE.fullmatch(value) for name, value in options)


def _unusable_connections(said: Any, shown: str) -> Iterator[Problem]:
    """A problem for everything under `connections` that the model would show as it stands."""
    connections = said.get("connections", {}) if isinstance(said, dict) else {}
    if not isinstance(connections, dict):
        yield Problem(f"{shown}, connections", "is not names with a url each.", "Write keys and values.")
        return
    for name, connection in connections.items():
        where = f"{shown}, connections.{name}"
        if not isinstance(connection, dict) or not isinstance(connection.get("url"), str):
            yield Problem(where, "has no url.", "Write `url:` under it.")
        elif not _is_url(connection["url"].strip()):
            yield Problem(f"{where}.url", f"{_A_URL} one environment variable that holds it, as ${{ITS_NAME}}.")


def _is_url(url: str) -> bool:
    return bool(VARIABLE.fullmatch(url)) or ("://" in url and url.partition("://")[0].lower() in KINDS)


def _unusable_tables(found: SourcesParams, shown: str) -> Iterator[Problem]:
    for name, table in found.tables.items():
        where = f"{shown}, tables.{name}"
        if (table.table is None) == (table.query is None):
            yield Problem(where, "names no table and no query, or both.", "Give either table: or query:.")
        if table.connection is None and len(found.connections) != 1:
            yield Problem(where, "does not say its connection.", "Give connection:, one of those under connections:.")
        if table.connection is not None and table.connection not in found.connections:
            fix = nearest(table.connection, {name: name for name in found.connections}) if found.connections else ""
            yield Problem(f"{where}.connection", f"'{table.connection}' is not under connections:.", fix)
        for column in table.columns:
            if column not in TABLES[name].names:
                known = {known: known for known in TABLES[name].names}
                yield Problem(f"{where}.columns", f"{name} has no column '{column}'.", nearest(column, known))
