"""params/sources.yaml: where the tables of an extract are, in files or databases; credentials are the environment's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import AfterValidator, BeforeValidator, Field

from thematic.core.errors import Problem
from thematic.params.declared import Declared, Key, Name
from thematic.params.reading import A_BOOLEAN, IN_QUOTES, nearest, read_yaml, validated
from thematic.params.tables import Table

SOURCES = "sources.yaml"
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
KINDS = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mssql": "mssql",
    "snowflake": "snowflake",
    "databricks": "databricks",
    "pyspark": "pyspark",
    "duckdb": "duckdb",
}
"""The beginnings of a URL, and the name under which ibis and our extras (`thematic[...]`) know the database."""

_WITH_PASSWORD = re.compile(r"://[^/?#\s]*:.*@", re.DOTALL)
_SECRET_KEY = re.compile(r"pass|pwd|token|secret|credential|private_key$", re.IGNORECASE)
_SECRET = "a password or a token is in the file."  # noqa: S105 - a sentence about one
_INSTEAD = (
    "Put it into an environment variable, and write ${ITS_NAME} here; change it, now that others may have seen it."
)
_A_URL = f"is not the URL of a database. Begin it with {', '.join(f'{kind}://' for kind in KINDS)}, or write"


def _month(value: object) -> str:
    """The month; also of a first day, as YAML reads a date."""
    text = f"{value:%Y-%m}" if isinstance(value, date) and value.day == 1 else str(value).strip()
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise ValueError("is not a month; write it as YYYY-MM")
    return text


MonthText = Annotated[str, BeforeValidator(_month)]
"""A month, `YYYY-MM`."""


class ExtractSettings(Declared):
    """What an extract says of itself, in extract.yaml or sources.yaml; all of it optional.

    `as_at` is the last day the extract knows of, `history_from` the first month it is complete for; in `empty_months`
    of a table nothing happened, so that a month without rows is no gap.
    """

    as_at: date | None = None
    history_from: MonthText | None = None
    empty_months: dict[Key, tuple[MonthText, ...]] = Field(default={})
    synthetic: bool = False
    title: str | None = None
    licence: str | None = None


class ConnectionParams(Declared):
    """How a database is reached: a URL in which ${NAME} stands for an environment variable, or one such alone."""

    url: Name


def _tells_a_day(dates: str) -> str:
    if not {"%Y", "%y"} & set(re.findall("%.", dates)) or not {"%m", "%b", "%B"} & set(re.findall("%.", dates)):
        raise ValueError("does not say where year and month are; for 31/01/2021 write %d/%m/%Y")
    return dates


def _mark(separator: object) -> object:
    mark = "tab" if separator == "\t" else str(separator).strip()
    if mark not in {",", ";", "|", "tab"}:
        raise ValueError('is none of the separators; write one of ",", ";", "|" and tab')
    return mark


Separator = Annotated[str, BeforeValidator(_mark)]


def _there(named: object) -> object:
    """The name of a column, or those of several."""
    if isinstance(named, list):
        if len(named) < 2:
            raise ValueError(f"is a list of {len(named)}; {_NAMES}")
        for place, name in enumerate(named, start=1):
            if not isinstance(name, str) or not name.strip():
                raise ValueError(f"number {place} of the list {_no_name(name)}")
        return tuple(named)
    if not isinstance(named, str) or not named.strip():
        raise ValueError(_no_name(named))
    return named


def _no_name(named: object) -> str:
    if isinstance(named, bool):
        return f"{A_BOOLEAN}. {IN_QUOTES.rstrip('.')}"
    return f"is not the name of a column as text; {_NAMES}"


_NAMES = "write the name of one column (in quotes if it looks like a number), or several as [first, second]"
There = Annotated[Name | tuple[Name, ...], BeforeValidator(_there)]
"""What a declared column is called in the file: one name, or several whose texts are joined."""


class TableParams(Declared):
    """Where a table of the extract is: a `file` (a path from the workbook's folder), a `table` of a database
    (schema.table, catalog.schema.table) or a `query` (a SELECT).

    `columns` gives, by the declared name of a column, the one it has there where that is another; in a file it may be
    several, whose texts are joined by hyphens (a year and a month). `dates` is how dates
    are written in the file, as in strptime (%d/%m/%Y), `separator` what is between its fields: , ; | or tab.
    `connection` may be left out where there is but one.
    """

    file: Name | None = None
    connection: Name | None = None
    table: Name | None = None
    query: Name | None = None
    columns: dict[Name, There] = Field(default={})
    dates: Annotated[Name, AfterValidator(_tells_a_day)] | None = None
    separator: Separator = ","

    @property
    def mark(self) -> str:
        """The character between fields."""
        return "\t" if self.separator == "tab" else self.separator


class SourcesParams(ExtractSettings):
    """params/sources.yaml: where the extract's tables are, and what the extract says of itself."""

    connections: dict[Name, ConnectionParams] = Field(default={})
    tables: dict[Key, TableParams] = Field(default={})

    @property
    def in_databases(self) -> dict[str, TableParams]:
        return {name: table for name, table in self.tables.items() if table.file is None}

    @property
    def in_files(self) -> dict[str, TableParams]:
        return {name: table for name, table in self.tables.items() if table.file is not None}

    def connection_of(self, table: TableParams) -> str:
        """The name of the table's connection."""
        return table.connection or next(iter(self.connections))


def read_sources(path: Path, shown: str, tables: Mapping[str, Table]) -> tuple[SourcesParams | None, list[Problem]]:
    """The file as its model (`tables` are those that params/tables declares), or None and every problem in it.

    No problem shows what a connection says.
    """
    said, problems = read_yaml(path, shown)
    if problems:
        return None, problems
    said = {} if said is None else said
    problems = [*_secrets(said, shown), *_unusable_connections(said, shown)]
    if problems:
        return None, problems
    found, problems = validated(said, shown, SourcesParams)
    problems = problems if found is None else list(_unusable_tables(found, shown, tables))
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


def _unusable_tables(found: SourcesParams, shown: str, tables: Mapping[str, Table]) -> Iterator[Problem]:
    for name, table in found.tables.items():
        where = f"{shown}, tables.{name}"
        if name not in tables:
            known = {known: known for known in tables}
            yield Problem(where, f"there is no table '{name}'.", nearest(name, known))
            continue
        if sum(place is not None for place in (table.file, table.table, table.query)) != 1:
            fix = "Give one of file:, table: and query:."
            yield Problem(where, "names no file, no table and no query, or several of them.", fix)
        if table.file is None and (table.dates is not None or table.separator != ","):
            yield Problem(where, "dates and separator go with file.", "Remove them, or give a query: that makes dates.")
        if table.file is not None:
            if table.connection is not None:
                yield Problem(where, "a file needs no connection.", "Remove connection:.")
        elif table.connection is None and len(found.connections) != 1:
            yield Problem(where, "does not say its connection.", "Give connection:, one of those under connections:.")
        if table.connection is not None and table.connection not in found.connections:
            fix = nearest(table.connection, {name: name for name in found.connections}) if found.connections else ""
            yield Problem(f"{where}.connection", f"'{table.connection}' is not under connections:.", fix)
        for column, there in table.columns.items():
            if table.file is None and not isinstance(there, str):
                fix = "Join them in a query:, and name the one column it gives."
                yield Problem(f"{where}.columns.{column}", "only in a file several columns may be one.", fix)
            if column not in tables[name].names:
                known = {known: known for known in tables[name].names}
                yield Problem(f"{where}.columns", f"{name} has no column '{column}'.", nearest(column, known))
