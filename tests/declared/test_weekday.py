"""A breakdown that a table declares is one word on one line of a theme's file, and the report has its table."""

from __future__ import annotations

import csv
import json
import random
import shutil
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from thematic import cli

ROOT = Path(__file__).parents[2]
THEME = "params/themes/domestic-abuse.yaml"
BEFORE = "  da_recorded: [total, month, lpu, local_authority, offence]\n"
AFTER = "  da_recorded: [total, month, lpu, local_authority, offence, weekday]\n"
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FIRST, LAST = date(2019, 2, 1), date(2021, 1, 31)


def drawn() -> list[dict[str, str]]:
    """Crimes of two years, most of them at weekends, two in three of them domestic; the window's own ends among them."""
    draw = random.Random(7)
    days = [FIRST + timedelta(days=draw.randrange(731)) for _ in range(900)]
    days += [
        day + timedelta(days=5 - day.weekday()) for day in days[:200] if day.weekday() < 5 and day < date(2021, 1, 20)
    ]
    days += [date(2020, 1, 31), date(2020, 2, 1), date(2021, 1, 31)]
    return [
        {"crime_ref": f"R{number}", "recorded_on": str(day), "offence_code": "8N", "domestic": draw.choice("YYN"),
         "cancelled_on": "", "lpu": draw.choice(["Crewe", "Widnes", ""]), "local_authority": "", "hate_strands": "", "outcome_code": "",
         "outcome_on": ""}
        for number, day in enumerate(days)
    ]  # fmt: skip


def counted(rows: list[dict[str, str]], first: date, last: date, lpu: str | None) -> list[int]:
    days = Counter(
        date.fromisoformat(row["recorded_on"]).weekday()
        for row in rows
        if row["domestic"] == "Y" and str(first) <= row["recorded_on"] <= str(last) and lpu in (None, row["lpu"])
    )
    return [days[day] for day in range(7)]


def change_one_line(folder: Path) -> None:
    path = folder / THEME
    text = path.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    path.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")


def add_cell(folder: Path) -> None:
    path = folder / "notebooks/domestic_abuse.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    place = next(number for number, cell in enumerate(notebook["cells"]) if cell["id"] == "recorded-months")
    source = 'report.breakdown("da_recorded", by="weekday")'
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "weekdays",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    notebook["cells"].insert(place + 1, cell)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weekday")
    for part in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / part, folder / part)
    change_one_line(folder)
    add_cell(folder)
    (folder / "extract").mkdir()
    rows = drawn()
    with (folder / "extract/crimes.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "extract/extract.yaml").write_text("as_at: 2021-01-31\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = ["build", "DA", "--data", "extract", "--area", "force,widnes", "--format", "csv,html"]
        patch.setattr(sys, "argv", ["thematic", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 0
    return folder / "outputs/2021-01/domestic-abuse"


@pytest.mark.parametrize(("area", "lpu"), [("force", None), ("widnes", "Widnes")])
def test_the_csv_and_the_page_have_the_days_of_the_week(made: Path, area: str, lpu: str | None) -> None:
    now = counted(drawn(), date(2020, 2, 1), LAST, lpu)
    before = counted(drawn(), FIRST, date(2020, 1, 31), lpu)
    with (made / f"{area}.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream) if (row["measure"], row["dimension"]) == ("da_recorded", "weekday")
        ]
    assert [(row["category"], int(row["value"]), int(row["previous_value"])) for row in rows] == [
        *zip(DAYS, now, before, strict=True)
    ]
    page = BeautifulSoup((made / f"{area}.html").read_text(encoding="utf-8"), "lxml")
    tables = [table for table in page.find_all("table") if table.find(string="Day recorded")]
    assert len(tables) == 1
    cells = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in tables[0].find_all("tr")]
    assert [row[:3] for row in cells[1:]] == [
        [day, str(one), str(two)] for day, one, two in zip(DAYS, before, now, strict=True)
    ]
