"""Every published figure of the themes that exist comes out again, to the printed decimal."""

from __future__ import annotations

import pytest

from thematic.core.areas import NO_LOCATION
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.tools.backtest import Evaluate, Line, compare, evaluator, told
from warehouse_drawn import own_params, sample_workbook


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return sample_workbook(tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def evaluate(workbook: Workbook) -> Evaluate:
    params, index = own_params(), cubes.load_index(workbook)
    assert index is not None
    return evaluator(params, index, lambda slug: cubes.read_bytes(workbook, slug))


@pytest.fixture(scope="module")
def lines(workbook: Workbook, evaluate: Evaluate) -> list[Line]:
    return list(compare(workbook.reference, set(own_params().themes), evaluate))


def ranked(evaluate: Evaluate, theme: str, measure: str) -> list[str]:
    figures = evaluate(theme, Month.parse("2020-12")).of(measure, "lpu")
    known = [figure for figure in figures if figure.category != NO_LOCATION]
    return [figure.category for figure in sorted(known, key=lambda figure: -figure.value)]


def test_the_units_stand_in_the_published_order(evaluate: Evaluate) -> None:
    assert ranked(evaluate, "rape", "rape_recorded")[0] == "Warrington"
    assert ranked(evaluate, "rape", "rape_rate_per_1000")[:2] == ["Widnes", "Runcorn"]
    assert ranked(evaluate, "asb", "asb_rate_per_1000")[0] == "Widnes"


def test_the_rise_in_anti_social_behaviour_lies_where_it_was_said_to(evaluate: Evaluate) -> None:
    months = {row.category: row for row in evaluate("asb", Month.parse("2020-12")).of("asb_incidents", "month")}
    change = {month: months[month].value - months[month].previous_value for month in list(months)[-12:]}
    assert set(sorted(change, key=lambda month: -change[month])[:4]) == {"2020-03", "2020-04", "2020-05", "2020-06"}
    assert change["2020-11"] > change["2020-10"]
    assert change["2020-11"] > change["2020-12"]


def test_every_figure_to_the_printed_decimal(lines: list[Line]) -> None:
    assert [line for line in lines if not line.holds] == []
    assert len(lines) == 153


def test_the_one_printed_error_is_told_as_one(lines: list[Line]) -> None:
    (error,) = [line for line in lines if line.verdict == "printed error"]
    assert (error.where, error.printed, error.ours) == (
        "da_recorded change No location recorded 2021-01",
        "+1.6",
        "-4.9",
    )


def test_changes_that_were_taken_from_rounded_numbers_are_told_as_such(lines: list[Line]) -> None:
    told = [(line.printed, line.ours) for line in lines if line.verdict == "change of rounded"]
    assert told == [("-1.7", "-1.6"), ("+1.2", "+1.1")]


def test_the_lines_end_with_how_many_agree(lines: list[Line]) -> None:
    *each, last = told(lines)
    assert len(each) == len(lines)
    assert last == f"{len(lines) - 3} of {len(lines)} to the printed decimal; printed error: 1; change of rounded: 2"
