"""The figures that an analyst works with: a tidy DataFrame of what was released, which shows as a table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from thematic.core.errors import ArgumentsRefused
from thematic.displays import MIME_TYPE, DisplayTable
from thematic.displays.wording import change, now
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.report import Report
from thematic.report.tidy import COLUMNS
from warehouse_drawn import DrawnCubes, few_measures, report_data, theme_cubes, typed

PERIOD, THEME = "2021-01", "domestic-abuse"
UNITS = ("Widnes", "Runcorn", "Crewe")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """Three years of crimes in three units, half of them given an outcome."""
    rows: list[dict[str, Any]] = [
        {"recorded_on": f"{year}-{month:02d}-05", "lpu": UNITS[number % 3], "domestic": "Y", "offence_code": "8N",
         "offence_title": "Assault with injury",
         **({"outcome_code": str(1 + number % 3), "outcome_on": f"{year}-{month:02d}-20"} if number % 2 else {})}
        for year in (2018, 2019, 2020) for month in range(1, 13) for number in range(6 + month % 3)
    ]  # fmt: skip
    params = few_measures()
    tables = {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}
    return theme_cubes(tmp_path_factory.mktemp("drawn"), THEME, tables, params=params, history="2018-01")


@pytest.fixture(scope="module")
def report(drawn: DrawnCubes) -> Report:
    return Report(report_data(drawn, PERIOD))


def test_a_table_holds_the_released_figures_typed_in_the_report_s_order(report: Report) -> None:
    found = report.table("da_recorded", by="lpu")
    own = report.figures.of("da_recorded", "lpu")
    assert list(found.columns) == list(COLUMNS)
    assert set(FIGURE_COLUMNS) < set(COLUMNS)
    assert list(found["category"]) == [row.category for row in own]
    assert found["value"].tolist() == [row.value for row in own]
    assert found["value"].dtype == "float64"
    assert found["significant"].dtype == "boolean"
    assert found["window_end"].tolist() == [pd.Timestamp("2021-01-31")] * len(own)


def test_several_measures_and_dimensions_stand_one_after_another(report: Report) -> None:
    found = report.table(["da_recorded", "da_solved_pct"], by=["total", "lpu"])
    pairs = found[["measure", "dimension"]].drop_duplicates().to_numpy().tolist()
    names = ("da_recorded", "da_solved_pct")
    assert pairs == [[name, dimension] for name in names for dimension in ("total", "lpu")]
    assert found["title"].unique().tolist() == [report.data.measure(name).short for name in names]


def test_months_are_dates_and_other_rows_have_none(report: Report) -> None:
    found = report.table("da_recorded", by=["month", "offence"])
    months = found[found["dimension"] == "month"]
    assert months["month"].iloc[-1] == pd.Timestamp("2021-01-01")
    assert months["label"].iloc[-1] == "January 2021"
    assert found.loc[found["dimension"] == "offence", "month"].isna().all()


def test_a_total_has_the_area_for_its_label_and_a_category_a_reader_s_words(report: Report) -> None:
    found = report.table("da_recorded", by=["offence", "total"]).set_index("dimension")["label"]
    assert found["total"] == report.area.name
    assert found["offence"] == report.data.label("da_recorded", "offence", "Assault with injury")


def test_an_empty_value_has_its_reason_beside_it(report: Report) -> None:
    found = report.table("da_recorded", by="month")
    assert (found["value"].isna() == found["status"].isin(["[c]", "[x]", "[z]"])).all()
    assert (found["change"].isna() == (found["change_status"] != "")).all()
    assert (found["change_status"] == "[x]").any()


def test_it_shows_as_a_table_in_the_report_s_words(report: Report) -> None:
    found = report.table("da_recorded", by="lpu")
    shown = found.shown
    assert isinstance(shown, DisplayTable)
    measure, own = report.data.measure("da_recorded"), report.figures.of("da_recorded", "lpu")
    assert shown.title == f"{measure.title} by {report.params.unit.title}"
    place = [column.label for column in shown.columns].index("Value")
    assert [row[place] for row in shown.rows] == [now(row, measure) for row in own]
    assert [row[place + 1] for row in shown.rows] == [change(row, measure) for row in own]
    assert found._repr_mimebundle_()[MIME_TYPE] == shown.payload()


def test_only_some_rows_are_a_table_of_the_report_as_well(report: Report) -> None:
    found = report.table(["da_recorded", "da_solved_pct"], by="lpu", title="Two", only=["runcorn", "Widnes"])
    assert [*found["label"]] == ["Runcorn", "Widnes"] * 2, "in the report's order"
    assert found.shown.title == "Two"
    assert len(report.table("da_recorded", by="lpu", only="Widnes")) == 1
    with pytest.raises(ArgumentsRefused, match=r"only= has 'Widness', which is no row. Did you mean 'Widnes'\?"):
        report.table("da_recorded", by="lpu", only="Widness")


def test_what_is_made_of_it_is_a_plain_frame_and_what_is_changed_shows_as_it_is(report: Report) -> None:
    found = report.table("da_recorded", by="lpu")
    assert type(found.sort_values("value")) is pd.DataFrame
    assert type(found[["label", "value"]]) is pd.DataFrame
    found["value"] = 1.0
    shown = found.shown
    assert isinstance(shown, DisplayTable)
    assert [column.label for column in shown.columns][1:] == list(COLUMNS)


@pytest.mark.parametrize(
    ("measures", "by", "message"),
    [
        ("da_recordd", "lpu", "There is no measure 'da_recordd' in the theme"),
        ("da_solved_pct", "offence", "'da_solved_pct' has no figures by 'offence'"),
        ([], "lpu", "report.table takes names for measures"),
        ("da_recorded", [3], "report.table takes names for by"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    report: Report, measures: Any, by: Any, message: str
) -> None:
    with pytest.raises(ArgumentsRefused, match=message):
        report.table(measures, by=by)


def test_the_force_s_own_figure_is_there_in_every_report(drawn: DrawnCubes, report: Report) -> None:
    unit = Report(report_data(drawn, PERIOD, area="widnes"))
    whole = report.table("da_recorded")["value"].item()
    for each in (report, unit):
        found = each.table("da_recorded", by=["lpu", "force"])
        assert found["value"].tolist()[-1] == whole
        assert found["label"].tolist()[-1] == each.params.force.name
    assert unit.table("da_recorded")["value"].item() < whole
