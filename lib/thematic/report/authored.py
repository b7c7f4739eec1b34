"""Turns what people wrote under params/, commentary and recommendations, into displays of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from thematic.core.periods import Month
from thematic.displays import Commentary, Recommendation, Recommendations
from thematic.params import commentary, recommendations


def commentary_display(said: commentary.Commentary, stale: bool) -> Commentary:
    """The analyst's words, `stale` or not; who wrote them and when stay empty where the file does not say."""
    written_on = "" if said.written_on is None else _day(said.written_on)
    return Commentary("Commentary", said.author or "", written_on, said.text, stale)


def recommendations_display(
    known: Sequence[recommendations.Recommendation], day: date, what: str = "the end of the period"
) -> Recommendations:
    """A row for each recommendation in the file's order, overdue as seen from a day; `what` says which day it is."""
    rows = [
        Recommendation(
            each.reference,
            each.recommendation,
            each.source,
            each.owner,
            _day(each.due),
            each.rag.capitalize(),
            each.overdue(day),
            f"{each.update} ({_day(each.updated_on)})" if each.update and each.updated_on else "",
            each.evidence or "",
        )
        for each in known
    ]
    late = f"Overdue: due before {_day(day)}, {what}, and not complete."
    return Recommendations("Recommendations", rows, [late] if any(row.overdue for row in rows) else [])


def _day(day: date) -> str:
    return f"{day.day} {Month.containing(day).label}"
