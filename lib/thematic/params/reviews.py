"""Says, for those who run `thematic check`, which measures lack a second analyst and which reviews are overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from thematic.params.measures import Measure

_NAMED = 4
_CHECK = "Have them checked, and put the name into checked_by."
_REVIEW = "Read them as if they were new, then set reviewed_on and review_due."


def review_warnings(measures: Mapping[str, Measure], today: date) -> Iterator[str]:
    """A line for each kind of shortcoming and each owner, which names the first measures and counts the others."""
    unchecked = [name for name, measure in measures.items() if not measure.is_checked]
    yield from _lines(unchecked, measures, _owner, "not checked by a second analyst", _CHECK)
    overdue = [name for name, measure in measures.items() if measure.is_overdue(today)]
    yield from _lines(overdue, measures, _owner_and_day, "overdue for review", _REVIEW)


def _lines(
    names: Iterable[str], measures: Mapping[str, Measure], group: Callable[[Measure], str], what: str, fix: str
) -> Iterator[str]:
    by_group: dict[str, list[str]] = {}
    for name in names:
        by_group.setdefault(group(measures[name]), []).append(name)
    for whose, found in by_group.items():
        more = len(found) - _NAMED
        listed = ", ".join(found[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        number = "1 measure" if len(found) == 1 else f"{len(found)} measures"
        yield f"Warning: {number} {what} ({whose}): {listed}. {fix}"


def _owner(measure: Measure) -> str:
    return f"owner: {measure.owner}" if measure.owner else "no owner"


def _owner_and_day(measure: Measure) -> str:
    return f"due on {measure.review_due}, {_owner(measure)}"
