"""Two forces' data.police.uk downloads, adopted from params/ alone: every count equals pandas on the files."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest
from shapely.geometry import Point, shape

from open_data import open_data
from thematic.build.build import asked_editions, build, prepare
from thematic.build.request import Words, check
from thematic.core.areas import NO_LOCATION
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.measures.figures import Figure
from thematic.params import Params, load_params
from warehouse_drawn import ROOT, DrawnCubes, figures

pytestmark = pytest.mark.open_data
PERIOD, TODAY = "2022-02", date(2022, 4, 20)
WINDOW = [str(month) for month in pd.period_range("2021-03", "2022-02", freq="M")]
ASB = "Anti-social behaviour"
AGES = {"10-17": "10 to 17", "18-24": "18 to 24", "25-34": "25 to 34", "over 34": "35 and over"}


@dataclass
class Adopted:
    """A force's workbook, the files of its download as pandas reads them, and their places."""

    workbook: Workbook
    data: Path
    lookup: Path
    code: str

    @cached_property
    def params(self) -> Params:
        return load_params(self.workbook)

    @cached_property
    def index(self) -> Index:
        return prepare(self.workbook, self.params, data=self.data, lookup=self.lookup, today=TODAY, say=lambda _: None)

    def one(self, theme: str, area: str, measure: str) -> Figure:
        return self._figures(theme, area).one(measure)

    def by(self, theme: str, area: str, measure: str, dimension: str) -> dict[str, float | None]:
        return {each.category: each.value for each in self._figures(theme, area).of(measure, dimension)}

    def _figures(self, theme: str, area: str):  # type: ignore[no-untyped-def]
        found = DrawnCubes(self.params, theme, self.index, cubes.read_bytes(self.workbook, theme))
        return figures(found, PERIOD, area=area)

    def rows(self, kind: str) -> pd.DataFrame:
        with zipfile.ZipFile(self.data) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(f"-{kind}.csv"))
            files = [pd.read_csv(io.BytesIO(archive.read(name)), dtype=str, keep_default_na=False) for name in names]
        return pd.concat(files, ignore_index=True)

    @cached_property
    def street(self) -> pd.DataFrame:
        places = pd.read_csv(self.lookup, dtype=str).drop_duplicates(self.code).set_index(self.code)
        rows = self.rows("street")
        return rows.assign(unit=rows["LSOA code"].map(places["lpu"]))

    @cached_property
    def crimes(self) -> pd.DataFrame:
        rows = self.street[self.street["Crime type"] != ASB].drop_duplicates("Crime ID")
        return rows[rows["Month"].isin(WINDOW)]

    @cached_property
    def incidents(self) -> pd.DataFrame:
        return self.street[(self.street["Crime type"] == ASB) & self.street["Month"].isin(WINDOW)]

    @cached_property
    def stops(self) -> pd.DataFrame:
        rows = self.rows("stop-and-search")
        local = pd.to_datetime(rows["Date"], utc=True, format="ISO8601").dt.tz_convert("Europe/London")
        outlines = json.loads((self.workbook.reference / "districts.geojson").read_text(encoding="utf-8"))
        shapes = {each["properties"]["lpu"]: shape(each["geometry"]) for each in outlines["features"]}

        def unit(row: pd.Series) -> str | None:
            if not row["Longitude"]:
                return None
            point = Point(float(row["Longitude"]), float(row["Latitude"]))
            return next((name for name, polygon in shapes.items() if polygon.intersects(point)), None)

        months = local.dt.strftime("%Y-%m")
        return rows.assign(unit=rows.apply(unit, axis=1))[months.isin(WINDOW)]


@pytest.fixture(scope="module")
def north_wales(tmp_path_factory: pytest.TempPathFactory) -> Adopted:
    folder = open_data() / "north-wales"
    root = _product(tmp_path_factory.mktemp("north-wales"))
    shutil.copytree(Path(__file__).parent / "north_wales" / "params", root / "params", dirs_exist_ok=True)
    for name in ("commentary", "recommendations"):
        shutil.rmtree(root / "params" / name)
    shutil.copy(folder / "params" / "districts.geojson", root / "data" / "reference")
    shutil.copy(folder / "lsoa_to_unit.csv", root / "data" / "reference")
    (data,) = folder.glob("*.zip")
    return Adopted(Workbook(root), data, root / "data" / "reference" / "lsoa_to_unit.csv", "lsoa_code")


@pytest.fixture(scope="module")
def cheshire(tmp_path_factory: pytest.TempPathFactory) -> Adopted:
    root = _product(tmp_path_factory.mktemp("cheshire"))
    data = open_data() / "police-uk" / "cheshire_2021-03_2022-03.zip"
    lookup = open_data() / "geography" / "inferred_lsoa2011_to_lpu.csv"
    return Adopted(Workbook(root), data, lookup, "lsoa2011_code")


def _product(root: Path) -> Path:
    for name in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / name, root / name)
    return root


def by_place(force: Adopted, rows: pd.DataFrame) -> dict[str, int]:
    """Rows by unit, every unit named, and those without a place where there are any."""
    counted = {area.name: int((rows["unit"] == area.name).sum()) for area in force.params.unit_areas}
    without = int(rows["unit"].isna().sum())
    return counted | ({NO_LOCATION: without} if without else {})


def check_crimes(force: Adopted) -> None:
    crimes = force.crimes
    assert force.by("recorded-crime", "force", "crime_recorded", "lpu") == by_place(force, crimes)
    types = crimes["Crime type"].value_counts().to_dict()
    shown = force.by("recorded-crime", "force", "crime_recorded", "crime_type")
    assert {kind: n for kind, n in shown.items() if n} == types
    months = force.by("recorded-crime", "force", "crime_recorded", "month")
    assert {month: months[month] for month in WINDOW} == crimes["Month"].value_counts().to_dict()
    people = sum(next(iter(area.population.values())) for area in force.params.levels[force.params.units].areas)
    rate = force.one("recorded-crime", "force", "crime_rate_per_1000")
    assert (rate.numerator, rate.denominator) == (len(crimes), people)
    for area in force.params.unit_areas:
        own = crimes[crimes["unit"] == area.name]
        assert force.one("recorded-crime", area.slug, "crime_recorded").value == len(own)
        mine = force.by("recorded-crime", area.slug, "crime_recorded", "crime_type")
        assert {kind: n for kind, n in mine.items() if n} == own["Crime type"].value_counts().to_dict()


def test_north_wales_incidents(north_wales: Adopted) -> None:
    shown = north_wales.by("asb", "force", "asb_incidents", "lpu")
    assert shown == by_place(north_wales, north_wales.incidents)
    for area in north_wales.params.unit_areas:
        assert north_wales.one("asb", area.slug, "asb_incidents").value == shown[area.name]


def test_north_wales_crimes(north_wales: Adopted) -> None:
    check_crimes(north_wales)


def test_north_wales_stop_searches(north_wales: Adopted) -> None:
    stops, theme = north_wales.stops, "stop-and-search"
    assert north_wales.by(theme, "force", "stop_searches", "lpu") == by_place(north_wales, stops)
    for dimension, column in (("outcome", "Outcome"), ("object", "Object of search"), ("gender", "Gender")):
        shown = north_wales.by(theme, "force", "stop_searches", dimension)
        counted = stops[column].replace("", "missing").value_counts().to_dict()
        assert {name: n for name, n in shown.items() if n} == counted, dimension
    ages = stops["Age range"].replace(AGES).replace("", "missing").value_counts().to_dict()
    assert north_wales.by(theme, "force", "stop_searches", "age_band") == ages
    for area in north_wales.params.unit_areas:
        own = stops[stops["unit"] == area.name]
        share = north_wales.one(theme, area.slug, "stop_arrest_pct")
        assert (share.numerator, share.denominator) == (int((own["Outcome"] == "Arrest").sum()), len(own))


def test_north_wales_rates_by_ethnicity_say_whose_people_are_not_known(north_wales: Adopted) -> None:
    found = north_wales.one("stop-and-search", "force", "stop_rate_black_per_1000")
    assert (found.value, found.status) == (None, "[x]")


def test_what_cannot_be_fed_is_named_and_not_made(north_wales: Adopted) -> None:
    assert set(north_wales.index.empty) == {"child-sexual-abuse", "domestic-abuse", "hate-crime", "people", "rape"}
    words = Words(["ALL"], period=PERIOD, area="force", data=str(north_wales.data), lookup=str(north_wales.lookup))
    editions = asked_editions(
        north_wales.params, check(words, north_wales.params, north_wales.workbook), north_wales.index
    )
    fed = ["asb", "performance", "performance-at-a-glance", "recorded-crime", "stop-and-search"]
    assert sorted(each.theme for each in editions) == fed


def test_the_pages_speak_of_districts(north_wales: Adopted, tmp_path: Path) -> None:
    said: list[str] = []
    words = Words(
        ["CRIME", "DA"], period=PERIOD, area="conwy", format="html", out=str(tmp_path), data=str(north_wales.data),
        lookup=str(north_wales.lookup),
    )  # fmt: skip
    outcome = build(north_wales.workbook, words, TODAY, said.append, lambda _: lambda *_: None)
    assert [result.failure for result in outcome.results] == [None]
    assert any(sentence.startswith("Domestic abuse is not made: data.police.uk does not give") for sentence in said)
    page = (tmp_path / PERIOD / "recorded-crime" / "conwy.html").read_text(encoding="utf-8")
    assert "District" in page and "Local Policing Unit" not in page and "Cheshire" not in page
    assert "cancelled records are not taken off" in page


def test_cheshire_crimes(cheshire: Adopted) -> None:
    check_crimes(cheshire)


def test_cheshire_outcomes_by_their_month(cheshire: Adopted) -> None:
    outcomes = cheshire.rows("outcomes")
    last = outcomes.sort_values("Month", kind="stable").drop_duplicates("Crime ID", keep="last")
    recorded = set(cheshire.street.loc[cheshire.street["Crime type"] != ASB, "Crime ID"])
    given = last[last["Crime ID"].isin(recorded) & last["Month"].isin(WINDOW)]
    assert cheshire.one("recorded-crime", "force", "crime_outcomes").value == len(given)
    shown = cheshire.by("recorded-crime", "force", "crime_outcomes", "outcome_type")
    assert {kind: n for kind, n in shown.items() if n} == given["Outcome type"].value_counts().to_dict()
    charged = cheshire.one("recorded-crime", "force", "crime_charged_pct")
    assert charged.status == "[x]", "the crimes of the year before are not in the download"
