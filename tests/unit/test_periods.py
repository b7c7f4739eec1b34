"""Months and windows, both ends inclusive."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month, Window, parse_periods


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_month_holds_its_days(day: date) -> None:
    month = Month.containing(day)
    assert month.first_day <= day <= month.last_day
    assert Month.parse(str(month)) == month


def test_windows() -> None:
    rolling = Window.rolling_12(Month.parse("2021-01"))
    assert (str(rolling.start), str(rolling.end), len(rolling.months)) == ("2020-02", "2021-01", 12)
    assert (str(rolling.year_earlier.start), str(rolling.year_earlier.end)) == ("2019-02", "2020-01")


@pytest.mark.parametrize(("period", "start"), [("2020-12", "2020-04"), ("2021-03", "2020-04"), ("2021-04", "2021-04")])
def test_the_financial_year_starts_in_april(period: str, start: str) -> None:
    assert str(Window.financial_year_to_date(Month.parse(period)).start) == start


@pytest.mark.parametrize(
    ("period", "span"),
    [("2020-04", "month of April 2020"), ("2020-05", "2 months to May 2020"), ("2021-03", "12 months to March 2021")],
)
def test_a_window_reads_well_in_a_sentence(period: str, span: str) -> None:
    assert Window.financial_year_to_date(Month.parse(period)).span == span
    assert Window.rolling_12(Month.parse(period)).span.startswith("12 months to ")


def test_periods_are_listed_ranged_and_told_once() -> None:
    found = parse_periods("2020-12, 2020-11..2021-01")
    assert [str(month) for month in found] == ["2020-11", "2020-12", "2021-01"]


@pytest.mark.parametrize("text", ["2021-13", "2021-00", "21-01", "2021-1", "2021-01-01", "latest", "2021-02..2021-01"])
def test_what_is_no_month_is_refused_with_the_value(text: str) -> None:
    with pytest.raises(ArgumentsRefused, match="PERIOD"):
        parse_periods(text)
