"""Turns the words of a build into reports: checks everything, makes what is not up to date, renews the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from thematic import batch, cubes, warehouse
from thematic.catalogue import write_catalogue
from thematic.cubes import Index
from thematic.digests import digest, digest_bytes
from thematic.editions import (
    FORMATS,
    NOTEBOOK,
    Edition,
    check_periods,
    edition_key,
    list_editions,
    params_files,
    shared_inputs,
    with_commentary,
)
from thematic.locking import alone
from thematic.manifest import SUFFIX, Manifest
from thematic.notebooks import read_notebooks
from thematic.params import Params, load_params
from thematic.periods import Month
from thematic.placing import clear_leftovers
from thematic.production import Ingredients, Job
from thematic.status import Finding, find
from thematic.words import Request, Words, check
from thematic.workbook import Workbook


@dataclass(frozen=True)
class Plan:
    """How each edition asked for stands, and a job for each that is not up to date."""

    findings: tuple[Finding, ...]
    jobs: tuple[Job, ...]

    @property
    def editions(self) -> tuple[Edition, ...]:
        return tuple(finding.edition for finding in self.findings)

    @property
    def up_to_date(self) -> tuple[Edition, ...]:
        return tuple(finding.edition for finding in self.findings if not finding.causes)


@dataclass(frozen=True)
class Outcome:
    """What a build has done. `results` are of the editions that were not up to date; `catalogue` is its page."""

    out: Path
    up_to_date: tuple[Edition, ...]
    results: tuple[batch.Result, ...]
    catalogue: Path | None

    @property
    def failed(self) -> tuple[batch.Result, ...]:
        return tuple(result for result in self.results if result.failure is not None)

    @property
    def made(self) -> tuple[batch.Result, ...]:
        return tuple(result for result in self.results if result.failure is None)


def build(
    workbook: Workbook,
    words: Words,
    today: date,
    say: Callable[[str], None],
    begin: Callable[[int], batch.OnEvent],
) -> Outcome:
    """Makes the reports that the words ask for, where they are not up to date.

    `say` is told what happens to the data; `begin` is told how many reports will run, and gives what to call as they
    do. Raises UserError before anything under the output folder is touched.
    """
    request, plan = _planned(workbook, words, today, say, batch.warm_up)
    clear_leftovers(request.out, plan.editions)
    results: list[batch.Result] = []
    if plan.jobs:
        results = batch.run(plan.jobs, request.out, request.jobs, request.timeout, begin(len(plan.jobs)))
    return Outcome(request.out, plan.up_to_date, tuple(results), write_catalogue(request.out))


def survey(workbook: Workbook, words: Words, today: date, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """How the reports that the words ask for stand. The data are prepared; nothing under the output folder changes.

    Raises UserError as a build does.
    """
    _, plan = _planned(workbook, words, today, say, lambda: None)
    return plan.findings


def _planned(
    workbook: Workbook, words: Words, today: date, say: Callable[[str], None], warm_up: Callable[[], None]
) -> tuple[Request, Plan]:
    """What the words ask for and what that takes; `warm_up` is called as soon as it is plain that reports will run."""
    params = load_params(workbook)
    request = check(words, params, workbook)
    notebooks = read_notebooks(workbook, [params.themes[theme].notebook for theme in request.themes])
    if _will_run(workbook, params, request):
        warm_up()
    with alone(workbook.params / "force.yaml", say):
        index = prepare(workbook, params, data=request.data, lookup=request.lookup, today=today, say=say)
        editions = _editions(params, request, index)
        return request, make_plan(workbook, params, request, index, notebooks=notebooks, editions=editions)


def _will_run(workbook: Workbook, params: Params, request: Request) -> bool:
    """Whether it is plain, before the data are looked at, that some report must be made (if the data are good)."""
    index = cubes.load_index(workbook)
    if index is None:
        return True
    periods = request.periods or (Month.parse(index.latest_period),)
    if not all(Month.parse(index.first_period) <= period <= Month.parse(index.latest_period) for period in periods):
        return False
    editions = list_editions(params, request.themes, periods, request.areas, request.audience)
    return not all(edition.path(request.out, SUFFIX).is_file() for edition in editions)


def prepare(
    workbook: Workbook,
    params: Params,
    *,
    data: Path | None,
    lookup: Path | None,
    today: date,
    say: Callable[[str], None],
) -> Index:
    """The data as far as the cubes: read, checked and counted, where they are not as they were."""
    facts = warehouse.build(workbook, params, data, lookup, today, say)
    return cubes.build(workbook, params, facts, say)


def _editions(params: Params, request: Request, index: Index) -> list[Edition]:
    first, latest = Month.parse(index.first_period), Month.parse(index.latest_period)
    periods = request.periods or (latest,)
    check_periods(periods, first, latest, index.title)
    return list_editions(params, request.themes, periods, request.areas, request.audience)


def make_plan(
    workbook: Workbook,
    params: Params,
    request: Request,
    index: Index,
    *,
    notebooks: Mapping[str, bytes],
    editions: Sequence[Edition],
) -> Plan:
    """Which editions are up to date (every format asked for, and the notebook), and the jobs of the others."""
    shared = shared_inputs(workbook)
    files = {theme: params_files(params, theme) for theme in request.themes}
    shown = workbook.shown(request.out)
    findings: list[Finding] = []
    jobs: list[Job] = []
    ingredients: dict[str, Ingredients] = {}
    for edition in editions:
        name = params.themes[edition.theme].notebook
        own_files = with_commentary(files[edition.theme], edition, params)
        inputs = _inputs(shared, index, edition, notebooks[name], own_files)
        manifest = _draft(params, index, edition, inputs, own_files)
        wanted = (*request.formats, NOTEBOOK)
        finding = find(edition, request.out, shown, manifest, wanted, f"{workbook.notebooks.name}/{name}")
        findings.append(finding)
        if not finding.causes:
            continue
        if edition.theme not in ingredients:
            counts = cubes.read_bytes(workbook, edition.theme)
            ingredients[edition.theme] = Ingredients(params, edition.theme, counts, index)
        exporters = {suffix: FORMATS[suffix] for suffix in request.formats}
        own = params.with_words_for(edition.theme, edition.period, edition.area)
        handed = replace(ingredients[edition.theme], params=own)
        jobs.append(Job(edition, exporters, notebooks[name], name, manifest, handed))
    return Plan(tuple(findings), tuple(jobs))


def _inputs(
    shared: Mapping[str, str], index: Index, edition: Edition, notebook: bytes, files: Mapping[str, str]
) -> dict[str, str]:
    return {
        "notebook": digest_bytes(notebook),
        "lib": shared["lib"],
        "params": digest(files),
        "cubes": index.slices[edition.theme][str(edition.period)],
        "lock": shared["lock"],
    }


def _draft(params: Params, index: Index, edition: Edition, inputs: dict[str, str], files: dict[str, str]) -> Manifest:
    """The manifest as far as it is known before the report is made."""
    theme = params.themes[edition.theme]
    return Manifest(
        product=version("thematic"),
        theme=edition.theme,
        theme_title=theme.title,
        goal=theme.goal,
        period=str(edition.period),
        area=edition.area.slug,
        area_name=edition.area.name,
        audience=edition.audience,
        synthetic=index.synthetic,
        source=index.title,
        key=edition_key(edition, inputs),
        inputs=inputs,
        params=files,
    )
