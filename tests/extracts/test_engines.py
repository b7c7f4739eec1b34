"""The cubes are the same to the byte whether DuckDB, PostgreSQL or Spark counts the rows."""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.backends.pyspark
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import in_place_compared
import postgres
from extract_drawn import new_workbook
from faulty import faulty_rows
from in_place_compared import told
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.counts import read_tables
from thematic.extracts import warehouse
from thematic.params import load_params
from warehouse_drawn import sample_workbook

FROM = date(2020, 7, 1)
THEMES = ("hate-crime", "stop-and-search")
"""Themes that between them count rows of every kind: in lists, repeats, by two dates, by cell."""
SQL_TYPE = {
    "string": "text",
    "date32[day]": "date",
    "bool": "boolean",
    "int64": "bigint",
    "int32": "integer",
    "decimal128(18, 6)": "numeric(18, 6)",
    "timestamp[us]": "timestamp",
}

needs_postgres = pytest.mark.skipif(postgres.binaries() is None, reason="no PostgreSQL server on this machine")
needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine: Spark needs it")


class Rows:
    """The checked rows of the sample's last seven months, as files and as they are counted by DuckDB."""

    def __init__(self, folder: Path) -> None:
        self.workbook = sample_workbook(folder / "workbook")
        whole = load_params(self.workbook)
        self.params = replace(whole, themes={name: whole.themes[name] for name in THEMES})
        facts = warehouse.facts(self.workbook)
        assert facts is not None
        self.facts = facts
        self.folder = folder / "rows"
        self.folder.mkdir()
        for name in self.facts.columns:
            rows = pq.read_table(self.workbook.warehouse / f"{name}.parquet")
            late = pc.greater_equal(rows[self.params.tables[name].date], pa.scalar(FROM))
            pq.write_table(rows.filter(late), self.folder / f"{name}.parquet")
        with read_tables(self.folder, self.facts.columns) as tables:
            self.counted = self.count(folder / "duckdb", tables)

    def tables(self) -> dict[str, pa.Table]:
        return {name: pq.read_table(self.folder / f"{name}.parquet") for name in self.facts.columns}

    def count(self, store: Path, tables: dict[str, ibis.Table]) -> dict[str, bytes]:
        """The files of the cubes that are counted from these tables."""
        there = Workbook(self.workbook.root, store)
        there.warehouse.mkdir(parents=True)
        shutil.copy(self.workbook.warehouse / "quality.parquet", there.warehouse)
        cubes.build(there, self.params, self.facts, lambda _: None, tables)
        return {path.name: path.read_bytes() for path in there.cubes.iterdir()}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return Rows(tmp_path_factory.mktemp("engines"))


def assert_same(found: dict[str, bytes], rows: Rows) -> None:
    assert set(found) == set(rows.counted)
    assert [name for name in sorted(found) if found[name] != rows.counted[name]] == []


def test_what_is_counted_is_worth_comparing(rows: Rows) -> None:
    assert sum(table.num_rows for table in rows.tables().values()) > 20_000
    for theme in rows.params.themes:
        counted = pq.read_table(pa.BufferReader(rows.counted[f"{theme}.parquet"])).to_pandas()
        assert {"total", "cell"} <= set(counted["dimension"])
        assert counted.loc[counted["n"] > 0, "count"].nunique() > 2


@needs_postgres
def test_postgresql_counts_the_same(rows: Rows, tmp_path: Path) -> None:
    with postgres.running() as server:
        backend = server.backend()
        for name, table in rows.tables().items():
            postgres.load(backend, name, table, {column.name: SQL_TYPE[str(column.type)] for column in table.schema})
        assert_same(rows.count(tmp_path, {name: backend.table(name) for name in rows.facts.columns}), rows)
        backend.disconnect()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session of Spark, which takes long to start."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark") / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        # Short queries over few rows: compiling each of them would take longer than running it.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        yield session
    finally:
        session.stop()
        gateway = SparkContext._gateway
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(20)
        SparkContext._gateway = SparkContext._jvm = None
        gc.collect()


@needs_java
@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # pyspark leaves its sockets to the garbage collector
def test_spark_counts_the_same(rows: Rows, tmp_path: Path, spark: Any) -> None:
    backend = ibis.pyspark.connect(spark)
    tables = {
        name: backend.read_parquet(rows.folder / f"{name}.parquet", table_name=name) for name in rows.facts.columns
    }
    assert_same(rows.count(tmp_path / "spark", tables), rows)


@needs_java
@pytest.mark.proof
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_rows_with_every_fault_fare_alike_in_spark(tmp_path: Path, spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = new_workbook(tmp_path)
    tables = {name: faulty_rows(n=120)[name] for name in ("custody_records", "incidents", "speed_watch")}
    monkeypatch.setattr(ibis.backends.pyspark.Backend, "disconnect", lambda _: None)  # the session is all tests'
    with duckdb.connect(str(tmp_path / "same.duckdb")) as connection:
        for name, faulty in tables.items():
            path = tmp_path / f"{name}.parquet"
            pq.write_table(pa.table({column: [row[column] for row in faulty] for column in faulty[0]}), path)
            connection.read_parquet(str(path)).create(name)
            spark.read.parquet(str(path)).createOrReplaceTempView(name)
    same = told(drawn, f"duckdb://{(tmp_path / 'same.duckdb').as_posix()}", *tables, named="same")
    in_place_compared.assert_same(drawn, told(drawn, "pyspark://", *tables), same)
