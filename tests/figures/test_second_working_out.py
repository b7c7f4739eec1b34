"""The second working-out, by hand: tiny tables, each figure with the number that a person counts in them."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy.stats import binomtest

from second import Declarations, Working, differences, figures, read_declarations, read_extract, significance
from second.changes import count_p, ratio_p
from second.rows import band_labels
from second.treeshire import HOURS, STAYS, write_extract, write_params

PERIOD = "2021-01"


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return Drawn(tmp_path)


class Drawn:
    """A force, its tables and one theme, drawn in a test; `found` works out the report."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tables = copy.deepcopy({"stays": STAYS, "hours": HOURS})
        self.theme: dict[str, Any] = {"selections": {"all": {"table": "stays"}, "hours": {"table": "hours"}}}
        self.extract: dict[str, Any] = {"history_from": "2018-01", "as_at": date(2021, 1, 31)}
        self.rows: dict[str, list[dict[str, Any]]] = {"stays": []}
        self.measures: dict[str, Any] = {}

    def stay(self, day: str, **cells: Any) -> None:
        row = {"arrived_on": day, "stay_ref": f"s{len(self.rows['stays'])}", "unit": "North"}
        self.rows["stays"].append(row | cells)

    def hours(self, month: str, **cells: Any) -> None:
        self.rows.setdefault("hours", []).append({"month": month, "unit": "North"} | cells)

    def declared(self, dimensions: list[str]) -> Declarations:
        theme = self.theme | {"measures": dict.fromkeys(self.measures, dimensions)}
        write_params(self.root, self.tables, self.measures, {"t": theme})
        return read_declarations(self.root / "params", self.root / "data/reference")

    def found(
        self, measure: dict[str, Any], *dimensions: str, area: str = "force", period: str = PERIOD
    ) -> pd.DataFrame:
        self.measures |= {"m": measure} if measure else {}
        declared = self.declared(list(dimensions or ["total"]))
        rows = {name: pd.DataFrame(rows) for name, rows in self.rows.items()}
        write_extract(self.root / "extract", self.tables, rows, self.extract)
        return figures(read_extract(self.root / "extract", declared, date(2026, 1, 1)), declared, "t", area, period)

    def one(self, measure: dict[str, Any], **where: str) -> pd.Series:
        return of(self.found(measure, **where), "total").loc["total"]

    def by(self, measure: dict[str, Any], dimension: str, **where: str) -> dict[str, Any]:
        frame = self.found(measure, dimension, **where)
        return dict(of(frame, dimension)["value"])


def of(frame: pd.DataFrame, dimension: str, measure: str = "m") -> pd.DataFrame:
    """A measure's rows of one dimension, by category."""
    rows = frame[(frame["measure"] == measure) & (frame["dimension"] == dimension)]
    return rows.set_index("category")


def count(**said: Any) -> dict[str, Any]:
    window = said.pop("window", "rolling_12")
    return {"numerator": {"selection": "all"} | said, "unit": "count", "window": window}


def test_a_year_and_the_year_before_it(drawn: Drawn) -> None:
    for day in ("2020-01-31", "2020-02-01", "2021-01-31", "2019-02-01"):
        drawn.stay(day)
    row = drawn.one(count())
    assert (row["value"], row["previous_value"], row["change"]) == (2, 2, 0)
    assert (row["window_start"], row["window_end"]) == (date(2020, 2, 1), date(2021, 1, 31))


@pytest.mark.parametrize(
    ("window", "value", "previous"),
    [
        ("month", 1, 0),
        ("rolling_3", 2, 1),
        ("financial_year_to_date", 3, 1),
        ("calendar_year_to_date", 1, 0),
    ],
)
def test_windows(drawn: Drawn, window: str, value: int, previous: int) -> None:
    for day in ("2020-03-31", "2020-04-01", "2020-11-01", "2021-01-01", "2019-11-30"):
        drawn.stay(day)
    row = drawn.one(count(window=window))
    assert (row["value"], row["previous_value"]) == (value, previous)
    assert row["change_status"] == ("[z]" if previous == 0 else "")


def test_a_lag_ends_the_window_earlier(drawn: Drawn) -> None:
    drawn.stay("2020-11-30")
    drawn.stay("2020-12-01", voided_on="2021-01-01")
    row = drawn.one({**count(window="month"), "lag": 1})
    assert (row["value"], row["window_end"]) == (1, date(2020, 12, 31))


def test_a_void_row_counts_until_the_day_it_ended(drawn: Drawn) -> None:
    drawn.stay("2020-05-05", voided_on="2021-01-31")
    drawn.stay("2020-05-05")
    drawn.stay("2019-05-05", voided_on="2020-02-01")
    row = drawn.one(count())
    assert (row["value"], row["previous_value"]) == (1, 1)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ({"age": 18}, 1),
        ({"age": [17, 18]}, 2),
        ({"age": {"from": 17, "under": 19}}, 2),
        ({"age": {"over": 17, "up_to": 19}}, 2),
        ({"age": {"filled": False}}, 1),
        ({"age": {"not": {"from": 18}}}, 2),
        ({"reason": {"group": "low"}}, 2),
        ({"reason": [16]}, 1),
        ({"tags": {"has": ["x", "z"]}}, 2),
        ({"tags": {"filled": True}}, 3),
        ({"meal": "Y"}, 2),
        ({"age": {"all": [{"over": 17}, {"not": 18}]}}, 1),
        ({"arrived_on": {"from": date(2020, 6, 3)}}, 2),
        ({"hour": {"from": 8, "under": 20}}, 2),
        ({"kind": "harm"}, 1),
        ({"note": {"filled": True}}, 1),
    ],
)
def test_conditions(drawn: Drawn, where: dict[str, Any], value: int) -> None:
    drawn.stay(
        "2020-06-01",
        age="17",
        reason="1",
        tags="x;y",
        meal="yes",
        arrived_at="2020-06-01T07:59",
        offence="8N",
        note="so",
    )
    drawn.stay(
        "2020-06-02", age="018", reason="16.0", tags="y", meal="Y", arrived_at="2020-06-02 08:00:00", offence="49"
    )
    drawn.stay(
        "2020-06-03", age="19.0", reason="2", tags="z", meal="n", arrived_at="2020-06-03T19:59", note="Not Stated"
    )
    drawn.stay("2020-06-04", arrived_at="2020-06-04T20:00Z")
    assert drawn.one(count(where=where))["value"] == value


def test_selections_within_others_and_any_of(drawn: Drawn) -> None:
    drawn.theme["selections"] |= {
        "either": {"within": "all", "any_of": [{"meal": "Y"}, {"age": {"under": 18}}]},
        "old": {"within": "either", "where": {"age": {"from": 18}}},
    }
    for age, meal in ((17, "N"), (30, "Y"), (30, "N"), ("", "Y")):
        drawn.stay("2020-06-01", age=age, meal=meal)
    assert drawn.one(count(selection="either"))["value"] == 3
    assert drawn.one(count(selection="old"))["value"] == 1


def test_what_is_dated_is_seen_from_the_later_day(drawn: Drawn) -> None:
    drawn.stay("2020-06-01", ruled="yes", ruled_on="2021-01-31")
    drawn.stay("2020-06-01", ruled="yes", ruled_on="2020-01-31")  # ruled before it was recorded, in the year before
    drawn.stay("2019-06-01", ruled="no", ruled_on="2020-06-01")
    row = drawn.one(count(dated="ruled_on"))
    assert (row["value"], row["previous_value"]) == (2, 0)


def test_a_ratio_of_what_is_dated_looks_back_a_year(drawn: Drawn) -> None:
    drawn.stay("2019-06-01", ruled="yes", ruled_on="2020-06-01")
    drawn.stay("2020-06-01")
    drawn.stay("2020-07-01", ruled="no", ruled_on="2020-08-01")
    ratio = {
        "numerator": {"selection": "all", "dated": "ruled_on", "where": {"ruled": "yes"}},
        "denominator": {"selection": "all"},
        "unit": "percent",
    }
    row = drawn.one(ratio)
    assert (row["numerator"], row["denominator"], row["value"], row["lower_95"]) == (1, 2, 50, None)
    assert (row["previous_value"], row["change"], row["change_unit"]) == (0, 50, "pp")
    drawn.extract["history_from"] = "2019-02"
    row = drawn.one(ratio)
    assert (row["status"], row["change_status"]) == ("", "[x]")
    drawn.extract["history_from"] = "2019-03"
    assert drawn.one(ratio)["status"] == "[x]"


def test_placed_by_the_day_of_record_a_ratio_is_a_share(drawn: Drawn) -> None:
    drawn.theme["outcome_basis"] = "recorded"
    drawn.stay("2020-06-01", ruled="yes", ruled_on="2021-01-31")
    drawn.stay("2020-06-01", ruled="yes", ruled_on="2021-02-01")  # not known by the period's end
    drawn.stay("2019-06-01", ruled="yes", ruled_on="2020-02-01")  # not by that of the year before
    drawn.extract["as_at"] = date(2021, 2, 28)
    row = drawn.one({
        "numerator": {"selection": "all", "dated": "ruled_on", "where": {"ruled": "yes"}},
        "denominator": {"selection": "all"},
        "unit": "percent",
    })  # fmt: skip
    assert (row["value"], row["previous_value"]) == (50, 0)
    assert row["lower_95"] == pytest.approx(9.453, abs=0.001)  # Wilson, 1 of 2


def test_a_column_is_blank_until_its_date(drawn: Drawn) -> None:
    drawn.stay("2019-12-01", ruled="yes", ruled_on="2020-03-01")
    drawn.stay("2020-12-01", ruled="no", ruled_on="2021-01-31")
    drawn.stay("2020-12-01", ruled="yes", ruled_on="2021-01-15")
    found = drawn.found(count(), "ruled", "month")
    assert dict(of(found, "ruled")["value"]) == {"yes": 1, "no": 1, "missing": 0}
    assert dict(of(found, "ruled")["previous_value"]) == {"yes": 0, "no": 0, "missing": 1}


def test_repeats_look_at_the_whole_selection_and_force(drawn: Drawn) -> None:
    drawn.theme["selections"]["fed"] = {"within": "all", "where": {"meal": "Y"}}
    share = {
        "numerator": {"selection": "fed", "names": "person_ref", "repeats": {"of": "person_ref", "within_days": 90}},
        "denominator": {"selection": "fed", "names": "person_ref"},
        "unit": "percent",
    }
    drawn.stay("2020-03-01", person_ref="p", meal="Y", unit="South", voided_on="2020-03-05")  # void, elsewhere
    drawn.stay("2020-05-30", person_ref="p", meal="Y")  # 90 days after
    drawn.stay("2020-08-29", person_ref="p", meal="Y")  # 91 days after
    drawn.stay("2020-08-29", person_ref="p", meal="Y")  # the same day is no day before
    drawn.stay("2020-09-01", person_ref="q", meal="Y")
    drawn.stay("2020-09-02", person_ref="q", meal="N")
    drawn.stay("2020-09-03", person_ref="NULL", meal="Y")
    drawn.stay("2020-09-04", person_ref="0", meal="Y")
    row = drawn.one(share)
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 4, 25)
    assert row["lower_95"] is not None
    drawn.extract["history_from"] = "2019-11"  # 90 days before 1 February 2020 is 3 November 2019
    assert (drawn.one(share)["status"], drawn.one(share)["change_status"]) == ("", "[x]")
    drawn.extract["history_from"] = "2019-12"
    assert drawn.one(share)["status"] == "[x]"


def test_sums_are_exact_to_six_places(drawn: Drawn) -> None:
    for _ in range(10):
        drawn.stay("2020-06-01", cost="0.1", age="2")
    drawn.stay("2020-06-01", cost="0.0000005")  # to six places
    drawn.stay("2020-06-01")
    assert drawn.one(count(sum="cost"))["value"] == 1.000001
    assert drawn.one(count(sum="age"))["value"] == 20
    row = drawn.one({"numerator": {"selection": "all", "sum": "cost"}, "unit": "mean"})
    assert (row["numerator"], row["denominator"], row["change_status"]) == (1.000001, 11, "[z]")
    assert row["value"] == pytest.approx(1.000001 / 11)


def test_a_difference_changes_in_units_and_a_sum_over_a_sum_is_a_ratio(drawn: Drawn) -> None:
    for month in pd.period_range("2018-01", "2021-01", freq="M"):
        drawn.hours(str(month), worked="10.5", planned="10" if month.year == 2020 else "11")
    row = drawn.one({"numerator": {"selection": "hours", "sum": "variance"}, "unit": "count"})
    assert (row["value"], row["previous_value"], row["change"], row["change_unit"]) == (5, -5, 10, "units")
    row = drawn.one({
        "numerator": {"selection": "hours", "sum": "worked"}, "denominator": {"selection": "hours", "sum": "planned"},
        "unit": "percent",
    })  # fmt: skip
    assert row["value"] == pytest.approx(100 * 126 / 121)
    assert row["lower_95"] is None


def test_a_stock_is_who_is_there_on_the_day(drawn: Drawn) -> None:
    drawn.stay("2021-01-31", left_on="2021-01-31")
    drawn.stay("2021-01-31", left_on="2021-02-01")
    drawn.stay("2019-01-01")
    drawn.stay("2019-01-01", voided_on="2021-01-31")
    drawn.extract["as_at"] = date(2021, 2, 28)
    stock = count(standing="left_on", window="at_period_end")
    row = drawn.one(stock)
    assert (row["value"], row["previous_value"], row["change"]) == (2, 2, 0)
    assert row["window_start"] == row["window_end"] == date(2021, 1, 31)
    drawn.extract["history_from"] = "2021-01"
    assert (drawn.one(stock)["status"], drawn.one(stock)["change_status"]) == ("", "[x]")
    months = of(drawn.found(stock, "month"), "month")["value"]
    assert dict(months) == {"2021-01": 2}


def test_filled_sets_split_one_side_alone(drawn: Drawn) -> None:
    drawn.stay("2020-06-01", age="20", note="not stated")
    drawn.stay("2020-06-01", note="so")
    drawn.stay("2020-06-01")
    found = of(drawn.found({
        "numerator": {"selection": "all", "filled": "said"}, "denominator": {"selection": "all"}, "unit": "percent",
    }, "said"), "said")  # fmt: skip
    assert dict(found["numerator"]) == {"age": 1, "note": 1}
    assert set(found["denominator"]) == {3}
    assert found["lower_95"].notna().all()


def test_rates_take_the_population_of_their_day_and_group(drawn: Drawn) -> None:
    drawn.stay("2020-06-01", group="a")
    drawn.stay("2020-06-01", group="b")
    drawn.stay("2020-06-01", unit="", group="b")
    drawn.stay("2019-06-01")
    rate = {"numerator": {"selection": "all"}, "denominator": "population", "unit": "per_1000"}
    found = drawn.found(rate, "total", "unit", "group")
    assert of(found, "total").loc["total", "value"] == 3 * 1000 / 5000
    north = of(found, "unit").loc["North"]
    assert (north["value"], north["previous_value"]) == (1, 1)
    nowhere = of(found, "unit").loc["No location recorded"]
    assert (nowhere["status"], nowhere["numerator"]) == ("[x]", None)
    by = of(drawn.found(rate, "group", area="north"), "group")
    assert dict(by["denominator"]) == {"a": 1500, "b": 500, "missing": None}
    row = drawn.one({**rate, "denominator": {"population": {"group": "b"}}, "unit": "per_10000"}, area="north")
    assert (row["numerator"], row["denominator"], row["value"]) == (2, 500, 40)
    assert row["upper_95"] == pytest.approx(144.494, abs=0.01)  # exact Poisson, 2: 7.2247


def test_a_rate_over_a_count_and_a_ratio_of_measures(drawn: Drawn) -> None:
    drawn.measures = {
        "fed": {"numerator": {"selection": "all", "where": {"meal": "Y"}}, "denominator": {"selection": "all"}, "unit": "percent"},
        "old": {"numerator": {"selection": "all", "where": {"age": {"from": 18}}}, "denominator": {"measure": "every"}, "unit": "per_1000"},
        "every": {"numerator": {"selection": "all"}, "unit": "count"},
        "m": {"numerator": {"measure": "fed"}, "denominator": {"measure": "old"}, "unit": "times"},
    }  # fmt: skip
    for age, meal in ((20, "Y"), (10, "Y"), (20, "N"), (20, "N")):
        drawn.stay("2020-06-01", age=age, meal=meal)
    found = drawn.found({}, "total")
    assert of(found, "total", "old").loc["total", "value"] == 750
    assert of(found, "total", "old").loc["total", "lower_95"] is None
    row = of(found, "total").loc["total"]
    assert (row["numerator"], row["denominator"], row["value"]) == (50, 750, 50 / 750)
    assert (row["previous_value"], row["change_status"]) == (None, "[z]")


def test_derived_columns(drawn: Drawn) -> None:
    # 23:30 to 09:00: 570 minutes, 480 of them of one night; the clocks go forward on 29 March 2020
    drawn.stay("2020-06-01", arrived_at="2020-06-01T23:30", left_at="2020-06-02T09:00", age=17)
    drawn.stay("2020-06-05", arrived_at="2020-06-05T07:00:00", left_at="2020-06-07T01:00:20", age=18)
    drawn.stay("2020-03-28", arrived_at="2020-03-28T23:00", left_at="2020-03-29T03:00", age=25)
    drawn.stay("2021-01-31", arrived_at="2021-01-31T23:00", left_at="2021-02-01T03:00")  # not over by the window's end
    drawn.extract["as_at"] = date(2021, 2, 28)
    assert drawn.one(count(sum="minutes"))["value"] == pytest.approx(570 + 2520 + 1 / 3 + 180, abs=2e-6)
    assert drawn.one(count(sum="night"))["value"] == 480 + 480 + 120
    assert drawn.by(count(), "age_band") == {"under 18": 1, "18 to 24": 1, "25 and over": 1, "missing": 1}
    days = drawn.by(count(), "weekday")
    assert list(days) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    assert [days[day] for day in ("Monday", "Friday", "Saturday", "Sunday")] == [1, 1, 1, 1]
    hours = drawn.by(count(), "hour")
    assert (len(hours), hours["23"], hours["7"], hours["0"]) == (24, 3, 1, 0)


def test_bands_of_numbers_with_fractions() -> None:
    assert band_labels((10, 18, 35), "number") == ["10 to under 18", "18 to under 35", "35 and over"]
    assert band_labels((0, 1, 2), "whole") == ["under 1", "1", "2 and over"]


def test_breakdowns_list_what_is_declared(drawn: Drawn) -> None:
    drawn.stay("2020-06-01", group="a", meal="Y", reason="2", tags="x;z", offence="49")
    drawn.stay("2020-06-01", group="a", meal="", reason="16", tags="x", offence="49")
    drawn.stay("2020-06-01", reason="not stated", offence="8N")
    drawn.stay("2019-06-01", reason="1", offence="19C")
    assert drawn.by(count(), "reason") == {"few": 1, "many": 1, "missing": 1}
    assert drawn.by(count(), "tag") == {"x": 2, "y": 0, "z": 1}
    assert drawn.by(count(), "kind") == {"theft": 2, "harm": 1, "grave": 0}
    assert drawn.by(count(), "group_by_meal") == {
        "a / Y": 1, "a / N": 0, "b / Y": 0, "b / N": 0, "a / missing": 1, "missing / missing": 1,
    }  # fmt: skip


def test_levels_in_the_reports_of_force_unit_and_ward(drawn: Drawn) -> None:
    drawn.stay("2020-06-01", ward="Elm")
    drawn.stay("2020-06-01", ward="")
    drawn.stay("2020-06-01", unit="south", ward="FIR")
    drawn.stay("2020-06-01", unit="", ward="")
    found = drawn.found(count(), "total", "unit", "ward")
    assert dict(of(found, "unit")["value"]) == {"North": 2, "South": 1, "No location recorded": 1}
    wards = of(found, "ward")
    assert dict(wards["value"]) == {"Elm": 1, "Oak": None, "Fir": 1, "Trees": 2, "No location recorded": 2}
    assert wards.loc["Oak", "status"] == "[x]"  # closed before the window's end
    assert of(found, "unit").loc["South", "change_status"] == "[x]"  # opened in the window a year before
    north = drawn.found(count(), "total", "unit", "ward", area="north")
    assert list(north["dimension"]) == ["total", "unit", "unit", "ward", "ward", "force"]
    assert of(north, "force").loc["Treeshire Police", "value"] == 4
    trees = drawn.found(count(), "total", "unit", "ward", area="trees")
    assert of(trees, "total").loc["total", "value"] == 2
    assert "ward" not in set(trees["dimension"])


def test_months_are_seen_from_the_periods_end_and_rolling_windows_from_their_own(drawn: Drawn) -> None:
    drawn.stay("2020-06-10", voided_on="2020-09-01")
    drawn.stay("2019-06-10")
    found = drawn.found(count(), "month", "rolling")
    months = of(found, "month")
    assert (len(months), months.index[0], months.index[-1]) == (36, "2018-02", "2021-01")
    assert (months.loc["2020-06", "value"], months.loc["2020-06", "previous_value"]) == (0, 1)
    assert months.loc["2018-12", "change_status"] == "[x]"
    rolling = of(found, "rolling")
    assert len(rolling) == 24
    assert (rolling.loc["2020-08", "value"], rolling.loc["2020-09", "value"]) == (1, 0)
    south = of(drawn.found(count(), "month", area="south"), "month")
    assert south.index[0] == "2018-02"
    assert (south.loc["2019-02", "status"], south.loc["2019-03", "status"]) == ("[x]", "")


def test_gaps_ends_and_history(drawn: Drawn) -> None:
    del drawn.extract["history_from"]
    for month in pd.period_range("2019-01", "2021-01", freq="M"):
        if str(month) != "2020-03":
            drawn.hours(str(month), worked="1")
    drawn.stay("2018-06-01")
    measure = {"numerator": {"selection": "hours", "sum": "worked"}, "unit": "count"}
    assert drawn.one(measure)["status"] == "[x]"
    assert drawn.one(measure, period="2020-02")["value"] == 12
    assert drawn.one(measure, period="2020-02")["change_status"] == "[x]"
    months = of(drawn.found(measure, "month"), "month")
    assert (months.index[0], months.loc["2020-03", "status"], months.loc["2020-04", "value"]) == ("2019-01", "[x]", 1)
    drawn.extract["empty_months"] = {"hours": ["2020-03"]}
    assert drawn.one(measure)["value"] == 11
    drawn.rows["hours"] = [row for row in drawn.rows["hours"] if row["month"] != "2021-01"]
    assert drawn.one(measure)["status"] == "[x]"
    assert drawn.one(count())["value"] == 0  # any month may be one of none, to the end of the extract


def test_a_missing_column_or_table_is_not_available(drawn: Drawn) -> None:
    drawn.stay("2020-06-01")
    assert drawn.one(count(where={"age": {"filled": False}}))["status"] == "[x]"
    by = of(drawn.found(count(), "group"), "group")
    assert dict(by["status"]) == {"a": "[x]", "b": "[x]"}
    assert drawn.one(count(selection="hours"))["status"] == "[x]"


def test_left_out_quarantined_and_doubled_rows(drawn: Drawn) -> None:
    drawn.tables["stays"]["left_out_unless"] = {"group": ["a", "b"]}
    drawn.stay("2020-06-01", group="a")
    drawn.stay("2020-06-01", group="Z")  # left out, not wrong
    drawn.stay("2020-06-01", group="")  # left out
    drawn.stay("01/06/2020", group="a")  # wrong
    drawn.stay("2020-06-01", group="a", age=121)  # wrong
    drawn.stay("2020-06-01", group="a", unit="Nowhere")  # wrong
    drawn.stay("2021-02-01", group="a")  # after the extract's end
    drawn.stay("2020-06-01", group="a", ruled="yes", ruled_on="")  # half of what goes together
    drawn.stay("2020-06-01", group="a", stay_ref="s0")  # a duplicate
    drawn.stay("2020-06-01", group="b", stay_ref="s0")  # the same reference
    drawn.rows["stays"].append({})
    assert drawn.one(count())["value"] == 1
    extract = read_extract(drawn.root / "extract", drawn.declared(["total"]), date(2026, 1, 1))
    assert extract.accounts["stays"] == {"rows_in": 10, "left_out": 2, "quarantined": 5, "doubled": 2}


def test_a_value_that_prints_as_nothing_is_low(drawn: Drawn) -> None:
    drawn.stay("2020-06-01")
    row = drawn.one({"numerator": {"selection": "all"}, "denominator": "population", "unit": "per_1000", "decimals": 0})
    assert (row["value"], row["status"]) == (0.2, "[low]")


def test_parquet_moments_are_of_the_local_day(drawn: Drawn, tmp_path: Path) -> None:
    drawn.measures["m"] = count()
    declared = drawn.declared(["total"])
    rows = pd.DataFrame({
        "stay_ref": ["a"], "arrived_on": pd.to_datetime(["2020-05-31T23:00Z"]), "voided_on": [None], "unit": ["North"],
        "age": [3.0],
    })  # fmt: skip
    (tmp_path / "parts/stays.parquet").mkdir(parents=True)
    rows.to_parquet(tmp_path / "parts/stays.parquet/part-0.parquet")
    extract = read_extract(tmp_path / "parts", declared, date(2026, 1, 1))
    assert extract.tables["stays"].frame.loc[0, "arrived_on"] == pd.Timestamp("2020-06-01")
    assert extract.tables["stays"].frame.loc[0, "age"] == 3


def test_differences_are_said_row_by_row(drawn: Drawn, tmp_path: Path) -> None:
    drawn.stay("2020-06-01", group="a")
    second = drawn.found(count(), "total", "group")
    first = second.copy()
    file = tmp_path / "force.csv"
    first.to_csv(file, index=False)
    assert differences(file, second) == []
    first.loc[0, "value"] = 2
    first.drop(index=1).to_csv(file, index=False)
    assert differences(file, second) == [
        "m | group | a: missing from the report (window_end 2021-01-31, numerator 1, value 1)",
        "m | total | total: value is 2, worked out 1",
    ]


def test_a_change_is_tested_and_a_month_is_not(drawn: Drawn) -> None:
    for month in range(1, 13):
        for place in range(10 if month < 4 else 0):
            drawn.stay(f"2020-{month:02d}-0{1 + place % 9}")
        drawn.stay(f"2019-{month:02d}-05")
    drawn.measures["m"] = count()
    drawn.found({}, "total", "month", period="2020-12")
    declared = drawn.declared(["total", "month"])
    working = Working(
        read_extract(drawn.root / "extract", declared, date(2026, 1, 1)), declared, "t", "force", "2020-12"
    )
    frame = working.frame()
    frame["significant"] = significance(working, frame)
    # 30 and 12, in 12 pairs of months; phi = 2.603, t = 1.721 on 11 degrees
    a, b = [10] * 3 + [0] * 9, [1] * 12
    assert count_p(30, 12, a, b) == pytest.approx(0.1131, abs=0.0001)
    assert of(frame, "total").loc["total", "significant"] is False
    assert of(frame, "month")["significant"].isna().all()
    assert count_p(36, 12, [3] * 12, b) == pytest.approx(binomtest(36, 48).pvalue)
    assert count_p(12, 0, b, [0] * 12) == pytest.approx(2 * 0.5**12)
    assert count_p(12, 0, b, [0] * 12, exact=False) is None


def test_a_ratio_takes_the_larger_of_binomial_and_jackknife() -> None:
    even = ([5.0] * 12, [100.0] * 12)
    assert ratio_p(([10.0] * 12, [100.0] * 12), even) == pytest.approx(binomtest(120, 180).pvalue)  # s = 0
    assert ratio_p(([0.0] * 12, [100.0] * 12), even) == pytest.approx(2 * 0.5**60)
    batches = ([0.0, 20.0] * 6, [100.0] * 12)
    assert ratio_p(batches, even) > binomtest(120, 180).pvalue
