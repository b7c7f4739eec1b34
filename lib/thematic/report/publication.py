"""Gives a report what a publication has: contact, dates, how it was made, and where a reader can turn for help."""

from __future__ import annotations

import calendar
from datetime import date
from importlib.metadata import version
from typing import Any

from thematic.core.naming import handed_on
from thematic.core.periods import Month
from thematic.measures.data import ReportData
from thematic.params import Params


def about(data: ReportData, marking: str) -> dict[str, Any]:
    """The fields of a report's cover that say so; days in words, "" where the force names none."""
    brand, theme = data.params.brand, data.theme
    place = (str(data.period), data.theme_name, data.area.slug)
    as_at = _in_words(data.period.last_day)
    for_the_public = data.audience == "public"
    return {
        "look": brand.look.payload(),
        "place": place,
        "file": handed_on(data.params.force.name, data.theme_name, data.area.slug, str(data.period), marking),
        "contact": brand.contact_said,
        "published": _in_words(brand.published_on(data.period)),
        "next_release": next_release(data.params, data.period),
        "made": f"Made with Thematic {version('thematic')} from {data.source}, as at {as_at}.",
        "content_note": (theme.content_note or "") if for_the_public else "",
        "support": [each.said for each in theme.support] if for_the_public else [],
    }


def next_release(params: Params, period: Month) -> str:
    """The day on which the figures after those of a period appear, and of which month: `18 March 2021 (February 2021)`;
    "" where the force names none."""
    day = params.brand.next_release_on(period)
    return f"{_in_words(day)} ({(period + 1).label})" if day else ""


def _in_words(day: date | None) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}" if day else ""
