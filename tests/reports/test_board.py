"""The page that a board reads first: every number on it is a figure, or the declared sum of some."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from thematic.build.build import report_data
from thematic.displays import Indicators, Lead, Questions, Standing, read
from thematic.displays.drivers import in_words
from thematic.measures.ledger.seen import Seen
from thematic.measures.standing import beside_force
from thematic.outputs.editions import Edition
from thematic.params.declared import Audience
from thematic.report.report import Report

THEME = "performance-at-a-glance"


def report(seen: Seen, area: str) -> Report:
    audience: Audience = "public" if seen.is_rounded else "internal"
    edition = Edition(THEME, seen.index.periods[-1], seen.params.area(area), audience)
    return Report(report_data(seen.params, edition, seen.files(THEME), seen.index))


@pytest.fixture(scope="module", params=["force", "widnes", "chester"])
def page(request: pytest.FixtureRequest, seen: Seen) -> Report:
    return report(seen, request.param)


def test_verdicts_values_and_changes_are_those_of_the_figures(page: Report) -> None:
    shown = page.indicators()
    assert len(shown.rows) == sum(len(each.measures) for key, each in page.theme.sections.items() if key != "places")
    names = [name for key, each in page.theme.sections.items() if key != "places" for name in each.measures]
    for name, row in zip(names, shown.rows, strict=True):
        figure = page.figures.one(name)
        few = row.figure.value.value is None and figure.value is not None
        assert row.trend == ("Too few to say" if few else figure.trend or figure.status or figure.change_status)
        assert row.figure.value.value in (figure.value, None)
        assert row.figure.change is None or row.figure.change.value in (figure.change, None) or figure.value is not None


def test_what_is_behind_a_count_adds_up_from_its_parts(page: Report) -> None:
    """`x and y: k of the C more`: C is the count's change, and k that of the named parts together."""
    names = [name for key, each in page.theme.sections.items() if key != "places" for name in each.measures]
    told = 0
    for name, row in zip(names, page.indicators().rows, strict=True):
        found = re.match(r"(.+): ([\d,]+) of the ([\d,]+) (more|fewer)", row.behind)
        if found is None or "months" in found[1]:
            continue
        told += 1
        figure = page.figures.one(name)
        ends = (
            (figure.previous_value, figure.value)
            if figure.unit == "count"
            else (figure.earlier_numerator, figure.numerator)
        )
        assert None not in ends
        change = ends[1] - ends[0]  # type: ignore[operator]
        assert int(found[3].replace(",", "")) == abs(change)
        assert found[4] == ("more" if change > 0 else "fewer")
        labels = re.split(r", | and ", found[1])
        parts = [
            each
            for each in page.figures.rows
            if each.measure == name and page.data.label(name, each.dimension, each.category) in labels
        ]
        sums = pd.Series(
            [
                (each.value - each.previous_value)
                if each.unit == "count"
                else (each.numerator - each.earlier_numerator)
                for each in parts
            ]
        )
        assert abs(sums.sum()) == int(found[2].replace(",", "")) or len(labels) != len(parts)
    assert told or not page.area.is_force


def test_the_sentence_names_what_moved_most_and_counts_the_rest(page: Report) -> None:
    said = page.lead().text
    names = [name for key, each in page.theme.sections.items() if key != "places" for name in each.measures]
    moved = [name for name in names if page.figures.one(name).significant]
    assert len(said.split()) <= 60
    assert said.startswith((f"{in_words(len(moved)).capitalize()} of ", "None"))
    assert said.count("(up") + said.count("(down") == min(len(moved), 3)


def test_a_unit_is_above_where_its_whole_interval_is(page: Report) -> None:
    table = page.standing()
    names = page.theme.sections["places"].measures
    for row in table.rows:
        for name, (rate, word) in zip(names, row.rates, strict=True):
            figure = page.figures.one(name, "lpu", row.name)
            force = page.figures.one(name) if page.area.is_force else page.figures.one(name, "force")
            assert (rate.value, word) == (figure.value, beside_force(figure, force))
            if word.endswith("above"):
                assert figure.lower_95 > force.value  # type: ignore[operator]
    assert [row.own for row in table.rows].count(True) == (0 if page.area.is_force else 1)


def test_questions_are_asked_of_what_moved_or_lies_well_above(page: Report) -> None:
    asked = page.questions()
    assert len(asked.items) <= 3
    moved = any(page.figures.one(name).significant for name in page.theme.measures)
    above = any(word == "well above" for row in page.standing().rows for _, word in row.rates)
    assert bool(asked.items) or not (moved or above)


def test_displays_are_read_back_as_they_were(page: Report) -> None:
    for display in (page.lead(), page.indicators(), page.standing(), page.questions()):
        assert isinstance(display, Lead | Indicators | Standing | Questions)
        assert read(display.payload()) == read(read(display.payload()).payload())
        assert read(display.payload()).html() == display.html()
