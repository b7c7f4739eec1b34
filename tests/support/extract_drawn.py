"""Draws small extracts as files, in a workbook of an invented force, and builds the warehouse from them."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import yaml

from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.extracts.facts import ExtractFacts
from thematic.params.areas import Level
from thematic.params.force import ForceParams
from thematic.params.lists import read_lists
from thematic.params.tables import Lookup, Table
from thematic.tools.sample.folder import fresh_sample

ROOT = Path(__file__).parents[2]
TODAY = date(2021, 2, 10)
OFFENCES = """code,title,group,subgroup,aggravated
8N,Assault with injury,Violence against the person,Violence with injury,N
9B,"Racially or religiously aggravated public fear, alarm or distress",Public order offences,Public order offences,Y
19C,Rape of a female aged 16 and over,Sexual offences,Rape,N
195,Common assault and battery,Violence against the person,Violence without injury,N
"""
DEFAULTS: dict[str, dict[str, str]] = {
    "crimes": {"recorded_on": "2021-01-15", "offence_code": "8N", "domestic": "N"},
    "incidents": {"received_on": "2021-01-15", "finalisation_code": "BN"},
    "protection_notices": {"authorised_on": "2021-01-15"},
    "stop_searches": {"searched_on": "2021-01-15"},
    "disclosures": {"disclosed_on": "2021-01-15", "right": "ask"},
    "surveys": {
        "surveyed_on": "2021-01-15",
        "survey": "asb",
        "question": "action_taken",
        "response": "very_satisfied",
    },
}


@cache
def product_tables() -> dict[str, Table]:
    """The tables that the product itself declares."""
    paths = sorted((ROOT / "params" / "tables").glob("*.yaml"))
    return {path.stem: Table.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths}


def level(*names: str) -> Level:
    areas = [{"slug": f"area-{number}-{len(names)}", "name": name} for number, name in enumerate(names)]
    return Level.model_validate({"title": "Area", "plural": "Areas", "short": "Area", "areas": areas})


@dataclass
class Drawn:
    """A workbook of an invented force, and a folder `extract` to draw files in.

    `limits` are the most rows that may be wrong, in per cent and as a number; `says` is what else force.yaml says.
    """

    root: Path
    limits: tuple[float, int] = (100, 0)
    facts: ExtractFacts | None = None
    says: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=lambda: dict(product_tables()))
    levels: dict[str, Level] = field(
        default_factory=lambda: {"lpu": level("Abton", "Caer Éire"), "local_authority": level("North", "South")}
    )

    @property
    def workbook(self) -> Workbook:
        return Workbook(self.root)

    @property
    def extract(self) -> Path:
        return self.root / "extract"

    def declare(self, name: str, text: str) -> None:
        """Declares the table in place of all others."""
        self.tables = {name: Table.model_validate(yaml.safe_load(text))}

    def force(self) -> ForceParams:
        return ForceParams.model_validate(
            {
                "name": "Northshire Police",
                "units": "lpu",
                "marking": {"internal": "OFFICIAL-SENSITIVE", "public": "OFFICIAL"},
                "quarantine_limit_pct": self.limits[0],
                "quarantine_limit_rows": self.limits[1],
                "says_nothing": ["unknown", "Not stated"],
                **self.says,
            }
        )

    def params(self) -> Any:
        """All of params/ that extracts are read by."""
        named = {column.list for table in self.tables.values() for column in table.columns.values() if column.list}
        for table in self.tables.values():
            named |= {each.lookup.source for each in table.derived.values() if isinstance(each, Lookup)}
        lists, problems = read_lists(self.workbook, named)
        assert not problems, problems
        return SimpleNamespace(force=self.force(), tables=self.tables, levels=self.levels, lists=lists, sources=None)

    def build(self, data: Path | None = None, lookup: Path | None = None, today: date = TODAY) -> ExtractFacts:
        self.said: list[str] = []
        data = data or self.extract
        return warehouse.build(self.workbook, self.params(), data, lookup, today, self.said.append, fresh_sample)

    def draw(self, table: str, *rows: dict[str, str], **columns: str) -> Path:
        """Writes <table>.csv with the rows, each filled up with DEFAULTS and references R1, R2...; `columns` are
        further columns with the same value in every row."""
        return self.write(f"{table}.csv", text(table, *rows, **columns).encode())

    def write(self, name: str, data: bytes) -> Path:
        path = self.extract / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def kept(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.workbook.warehouse / f"{table}.parquet").to_pylist()
        return rows

    def quarantined(self, table: str = "crimes") -> list[tuple[int, list[str]]]:
        rows = pq.read_table(self.workbook.warehouse / "quarantine" / f"{table}.parquet").to_pylist()
        return [(row["line"], row["reasons"].split("; ")) for row in rows]

    def quality(self) -> list[tuple[str, str | None, str, str, int]]:
        rows = pq.read_table(self.workbook.warehouse / "quality.parquet").to_pylist()
        return [(row["table"], row["month"], row["status"], row["reason"], row["n"]) for row in rows]


def new_workbook(root: Path, limits: tuple[float, int] = (100, 0)) -> Drawn:
    (root / "data" / "reference").mkdir(parents=True)
    (root / "params").mkdir()
    for path in (ROOT / "data" / "reference").glob("*.csv"):
        shutil.copy(path, root / "data" / "reference")
    (root / "data" / "reference" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    drawn = Drawn(root, limits)
    drawn.extract.mkdir()
    return drawn


def text(table: str, *rows: dict[str, str], **columns: str) -> str:
    declared = product_tables()[table]
    extra = {name for row in rows for name in row} | set(columns)
    header = [name for name in declared.names if name in declared.required or name in extra]
    header += sorted(extra - set(declared.names))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        writer.writerow({declared.reference: f"R{number}"} | DEFAULTS[table] | columns | row)
    return stream.getvalue()
