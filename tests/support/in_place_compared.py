"""Compares what becomes of rows that are read from a database with what becomes of them where they are."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extract_drawn import TODAY, Drawn
from thematic.extracts import warehouse
from thematic.extracts.facts import ExtractFacts
from thematic.in_place.counting import account_in_place

AS_AT = "2021-02-10"


def told(drawn: Drawn, url: str, *tables: str, named: str = "sources") -> Path:
    """A sources.yaml that names these tables of a database."""
    listed = "".join(f"  {name}: {{table: {name}}}\n" for name in tables)
    path = drawn.root / "params" / f"{named}.yaml"
    path.write_text(f"connections: {{records: {{url: '{url}'}}}}\nas_at: {AS_AT}\ntables:\n{listed}", "utf-8")
    return path


def account(drawn: Drawn, sources: Path) -> tuple[ExtractFacts, dict[str, list[str]]]:
    """The account in place, and by table its kept rows in words, in any order."""
    params = drawn.params()
    databases = warehouse.databases(drawn.workbook, params, sources, TODAY)
    assert databases is not None
    order = warehouse.in_database(drawn.workbook, params, databases, None)
    with databases.found(lambda _: None) as found:
        facts, kept = account_in_place(drawn.workbook, databases, order, found, lambda _: None)
        return facts, {name: in_words(table.to_pyarrow()) for name, table in kept.items()}


def in_words(rows: pa.Table) -> list[str]:
    return [str(rows.schema.types), *sorted(map(str, rows.to_pylist()))]


def files(folder: Path) -> dict[str, bytes]:
    """The account and the quarantine, as bytes."""
    paths = [folder / "quality.parquet", *(folder / "quarantine").iterdir()]
    return {path.name if path.parent == folder else f"quarantine/{path.name}": path.read_bytes() for path in paths}


def assert_same(drawn: Drawn, sources: Path, instead: Path | None = None) -> ExtractFacts:
    """That the rows fare alike, in place and read (`instead`, from another database that has the same)."""
    read = drawn.build(instead or sources)
    here = drawn.workbook.warehouse
    as_read, kept = files(here), {name: in_words(pq.read_table(here / f"{name}.parquet")) for name in read.columns}
    found, there = account(drawn, sources)
    assert found.model_dump(exclude={"key"}) == read.model_dump(exclude={"key"})
    assert there == kept
    in_place = files(here)
    assert [name for name in as_read if in_place.get(name) != as_read[name]] == []
    assert sorted(path.name for path in here.glob("*.parquet")) == ["quality.parquet"], "no row was copied"
    return found
