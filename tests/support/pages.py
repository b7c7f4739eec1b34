"""Makes a page of every kind that a reader meets, from the sample and from drawn data."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from thematic.build.build import build
from thematic.build.request import Words
from thematic.core.workbook import Workbook
from warehouse_drawn import sample_workbook

GIVEN = "THEMATIC_PAGES"
"""The variable that names a folder of reports to look at in place of those that are made here."""

PERIOD = "2021-01"
TODAY = date(2026, 1, 1)
OWN = (
    new_markdown_cell("## My own look\n\nWhat I *found*[^1]:\n\n- one thing\n- another\n\n[^1]: In the log of calls."),
    new_code_cell(
        "import pandas as pd\n\n"
        'wards = pd.DataFrame({"Ward": ["North", "South"], "Crimes": [1234, 56], "Share": [95.7, 4.3]})\n'
        'wards.set_index("Ward")'
    ),
    new_code_cell(
        '#| alt: Crimes rise from 3 to 9.\nimport matplotlib.pyplot as plt\n\nfigure, axes = plt.subplots()\n'
        'axes.plot([3, 5, 9])\naxes.set_title("Drawn by hand");'
    ),
    new_code_cell('print("Counted twice.")'),
    new_code_cell('{"as": "it is"}'),
)  # fmt: skip
WORDS = "---\nauthor: A. Analyst\ndate: 2021-02-03\n---\nTwo weeks of *Operation Example*[^1].\n\n[^1]: A note."
FAILS = new_code_cell("1 / 0")


def pages(folder: Path) -> tuple[Path, list[Path]]:
    """The pages to look at and the folder they lie in: that of THEMATIC_PAGES, or one of every kind, made here."""
    root = Path(os.environ[GIVEN]).resolve() if os.environ.get(GIVEN) else make_pages(folder)
    found = sorted(root.rglob("*.html"))
    assert found, f"there is no page under {root}"
    return root, found


def make_pages(folder: Path) -> Path:
    """Reports of the force and of a unit, internal and public; with an analyst's additions; with parts of the data
    missing; and the catalogues of all these, one with a report that failed and one that is out of date."""
    workbook = sample_workbook(folder / "workbook")
    root = folder / "pages"
    _build(workbook, ["DA", "GLANCE"], root / "internal", "force,widnes")
    _build(workbook, ["PERFORMANCE", "STOP"], root / "internal", "force")
    _build(workbook, ["DA", "GLANCE"], root / "public", "force,widnes", audience="public")
    _build(workbook, ["ASB"], root / "own", "widnes")
    _write_own_words(workbook)
    _add_cells(workbook, "anti_social_behaviour", FAILS)
    _build(workbook, ["HATE", "ASB"], root / "own", "force")
    data, lookup = _draw_download(folder / "download")
    _build(workbook, ["CRIME"], root / "download", "force", data=str(data), lookup=str(lookup))
    return root


def _build(workbook: Workbook, goals: list[str], out: Path, lpu: str, **more: str) -> None:
    words = Words(goals, period=PERIOD, lpu=lpu, format="html", out=str(out), **more)
    build(workbook, words, TODAY, lambda _: None, lambda _: lambda *_: None)


def _write_own_words(workbook: Workbook) -> None:
    commentary = workbook.params / "commentary" / "hate-crime" / PERIOD / "force.md"
    commentary.parent.mkdir(parents=True)
    commentary.write_text(WORDS, encoding="utf-8")
    _add_cells(workbook, "hate_crime", *OWN)


def _add_cells(workbook: Workbook, name: str, *cells: nbformat.NotebookNode) -> None:
    path = workbook.notebooks / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.extend(cells)
    nbformat.write(notebook, path)


def _draw_download(folder: Path) -> tuple[Path, Path]:
    """Two years of a data.police.uk download for two LSOAs, and the lookup that places them."""
    for month in (f"{year}-{number:02}" for year in (2019, 2020, 2021) for number in range(1, 13)):
        if "2019-02" <= month <= PERIOD:
            rows = [_street_row(month, number) for number in range(40 + 5 * int(month[-1]))]
            _write_csv(folder / month / f"{month}-drawn-street.csv", rows)
    places = [("E1", "Halton", "Widnes"), ("E2", "Warrington", "Warrington")]
    names = ("lsoa_code", "local_authority", "lpu")
    _write_csv(folder / "lookup.csv", [dict(zip(names, place, strict=True)) for place in places])
    return folder, folder / "lookup.csv"


def _street_row(month: str, number: int) -> dict[str, str]:
    """Every other row is anti-social behaviour."""
    crime = number % 2 == 0
    return {
        "Crime ID": f"{month}-{number}" if crime else "",
        "Month": month,
        "Reported by": "Drawn Police",
        "Falls within": "Drawn Police",
        "Longitude": f"{-2.73 - 0.002 * (number % 7):.4f}",
        "Latitude": f"{53.36 + 0.001 * (number % 5):.4f}",
        "Location": "On or near High Street",
        "LSOA code": "E1" if number % 3 else "E2",
        "LSOA name": "Drawn",
        "Crime type": "Violence and sexual offences" if crime else "Anti-social behaviour",
        "Last outcome category": "",
        "Context": "",
    }


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
