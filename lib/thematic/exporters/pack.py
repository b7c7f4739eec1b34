"""Turns one part of a board's pack, and the reports that are its papers, into a PDF that begins with the agenda."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import typst
from nbformat import v4

from thematic.core.areas import FORCE
from thematic.core.errors import UserError
from thematic.core.palette import worn
from thematic.exporters import once, pdf, typesetting
from thematic.exporters.blocks import Block, Heading, Shown
from thematic.exporters.document import Document, read
from thematic.exporters.once import Parted
from thematic.params import Params
from thematic.params.pack import PackItem, PackParams, PackPart, audience_of
from thematic.report import authored

_TEMPLATE = "pack"
_TITLES: Mapping[PackPart, str] = {1: "Part 1: public items", 2: "Part 2: private items"}

Reports = Mapping[tuple[str, str], Document]
"""The reports of a part, by theme and area."""


def pack_pdf(params: Params, pack: PackParams, part: PackPart, reports: Reports) -> bytes:
    """The part as PDF, as `typesetting.typeset` makes it: never call this in a process that forks afterwards.

    Raises UserError for what cannot be set.
    """
    try:
        with worn(params.brand.look.palette):
            return typesetting.typeset(_TEMPLATE, content(params, pack, part, reports), params.brand.look)
    except typst.TypstError as fault:
        raise UserError(f"{_TITLES[part]}: the PDF cannot be set: {fault}") from fault


def content(params: Params, pack: PackParams, part: PackPart, reports: Reports) -> dict[str, Any]:
    """The part as its template reads it: the first page, the meeting, the part's own items with their papers, and what
    is said once for all of them."""
    meeting = f"{pack.meeting}, {_day(pack.held_on)}"
    where = [f"{calendar.day_name[pack.held_on.weekday()]} {_day(pack.held_on)}", pack.place]
    chair = f"Chair: {pack.chair}" if pack.chair else None
    exemption = pack.exemption if part == 2 else None
    parted = {key: once.parted(report) for key, report in reports.items()}
    first = parted.get((pack.first, FORCE)) if pack.first else None
    items = [_item(params, item, parted, pack.held_on) for item in pack.of(part)]
    told = once.together([each for each in parted.values() if each is not first])
    language = next((report.language for report in reports.values()), "en-GB")
    lang, _, region = language.partition("-")
    papers = [paper for item in items for paper in item["papers"]]
    return {
        "title": f"{meeting} – {_TITLES[part]}",
        "running": f"{params.force.name}  |  {meeting}",
        "lang": lang,
        "region": region or None,
        "force": params.force.name,
        "marking": getattr(params.force.marking, audience_of(part)),
        "synthetic": any(paper["synthetic"] for paper in papers),
        "meeting": pack.meeting,
        "part": _TITLES[part],
        "facts": [fact for fact in (", ".join(filter(None, where)), chair, exemption) if fact],
        "imprint": next((paper["cover"] for paper in papers if paper["cover"] is not None), None),
        "first": pdf.content(first.report, "first/") if first is not None else None,
        "items": items,
        "last": pdf.content(told, "last/") | {"name": told.title} if told is not None else None,
    }


def _item(params: Params, item: PackItem, reports: Mapping[tuple[str, str], Parted], held_on: date) -> dict[str, Any]:
    papers = [
        pdf.content(reports[theme, area].report, f"item-{item.number}-{area}/")
        | {"name": params.area(area).name, "elsewhere": ""}
        for theme, area in item.reports
    ]
    if item.paper is not None:
        papers.append(pdf.content(_written(params, item), f"item-{item.number}-paper/") | {"name": item.title})
    if item.plan is not None:
        papers.append(pdf.content(_plan(params, item, held_on), f"item-{item.number}-plan/") | {"name": item.title})
    told = item.model_dump(include={"number", "title", "recommendation", "presenter", "minutes"})
    return {**told, "papers": papers}


def _written(params: Params, item: PackItem) -> Document:
    """The text of params/pack/ that is a paper. Its own title is the item's."""
    text = params.papers[str(item.paper)]
    document = read(v4.new_notebook(cells=[v4.new_markdown_cell(text, id="paper")], metadata={"title": item.title}))
    return replace(document, blocks=[each for each in document.blocks if not _is_title(each, item.title)])


def _is_title(block: Block, title: str) -> bool:
    return isinstance(block, Heading) and block.text.strip().casefold() == title.strip().casefold()


def _plan(params: Params, item: PackItem, day: date) -> Document:
    """An action plan: its recommendations, overdue or not on the day of the meeting."""
    shown = authored.recommendations_display(params.recommendations[str(item.plan)], day, "the day of the meeting")
    return Document(item.title, None, [Shown(replace(shown, title=item.title), "", "plan")])


def _day(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
