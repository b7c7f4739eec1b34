"""Every published figure of the themes that exist comes out again, to the printed decimal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.tools.backtest import Evaluate, Line, compare, evaluator, told
from thematic.tools.published import read_plan
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
    assert len(lines) == 794
    assert sum(line.verdict == "same" for line in lines) == 776


def test_no_number_of_the_published_files_is_left_out(workbook: Workbook) -> None:
    for publication in read_plan(workbook.reference).publications:
        text = (workbook.reference / publication.published).read_text(encoding="utf-8")
        there = set(leaves(yaml.load(text, Loader=yaml.BaseLoader), ()))  # noqa: S506 - numbers as they are printed
        blocks = [tuple(block.at.split(".")) for block in publication.blocks]
        outside = [leaf for leaf in there if not any(leaf[: len(at)] == at for at in blocks)]
        assert [leaf for leaf in outside if leaf[-1] not in {"period"}] == []


def leaves(published: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where the numbers of a published file stand: the keys that lead to each list or number."""
    if isinstance(published, dict):
        for key, part in published.items():
            yield from leaves(part, (*path, key))
    elif isinstance(published, list):
        yield from (path for part in published if is_number(part))
    elif is_number(published):
        yield path


def is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?|\d{4}-\d{2}", text) is not None


def test_every_deviation_that_is_declared_is_one(workbook: Workbook, lines: list[Line]) -> None:
    declared = [each for publication in read_plan(workbook.reference).publications for each in publication.deviations]
    assert len(declared) == sum(line.verdict != "same" for line in lines)
    assert all(each.why.endswith(".") for each in declared)


def test_printed_errors_are_told_as_such(lines: list[Line]) -> None:
    errors = [(line.where, line.printed, line.ours) for line in lines if line.verdict == "printed error"]
    assert errors == [
        ("da_recorded change No location recorded 2021-01", "+1.6", "-4.9"),
        ("stop_arrest_pct change white 2020-12", "+4.4", "-4.4"),
        ("establishment_variance value pcsos 2020-12", "-5.9", "-6.0"),
        ("establishment_variance_pct value pcsos 2020-12", "-3.02", "-3.06"),
    ]


def test_figures_of_another_base_are_told_as_such(lines: list[Line]) -> None:
    other = {line.where.split()[0] for line in lines if line.verdict == "another base"}
    cases = {f"sickness_cases_{length}_pct" for length in ("short", "medium", "long")}
    assert other == {"workforce_lgb_pct", "workforce_disabled_pct", *cases}


def test_a_measure_with_a_lag_is_held_to_the_month_that_is_printed(lines: list[Line]) -> None:
    periods = {line.where: (line.printed, line.ours) for line in lines if " period " in line.where}
    assert periods["ksi_collisions period 2020-12"] == ("2020-11", "2020-11")
    assert periods["drink_drive_arrests period 2020-12"] == ("2020-12", "2020-12")


def test_a_crossed_table_has_its_rows_and_its_totals(lines: list[Line]) -> None:
    ours = {line.where: line.ours for line in lines}
    row = "workforce_headcount value"
    assert ours[f"{row} 1. Officer / 7. Constable female 2020-12"] == "645"
    assert ours[f"{row} 1. Officer Total female 2020-12"] == "767"
    assert ours[f"{row} Grand Total female 2020-12"] == "2009"
    assert ours[f"{row} Grand Total 2020-12"] == "4202"


def test_a_number_that_no_column_is_for_is_refused(tmp_path: Path, workbook: Workbook, evaluate: Evaluate) -> None:
    for path in workbook.reference.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace("total: {value: 5831,", "total: {value: 5831, more: 1,"))
    with pytest.raises(DataRefused, match=r"stop_and_search\.total: columns .* for the numbers .*'more'"):
        list(compare(tmp_path, {"stop-and-search"}, evaluate))


def test_changes_that_were_taken_from_rounded_numbers_are_told_as_such(lines: list[Line]) -> None:
    told = [(line.printed, line.ours) for line in lines if line.verdict == "change of rounded"]
    assert told == [("-1.7", "-1.6"), ("+1.2", "+1.1")]


def test_the_lines_end_with_how_many_hold(lines: list[Line]) -> None:
    *each, last = told(lines)
    assert len(each) == len(lines)
    kinds = "printed error: 4; change of rounded: 2; another base: 12"
    assert last == f"{len(lines)} of {len(lines)} hold: {len(lines) - 18} to the printed decimal; {kinds}"
