"""A count that several themes publish is rounded once: every public report prints the same number for it."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from thematic.build.build import prepare, report_data
from thematic.core.workbook import Workbook
from thematic.measures.figures import Figures
from thematic.measures.ledger.homes import homes
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.measures.release import released
from thematic.outputs.editions import Edition
from thematic.params import load_params

PERIOD = "2021-01"
BOARD = {
    "title": "Board",
    "goal": "BOARD",
    "notebook": "rape.ipynb",
    "selections": {
        "rape": {"table": "crimes", "where": {"offence_subgroup": "Rape"}},
        "da": {"table": "crimes", "where": {"domestic": "Y"}},
    },
    "measures": {
        "rape_recorded": ["total", "month", "lpu"],
        "rape_rate_per_1000": ["total", "lpu"],
        "da_recorded": ["total", "weekday"],
    },
}


@pytest.fixture(scope="module")
def board(workbook: Workbook) -> Seen:
    (workbook.params / "themes" / "board.yaml").write_text(yaml.safe_dump(BOARD), encoding="utf-8")
    params = load_params(workbook)
    index = prepare(workbook, params, data=None, lookup=None, today=date(2026, 1, 1), say=lambda _: None)
    return seen_by("public", workbook, params, index, lambda _: None)


def figures(seen: Seen, theme: str, area: str = "force") -> Figures:
    edition = Edition(theme, seen.index.periods[-1], seen.params.area(area), "public")
    return released(report_data(seen.params, edition, seen.files(theme), seen.index))


def test_a_count_of_two_themes_is_at_home_where_most_is_published_of_it(board: Seen) -> None:
    found = homes(board.params, board.index.empty)
    assert found["board", "rape"].theme == "rape"
    assert found["board", "da"].theme == "domestic-abuse"
    assert {guest for guest, _ in found} == {"board", "performance", "performance-at-a-glance"}, "they count of others"


@pytest.mark.parametrize("area", ["force", "widnes"])
def test_both_print_the_same_numbers(board: Seen, area: str) -> None:
    ours, theirs = figures(board, "board", area), figures(board, "rape", area)
    for measure in ("rape_recorded", "rape_rate_per_1000"):
        for dimension in ("total", "lpu"):
            assert ours.of(measure, dimension) == theirs.of(measure, dimension) != []
    assert ours.one("rape_recorded").value != 0


def test_what_its_home_does_not_publish_is_published_nowhere(board: Seen) -> None:
    assert figures(board, "board").of("rape_recorded", "month") == figures(board, "rape").of("rape_recorded", "month")
    assert figures(board, "board", "widnes").of("rape_recorded", "month") == []
    assert figures(board, "board").of("da_recorded", "weekday") == []


def test_the_page_claims_the_bound_of_the_widest_draws(board: Seen) -> None:
    edition = Edition("board", board.index.periods[-1], board.params.area("force"), "public")
    rounding = report_data(board.params, edition, board.files("board"), board.index).rounding
    assert rounding is not None
    assert rounding.draws == 6
