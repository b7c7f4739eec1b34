"""Turns notebooks, periods and areas into editions: what to make, where it goes and the key of what it is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from thematic.core.areas import Area
from thematic.core.digests import code_digest, digest, digest_bytes
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params import Params
from thematic.params.brand import Brand
from thematic.params.declared import Audience
from thematic.params.measures import MeasureOf
from thematic.params.tables import Lookup

FORMATS = {suffix: f"thematic_{suffix}" for suffix in ("csv", "docx", "html", "pdf", "xlsx")}
"""The suffix of each format and the nbconvert exporter that makes it, named so that JupyterLab's server finds it."""
PAGE, NOTEBOOK = "html", "ipynb"
FAILED = "failed"
"""The folder of the notebooks of failed reports, in the folder of all outputs."""


@dataclass(frozen=True)
class Edition:
    """One report: a theme (its slug) for a period, an area and an audience."""

    theme: str
    period: Month
    area: Area
    audience: Audience

    @property
    def folder(self) -> Path:
        """Where its files lie, from the folder of all outputs."""
        return Path(f"{self.period}/{self.theme}")

    @property
    def label(self) -> str:
        return f"{self.period}/{self.theme}/{self.area.slug}"

    @property
    def parameters(self) -> dict[str, str]:
        """What its notebook is told."""
        return {"period": str(self.period), "area": self.area.slug, "audience": self.audience}

    def path(self, out: Path, suffix: str) -> Path:
        return out / f"{self.period}/{self.theme}/{self.area.slug}.{suffix}"

    def failed_path(self, out: Path) -> Path:
        """Where the notebook of a failed report is kept."""
        return self.path(making_folder(out, self.audience) / FAILED, NOTEBOOK)


def is_private(audience: Audience) -> bool:
    """Whether only the owner of a report's files may read them."""
    return audience != "public"


def making_folder(out: Path, audience: Audience) -> Path:
    """The folder that tells of the making of an audience's reports: that of the reports, but one beside it for the
    public, to whom it is not given."""
    return out.with_name(f"{out.name}-making") if audience == "public" else out


def list_editions(
    params: Params,
    themes: Iterable[str],
    periods: Iterable[Month],
    areas: tuple[str, ...] | None,
    audience: Audience,
) -> list[Edition]:
    """Every edition asked for, by period, theme and area, the force first; `areas` (slugs) None is all.

    An area has no report for a period at whose end it is not open, nor of a theme that is not reported for its level.
    Raises ArgumentsRefused where an area asked for has no report in any of the periods.
    """
    periods = list(periods)
    reported = {theme: params.report_areas(theme) for theme in themes}
    if areas is not None:
        for slug in areas:
            _refuse_without_report(params.area(slug), reported, periods)
    return [
        Edition(theme, period, area, audience)
        for period in periods
        for theme, places in reported.items()
        for area in places
        if (areas is None or area.slug in areas) and area.open_in(period)
    ]


def _refuse_without_report(area: Area, reported: Mapping[str, tuple[Area, ...]], periods: Sequence[Month]) -> None:
    if not any(area in places for places in reported.values()):
        raise ArgumentsRefused(f"AREA: {', '.join(reported)}: no report is made for {area.name} ({area.slug}).")
    if not any(area.open_in(period) for period in periods):
        raise ArgumentsRefused(f"AREA: {area.slug} does not exist in {_listed(periods)}{_lifetime(area)}.")


def check_periods(periods: Iterable[Month], first: Month, latest: Month, source: str) -> None:
    """Raises ArgumentsRefused for a period that the data (called `source`) do not reach."""
    for period in periods:
        if period > latest:
            where = f"{period} is not complete in the data ({source})"
            raise ArgumentsRefused(f"PERIOD: {where}. The latest period is {latest}.")
        if period < first:
            where = f"{period} is before the data begin ({source})"
            raise ArgumentsRefused(f"PERIOD: {where}. The first period is {first}.")


def shared_inputs(workbook: Workbook) -> dict[str, str]:
    """Digests of what every report is made from: the product's code and the locked versions of what it uses."""
    lock = workbook.root / "uv.lock"
    return {"lib": code_digest(), "lock": digest_bytes(lock.read_bytes()) if lock.is_file() else ""}


def params_files(params: Params, theme: str) -> dict[str, str]:
    """What a theme's reports rest on under params/ and data/reference/, each with the digest of what it declares.

    They are files, and measures by name, for a family declares many in one file.
    """
    declared: dict[str, Any] = {
        f"themes/{theme}": params.themes[theme],
        "force": params.force,
        "events": params.events,
        "disclosure": params.disclosure,
        "glossary": params.glossary,
        **{f"areas/{name}": level for name, level in params.levels.items()},
        **{f"tables/{name}": params.tables[name] for name in params.themes[theme].tables},
    }
    files = {f"params/{name}.yaml": _digest_of(model) for name, model in declared.items()}
    files |= {f"measure {name}": _digest_of(params.measures[name]) for name in _measures(params, theme)}
    files |= {f"data/reference/{name}.csv": digest(params.lists[name].rows) for name in _lists(params, theme)}
    if benchmarks := _benchmarks(params, theme):
        files["params/benchmarks"] = digest(benchmarks)
    if recommendations := params.recommendations.get(theme):
        said = [each.model_dump(mode="json") for each in recommendations]
        files[f"params/recommendations/{theme}.yaml"] = digest(said)
    if params.brand != Brand():
        files["params/brand.yaml"] = digest(
            [params.brand.look.payload(), params.brand.said.model_dump(mode="json", by_alias=True)]
        )
    boundaries = params.force.boundaries
    return files if boundaries is None else {**files, boundaries.file: digest(params.boundaries)}


def _digest_of(model: BaseModel) -> str:
    return digest(model.model_dump(mode="json", by_alias=True))


def _measures(params: Params, theme: str) -> list[str]:
    """The measures of a theme, and those that their figures are worked out from."""
    own = list(params.themes[theme].measures)
    sides = (side for name in own for side in (params.measures[name].numerator, params.measures[name].denominator))
    return list(dict.fromkeys([*own, *(side.measure for side in sides if isinstance(side, MeasureOf))]))


def _benchmarks(params: Params, theme: str) -> list[list[str | float]]:
    """What the files of benchmarks say of a theme's measures."""
    own = [each for each in params.benchmarks if each.measure in params.themes[theme].measures]
    return [[each.measure, each.group, str(each.until), each.value, each.source] for each in own]


def _lists(params: Params, theme: str) -> list[str]:
    """The code lists that a theme's tables name."""
    tables = [params.tables[name] for name in params.themes[theme].tables]
    columns = (column.list for table in tables for column in table.columns.values())
    lookups = (each.lookup.source for table in tables for each in table.derived.values() if isinstance(each, Lookup))
    return sorted({name for name in (*columns, *lookups) if name is not None})


def with_commentary(params_files: Mapping[str, str], edition: Edition, params: Params) -> dict[str, str]:
    """The files that one report rests on: its theme's, and its own commentary where its audience sees it."""
    commentary = params.commentary_on(edition.theme, edition.period, edition.area)
    if commentary is None or not commentary.shown_to(edition.audience):
        return dict(params_files)
    name = f"params/commentary/{edition.theme}/{edition.period}/{edition.area.slug}.md"
    return {**params_files, name: digest(commentary.model_dump(mode="json"))}


def edition_key(edition: Edition, inputs: Mapping[str, str]) -> str:
    """The digest that changes when, and only when, the edition must be made again."""
    area = [edition.area.slug, edition.area.name]
    return digest([edition.theme, str(edition.period), area, edition.audience, dict(inputs)])


def _listed(periods: Sequence[Month]) -> str:
    return str(periods[0]) if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def _lifetime(area: Area) -> str:
    since = f" from {area.valid_from}" if area.valid_from else ""
    until = f" until {area.valid_to}" if area.valid_to else ""
    return f" (it exists{since}{until})" if since or until else ""
