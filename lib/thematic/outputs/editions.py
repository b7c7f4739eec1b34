"""Turns notebooks, periods and areas into editions: what to make, where it goes and the key of what it is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thematic.core.areas import Area
from thematic.core.digests import code_digest, digest, digest_bytes
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params import Params

FORMATS = {"csv": "thematic-csv", "html": "thematic-html", "pdf": "thematic-pdf", "xlsx": "thematic-xlsx"}
"""The suffix of each format and the nbconvert exporter that makes it."""
DEFAULT_FORMATS = ("html", "pdf", "csv")
NOTEBOOK = "ipynb"
FAILED = "failed"
"""The folder of the notebooks of failed reports, in the folder of all outputs."""


@dataclass(frozen=True)
class Edition:
    """One report: a theme (its slug) for a period, an area and an audience."""

    theme: str
    period: Month
    area: Area
    audience: str

    @property
    def folder(self) -> Path:
        """Where its files lie, from the folder of all outputs."""
        return Path(str(self.period)) / self.theme

    @property
    def label(self) -> str:
        return f"{self.period}/{self.theme}/{self.area.slug}"

    @property
    def parameters(self) -> dict[str, str]:
        """What its notebook is told."""
        return {"period": str(self.period), "area": self.area.slug, "audience": self.audience}

    def path(self, out: Path, suffix: str) -> Path:
        return out / self.folder / f"{self.area.slug}.{suffix}"

    def failed_path(self, out: Path) -> Path:
        """Where the notebook of a failed report is kept."""
        return self.path(out / FAILED, NOTEBOOK)


def list_editions(
    params: Params,
    themes: Iterable[str],
    periods: Iterable[Month],
    areas: tuple[str, ...] | None,
    audience: str,
) -> list[Edition]:
    """Every edition asked for, by period, theme and area, the force first; `areas` None is all.

    An LPU has no report for a period at whose end it does not exist. Raises ArgumentsRefused where an LPU asked for
    by name exists in none of the periods.
    """
    periods = list(periods)
    wanted = [area for area in (params.force_area, *params.lpu_areas) if areas is None or area.slug in areas]
    for area in wanted:
        if areas is not None and not any(area.open_in(period) for period in periods):
            raise ArgumentsRefused(f"LPU: {area.slug} does not exist in {_listed(periods)}{_lifetime(area)}.")
    return [
        Edition(theme, period, area, audience)
        for period in periods
        for theme in themes
        for area in wanted
        if area.open_in(period)
    ]


def check_periods(periods: Iterable[Month], first: Month, latest: Month, source: str) -> None:
    """Raises ArgumentsRefused for a period that the data (called `source`) do not reach."""
    for period in periods:
        if period > latest:
            where = f"{period} is not complete in the data ({source})"
            raise ArgumentsRefused(f"PERIOD: {where}. The latest period is {latest}.")
        if period < first:
            where = f"{period} lies before the data begin ({source})"
            raise ArgumentsRefused(f"PERIOD: {where}. The first period is {first}.")


def shared_inputs(workbook: Workbook) -> dict[str, str]:
    """Digests of what every report is made from: the product's code and the locked versions of what it uses."""
    lock = workbook.root / "uv.lock"
    return {"lib": code_digest(), "lock": digest_bytes(lock.read_bytes()) if lock.is_file() else ""}


def params_files(params: Params, theme: str) -> dict[str, str]:
    """The files under params/ that a theme's reports rest on, each with the digest of what it declares."""
    declared: dict[str, Any] = {
        f"themes/{theme}": params.themes[theme],
        "force": params.force,
        "outcomes": params.outcomes,
        "events": params.events,
        "disclosure": params.disclosure,
        "glossary": params.glossary,
        **{f"measures/{name}": params.measures[name] for name in params.themes[theme].measures},
    }
    told = {name: model.model_dump(mode="json", by_alias=True) for name, model in declared.items()}
    if recommendations := params.recommendations.get(theme):
        told[f"recommendations/{theme}"] = [each.model_dump(mode="json") for each in recommendations]
    files = {f"params/{name}.yaml": digest(value) for name, value in told.items()}
    boundaries = params.force.boundaries
    return files if boundaries is None else {**files, boundaries.file: digest(params.boundaries)}


def with_commentary(params_files: Mapping[str, str], edition: Edition, params: Params) -> dict[str, str]:
    """The files that one report rests on: its theme's, and its own commentary where it has one."""
    commentary = params.commentary_on(edition.theme, edition.period, edition.area)
    if commentary is None:
        return dict(params_files)
    name = f"params/commentary/{edition.theme}/{edition.period}/{edition.area.slug}.md"
    return {**params_files, name: digest(commentary.model_dump(mode="json"))}


def edition_key(edition: Edition, inputs: Mapping[str, str]) -> str:
    """The digest that changes when, and only when, the edition must be made again."""
    area = [edition.area.slug, edition.area.name]
    return digest([edition.theme, str(edition.period), area, edition.audience, dict(inputs)])


def _listed(periods: list[Month]) -> str:
    return str(periods[0]) if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def _lifetime(area: Area) -> str:
    since = f" from {area.valid_from}" if area.valid_from else ""
    until = f" until {area.valid_to}" if area.valid_to else ""
    return f" (it exists{since}{until})" if since or until else ""
