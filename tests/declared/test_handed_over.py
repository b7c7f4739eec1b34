"""Open data as others hand them over: monthly aggregates with the month in two columns, and a spreadsheet's damage."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from open_data import open_data
from thematic.core.errors import DataRefused
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.extracts import warehouse
from thematic.extracts.facts import ExtractFacts
from thematic.params import Params, load_params
from warehouse_drawn import ROOT, DrawnCubes, figures

pytestmark = pytest.mark.open_data
LONDON = Path(__file__).parent / "london"
ZIPS = {
    "custody_disposals.csv": "met-police-open-data.zip",
    "Filtered_Sheffield_Traffic_Data.csv": "sheffield-collisions.zip",
}


@pytest.fixture
def book(tmp_path: Path) -> Workbook:
    shutil.copytree(LONDON / "params", tmp_path / "params")
    for name in ("disclosure.yaml", "glossary.yaml", "events.yaml"):
        shutil.copy(ROOT / "params" / name, tmp_path / "params" / name)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "reference").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "custody.ipynb").write_bytes((ROOT / "notebooks" / "rape.ipynb").read_bytes())
    for name, archive in ZIPS.items():
        with zipfile.ZipFile(open_data() / "other" / archive) as opened:
            opened.extract(name, tmp_path / "data" / "raw")
    return Workbook(tmp_path)


def keep(book: Workbook, *tables: str, change: Callable[[dict], None] = lambda _: None) -> None:  # type: ignore[type-arg]
    """Leaves in sources.yaml these tables alone, changed as asked."""
    path = book.params / "sources.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    said["tables"] = {name: said["tables"][name] for name in tables}
    change(said["tables"])
    path.write_text(yaml.safe_dump(said), encoding="utf-8")


def built(book: Workbook) -> tuple[Params, ExtractFacts]:
    params = load_params(book)
    return params, warehouse.build(book, params, None, None, date(2026, 4, 2), lambda _: None, lambda *_: book.root)


def test_monthly_aggregates_with_year_and_month_apart_equal_pandas(book: Workbook) -> None:
    keep(book, "disposals")
    params, facts = built(book)
    index = cubes.build(book, params, facts, lambda _: None)
    found = figures(DrawnCubes(params, "custody", index, cubes.read_bytes(book, "custody")), "2026-02")
    told = facts.tables["disposals"]
    rows = pd.read_csv(book.raw / "custody_disposals.csv")
    assert (told.rows_in, told.kept, told.equal) == (len(rows), len(rows), int(rows.duplicated().sum()))
    month = rows["current_disposal_year"] * 12 + rows["current_disposal_month"] - 1
    year = rows[(month > 2025 * 12 + 1) & (month <= 2026 * 12 + 1)]
    before = rows[(month > 2024 * 12 + 1) & (month <= 2025 * 12 + 1)]
    for dimension, column in (("disposal", "current_disposal"), ("offence_group", "offence_group")):
        counted = {
            each.category: (each.value, each.previous_value) for each in found.of("disposals_offences", dimension)
        }
        sums = [part.groupby(column)["offence_count"].sum() for part in (year, before)]
        assert counted == {name: (sums[0].get(name, 0), sums[1].get(name, 0)) for name in counted}
        assert sum(value for value, _ in counted.values()) == year["offence_count"].sum()
    total = found.one("disposals_prosecuted_pct")
    prosecuted = year[year["current_disposal"] == "Prosecution"]["offence_count"].sum()
    assert (total.numerator, total.denominator) == (prosecuted, year["offence_count"].sum())


def test_a_spreadsheets_references_are_refused_with_what_it_did(book: Workbook) -> None:
    keep(book, "collisions")
    with pytest.raises(DataRefused) as refusal:
        built(book)
    told = str(refusal.value)
    assert re.search(
        r"611 x reference is in scientific notation \(a spreadsheet has rounded it\), as at .*2\.02E\+12", told
    )


def test_the_same_file_is_read_by_a_reference_of_two_columns(book: Workbook) -> None:
    keep(
        book,
        "collisions",
        change=lambda tables: tables["collisions"]["columns"].update(reference=["collision_year", "collision_ref_no"]),
    )
    _, facts = built(book)
    told = facts.tables["collisions"]
    rows = pd.read_csv(book.raw / "Filtered_Sheffield_Traffic_Data.csv", dtype=str)
    twice = rows.duplicated(["collision_year", "collision_ref_no"], keep=False)
    assert told.rows_in == len(rows) == told.kept + told.duplicates + told.quarantined
    assert told.kept == len(rows.drop_duplicates(["collision_year", "collision_ref_no"])), twice.sum()
