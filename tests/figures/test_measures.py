"""Figures from drawn rows: each rule of what a figure means, at its boundary and both neighbours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from thematic.core.errors import DataRefused
from warehouse_drawn import drawn, figures, theme_cubes

DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury", "lpu": "Widnes"}
DA |= {"local_authority": "Halton", "offence_subgroup": "Violence with injury"}


def value(found, measure, dimension="total", category=None):
    return found.one(measure, dimension, category).value


def by_category(found, measure, dimension):
    return {figure.category: figure for figure in found.of(measure, dimension)}


def test_a_window_holds_its_first_and_last_day_and_neither_neighbour(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on
        2020-01-31
        2020-02-01
        2021-01-31
        2021-02-01
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, latest="2021-03"), "2021-01")
    row = found.one("da_recorded")
    assert (row.value, row.previous_value) == (2, 1)
    assert (row.window_start, row.window_end) == (date(2020, 2, 1), date(2021, 1, 31))


def test_each_window_is_seen_as_it_stood_at_its_own_end(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | cancelled_on
        2019-06-10  | 2020-01-31
        2019-06-11  | 2020-02-01
        2020-06-10  | 2021-01-31
        2020-06-11  | 2021-02-01
        2020-06-12  |
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, latest="2021-03"), "2021-01")
    row = found.one("da_recorded")
    assert (row.value, row.previous_value, row.change) == (2, 1, 100.0)
    june = found.one("da_recorded", "month", "2019-06")
    assert june.value == 0, "months are seen from the end of the period"


def test_outcome_percentages_go_by_the_outcomes_date_and_leave_out_cancelled_crimes(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | outcome_code | outcome_on | cancelled_on
        2019-12-01  | 1            | 2020-02-01 |
        2020-03-01  | 16           | 2020-04-01 |
        2020-03-02  | 8            | 2021-02-01 |
        2020-03-03  | 18           | 2020-05-01 |
        2020-03-04  | 1            | 2020-05-01 | 2020-06-01
        2020-03-05  |              |            |
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, latest="2021-03"), "2021-01")
    recorded = found.one("da_recorded").value
    assert recorded == 4
    assert value(found, "da_solved_pct") == 100 * 1 / 4
    assert value(found, "da_suspect_identified_pct") == 100 * 2 / 4
    assert value(found, "da_no_suspect_identified_pct") == 100 * 1 / 4
    assert value(found, "da_outcome_16_pct") == 25
    outcomes = {figure.category: figure.value for figure in found.of("da_outcomes", "outcome")}
    assert outcomes == {"1": 1, "16": 1, "18": 1}


@pytest.mark.parametrize(("days", "repeats"), [(0, 0), (1, 1), (365, 1), (366, 0)])
def test_a_repeat_is_1_to_365_days_after_another_anywhere_even_if_cancelled(tmp_path: Path, days, repeats) -> None:
    day = pd.Timestamp("2020-06-30")
    earlier = (day - pd.Timedelta(days=days)).date()
    crimes = drawn("crimes", f"""
        recorded_on | cancelled_on | victim_ref | lpu
        {earlier}   | 2020-07-01   | A          | Crewe
        {day.date()} |             | A          | Widnes
        {day.date()} |             | B          | Widnes
        {day.date()} |             |            | Widnes
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}), "2021-01", area="widnes")
    row = found.one("da_repeat_victim_pct")
    assert (row.numerator, row.denominator) == (repeats, 2)
    assert row.lower_95 < row.value + 1e-9 < row.upper_95


def test_a_repeat_needs_the_same_selection(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | victim_ref | domestic
        2020-06-01  | A          | N
        2020-06-20  | A          | Y
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}), "2021-01")
    assert found.one("da_repeat_victim_pct").numerator == 0


def test_a_filled_set_counts_the_rows_in_which_each_column_says_something(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | victim_ref | victim_age | victim_sex | victim_ethnicity | victim_religion
        2020-06-01  | A          | 0          | Female     |                  |
        2020-06-02  | B          |            |            | White            | none
        2020-06-03  |            | 30         | Male       | White            | none
    """, **DA)  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}), "2021-01")
    rows = found.of("da_characteristics_recorded_pct", "characteristic")
    said = {row.category: (row.numerator, row.denominator) for row in rows}
    assert said == {
        "age": (1, 2), "sex": (1, 2), "ethnicity": (1, 2), "disability": (0, 2), "religion": (1, 2),
        "sexual_orientation": (0, 2),
    }  # fmt: skip


def test_rates_use_the_population_of_the_place_and_of_the_open_lpus(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | lpu    | local_authority
        2020-06-01  | Widnes | Halton
        2020-06-02  |        |
    """, **{**DA, "lpu": None, "local_authority": None})  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}), "2021-01")
    lpus = by_category(found, "da_rate_per_1000", "lpu")
    assert lpus["Widnes"].value == 1000 / 65160
    assert lpus["Widnes"].change_status == "[z]", "nothing in the year before"
    assert lpus["No location recorded"].status == "[x]", "nobody lives there"
    assert found.one("da_rate_per_1000").denominator == 1069646
    assert lpus["Crewe"].value == 0
    assert lpus["Crewe"].lower_95 == 0 < lpus["Crewe"].upper_95


def test_too_little_history_is_not_available(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | outcome_code | outcome_on
        2020-02-01  | 1            | 2020-03-01
        2020-12-01  | 1            | 2020-12-05
    """, **DA)  # fmt: skip
    early = {"history": "2020-02", "latest": "2021-01"}
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, **early), "2021-01")
    recorded, solved = found.one("da_recorded"), found.one("da_solved_pct")
    assert (recorded.value, recorded.status, recorded.change_status) == (2, "", "[x]")
    assert recorded.previous_value is None
    assert (solved.value, solved.status, solved.change_status) == (None, "[x]", "[x]"), "it looks back 12 months"
    assert "looks back to 1 February 2019" in found.reasons["da_solved_pct", "total"][0]
    before = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, **early), "2020-12")
    assert before.one("da_recorded").status == "[x]"
    assert found.of("da_recorded", "month")[0].category == "2020-02"


def test_a_previous_window_that_leans_before_the_history_gives_no_change(tmp_path: Path) -> None:
    crimes = drawn("crimes", "recorded_on\n2019-02-01\n2020-02-01", **DA)
    cubes = theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, history="2019-02")
    found = figures(cubes, "2021-01")
    assert found.one("da_recorded").change == 0
    assert found.one("da_solved_pct").change_status == "[x]"
    assert found.one("da_solved_pct").status == ""


def test_a_missing_table_or_column_is_not_available_and_says_why(tmp_path: Path) -> None:
    crimes = drawn("crimes", "recorded_on\n2020-02-01", **DA)
    columns = {
        "crimes": ["crime_ref", "recorded_on", "cancelled_on", "offence_code", "domestic", "outcome_code", "outcome_on",
                   "victim_ref"]
    }  # fmt: skip
    found = figures(theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, columns=columns), "2021-01")
    notices = found.one("dvpn_authorised")
    assert (notices.value, notices.status, notices.change_status) == (None, "[x]", "[x]")
    assert "holds no protection notices" in found.reasons["dvpn_authorised", "total"][0]
    assert {row.status for row in found.of("da_characteristics_recorded_pct", "characteristic")} == {"[x]"}
    assert found.one("da_recorded").value == 1


def test_what_the_extract_could_give_is_told_with_what_to_do_and_not_laid_to_its_source(tmp_path: Path) -> None:
    crimes = drawn("crimes", "recorded_on\n2020-02-01", **DA)
    absent = {
        "crimes": {"lpu": "the lookup has no column for Local Policing Units: add one"},
        "protection_notices": {"": "the download has no notices: download these too"},
    }
    columns = {"crimes": ["crime_ref", "recorded_on", "cancelled_on", "domestic", "local_authority"]}
    cubes = theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes}, columns=columns, absent=absent)
    found = figures(cubes, "2021-01").reasons
    assert found["da_recorded", "lpu"] == ["the lookup has no column for Local Policing Units: add one"]
    assert found["dvpn_authorised", "total"] == ["the download has no notices: download these too"]
    assert found["da_repeat_victim_pct", "total"][0].startswith("Drawn extract does not give, for crimes: ")


def test_notices_are_counted_from_april(tmp_path: Path) -> None:
    crimes = drawn("crimes", "recorded_on\n2020-02-01", **DA)
    notices = drawn("protection_notices", """
        authorised_on | order_breaches | court_actions | notice_breached | order_result | lpu
        2019-04-01    | 1              | 0             | N               | denied       | Crewe
        2020-03-31    | 9              | 9             | Y               | granted      | Crewe
        2020-04-01    | 3              | 2             | Y               | granted      | Crewe
        2020-12-31    | 0              |               |                 |              | Crewe
        2021-01-01    | 5              | 5             | Y               | granted      | Crewe
    """)  # fmt: skip
    tables = {"crimes": crimes, "protection_notices": notices}
    found = figures(theme_cubes(tmp_path, "domestic-abuse", tables), "2020-12")
    names = ("dvpn_authorised", "dvpn_breached", "dvpo_granted", "dvpo_denied", "dvpo_breached", "dvpo_court_actions")
    assert [found.one(name).value for name in names] == [2, 1, 1, 0, 3, 2]
    assert [found.one(name).previous_value for name in names] == [1, 0, 0, 1, 1, 0]
    assert found.one("dvpn_authorised").window_start == date(2020, 4, 1)


def test_a_sum_beyond_what_can_be_kept_is_refused_by_its_column(tmp_path: Path) -> None:
    crimes = drawn("crimes", "recorded_on\n2020-02-01", **DA)
    notices = drawn("protection_notices", """
        authorised_on | order_breaches
        2020-04-01    | 9000000000000000000
        2020-04-02    | 9000000000000000000
    """)  # fmt: skip
    with pytest.raises(DataRefused, match=r"protection_notices, order_breaches: the values add up to more than 9,22"):
        theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes, "protection_notices": notices})


def test_an_lpu_report_has_its_own_rows_the_other_lpus_and_the_force(tmp_path: Path) -> None:
    crimes = drawn("crimes", """
        recorded_on | lpu
        2020-06-01  | Widnes
        2020-06-02  | Crewe
        2020-06-03  |
    """, **{**DA, "lpu": None, "local_authority": None})  # fmt: skip
    cubes = theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes})
    found = figures(cubes, "2021-01", area="widnes")
    assert value(found, "da_recorded") == 1
    assert value(found, "da_recorded", "force") == 3
    assert found.of("da_recorded", "local_authority") == []
    assert "No location recorded" not in by_category(found, "da_recorded", "lpu")
    assert len(found.of("da_recorded", "lpu")) == 8
    force = figures(cubes, "2021-01")
    assert force.of("da_recorded", "force") == []
    assert sum(row.value for row in force.of("da_recorded", "lpu")) == 3
    assert sum(row.value for row in force.of("da_recorded", "local_authority")) == 3


def test_the_public_see_rounded_counts_and_no_percentage_of_few(tmp_path: Path) -> None:
    days = [f"2020-{month:02d}-15||" for month in range(2, 13)] * 5 + ["2020-03-01|1|2020-12-31"] * 3
    crimes = drawn("crimes", "\n".join(["recorded_on|outcome_code|outcome_on", *days, *["2019-06-01||"] * 4]), **DA)
    cubes = theme_cubes(tmp_path, "domestic-abuse", {"crimes": crimes})
    internal, public = figures(cubes, "2021-01"), figures(cubes, "2021-01", audience="public")
    assert internal.one("da_recorded").value == 58
    row = public.one("da_recorded")
    assert row.value is not None and row.value % 5 == 0 and abs(row.value - 58) <= 8
    assert (row.change, row.change_status, row.significant) == (None, "[z]", None)
    assert row.previous_value in (0, 5)
    assert public.one("da_rate_per_1000").value == 1000 * row.value / 1069646
    solved = public.one("da_solved_pct")
    assert (solved.value, solved.status, solved.numerator) == (None, "[c]", None)
    assert {(row.value or 0) % 5 for row in public.of("da_recorded", "month")} == {0}
    assert public.one("da_recorded", "month", "2019-07").status == "[low]"


@pytest.mark.parametrize("theme", ["domestic-abuse", "rape", "hate-crime"])
def test_a_source_that_feeds_none_of_a_themes_counts_gives_x_throughout_and_says_why(tmp_path: Path, theme) -> None:
    crimes = drawn("crimes", "recorded_on\n2020-02-01")
    columns = {"crimes": ["crime_ref", "recorded_on", "offence_title", "lsoa_code"]}
    found = figures(theme_cubes(tmp_path, theme, {"crimes": crimes}, columns=columns), "2021-01")
    counts = [row for row in found.rows if row.unit == "count"]
    assert counts
    assert {(row.value, row.status, row.change_status) for row in found.rows} == {(None, "[x]", "[x]")}
    assert all("does not give" in told or "holds no" in told for each in found.reasons.values() for told in each)
