"""What is printed of few: no percentage change of a small count, no percentage of a small base, no points of two."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from thematic.displays.wording import before, change, movement, now, with_change
from thematic.measures.figures import FIGURE_COLUMNS, Figure
from thematic.params.measures import Measure

WHEN = "in the 12 months to January 2021"


def measure(unit: str, **more: object) -> Measure:
    said: dict[str, object] = {"title": "It", "definition": "d", "numerator": {"selection": "rows"}, "unit": unit}
    if unit == "percent":
        said["denominator"] = {"selection": "rows"}
    if unit == "per_1000":
        said |= {"denominator": "population", "decimals": 1}
    return Measure.model_validate(said | more)


def figure(value: float, previous: float | None, unit: str = "percent", **more: Any) -> Figure:
    moved = None if previous is None else value - previous if unit == "pp" else 100 * (value / previous - 1)
    said = {
        "measure": "m", "dimension": "total", "category": "total", "window_start": date(2020, 2, 1), "unit": "",
        "window_end": date(2021, 1, 31), "numerator": None, "denominator": None, "lower_95": None, "upper_95": None,
        "value": value, "previous_value": previous, "change": moved, "change_unit": unit, "significant": False,
        "trend": None, "status": "", "change_status": "",
    }  # fmt: skip
    return Figure(**{**said, **more})


@pytest.mark.parametrize(
    ("now_", "then", "told"),
    [(52, 49, "52 (+3)"), (40, 49, "40 (-9)"), (55, 50, "55 (+10.0%)"), (30, 30, "30 (0)")],
)
def test_a_count_of_under_50_has_a_difference_in_place_of_a_percentage(now_: int, then: int, told: str) -> None:
    assert with_change(figure(now_, then), measure("count")).printed() == told


def test_a_rate_made_of_under_50_has_one_too() -> None:
    few = figure(1.4, 1.2, denominator=30_000, earlier_numerator=36, earlier_denominator=30_000)
    many = figure(1.8, 1.7, denominator=30_000, earlier_numerator=50, earlier_denominator=30_000)
    assert change(few, measure("per_1000")).printed() == "+0.2"
    assert change(many, measure("per_1000")).printed() == "+5.9%"


@pytest.mark.parametrize(("trend", "weight"), [("Increase", ", which could be chance"), (None, "")])
def test_the_sentence_has_both_counts(trend: str | None, weight: str) -> None:
    moved = figure(48, 36, trend=trend, significant=False if trend else None)
    assert movement(moved, measure("count"), WHEN) == f"It rose from 36 to 48 {WHEN}{weight}."


def test_from_50_to_149_a_change_that_is_not_significant_could_be_chance() -> None:
    moved = figure(70, 60, trend="Increase")
    assert movement(moved, measure("count"), WHEN) == f"It rose by 16.7% to 70 {WHEN}, which could be chance."


def share(numerator: int, denominator: int, earlier: tuple[int, int], **more: Any) -> Figure:
    value, previous = 100 * numerator / denominator, 100 * earlier[0] / earlier[1]
    bases = {"numerator": numerator, "denominator": denominator, "lower_95": 0.0, "upper_95": 100.0}
    bases |= {"earlier_numerator": earlier[0], "earlier_denominator": earlier[1]}
    return figure(value, previous, "pp", **bases, **more)


def test_a_percentage_of_fewer_than_the_minimum_base_is_its_two_numbers() -> None:
    few = share(10, 10, (20, 31))
    assert (now(few, measure("percent")).printed(), before(few, measure("percent")).printed()) == ("10 of 10", "64.5%")
    assert with_change(few, measure("percent")).printed() == "10 of 10"
    assert now(few, measure("percent", minimum_base=10)).printed() == "100.0%"
    said = movement(few, measure("percent"), WHEN)
    assert (
        said
        == f"It was 10 of 10 {WHEN}, after 64.5% a year before: too few for a percentage, no statistically significant change."
    )


def test_a_ratio_of_few_is_one_number_for_the_other() -> None:
    assert now(figure(25.0, None, "pp", numerator=5, denominator=20), measure("percent")).printed() == "5 for 20"


def test_points_of_bases_under_100_are_printed_only_where_significant() -> None:
    assert change(share(50, 100, (40, 100)), measure("percent")).printed() == "+10.0\u00a0pp"
    assert change(share(50, 100, (40, 99)), measure("percent")).printed() == "too few"
    assert change(share(90, 99, (40, 99), significant=True), measure("percent")).printed() == "+50.5\u00a0pp"
    soft = share(50, 99, (40, 99), trend="Increase")
    assert (
        movement(soft, measure("percent"), WHEN)
        == f"It was 50.5% {WHEN}, after 40.4% a year before, which could be chance."
    )
    assert with_change(soft, measure("percent")).printed() == "50.5% of 99, 0.0% to 100.0%"


def test_what_the_earlier_figure_is_made_of_is_no_column_of_the_csv() -> None:
    assert FIGURE_COLUMNS[-1] == "change_status" and len(FIGURE_COLUMNS) == 18
