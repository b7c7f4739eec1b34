"""Turns a released figure into the title of a chart: its sentence in 15 words at most, where that leaves it true."""

from __future__ import annotations

from thematic.core.periods import Window
from thematic.displays.wording import (
    before,
    change,
    is_in_units,
    is_of_few,
    is_still,
    now,
    size_of,
    weight,
    without_value,
)
from thematic.measures.figures import Figure
from thematic.params.measures import Measure
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE

MOST_WORDS = 15


def headline(figure: Figure, measure: Measure, window: Window) -> str:
    """What moved, which way, by how much and what the test says of it; then to or from what and over what time, as far
    as 15 words reach. It is longer only where a measure's own subject is."""
    span = f" {_span(measure, window)}"
    tried = [_said(figure, measure, each, has_both) for has_both in (True, False) for each in (span, "")]
    return next((said for said in tried if len(said.split()) <= MOST_WORDS), tried[-1])


def _span(measure: Measure, window: Window) -> str:
    """A measure's window in a few words: `in the year`, `in 10 months`, `in January 2021`, of a stock `at the end of
    January 2021`."""
    months = len(window.months)
    if measure.window == "at_period_end":
        return f"at the end of {window.end.label}"
    return {1: f"in {window.end.label}", 12: "in the year"}.get(months, f"in {months} months")


def _said(figure: Figure, measure: Measure, span: str, has_both: bool) -> str:
    subject, value = measure.subject or measure.title, now(figure, measure).printed()
    if figure.value is None:
        return f"{subject.rstrip(',')}: {without_value(figure.status, measure)}"
    if figure.change is None:
        return f"{subject} stood at {value}{span}"
    earlier, moved = before(figure, measure).printed(), change(figure, measure)
    if measure.unit == "times" or is_of_few(figure, measure):
        return f"{subject} was {value}{span}, after {earlier} a year before"
    if figure.trend == STABLE:
        return f"{subject} was little changed{span}, at {value}"
    if figure.trend == NO_CLEAR_CHANGE:
        return f"{subject} was {value}{span}{f', after {earlier}' if has_both else ''}: no clear change"
    if is_still(moved):
        return f"{subject} was much the same{span}, at {value}"
    if moved.value is None:
        return f"{subject} was {value}{span}, after {earlier}{weight(figure)}"
    verb = f"{'rose' if figure.change > 0 else 'fell'}{' significantly' if figure.significant else ''}"
    hedge = "" if figure.significant else weight(figure)
    if is_in_units(figure, moved):
        return f"{subject} {verb} from {earlier} to {value}{span}{hedge}"
    size = size_of(moved).replace("percentage point", "point")
    return f"{subject} {verb} by {size}{f' to {value}' if has_both else ''}{span}{hedge}"
