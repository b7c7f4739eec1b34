"""Residents of hexagons: spread over outlines a second way, what is refused, and the maps that are tested against them."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from thematic.core import hexagons
from thematic.core.errors import DataRefused, ParamsRefused
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cells import GROUND_ROWS
from thematic.cubes.residents import residents
from thematic.displays import Chart
from thematic.measures.hotspots import find
from thematic.measures.release import released
from thematic.params import Params, load_params
from thematic.params.areas import Level
from thematic.params.outlines import Outlines, read_outlines
from thematic.report import hotspots as report_hotspots
from thematic.stats.hotspots import hotspots_of_residents
from warehouse_drawn import ROOT, DrawnCubes, own_params, report_data, theme_cubes, typed

FILE = "data/reference/small.geojson"
THEME, COUNT, PERIOD = "domestic-abuse", "da_recorded", "2021-01"
HALTON = (-2.76, 53.40)
Years = dict[int, int]


def square(name: str, west: float, south: float, size: float = 0.04) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {"code": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def level(people: dict[str, Years]) -> Level:
    areas = [{"slug": name.lower(), "name": name, "population": years} for name, years in people.items()]
    words = {"title": "Small area", "plural": "Small areas", "short": "small area"}
    return Level.model_validate({**words, "boundaries": {"file": FILE, "name": "code"}, "areas": areas})


def drawn(root: Path, features: list[dict[str, Any]], people: dict[str, Years]) -> tuple[Params, Outlines]:
    """Params with a level of small areas, and its outlines in a file under the folder."""
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    (root / FILE).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    levels = {**own_params().levels, "small": level(people)}
    outlines, problems = read_outlines(Workbook(root), levels)
    assert outlines is not None and not problems
    return replace(own_params(), levels=levels, outlines=outlines), outlines


def spread(root: Path, features: list[dict[str, Any]], people: dict[str, Years], force: int | None) -> pd.DataFrame:
    params, outlines = drawn(root, features, people)
    return residents(root, params, outlines, force, [2])


def nearest(longitude: float, latitude: float) -> str:
    """The hexagon of 2 km whose middle lies nearest, found by looking at each of a patch around the point."""
    point = hexagons.plane(longitude, latitude)
    north = round(point[1] / math.sqrt(3))
    east = round(point[0] / 2 - north / 2)
    patch = [(east + right, north + up) for right in range(-2, 3) for up in range(-2, 3)]
    return hexagons.name_of(min(patch, key=lambda each: math.dist(hexagons.middle(each, 2), point)))


TWO = [square("A", *HALTON), square("B", HALTON[0] + 0.04, HALTON[1])]


def test_each_hexagon_has_the_part_of_an_area_that_its_ground_is(tmp_path: Path) -> None:
    """The second way: points in even rows all over each outline, each in the hexagon whose middle is nearest."""
    found = spread(tmp_path, TWO, {"A": {2020: 1000}, "B": {2020: 4000}}, 5000)
    steps = (np.arange(40) + 0.5) / 40 * 0.04
    counted: Counter[str] = Counter()
    for corner, people in ((HALTON[0], 1000), (HALTON[0] + 0.04, 4000)):
        for east in corner + steps:
            for north in HALTON[1] + steps:
                counted[nearest(float(east), float(north))] += people / 1600
    by_cell = dict(zip(found["cell"], found["residents"], strict=True))
    assert sum(by_cell.values()) == pytest.approx(5000, abs=1)
    assert set(counted) <= set(by_cell)
    assert all(people == pytest.approx(counted[cell], abs=25) for cell, people in by_cell.items())


def test_several_features_are_one_area_and_a_name_or_a_slug_will_do(tmp_path: Path) -> None:
    parts = [square("a", *HALTON, 0.02), square("A", HALTON[0] + 0.02, HALTON[1], 0.02)]
    found = spread(tmp_path, parts, {"A": {2020: 1000}}, 1000)
    assert found["residents"].sum() == pytest.approx(1000, abs=1)


def test_the_numbers_of_a_year_hold_from_its_30_june_on(tmp_path: Path) -> None:
    """An area that gives no number for a year keeps that of the year before."""
    found = spread(tmp_path, TWO, {"A": {2018: 900, 2020: 1000}, "B": {2018: 3000}}, None)
    whole = spread(tmp_path, TWO, {"A": {2018: 900, 2020: 1000}, "B": {2018: 3000}}, 4000)
    assert set(found["cell"]) < set(whole["cell"]), "nobody knows that the areas are the whole force"
    assert whole.groupby("year")["residents"].sum().round().to_dict() == {2018: 3900, 2020: 4000}


def test_of_a_part_of_the_force_only_covered_hexagons_are_known(tmp_path: Path) -> None:
    """A force of twice as many people has more ground than the outlines: at their edge, people are not known."""
    large = [square("A", -2.9, 53.3, 0.2)]
    part, whole = (spread(tmp_path, large, {"A": {2020: 40_000}}, force) for force in (80_000, 40_000))
    assert set(part["cell"]) < set(whole["cell"])
    ground = 0.2**2 * 111.19**2 * math.cos(math.radians(53.4))
    a_hexagon = 40_000 * hexagons.area_of(2) / ground
    assert part["residents"].to_numpy() == pytest.approx(a_hexagon, rel=0.06)
    assert whole["residents"].min() < 0.5 * a_hexagon
    nearly = spread(tmp_path, large, {"A": {2020: 40_000}}, 40_300)
    assert set(nearly["cell"]) == set(whole["cell"])


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ([square("A", *HALTON), square("B", HALTON[0] + 0.02, HALTON[1])], "the outlines overlap, by 33% of what they cover"),
        ([square("A", *HALTON), {**square("B", 0, 0), "geometry": {"type": "Point", "coordinates": [0, 50]}}], "the outline of b cannot be used: it is no area but Point"),
        ([square("A", *HALTON), {**square("B", 0, 0), "geometry": None}], "the outline of b cannot be used"),
        ([square("A", *HALTON), square("B", 351_234, 385_123)], "the outline of b cannot be used: it has points that are not in degrees"),
        ([square("A", *HALTON), {**square("B", 0, 0), "geometry": {"type": "Polygon", "coordinates": [[[0, 50], [1, 51], [1, 50], [0, 51], [0, 50]]]}}], "the outline of b cannot be used: Self-intersection"),
    ],
)  # fmt: skip
def test_outlines_that_cannot_be_used_are_refused(tmp_path: Path, features: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(DataRefused) as refused:
        spread(tmp_path, features, {"A": {2020: 1000}, "B": {2020: 1000}}, 2000)
    assert told in str(refused.value) and FILE in str(refused.value)


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "params" / "areas" / "small.yaml").write_text(
        "title: Small area\nplural: Small areas\nshort: small area\nreports: false\n"
        f"boundaries: {{file: {FILE}, name: code}}\n"
        "areas:\n"
        "  - {slug: a, name: A, population: {2020: 1000}}\n"
        "  - {slug: b, name: B, population: {2020: 4000}}\n",
        encoding="utf-8",
    )
    return Workbook(tmp_path)


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_level_with_outlines_is_read(workbook: Workbook) -> None:
    (workbook.root / FILE).write_text(collection(*TWO), encoding="utf-8")
    outlines = load_params(workbook).outlines
    assert outlines is not None
    assert (outlines.level, outlines.file, outlines.slugs) == ("small", FILE, ("a", "b"))
    assert load_params(Workbook(ROOT)).outlines is None, "the product declares none"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "params/areas/small.yaml, boundaries.file: data/reference/small.geojson: the file is missing."),
        (lambda: "{", "small.geojson: line 1 is not JSON"),
        (lambda: collection(square("A", 0, 50), {"type": "Feature", "properties": {"other": "B"}}), "no text in the property 'code'. Its properties: other."),
        (lambda: collection(*TWO, *(square(name, 0, 50) for name in "CDEFG")), "small.geojson: has what is no small area of params/areas: 'C', 'D', 'E' and 2 more."),
        (lambda: collection(TWO[0]), "boundaries: data/reference/small.geojson has no outline for 'B'. Bring one for each"),
    ],
)  # fmt: skip
def test_each_problem_of_the_file_is_told(workbook: Workbook, text: Callable[[], str] | None, told: str) -> None:
    if text is not None:
        (workbook.root / FILE).write_text(text(), encoding="utf-8")
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    assert told in str(refused.value)


def test_a_second_level_with_outlines_and_an_area_without_people_are_told(workbook: Workbook) -> None:
    (workbook.root / FILE).write_text(collection(*TWO), encoding="utf-8")
    small = workbook.params / "areas" / "small.yaml"
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace(", population: {2020: 4000}", ""), encoding="utf-8")
    with pytest.raises(
        ParamsRefused, match=r"boundaries: no population is given for 'B'\. Give each a population by year"
    ):
        load_params(workbook)
    small.write_text(text, encoding="utf-8")
    other = text.replace("slug: a", "slug: c").replace("slug: b", "slug: d")
    (workbook.params / "areas" / "wards.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(ParamsRefused, match="the level wards has boundaries too"):
        load_params(workbook)


# A drawn force: a patch of hexagons, its residents spread evenly or most of them in the middle.


def patch(rings: int = 4) -> list[hexagons.Hexagon]:
    centre = hexagons.named(nearest(*HALTON))
    steps = range(-rings, rings + 1)
    return [(centre[0] + e, centre[1] + n) for e in steps for n in steps if abs(e + n) <= rings]


def as_feature(cell: hexagons.Hexagon) -> dict[str, Any]:
    """A small area that is a hexagon."""
    ring = [hexagons.place(point) for point in hexagons.corners(cell, 2)]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"code": _code(cell)}, "geometry": geometry}


def _code(cell: hexagons.Hexagon) -> str:
    return f"h{cell[0]}x{cell[1]}".replace("-", "m")


def made(
    root: Path, counts: dict[hexagons.Hexagon, int], people: dict[hexagons.Hexagon, int], force: int | None = None
) -> DrawnCubes:
    """Cubes of a force with so many rows in each hexagon; small areas for those that have people."""
    params, outlines = drawn(root, [*map(as_feature, people)], {_code(cell): {2020: n} for cell, n in people.items()})
    whole = own_params()
    total = sum(people.values()) if force is None else force
    units = whole.unit.model_copy(
        update={
            "areas": tuple(
                each.model_copy(update={"population": {2020: total if each.name == "Widnes" else 1}})
                for each in whole.unit.areas
            )
        }
    )
    theme = whole.themes[THEME]
    kept = theme.model_copy(update={"measures": {COUNT: theme.measures[COUNT]}})
    levels = {**params.levels, params.units: units}
    params = replace(params, themes={THEME: kept}, levels=levels, outlines=outlines)
    rows = []
    for cell, many in counts.items():
        longitude, latitude = hexagons.place(hexagons.middle(cell, 2))
        place = {"longitude": round(longitude, 6), "latitude": round(latitude, 6), "lpu": "Widnes"}
        place |= {"recorded_on": "2020-06-05", "offence_code": "8N", "local_authority": "Halton"}
        rows += [{**place, "domestic": "Y"}] * many + [{**place, "domestic": "N"}] * GROUND_ROWS
    return theme_cubes(root, THEME, {"crimes": typed(whole.tables["crimes"], pd.DataFrame(rows))}, params=params)


def chart(found: DrawnCubes, area: str = "force") -> Chart:
    data = report_data(found, PERIOD, area)
    made = report_hotspots.hotspots(data, released(data), COUNT)
    assert isinstance(made, Chart)
    return made


def middle() -> set[hexagons.Hexagon]:
    cells = patch()
    centre = cells[len(cells) // 2]
    return {centre, *hexagons.neighbours(centre)}


@pytest.fixture(scope="module")
def risky(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """61 hexagons of 1,000 residents; those in the middle hold four times as much as the others."""
    counts = {cell: 40 if cell in middle() else 10 + number % 2 for number, cell in enumerate(patch())}
    return made(tmp_path_factory.mktemp("risky"), counts, dict.fromkeys(patch(), 1000))


def test_the_hotspots_are_those_of_the_released_counts_and_residents(risky: DrawnCubes) -> None:
    for found in (find(report_data(risky, PERIOD), COUNT),):
        numbers = {each.hexagon: number for number, each in enumerate(found.cells)}
        around = [[numbers[n] for n in hexagons.neighbours(each.hexagon) if n in numbers] for each in found.cells]
        expected = hotspots_of_residents([each.count for each in found.cells], [1000] * 61, around)
        assert [each.p for each in found.cells] == pytest.approx(expected.adjusted.tolist(), rel=1e-3)
        assert [each.hot for each in found.cells] == expected.hot.tolist()
        assert found.spread == pytest.approx(expected.spread, rel=1e-3)
        assert sum(each.expected or 0 for each in found.cells) == pytest.approx(sum(each.count for each in found.cells))
        assert {each.hexagon for each in found.hot} == middle()


def test_the_map_says_that_residents_do_not_explain_its_hotspots(risky: DrawnCubes) -> None:
    made = chart(risky)
    assert made.title == "Recorded domestic abuse: more than residents explain around Widnes"
    assert len(made.title.split()) <= 15
    assert "More than residents explain" in made.svg and "Where most is recorded" not in made.svg
    assert "Hexagons where more is recorded than residents explain: 7, near Widnes." in made.alt
    said = " ".join(made.notes)
    assert "holds more than is expected from its residents" in said and "adjusted together" in said
    assert "most is recorded" not in said and "59,999" not in said
    assert [column.label for column in made.table.columns][3:6] == ["Count", "Residents", "Expected from residents"]
    assert made.table.texts[0][3:6] == ["40", "1,000", "14"]
    assert made.table.texts[0][-1] == "Yes" and made.table.texts[7][-1] == "No"


def test_where_people_live_most_is_recorded_and_nothing_stands_out(tmp_path: Path) -> None:
    people = {cell: 4000 if cell in middle() else 1000 for cell in patch()}
    found = made(tmp_path, {cell: n // 100 + number % 2 for number, (cell, n) in enumerate(people.items())}, people)
    assert chart(found).title == "Recorded domestic abuse: no neighbourhood stands out once residents are allowed for"
    own = chart(found, "widnes").title
    assert own.endswith("no neighbourhood of Widnes stands out once residents are allowed for")
    assert "No hexagon stands out." in chart(found).alt
    unknown = replace(found, files={name: file for name, file in found.files.items() if name != cubes.RESIDENTS})
    assert chart(unknown).title == "Recorded domestic abuse: where most is recorded close together, around Widnes"


def test_what_the_outlines_do_not_cover_is_said_and_not_tested(tmp_path: Path) -> None:
    """Outlines of the eastern half, with half of the force's residents."""
    cells = patch()
    east = [cell for cell in cells if 2 * cell[0] + cell[1] >= 2 * cells[30][0] + cells[30][1]]
    counts = {cell: 40 if cell in middle() else 10 for cell in cells}
    found = made(tmp_path, counts, dict.fromkeys(east, 1000), force=61_000)
    spots = find(report_data(found, PERIOD), COUNT)
    assert spots.without_residents == len(cells) - len(east)
    assert {each.hexagon for each in spots.cells if each.p is not None} == set(east)
    assert sum(each.expected or 0 for each in spots.cells) == pytest.approx(sum(counts[cell] for cell in east))
    said = f"The residents of {len(cells) - len(east)} of the force’s 61 hexagons are not known"
    assert any(note.startswith(said) for note in chart(found).notes)
    not_known = [row for row in chart(found).table.texts if row[4] == "[x]"]
    assert all(row[5:] == ["[x]", "[z]", "No"] for row in not_known)


def test_other_residents_make_the_reports_again_and_the_same_do_not(risky: DrawnCubes, tmp_path: Path) -> None:
    counts = {cell: 40 if cell in middle() else 10 + number % 2 for number, cell in enumerate(patch())}
    same = made(tmp_path / "same", counts, dict.fromkeys(patch(), 1000))
    other = made(tmp_path / "other", counts, {cell: 1000 + (cell in middle()) for cell in patch()})
    assert same.index.slices == risky.index.slices
    assert other.index.slices[THEME][PERIOD] != risky.index.slices[THEME][PERIOD]


def test_residents_are_those_of_the_year_of_the_window(tmp_path: Path) -> None:
    params, _ = drawn(tmp_path, TWO, {"A": {2019: 900, 2021: 1000}, "B": {2019: 3000}})
    frame = residents(tmp_path, params, params.outlines, 4000, [2])  # type: ignore[arg-type]
    import pyarrow as pa

    from thematic.cubes.tallies import Residents

    known = Residents(pa.Table.from_pandas(frame))
    days = {date(2018, 1, 1): 3900, date(2021, 6, 29): 3900, date(2021, 6, 30): 4000}
    for day, people in days.items():
        assert sum(known.at(2, day).values()) == pytest.approx(people, abs=1)
    assert known.at(4, date(2021, 6, 30)) == {} == Residents().at(2, date(2021, 6, 30))
