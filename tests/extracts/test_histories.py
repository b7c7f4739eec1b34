"""Works out what months figures may be made of, from the months in which tables have rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from extract_drawn import Drawn, new_workbook, product_tables
from thematic.core.errors import DataRefused
from thematic.extracts.history import History, find_history, history_notes
from thematic.params.sources import ExtractSettings

CRIMES, INCIDENTS = {"2020-10", "2020-11", "2020-12", "2021-01"}, {"2020-11", "2020-12"}


def history(months: dict[str, set[str]], **settings: object) -> History:
    arrived: dict[str, set[str]] = {name: set() for name in months}
    return find_history(product_tables(), months, arrived, ExtractSettings.model_validate(settings))


def test_a_history_begins_with_the_first_month_with_rows() -> None:
    found = history({"crimes": CRIMES, "incidents": INCIDENTS, "surveys": {"2010-01"}})
    assert found.starts == {"crimes": "2020-10", "incidents": "2020-11", "surveys": "2020-10"}
    assert found.ends == {"crimes": "2021-01", "incidents": "2020-12", "surveys": "2021-01"}
    assert (found.latest, found.gaps) == ("2021-01", {})


def test_a_declared_beginning_holds_for_every_table() -> None:
    found = history({"crimes": CRIMES, "incidents": INCIDENTS}, history_from="2019-04")
    assert found.starts == {"crimes": "2019-04", "incidents": "2019-04"}
    assert found.gaps == {}, "months before the first rows are no gap between others"


def test_a_gap_is_named_and_ends_nothing() -> None:
    found = history({"crimes": {"2019-02", "2019-06", "2019-08"}, "surveys": {"2019-03"}})
    assert found.starts["crimes"] == found.starts["surveys"] == "2019-02"
    assert found.gaps == {"crimes": ["2019-03", "2019-04", "2019-05", "2019-07"]}
    [note] = history_notes(found, product_tables(), "Export them.")
    assert note.startswith("Crimes (crimes): no rows in 2019-03 to 2019-05, 2019-07. Figures whose window")


def test_months_in_which_nothing_happened_are_no_gap() -> None:
    months = {"crimes": {"2019-02", "2019-04", "2019-08"}, "incidents": {"2019-10"}}
    empty = {"crimes": ["2019-03", "2019-05", "2019-09", "2019-10"]}
    found = history(months, empty_months=empty)
    assert found.gaps == {"crimes": ["2019-06", "2019-07"]}
    assert found.ends == {"crimes": "2019-10", "incidents": "2019-10"}


def test_a_month_whose_rows_are_all_left_out_is_no_gap() -> None:
    months: dict[str, set[str]] = {"incidents": {"2019-02", "2019-04"}}
    found = find_history(product_tables(), months, {"incidents": {"2019-03"}}, ExtractSettings())
    assert (found.gaps, found.ends) == ({}, {"incidents": "2019-04"})


def test_a_table_takes_the_history_of_another_or_its_own_where_that_is_not_there() -> None:
    found = history({"surveys": {"2019-02", "2019-07"}, "disclosures": {"2019-05"}})
    assert found.starts == {"surveys": "2019-02", "disclosures": "2019-05"}
    assert found.ends == {"surveys": "2019-07", "disclosures": "2019-07"}
    assert found.latest == "2019-07"
    assert found.gaps == {}, "a month of none"


def test_a_table_that_need_not_have_rows_goes_on_to_the_latest_period() -> None:
    found = history({"crimes": {"2020-10", "2020-11"}, "incidents": {"2020-10", "2021-01"}, "surveys": {"2020-10"}})
    assert found.ends == {"crimes": "2020-11", "incidents": "2021-01", "surveys": "2021-01"}


LATEST = [
    (None, "2021-02"),
    (date(2021, 2, 28), "2021-02"),
    (date(2021, 2, 27), "2021-01"),
    (date(2020, 2, 28), "2020-01"),
    (date(2020, 2, 29), "2020-02"),
    (date(2021, 1, 1), "2020-12"),
]


@pytest.mark.parametrize(("as_at", "latest"), LATEST)
def test_the_latest_period_is_the_last_complete_month(as_at: date | None, latest: str) -> None:
    months = {"crimes": {"2021-01"}, "incidents": {"2021-02"}, "surveys": {"2021-05"}}
    assert history(months, as_at=as_at).latest == latest


def test_a_table_that_ends_earlier_is_named() -> None:
    found = history({"crimes": CRIMES, "incidents": INCIDENTS})
    [note] = history_notes(found, product_tables(), "Export them.")
    assert note.startswith("Incidents (incidents): it ends with 2020-12, and the extract goes on to 2021-01.")


def test_a_table_without_rows_ends_before_the_latest_period() -> None:
    found = history({"crimes": CRIMES, "incidents": set()})
    assert (found.starts["incidents"], found.ends["incidents"]) == ("2021-01", "2020-12")


def test_a_forecast_tells_no_end() -> None:
    forecast = product_tables()["incidents"].model_copy(update={"future": True})
    tables = product_tables() | {"incidents": forecast}
    months = {"crimes": CRIMES, "incidents": {"2021-06"}}
    found = find_history(tables, months, {name: set() for name in months}, ExtractSettings())
    assert (found.latest, found.ends["incidents"]) == ("2021-01", "2021-06")


def test_without_any_rows_there_is_no_period() -> None:
    with pytest.raises(DataRefused, match="holds no rows that can be used"):
        history({"crimes": set(), "surveys": set()})


def test_the_facts_tell_it(tmp_path: Path) -> None:
    drawn: Drawn = new_workbook(tmp_path)
    drawn.draw("crimes", *[{"recorded_on": day} for day in ("2020-09-01", "2020-11-30", "2021-01-01")])
    drawn.draw("incidents", {"received_on": "2020-09-01"}, {"received_on": "2020-10-01", "finalisation_code": "XX"})
    drawn.write("extract.yaml", b"empty_months: {crimes: [2020-12]}\n")
    facts = drawn.build()
    assert (facts.gaps, facts.ends) == ({"crimes": ["2020-10"]}, {"crimes": "2021-01", "incidents": "2020-10"})
    assert facts.not_ended == []
    assert facts.notes[0].startswith("Crimes (crimes): no rows in 2020-10.")
