"""Reports with little to say read well: no history, a month of zeros, an LPU without crimes, three answers, no outcomes."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from thematic.build.build import build
from thematic.build.public import book
from thematic.build.request import Words
from warehouse_drawn import reports_of, sample_workbook

PLACES = [("Crewe", "Cheshire East"), ("Widnes", "Halton"), ("Warrington", "Warrington")]
CODES = ["8N", "105A", "19C", "9B"]
UNITS = {"internal": "chester", "public": "crewe"}
"""The unit of which each audience has its reports, beside those of the force."""
NOT_FED = {"people", "child-sexual-abuse"}
"""Themes of which the extract can show nothing: it has nobody in post, and no ages of victims."""
EMPTY_MONTH = "2020-10"
EXTRACT = f"as_at: 2021-03-31\nhistory_from: 2020-02\nempty_months: {{crimes: [{EMPTY_MONTH}]}}\n"
BADLY = re.compile(
    r"\b(None(?! of these)|nan|NaN|inf|True(?! Vision)|False)\b|  |\s[,.;]|\.\.|\(\)|\[\]|\{|\}|<|>|by 0\.0|-0\.0"
)


def extract(folder: Path) -> Path:
    """14 months of a few crimes, all without an outcome, in three units; three survey answers; few incidents."""
    folder.mkdir()
    crimes, months = [], [f"{2020 + (m + 1) // 12}-{(m + 1) % 12 + 1:02d}" for m in range(14)]
    for number, month in enumerate(month for month in months if month != EMPTY_MONTH for _ in range(9)):
        lpu, authority = PLACES[number * 7 % 3]
        crimes.append({
            "crime_ref": f"C{number}", "recorded_on": f"{month}-{number % 27 + 1:02d}", "offence_code": CODES[number * 5 % 4],
            "lpu": lpu, "local_authority": authority, "domestic": "YN"[number % 2], "outcome_code": "", "outcome_on": "", "cancelled_on": "",
            "hate_strands": ["", "race", ""][number % 3],
        })  # fmt: skip
    place = {"lpu": "Crewe", "local_authority": "Cheshire East"}
    answers = ["very_satisfied", "neither", "fairly_satisfied"]
    asked = {"surveyed_on": "2021-02-03", "survey": "domestic_abuse", "question": "whole_experience"}
    write(folder / "crimes.csv", crimes)
    write(
        folder / "surveys.csv",
        [{"response_ref": f"S{n}", **asked, "response": a, **place} for n, a in enumerate(answers)],
    )
    incidents = [
        {"incident_ref": f"I{n}", "received_on": f"2021-0{n % 3 + 1}-05", "finalisation_code": "BN"} for n in range(9)
    ]
    write(folder / "incidents.csv", [{**row, **place} for row in incidents])
    ends = ["Arrest", "A no further action disposal", ""]
    searches = [
        {"search_ref": f"S{n}", "searched_on": f"2021-0{n % 3 + 1}-07", "outcome": ends[n % 3], "age": "", "gender": ""}
        for n in range(7)
    ]
    write(folder / "stop_searches.csv", [{**row, **place} for row in searches])
    (folder / "extract.yaml").write_text(EXTRACT, encoding="utf-8")
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    data = extract(workbook.root / "few")
    book(workbook, "2021-03", str(data), "", date(2026, 1, 1), lambda _: None)
    for audience, unit in UNITS.items():
        out = str(workbook.root / "outputs" / audience)
        words = Words(["ALL"], data=str(data), lpu=f"force,{unit}", audience=audience, out=out, format="html")
        outcome = build(workbook, words, date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)
        assert [result.failure for result in outcome.failed] == []
    return workbook.root / "outputs"


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def pages(outputs: Path) -> list[Path]:
    found = sorted(path for path in outputs.rglob("*.html") if path.name != "index.html")
    made = [slug for unit in UNITS.values() for slug, _ in reports_of("force", unit) if slug not in NOT_FED]
    assert len(found) == len(made)
    return found


def test_every_sentence_reads_well(outputs: Path) -> None:
    for path in pages(outputs):
        for paragraph in read(path).find_all(["p", "caption", "figcaption", "dd", "li"]):
            text = " ".join(part for part in paragraph.get_text(" ").split(" ") if part).replace(" ,", ",")
            found = BADLY.search(paragraph.get_text().strip())
            assert found is None, (path.relative_to(outputs), text)


def test_no_cell_is_empty(outputs: Path) -> None:
    for path in pages(outputs):
        for cell in read(path).find_all("td"):
            shown = cell.get_text().strip() or cell.find("svg")
            assert shown, (path.relative_to(outputs), cell.find_parent("table").caption)


def test_what_the_reports_say(outputs: Path) -> None:
    force = read(outputs / "internal" / "2021-03" / "domestic-abuse" / "force.html").get_text(" ")
    assert "[x] not available" in force
    assert "2 of 3" in force and "±" not in force, "three answers are no percentage"
    chester = read(outputs / "internal" / "2021-03" / "rape" / "chester.html").get_text(" ")
    assert "Recorded rape was 0" in chester
    assert "looks back to 1 April 2019, and the data begin in February 2020" in chester, (
        "outcomes of crimes not in the data"
    )
    public = read(outputs / "public" / "2021-03" / "domestic-abuse" / "crewe.html").get_text(" ")
    assert "[c]" in public
