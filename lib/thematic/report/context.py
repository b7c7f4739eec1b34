"""Gives a report what it is made from: the data that a batch hands over, or those that stand in the workbook."""

from __future__ import annotations

from dataclasses import replace

from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused, UserError
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.measures.data import ReportData
from thematic.measures.disclosure import AUDIENCES
from thematic.measures.ledger.seen import seen_by
from thematic.params import load_params
from thematic.params.declared import Audience

NO_DATA = "No data have been prepared yet. Run `make data` (or `thematic data`) in the workbook first."

_handed_over: list[ReportData] = []


def use(data: ReportData | None) -> None:
    """Has the process's reports made from `data`; None has them read the workbook's folders again."""
    _handed_over[:] = [] if data is None else [data]


def is_handed_over() -> bool:
    """Whether this process makes a report, rather than that somebody works in a notebook."""
    return bool(_handed_over)


def is_handed(data: ReportData) -> bool:
    """Whether these are the very data that a batch has handed over."""
    return bool(_handed_over) and _handed_over[0] is data


def data_for(theme: str, period: str, area: str, audience: str) -> ReportData:
    """What the report of a theme, a period, an area and an audience is made from.

    Raises ArgumentsRefused, which says what exists, for one that does not, and UserError where no data are there.
    """
    found = _handed_over[0] if _handed_over else _in_workbook(theme)
    if theme != found.theme_name:
        raise ArgumentsRefused(
            f"This is made as a report on '{found.theme_name}', and its notebook opens one on '{theme}'. "
            "Name the notebook under the theme that it opens (params/themes/, key notebook)."
        )
    asked = _asked(found, period, area, audience)
    if asked == (found.period, found.area, found.audience):
        return found
    if _handed_over and found.audience == "public" != asked[2]:
        raise ArgumentsRefused(
            f"This report is for the public, and open_report(..., audience='{audience}') would show what they may not "
            "see. Give it the notebook's parameter: audience=audience."
        )
    if not _handed_over and asked[2] == "public":
        return _for_the_public(found, *asked[:2])
    return replace(found, period=asked[0], area=asked[1], audience=asked[2])


def _for_the_public(found: ReportData, period: Month, area: Area) -> ReportData:
    """What a public report of the workbook is made from: what was released of its counts."""
    seen = seen_by("public", Workbook.find(), found.params, found.index, print, periods=[period])
    return ReportData(seen.params, found.theme_name, seen.files(found.theme_name), seen.index, area, period, "public")


def _in_workbook(theme: str) -> ReportData:
    """The workbook's own params and cubes as they stand on disk, for the force's internal report of the last month."""
    workbook = Workbook.find()
    params = load_params(workbook)
    if theme not in params.themes:
        raise ArgumentsRefused(f"There is no theme '{theme}'. Themes: {', '.join(params.themes)}.")
    index = cubes.load_index(workbook)
    if index is None:
        raise UserError(NO_DATA)
    latest = Month.parse(index.latest_period)
    files = cubes.read_bytes(workbook, theme)
    return ReportData(params, theme, files, index, params.force_area, latest, "internal")


def _asked(found: ReportData, period: str, area: str, audience: str) -> tuple[Month, Area, Audience]:
    month = Month.parse(period)
    if month not in found.index.periods:
        first, last = found.index.first_period, found.index.latest_period
        raise ArgumentsRefused(f"The data have no complete month {period}: they run from {first} to {last}.")
    places = {place.slug: place for place in found.params.report_areas(found.theme_name)}
    if area not in places:
        raise ArgumentsRefused(f"There is no area '{area}'. Areas: {', '.join(places)}.")
    heard: Audience | None = next((known for known in AUDIENCES if known == audience), None)
    if heard is None:
        raise ArgumentsRefused(f"There is no audience '{audience}'. Audiences: {', '.join(AUDIENCES)}.")
    return month, places[area], heard
