"""Turns the words of a build into reports: checks everything, makes what is not up to date, renews the catalogue."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.build import log
from thematic.build.assured import assure, signed_lines
from thematic.build.commenting import is_stale
from thematic.build.moved import moved
from thematic.build.request import Request, Words, check, check_writable
from thematic.core.errors import ArgumentsRefused, DataRefused, DiskRefused, reason
from thematic.core.folders import keep_from_git
from thematic.core.locking import alone
from thematic.core.memory import fair_share
from thematic.core.periods import Month
from thematic.core.temporary import clear_temporary
from thematic.core.workbook import BUILDS_ON, Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.execution import batch, starting
from thematic.extracts import warehouse
from thematic.in_place.marking import counted_before
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.outputs.catalogue import first_page, is_current, read_catalogue, template, write_catalogue
from thematic.outputs.drafts import Drafts
from thematic.outputs.editions import FORMATS, NOTEBOOK, Edition, check_periods, list_editions, making_folder
from thematic.outputs.gathered import Gathered, gather, load_gathering
from thematic.outputs.jobs import Job
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest
from thematic.outputs.notebooks import read_notebooks
from thematic.outputs.placing import clear_leftovers, forget_failure
from thematic.outputs.status import Finding, find, stale_lines
from thematic.outputs.unfinished import unfinished_lines
from thematic.params import Params, load_params
from thematic.tools.sample.folder import fresh_sample

if TYPE_CHECKING:
    from thematic.measures.data import ReportData

_IGNORED = ("outputs", "public")
"""How the names of the folders begin that the workbook's .gitignore leaves out."""
_AGAIN = "What was there before is kept; put this right, and give the same command again."


@dataclass(frozen=True)
class Plan:
    """How each edition asked for stands, a job for each that is not up to date, and the drafts both rest on."""

    workbook: Workbook
    findings: tuple[Finding, ...]
    jobs: tuple[Job, ...]
    drafts: Drafts

    @property
    def editions(self) -> tuple[Edition, ...]:
        return tuple(finding.edition for finding in self.findings)

    @property
    def up_to_date(self) -> tuple[Edition, ...]:
        return tuple(finding.edition for finding in self.findings if not finding.causes)


@dataclass(frozen=True)
class Outcome:
    """What a build has done, and in how many `seconds`. `results` are of the editions that were not up to date.

    `catalogue` is its page and `figures` the file of all figures, or None where there is none; `trouble` is why they
    could not be written. `stale` are those made or up to date whose commentary is about other figures, `unfinished` the
    sentences on what in the notebooks is not ready for a reader.
    """

    out: Path
    up_to_date: tuple[Edition, ...]
    results: tuple[batch.Result, ...]
    catalogue: Path | None
    trouble: str
    seconds: float
    stale: tuple[Edition, ...] = ()
    figures: Gathered | None = None
    unfinished: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[batch.Result, ...]:
        return tuple(result for result in self.results if result.failure is not None)

    @property
    def made(self) -> tuple[batch.Result, ...]:
        return tuple(result for result in self.results if result.failure is None)


@dataclass(frozen=True)
class _Order:
    """A build command that can be carried out, with the params and notebooks as they were read for it."""

    workbook: Workbook
    params: Params
    request: Request
    notebooks: Mapping[str, bytes]
    today: date
    say: Callable[[str], None]

    @property
    def shown(self) -> str:
        return self.workbook.shown(self.request.out)

    def index(self) -> Index:
        """The index of the cubes, which are made where they are not as they have to be."""
        data, lookup = self.request.data, self.request.lookup
        return prepare(self.workbook, self.params, data=data, lookup=lookup, today=self.today, say=self.say)

    def seen(self, index: Index) -> Seen:
        """What the audience's reports are made from, of the cubes that this is the index of."""
        return seen_by(self.request.audience, self.workbook, self.params, index, self.say, periods=self.request.periods)

    def plan(self, seen: Seen) -> Plan:
        editions = asked_editions(self.params, self.request, seen.index)
        return make_plan(seen, self.request, notebooks=self.notebooks, editions=editions)


def build(
    workbook: Workbook,
    words: Words,
    today: date,
    say: Callable[[str], None],
    begin: Callable[[int], batch.OnEvent],
) -> Outcome:
    """Makes the reports that the words ask for, where they are not up to date.

    `say` is told what happens to the data; `begin` is told how many reports will run, and gives what to call as they
    do. Waits while another build writes into the same folder. Raises UserError before anything in it is touched.
    """
    started = time.perf_counter()
    order = _order(workbook, words, today, say)
    request = order.request
    check_writable(request.out, order.shown)
    with data_alone(workbook, say):
        if _will_run(workbook, order.params, request):
            _get_ready(request)
        index = order.index()
        editions = asked_editions(order.params, request, order.seen(index).index)
        _assure(order, editions, index)
    keep_out_of_git(workbook, request.out)
    with log.opened(making_folder(request.out, request.audience), order.shown, say) as book:
        with data_alone(workbook, say):
            as_it_was = cubes.load_index(workbook) == index
            plan = order.plan(order.seen(index if as_it_was else order.index()))
        if not words.out:
            _refuse_to_replace(order, plan)
        book.add(f"{words}: {log.reports(len(plan.editions))}, {len(plan.jobs):,} to make")
        try:
            results = _make(request, plan, book, begin)
        except KeyboardInterrupt:
            book.add("stopped")
            raise
        stale = tuple(_stale(request.out, plan, results))
        catalogue, figures, trouble = _catalogue(request, plan.drafts, made=bool(results))
        seconds = time.perf_counter() - started
        book.add(" ".join([log.total_line(results, len(plan.up_to_date), seconds), *([trouble] if trouble else [])]))
        unfinished = tuple(unfinished_lines(order.notebooks))
        for line in (*log.notice_lines(results), *stale_lines(stale), *unfinished):
            book.add(line)
    done = Outcome(request.out, plan.up_to_date, tuple(results), catalogue, trouble, seconds, stale, figures)
    return replace(done, unfinished=unfinished)


def _refuse_to_replace(order: _Order, plan: Plan) -> None:
    """Raises ArgumentsRefused where reports for another audience lie in the place of those that would be made, and
    nobody has said that they may."""
    audience = order.request.audience
    before = [(job.edition, read_manifest(job.edition.path(order.request.out, SUFFIX))) for job in plan.jobs]
    lost = [(edition, known) for edition, known in before if known is not None and known.audience != audience]
    if lost:
        edition, known = lost[0]
        which = edition.label if len(lost) == 1 else f"{edition.label} and {len(lost) - 1:,} more"
        fix = f"Say where these go: OUT={audience}, or any folder of their own. OUT={order.shown} replaces the others."
        raise ArgumentsRefused(f"OUT: {order.shown} has {known.audience} reports of the same names ({which}). {fix}")


def _assure(order: _Order, editions: Sequence[Edition], index: Index) -> None:
    """Says which themes are not made and who signed off what is public. Raises ParamsRefused as `assure` does."""
    assure(order.params, editions, order.today)
    sentences = not_fed(order.params, order.request.themes, index), signed_lines(order.params, editions)
    for sentence in chain(*sentences):
        order.say(sentence)


def keep_out_of_git(workbook: Workbook, out: Path) -> None:
    """Sees to it that no report is committed by mistake, wherever in the workbook the folder of reports is.

    Raises ArgumentsRefused where it cannot be written.
    """
    try:
        for folder in {out, making_folder(out, "public")} if out.resolve().is_relative_to(workbook.root) else ():
            keep_from_git(folder, workbook.root, _IGNORED)
    except OSError as error:
        raise ArgumentsRefused(f"OUT: '{workbook.shown(out)}' cannot be written to: {reason(error)}.") from error


def survey(workbook: Workbook, words: Words, today: date, say: Callable[[str], None]) -> tuple[Finding, ...]:
    """How the reports that the words ask for stand. The data are prepared; nothing under the output folder changes.

    Raises UserError as a build does.
    """
    order = _order(workbook, words, today, say)
    with data_alone(workbook, say):
        index = order.index()
        for sentence in not_fed(order.params, order.request.themes, index):
            say(sentence)
        findings = order.plan(order.seen(index)).findings
        return tuple(
            replace(finding, stale=is_stale(workbook, order.params, finding.edition)) if finding.causes else finding
            for finding in findings
        )


def data_alone(workbook: Workbook, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """What holds the workbook's data for one command, until its block ends; another command waits."""
    record = workbook.params / BUILDS_ON
    return alone(record if record.is_file() else workbook.params / "force.yaml", say)


def _order(workbook: Workbook, words: Words, today: date, say: Callable[[str], None]) -> _Order:
    params = load_params(workbook)
    request = check(words, params, workbook)
    notebooks = read_notebooks(workbook, [params.themes[theme].notebook for theme in request.themes])
    return _Order(workbook, params, request, notebooks, today, say)


def _make(request: Request, plan: Plan, book: log.Log, begin: Callable[[int], batch.OnEvent]) -> list[batch.Result]:
    """Makes the reports of the plan; each goes into the log as it is done."""
    clear_leftovers(request.out)
    clear_temporary()
    for edition in plan.up_to_date:
        forget_failure(request.out, edition)
    if not plan.jobs:
        return []
    on_event = begin(len(plan.jobs))
    load_gathering()  # while what the reports need is being loaded
    template()

    def tell(edition: Edition, result: batch.Result | None) -> None:
        if result is not None:
            book.add(f"{'failed' if result.failure else 'made'} {log.result_line(result)}")
        on_event(edition, result)

    if request.cluster:
        from thematic.execution import cluster

        limits = batch.Limits(request.timeout, request.memory)
        return cluster.run(plan.jobs, request.out, request.cluster, limits, tell)
    limits = batch.Limits(request.timeout, request.memory or fair_share(request.jobs))
    return batch.run(plan.jobs, request.out, request.jobs, limits, tell)


def _stale(out: Path, plan: Plan, results: Sequence[batch.Result]) -> Iterator[Edition]:
    """The editions, made or up to date, whose commentary is about other figures, as their manifests say."""
    made = {result.edition for result in results if result.failure is None}
    for finding in plan.findings:
        edition = finding.edition
        if edition.audience == "public":
            stands = edition in made or not finding.causes
            stale = stands and is_stale(plan.workbook, plan.drafts.params, edition)
        elif edition in made:
            manifest = read_manifest(edition.path(out, SUFFIX))
            stale = manifest is not None and manifest.commentary_stale
        else:
            stale = finding.stale and not finding.causes
        if stale:
            yield edition


def _get_ready(request: Request) -> None:
    """Begins to load what reports need, or sees to it that the cluster which is to make them is there and alike."""
    if request.cluster:
        from thematic.execution import cluster

        cluster.check(request.cluster)
    else:
        starting.warm_up(request.formats)


def _catalogue(request: Request, drafts: Drafts, made: bool) -> tuple[Path | None, Gathered | None, str]:
    """The first page of the catalogue and the file of all figures, renewed; or why they could not be.

    What has changed since the month before is worked out where something was `made`, or where the pages are otherwise
    not as they have to be.
    """
    what, page = "The catalogue", None
    try:
        catalogue = read_catalogue(request.out, drafts.up_to_date, level_titles(drafts.params), drafts.params.brand)
        if made or not is_current(request.out, catalogue):
            catalogue = replace(catalogue, moved=moved(request.out, catalogue, drafts.params))
            page = write_catalogue(request.out, catalogue)
        else:
            page = first_page(request.out, catalogue)
        what = "The file of all figures"
        return page, gather(request.out, catalogue, request.audience), ""
    except OSError as error:
        return page, None, f"{what} could not be written: {reason(error)}."


def level_titles(params: Params) -> dict[str, str]:
    """The force's words for each level of areas, that of its units first."""
    return {name: params.levels[name].title for name in sorted(params.levels, key=lambda name: name != params.units)}


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
    again: bool = False,
    in_place: bool = False,
) -> Index:
    """The data as far as the cubes: read, checked and counted, where they are not as they were.

    Databases are read where that has not been done, or `again`; `in_place`, the rows are checked and counted in their
    database, and none are copied. Raises DataRefused, and DiskRefused where what is made
    of them cannot be written; what was there before stays.
    """
    try:
        if in_place:
            from thematic.in_place.counting import count_in_place

            return count_in_place(workbook, params, data=data, lookup=lookup, today=today, say=say)
        if again:
            warehouse.read_again(workbook, params, data, today, say)
        facts = counted_before(workbook, params, data, lookup, today, say)
        if facts is None:
            facts = warehouse.build(workbook, params, data, lookup, today, say, fresh_sample)
        return cubes.build(workbook, params, facts, say)
    except OSError as error:
        place = workbook.shown(Path(error.filename) if error.filename else workbook.warehouse.parent)
        raise DiskRefused(f"The data could not be prepared: {place}: {reason(error)}. {_AGAIN}") from error


def archive_data(
    workbook: Workbook, params: Params, data: Path | None, lookup: Path | None, archive: str, today: date
) -> str:
    """Keeps the extract in the folder `archive`, with its digests; what was kept, in words."""
    from thematic.extracts.archive import make_archive

    folder = Path(archive).expanduser()
    source, settings, _ = warehouse.source_of(workbook, params, data, today, lambda _: None, fresh_sample)
    places = lookup or (workbook.root / params.force.lookup if params.force.lookup else None)
    number = make_archive(workbook, source, settings, places, folder, today)
    kept = f"Archived {number:,} files with their digests: {workbook.shown(folder)}."
    return f"{kept} People are in it: keep it as you keep the extract."


def asked_editions(params: Params, request: Request, index: Index) -> list[Edition]:
    """The editions that a request asks for, without those of themes that the data cannot feed.

    Raises ArgumentsRefused for a period that the data do not reach, DataRefused where they feed none of the themes.
    """
    first, latest = Month.parse(index.first_period), Month.parse(index.latest_period)
    periods = request.periods or (latest,)
    check_periods(periods, first, latest, index.title)
    fed = [theme for theme in request.themes if theme not in index.empty]
    if not fed:
        fix = "Bring the tables that they need (params/themes), or name another theme."
        raise DataRefused(f"Nothing to make. {' '.join(not_fed(params, request.themes, index))} {fix}")
    return list_editions(params, fed, periods, request.areas, request.audience)


def not_fed(params: Params, themes: Iterable[str], index: Index) -> Iterator[str]:
    """A sentence for each theme that the data cannot feed."""
    for theme in themes:
        if theme in index.empty:
            yield f"{params.themes[theme].title} is not made: {index.empty[theme]}."


def make_plan(seen: Seen, request: Request, *, notebooks: Mapping[str, bytes], editions: Sequence[Edition]) -> Plan:
    """Which editions are up to date (every format asked for, and the notebook), and the jobs of the others."""
    workbook, params = seen.workbook, seen.params
    drafts = Drafts.of(workbook, params, seen.index, notebooks)
    shown = workbook.shown(request.out)
    findings: list[Finding] = []
    jobs: list[Job] = []
    files: dict[str, dict[str, bytes]] = {}
    for edition in editions:
        name = params.themes[edition.theme].notebook
        manifest = drafts.manifest(edition)
        wanted = (*request.formats, NOTEBOOK)
        known_as = f"{workbook.notebooks.name}/{name}"
        finding = find(edition, request.out, shown, manifest, wanted, known_as, trusting=True)
        findings.append(finding)
        if not finding.causes:
            continue
        if edition.theme not in files:
            files[edition.theme] = seen.files(edition.theme)
        report = report_data(params, edition, files[edition.theme], seen.index)
        job = job_of(edition, manifest, (name, notebooks[name]), _formats(edition, request, manifest), report)
        jobs.append(replace(job, closed=closed_to(edition, workbook, request.out), in_catalogue=True))
    return Plan(workbook, tuple(findings), tuple(jobs), drafts)


def _formats(edition: Edition, request: Request, today: Manifest) -> list[str]:
    """The formats in which a report is to be made: those asked for and, where it is another than it was, those that
    it was made in before, so that none is taken away and none lies there that is older than the others."""
    before = read_manifest(edition.path(request.out, SUFFIX))
    others = before is not None and before.audience == today.audience and before.key != today.key
    made = set(before.formats) if before is not None and others else set()
    return [suffix for suffix in FORMATS if suffix in made or suffix in request.formats]


def closed_to(edition: Edition, workbook: Workbook, out: Path) -> tuple[str, ...]:
    """The folders of which the notebook of a public edition may read nothing: rows, counts and other reports."""
    if edition.audience != "public":
        return ()
    stores = [workbook.root / "data", workbook.store, workbook.root / "outputs", out]
    return tuple(str(folder) for folder in stores if folder is not None)


def job_of(
    edition: Edition, manifest: Manifest, notebook: tuple[str, bytes], formats: Iterable[str], report: ReportData
) -> Job:
    """The job that makes one edition in these formats from a notebook (its file's name and bytes)."""
    name, data = notebook
    return Job(edition, {suffix: FORMATS[suffix] for suffix in formats}, data, name, manifest, report)


def report_data(params: Params, edition: Edition, files: dict[str, bytes], index: Index) -> ReportData:
    """What one edition is made from; `files` are its theme's cubes. Of the commentary it has its own alone."""
    from thematic.measures.data import ReportData

    own = params.with_words_for(edition.theme, edition.period, edition.area)
    return ReportData(own, edition.theme, files, index, edition.area, edition.period, edition.audience)
