"""Turns the reports that are handed on into the page that their receiver reads first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from thematic.build.assured import signatures, unsigned_roles
from thematic.core.periods import Month
from thematic.exporters.policy import policy
from thematic.exporters.typeface import style_of
from thematic.exporters.ways import address
from thematic.outputs.catalogue import INDEX, Catalogue
from thematic.outputs.catalogue.grid import shown_first
from thematic.params import Params
from thematic.publishing.bundles import CHECKSUMS
from thematic.report.publication import next_release

if TYPE_CHECKING:
    from jinja2 import Template

README = "README.html"
_TEMPLATES = Path(__file__).parent / "templates"


def readme(catalogue: Catalogue, params: Params) -> bytes:
    """What is in the folder, of which period and marking, whom to ask, and how to check that it arrived whole."""
    reports = list(catalogue.reports.values())
    periods = [Month.parse(each) for each in reversed(catalogue.periods)]
    style = style_of(params.brand.look, "Regular", "SemiBold") + "\n" + _text("readme.css")
    page = _template().render(
        force=params.force.name,
        logo=params.brand.look.logo,
        markings=sorted({report.marking for report in reports if report.marking}),
        audience=reports[0].audience,
        synthetic=any(report.synthetic for report in reports),
        protection=params.disclosure.protection,
        sources=sorted({report.source for report in reports}),
        periods=periods,
        themes=[_theme(catalogue, theme) for theme in catalogue.themes],
        number=len(reports),
        example=f"{reports[0].file}.{shown_first(reports[0].formats)[0]}",
        contact=params.brand.contact_said,
        signed=[(month.label, signatures(params, month), unsigned_roles(params, month)) for month in periods],
        next=next_release(params, periods[-1]),
        index=INDEX,
        checksums=CHECKSUMS,
        style=style,
        policy=policy(style),
    )
    return (page.rstrip("\n") + "\n").encode()


def _theme(catalogue: Catalogue, theme: str) -> tuple[str, str, str]:
    """A theme's title, the areas it is reported for, and the forms of its reports."""
    own = {place: report for place, report in catalogue.reports.items() if place[1] == theme}
    areas = [name for slug, name in catalogue.areas.items() if any(place[2] == slug for place in own)]
    forms = shown_first({suffix for report in own.values() for suffix in report.formats})
    return catalogue.themes[theme], ", ".join(areas), ", ".join(each.upper() for each in forms)


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["address"] = address
    return made.get_template("readme.html.j2")
