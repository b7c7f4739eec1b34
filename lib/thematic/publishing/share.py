"""Turns the reports of a folder into what is handed on to one audience: a folder and a zip of it, with checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from thematic.build import log
from thematic.build.assured import assure, refuse_unsigned, signed_lines
from thematic.build.build import asked_editions, data_alone, level_titles, not_fed, prepare
from thematic.build.request import ALL, Request, Words, check
from thematic.core.digests import digest
from thematic.core.errors import ArgumentsRefused, DiskRefused, reason
from thematic.core.folders import replacing
from thematic.core.workbook import Workbook
from thematic.exporters.ways import as_handed_on
from thematic.measures.disclosure import AUDIENCES
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.outputs.catalogue import Catalogue, pages
from thematic.outputs.drafts import Drafts
from thematic.outputs.editions import FORMATS, PAGE, Edition, is_private, making_folder
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest
from thematic.outputs.status import FAILED_LAST_TIME, NEVER_MADE, Finding, due_lines, find
from thematic.params import Params, load_params
from thematic.publishing.bundles import write_checksums, write_zip
from thematic.publishing.compared import differs
from thematic.publishing.readme import README, readme

FOLDER = "share"
_NAMED = 8


@dataclass(frozen=True)
class Shared:
    """What was put together: how many reports, the folder, the zip beside it, a line for those never made, and who
    signed them off."""

    reports: int
    folder: Path
    archive: Path
    left_out: Sequence[str]
    signed: Sequence[str]


@dataclass(frozen=True)
class _Order:
    """A share command that can be looked into: what it asks for, and what its reports would be made from today."""

    workbook: Workbook
    words: Words
    request: Request
    seen: Seen
    drafts: Drafts
    editions: Sequence[Edition]

    @property
    def shown(self) -> str:
        return self.workbook.shown(self.request.out)

    @property
    def named(self) -> bool:
        """Whether areas were asked for by name, so that each of their reports is expected."""
        return self.request.areas is not None


def share(workbook: Workbook, words: Words, today: date, say: Callable[[str], None]) -> Shared:
    """Puts the reports that the words ask for, as they lie in the folder OUT, into its folder share/ and a zip.

    What was never made is left out, unless its area was asked for by name. Waits while a build writes there. Raises
    ArgumentsRefused, and changes nothing, where no audience is named, and where a report is of another audience, has
    failed, is out of date, or has a file that is not as its manifest says; ParamsRefused where a public one lacks what
    params/assurance.yaml asks for.
    """
    order = _order(workbook, words, today, say)
    if not order.request.out.is_dir():
        raise ArgumentsRefused(f"There are no reports: {order.shown} does not exist. {_make_first(words)}")
    with log.opened(making_folder(order.request.out, order.request.audience), order.shown, say) as book:
        reports, left_out = _choose(order)
        _assure(order, list(reports), today)
        folder = order.request.out / FOLDER / _name(order, reports)
        archive = folder.with_name(f"{folder.name}.zip")
        private = is_private(order.request.audience)
        try:
            with replacing(folder, private=private) as part:
                _fill(part, order.request.out, reports, order.drafts.params)
                write_zip(part, folder.name, archive, private)
        except OSError as error:
            raise DiskRefused(f"{workbook.shown(folder)} could not be written: {reason(error)}.") from error
        book.add(f"shared {log.reports(len(reports))}: {FOLDER}/{folder.name}")
    return Shared(len(reports), folder, archive, left_out, tuple(signed_lines(order.drafts.params, reports)))


def shared_lines(shared: Shared, workbook: Workbook) -> list[str]:
    """What was shared, where it lies, and what is not in it."""
    folder, archive = workbook.shown(shared.folder), workbook.shown(shared.archive)
    size = f"{shared.archive.stat().st_size / 1_000_000:,.1f} MB"
    left_out = [f"Not in it: {line}" for line in shared.left_out]
    return [*left_out, *shared.signed, f"Shared {log.reports(shared.reports)}: {folder} and {archive} ({size})"]


def _order(workbook: Workbook, words: Words, today: date, say: Callable[[str], None]) -> _Order:
    if not (words.audience or "").strip():
        raise ArgumentsRefused(f"AUDIENCE: not given. Say who the reports are for: {' or '.join(AUDIENCES)}.")
    params = load_params(workbook)
    request = check(replace(words, goals=words.goals or [ALL]), params, workbook)
    with data_alone(workbook, say):
        index = prepare(workbook, params, data=request.data, lookup=request.lookup, today=today, say=say)
        seen = seen_by(request.audience, workbook, params, index, say, periods=request.periods)
    editions = asked_editions(params, request, seen.index)
    for sentence in not_fed(params, request.themes, index):
        say(sentence)
    return _Order(workbook, words, request, seen, Drafts.of(workbook, seen.params, seen.index, {}), editions)


def _assure(order: _Order, editions: Sequence[Edition], today: date) -> None:
    """Raises ParamsRefused where public editions lack what params/assurance.yaml asks for."""
    assure(order.drafts.params, editions, today)
    refuse_unsigned(order.drafts.params, [each.period for each in editions], order.request.audience)


def _choose(order: _Order) -> tuple[dict[Edition, Manifest], list[str]]:
    """The reports to share, their manifests with no formats but those that go along; and lines for those left out.

    Raises ArgumentsRefused where there is none, or one that may not be shared.
    """
    reports: dict[Edition, Manifest] = {}
    absent: list[Finding] = []
    refused: list[Finding] = []
    mixed = False
    for edition in order.editions:
        manifest = read_manifest(edition.path(order.request.out, SUFFIX))
        suffixes = _suffixes(order, manifest)
        finding = _finding(order, edition, suffixes)
        if finding.causes == (NEVER_MADE,) and not order.named:
            absent.append(finding)
        elif finding.causes:
            refused.append(finding)
            mixed = mixed or (manifest is not None and manifest.audience != edition.audience)
        elif manifest is not None:
            reports[edition] = manifest.model_copy(
                update={"formats": {each: manifest.formats[each] for each in suffixes}}
            )
    if refused:
        raise ArgumentsRefused(_refusal(order, refused, mixed))
    if not reports:
        raise ArgumentsRefused(f"None of these reports is in {order.shown}. {_make_first(order.words)}")
    return reports, due_lines(absent)


def _suffixes(order: _Order, manifest: Manifest | None) -> tuple[str, ...]:
    """The formats to share of a report: those asked for, or all it was made in; never the notebook, which has code."""
    if order.words.format or manifest is None:
        return order.request.formats
    return tuple(suffix for suffix in FORMATS if suffix in manifest.formats)


def _finding(order: _Order, edition: Edition, suffixes: Sequence[str]) -> Finding:
    out, draft = order.request.out, order.drafts.manifest(edition)
    notebook = order.drafts.params.themes[edition.theme].notebook
    finding = find(edition, out, order.shown, draft, suffixes, f"{order.workbook.notebooks.name}/{notebook}")
    if not finding.causes and edition.failed_path(out).is_file():
        return Finding(edition, (FAILED_LAST_TIME,))
    if not finding.causes and differs(order.seen, edition, out):
        return Finding(edition, ("other figures than those that were released",))
    return finding


def _refusal(order: _Order, refused: Sequence[Finding], mixed: bool) -> str:
    """What may not be shared and why, and what to do about it; `mixed`: some of it is for another audience."""
    words, audience = order.words, order.request.audience
    lines = [f"Nothing was shared with the {audience} audience. These reports may not go out:"]
    lines += [f"  - {line}" for line in due_lines(refused)]
    if mixed:
        apart = replace(words, out=audience)
        steps = f"make thematic {_all(apart)}, then make share {apart}"
        return "\n".join([*lines, f"Keep each audience in its own folder: {steps}"])
    themes = order.drafts.params.themes
    goals = sorted({themes[finding.edition.theme].goal for finding in refused})
    return "\n".join([*lines, _make_first(replace(words, goals=goals))])


def _make_first(words: Words) -> str:
    return f"Make them first: make thematic {_all(words)}"


def _all(words: Words) -> Words:
    return replace(words, goals=words.goals or [ALL])


def _name(order: _Order, editions: Iterable[Edition]) -> str:
    """The periods and the audience, then the themes and areas where they were asked for by name."""
    periods = sorted({edition.period for edition in editions})
    span = [str(periods[0]), *(["to", str(periods[-1])] if len(periods) > 1 else [])]
    themes = order.request.themes if order.words.goals and ALL not in order.words.goals else ()
    return "-".join([*span, order.request.audience, *themes, *_named_areas(order.request.areas or ())])


def _named_areas(areas: Sequence[str]) -> Sequence[str]:
    """The areas as a file's name has them: of many only how many they are, and what tells them from as many others."""
    return areas if len(areas) <= _NAMED else (f"{len(areas)}-areas", digest(areas)[:6])


def _fill(folder: Path, out: Path, reports: Mapping[Edition, Manifest], params: Params) -> None:
    """Copies the reports into the folder under names that cannot be confused, with a read-me, a catalogue of them alone
    and the checksums of all. No page leads to what is not there."""
    for edition, report in reports.items():
        (folder / edition.folder).mkdir(parents=True, exist_ok=True)
        for suffix in report.formats:
            data = edition.path(out, suffix).read_bytes()
            made = as_handed_on(data, report.formats) if suffix == PAGE else data
            (folder / edition.folder / f"{report.file}.{suffix}").write_bytes(made)
    places = {(str(edition.period), edition.theme, edition.area.slug): report for edition, report in reports.items()}
    brand = params.brand
    catalogue = Catalogue(
        places, levels=level_titles(params), look=brand.look, contact=brand.contact_said, handed_on=True
    )
    for address, page in pages(catalogue).items():
        (folder / address).write_bytes(page)
    (folder / README).write_bytes(readme(catalogue, params))
    write_checksums(folder)
