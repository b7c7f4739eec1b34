"""Numbers as boards write them, and sentences that read well in every corner case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from thematic.core.periods import Month, Window
from thematic.displays.wording import (
    Recent,
    before,
    change,
    inline,
    listed,
    movement,
    now,
    number,
    significance,
    summary,
    when,
    where,
    window_heading,
    with_change,
)
from thematic.measures.expectations import MonthsExpected, Run, Side
from thematic.measures.figures import Figure
from thematic.params.areas import Level
from thematic.params.measures import Measure
from warehouse_drawn import own_params

COUNT, PERCENT = "da_recorded", "da_solved_pct"
RATE, SURVEY = "da_rate_per_1000", "da_satisfied_pct"
WINDOW = "in the 12 months to January 2021"


@pytest.fixture(scope="module")
def measures():
    return own_params().measures


def figure(value, previous=None, change=None, unit="percent", status="", change_status="", significant=None, **more):
    """A released figure of which only what is said matters here."""
    ends = {"lower_95": None, "upper_95": None, "category": "", "numerator": None, "denominator": None, **more}
    first, last = date(2020, 2, 1), date(2021, 1, 31)
    return Figure(
        measure="m", dimension="total", window_start=first, window_end=last, value=value,
        unit="", previous_value=previous, change=change, change_unit=unit, significant=significant, trend=None,
        status=status, change_status=change_status, **ends,
    )  # fmt: skip


def test_numbers(measures) -> None:
    assert number(3446, measures[COUNT]) == "3,446"
    assert number(17.44, measures[PERCENT]) == "17.4%"
    assert number(21.884, measures[RATE]) == "21.9"
    assert number(None, measures[RATE], "[c]") == "[c]"
    assert number(0, measures[COUNT]) == "0"
    assert number(0.0, measures[RATE]) == "0.0"
    assert number(0.04, measures[RATE]) == "[low]"
    assert number(0.05001, measures[RATE]) == "0.1"
    assert number(0.04, measures[PERCENT]) == "[low]"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [(5.0, "percent", "+5.0%"), (-1.04, "pp", "-1.0\u00a0pp"), (-0.04, "pp", "0.0\u00a0pp"), (0.0, "percent", "0.0%")],
)
def test_changes(measures, value, unit, told) -> None:
    assert change(figure(100, 100, value, unit), measures[COUNT]).printed() == told


def test_values_with_their_changes_as_boards_write_them(measures) -> None:
    assert with_change(figure(3446, 3282, 4.997, significant=False), measures[COUNT]).printed() == "3,446 (+5.0%)"
    assert with_change(figure(17.4, 18.4, -1.0, "pp"), measures[PERCENT]).printed() == "17.4% (-1.0\u00a0pp)"
    survey = figure(87.2, 85.4, 1.8, "pp", lower_95=80.8, upper_95=91.8, denominator=143)
    assert with_change(survey, measures[SURVEY]).printed() == "87.2% of 143, 80.8% to 91.8% (+1.8\u00a0pp)"
    assert with_change(figure(3, 0, change_status="[z]"), measures[COUNT]).printed() == "3 (change [z])"
    assert with_change(figure(None, status="[c]", change_status="[c]"), measures[COUNT]).printed() == "[c]"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (figure(17025, 16753, 1.62, significant=False), "rose by 1.6% to 17,025 {}, no statistically significant change."),
        (figure(10, 20, -50.0, significant=True), "fell from 20 to 10 {}, a statistically significant change."),
        (figure(100, 200, -50.0), "fell by 50.0% to 100 {}."),
        (figure(20, 20, 0.0, significant=False), "was much the same {} at 20 (20 a year before)."),
        (figure(0, 5, -100.0, significant=False), "fell from 5 to 0 {}, no statistically significant change."),
        (figure(1, 0, change_status="[z]"), "stood at 1 {}, where there was none in the year before [z]."),
        (figure(0, 0, change_status="[z]"), "stood at 0 {}, as in the year before."),
        (figure(4, change_status="[x]"), "stood at 4 {}, with no earlier figure to compare it with [x]."),
        (figure(5, change_status="[c]"), "stood at 5 {}, with a change that is confidential [c]."),
    ],
)  # fmt: skip
def test_sentences(measures, given, told) -> None:
    assert movement(given, measures[COUNT], WINDOW) == f"Recorded domestic abuse {told.format(WINDOW)}"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("[c]", "the figure is confidential [c]"),
        ("[x]", "no figure is available [x]"),
        ("[z]", "there is nothing to take a percentage of [z]"),
    ],
)
def test_sentences_without_a_value(measures, status, told) -> None:
    said = movement(figure(None, status=status, change_status=status), measures[PERCENT], WINDOW)
    assert said == f"The percentage of domestic abuse crimes solved: {told} {WINDOW}."


@pytest.mark.parametrize(
    ("change", "told"), [(1.46, "1.5\u00a0percentage points"), (0.98, "1.0\u00a0percentage point")]
)
def test_points_are_written_out_in_sentences(measures, change, told) -> None:
    said = movement(figure(10.26, 8.8, change, "pp", significant=True), measures[PERCENT], WINDOW)
    assert f"rose by {told} to 10.3% {WINDOW}, a statistically" in said


def test_every_sentence_has_a_subject_that_can_rise_or_fall(measures) -> None:
    for name, measure in measures.items():
        said = movement(figure(2, 1, 100.0, significant=False), measure, WINDOW)
        assert said[0].isupper(), name
        assert "  " not in said
        endings = ("no statistically significant change.", "which could be chance.")
        assert said.endswith("after 1.0 a year before." if measure.unit == "times" else endings), name


def test_none_before_is_told_as_0_beside_counts_and_not_beside_percentages(measures) -> None:
    assert before(figure(4, 0, change_status="[z]"), measures[COUNT]).printed() == "0"
    assert before(figure(4.0, change_status="[z]"), measures[PERCENT]).printed() == "[z]"
    assert before(figure(4, change_status="[x]"), measures[COUNT]).printed() == "[x]"
    assert before(figure(4, 1234, 1.0), measures[COUNT]).printed() == "1,234"


def test_significance_in_a_cell() -> None:
    assert significance(figure(1, 1, 0.0, significant=True)) == "Yes"
    assert significance(figure(1, 1, 0.0, significant=False)) == "No"
    assert significance(figure(60, 50, 20.0, significant=None), "[c]") == "[c]"
    assert significance(figure(60, 50, 20.0, significant=None)) == "[z]", "not tested"
    assert significance(figure(60, change_status="[x]")) == "[x]"


def told(measures, *significant: bool | None) -> str:
    names = ("da_recorded", "da_solved_pct", "da_repeat_victim_pct")
    return summary(
        [(measures[name], figure(1, significant=each)) for name, each in zip(names, significant, strict=True)]
    )


def test_a_section_says_which_indicators_moved(measures) -> None:
    start = "Of the 3 indicators that can be compared with the year before, "
    assert told(measures, False, False, False) == start + "none has a statistically significant change."
    assert told(measures, True, False, False) == start + "1 has a statistically significant change: recorded."
    assert told(measures, True, True, True).endswith(
        "3 have a statistically significant change: recorded, solved and repeat victims."
    )
    assert told(measures, None, None, True).startswith("Of the 1 indicator that can be compared")
    assert told(measures, None, None, None) == "None of these indicators can be compared with the year before."
    stock = [(measures[COUNT], figure(10, previous=9, change=11.1))]
    assert summary(stock) == "The changes of these indicators are not tested."


def place(name: str, value: float | None, status: str = "") -> Figure:
    return figure(value, status=status, category=name)


def test_a_section_says_where(measures) -> None:
    rate, places = (
        measures["da_rate_per_1000"],
        [place("A", 5.0), place("B", 9.0), place("C", None, "[c]"), place("D", 1.0)],
    )
    force = place("F", 4.0)
    subject = "The rate of recorded domestic abuse per 1,000 residents"
    assert where(rate, UNITS, places, None, force) == f"{subject} was highest in B (9.0) and lowest in D (1.0)."
    assert (
        where(rate, UNITS, places, places[1], force)
        == f"{subject} was 9.0 in B, the highest of 3; the force's was 4.0."
    )
    assert (
        where(rate, UNITS, places, places[3], force) == f"{subject} was 1.0 in D, the lowest of 3; the force's was 4.0."
    )
    assert (
        where(rate, UNITS, places, places[0], force)
        == f"{subject} was 5.0 in A, with 1 of 3 higher; the force's was 4.0."
    )
    assert where(rate, UNITS, places, places[2], force) == f"{subject}: the figure is confidential [c] for C."
    assert where(rate, UNITS, places[:1], None, force) == f"{subject} cannot be compared between districts."
    assert (
        where(rate, UNITS, [place("A", 0.0), place("B", 0.0)], None, force)
        == f"{subject} was the same everywhere: A (0.0)."
    )


def test_lists_of_words() -> None:
    assert listed(["Solved"]) == "solved"
    assert listed(["Solved", "DVPN breached"]) == "solved and DVPN breached"
    assert listed(["Age", "Repeat victims", "Exit"]) == "age, repeat victims and exit"


UNITS = Level(title="District", plural="Districts", short="district", areas={"a": {"name": "A"}})


@pytest.mark.parametrize(
    ("title", "told"),
    [("Local authority", "local authority"), ("Local Policing Unit", "Local Policing Unit"), ("BCU", "BCU"), ("Ward", "ward")],
)  # fmt: skip
def test_titles_within_a_sentence(title: str, told: str) -> None:
    assert inline(title) == told


def measure(unit: str, **more) -> Measure:
    count = {"selection": "rows", **({"sum": "hours"} if unit == "mean" else {})}
    below = {} if unit in ("count", "mean") else {"denominator": {"selection": "rows"}}
    return Measure.model_validate({"title": "It", "definition": "d", "numerator": count, "unit": unit, **below, **more})


def test_a_mean_of_none_and_a_mean_that_was_0() -> None:
    mean = measure("mean")
    none = figure(None, status="[z]", change_status="[z]")
    assert movement(none, mean, WINDOW) == f"It: there is nothing to take a mean of [z] {WINDOW}."
    assert movement(figure(2.0, 0, change_status="[z]"), mean, WINDOW).endswith(
        "where it was 0.0 in the year before [z]."
    )
    without = movement(figure(2.0, change_status="[z]"), mean, WINDOW)
    assert without.endswith("with nothing in the year before to take a mean of [z].")


def test_a_difference_changes_in_its_own_units() -> None:
    variance = measure("count", decimals=1)
    moved = figure(12.5, -30.0, 42.5, "units")
    assert change(moved, variance).printed() == "+42.5"
    assert movement(moved, variance, WINDOW) == f"It rose by 42.5 to 12.5 {WINDOW}."


def test_a_stock_is_of_a_day_and_other_windows_of_theirs() -> None:
    january = Month.parse("2021-01")
    stock = Measure.model_validate({
        "title": "It", "definition": "d", "numerator": {"selection": "rows", "standing": "left_on"}, "unit": "count",
        "window": "at_period_end",
    })  # fmt: skip
    assert when(stock, Window(january, january)) == "at the end of January 2021"
    assert window_heading(stock, Window(january, january)) == "End of Jan\u00a02021"
    quarter = measure("count", window="rolling_3")
    assert when(quarter, Window(january - 2, january)) == "in the 3 months to January 2021"
    assert window_heading(measure("count"), Window.rolling_12(january)) == "Year to Jan\u00a02021"


def test_low_stands_where_rounding_alone_makes_a_figure_nothing_and_the_value_is_kept() -> None:
    low = now(figure(0.04, status="[low]"), measure("percent"))
    assert (low.printed(), low.value) == ("[low]", 0.04)
    assert movement(figure(0.04, 2.0, -1.96, "pp", status="[low]"), measure("percent"), WINDOW).startswith(
        "It fell by 2.0"
    )


def test_only_a_share_has_an_interval_and_a_base() -> None:
    ends = {"lower_95": 80.0, "upper_95": 90.0, "denominator": 150}
    assert with_change(figure(85.0, **ends), measure("percent")).spread == "of 150, 80.0% to 90.0%"
    assert with_change(figure(85.0), measure("percent")).spread == ""
    assert with_change(figure(85.0, **ends), measure("per_1000")).spread == ""


# The verdict over twelve months and what stands out of the recent ones, in one sentence

YEAR = "in the 12 months to June 2021"
JUNE = Month.parse("2021-06")


def judged(value, previous, change, trend) -> Figure:
    significant = trend.startswith("Significant")
    return replace(figure(value, previous, change, significant=significant), trend=trend)


VERDICTS = {
    "Significant increase": (judged(3412, 3046, 12.0, "Significant increase"),
                             f"rose by 12.0% to 3,412 {YEAR}, a statistically significant change"),
    "Significant decrease": (judged(2640, 3000, -12.0, "Significant decrease"),
                             f"fell by 12.0% to 2,640 {YEAR}, a statistically significant change"),
    "Increase": (judged(3150, 3058, 3.0, "Increase"), f"rose by 3.0% to 3,150 {YEAR}, which could be chance"),
    "Decrease": (judged(2970, 3062, -3.0, "Decrease"), f"fell by 3.0% to 2,970 {YEAR}, which could be chance"),
    "Stable": (judged(3060, 3050, 0.3, "Stable"), f"was little changed {YEAR}, at 3,060 (3,050 a year before, +0.3%)"),
    "No clear change": (judged(241, 236, 2.1, "No clear change"),
                        f"was 241 {YEAR}, after 236 a year before: no statistically significant change, and a change of "
                        "less than about a third would not stand out from chance"),
}  # fmt: skip


def chart_of(*, run: Run | None = None, outside: Side | None = None, ended: tuple[Run, ...] = ()) -> MonthsExpected:
    """36 months to June 2021 of which 270 each were expected, from 223.4 to 320.6."""
    months = tuple(str(JUNE - back) for back in range(35, -1, -1))
    level = ((270.0,) * 36, (223.4,) * 36, (320.6,) * 36)
    return MonthsExpected(months, *level, (*(None,) * 35, outside), True, run, ended)


def run_of(first: str, side: Side, observed: float, expected: float, last: str = "2021-06", year: bool = False) -> Run:
    return Run(Month.parse(first), Month.parse(last), side, observed, expected, year)


RUNS = {
    "high": (run_of("2021-03", "high", 1234, 1080.4), "since March it has been higher than expected (1,234 against 1,080)"),
    "low": (run_of("2021-03", "low", 910, 1049.6), "since March it has been lower than expected (910 against 1,050)"),
}  # fmt: skip
MONTHS = {
    "high": (331, "June itself stood out (331; up to 320 expected)"),
    "low": (201, "June itself was unusually low (201; 224 or more expected)"),
}
JOINS = {
    "Significant increase": {"high": ", and ", "low": ", but "},
    "Significant decrease": {"high": ", but ", "low": ", and "},
    "Increase": {"high": "; ", "low": "; "},
    "Decrease": {"high": "; ", "low": "; "},
    "Stable": {"high": ", but ", "low": ", but "},
    "No clear change": {"high": ", but ", "low": ", but "},
}
FROM_BEFORE = {("Increase", "low"): ": the rise is from before", ("Decrease", "high"): ": the fall is from before"}


def sentence(measures, verdict: str, chart: MonthsExpected | None, latest: int = 270) -> str:
    """The sentence without its subject and its full stop."""
    found, rise = VERDICTS[verdict][0], 0.36
    said = movement(found, measures[COUNT], YEAR, Recent(chart, latest, rise))
    assert said.startswith("Recorded domestic abuse ") and said.endswith(".")
    return said.removeprefix("Recorded domestic abuse ").removesuffix(".")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_where_nothing_stands_out(measures, verdict) -> None:
    assert sentence(measures, verdict, chart_of()) == VERDICTS[verdict][1]
    assert sentence(measures, verdict, None) == VERDICTS[verdict][1], "nor where there is no chart"


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("side", ["high", "low"])
def test_a_verdict_and_a_month_that_stands_out(measures, verdict, side) -> None:
    latest, clause = MONTHS[side]
    said = sentence(measures, verdict, chart_of(outside=side), latest)
    assert said == f"{VERDICTS[verdict][1]}{JOINS[verdict][side]}{clause}"


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("side", ["high", "low"])
def test_a_verdict_and_a_run(measures, verdict, side) -> None:
    run, clause = RUNS[side]
    said = sentence(measures, verdict, chart_of(run=run))
    assert said == f"{VERDICTS[verdict][1]}{JOINS[verdict][side]}{clause}{FROM_BEFORE.get((verdict, side), '')}"


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("side", ["high", "low"])
def test_a_verdict_and_a_run_that_is_over(measures, verdict, side) -> None:
    over = run_of("2020-11", side, 620, 540.2, "2020-12")
    said = sentence(measures, verdict, chart_of(ended=(over,)))
    than = {"high": "higher", "low": "lower"}[side]
    clause = f"November and December 2020 were {than} than expected (620 against 540)"
    assert said == f"{VERDICTS[verdict][1]}{JOINS[verdict][side]}{clause}"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_significant_belongs_to_the_verdict_and_could_be_chance_to_increase_and_decrease(measures, verdict) -> None:
    charts = [
        chart_of(),
        *(chart_of(run=run) for run, _ in RUNS.values()),
        *(chart_of(outside=each) for each in MONTHS),
    ]
    for chart in charts:
        said = sentence(measures, verdict, chart)
        assert ("a statistically significant change" in said) is verdict.startswith("Significant")
        assert said.count("significant") == (verdict.startswith("Significant") or verdict == "No clear change")
        assert ("could be chance" in said) is (verdict in ("Increase", "Decrease"))
        assert ("little changed" in said) is (verdict == "Stable")
        assert ("would not stand out from chance" in said) is (verdict == "No clear change")


def test_a_run_wins_over_its_last_month_and_a_month_over_a_run_that_is_over(measures) -> None:
    over = run_of("2020-11", "low", 460, 540, "2020-12")
    both = sentence(measures, "Increase", chart_of(run=RUNS["high"][0], outside="high", ended=(over,)), 331)
    assert both.endswith(f"; {RUNS['high'][1]}")
    month = sentence(measures, "Increase", chart_of(outside="high", ended=(over,)), 331)
    assert month.endswith(f"; {MONTHS['high'][1]}")


def test_of_runs_that_are_over_the_latest_has_the_clause(measures) -> None:
    over = (run_of("2021-02", "high", 900, 810, "2021-04"), run_of("2020-08", "low", 460, 540, "2020-09"))
    said = sentence(measures, "Stable", chart_of(ended=over))
    assert said.endswith(", but February to April were higher than expected (900 against 810)")


def test_a_run_of_a_year_has_no_month_that_it_began(measures) -> None:
    run = run_of("2020-07", "high", 3900, 3240, year=True)
    said = sentence(measures, "Significant increase", chart_of(run=run))
    assert said.endswith(", and for a year or more it has been higher than expected (3,900 against 3,240)")


def test_a_month_of_another_year_is_named_with_its_year(measures) -> None:
    run = run_of("2020-12", "low", 1600, 1890)
    assert "; since December 2020 it has been lower than" in sentence(measures, "Decrease", chart_of(run=run))


@pytest.mark.parametrize(
    ("rise", "told"),
    [
        (None, ""),
        (0.21, ", and a change of less than about a fifth would not stand out from chance"),
        (1.1, ", and a change of less than about a doubling would not stand out from chance"),
        (2.6, ", and even a tripling would not stand out from chance"),
    ],
)
def test_no_clear_change_says_what_would_not_have_shown(measures, rise, told) -> None:
    said = movement(VERDICTS["No clear change"][0], measures[COUNT], YEAR, Recent(rise=rise))
    assert said.endswith(f"no statistically significant change{told}.")


@pytest.mark.parametrize("verdict", [each for each in VERDICTS if each != "No clear change"])
def test_no_other_verdict_says_what_would_not_have_shown(measures, verdict) -> None:
    assert "would not stand out from chance" not in sentence(measures, verdict, chart_of())


def test_a_total_that_is_not_compared_has_its_clause_too(measures) -> None:
    alone = figure(1481, change_status="[x]")
    said = movement(alone, measures[COUNT], YEAR, Recent(chart_of(outside="high"), 331))
    assert said.endswith(
        "with no earlier figure to compare it with [x]; June itself stood out (331; up to 320 expected)."
    )


def test_stable_without_a_change_to_print_says_so_in_the_earlier_figure_alone(measures) -> None:
    same = judged(3050, 3050, 0.0, "Stable")
    assert movement(same, measures[COUNT], YEAR).endswith("at 3,050 (3,050 a year before).")
