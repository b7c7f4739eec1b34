"""Two tables, two levels of areas and a theme that the product has never heard of are declared in params/ and one
notebook alone; their reports come in every format, and every figure equals a plain pandas working-out."""

from __future__ import annotations

import csv
import math
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from custody_extract import REFUSED, draw, write
from working_out import LISTED, MISSING, NOWHERE, Place, Report, Rows

from pdf_reading import tags
from thematic import cli
from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.params import load_params
from thematic.tools.sample.folder import fresh_sample

# Where the contract leaves a choice, this is what a user would expect and what is held here:
# - a ratio of two measures (times) has their two values as its numerator and denominator, and 0 below the line is [z];
# - `missing` is listed where either side of a measure has any in either window, as seen at each window's own end;
# - a cross lists every pair of declared codes; a pair with a blank has `missing` in its place, and stands last;
# - codes that `as` maps to one word are one category; a code that it does not map keeps its own name;
# - a breakdown by a flag has the categories Y and N;
# - a level of sums of other areas has a row for rows without any unit (No location recorded), in the force's report;
# - month and rolling rows of an area that was not open are [x] rows; where the rows of a table do not say in which area
#   of a level they belong, its measures are [x] in a report of that level, and have no month or rolling rows;
# - a blank that is there because the earlier window is not available is [x], whatever the value's own status;
# - a row that stands in a ward and in no unit counts in the ward, and in no unit;
# - an hour lost or gained by the clock is not lost or gained by elapsed minutes.
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PERIOD, EARLIER = "2021-08", "2020-06"
FORCE = Place()
WIDNES, WEST = Place("lpu", "Widnes"), Place("bcu", "West Command")
APPLETON, DITTON = Place("ward", "Appleton"), Place("ward", "Ditton")
FORMATS = ("html", "pdf", "xlsx", "csv")
TEXTS = ("window_start", "window_end", "unit", "change_unit", "status", "change_status")
NUMBERS = ("numerator", "denominator", "value", "lower_95", "upper_95", "previous_value", "change")


def new_workbook(folder: Path) -> Path:
    """The repository's params/ and notebooks/, with the declarations that stand beside this test."""
    for part in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / part, folder / part)
    for part in ("params", "notebooks"):
        shutil.copytree(HERE / part, folder / part, dirs_exist_ok=True)
    return folder


def run(folder: Path, *words: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["thematic", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook, with the reports of the force, a unit and a ward in every format, and others as CSV."""
    folder = new_workbook(tmp_path_factory.mktemp("custody"))
    write(folder / "extract", draw())
    build = ("build", "CUSTODY", "--data", "extract")
    run(folder, *build, "--period", PERIOD, "--area", "force,widnes,appleton", "--format", ",".join(FORMATS))
    run(folder, *build, "--period", PERIOD, "--area", "west,ditton", "--format", "csv")
    run(folder, *build, "--period", EARLIER, "--area", "force", "--format", "csv")
    return folder


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(draw())


def report(made: Path, area: str, suffix: str, period: str = PERIOD) -> Path:
    return made / "outputs" / period / "custody" / f"{area}.{suffix}"


def figures(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def key(figure: dict[str, str]) -> tuple[str, str, str]:
    return figure["measure"], figure["dimension"], figure["category"]


def same(got: str, expected: object) -> bool:
    if got == "" or expected is None:
        return got == "" and expected is None
    return math.isclose(float(got), float(expected), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


REPORTS = [
    ("force", FORCE, PERIOD),
    ("widnes", WIDNES, PERIOD),
    ("appleton", APPLETON, PERIOD),
    ("ditton", DITTON, PERIOD),
    ("west", WEST, PERIOD),
    ("force", FORCE, EARLIER),
]


@pytest.mark.parametrize(("area", "place", "period"), REPORTS, ids=[f"{area}-{period}" for area, _, period in REPORTS])
def test_every_figure_equals_the_working_out(made: Path, rows: Rows, area: str, place: Place, period: str) -> None:
    got = {key(figure): figure for figure in figures(report(made, area, "csv", period))}
    expected = Report(rows, place, period).work_out().judge().found
    assert len(got) > 800
    assert sorted(set(expected) - set(got)) == [], "not in the CSV"
    assert sorted(set(got) - set(expected)) == [], "in the CSV alone"
    wrong = []
    for name, figure in expected.items():
        row = got[name]
        texts = {column: figure[column] for column in TEXTS}
        texts["significant"] = {True: "true", False: "false", None: ""}[figure["significant"]]
        texts["trend"] = figure["trend"] or ""
        wrong += [(name, column, row[column], text) for column, text in texts.items() if row[column] != text]
        wrong += [(name, each, row[each], figure[each]) for each in NUMBERS if not same(row[each], figure[each])]
    assert wrong == []


@pytest.mark.parametrize("area", ["force", "widnes", "appleton"])
def test_no_figure_is_there_twice_and_categories_stand_as_declared(made: Path, area: str) -> None:
    found = figures(report(made, area, "csv"))
    assert len({key(figure) for figure in found}) == len(found)
    for breakdown, listed in LISTED.items():
        for measure in {each["measure"] for each in found if each["dimension"] == breakdown}:
            names = [each["category"] for each in found if key(each)[:2] == (measure, breakdown)]
            known = [name for name in names if MISSING not in name]
            assert known == listed, (measure, breakdown)
            if breakdown != "reason_by_ethnicity":
                assert names == [*listed, *([MISSING] if MISSING in names else [])], (measure, breakdown)


def test_places_are_listed_in_the_report_that_they_are_of(made: Path) -> None:
    def places(area: str, level: str) -> list[str]:
        found = figures(report(made, area, "csv"))
        return [each["category"] for each in found if key(each)[:2] == ("custody_recorded", level)]

    wards = ["Appleton", "Ditton", "Riverside", "Beechwood", "Norton", "Castle"]
    assert places("force", "ward") == [*wards, NOWHERE]
    assert places("widnes", "ward") == wards[:3]
    assert places("appleton", "ward") == []
    assert places("force", "bcu") == ["West Command", "East Command", "North Command", NOWHERE]
    assert places("widnes", "bcu") == []
    assert len(places("force", "lpu")) == 9 and places("appleton", "lpu") == places("force", "lpu")[:-1]


def test_the_override_replaces_only_what_it_says(made: Path) -> None:
    measures = load_params(Workbook(made)).measures
    youth, custody = measures["youth_recorded"], measures["custody_recorded"]
    assert (youth.title, youth.window) == ("People under 18 detained", "rolling_3")
    assert youth.definition == custody.definition.replace("detentions", "detentions of people under 18")
    assert (custody.title, custody.window, custody.owner) == ("Detentions", "rolling_12", youth.owner)


# --- the formats


def tables(path: Path) -> dict[str, list[list[str]]]:
    """The tables of a page by their captions: a list of cells for each row."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
    return {
        table.caption.get_text(" ", strip=True): [
            [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")
        ]
        for table in page.find_all("table")
        if table.caption is not None
    }


@pytest.mark.parametrize("area", ["force", "widnes", "appleton"])
def test_every_format_holds_the_figures(made: Path, area: str) -> None:
    assert all(report(made, area, suffix).stat().st_size > 10_000 for suffix in FORMATS)
    found = {key(figure): figure for figure in figures(report(made, area, "csv"))}
    days = {name: found["custody_recorded", "weekday", name] for name in LISTED["weekday"]}
    shown = tables(report(made, area, "html"))
    page = next(cells for caption, cells in shown.items() if "by day of arrival" in caption and "night" not in caption)
    assert [row[:3] for row in page[1:]] == [
        [name, f"{int(each['previous_value']):,}", f"{int(each['value']):,}"] for name, each in days.items()
    ]
    sheets = openpyxl.load_workbook(report(made, area, "xlsx"))
    sheet = next(each for each in sheets if "Detentions by day of arrival" in str(each["A1"].value))
    numbers = {row[0]: row[1:3] for row in sheet.iter_rows(values_only=True) if row[0] in days}
    assert numbers == {name: (int(each["previous_value"]), int(each["value"])) for name, each in days.items()}
    with pikepdf.open(report(made, area, "pdf")) as pdf:
        read = [tag for root in [tags(pdf)] for tag in root.all("Table")]
        assert len(read) >= sum(caption.startswith("Table") for caption in shown) > 10


@pytest.mark.parametrize("area", ["force", "widnes", "appleton"])
def test_the_workbook_holds_every_figure_as_the_csv_does(made: Path, area: str) -> None:
    sheet = openpyxl.load_workbook(report(made, area, "xlsx"))["All figures"]
    cells = [[("" if cell is None else cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    head = next(number for number, row in enumerate(cells) if row[0] == "measure")
    got = [dict(zip(cells[head], row, strict=True)) for row in cells[head + 1 :]]
    expected = figures(report(made, area, "csv"))
    assert len(got) == len(expected)
    for ours, theirs in zip(got, expected, strict=True):
        for column, text in theirs.items():
            if column in NUMBERS and text:
                assert isinstance(ours[column], int | float), (key(theirs), column)
                assert math.isclose(ours[column], float(text), rel_tol=1e-9, abs_tol=1e-9), (key(theirs), column)
            else:
                assert str(ours[column]) == text, (key(theirs), column)


def test_pages_say_why_a_figure_is_not_available(made: Path) -> None:
    text = BeautifulSoup(report(made, "force", "html").read_text(encoding="utf-8"), "lxml").get_text(" ", strip=True)
    for reason in (
        "Riverside closed on 31 December 2020",
        "Norton opened on 1 February 2021",
        "Ditton opened on 1 March 2020",
        "the data hold no staff hours of April 2020",
        "the data of staff hours end in July 2021",
        "no population is known for Beechwood",
        "the data begin in May 2018",
    ):
        assert reason in text, reason


def test_pages_name_no_code_and_no_column_beside_a_figure(made: Path) -> None:
    """What a person reads has the words of the declarations, never their keys (but for the account of the files)."""
    for area in ("force", "widnes", "appleton"):
        page = BeautifulSoup(report(made, area, "html").read_text(encoding="utf-8"), "lxml")
        words = {word.strip(".,:;()") for word in page.body.get_text(" ", strip=True).split()}
        keys = {"adult_at", "minutes_held", "age_band", "not_recorded", "self_harm", "new_offence", "missing"}
        assert words & keys == set()


def test_the_words_of_a_breakdown_tell_its_rows_apart(made: Path) -> None:
    for caption, cells in tables(report(made, "force", "html")).items():
        names = [row[0] for row in cells[1:]]
        assert len(set(names)) == len(names), caption


# --- the rows


def test_every_row_of_the_files_is_accounted_for(made: Path) -> None:
    folder = made / "data/warehouse"
    assert pq.read_metadata(folder / "custody.parquet").num_rows == len(draw().custody)
    assert pq.read_metadata(folder / "hours.parquet").num_rows == len(draw().hours)
    refused = pq.read_table(folder / "quarantine/custody.parquet").to_pylist()
    assert {row["custody_ref"] for row in refused} == {*REFUSED, "C00007"}
    assert all(row["reasons"] for row in refused)


STAYS = {
    "spring": ("2021-03-27T23:00:00Z", "2021-03-28T09:00:00Z"),  # midnight to 8am has 7 hours
    "autumn": ("2020-10-24T22:00:00Z", "2020-10-25T10:00:00Z"),  # and 9 hours
    "plain": ("2021-01-10T23:00:00Z", "2021-01-11T09:30:30Z"),
}
STAYS_HEAD = "custody_ref,arrived_at,released_at,reviewed_at,cancelled_on,age,ethnicity,reason,risks,disposal,lpu,ward"


@pytest.fixture(scope="module")
def stays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The warehouse's rows of three stays, two of them while the clock changes."""
    folder = new_workbook(tmp_path_factory.mktemp("clock"))
    (folder / "extract").mkdir()
    lines = [f"{name},{arrived},{left},,,,,AR,,1,Crewe," for name, (arrived, left) in STAYS.items()]
    (folder / "extract/custody.csv").write_text("\n".join([STAYS_HEAD, *lines, ""]), encoding="utf-8")
    workbook = Workbook(folder)
    params = load_params(workbook)
    warehouse.build(workbook, params, folder / "extract", None, date(2021, 9, 5), lambda _: None, fresh_sample)
    return {row["custody_ref"]: row for row in pq.read_table(workbook.warehouse / "custody.parquet").to_pylist()}


def test_minutes_are_elapsed_whatever_the_clock_does(stays: dict[str, dict[str, Any]]) -> None:
    assert {name: float(row["minutes_held"]) for name, row in stays.items()} == {
        "spring": 600, "autumn": 720, "plain": 630.5,
    }  # fmt: skip


def test_night_minutes_are_elapsed_minutes_too(stays: dict[str, dict[str, Any]]) -> None:
    nights = {name: float(row["night_minutes"]) for name, row in stays.items()}
    assert nights == {"spring": 420, "autumn": 540, "plain": 480}
