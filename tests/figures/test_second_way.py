"""The product agrees with the second way in every figure of every report, on the sample."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from second_way import Force, SecondWay
from thematic.cubes import cubes
from thematic.cubes.tallies import ThemeCubes
from thematic.extracts import warehouse
from thematic.params import Params
from thematic.tools.sample.folder import fresh_sample
from warehouse_drawn import ROOT, figures, own_params, sample_workbook

FIELDS = ("value", "numerator", "previous_value", "change", "lower_95", "upper_95")


@pytest.fixture(scope="module")
def params() -> Params:
    return own_params()


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory):
    return sample_workbook(tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def force(workbook, params: Params) -> Force:
    names = ("crimes", "incidents", "protection_notices", "disclosures", "surveys")
    return Force(
        {name: pd.read_parquet(workbook.warehouse / f"{name}.parquet") for name in names},
        {lpu.name: lpu.population for lpu in params.force.lpus},
        {place.name: place.population for place in params.force.local_authorities},
        pd.Period("2017-04", "M"),
    )


def second_way(force: Force, theme: str, area: str | None, period: str) -> dict:
    second = SecondWay(force, area, period)
    if theme == "rape":
        second.crime_theme("rape")
        second.rape_splits()
    elif theme == "hate-crime":
        second.crime_theme("hate")
        second.surveys("hate_satisfied_pct", "hate_crime", "whole_experience")
    elif theme == "domestic-abuse":
        second.crime_theme("da")
        second.crime_theme("dvwi")
        second.surveys("da_satisfied_pct", "domestic_abuse", "whole_experience")
        second.notices()
    else:
        second.incidents()
        second.surveys("asb_satisfied_pct", "asb", "action_taken")
    return second.found


def same(got: float | None, expected: float | None) -> bool:
    return got is expected if None in (got, expected) else math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9)


def assert_same(ours: list[dict], theirs: dict) -> None:
    """Every figure is in both, and every field agrees."""
    got = {
        (row["measure"], row["dimension"], "force" if row["dimension"] == "force" else row["category"]): row
        for row in ours
    }
    assert set(got) == set(theirs)
    for key, expected in theirs.items():
        for field in ("status", "change_status", "significant"):
            assert got[key][field] == expected[field], (key, field, got[key], expected)
        for field in FIELDS:
            assert same(got[key][field], expected.get(field)), (key, field, got[key], expected)


@pytest.mark.parametrize("theme", ["domestic-abuse", "rape", "hate-crime", "asb"])
@pytest.mark.parametrize(
    ("area", "period"),
    [("force", "2021-01"), ("widnes", "2021-01"), ("force", "2020-06"), ("crewe", "2019-03"), ("force", "2018-02")],
)
def test_every_figure(workbook, params: Params, force: Force, theme: str, area: str, period: str) -> None:
    found = ThemeCubes.read(theme, cubes.load_index(workbook), cubes.read_bytes(workbook, theme))
    ours = figures(found, period, area=area, params=params).rows
    assert_same(ours, second_way(force, theme, None if area == "force" else params.area(area).name, period))


def test_the_sample_is_built_once_and_then_left_alone(workbook, params: Params) -> None:
    told: list[str] = []
    facts = warehouse.build(workbook, params, None, None, date(2026, 1, 1), told.append, fresh_sample)
    before = {path: path.stat().st_mtime_ns for path in workbook.cubes.iterdir()}
    cubes.build(workbook, params, facts, told.append)
    assert {path: path.stat().st_mtime_ns for path in workbook.cubes.iterdir()} == before
    assert ROOT not in workbook.root.parents
