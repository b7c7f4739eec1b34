"""Rows that are checked in their database fare as they do when they are read: the same account, and the same bytes."""

# ruff: noqa: S608 - the SQL is the test's own
from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import postgres
from extract_drawn import TODAY, Drawn, new_workbook
from faulty import faulty_rows
from in_place_compared import account, assert_same, told
from thematic.core.errors import DataRefused
from thematic.cubes import cubes
from thematic.extracts import spellings as extracts_spellings
from thematic.extracts import warehouse
from thematic.extracts.facts import ExtractFacts
from thematic.in_place import spellings
from thematic.in_place.clocks import find_clock
from thematic.in_place.counting import count_in_place
from thematic.in_place.dialects import Dialect
from thematic.in_place.marking import counted_before

TYPES = {
    "crime_ref": "char(8)",
    "recorded_on": "timestamptz",
    "offence_code": "varchar(10)",
    "lpu": "text",
    "local_authority": "text",
    "longitude": "double precision",
    "latitude": "numeric(9, 6)",
    "domestic": "boolean",
    "hate_strands": "text",
    "outcome_code": "smallint",
    "outcome_on": "timestamp(0)",
    "victim_age": "integer",
    "committed_on": "date",
}
TYPED = [
    ["R1", "2021-01-15 23:30:00.25+00", "8N", "Abton", None, -2.25, 53.5, True, None, 16, "2021-01-16 10:00:00", 7, None],
    ["R2", "2020-06-30 23:30:00+00", "8N", None, "North", 0.00001, 53.123456, False, "race", None, None, None, "2020-06-01"],
    ["R2", "2020-06-30 23:30:00+00", "8N", None, "North", 1e-7, 53.123456, False, "race", None, None, None, "2020-06-01"],
    ["R3", "2020-06-30 23:30:00+00", "8N", None, "North", 12345678.5, None, None, "x", 99, None, 130, "1899-01-01"],
    ["R3", "2020-06-30 23:30:00+00", "8N", None, "North", float("nan"), None, False, "", 1, "2020-01-01 00:00:00", 3, None],
    ["R4", "2020-06-30 23:30:00+00", "8N", None, "North", 5.0, None, False, "", None, None, 3, None],
    ["R4", "2020-06-30 23:30:00+00", "8N", None, "North", 5.0, None, False, "", None, None, 3, None],
    [None] * 13,
]  # fmt: skip

needs_postgres = pytest.mark.skipif(postgres.binaries() is None, reason="no PostgreSQL server on this machine")


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return new_workbook(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as found:
        yield found


def load(server: postgres.Server, monkeypatch: pytest.MonkeyPatch, tables: dict[str, pa.Table], types: Any) -> None:
    """Brings the tables into the database, and its account into the environment."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    backend = server.backend()
    for name, rows in tables.items():
        backend.raw_sql(f"DROP TABLE IF EXISTS {name}").close()
        postgres.load(backend, name, rows, types or dict.fromkeys(rows.column_names, "text"))
    backend.disconnect()


@needs_postgres
def test_rows_with_every_fault_fare_alike_in_postgresql(
    drawn: Drawn, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = faulty_rows(n=250)
    tables = {name: pa.table({key: [row[key] for row in found] for key in found[0]}) for name, found in rows.items()}
    load(server, monkeypatch, tables, None)
    facts = assert_same(drawn, told(drawn, server.url, *tables))
    crimes, incidents = facts.tables["crimes"], facts.tables["incidents"]
    assert min(crimes.kept, crimes.duplicates, crimes.quarantined, crimes.blank, incidents.left_out) > 0
    assert len(crimes.reasons) > 15
    assert facts.tables["speed_watch"].equal > 0


@needs_postgres
def test_typed_columns_fare_alike_in_postgresql(
    drawn: Drawn, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pa.table({name: pa.array([row[place] for row in TYPED]) for place, name in enumerate(TYPES)})
    load(server, monkeypatch, {"crimes": rows}, TYPES)
    crimes = assert_same(drawn, told(drawn, server.url, "crimes")).tables["crimes"]
    assert (crimes.kept, crimes.duplicates, crimes.quarantined, crimes.blank) == (3, 1, 3, 1)


@needs_postgres
def test_the_ends_of_time_and_of_numbers_fare_alike_in_postgresql(
    drawn: Drawn, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = ["0001-01-01 00:00+00", "9999-12-31 12:00+00", "2021-01-15", "2021-01-15", None, "2021-01-15"]
    refs = [1.0, 2.0, 14526433009.0, 123456789012345.0, 1e15, float("-inf")]
    incidents = {"incident_ref": refs, "received_on": days, "finalisation_code": ["BN"] * 6}
    incidents |= {"lpu": ["Abton"] * 6, "local_authority": ["North"] * 6}
    types = dict.fromkeys(incidents, "text") | {"incident_ref": "double precision", "received_on": "timestamptz"}
    load(server, monkeypatch, {"incidents": pa.table(incidents)}, types)
    moments = ["0000-01-01 10:20", "0001-01-01 10:20", "9999-12-31 23:59", "0000-00-00", "1900-01-01T00:00Z", ""]
    searches = {"search_ref": [f"S{n}" for n in range(6)], "searched_on": ["2021-01-15"] * 6, "searched_at": moments}
    searches |= {name: [""] * 6 for name in ("unknown", "lpu", "local_authority", "outcome")}
    load(server, monkeypatch, {"stop_searches": pa.table(searches)}, None)
    found = assert_same(drawn, told(drawn, server.url, "incidents", "stop_searches")).tables
    assert found["incidents"].kept == 3
    assert found["incidents"].reasons["received_on is before history_floor"] == 1
    assert found["stop_searches"].reasons["searched_at is not a date and time (YYYY-MM-DD HH:MM)"] == 2


@needs_postgres
def test_a_day_without_end_is_not_taken_for_blank(
    drawn: Drawn, server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"crime_ref": ["R1", "R2"], "recorded_on": ["2021-01-15"] * 2, "cancelled_on": ["infinity", None]}
    rows |= {"offence_code": ["8N"] * 2, "domestic": ["N"] * 2}
    rows |= {name: [""] * 2 for name in ("lpu", "local_authority", "hate_strands", "outcome_code", "outcome_on")}
    load(server, monkeypatch, {"crimes": pa.table(rows)}, dict.fromkeys(rows, "text") | {"cancelled_on": "date"})
    crimes = account(drawn, told(drawn, server.url, "crimes"))[0].tables["crimes"]
    assert crimes.reasons == {"cancelled_on is not a date (YYYY-MM-DD)": 1}
    assert crimes.kept == 1


def duck(drawn: Drawn, rows: int = 3, extra: str = "") -> str:
    """The URL of a DuckDB file with a table of incidents."""
    path = drawn.root / "force.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE incidents AS SELECT 'R' || n AS incident_ref, DATE '2021-01-15' AS received_on,"
            f" 'BN' AS finalisation_code, 'Abton' AS lpu, 'North' AS local_authority{extra} FROM range({rows}) t(n)"
        )
    return f"duckdb://{path.as_posix()}"


def test_columns_with_a_great_many_spellings_fare_alike(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (spellings, extracts_spellings):
        monkeypatch.setattr(module, "MOST_SPELLINGS", 2)
    tables = {name: rows for name, rows in faulty_rows(n=120).items() if name == "crimes"}
    path = drawn.root / "many.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name, rows in tables.items():
            connection.register("drawn", pa.table({key: [row[key] for row in rows] for key in rows[0]}))
            connection.execute(f"CREATE TABLE {name} AS FROM drawn")
    facts = assert_same(drawn, told(drawn, f"duckdb://{path.as_posix()}", *tables))
    assert facts.tables["crimes"].reasons["victim_age is not a whole number"] > 0


def whole(drawn: Drawn) -> Any:
    """The params, with themes: none."""
    params = drawn.params()
    for name, value in {"themes": {}, "measures": {}, "outlines": None, "units": "lpu", "hexagon_km": str}.items():
        setattr(params, name, value)
    return params


def count(drawn: Drawn, sources: Path, today: date = TODAY) -> list[str]:
    """What is said while rows are counted in place."""
    said: list[str] = []
    count_in_place(drawn.workbook, whole(drawn), data=sources, lookup=None, today=today, say=said.append)
    return said


def again(drawn: Drawn, sources: Path, today: date = TODAY, say: Any = lambda _: None) -> ExtractFacts | None:
    return counted_before(drawn.workbook, whole(drawn), sources, None, today, say)


def test_what_was_counted_in_place_is_used_until_something_declared_is_other(drawn: Drawn) -> None:
    sources = told(drawn, duck(drawn), "incidents")
    assert "incidents: 3 in = 3 kept + 0 duplicates + 0 quarantined + 0 left out" in count(drawn, sources)
    said: list[str] = []
    known = again(drawn, sources, date(2021, 3, 1), said.append)
    assert known is not None and known == warehouse.facts(drawn.workbook)
    assert said == [
        "Counted in the database of params/sources.yaml on 2021-02-10: The extract of Northshire Police"
        " (thematic data --in-place counts again)"
    ]
    index = cubes.build(drawn.workbook, whole(drawn), known, said.append)
    assert cubes.is_current(index, whole(drawn), known)
    drawn.says = {"says_nothing": ["unknown", "nothing"]}
    with pytest.raises(DataRefused, match="The rows are in the database, and what is declared of them has changed"):
        again(drawn, sources)


def test_counts_that_need_the_rows_again_say_how(drawn: Drawn) -> None:
    sources = told(drawn, duck(drawn), "incidents")
    count(drawn, sources)
    known = again(drawn, sources)
    shutil.rmtree(drawn.workbook.cubes)
    assert known is not None
    with pytest.raises(DataRefused, match="Count them: thematic data --in-place"):
        cubes.build(drawn.workbook, whole(drawn), known, lambda _: None)


def test_other_rows_have_another_key_and_the_same_rows_the_same(drawn: Drawn) -> None:
    keys = []
    for rows in (3, 3, 4):
        count(drawn, told(drawn, duck(drawn, rows), "incidents"))
        found = warehouse.facts(drawn.workbook)
        assert found is not None
        keys.append(found.key)
    assert keys[0] == keys[1] != keys[2]


def test_reading_the_database_afterwards_brings_the_rows(drawn: Drawn) -> None:
    sources = told(drawn, duck(drawn), "incidents")
    count(drawn, sources)
    warehouse.read_again(drawn.workbook, drawn.params(), sources, TODAY, lambda _: None)
    assert again(drawn, sources) is None
    drawn.build(sources)
    assert len(drawn.kept("incidents")) == 3


def test_too_many_wrong_rows_are_refused_and_change_nothing(drawn: Drawn) -> None:
    count(drawn, told(drawn, duck(drawn), "incidents"))
    before = (drawn.workbook.warehouse / "extract.json").read_bytes()
    drawn.limits = (10, 0)
    with duckdb.connect(str(drawn.root / "force.duckdb")) as connection:
        connection.execute("UPDATE incidents SET lpu = 'Atlantis' WHERE incident_ref = 'R1'")
    with pytest.raises(DataRefused) as refusal:
        count(drawn, drawn.root / "params" / "sources.yaml")
    lines = str(refusal.value)
    assert "incidents: 1 of 3 rows (33.3%) break the contract." in lines
    assert "1 x lpu is not in params/areas/lpu.yaml, as at incidents.parquet, line 2 ('Atlantis')." in lines
    assert (drawn.workbook.warehouse / "extract.json").read_bytes() == before


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("tables: {incidents: {file: incidents.csv}}", "--in-place counts tables of a database, and none is named."),
        (
            "connections: {a: {url: duckdb:///a}}\ntables: {incidents: {table: i}, crimes: {file: crimes.csv}}",
            "names files as well (crimes). Load them into the database, or leave them out",
        ),
        (
            "connections: {a: {url: duckdb:///a}, b: {url: duckdb:///b}}\n"
            "tables: {incidents: {table: i, connection: a}, crimes: {table: c, connection: b}}",
            "names 2 connections (a, b). Bring the tables into one",
        ),
    ],
)
def test_tables_that_are_not_of_one_database_are_refused(drawn: Drawn, said: str, why: str) -> None:
    path = drawn.root / "params" / "sources.yaml"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(DataRefused) as refusal:
        count(drawn, path)
    assert why in str(refusal.value)
    assert not drawn.workbook.warehouse.exists()


def test_the_clock_is_that_of_duckdb_at_every_quarter_of_an_hour() -> None:
    zone, first, last = "Europe/London", datetime(2019, 12, 1), datetime(2021, 4, 1)
    clock = find_clock(zone, first, last)
    times = f"unnest(generate_series(TIMESTAMP '{first}', TIMESTAMP '{last}', INTERVAL 15 MINUTE)) AS t"
    utc, local = f"timezone('UTC', timezone('{zone}', t))", f"timezone('{zone}', timezone('UTC', t))"
    unlike = f"{clock.utc_sql('t')} <> {utc} OR {clock.local_sql('t')} <> {local}"
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT count(*), count(*) FILTER ({unlike}) FROM (SELECT {times})").fetchall()
    assert found == [(46753, 0)]


@pytest.mark.parametrize("kind", ["postgres", "pyspark", "databricks", "snowflake"])
def test_no_engine_is_asked_for_its_own_zones_words_or_patterns(kind: str) -> None:
    clock = find_clock("Europe/London", datetime(2020, 1, 1), datetime(2020, 12, 31))
    sql = Dialect(kind, clock).sql(
        "SELECT dayname(v_a) AS a, hour(v_a) AS b, regexp_full_match(t_a, '\\d+') AS c, strlen(t_a) AS d,"
        " list_has_any(string_split(v_b, ';'), ['x', 'y']) AS e,"
        " timezone('UTC', timezone('Europe/London', CAST(v_a AS TIMESTAMP))) AS f FROM raw"
    )
    for word in ("DAYNAME", "FULL_MATCH", "TIMEZONE", "\\d", "SPLIT", "strlen"):
        assert word not in sql
    assert "thematic_raw" in sql
