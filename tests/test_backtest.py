"""Every published figure of the themes that exist comes out again, to the printed decimal."""

from __future__ import annotations

import pytest

from support import own_params, sample_workbook
from thematic import cubes
from thematic.backtest import Line, compare, evaluator, told
from thematic.tallies import ThemeCubes


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    params, index = own_params(), cubes.load_index(workbook)

    evaluate = evaluator(params, lambda slug: ThemeCubes.read(slug, index, cubes.read_bytes(workbook, slug)))
    return list(compare(workbook.reference, set(params.themes), evaluate))


def test_every_figure_to_the_printed_decimal(lines: list[Line]) -> None:
    assert [line for line in lines if not line.holds] == []
    assert len(lines) >= 133


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
