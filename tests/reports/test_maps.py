"""Maps: hexagons against plain geometry, hotspots on drawn grounds, and what a report's maps say."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import ibis
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from thematic import charts
from thematic.charts import canvas, labels, maps
from thematic.charts.ground import View, inner_point
from thematic.core import hexagons
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.bases import CELL
from thematic.cubes.cells import GROUND_ROWS, cell
from thematic.displays import Chart, Sentence
from thematic.measures.data import ReportData
from thematic.measures.hotspots import find
from thematic.measures.release import released
from thematic.params import Params, load_params
from thematic.params.declared import Audience
from thematic.params.force import Town
from thematic.params.themes import Caveat, HotspotsParams
from thematic.report import hotspots as report_hotspots
from thematic.report import maps as report_maps
from thematic.stats.hotspots import hotspots_of_counts
from warehouse_drawn import ROOT, DrawnCubes, own_params, report_data, theme_cubes, typed

WIDTHS = [canvas.WIDE, canvas.NARROW]
PERIOD, OVERVIEW = "2021-01", "performance-at-a-glance"
THEME, COUNT, RATE = "domestic-abuse", "da_recorded", "da_rate_per_1000"
DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury", "local_authority": "Halton"}
HALTON = (-2.76, 53.40)


def spread(seed: int = 1, size: int = 300) -> pd.DataFrame:
    """Places all over a force, in degrees."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({"longitude": random.uniform(-3.1, -2.1, size), "latitude": random.uniform(53, 53.4, size)})


def named(points: pd.DataFrame, width: float) -> list[str]:
    table = ibis.memtable(points)
    return list(table.mutate(name=cell(table, width)).to_pandas()["name"])


def nearest(longitude: float, latitude: float, width: float) -> hexagons.Hexagon:
    """The hexagon whose middle lies nearest, found by looking at each of a wide patch around the point."""
    point = hexagons.plane(longitude, latitude)
    north = round(point[1] / (width * math.sqrt(3) / 2))
    east = round(point[0] / width - north / 2)
    patch = [(east + right, north + up) for right in range(-3, 4) for up in range(-3, 4)]
    return min(patch, key=lambda each: math.dist(hexagons.middle(each, width), point))


@pytest.mark.parametrize("width", [0.5, 2, 4.5])
def test_a_place_lies_in_the_hexagon_whose_middle_is_nearest(width: float) -> None:
    points = spread()
    expected = [hexagons.name_of(nearest(*point, width)) for point in points.itertuples(index=False)]
    assert named(points, width) == expected


@given(st.floats(-8, 2), st.floats(49, 61))
def test_a_place_is_found_again_on_the_plane(longitude: float, latitude: float) -> None:
    assert hexagons.place(hexagons.plane(longitude, latitude)) == pytest.approx((longitude, latitude), abs=1e-9)


def test_the_plane_is_in_km() -> None:
    (east, north), (_, further) = hexagons.plane(-1, 53), hexagons.plane(-2, 54)
    assert east == pytest.approx(111.19 * math.cos(math.radians(53)), rel=1e-3)
    assert further - north == pytest.approx(111.19, rel=1e-4)


def area(shape: hexagons.Shape) -> float:
    """What the rings enclose, holes taken off."""
    return sum(
        (x * next_y - next_x * y) / 2
        for ring in shape
        for (x, y), (next_x, next_y) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def test_a_hexagon_is_as_wide_as_declared_and_touches_six() -> None:
    ring = hexagons.corners((3, -5), 2)
    assert max(x for x, _ in ring) - min(x for x, _ in ring) == pytest.approx(2)
    assert area((ring,)) == pytest.approx(hexagons.area_of(2)) == pytest.approx(3.4641, abs=1e-4)
    for each in hexagons.neighbours((3, -5)):
        assert math.dist(hexagons.middle(each, 2), hexagons.middle((3, -5), 2)) == pytest.approx(2)
        assert len({_near(point) for point in hexagons.corners(each, 2)} & {_near(point) for point in ring}) == 2


def _near(point: hexagons.Point) -> tuple[float, float]:
    return round(point[0], 9), round(point[1], 9)


@given(st.sets(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=1))
def test_an_outline_encloses_its_hexagons(found: set[hexagons.Hexagon]) -> None:
    rings = hexagons.outline(found, 2)
    assert area(rings) == pytest.approx(len(found) * hexagons.area_of(2))
    assert len({point for ring in rings for point in ring}) == sum(map(len, rings)), "no ring touches itself"


def test_gaps_are_filled_until_what_was_found_hangs_together() -> None:
    found = dict.fromkeys(blob(2), "West") | dict.fromkeys(blob(2, (10, 0)), "East")
    whole = hexagons.joined(found)
    assert found.items() <= whole.items()
    between = [whole[(across, 0)] for across in range(3, 8)]
    assert between[0] == "West" and between[-1] == "East"
    most = dict.fromkeys(blob(6), "West")
    assert hexagons.joined(most | {(9, 0): "East"}) == most | {(9, 0): "East"}, "one in a hundred may lie apart"
    assert hexagons.joined(dict.fromkeys(blob(3), "West")) == dict.fromkeys(blob(3), "West")
    assert hexagons.joined({}) == {}


def test_what_is_enclosed_belongs_to_the_ground() -> None:
    ring = dict.fromkeys(set(blob(6)) - set(blob(4)), "West")
    assert hexagons.joined(ring).keys() == set(blob(6))


def test_a_hexagon_far_off_is_left_out() -> None:
    found = dict.fromkeys(blob(4), "West")
    assert hexagons.within_reach(found | {(40, 9): "West", (9, 0): "West"}) == found | {(9, 0): "West"}
    assert hexagons.within_reach({(0, 0): "West"}) == {(0, 0): "West"}
    assert hexagons.within_reach({}) == {}


def test_a_ring_of_hexagons_has_a_hole() -> None:
    outer, hole = hexagons.outline(hexagons.neighbours((0, 0)), 2)
    assert sorted([len(outer), len(hole)]) == [6, 18]


def crimes(
    places: list[tuple[float, float, int]], lpu: str = "Widnes", day: str = "2020-06-05", **more: Any
) -> list[dict]:
    """So many domestic crimes at each place."""
    return [
        {"recorded_on": day, "longitude": longitude, "latitude": latitude, "lpu": lpu, **more}
        for longitude, latitude, many in places
        for _ in range(many)
    ]


@cache
def few() -> Params:
    """The product's params with no more than the theme that is drawn, and of its measures the mapped."""
    own = own_params()
    theme = own.themes[THEME]
    kept = {name: theme.measures[name] for name in (COUNT, RATE, "dvwi_recorded")}
    return replace(own, themes={THEME: theme.model_copy(update={"measures": kept})})


def made(folder: Path, rows: list[dict], params: Params | None = None, **more: Any) -> DrawnCubes:
    frame = pd.DataFrame(rows).round({"longitude": 6, "latitude": 6})
    for name, value in DA.items():
        frame[name] = frame[name].fillna(value) if name in frame else value
    return theme_cubes(
        folder, THEME, {"crimes": typed(own_params().tables["crimes"], frame)}, params=params or few(), **more
    )


def patch(rings: int = 3, width: float = 2) -> list[tuple[hexagons.Hexagon, tuple[float, float]]]:
    """Hexagons around one in Halton, and the places of their middles."""
    centre = nearest(*HALTON, width)
    steps = range(-rings, rings + 1)
    found = [(centre[0] + e, centre[1] + n) for e in steps for n in steps if abs(e + n) <= rings]
    return [(each, hexagons.place(hexagons.middle(each, width))) for each in found]


EVEN = 20
PEAK = 90


@pytest.fixture(scope="module")
def peaked(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """37 hexagons: one with 90 crimes, its neighbours with 70 to 75, two with 3 and 1, the others with 20; Runcorn has a
    strip in the south. Some rows have no coordinates."""
    cells = patch()
    centre = cells[len(cells) // 2][0]
    rows: list[dict] = []
    for number, (each, place) in enumerate(cells):
        many = PEAK if each == centre else 70 + number % 6 if each in hexagons.neighbours(centre) else EVEN
        many = {0: 3, 1: 1}.get(number, many)
        lpu = "Runcorn" if each[1] < centre[1] - 1 else "Widnes"
        rows += crimes([(*place, many)], lpu)
        rows += crimes([(*place, GROUND_ROWS)], lpu, domestic="N")
    rows += crimes([(np.nan, np.nan, 7), (0, 0, 4)])
    return made(tmp_path_factory.mktemp("peaked"), rows)


def data_of(
    found: DrawnCubes,
    audience: Audience = "internal",
    *,
    area: str = "force",
    period: str = PERIOD,
    params: Params | None = None,
) -> ReportData:
    return replace(report_data(found, period, area, audience), params=params or found.params)


def shown(found: DrawnCubes, audience: Audience = "internal", name: str = COUNT, **where: Any) -> Chart | Sentence:
    data = data_of(found, audience, **where)
    return report_hotspots.hotspots(data, released(data), name)


def rates(found: DrawnCubes, audience: Audience = "internal", name: str = RATE, **where: Any) -> Chart | Sentence:
    data = data_of(found, audience, **where)
    return report_maps.rates(data, released(data), name)


def ground_of(found: DrawnCubes) -> Callable[[float, Month], dict[hexagons.Hexagon, str]]:
    return report_data(found, PERIOD).cubes.ground.at


def chart(found: DrawnCubes, audience: Audience = "internal", **where: Any) -> Chart:
    made = shown(found, audience, **where)
    assert isinstance(made, Chart)
    return made


def test_counts_by_hexagon_are_those_of_the_rows(tmp_path: Path) -> None:
    """A second way: every crime placed by the nearest middle, in plain Python, as each month's end saw it."""
    places = spread(seed=5, size=60)
    days = ["2020-01-31", "2020-02-01", "2021-01-31", "2021-02-01", "2020-12-24"]
    rows = [
        {"recorded_on": days[number % 5], "longitude": row.longitude, "latitude": row.latitude, "lpu": "Widnes"}
        | ({"cancelled_on": "2021-01-31" if number % 2 else "2021-02-01"} if number % 7 == 0 else {})
        for number, row in enumerate(places.itertuples())
        for _ in range(GROUND_ROWS + number % 3)
    ]
    found = made(tmp_path, rows, latest="2021-02")
    expected: dict[hexagons.Hexagon, int] = {}
    for row in rows:
        in_window = "2020-02-01" <= row["recorded_on"] <= "2021-01-31"
        where = nearest(row["longitude"], row["latitude"], 2)
        expected[where] = expected.get(where, 0) + (in_window and row.get("cancelled_on", "9") > "2021-01-31")
    cells = find(data_of(found), COUNT).cells
    counted = {each.hexagon: each.count for each in cells}
    assert {where: many for where, many in counted.items() if many} == {w: many for w, many in expected.items() if many}
    assert sum(expected.values()) > 300


def test_a_peak_is_a_hotspot_and_gives_the_map_its_title(peaked: DrawnCubes) -> None:
    made = chart(peaked)
    assert made.title == "Recorded domestic abuse: where most is recorded close together, around Widnes"
    first = made.table.texts[0]
    assert first[1:4] == ["Widnes", "Widnes", str(PEAK)]
    assert (first[4], first[5]) == ("0.001", "Yes")
    assert [row[5] for row in made.table.texts[1:]] == ["No"] * 29
    assert "Where most is recorded" in made.svg
    assert "Hexagons where most is recorded close together: 1, near Widnes." in made.alt
    assert re.fullmatch(r"53\.\d\d, -2\.\d\d", first[0])
    assert "The largest count of a hexagon is 90, near Widnes." in made.alt
    assert len(made.table.rows) == 30 and made.table.notes == ["The 30 largest of 37 hexagons with a count."]
    assert any(note.startswith("11 of the force’s count are not on the map") for note in made.notes)


def test_a_caveat_of_the_theme_stands_beside_the_map_of_the_count_that_it_names(peaked: DrawnCubes) -> None:
    theme = peaked.params.themes[peaked.theme]
    caveats = tuple(Caveat(text=f"Of {name}.", measures=(name,)) for name in (COUNT, RATE))
    themes = {peaked.theme: theme.model_copy(update={"caveats": caveats})}
    assert chart(peaked, params=replace(peaked.params, themes=themes)).notes[-1] == f"Of {COUNT}."


def test_the_hotspots_are_those_of_the_counts(peaked: DrawnCubes) -> None:
    found = find(data_of(peaked), COUNT)
    numbers = {each.hexagon: number for number, each in enumerate(found.cells)}
    around = [[numbers[n] for n in hexagons.neighbours(each.hexagon) if n in numbers] for each in found.cells]
    expected = hotspots_of_counts([each.count for each in found.cells], around)
    assert [each.p for each in found.cells] == pytest.approx(expected.adjusted.tolist())
    assert [each.hot for each in found.cells] == expected.hot.tolist()
    mean = sum(each.count for each in found.cells) / len(found.cells)
    assert all(each.p is not None and each.p < 0.05 and each.count > mean for each in found.hot)
    (peak,) = found.hot
    assert peak.count == PEAK


def test_the_map_says_what_its_hotspots_are_and_how_many_of_them_may_be_false(peaked: DrawnCubes) -> None:
    said = " ".join(chart(peaked).notes)
    assert "The tests of 37 hexagons are adjusted together so that at most 5% of these places are false" in said
    assert "where most is recorded, not where the risk is highest" in said


def test_only_the_hotspots_have_a_border(peaked: DrawnCubes) -> None:
    found = find(data_of(peaked), COUNT)
    counts = {each.hexagon: each.count for each in found.cells}
    ground = charts.Ground({"All": hexagons.outline(list(counts), 2)}, {})
    for hot in ([], [each.hexagon for each in found.hot]):
        figure = maps.draw_hexagons(charts.Hexagons(2, counts, hot), ground)
        edges = {mpl.colors.to_hex(part.get_edgecolor()) for part in figure.axes[0].findobj(PathPatch)}
        assert (maps._HOT.lower() in edges) is bool(hot)


def test_the_public_see_no_hexagons(peaked: DrawnCubes) -> None:
    made = shown(peaked, "public")
    assert isinstance(made, Sentence)
    assert made.text.endswith("where it was recorded is not published on a map of hexagons.")


def test_a_units_map_is_a_part_of_the_forces(peaked: DrawnCubes) -> None:
    for audience in ("internal",):
        of_force = find(data_of(peaked, audience), COUNT)
        own = find(data_of(peaked, audience, area="runcorn"), COUNT)
        assert own == of_force
    made = chart(peaked, area="runcorn")
    assert {row[2] for row in made.table.texts} == {"Runcorn"}
    assert made.title == "Recorded domestic abuse: no part of Runcorn stands out in the force"
    assert "No hexagon stands out." in made.alt


def test_a_later_row_changes_no_earlier_map(peaked: DrawnCubes, tmp_path: Path) -> None:
    rows = crimes([(*place, 12) for _, place in patch()])
    before = made(tmp_path / "a", rows, latest="2021-02")
    more = crimes([(-2.63, 53.37, 40)], "Crewe", "2021-02-03")
    after = made(tmp_path / "b", rows + more, latest="2021-02")
    assert before.index.slices[THEME][PERIOD] == after.index.slices[THEME][PERIOD]
    assert before.index.slices[THEME]["2021-02"] != after.index.slices[THEME]["2021-02"]
    assert chart(before) == chart(after)
    assert ground_of(after)(2, Month.parse(PERIOD)) == ground_of(before)(2, Month.parse("2021-02"))
    assert "Crewe" in ground_of(after)(2, Month.parse("2021-02")).values()


def test_the_ground_is_what_has_been_recorded_often_enough(tmp_path: Path) -> None:
    (_, first), (_, second), (_, third) = patch()[:3]
    rows = crimes([(*first, GROUND_ROWS - 1), (*second, GROUND_ROWS)], domestic="N")
    rows += crimes([(*third, 4)], "Runcorn") + crimes([(*third, 6)], "Widnes") + crimes([(*third, 9)], lpu=None)
    ground = ground_of(made(tmp_path, rows))(2, Month.parse(PERIOD))
    assert ground == {nearest(*place, 2): "Widnes" for place in (second, third)}


def test_a_coarser_grid_for_a_theme_with_few(tmp_path: Path) -> None:
    params = few()
    theme = params.themes[THEME].model_copy(update={"hotspots": HotspotsParams(measures=(COUNT,), hexagon_km=4)})
    params = replace(params, themes={**params.themes, THEME: theme})
    found = made(tmp_path, crimes([(*place, 12) for _, place in patch()]), params)
    counted = chart(found, params=params)
    assert "in each hexagon 4 km across" in counted.subtitle
    assert "13.9 square km" in counted.notes[0]
    assert set(report_data(found, PERIOD).cubes.ground.columns["hexagon_km"]) == {2, 4}


def test_a_few_in_one_hexagon_are_no_hotspot(tmp_path: Path) -> None:
    rows = crimes([(*place, GROUND_ROWS) for _, place in patch()], domestic="N") + crimes([(*HALTON, 6)])
    made_of_few = chart(made(tmp_path, rows))
    assert made_of_few.title == "Recorded domestic abuse: no part of Cheshire Constabulary stands out"
    assert made_of_few.table.texts[0][3:] == ["6", "1.000", "No"]
    assert "Where most is recorded" not in made_of_few.svg


def test_where_every_hexagon_holds_as_much_nothing_is_tested(tmp_path: Path) -> None:
    even = chart(made(tmp_path, crimes([(*place, GROUND_ROWS) for _, place in patch()])))
    assert even.title == "Recorded domestic abuse: the same everywhere on the map, so no place stands out"
    assert {tuple(row[3:]) for row in even.table.texts} == {(str(GROUND_ROWS), "[z]", "No")}
    assert not any("adjusted together" in note for note in even.notes)


def sentence(found: DrawnCubes, **where: Any) -> str:
    told = shown(found, **where)
    assert isinstance(told, Sentence)
    assert told.text.startswith("Domestic abuse crimes recorded: no map of hotspots can be drawn. ")
    return told.text


def test_without_coordinates_it_says_so(tmp_path: Path) -> None:
    names = ["recorded_on", "cancelled_on", "domestic", "lpu", "local_authority", "offence_code", "offence_title"]
    columns = {"crimes": names}
    found = made(tmp_path, crimes([(*HALTON, 30)]), columns=columns)
    assert (
        "[x] not available: Drawn extract does not give, for crimes: degrees east, WGS84; degrees north, WGS84."
        in sentence(found)
    )


def test_without_a_whole_window_it_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, crimes([(*place, 12) for _, place in patch()]), history="2020-05")
    assert "the data begin in May 2020" in sentence(found)


def test_without_ground_it_says_so(tmp_path: Path) -> None:
    found = made(tmp_path, crimes([(*HALTON, GROUND_ROWS - 1)]))
    assert "too little has been recorded with coordinates to know the ground of Cheshire" in sentence(found)
    told = rates(found)
    assert isinstance(told, Sentence)
    assert "no map can be drawn. [x] not available" in told.text


def test_what_the_theme_does_not_map_is_refused(peaked: DrawnCubes) -> None:
    with pytest.raises(ArgumentsRefused, match="'dvwi_recorded' has no hotspots: list it in params/themes/domestic-ab"):
        shown(peaked, name="dvwi_recorded")
    with pytest.raises(ArgumentsRefused, match="'da_recorded' is no rate: its unit is count"):
        rates(peaked, name=COUNT)


def test_places_are_called_after_towns_or_else_units(peaked: DrawnCubes) -> None:
    own = few()
    params = replace(own, force=own.force.model_copy(update={"towns": []}))
    assert (
        chart(peaked, params=params).title
        == "Recorded domestic abuse: where most is recorded close together, around Widnes"
    ), "the unit"
    towns = [
        Town(name="Far Off", longitude=-2.2, latitude=53.0),
        Town(name="Close By", longitude=HALTON[0], latitude=HALTON[1]),
    ]
    params = replace(own, force=own.force.model_copy(update={"towns": towns}))
    assert (
        chart(peaked, params=params).title
        == "Recorded domestic abuse: where most is recorded close together, around Close By"
    )


def test_the_map_of_rates_shows_released_figures(peaked: DrawnCubes) -> None:
    for audience in ("internal", "public"):
        made = rates(peaked, audience)
        assert isinstance(made, Chart)
        figures = {row.category: row for row in released(data_of(peaked, audience)).of(RATE, "lpu")}
        assert [row[0] for row in made.table.rows] == ["Runcorn", "Widnes", own_params().force.name]
        for name, printed, *_ in made.table.texts[:-1]:
            assert printed == f"{figures[name].value:.1f}"
            assert f">{printed}<" in made.svg and f">{name}<" in made.svg
        assert made.title.startswith("Widnes and Runcorn have rates clearly above the force’s of ")
        assert any("these are not its boundaries" in note for note in made.notes)


def test_a_unit_stands_out_on_its_map(peaked: DrawnCubes) -> None:
    made = rates(peaked, area="widnes")
    assert isinstance(made, Chart)
    strong = re.findall(r"<text [^>]*600[^>]*>([^<]+)</text>", made.svg)
    assert strong[0] == "Widnes" and len(strong) == 2
    assert re.fullmatch(r"Widnes’s rate of \d+\.\d is well above the force’s of \d+\.\d", made.title)


# What is drawn


@pytest.fixture
def _settings() -> Iterator[None]:
    with mpl.rc_context(canvas.SETTINGS):
        yield


def boxes(figure: Figure) -> dict[str, Any]:
    figure.draw_without_rendering()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    return {f"{number} {text.get_text()}": text.get_window_extent() for number, text in enumerate(texts)}


def badly_placed(figure: Figure) -> list[Any]:
    """Texts that lie over one another or over the edge."""
    found, edge = boxes(figure), figure.bbox.padded(0.5)
    over = [
        (one, two)
        for (one, box), (two, other) in combinations(found.items(), 2)
        if box.padded(-0.5).overlaps(other.padded(-0.5))
    ]
    return over + [name for name, box in found.items() if not (edge.contains(*box.min) and edge.contains(*box.max))]


def blob(size: int, centre: hexagons.Hexagon = (0, 0)) -> list[hexagons.Hexagon]:
    steps = range(-size, size + 1)
    return [(centre[0] + e, centre[1] + n) for e in steps for n in steps if abs(e + n) <= size]


def own_ground(highlight: str | None = None) -> charts.Ground:
    areas = {
        f"Unit number {number}": hexagons.outline(blob(4, (9 * number, -4 * number)), 2) for number in range(5)
    } | {"Tiny": hexagons.outline([(3, -9)], 2), "Split": hexagons.outline([*blob(1, (-8, 0)), *blob(1, (-8, 9))], 2)}
    towns = {f"Town of {number}": (number * 7.0, -number * 3.0) for number in range(12)}
    return charts.Ground(areas, towns, highlight)


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("highlight", [None, "Unit number 0", "Tiny"])
@pytest.mark.parametrize("most", [0, 1, 7, 1_234_567])
def test_nothing_overlaps_on_a_map_of_hexagons(most: int, highlight: str | None, width: float) -> None:
    cells = blob(4) + blob(4, (9, -4)) + [(3, -9)]
    counts = {each: number * most // len(cells) for number, each in enumerate(cells)}
    hot = [cells[3], cells[4]] if most else []
    figure = maps.draw_hexagons(charts.Hexagons(2, counts, hot), own_ground(highlight), width)
    assert badly_placed(figure) == []
    words = [name.split(" ", 1)[1] for name in boxes(figure)]
    assert "None" in words and "North" in words
    assert [word for word in words if word.endswith(" km")]
    assert ("Where most is recorded" in words) == bool(most)


@pytest.mark.usefixtures("_settings")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("highlight", [None, "Unit number 0"])
def test_nothing_overlaps_on_a_map_of_areas(highlight: str | None, width: float) -> None:
    ground = own_ground(highlight)
    values = {name: 3.7 * number for number, name in enumerate(ground.areas)} | {"Tiny": None}
    texts = {name: "[c]" if value is None else f"{value:.1f}" for name, value in values.items()}
    figure = maps.draw_areas(values, texts, ground, width)
    assert badly_placed(figure) == []
    words = [name.split(" ", 1)[1] for name in boxes(figure)]
    assert "No figure" in words and "[c]" in words


@pytest.mark.parametrize(
    ("counts", "classes"),
    [
        ([0, 0], []),
        ([0, 4, 4], [(4, 4)]),
        ([1, 2], [(1, 1), (2, 2)]),
        (list(range(1, 101)), [(1, 49), (50, 74), (75, 99), (100, 100)]),
        ([1] * 90 + [60] * 10, [(1, 6), (7, 49), (50, 60)]),
        (list(range(5, 105, 5)), [(5, 49), (50, 74), (75, 99), (100, 100)]),
    ],
)
def test_classes_hold_every_count_once(counts: list[int], classes: list[tuple[int, int]]) -> None:
    drawn_counts = charts.Hexagons(2, {(number, 0): count for number, count in enumerate(counts)}, [])
    assert drawn_counts.classes == classes


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60))
def test_classes_are_few_and_leave_nothing_out(counts: list[int]) -> None:
    classes = charts.Hexagons(2, {(number, 0): count for number, count in enumerate(counts)}, []).classes
    assert len(classes) <= 4
    for count in counts:
        assert sum(low <= count <= high for low, high in classes) == (count > 0)


@given(st.lists(st.integers(0, 50_000).map(lambda tenths: tenths / 10), min_size=1, max_size=12))
@example([45.1, 70.1])
@example([0.6, 1.0])
def test_every_rate_has_a_class(values: list[float]) -> None:
    classes = maps._area_classes(values)
    assert 1 <= len(classes) <= (4 if len(values) >= 8 else 3)
    assert all(sum(low <= value < high for low, high in classes) + (value == classes[-1][1]) == 1 for value in values)


def test_the_same_figures_give_the_same_lean_bytes(peaked: DrawnCubes) -> None:
    assert chart(peaked) == chart(peaked)
    assert len(chart(peaked).svg) < 30_000
    assert "<image" not in chart(peaked).svg
    assert json.loads(json.dumps(chart(peaked).payload()))["kind"] == "chart"


def test_a_label_stands_over_its_spot_where_it_can() -> None:
    room = labels.Box(0, 0, 300, 200)
    first, second = labels.place(["A\n1.0", "B\n2.0"], [(100, 100), (104, 101)], room, over=True)
    assert first is not None and second is not None
    assert first.lines == ("A", "1.0")
    assert (first.box.left + first.box.right) / 2 == pytest.approx(100)
    assert not first.box.meets(second.box)


def test_the_inner_point_of_a_bent_shape_lies_inside() -> None:
    bent: hexagons.Shape = (((0, 0), (10, 0), (10, 1), (1, 1), (1, 10), (0, 10)),)
    x, y = inner_point(bent)
    assert 0 < x < 10 and 0 < y < 10 and (x < 1 or y < 1)


def test_a_view_keeps_its_shape_in_sight() -> None:
    tall: hexagons.Shape = (((0, 0), (4, 0), (4, 90), (0, 90)),)
    for width in WIDTHS:
        view = View.of(tall, width)
        spots = [view.spot(point) for point in tall[0]]
        assert all(0 <= x <= width and 0 <= y <= view.height for x, y in spots)
        assert view.height <= width


# Boundaries


SQUARES = {"Widnes": (-2.80, 53.34), "Runcorn": (-2.70, 53.30)}


def feature(name: str, corner: tuple[float, float], key: str = "lpu") -> dict[str, Any]:
    (west, south), size = corner, 0.1
    ring = [[west, south], [west, south + size], [west + size, south + size], [west + size, south], [west, south]]
    return {"type": "Feature", "properties": {key: name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(features: list[dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def whole() -> list[dict[str, Any]]:
    """A square for each LPU; rings wound with the clock, as many files have them."""
    names = [unit.name for unit in own_params().unit_areas]
    spots = {name: SQUARES.get(name, (-3 + number * 0.1, 53.0)) for number, name in enumerate(names)}
    return [feature(name, spot) for name, spot in spots.items()]


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    force = tmp_path / "params" / "force.yaml"
    declared = "boundaries: {file: data/areas.geojson, name: lpu}\n"
    force.write_text(force.read_text(encoding="utf-8") + declared, encoding="utf-8")
    return Workbook(tmp_path)


def write(workbook: Workbook, text: str) -> None:
    (workbook.root / "data" / "areas.geojson").write_text(text, encoding="utf-8")


def test_boundaries_become_the_areas_of_the_map(workbook: Workbook, peaked: DrawnCubes) -> None:
    write(workbook, collection(whole()))
    params = load_params(workbook)
    assert set(params.boundaries) == {unit.name for unit in params.unit_areas}
    assert area(params.boundaries["Widnes"]) == pytest.approx(
        0.1**2 * 111.19**2 * math.cos(math.radians(53.4)), rel=0.01
    )
    params = replace(few(), boundaries=params.boundaries)
    made = rates(peaked, params=params)
    assert isinstance(made, Chart)
    assert len(made.table.rows) == 9, "every unit has an area"
    assert not any("boundaries" in note for note in made.notes)
    assert isinstance(chart(peaked, params=params), Chart)


def test_another_boundary_makes_the_reports_again(workbook: Workbook) -> None:
    from thematic.outputs.editions import params_files

    write(workbook, collection(whole()))
    before = params_files(load_params(workbook), THEME)
    moved = whole()
    moved[0]["geometry"]["coordinates"][0][1][1] += 0.05
    write(workbook, collection(moved))
    after = params_files(load_params(workbook), THEME)
    assert {name for name in after if after[name] != before[name]} == {"data/areas.geojson"}


def test_a_fine_boundary_is_drawn_as_finely_as_a_map_needs(workbook: Workbook) -> None:
    features = whole()
    turns = np.linspace(0, 2 * math.pi, 5001)
    circle = [[-2.75 + 0.1 * math.cos(turn), 53.4 + 0.06 * math.sin(turn)] for turn in turns]
    features[-1]["geometry"]["coordinates"] = [[*circle[:-1], circle[0]]]
    write(workbook, collection(features))
    (ring,) = load_params(workbook).boundaries[features[-1]["properties"]["lpu"]]
    assert 20 < len(ring) < 120
    assert area((ring,)) == pytest.approx(math.pi * 0.1 * 0.06 * 111.19**2 * math.cos(math.radians(53.4)), rel=0.02)


def _without(number: int) -> list[dict[str, Any]]:
    return [each for place, each in enumerate(whole()) if place != number]


def _point() -> dict[str, Any]:
    return {**feature("Widnes", (0, 0)), "geometry": {"type": "Point", "coordinates": [0, 0]}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "data/areas.geojson: the file is missing. Bring it as UTF-8, or correct the path."),
        (lambda: "{", "data/areas.geojson: line 1 is not JSON"),
        (lambda: "[]", "holds no features. Bring a FeatureCollection"),
        (lambda: collection([feature("Widnes", (-2.8, 53.3), "LPU_NAME")]), "no text in the property 'lpu'. Its properties: LPU_NAME."),
        (lambda: collection([*whole(), feature("Atlantis", (0, 50))]), "'Atlantis' is no LPU of params/areas. There are: Chester"),
        (lambda: collection([*_without(7), feature("Widness", (0, 50))]), "'Widness' is no LPU of params/areas. Did you mean 'Widnes'?"),
        (lambda: collection(_without(7)), "has no area for the LPU 'Widnes'"),
        (lambda: collection([_point()]), "feature 1 (Widnes) is no area but Point."),
        (lambda: collection([feature("Widnes", (351234, 385123))]), "has the point 351234, 385123, which is not in degrees"),
        (lambda: collection([{**_point(), "geometry": {"type": "Polygon", "coordinates": [["a"]]}}]), "no pairs of numbers"),
        (lambda: collection([{**_point(), "geometry": {"type": "Polygon", "coordinates": [[[0, 1], [1, 1]]]}}]), "fewer than four points"),
    ],
)  # fmt: skip
def test_each_problem_of_a_boundary_file_is_told(workbook: Workbook, text: Callable[[], str] | None, told: str) -> None:
    if text is not None:
        write(workbook, text())
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("force.yaml", "name: Knutsford, longitude: -2.37", "name: Knutsford, longitude: 351234", "towns[12].longitude: '351234'"),
        ("force.yaml", "name: Knutsford", "name: Crewe", "towns: name: 'crewe' appears twice"),
        ("force.yaml", "hexagon_km: 2", "hexagon_km: 0.1", "hexagon_km: '0.1'"),
        ("force.yaml", "hexagon_km: 2", "hexagon_kms: 2", "Did you mean 'hexagon_km'?"),
        ("themes/asb.yaml", "measures: [asb_incidents]}", "measures: [asb_incident]}", "'asb_incident' is not a measure of this theme"),
        ("themes/asb.yaml", "measures: [asb_incidents]}", "measures: [asb_rate_per_1000]}", "'asb_rate_per_1000' cannot be mapped"),
        ("themes/domestic-abuse.yaml", "measures: [da_recorded]}", "measures: [dvpn_authorised]}", "'dvpn_authorised' cannot be mapped"),
    ],
)  # fmt: skip
def test_each_problem_of_the_map_params_is_told(tmp_path: Path, file: str, before: str, after: str, told: str) -> None:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = tmp_path / "params" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ParamsRefused) as refused:
        load_params(Workbook(tmp_path))
    assert told in str(refused.value)


def test_the_cubes_split_what_the_themes_map() -> None:
    for slug, theme in own_params().themes.items():
        assert theme.hotspots is not None or slug in {"child-sexual-abuse", "people", "performance", OVERVIEW}
        assert CELL not in {dimension for dimensions in theme.measures.values() for dimension in dimensions}
    assert cubes.GROUND not in own_params().themes


def test_the_ends_of_a_maps_classes_are_told_with_the_same_decimals() -> None:
    told = [text for _, text in maps._area_keys([(1.2, 1.6), (1.6, 2.0), (2.0, 2.4)], {"Widnes": 2.4})]
    assert told == ["2.0 to 2.4", "1.6 to under 2.0", "1.2 to under 1.6"]
    thousands = [text for _, text in maps._area_keys([(0, 1500.0)], {"Widnes": 2.0, "Crewe": None})]
    assert thousands == ["0 to 1,500", "No figure"]
