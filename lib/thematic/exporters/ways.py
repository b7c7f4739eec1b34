"""Works out where a page leads: to the same report in other forms, and by way of the catalogue to other reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from thematic.core.periods import Month
from thematic.displays import Cover

_LABELS = {"pdf": "PDF", "xlsx": "workbook (XLSX)", "docx": "document (DOCX)", "csv": "figures (CSV)"}
_CATALOGUE = "index.html"
_FORM = re.compile(rb'<li><a href="[^"/]+\.(\w+)" download="([^"]+)">[^<]*</a></li>\n')
_FORMS = re.compile(rb"<p>This report as</p> <ul>\n(.*?)</ul>\n", re.DOTALL)


@dataclass(frozen=True)
class Form:
    """A file beside the page: its address, what it is called once it is saved elsewhere, and what it is, in words."""

    address: str
    name: str
    label: str


@dataclass(frozen=True)
class Ways:
    """The other forms of a report, and the ways to other reports: words and address."""

    forms: tuple[Form, ...] = ()
    reports: tuple[tuple[str, str], ...] = ()


def ways_from(cover: Cover | None, formats: Collection[str]) -> Ways:
    """The ways from a page that is made along with files of these formats, into a folder with a catalogue.

    No format: the page stands alone, and leads nowhere. A page leads to other reports by way of the catalogue alone, so
    that it is the same whatever lies beside it: the catalogue has what is there, and is there wherever a report is.
    """
    if cover is None or not cover.place or not formats:
        return Ways()
    period, theme, area = cover.place
    others = [name for name in _LABELS if name in formats]
    forms = tuple(Form(f"{area}.{each}", f"{cover.file}.{each}", _LABELS[each]) for each in others)
    month = Month.parse(period).label
    reports = [
        (f"All of {month}", f"../{_CATALOGUE}"),
        (f"{cover.theme}, every area", in_catalogue(theme=theme)),
        (f"{cover.area}, every theme", in_catalogue(area=area)),
        ("This report for other months", f"../{in_catalogue(theme=theme, area=area)}"),
    ]
    return Ways(forms, tuple(reports))


def in_catalogue(**filters: str) -> str:
    """The address, from a report's folder, of its month's catalogue with some of its reports in sight."""
    return f"../{_CATALOGUE}#{urlencode(filters)}"


def as_handed_on(page: bytes, formats: Iterable[str]) -> bytes:
    """The page as it leads to forms of these formats, which lie beside it under the names that they are saved by."""
    kept = {each.encode("ascii") for each in formats}

    def form(found: re.Match[bytes]) -> bytes:
        suffix, name = found[1], found[2]
        if suffix not in kept:
            return b""
        return re.sub(rb'href="[^"]+"', b'href="' + name + b'"', found[0], count=1)

    def forms(found: re.Match[bytes]) -> bytes:
        left = _FORM.sub(form, found[1])
        return found[0].replace(found[1], left) if left else b""

    return _FORMS.sub(forms, page, count=1)


def address(url: str) -> str:
    """An address of the web as it is read."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")
