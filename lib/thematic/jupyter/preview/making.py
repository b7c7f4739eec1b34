"""Turns a wish to see a report into a job, and the job into its page, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path

from thematic.build.build import asked_editions, closed_to, data_alone, job_of, prepare, report_data
from thematic.build.request import Request, Words, check, data_paths
from thematic.core.areas import FORCE
from thematic.core.errors import ArgumentsRefused
from thematic.core.previewer import NOTEBOOK, PAGE, Asked, Preview
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.execution.processes import TIMEOUT, Limits, Running, end, ended, start
from thematic.extracts import warehouse
from thematic.jupyter.preview.notebook import Saved, read_saved
from thematic.measures.ledger.seen import seen_by
from thematic.outputs.drafts import Drafts
from thematic.outputs.editions import Edition
from thematic.outputs.jobs import Job, Product
from thematic.params import Params, load_params

Say = Callable[[str], None]
_LIMITS = Limits(TIMEOUT)


def about(edition: Edition, params: Params) -> str:
    """Which report it is, in words."""
    theme = params.themes[edition.theme].title
    return f"{theme}, {edition.area.name}, {edition.period.label}, {edition.audience}"


def plan(asked: Asked, say: Say) -> tuple[Job, str]:
    """The job of the report asked for, from what is saved now, and which report it is in words.

    Makes the cubes anew where what they rest on has changed. Raises UserError as a build does, and ArgumentsRefused
    for more than one report.
    """
    workbook = Workbook(Path(asked.root))
    params = load_params(workbook)
    saved = _notebook(asked, workbook, params)
    request = _request(asked, saved, params, workbook)
    with data_alone(workbook, say):
        index = _index(asked, workbook, params, say)
        (edition,) = asked_editions(params, request, index)
        formats = [] if asked.form == NOTEBOOK else [PAGE]
        return _job(workbook, params, edition, index, saved, formats), about(edition, params)


def make(asked: Asked, is_wanted: Callable[[], bool], say: Say) -> Preview:
    """The preview of the report asked for; it is given up when it is not wanted any more. Raises as `plan` does."""
    job, words = plan(asked, say)
    product = _produce(job, is_wanted)
    if product is None:
        return Preview(superseded=True)
    if product.failure is not None:
        return Preview(failure=product.failure.message, about=words)
    made = product.files[asked.form].decode("utf-8")
    if asked.form == NOTEBOOK:
        return Preview(notebook=made, about=words, seconds=product.seconds)
    return Preview(made, about=words, seconds=product.seconds)


def _notebook(asked: Asked, workbook: Workbook, params: Params) -> Saved:
    if asked.notebook is not None:
        return read_saved(workbook, params, Path(asked.notebook), asked.theme)
    if asked.theme not in params.themes:
        raise ArgumentsRefused(f"There is no theme '{asked.theme}'. Themes: {', '.join(params.themes)}.")
    notebook = workbook.file(f"notebooks/{params.themes[asked.theme].notebook}")
    return read_saved(workbook, params, notebook, asked.theme)


def _request(asked: Asked, saved: Saved, params: Params, workbook: Workbook) -> Request:
    """The one report that is asked for, as a build would be told of it."""
    told = saved.parameters
    words = Words(
        [params.themes[saved.theme].goal],
        period=told["period"] if asked.period is None else asked.period,
        area=(told["area"] if asked.area is None else asked.area) or FORCE,
        audience=told["audience"] if asked.audience is None else asked.audience,
        format=PAGE,
        data=asked.data,
        lookup=asked.lookup,
    )
    return one_report(words, params, workbook)


def one_report(words: Words, params: Params, workbook: Workbook) -> Request:
    """What the words ask for. Raises ArgumentsRefused where that is more than one report."""
    request = check(words, params, workbook)
    one = "A preview shows one report"
    if len(request.themes) != 1:
        raise ArgumentsRefused(f"{one}: name one goal, not {' '.join(words.goals)}.")
    if request.periods is not None and len(request.periods) != 1:
        raise ArgumentsRefused(f"PERIOD: '{words.period}' is more than one month. {one}: name one, such as 2021-01.")
    if request.areas is None or len(request.areas) != 1:
        raise ArgumentsRefused(f"AREA: '{words.area or words.lpu}' is more than one area. {one}: name one, or {FORCE}.")
    return request


def _index(asked: Asked, workbook: Workbook, params: Params, say: Say) -> Index:
    """The index of the cubes, which are made where they are not as they have to be."""
    facts = warehouse.facts(workbook) if asked.data_as_they_are else None
    if facts is not None:
        return cubes.build(workbook, params, facts, say)
    known = cubes.load_index(workbook) if asked.data_as_they_are else None
    if known is not None:
        return known
    data, lookup = data_paths(asked.data, asked.lookup)
    return prepare(workbook, params, data=data, lookup=lookup, today=date.today(), say=say)


def _job(workbook: Workbook, params: Params, edition: Edition, index: Index, saved: Saved, formats: list[str]) -> Job:
    name = params.themes[edition.theme].notebook
    seen = seen_by(edition.audience, workbook, params, index, lambda _: None, periods=[edition.period])
    manifest = Drafts.of(workbook, seen.params, seen.index, {name: saved.data}).manifest(edition)
    report = report_data(seen.params, edition, seen.files(edition.theme), seen.index)
    job = job_of(edition, manifest, (saved.path.name, saved.data), formats, report)
    return replace(job, closed=closed_to(edition, workbook, workbook.root / "outputs"))


def _produce(job: Job, is_wanted: Callable[[], bool]) -> Product | None:
    """What becomes of the job; None when it is not wanted any more."""
    running = _started(job)
    try:
        while is_wanted():
            for _, product in ended([running], _LIMITS):
                return product
        return None
    finally:
        end(running)


def _started(job: Job) -> Running:
    """The job at work. Where code that every report loads is broken, raises what is wrong with it."""
    try:
        return start(job)
    except (OSError, EOFError):
        import_module("thematic.execution.rehearsal")
        raise
