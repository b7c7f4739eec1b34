"""Targets and benchmarks beside figures: which apply, what the tests say, and words that claim no more than they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from thematic.core.periods import Month
from thematic.displays import Chart, Glance, read
from thematic.displays.references import clause, label, sources, verdict
from thematic.exporters.downloads import csv_of
from thematic.exporters.fields import of_table
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure
from thematic.measures.references import Reference, Standing, references_of, standing
from thematic.params import Params
from thematic.params.benchmarks import Benchmark
from thematic.params.measures import Target
from thematic.report import Report
from warehouse_drawn import DrawnCubes, own_params, report_data, theme_cubes, typed

THEME, PERIOD, END = "domestic-abuse", "2021-01", Month.of(2021, 1)
COUNT, RATE, RATIO, SHARE = "da_recorded", "da_rate_per_1000", "da_solved_pct", "da_repeat_victim_pct"
NATION, PEERS = "England and Wales", "Similar forces"


def held(targets: dict[str, Target], benchmarks: tuple[Benchmark, ...] = ()) -> Params:
    own = own_params()
    measures = {
        name: measure.model_copy(update={"target": targets[name]}) if name in targets else measure
        for name, measure in own.measures.items()
    }
    theme = own.themes[THEME]
    months = {**theme.measures, RATIO: (*theme.measures[RATIO], "month"), RATE: (*theme.measures[RATE], "month")}
    themes = {THEME: theme.model_copy(update={"hotspots": None, "measures": months})}
    return replace(own, measures=measures, benchmarks=benchmarks, themes=themes)


@pytest.fixture(scope="module")
def cubes(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    """108 crimes in the year to January 2021, 96 in the year before, each with an outcome, and no victim known."""
    params = held({})
    rows = [
        {"recorded_on": f"{month}-05", "lpu": ("Widnes", "Runcorn", "Crewe")[number % 3], "domestic": "Y",
         "offence_code": "8N", "offence_title": "Assault with injury", "outcome_code": "1", "outcome_on": f"{month}-20"}
        for month in pd.period_range("2018-02", "2021-01", freq="M")
        for number in range(8 + (month >= pd.Period("2020-02")))
    ]  # fmt: skip
    tables = {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}
    return theme_cubes(tmp_path_factory.mktemp("held"), THEME, tables, params=params)


def data(cubes: DrawnCubes, params: Params, area: str = "force", audience: Any = "internal") -> ReportData:
    return report_data(replace(cubes, params=params), PERIOD, area, audience)


def target(value: float, good: Any = "below") -> Target:
    return Target(value=value, good=good)


def benchmark(name: str, value: float, group: str = NATION, until: date = date(2021, 1, 31)) -> Benchmark:
    return Benchmark(name, group, until, value, "A table")


# --- which apply


def test_the_target_comes_first_then_groups_in_the_order_of_the_files(cubes: DrawnCubes) -> None:
    params = held({RATE: target(0.2)}, (benchmark(RATE, 13, PEERS), benchmark(RATE, 8.4), benchmark(RATIO, 9)))
    assert [(each.group, each.value, each.good) for each in references_of(data(cubes, params), RATE)] == [
        ("", 0.2, "below"), (PEERS, 13, None), (NATION, 8.4, None),
    ]  # fmt: skip


def test_a_group_that_is_the_target_is_not_a_benchmark_besides(cubes: DrawnCubes) -> None:
    params = held({RATE: Target(benchmark=NATION, good="below")}, (benchmark(RATE, 13, PEERS), benchmark(RATE, 8.4)))
    assert [(each.group, each.good) for each in references_of(data(cubes, params), RATE)] == [
        (NATION, "below"), (PEERS, None),
    ]  # fmt: skip


def test_what_is_known_only_later_is_not_seen(cubes: DrawnCubes) -> None:
    params = held({RATE: Target(benchmark=NATION, good="below")}, (benchmark(RATE, 8.4, until=date(2021, 2, 28)),))
    assert references_of(data(cubes, params), RATE) == ()


@pytest.mark.parametrize(("area", "names"), [("force", [COUNT, RATE]), ("widnes", [RATE])])
def test_a_count_of_the_force_is_no_target_of_a_unit(cubes: DrawnCubes, area: str, names: list[str]) -> None:
    found = data(cubes, held({COUNT: target(100), RATE: target(0.2)}), area)
    assert [name for name in (COUNT, RATE) if references_of(found, name)] == names


# --- the tests


def figure(cubes: DrawnCubes, name: str, **said: Any) -> Figure:
    return replace(Report(data(cubes, held({}))).figures.one(name), status="", **said)


def stand(cubes: DrawnCubes, name: str, goal: float, **said: Any) -> Standing | None:
    return standing(data(cubes, held({})), name, figure(cubes, name, **said), Reference(goal))


@pytest.mark.parametrize("percent", [85.0, 92.0, 93.0, 96.0])
def test_a_share_by_the_exact_binomial_test(cubes: DrawnCubes, percent: float) -> None:
    found = stand(cubes, SHARE, percent, value=100 * 126 / 143, numerator=126, denominator=143)
    p = stats.binomtest(126, 143, percent / 100).pvalue
    assert found == Standing("above" if percent < 88 else "below", bool(p < 0.05))


@pytest.mark.parametrize("expected", [60, 90, 107, 109, 131, 132, 200])
def test_a_count_by_the_exact_poisson_test(cubes: DrawnCubes, expected: int) -> None:
    found = stand(cubes, COUNT, expected, value=108, numerator=108)
    tails = stats.poisson.cdf(108, expected), stats.poisson.sf(107, expected)
    assert found == Standing("above" if expected < 108 else "below", bool(2 * min(tails) < 0.05))


@pytest.mark.parametrize("rate", [0.8, 1.0, 1.3, 1.6])
def test_a_rate_by_its_count_against_what_the_target_comes_to_over_the_people(cubes: DrawnCubes, rate: float) -> None:
    found = stand(cubes, RATE, rate, value=1.125, numerator=90, denominator=80_000)
    tails = stats.poisson.cdf(90, rate * 80), stats.poisson.sf(89, rate * 80)
    assert found == Standing("above" if rate < 1.1 else "below", bool(2 * min(tails) < 0.05))


@pytest.mark.parametrize(
    "name", [RATIO, "stop_black_white_ratio", "dvpo_breached"], ids=["a ratio", "a multiple", "a sum"]
)
def test_what_is_not_tested_is_only_above_or_below(cubes: DrawnCubes, name: str) -> None:
    given = replace(figure(cubes, COUNT), value=80.0, numerator=80, denominator=100)
    found = standing(data(cubes, held({})), name, given, Reference(20.0))
    assert found == Standing("above", None)


def test_what_is_printed_alike_is_at_the_target_and_never_significant(cubes: DrawnCubes) -> None:
    found = stand(cubes, SHARE, 90.0, value=89.97, numerator=8_997_000, denominator=10_000_000)
    assert found == Standing("at", False)


def test_without_a_value_there_is_nothing_to_say(cubes: DrawnCubes) -> None:
    assert stand(cubes, COUNT, 90, value=None) is None


# --- the words

AIM, OTHER = Reference(90.0, good="above"), Reference(84.0, NATION, None, date(2020, 3, 31), "A table.")


@pytest.mark.parametrize(
    ("reference", "found", "said", "short"),
    [
        (AIM, Standing("above", True), "the figure is significantly above the target of 90.0%, which is met", "met"),
        (AIM, Standing("below", True), "the figure is significantly below the target of 90.0%, which is not met", "not met"),
        (AIM, Standing("below", False), "the figure is not significantly different from the target of 90.0%", "no significant difference"),
        (AIM, Standing("above", None), "the figure is above the target of 90.0%, which is met", "met"),
        (AIM, Standing("below", None), "the figure is below the target of 90.0%, which is not met", "not met"),
        (AIM, Standing("at", False), "the figure is the same as the target of 90.0%, which is met", "met"),
        (replace(AIM, good="below"), Standing("above", True), "the figure is significantly above the target of 90.0%, which is not met", "not met"),
        (replace(OTHER, good="above"), Standing("above", None), "the figure is above the target of 84.0% (England and Wales, to March 2020), which is met", "met"),
        (OTHER, Standing("above", True), "England and Wales: 84.0% (to March 2020), and the figure is significantly above it", "figure is significantly above"),
        (OTHER, Standing("below", None), "England and Wales: 84.0% (to March 2020), and the figure is below it", "figure is below"),
        (OTHER, Standing("below", False), "England and Wales: 84.0% (to March 2020), and the figure is not significantly different from it", "no significant difference"),
        (replace(OTHER, until=date(2021, 1, 31)), Standing("at", None), "England and Wales: 84.0%, and the figure is the same as it", "figure is the same"),
    ],
)  # fmt: skip
def test_words(reference: Reference, found: Standing, said: str, short: str) -> None:
    measure = own_params().measures[SHARE]
    assert clause(reference, found, measure, END) == said
    assert verdict(reference, found) == short
    assert ("significantly " in said and "not significantly" not in said) is bool(found.significant)


def test_a_note_says_of_which_time_a_benchmark_is_and_who_published_it() -> None:
    measures = own_params().measures
    assert sources([(measures[SHARE], AIM), (measures[SHARE], OTHER), (measures[RATIO], OTHER)]) == [
        "England and Wales: Repeat victims, Solved, to March 2020 (A table)."
    ]
    assert (label(AIM, measures[SHARE]), label(OTHER, measures[SHARE])) == ("Target 90.0%", f"{NATION} 84.0%")


# --- the report

HELD = held(
    {COUNT: target(80), RATIO: target(120, "above")},
    (benchmark(RATE, 0.2), benchmark(RATE, 0.1, PEERS), benchmark(RATIO, 90.0, until=date(2020, 3, 31))),
)


def test_the_sentence_ends_with_the_target_and_the_benchmark(cubes: DrawnCubes) -> None:
    said = Report(data(cubes, HELD)).says(COUNT, RATIO).text.split("\n\n")
    assert said[0].endswith("; the figure is significantly above the target of 80, which is not met.")
    assert said[1].endswith(
        "; the figure is below the target of 120.0%, which is not met; England and Wales: 90.0% (to March 2020), and "
        "the figure is above it."
    )


def test_nothing_is_added_where_there_is_neither(cubes: DrawnCubes) -> None:
    assert "the figure is" not in Report(data(cubes, held({}))).says(COUNT, RATE, RATIO).text


def glance(cubes: DrawnCubes, params: Params, area: str = "force", audience: Any = "internal") -> Glance:
    return Report(data(cubes, params, area, audience)).at_a_glance()


def test_a_column_for_the_target_and_for_each_group_where_any_row_has_one(cubes: DrawnCubes) -> None:
    made = glance(cubes, HELD)
    assert [column.label for column in made.columns()][1:5] == ["Value (change)", "Target", NATION, PEERS]
    assert len(made.widths()) == len(made.columns()) == len(made.cells()[0])
    found = {
        row.indicator: [None if each is None else (each.value.printed(), each.said) for each in row.beside]
        for row in made.rows
    }
    assert found["Recorded"] == [("80", "not met"), None, None]
    assert found["Solved"] == [("120.0%", "not met"), ("90.0%", "figure is above"), None]
    assert found["Per 1,000 residents"][1:] == [("0.2", "figure is significantly below"), ("0.1", "figure is the same")]
    assert any(
        note.startswith("England and Wales: Per 1,000 residents, to January 2021 (A table)") for note in made.notes
    )


def test_without_any_the_table_is_as_it_was(cubes: DrawnCubes) -> None:
    made = glance(cubes, held({}))
    assert made.references == [] and "Target" not in [column.label for column in made.columns()]
    assert not any("Targets" in note for note in made.notes)


def test_it_comes_through_to_every_export(cubes: DrawnCubes) -> None:
    made = glance(cubes, HELD)
    again = read(made.payload())
    assert isinstance(again, Glance) and again.cells() == made.cells()
    heads = [each.label for each in of_table(made)[0]]
    assert [head for head in heads if head.startswith("Target")] == ["Target", "Target: where the figure is"]
    lines = csv_of(made).splitlines()
    assert lines[0].split(",")[2] == "Target" and lines[1].split(",")[2:5] == ["80 not met", "[z]", "[z]"]


def test_the_public_test_is_of_the_released_numbers(cubes: DrawnCubes) -> None:
    found = data(cubes, held({COUNT: target(131)}), audience="public")
    released = Report(found).figures.one(COUNT)
    number = released.value
    assert number is not None and number % 5 == 0 and abs(number - 110) <= 30
    for expected in range(80, 140):
        tails = stats.poisson.cdf(number, expected), stats.poisson.sf(number - 1, expected)
        side = standing(found, COUNT, released, Reference(expected))
        assert side is not None and side.significant is bool(expected != number and 2 * min(tails) < 0.05)


# --- the charts


def drawn(made: Any) -> str:
    assert isinstance(made, Chart)
    return made.svg + made.alt


@pytest.mark.parametrize(
    ("name", "has_one"), [(COUNT, False), (RATE, False), (RATIO, True)], ids=["a count", "a rate over people", "a ratio"]
)  # fmt: skip
def test_months_have_the_line_where_a_month_can_be_held_beside_a_year(
    cubes: DrawnCubes, name: str, has_one: bool
) -> None:
    assert ("Target" in drawn(Report(data(cubes, held({name: target(80)}))).months(name))) is has_one


def test_months_of_a_measure_of_one_month_have_it(cubes: DrawnCubes) -> None:
    params = held({COUNT: target(8)})
    monthly = {**params.measures, COUNT: params.measures[COUNT].model_copy(update={"window": "month"})}
    assert "Target 8" in drawn(Report(data(cubes, replace(params, measures=monthly))).months(COUNT))


def test_rolling_windows_rates_and_dots_have_it(cubes: DrawnCubes) -> None:
    made = Report(data(cubes, HELD))
    assert "Dashed lines: Target 120.0%; England and Wales 90.0%." in drawn(made.rolling(RATIO))
    for chart in (made.rates(RATE), made.funnel(RATE)):
        assert isinstance(chart, Chart)
        assert "England and Wales 0.2; Similar forces 0.1." in chart.alt
        assert "England and Wales 0.2" in chart.svg and "England and Wales 0.2" in chart.narrow
        assert any("(A table)" in note for note in chart.notes)
    assert "Dashed lines: Cheshire Constabulary 0.10; England and Wales 0.2" in drawn(made.rates(RATE))
