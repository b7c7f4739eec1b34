"""Turns a catalogue into pages that need no other file and no server: the latest period first, and one for each."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.core.areas import FORCE
from thematic.core.look import Look
from thematic.core.palette import worn
from thematic.core.periods import Month
from thematic.displays import SHORTHAND
from thematic.displays.signs import trend_sign
from thematic.exporters.policy import policy
from thematic.exporters.typeface import style_of
from thematic.outputs.catalogue.grid import Catalogue, shown_first

if TYPE_CHECKING:
    from jinja2 import Template

INDEX = "index.html"

_ROOM = {3: 46, 4: 56, 6: 75}
"""The most columns of themes that a table may have, and the screen in rem up to which it is cards; a table of more is
cards on every screen."""


_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Step:
    """A way to the page of a period, from the folder of all reports."""

    period: Month
    address: str
    current: bool

    @property
    def short(self) -> str:
        return calendar.month_abbr[self.period.month]


@dataclass(frozen=True)
class Steps:
    """The ways from the page of one period to the others: the one before, the one after, and all, by year."""

    earlier: Step | None
    later: Step | None
    years: tuple[tuple[int, tuple[Step, ...]], ...]

    def __len__(self) -> int:
        return sum(len(steps) for _, steps in self.years)


@dataclass(frozen=True)
class First:
    """What stands above the reports: the page over all themes, its sentence, and the way to it for each area."""

    title: str
    area: str
    lead: str
    links: tuple[tuple[str, str], ...]


def addresses(catalogue: Catalogue) -> dict[str, str]:
    """The paths of the pages from the folder of all reports, each with its period; none where there is no report.

    The index shows the latest period, which has a page of its own as well, so that its address lasts.
    """
    first = {INDEX: catalogue.periods[0]} if catalogue.periods else {}
    return first | {f"{period}/{INDEX}": period for period in catalogue.periods}


def pages(catalogue: Catalogue) -> dict[str, bytes]:
    """The pages by their paths from the folder of all reports."""
    found = addresses(catalogue)
    with worn(catalogue.look.palette):
        return {address: _page(catalogue, period, "../" * address.count("/")) for address, period in found.items()}


def _page(catalogue: Catalogue, period: str, up: str) -> bytes:
    """The page of a period; `up` leads from its folder to that of all reports."""
    reports = [report for place, report in sorted(catalogue.reports.items()) if place[0] == period]
    style, script = _style(catalogue.look), _text("catalogue.js")
    page = template().render(
        force=next((report.force for report in reports if report.force), ""),
        markings=sorted({report.marking for report in reports if report.marking}),
        synthetic=any(report.synthetic for report in reports),
        sources=sorted({report.source for report in reports}),
        grid=(grid := catalogue.grid(period)),
        kind=_kind(len(grid.columns)),
        first=_first(catalogue, period),
        moved=catalogue.moved if catalogue.moved is not None and catalogue.moved.period == period else None,
        ways=_ways(catalogue, period),
        logo=catalogue.look.logo,
        contact=catalogue.contact,
        steps=_steps(catalogue.periods, period),
        up=up,
        sign=trend_sign,
        shorthand=SHORTHAND,
        style=style,
        script=script,
        policy=policy(style, script),
    )
    return (page.rstrip("\n") + "\n").encode()


def _ways(catalogue: Catalogue, period: str) -> dict[str, str]:
    """By theme the address of the force's report, in the format that people open first."""
    found = {place: report for place, report in catalogue.reports.items() if (place[0], place[2]) == (period, FORCE)}
    return {
        place[1]: catalogue.address(place, suffix)
        for place, report in found.items()
        for suffix in shown_first(report.formats)[:1]
    }


def _first(catalogue: Catalogue, period: str) -> First | None:
    """The page over all themes: the force's sentence, or that of the area that there is."""
    found = {place: report for place, report in catalogue.reports.items() if place[0] == period and report.lead}
    if not found:
        return None
    places = sorted(found, key=lambda place: (place[2] != FORCE, found[place].area_name))
    links = [
        (found[place].area_name, catalogue.address(place, suffix))
        for place in places
        for suffix in shown_first(found[place].formats)[:1]
    ]
    report = found[places[0]]
    return First(report.theme_title, report.area_name, report.lead, tuple(links))


def _steps(periods: tuple[str, ...], period: str) -> Steps:
    """`periods` has the latest first, which the index shows."""
    ways = [
        Step(Month.parse(each), INDEX if each == periods[0] else f"{each}/{INDEX}", each == period) for each in periods
    ]
    place = periods.index(period)
    years = groupby(ways, key=lambda step: step.period.year)
    by_year = tuple((year, tuple(reversed(list(steps)))) for year, steps in years)
    earlier = ways[place + 1] if place + 1 < len(ways) else None
    return Steps(earlier, ways[place - 1] if place else None, by_year)


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _style(look: Look) -> str:
    """The style sheet, and the cards of a table on a screen that has no room for its columns."""
    cards = _text("cards.css")
    narrow = (
        f"@media screen and (max-width: {room}rem) {{\n{cards.replace('.cards', f'.up-to-{columns}')}}}\n"
        for columns, room in _ROOM.items()
    )
    return "\n".join([style_of(look, "Regular", "SemiBold"), _text("catalogue.css"), *narrow, cards])


def _kind(columns: int) -> str:
    """The class of a table of themes in so many columns: by it the style sheet knows what screens have room for it."""
    return next((f"up-to-{most}" for most in _ROOM if columns <= most), "cards")


@lru_cache(maxsize=1)
def template() -> Template:
    """The page of the catalogue; compiled once, which takes as long as to write some ten pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("catalogue.html.j2")
