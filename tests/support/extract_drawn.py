"""Draws small extracts as files, in a workbook of an invented force, and builds the warehouse from them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq

from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.extracts.facts import ExtractFacts
from thematic.params.models import ForceParams
from thematic.params.schema import TABLES
from thematic.tools.sample.folder import fresh_sample

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
    "disclosures": {"disclosed_on": "2021-01-15", "right": "ask"},
    "surveys": {
        "surveyed_on": "2021-01-15",
        "survey": "asb",
        "question": "action_taken",
        "response": "very_satisfied",
    },
}


@dataclass
class Drawn:
    """A workbook of an invented force, and a folder `extract` to draw files in."""

    root: Path
    limit: float = 100
    facts: ExtractFacts | None = None

    @property
    def workbook(self) -> Workbook:
        return Workbook(self.root)

    @property
    def extract(self) -> Path:
        return self.root / "extract"

    def force(self) -> ForceParams:
        return ForceParams.model_validate(
            {
                "name": "Northshire Police",
                "marking": {"internal": "OFFICIAL-SENSITIVE", "public": "OFFICIAL"},
                "lpus": [{"slug": "abton", "name": "Abton"}, {"slug": "caer", "name": "Caer Éire"}],
                "local_authorities": [{"name": "North"}, {"name": "South"}],
                "quarantine_limit_pct": self.limit,
                "says_nothing": ["unknown"],
            }
        )

    def build(self, data: Path | None = None, lookup: Path | None = None, today: date = TODAY) -> ExtractFacts:
        self.said: list[str] = []
        params: Any = SimpleNamespace(force=self.force(), sources=None)
        return warehouse.build(
            self.workbook, params, data or self.extract, lookup, today, self.said.append, fresh_sample
        )

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


def new_workbook(root: Path, limit: float = 100) -> Drawn:
    (root / "data" / "reference").mkdir(parents=True)
    (root / "params").mkdir()
    (root / "data" / "reference" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    drawn = Drawn(root, limit)
    drawn.extract.mkdir()
    return drawn


def text(table: str, *rows: dict[str, str], **columns: str) -> str:
    declared = TABLES[table]
    extra = {name for row in rows for name in row} | set(columns)
    header = [column.name for column in declared.columns if column.required or column.name in extra]
    header += sorted(extra - set(declared.names))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        writer.writerow({declared.reference: f"R{number}"} | DEFAULTS[table] | columns | row)
    return stream.getvalue()
