"""The working-out itself, held to rows at the boundaries whose answers can be read off."""

from __future__ import annotations

import pandas as pd
import pytest
from custody_extract import draw
from working_out import MILLION, Place, Rows, people_of


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(draw())


def of(rows: pd.DataFrame, reference: str) -> pd.Series:
    return rows.set_index("custody_ref").loc[reference]


def at(rows: Rows, month: str) -> pd.DataFrame:
    return rows.at("custody", pd.Period(month, "M"))


def test_a_moment_in_utc_belongs_to_the_day_of_the_local_clock(rows: Rows) -> None:
    assert of(rows.custody, "E003")["day"] == pd.Timestamp("2021-09-01")  # 31 August, 23:30 in UTC
    assert of(rows.custody, "E000")["day"] == pd.Timestamp("2021-08-31")  # an hour earlier
    assert of(rows.custody, "E006")["day"] == pd.Timestamp("2021-01-31")  # in winter 23:30 is 23:30


def test_a_row_is_void_from_the_day_of_its_cancellation_on(rows: Rows) -> None:
    known = set(at(rows, "2021-08")["custody_ref"])
    assert {"E008"} == known & {"E007", "E008", "E010"}  # cancelled on the last day, a day later, on its own day
    assert "E009" in set(at(rows, "2020-08")["custody_ref"]) and "E009" not in set(at(rows, "2020-09")["custody_ref"])


def test_what_comes_after_the_windows_end_is_not_known_yet(rows: Rows) -> None:
    known = at(rows, "2021-08")
    assert of(known, "E000")[["disposal", "minutes_held", "night_minutes"]].isna().all()
    assert of(known, "E001")["disposal"] == "4"
    there = [name for name in ("E000", "E001", "E002") if pd.isna(of(known, name)["left_day"])]
    assert there == ["E000", "E002"]


def test_repeats_look_1_to_90_days_back_at_rows_void_or_not(rows: Rows) -> None:
    found = {name: bool(of(rows.custody, name)["repeat"]) for name in ("E014", "E015", "E016", "E017", "E018")}
    assert found == {"E014": False, "E015": True, "E016": False, "E017": False, "E018": False}


def test_night_minutes_are_those_of_the_longest_night(rows: Rows) -> None:
    assert of(rows.custody, "E011")["night_minutes"] == 480 * MILLION  # four nights, the last until half past three
    assert of(rows.custody, "E012")["night_minutes"] == pytest.approx((6 * 60 + 1 / 60) * MILLION, abs=1e6)
    assert of(rows.custody, "E012")["minutes_to_review"] == 360 < of(rows.custody, "E013")["minutes_to_review"]


def test_populations_are_those_of_the_latest_30_june(rows: Rows) -> None:
    days = [pd.Timestamp(day) for day in ("2017-01-01", "2019-06-29", "2019-06-30", "2021-08-31")]
    assert [people_of("Appleton", "ward", "people", day) for day in days] == [6100, 6100, 6100, 6300]
    assert [people_of("Widnes", "lpu", "bme", day) for day in days] == [3120, 3120, 3120, 4056]
    assert people_of("North Command", "bcu", "people", days[-1]) == 321000
    assert people_of("Beechwood", "ward", "people", days[-1]) is None


def test_an_area_is_open_from_its_first_day_to_its_last() -> None:
    norton, riverside = Place("ward", "Norton"), Place("ward", "Riverside")
    assert norton.is_open(pd.Timestamp("2021-02-01"), pd.Timestamp("2021-08-31"))
    assert not norton.is_open(pd.Timestamp("2021-01-31"), pd.Timestamp("2021-08-31"))
    assert riverside.is_open(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-12-31"))
    assert not riverside.is_open(pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01"))
