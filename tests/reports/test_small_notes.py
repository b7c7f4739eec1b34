"""What a page says once or beside its tables: differences of counts, what a ratio is, what so few can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from thematic.displays import DisplayTable, Value
from thematic.displays.wording import difference, percent_change
from thematic.measures.figures import Figure, Figures
from thematic.report import Report, beside
from warehouse_drawn import DrawnCubes, own_params, report_data, theme_cubes, typed

THEME, PERIOD = "domestic-abuse", "2021-01"
COUNT, RATIO, SHARE = "da_recorded", "da_solved_pct", "da_repeat_victim_pct"


def cubes_of(folder: Any, a_month: int, places: Sequence[str] = ("Widnes", "Runcorn"), **theme: Any) -> DrawnCubes:
    """A force in which so many crimes are recorded in each month of 2019, and one more in each of 2020."""
    own = own_params()
    params = replace(own, themes={THEME: own.themes[THEME].model_copy(update={"hotspots": None, **theme})})
    rows = [
        {"recorded_on": f"{month}-05", "lpu": places[number % len(places)], "domestic": "Y", "offence_code": "8N",
         "offence_title": "Assault with injury", "outcome_code": "1", "outcome_on": f"{month}-20"}
        for month in pd.period_range("2018-02", "2021-01", freq="M")
        for number in range(a_month + (month >= pd.Period("2020-02")))
    ]  # fmt: skip
    return theme_cubes(folder, THEME, {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}, params=params)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return cubes_of(tmp_path_factory.mktemp("few"), 8)


@pytest.fixture(scope="module")
def by_recording(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return cubes_of(tmp_path_factory.mktemp("recorded"), 8, outcome_basis="recorded")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    return cubes_of(tmp_path_factory.mktemp("many"), 60)


def report(cubes: DrawnCubes, area: str = "force", audience: Any = "internal") -> Report:
    return Report(report_data(cubes, PERIOD, area, audience))


# --- differences


def columns(made: Any) -> list[str]:
    assert isinstance(made, DisplayTable)
    return [column.label for column in made.columns]


def test_a_breakdown_of_counts_has_the_difference_beside_the_change(few: DrawnCubes) -> None:
    made = report(few).breakdown(COUNT, "offence")
    assert columns(made)[3:] == ["Change", "Difference", "Significant change"]
    assert isinstance(made, DisplayTable)
    assert made.texts[0][1:5] == ["96", "108", "+12.5%", "+12"]


def test_a_difference_of_released_numbers_is_public(few: DrawnCubes) -> None:
    made = report(few, audience="public").breakdown(COUNT, "offence")
    assert isinstance(made, DisplayTable)
    before, now, shown = (made.rows[0][place] for place in (1, 2, 4))
    assert isinstance(before, Value) and isinstance(now, Value) and isinstance(shown, Value)
    assert (now.value or 0) - (before.value or 0) == shown.value
    assert (shown.value or 0) % 5 == 0


@pytest.mark.parametrize(
    ("names", "has_one"), [((COUNT,), True), ((COUNT, RATIO), False), ((COUNT, "dvwi_recorded"), False), ((RATIO,), False)]
)  # fmt: skip
def test_places_have_it_where_one_count_stands_alone(few: DrawnCubes, names: tuple[str, ...], has_one: bool) -> None:
    assert ("Difference" in columns(report(few).by_place("lpu", *names))) is has_one


def test_a_percentage_has_none(few: DrawnCubes) -> None:
    made = report(few).breakdown(SHARE, "lpu")
    assert "Difference" not in columns(made)


def figure(few: DrawnCubes, **said: Any) -> Figure:
    return replace(report(few).figures.one(COUNT), **said)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ({"value": 55, "previous_value": 50, "change": 10.0}, ("+10.0%", "+5")),
        ({"value": 44, "previous_value": 49, "change": -10.2}, ("too few", "-5")),
        ({"value": 60, "previous_value": 60, "change": 0.0}, ("0.0%", "0")),
        ({"value": 3, "previous_value": 0, "change": None, "change_status": "[z]"}, ("[z]", "+3")),
        ({"value": 3, "previous_value": None, "change": None, "change_status": "[x]"}, ("[x]", "[x]")),
        ({"value": None, "previous_value": None, "change": None, "change_status": "[c]"}, ("[c]", "[c]")),
    ],
)
def test_change_and_difference_never_say_the_same(few: DrawnCubes, said: dict[str, Any], printed: Any) -> None:
    given, measure = figure(few, **said), own_params().measures[COUNT]
    assert (percent_change(given, measure).printed(), difference(given, measure).printed()) == printed


# --- ratios


def notes(cubes: DrawnCubes, value: float, previous: float, name: str = RATIO) -> list[str]:
    data = report_data(cubes, PERIOD)
    row = replace(report(cubes).figures.one(name), value=value, previous_value=previous)
    return [note for note in beside.beside(data, Figures([row]), "total", name) if "passes 100%" in note]


@pytest.mark.parametrize(("value", "previous", "said"), [(100.0, 99.0, 0), (100.1, 90.0, 1), (90.0, 120.0, 1)])
def test_a_ratio_says_why_it_passes_100_where_it_does(
    few: DrawnCubes, value: float, previous: float, said: int
) -> None:
    found = notes(few, value, previous)
    assert len(found) == said
    assert all("some of it before the window" in note for note in found)


def test_the_page_says_once_what_the_true_share_is_and_what_gives_it(few: DrawnCubes) -> None:
    found = [item for item in report(few).method().items if "true share" in item]
    assert len(found) == 1
    assert "(day on which the outcome was given)" in found[0]
    assert "`outcome_basis: recorded` in the theme's file gives that share." in found[0]


def test_the_public_are_not_told_of_files(few: DrawnCubes) -> None:
    found = [item for item in report(few, audience="public").method().items if "true share" in item]
    assert len(found) == 1 and "outcome_basis" not in found[0]


def test_by_the_rows_own_date_there_is_a_share_already(by_recording: DrawnCubes) -> None:
    assert not any("true share" in item for item in report(by_recording).method().items)
    assert not any(
        "ratio" in note for note in beside.beside(report_data(by_recording, PERIOD), Figures([]), "total", RATIO)
    )


# --- power


def power(cubes: DrawnCubes, area: str = "force", audience: Any = "internal") -> list[str]:
    return [item for item in report(cubes, area, audience).data_notes().items if "a rise of a fifth" in item]


def test_of_few_the_notes_say_once_how_often_a_rise_would_be_found(few: DrawnCubes) -> None:
    assert power(few) == [
        "With numbers this small, a rise of a fifth would be found in recorded domestic abuse (from 96 a year) in 18 "
        "years of 100. That no change is significant does not show that there was none."
    ]


def test_a_units_test_is_one_of_several(few: DrawnCubes) -> None:
    assert "(from 48 a year) in 2 years of 100" in power(few, "widnes")[0]


def test_the_public_number_is_the_released_one(few: DrawnCubes) -> None:
    before = report(few, audience="public").figures.one(COUNT).previous_value
    assert before is not None and before % 5 == 0
    assert f"(from {before} a year)" in power(few, audience="public")[0]


def test_of_many_nothing_is_said(many: DrawnCubes) -> None:
    assert power(many) == []
