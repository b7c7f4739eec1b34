"""Says which measures lack a second analyst and which reviews are overdue, to `thematic check` and to public builds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from thematic.params.assurance import Need
from thematic.params.measures import Measure

_NAMED = 4
_CHECK = "Have them checked, and put the name into checked_by."
_REVIEW = "Read them as if they were new, then set reviewed_on and review_due."


@dataclass(frozen=True)
class Shortcoming:
    """What some measures of one owner lack: `number` of them in words, and `named` the first by name."""

    need: Need
    what: str
    number: str
    whose: str
    named: str
    fix: str


def review_warnings(measures: Mapping[str, Measure], today: date) -> Iterator[str]:
    """A line for each kind of shortcoming and each owner, which names the first measures and counts the others."""
    for each in shortcomings(measures, today):
        yield f"Warning: {each.number} {each.what} ({each.whose}): {each.named}. {each.fix}"


def shortcomings(measures: Mapping[str, Measure], today: date) -> Iterator[Shortcoming]:
    """What measures lack that have not been checked, or are overdue for review, by owner."""
    unchecked = [name for name, measure in measures.items() if not measure.is_checked]
    yield from _grouped(unchecked, measures, _owner, "checked", "not checked by a second analyst", _CHECK)
    overdue = [name for name, measure in measures.items() if measure.is_overdue(today)]
    yield from _grouped(overdue, measures, _owner_and_day, "reviewed", "overdue for review", _REVIEW)


def _grouped(
    names: Iterable[str],
    measures: Mapping[str, Measure],
    group: Callable[[Measure], str],
    need: Need,
    what: str,
    fix: str,
) -> Iterator[Shortcoming]:
    by_group: dict[str, list[str]] = {}
    for name in names:
        by_group.setdefault(group(measures[name]), []).append(name)
    for whose, found in by_group.items():
        more = len(found) - _NAMED
        named = ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        number = "1 measure" if len(found) == 1 else f"{len(found)} measures"
        yield Shortcoming(need, what, number, whose, named, fix)


def _owner(measure: Measure) -> str:
    return f"owner: {measure.owner}" if measure.owner else "no owner"


def _owner_and_day(measure: Measure) -> str:
    return f"due on {measure.review_due}, {_owner(measure)}"
