"""Turns one part of a board's pack, and the reports that are its papers, into a PDF that begins with the agenda."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Any

import typst

from thematic.core.errors import UserError
from thematic.exporters import pdf, typesetting
from thematic.exporters.document import Document
from thematic.params import Params
from thematic.params.pack import PackItem, PackParams, PackPart, audience_of

_TEMPLATE = "pack"
_TITLES: Mapping[PackPart, str] = {1: "Part 1: public items", 2: "Part 2: private items"}

Reports = Mapping[tuple[str, str], Document]
"""The reports that are the papers of a part, by theme and area."""


def pack_pdf(params: Params, pack: PackParams, part: PackPart, reports: Reports) -> bytes:
    """The part as PDF, as `typesetting.typeset` makes it: never call this in a process that forks afterwards.

    Raises UserError for what cannot be set.
    """
    try:
        return typesetting.typeset(_TEMPLATE, content(params, pack, part, reports))
    except typst.TypstError as fault:
        raise UserError(f"{_TITLES[part]}: the PDF cannot be set: {fault}") from fault


def content(params: Params, pack: PackParams, part: PackPart, reports: Reports) -> dict[str, Any]:
    """The part as its template reads it: the meeting, and the part's own items with their papers."""
    meeting = f"{pack.meeting}, {_day(pack.held_on)}"
    where = [f"{calendar.day_name[pack.held_on.weekday()]} {_day(pack.held_on)}", pack.place]
    chair = f"Chair: {pack.chair}" if pack.chair else None
    exemption = pack.exemption if part == 2 else None
    items = [_item(params, item, reports) for item in pack.of(part)]
    language = next((report.language for report in reports.values()), "en-GB")
    lang, _, region = language.partition("-")
    return {
        "title": f"{meeting} – {_TITLES[part]}",
        "running": f"{params.force.name}  |  {meeting}",
        "lang": lang,
        "region": region or None,
        "force": params.force.name,
        "marking": getattr(params.force.marking, audience_of(part)),
        "synthetic": any(paper["synthetic"] for item in items for paper in item["papers"]),
        "meeting": pack.meeting,
        "part": _TITLES[part],
        "facts": [fact for fact in (", ".join(filter(None, where)), chair, exemption) if fact],
        "items": items,
    }


def _item(params: Params, item: PackItem, reports: Reports) -> dict[str, Any]:
    papers = [
        pdf.content(reports[theme, area], f"item-{item.number}-{area}/") | {"name": params.area(area).name}
        for theme, area in item.reports
    ]
    told = item.model_dump(include={"number", "title", "recommendation", "presenter", "minutes"})
    return {**told, "papers": papers}


def _day(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
