"""Titles of charts: what moved, which way and by how much, in 15 words at most, and no more than the test gives."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from thematic.core.periods import Month, Window
from thematic.displays.headlines import MOST_WORDS, headline
from thematic.displays.wording import movement
from thematic.measures.figures import Figure
from thematic.params.measures import Measure

YEAR = Window.rolling_12(Month.of(2021, 1))


def measure(unit: str = "count", subject: str = "It", **more: object) -> Measure:
    said: dict[str, object] = {"title": "It", "subject": subject, "definition": "d", "unit": unit, **more}
    sides: dict[str, object] = {"numerator": {"selection": "rows"}}
    if unit == "percent":
        sides["denominator"] = {"selection": "rows"}
    if unit == "times":
        sides = {"numerator": {"measure": "a"}, "denominator": {"measure": "b"}}
    return Measure.model_validate({**said, **sides})


def figure(value: float | None, previous: float | None, unit: str = "percent", **more: Any) -> Figure:
    both = value is not None and previous is not None
    moved = None if not both else value - previous if unit == "pp" else 100 * (value / previous - 1)  # type: ignore[operator]
    said = {
        "measure": "m", "dimension": "total", "category": "total", "window_start": date(2020, 2, 1), "unit": "",
        "window_end": date(2021, 1, 31), "numerator": None, "denominator": None, "lower_95": None, "upper_95": None,
        "value": value, "previous_value": previous, "change": moved, "change_unit": unit, "significant": None,
        "trend": None, "status": "", "change_status": "",
    }  # fmt: skip
    return Figure(**{**said, **more})


def soft(trend: str) -> dict[str, Any]:
    return {"trend": trend, "significant": False}


UP = {"trend": "Significant increase", "significant": True}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (figure(1100, 1000, **UP), "It rose significantly by 10.0% to 1,100 in the year"),
        (figure(1050, 1000, **soft("Increase")), "It rose by 5.0% to 1,050 in the year, which could be chance"),
        (figure(1010, 1000, **soft("Stable")), "It was little changed in the year, at 1,010"),
        (figure(93, 94, **soft("No clear change")), "It was 93 in the year, after 94: no clear change"),
        (figure(1000, 1000, significant=False), "It was much the same in the year, at 1,000"),
        (figure(48, 36, **soft("Increase")), "It rose from 36 to 48 in the year, which could be chance"),
        (figure(4, None, change_status="[x]"), "It stood at 4 in the year"),
        (figure(None, None, status="[c]"), "It: the figure is confidential [c]"),
    ],
)
def test_a_title_has_the_sentences_parts(given: Figure, told: str) -> None:
    assert headline(given, measure(), YEAR) == told


def test_points_are_points_and_significance_an_adverb() -> None:
    solved = figure(10.3, 8.8, "pp", denominator=17000, earlier_denominator=16700, **UP)
    said = headline(solved, measure("percent", "The percentage of rows seen to"), YEAR)
    assert said == "The percentage of rows seen to rose significantly by 1.5\u00a0points to 10.3%", (
        "a no-break space parts words too"
    )


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (3, "rose by 5.0% to 1,050 in the year, which could be chance"),
        (4, "rose by 5.0% to 1,050, which could be chance"),
        (6, "rose by 5.0% to 1,050, which could be chance"),
        (7, "rose by 5.0%, which could be chance"),
        (20, "rose by 5.0%, which could be chance"),
    ],
)
def test_the_longer_the_subject_the_less_is_said_but_never_less_than_the_verdict(words: int, ending: str) -> None:
    subject = " ".join(["Rows"] * words)
    said = headline(figure(1050, 1000, **soft("Increase")), measure(subject=subject), YEAR)
    assert said == f"{subject} {ending}"
    assert len(said.split()) <= MOST_WORDS or said.endswith("rose by 5.0%, which could be chance")


def test_without_a_clear_change_the_earlier_figure_goes_before_the_verdict_does() -> None:
    said = headline(figure(93, 94, **soft("No clear change")), measure(subject=" ".join(["Rows"] * 10)), YEAR)
    assert said.endswith("Rows was 93: no clear change") and len(said.split()) == MOST_WORDS


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (Window(Month.of(2021, 1), Month.of(2021, 1)), "in January 2021"),
        (Window(Month.of(2020, 4), Month.of(2021, 1)), "in 10 months"),
        (YEAR, "in the year"),
    ],
)
def test_a_window_is_named_shortly(window: Window, said: str) -> None:
    assert (
        headline(figure(1010, 1000, **soft("Stable")), measure(), window) == f"It was little changed {said}, at 1,010"
    )


def test_a_ratio_of_two_measures_is_given_with_the_one_before_and_no_change_in_per_cent() -> None:
    ratio = measure("times", "The rate of the one, as a multiple of the other,", decimals=1)
    given = figure(3.42, 3.4)
    assert movement(given, ratio, "in the 12 months to January 2021") == (
        "The rate of the one, as a multiple of the other, was 3.4 in the 12 months to January 2021, after 3.4 a year before."
    )
    assert headline(figure(3.4, 3.3), measure("times"), YEAR) == "It was 3.4 in the year, after 3.3 a year before"
