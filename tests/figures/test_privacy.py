"""Nothing personal passes below the cubes: no personal column, and no value that was planted in one."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from thematic.build.build import build
from thematic.build.request import Words
from thematic.core.workbook import Workbook
from warehouse_drawn import ROOT, own_params, reports_of, sample_workbook

TABLES = own_params().tables
PERSONAL = frozenset(column for table in TABLES.values() for column in table.personal)
MARKER = "QZMARK"
PLANTED_NUMBERS = ("-2.71828", "53.14159")


def planted(source: Path, folder: Path) -> None:
    """A copy of the first rows of each table of the sample with a marker in every personal field that is text."""
    folder.mkdir()
    for name, table in TABLES.items():
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))[-3000:]
        for number, row in enumerate(rows):
            for column, declared in table.columns.items():
                if declared.is_personal and declared.kind in {"text", "reference"} and row.get(column):
                    row[column] = f"{MARKER}{column}{number}"
            if "longitude" in row:
                row["longitude"], row["latitude"] = PLANTED_NUMBERS
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    planted(workbook.sample, workbook.root / "planted")
    words = Words(["ALL"], data=str(workbook.root / "planted"), lpu="force,widnes", out=str(workbook.root / "outputs"))
    outcome = build(workbook, words, date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)
    assert len(outcome.made) == len(reports_of("force", "widnes"))
    return workbook


def test_the_markers_were_planted(built: Workbook) -> None:
    crimes = pd.read_parquet(built.warehouse / "crimes.parquet")
    assert crimes["crime_ref"].str.startswith(MARKER).all()
    assert (crimes["longitude"].astype(float) == float(PLANTED_NUMBERS[0])).all()


def test_no_personal_column_or_value_is_in_the_cubes(built: Workbook) -> None:
    files = sorted(built.cubes.glob("*.parquet"))
    assert {path.stem for path in files} == {*own_params().themes, "ground", "quality"}
    for path in files:
        frame = pd.read_parquet(path)
        assert PERSONAL.isdisjoint(frame.columns)
        text = frame.to_csv()
        assert MARKER not in text
        assert not any(number in text for number in PLANTED_NUMBERS)
    assert MARKER not in (built.cubes / "index.json").read_text(encoding="utf-8")


def test_no_personal_value_is_in_the_outputs(built: Workbook) -> None:
    files = [path for path in (built.root / "outputs").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".pdf", ".csv", ".ipynb", ".json", ".log", ".parquet"}
    for path in files:
        data = path.read_bytes()
        assert MARKER.encode() not in data, path
        assert not any(number.encode() in data for number in PLANTED_NUMBERS), path


def test_a_notebook_gives_the_pdf_nothing_else(built: Workbook) -> None:
    """The PDF's text is compressed, so its only source is searched: the structures of the executed notebook."""
    for path in (built.root / "outputs").rglob("*.ipynb"):
        assert MARKER not in json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)


def test_the_report_code_never_names_a_personal_column() -> None:
    """No personal column is known below the cubes by its name, but for the two that are the product's own words."""
    package = ROOT / "lib" / "thematic"
    for name in ("cubes/tallies.py", "measures/*.py", "displays/*.py", "report/*.py", "charts/*.py"):
        files = sorted(package.glob(name))
        assert files, name
        for path in files:
            text = path.read_text(encoding="utf-8")
            named = [each for each in sorted(PERSONAL - {"longitude", "latitude"}) if re.search(rf"\b{each}\b", text)]
            assert named == [], path
