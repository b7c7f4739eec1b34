"""Reads extracts from databases: what comes of them is what comes of CSV files with the same rows, or one clear line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import ibis
import pyarrow.parquet as pq
import pytest

import postgres
from extract_drawn import TODAY, Drawn, new_workbook, text
from thematic.core.errors import DataRefused, UserError
from thematic.extracts import warehouse
from thematic.extracts.connections import Unreadable, address, connected
from thematic.extracts.facts import ExtractFacts
from thematic.params.sources import read_sources
from thematic.tools.sample.folder import fresh_sample

AS_AT = "2021-02-10"
CRIMES = [
    {"crime_ref": "A1", "outcome_code": "16.0", "outcome_on": "2021-01-20", "victim_age": "7"},
    {"crime_ref": "A2", "recorded_on": "31/01/2021"},
    {"crime_ref": "A2"},
    {"crime_ref": "A3", "domestic": "true", "lpu": "CAER éIRE "},
    {"crime_ref": "A4", "lpu": "Atlantis", "hate_strands": "race; religion"},
    {"crime_ref": "A5", "longitude": "-2.25", "latitude": "53.5", "hate_strands": "religion;race"},
    {"crime_ref": "A5", "longitude": "-2.25", "latitude": "53.5", "hate_strands": "race;religion"},
    {"crime_ref": "A6", "outcome_code": "3.0"},
    {"crime_ref": "A7", "recorded_on": "1999-12-31"},
    {"crime_ref": "A8", "recorded_on": "2021-02-11", "victim_ref": 'said, "quoted"'},
    {"crime_ref": ""},
]
SURVEYS = [{"response": "neither"}, {"response": "fine"}, {"surveyed_on": "2020-12-02"}]
TYPES = {"surveyed_on": "date", "outcome_code": "numeric(4, 1)", "victim_age": "smallint", "longitude": "numeric"}

needs_postgres = pytest.mark.skipif(postgres.binaries() is None, reason="no PostgreSQL server on this machine")


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return new_workbook(tmp_path)


def in_order(table: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows filled up, each with every column, in the order in which a database's rows are numbered."""
    read = list(csv.DictReader(io.StringIO(text(table, *rows))))
    return sorted(read, key=lambda row: tuple(row.values()))


def build(drawn: Drawn, said: str, today: date = TODAY, again: bool = False) -> ExtractFacts:
    """The warehouse from a sources.yaml that says this."""
    path = drawn.root / "params" / "sources.yaml"
    path.write_text(said, encoding="utf-8")
    if again:
        warehouse.read_again(drawn.workbook, drawn.params(), path, today, lambda _: None)
    return drawn.build(path, today=today)


def refused(drawn: Drawn, said: str, status: int = 3) -> str:
    """What is said when the file cannot be used; nothing is left behind."""
    with pytest.raises(UserError) as refusal:
        build(drawn, said)
    assert refusal.value.exit_status == status
    assert sorted(path.name for path in (drawn.root / "data").iterdir()) == ["reference"]
    return str(refusal.value)


def contents(drawn: Drawn) -> dict[str, Any]:
    """The warehouse's tables as bytes, and the quarantine's rows without file and line."""
    folder = drawn.workbook.warehouse
    quarantine = {
        path.name: pq.read_table(path).drop_columns(["file", "line"]).to_pylist()
        for path in (folder / "quarantine").iterdir()
    }
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")} | {"quarantine": quarantine}


def duck(drawn: Drawn, **tables: str) -> str:
    """The connections of a sources.yaml: a DuckDB file with these tables, each a SELECT."""
    path = drawn.root / "force.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name, query in tables.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
    return f"connections: {{records: {{url: 'duckdb://{path.as_posix()}'}}}}\n"


CRIME = "'R1' AS crime_ref, DATE '2021-01-15' AS recorded_on, '8N' AS offence_code, '' AS lpu, '' AS local_authority,"
CRIME = f"SELECT {CRIME} false AS domestic, NULL AS hate_strands, NULL::INT AS outcome_code, NULL::DATE AS outcome_on"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as running:
        yield running


@pytest.fixture
def environment(server: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)


def filled(server: postgres.Server) -> str:
    """Fills the server with CRIMES and SURVEYS in the worst order, and says so in a sources.yaml."""
    backend = server.backend()
    backend.raw_sql("DROP SCHEMA IF EXISTS performance CASCADE; CREATE SCHEMA performance").close()
    for table, rows in (("crimes", CRIMES), ("surveys", SURVEYS)):
        read = in_order(table, rows)
        columns = ", ".join(f'"{name}" {TYPES.get(name, "text")}' for name in read[0])
        backend.raw_sql(f"CREATE TABLE performance.{table} ({columns})").close()
        with backend.con.cursor() as cursor, cursor.copy(f"COPY performance.{table} FROM STDIN") as copy:
            for row in reversed(read):
                copy.write_row([value or None for value in row.values()])
    backend.raw_sql('ALTER TABLE performance.surveys RENAME COLUMN response TO "How was it?"').close()
    backend.disconnect()
    query = "SELECT *, 1 AS extra FROM performance.surveys;"
    return (
        f"as_at: {AS_AT}\n"
        f"connections:\n  records:\n    url: {server.url}\n"
        "tables:\n  crimes: {table: performance.crimes}\n"
        f"  surveys:\n    query: {query}\n    columns: {{response: 'how was it?'}}\n"
    )


@needs_postgres
def test_rows_fare_as_they_do_in_a_csv_file(drawn: Drawn, server: postgres.Server, environment: None) -> None:
    for table, rows in (("crimes", CRIMES), ("surveys", SURVEYS)):
        drawn.draw(table, *in_order(table, rows))
    drawn.write("extract.yaml", f"as_at: {AS_AT}\n".encode())
    from_files, expected = drawn.build(), contents(drawn)
    wrong, heading = drawn.quarantined(), 1

    from_database = build(drawn, filled(server))
    assert from_database.tables == from_files.tables
    assert (from_database.latest_period, from_database.as_at) == ("2021-01", date(2021, 2, 10))
    assert contents(drawn) == expected
    assert drawn.quarantined() == [(line - heading, reasons) for line, reasons in wrong]
    assert {"surveys has a column that the contract does not know, not used: extra."} <= set(drawn.said)
    assert drawn.said[0] == "Reading from the databases of params/sources.yaml"


@needs_postgres
def test_no_credential_is_left_anywhere(drawn: Drawn, server: postgres.Server, environment: None) -> None:
    said = filled(server)
    build(drawn, said)
    for path in (path for path in drawn.root.rglob("*") if path.is_file()):
        held = path.read_bytes()
        assert postgres.PASSWORD.encode() not in held and postgres.USER.encode() not in held, path
    assert not any(postgres.PASSWORD in sentence or postgres.USER in sentence for sentence in drawn.said)


MISTAKES = [
    ({"performance.crimes": "performance.crime"}, "tables.crimes: the table performance.crime cannot be found"),
    ({"SELECT *, 1": "SELECT nothing"}, 'tables.surveys: the query cannot be run: column "nothing" does not exist'),
    ({"how was it?": "mood"}, "tables.surveys: lacks the column mood (response); it has response_ref, surveyed_on,"),
    ({"${THEMATIC_DB_PASSWORD}": "${THEMATIC_UNSET}"}, "the environment variable THEMATIC_UNSET is not set."),
    ({"/postgres\n": "/elsewhere\n"}, "connections.records: cannot be connected to: connection failed: connection to"),
    ({"127.0.0.1": "127.0.0.2", "postgres://": "postgresql://"}, "connections.records: cannot be connected to:"),
    ({"postgres://": "snowflake://"}, 'is not installed. Install it: python -m pip install "thematic[snowflake]"'),
    ({"postgres://": "mssql://"}, "connections.records: the driver for mssql"),
]


@needs_postgres
@pytest.mark.parametrize(("changes", "told"), MISTAKES)
def test_a_mistake_is_told_in_one_line(
    drawn: Drawn, server: postgres.Server, environment: None, changes: dict[str, str], told: str
) -> None:
    said = filled(server)
    for old, new in changes.items():
        assert old in said
        said = said.replace(old, new)
    line = refused(drawn, said)
    assert told in line
    assert "\n" not in line
    assert postgres.PASSWORD not in line
    assert postgres.USER not in line


@needs_postgres
def test_a_wrong_password_is_not_repeated(
    drawn: Drawn, server: postgres.Server, environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = filled(server)
    monkeypatch.setenv("THEMATIC_DB_PASSWORD", "not the one")
    line = refused(drawn, said)
    assert 'password authentication failed for user "${THEMATIC_DB_USER}"' in line
    assert "\n" not in line
    assert "not the one" not in line


FAILS = """SELECT response_ref, surveyed_on, survey, question, "How was it?", lpu,
      1 / length(replace(question, 'action_taken', '')) AS local_authority"""


@needs_postgres
def test_rows_that_cannot_be_read_to_the_end_leave_nothing(
    drawn: Drawn, server: postgres.Server, environment: None
) -> None:
    said = filled(server).replace("SELECT *, 1 AS extra", FAILS)
    assert "tables.surveys: the rows could not be read to their end: division by zero." in refused(drawn, said)


def test_what_was_read_is_used_until_it_is_read_again(drawn: Drawn) -> None:
    said = duck(drawn, crimes=CRIME) + "tables: {crimes: {table: crimes}}\n"
    first = build(drawn, said)
    assert (first.tables["crimes"].kept, first.as_at) == (1, TODAY)
    duck(drawn, crimes=f"{CRIME} UNION ALL {CRIME.replace('R1', 'R2')}")
    later = date(2021, 2, 11)
    assert build(drawn, said, later) == first
    assert drawn.said == [
        "From the databases of params/sources.yaml, as read on 2021-02-10 into data/database (make data reads them again)",
        "Data unchanged since they were last checked: The extract of Northshire Police",
    ]
    again = build(drawn, said, later, again=True)
    assert (again.tables["crimes"].kept, again.as_at) == (2, later)
    assert build(drawn, said, later, again=True) == again
    assert "Data unchanged" in drawn.said[-1], "the same rows"
    assert build(drawn, said + "title: Renamed\n", later).title == "Renamed"
    assert drawn.build(drawn.workbook.database, today=later).tables == again.tables, (
        "what was read is an extract like any other"
    )


def test_every_type_is_read_as_the_contract_writes_it(drawn: Drawn) -> None:
    typed = (
        "SELECT 'R1' AS CRIME_REF, TIMESTAMP '2021-01-15 23:59:59' AS recorded_on, '8N' AS offence_code, '' AS lpu,"
        " NULL AS local_authority, true AS domestic, NULL AS hate_strands, 16.0::DECIMAL(5, 2) AS outcome_code,"
        " DATE '2021-01-16' AS outcome_on, uuid() AS victim_ref, 41::UTINYINT AS victim_age, -2.5::FLOAT AS longitude,"
        " 'NaN'::DOUBLE AS latitude"
    )
    facts = build(drawn, duck(drawn, crimes=typed) + "tables: {crimes: {table: main.crimes}}\n")
    assert facts.tables["crimes"].reasons == {}
    kept = drawn.kept("crimes")[0]
    assert (kept["crime_ref"], kept["recorded_on"], kept["domestic"]) == ("R1", date(2021, 1, 15), True)
    assert (kept["outcome_code"], kept["victim_age"], kept["longitude"], kept["latitude"]) == (
        "16",
        41,
        Decimal("-2.5"),
        None,
    )
    assert len(kept["victim_ref"]) == 36


def test_a_moment_in_world_time_is_of_the_forces_own_day(drawn: Drawn) -> None:
    there = duck(drawn, crimes=CRIME.replace("DATE '2021-01-15'", "TIMESTAMPTZ '2020-06-30 23:30:00+00'"))
    facts = build(drawn, there + "tables: {crimes: {table: crimes}}\n")
    assert drawn.kept("crimes")[0]["recorded_on"] == date(2020, 7, 1)
    assert "crimes: recorded_on with a time zone, turned into Europe/London." in facts.notes


def test_rows_are_read_in_batches_and_numbered_by_their_text(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thematic.extracts.database._BATCH_ROWS", 3)
    rows = " UNION ALL ".join(CRIME.replace("R1", f"R{9 - n}") for n in range(10))
    build(drawn, duck(drawn, crimes=rows.replace("'8N'", "'??'", 1)) + "tables: {crimes: {table: crimes}}\n")
    assert drawn.quarantined() == [(10, ["offence_code is not in data/reference/offences.csv"])]
    assert pq.read_table(drawn.workbook.database / "crimes.parquet")["crime_ref"].to_pylist() == [
        f"R{n}" for n in range(10)
    ]


def test_files_and_a_database_are_not_guessed_between(drawn: Drawn) -> None:
    path = drawn.root / "params" / "sources.yaml"
    path.write_text(duck(drawn, crimes=CRIME) + "tables: {crimes: {table: crimes}}\n", encoding="utf-8")
    params = drawn.params()
    params.sources = read_sources(path, "params/sources.yaml", drawn.tables)[0]
    assert (
        warehouse.build(drawn.workbook, params, None, None, TODAY, lambda _: None, fresh_sample).tables["crimes"].kept
        == 1
    )
    drawn.workbook.raw.mkdir()
    drawn.extract.rename(drawn.workbook.raw)
    (drawn.workbook.raw / "crimes.csv").write_text(text("crimes", {}, {}), encoding="utf-8")
    with pytest.raises(DataRefused, match=r"DATA=data/raw or DATA=params/sources\.yaml"):
        warehouse.build(drawn.workbook, params, None, None, TODAY, lambda _: None, fresh_sample)
    assert (
        warehouse.build(drawn.workbook, params, drawn.workbook.raw, None, TODAY, lambda _: None, fresh_sample)
        .tables["crimes"]
        .kept
        == 2
    )


LEAKS = [
    "connections: {a: {url: 'postgres://reader:hunter2@db/crime'}}",
    "connections: {a: {url: 'postgres://reader:hunt@er/2@db/crime'}}",
    "connections: {a: {url: 'postgres://${USER}:x${PASSWORD}hunter2@db/crime'}}",
    "connections: {a: {url: 'databricks://host/sql/1?access_token=hunter2'}}",
    "connections: {a: {url: 'Driver=x;PWD=hunter2'}}",
    "connections: {a: 'postgres://reader:hunter2@db/crime'}",
    "connections: 'postgres://reader:hunter2@db/crime'",
    "connections: [{url: 'postgres://reader:hunter2@db/crime'}]",
    "tables: {crimes: {table: 'postgres://reader:hunter2@db/crime'}}",
    "connections: {a: {url: '${URL}', password: hunter2}}",
]


@pytest.mark.parametrize("said", LEAKS)
def test_a_credential_in_the_file_is_refused_and_not_repeated(drawn: Drawn, said: str) -> None:
    told = refused(drawn, said, 2)
    assert "params/sources.yaml" in told
    assert not re.search("hunt|er2", told)


WRONG = [
    ("tables: {crimes: {table: a}}", "tables.crimes: does not say its connection."),
    ("connections: {a: {url: '${URL}'}}\ntables: {crimes: {connection: b, table: a}}", "'b' is not under connections:"),
    (
        "connections: {a: {url: '${URL}'}}\ntables: {crimes: {}}",
        "names no file, no table and no query, or several of them.",
    ),
    ("connections: {a: {url: 'oracle://db'}}", "is not the URL of a database."),
    ("connections: {a: {}}", "connections.a: has no url."),
    (
        "connections: {a: {url: '${URL}'}}\ntables: {crimes: {table: a, columns: {recorded: x}}}",
        "crimes has no column 'recorded'. Did you mean 'recorded_on'?",
    ),
    ("tables: {crime: {table: a}}", "there is no table 'crime'. Did you mean 'crimes'?"),
    ("tables: {crimes: {file: a, dates: '%d %H'}}", "does not say where year and month are"),
    ("tables: {crimes: {file: a, separator: '/'}}", "tables.crimes.separator"),
    ("tables: {crimes: {file: a, connection: b}}", "a file needs no connection"),
    (
        "connections: {a: {url: '${URL}'}}\ntables: {crimes: {table: a, dates: '%d/%m/%Y'}}",
        "dates and separator go with file.",
    ),
    ("empty_months: {crime: [2020-06]}\ntables: {crimes: {file: a}}", "there is no table 'crime'"),
    ("as_at: someday", "'someday'"),
    (
        "tables: {crimes: {file: a, columns: {crime_ref: [yr, no]}}}",
        "columns.crime_ref: number 2 of the list is true or false",
    ),
    (
        "tables: {crimes: {file: a, columns: {crime_ref: on}}}",
        "'true': is true or false to YAML, as yes, no, on and off are.",
    ),
    (
        "tables: {crimes: {file: a, columns: {crime_ref: [y]}}}",
        "columns.crime_ref: is a list of 1; write the name of one",
    ),
    (
        "tables: {crimes: {file: a, columns: {crime_ref: []}}}",
        "columns.crime_ref: is a list of 0; write the name of one",
    ),
    (
        "tables: {crimes: {file: a, columns: {crime_ref: [a, 5]}}}",
        "number 2 of the list is not the name of a column as text",
    ),
    ("tables: {crimes: {file: a, columns: {crime_ref: }}}", "columns.crime_ref: is not the name of a column as text"),
    ("tables: {crimes: {file: a, columns: {no: a}}}", "columns.(key): 'false': is true or false to YAML"),
    ("tables: {crimes: {file: a, columns: [crime_ref]}}", "tables.crimes.columns: holds no keys with values."),
    ("tables: {crimes: {file: a, separator: ':'}}", "separator: ':': is none of the separators; write one of"),
    ("tables: {Crimes: {file: a}}", "tables.(key): 'Crimes': is no name of small letters, digits and _"),
    ("tables:", "tables: is blank. Fill it in, or remove the key."),
    ("history_from: 2020", "history_from: '2020': is not a month; write it as YYYY-MM."),
    ("empty_months: {crimes: 2020-06}", "empty_months.crimes: '2020-06': is no list."),
]


@pytest.mark.parametrize(("said", "told"), WRONG)
def test_a_bad_file_is_refused_with_key_and_fix(drawn: Drawn, said: str, told: str) -> None:
    refusal = refused(drawn, said, 2)
    assert told in refusal
    assert not re.search(r"constrained|[Tt]uple|dictionary|instance of|match pattern", refusal)


def test_a_url_can_be_one_variable_and_its_parts_are_secret_too() -> None:
    place = address("${URL}", {"URL": "postgres://re%20ader:p%2Fw%40x@db:5/crime"}, "here")
    assert (place.url, place.user, place.password) == ("postgres://db:5/crime", "re ader", "p/w@x")
    assert (
        place.without_secrets("no entry for re ader with p/w@x or p%2Fw%40x at db")
        == "no entry for ... with ... or ... at db"
    )
    assert "p/w@x" not in repr(place)


def test_variables_stand_for_themselves_wherever_they_are() -> None:
    given = {"U": "dom\\ann", "P": "a:b@c/d", "T": "x&y=z", "H": "db.example"}
    place = address("snowflake://${U}:${P}@${H}/base/schema?token=${T}", given, "here")
    assert (place.url, place.user, place.password) == (
        "snowflake://db.example/base/schema?token=x%26y%3Dz",
        "dom\\ann",
        "a:b@c/d",
    )
    assert address("mssql://db/base", {}, "here").user is None


OPENED = [
    (
        "mssql://${U}:${P}@host:1433/base?driver=ODBC+Driver+18+for+SQL+Server",
        ("mssql://host:1433/base?driver=ODBC+Driver+18+for+SQL+Server",),
        {"user": "ann", "password": "p@ss", "timeout": 20},
    ),
    ("postgres://host/base?connect_timeout=5", ("postgres://host/base?connect_timeout=5",), {}),
    (
        "snowflake://${U}:${P}@organisation-account/base/schema?warehouse=small",
        ("snowflake://organisation-account/base/schema?warehouse=small",),
        {"user": "ann", "password": "p@ss", "login_timeout": 20, "create_object_udfs": False},
    ),
    (
        "databricks://token:${P}@host/sql/1.0/warehouses/abc?catalog=main",
        (),
        {"server_hostname": "host", "http_path": "/sql/1.0/warehouses/abc", "access_token": "p@ss", "catalog": "main"},
    ),
]


@pytest.mark.parametrize(("url", "args", "options"), OPENED)
def test_a_driver_is_handed_what_the_url_says(
    monkeypatch: pytest.MonkeyPatch, url: str, args: tuple[str, ...], options: dict[str, Any]
) -> None:
    handed: list[Any] = []
    opener = SimpleNamespace(connect=lambda *args, **options: handed.append((args, options)))
    monkeypatch.setattr(ibis, "connect", opener.connect)
    monkeypatch.setitem(vars(ibis), "databricks", opener)
    with connected(address(url, {"U": "ann", "P": "p@ss"}, "here"), "here"):
        assert handed == [(args, options)]


def test_a_short_secret_is_not_told_by_where_it_was() -> None:
    place = address("postgres://${U}:${P}@db/x", {"U": "sa", "P": "e"}, "here")
    assert "is not shown" in place.without_secrets("some message")
    with pytest.raises(Unreadable, match="holds no URL of a database"):
        address("${U}", {"U": "sa"}, "here")
