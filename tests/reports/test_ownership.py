"""What a report says of its measures' making: caveats, source and owner of each, who checked them, what is overdue."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from thematic.core.periods import Month
from thematic.displays import Glossary, Term
from thematic.measures.data import ReportData
from thematic.params.measures import Measure
from thematic.params.themes import Caveat
from thematic.report import Report
from warehouse_drawn import own_params

THEME, PERIOD = "asb", Month.parse("2021-01")
SAID: dict[str, Any] = {"definition": "All of them.", "numerator": {"selection": "asb"}, "unit": "count"}
CHECKED = {"owner": "Team A", "checked_by": "B. Second", "review_due": "2022-01-01"}


def report(*measures: dict[str, Any], caveats: tuple[Caveat, ...] = ()) -> Report:
    """A report with measures called First, Second and so on, each checked and due in time but for what is given."""
    names = ["first", "second", "third", "fourth"][: len(measures)]
    declared = {
        name: Measure.model_validate({"title": name.capitalize(), **SAID, **CHECKED, **said})
        for name, said in zip(names, measures, strict=True)
    }
    params = own_params()
    changed = {"measures": dict.fromkeys(names, ("total",)), "caveats": caveats}
    theme = params.themes[THEME].model_copy(update=changed)
    params = replace(params, themes={THEME: theme}, measures=declared)
    index: Any = SimpleNamespace(is_download=False)
    return Report(ReportData(params, THEME, {}, index, params.force_area, PERIOD, "internal"))


def reviews(*measures: dict[str, Any]) -> str:
    return report(*measures).reviews().text


def test_each_measure_has_its_caveats_its_source_and_its_owner() -> None:
    made = report({"caveats": ["Read A", "Read B."], "source": "System", "owner": "Team"}, {"owner": None})
    assert made.definitions() == Glossary(
        [Term("First", "All of them.", ["Read A", "Read B."], "System", "Team"), Term("Second", "All of them.", [])]
    )
    first, second = made.definitions().terms
    assert first.details == ["Read with care: Read A. Read B.", "Source: System. Owner: Team."]
    assert second.details == []


def test_a_caveat_of_the_theme_stands_with_the_measures_that_it_names() -> None:
    named = Caveat(text="Counted anew in May.", measures=("second",))
    first, second = report({}, {"caveats": ["Own."]}, caveats=(named, Caveat(text="For all."))).definitions().terms
    assert (first.caveats, second.caveats) == ([], ["Own.", "Counted anew in May."])


def test_one_owner_is_named_once_and_several_with_how_many_are_theirs() -> None:
    assert reviews({}, {}).startswith("Owner of the 2 measures in this report: Team A. ")
    assert reviews({}, {"owner": "C"}, {}).startswith("Owners of the 3 measures in this report: Team A (2), C (1). ")
    assert reviews({}).startswith("Owner of the measure in this report: Team A. ")


def test_measures_without_an_owner_are_named() -> None:
    said = reviews({}, {"owner": None}, {})
    assert said.startswith("Owner of the 2 measures in this report: Team A. No owner is named for ‘Second’. ")
    assert reviews({"owner": None}, {"owner": None}).startswith("No owner is named for all 2 measures. ")


WAITING = {"checked_by": "awaiting a second analyst"}


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ([{}, {}], "A second analyst has checked all 2 measures."),
        ([{}], "A second analyst has checked the measure."),
        ([WAITING, WAITING], "No second analyst has checked any of them yet."),
        ([WAITING], "No second analyst has checked it yet."),
        ([{}, {}, WAITING], "A second analyst has checked 2 of them, and has yet to check ‘Third’."),
        ([{}, WAITING], "A second analyst has checked 1 of them, and has yet to check ‘Second’."),
        (
            [{}, WAITING, WAITING, WAITING],
            "A second analyst has checked ‘First’, and has yet to check the other 3.",
        ),
    ],
)
def test_it_says_how_many_were_checked_and_names_the_fewer(measures: list[dict[str, Any]], said: str) -> None:
    assert f" {said} " in reviews(*measures)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (["2021-01-30"], "Review was due on 30 January 2021 for the measure."),
        (["2021-01-31"], "No review was overdue on 31 January 2021. The next review is due by 31 January 2021."),
        (["2021-02-01"], "No review was overdue on 31 January 2021. The next review is due by 1 February 2021."),
        (["2020-05-01", "2020-05-01"], "Review was due on 1 May 2020 for all 2 measures."),
        (
            ["2020-06-01", "2022-03-01", "2020-05-01"],
            "Review was due on 1 May 2020 for ‘Third’. Review was due on 1 June 2020 for ‘First’. "
            "The next review is due by 1 March 2022.",
        ),
        ([None], "No day of review is set for the measure."),
        (
            ["2022-03-01", None],
            "No review was overdue on 31 January 2021. The next review is due by 1 March 2022. "
            "No day of review is set for ‘Second’.",
        ),
    ],
)
def test_a_review_is_overdue_from_the_day_after_it_was_due_as_the_period_ended(due: list[str], said: str) -> None:
    assert reviews(*({"review_due": day} for day in due)).endswith(f" {said}")
