"""Which measures lack a second analyst, whose review is overdue, and how `thematic check` warns of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from thematic.params.measures import AWAITING, Measure
from thematic.params.reviews import review_warnings

SAID: dict[str, Any] = {"title": "T", "definition": "D", "numerator": {"selection": "all"}, "unit": "count"}
TODAY = date(2021, 2, 1)


def measure(**said: Any) -> Measure:
    return Measure.model_validate({**SAID, "owner": "Team", "checked_by": "B. Second", **said})


@pytest.mark.parametrize(
    ("checked_by", "is_checked"),
    [
        ("B. Second", True), ("Team B", True), (None, False), (AWAITING, False), ("Awaiting a second analyst", False),
        ("awaiting", False), ("Team", False), (" team ", False),
    ],
)  # fmt: skip
def test_a_second_analyst_is_somebody_other_than_the_owner(checked_by: str | None, is_checked: bool) -> None:
    assert measure(checked_by=checked_by).is_checked is is_checked


def test_without_an_owner_anybody_is_a_second_analyst() -> None:
    assert measure(owner=None).is_checked
    assert not measure(owner=None, checked_by=None).is_checked


@pytest.mark.parametrize(
    ("due", "is_overdue"), [("2021-01-31", True), ("2021-02-01", False), ("2021-02-02", False), (None, False)]
)
def test_a_review_is_overdue_from_the_day_after_it_was_due(due: str | None, is_overdue: bool) -> None:
    assert measure(review_due=due).is_overdue(TODAY) is is_overdue


def test_measures_in_order_are_warned_of_in_no_line() -> None:
    assert list(review_warnings({"a": measure(review_due="2021-02-01")}, TODAY)) == []


def test_each_kind_and_owner_has_one_line_however_many_measures() -> None:
    many = {f"m{number}": measure(checked_by=AWAITING) for number in range(60)}
    others = {
        "x": measure(owner=None, checked_by=None),
        "y": measure(review_due="2021-01-31"),
        "z": measure(owner="Other", review_due="2020-12-31"),
    }
    check = "Have them checked, and put the name into checked_by."
    review = "Read them as if they were new, then set reviewed_on and review_due."
    assert list(review_warnings(many | others, TODAY)) == [
        f"Warning: 60 measures not checked by a second analyst (owner: Team): m0, m1, m2, m3 and 56 more. {check}",
        f"Warning: 1 measure not checked by a second analyst (no owner): x. {check}",
        f"Warning: 1 measure overdue for review (due on 2021-01-31, owner: Team): y. {review}",
        f"Warning: 1 measure overdue for review (due on 2020-12-31, owner: Other): z. {review}",
    ]
