"""Turns what measures say of themselves (definition, caveats, source, owner, reviews) into displays of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from thematic.core.periods import Month
from thematic.displays import Glossary, Sentence, Term
from thematic.displays.wording import listed
from thematic.measures.data import ReportData
from thematic.params.measures import Measure
from thematic.report.beside import theme_caveats

T = TypeVar("T")

_NAMED = 12


def definitions(data: ReportData) -> Glossary:
    """What each measure of the theme counts, what must be known of it, where it comes from and whose it is."""
    return Glossary([_term(data, name) for name in data.theme.measures])


def _term(data: ReportData, name: str) -> Term:
    measure = data.measure(name)
    caveats = [*measure.caveats, *theme_caveats(data, name)]
    source = data.source if data.index.is_download else measure.source or ""
    return Term(measure.title, measure.definition, caveats, source, measure.owner or "")


def reviews(data: ReportData) -> Sentence:
    """Who owns the theme's measures, which a second analyst has checked, and which reviews were overdue when the
    period ended. Nothing is compared with the clock, so the same declarations give the same words."""
    measures = [data.measure(name) for name in data.theme.measures]
    return Sentence(" ".join([*_owners(measures), _checked(measures), *_due(measures, data.period.last_day)]))


def _owners(measures: Sequence[Measure]) -> Iterator[str]:
    """Whose the measures are, and which are nobody's."""
    by_owner = _grouped(measures, lambda measure: measure.owner or "")
    orphans = by_owner.pop("", [])
    many = len(by_owner) > 1
    owners = [f"{owner} ({len(owned)})" if many else owner for owner, owned in by_owner.items()]
    if owners:
        here = "of the measure" if len(measures) == 1 else f"of the {len(measures) - len(orphans)} measures"
        yield f"{'Owners' if many else 'Owner'} {here} in this report: {', '.join(owners)}."
    if orphans:
        yield f"No owner is named for {_these(orphans, measures)}."


def _checked(measures: Sequence[Measure]) -> str:
    """How many a second analyst has checked; the fewer are named."""
    checked = [measure for measure in measures if measure.is_checked]
    waiting = [measure for measure in measures if not measure.is_checked]
    if not waiting:
        return f"A second analyst has checked {_these(checked, measures)}."
    if not checked:
        return f"No second analyst has checked {'it' if len(measures) == 1 else 'any of them'} yet."
    if len(waiting) <= len(checked):
        return f"A second analyst has checked {len(checked)} of them, and has yet to check {_titles(waiting)}."
    return f"A second analyst has checked {_titles(checked)}, and has yet to check the other {len(waiting)}."


def _due(measures: Sequence[Measure], on: date) -> Iterator[str]:
    """Which reviews were due before a day, and when the next is due."""
    by_day = _grouped(measures, lambda measure: measure.review_due)
    undated = by_day.pop(None, [])
    days = sorted(day for day in by_day if day is not None)
    late = [day for day in days if by_day[day][0].is_overdue(on)]
    for day in late:
        yield f"Review was due on {_day(day)} for {_these(by_day[day], measures)}."
    if not late and days:
        yield f"No review was overdue on {_day(on)}."
    if len(days) > len(late):
        yield f"The next review is due by {_day(days[len(late)])}."
    if undated:
        yield f"No day of review is set for {_these(undated, measures)}."


def _these(some: Sequence[Measure], measures: Sequence[Measure]) -> str:
    if len(some) == len(measures):
        return "the measure" if len(some) == 1 else f"all {len(some)} measures"
    return _titles(some) if len(some) <= _NAMED else f"{len(some)} of the {len(measures)} measures"


def _titles(measures: Sequence[Measure]) -> str:
    """The titles in quotation marks, for they may have commas of their own."""
    return listed([f"‘{measure.title}’" for measure in measures])


def _grouped(measures: Sequence[Measure], by: Callable[[Measure], T]) -> dict[T, list[Measure]]:
    groups: dict[T, list[Measure]] = {}
    for measure in measures:
        groups.setdefault(by(measure), []).append(measure)
    return groups


def _day(day: date) -> str:
    return f"{day.day} {Month.containing(day).label}"
