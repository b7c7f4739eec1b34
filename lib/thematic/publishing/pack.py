"""Turns params/pack.yaml into a board's pack: makes the reports it names, and sets them as a PDF for each part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.build.build import build, keep_out_of_git
from thematic.build.log import result_line
from thematic.build.request import ALL, Words, check
from thematic.core.errors import ArgumentsRefused, DiskRefused, ParamsRefused, Problem, UserError, reason
from thematic.core.naming import handed_on, slug
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.execution.batch import OnEvent
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.outputs.editions import NOTEBOOK, Edition, is_private
from thematic.outputs.manifest import SUFFIX, read_manifest
from thematic.outputs.placing import write_whole
from thematic.outputs.status import stale_lines
from thematic.params import Params, load_params
from thematic.params.pack import PackParams, PackPart, audience_of, example, unwritten_plans
from thematic.publishing.compared import differs

if TYPE_CHECKING:
    from thematic.exporters.document import Document

FOLDER = "pack"
PARTS: tuple[PackPart, ...] = (1, 2)


class PackRefused(UserError):
    """The reports are not such that a pack can be made of them (exit status 1)."""

    exit_status = 1


@dataclass(frozen=True)
class _Order:
    """What the command asks for; `words` are those of every build it needs, but for what the pack itself says."""

    workbook: Workbook
    words: Words
    today: date
    say: Callable[[str], None]
    begin: Callable[[int], OnEvent]
    params: Params
    pack: PackParams
    out: Path

    def reports_folder(self, part: PackPart) -> Path:
        return self.out / FOLDER / audience_of(part)


def make_pack(
    workbook: Workbook, words: Words, today: date, say: Callable[[str], None], begin: Callable[[int], OnEvent]
) -> list[Path]:
    """Writes a PDF for each part that has items, under `<out>/<period>/pack/`; its files.

    The reports are made first, where they are not up to date: for part 1 the public ones, for part 2 the internal
    ones, each kind in a folder of its own under `<out>/pack/`. Raises UserError before any file of the pack is touched.
    """
    order = _order(workbook, words, today, say, begin)
    keep_out_of_git(workbook, order.out)
    editions = {part: list(_made(order, part)) for part in PARTS}
    period = next(each.period for part in PARTS for each in editions[part])
    files = {part: _pdf(order, part, editions[part]) for part in PARTS if order.pack.of(part)}
    return _written(order, order.out / str(period) / FOLDER, str(period), files)


def file_of(params: Params, pack: PackParams, part: PackPart, period: str) -> str:
    """What a part is called, so that it cannot be confused with another when it is handed on."""
    marking = getattr(params.force.marking, audience_of(part))
    return f"{handed_on(params.force.name, slug(pack.meeting), f'part-{part}', period, marking)}.pdf"


def _order(
    workbook: Workbook, words: Words, today: date, say: Callable[[str], None], begin: Callable[[int], OnEvent]
) -> _Order:
    params = load_params(workbook)
    request = check(replace(words, goals=[ALL]), params, workbook)
    if request.periods is not None and len(request.periods) > 1:
        raise ArgumentsRefused(f"PERIOD: '{words.period}' is more than one month. A pack is of one.")
    if params.pack is None:
        shown = workbook.shown(workbook.params / "pack.yaml")
        titles = {slug: theme.title for slug, theme in params.themes.items()}
        raise ArgumentsRefused(
            f"{shown} does not exist. It says what is on the board's agenda, what of it is private (part 2), and whose "
            f"reports are the papers. Write it, such as:\n\n{example(titles)}"
        )
    if problems := list(unwritten_plans(params.pack, params.recommendations)):
        raise ParamsRefused("The pack was not made, for it would lack papers.", problems)
    return _Order(workbook, words, today, say, begin, params, params.pack, request.out)


def _made(order: _Order, part: PackPart) -> Iterator[Edition]:
    """The editions that are the papers of a part, made where they were not up to date."""
    problems: list[Problem] = []
    for words in _builds(order, part):
        outcome = build(order.workbook, words, order.today, order.say, order.begin)
        for line in stale_lines(outcome.stale):
            order.say(line)
        yield from outcome.up_to_date
        yield from (result.edition for result in outcome.made)
        for result in outcome.failed:
            kept = order.workbook.shown(result.edition.failed_path(outcome.out))
            problems.append(Problem(result_line(result), f"Its notebook: {kept}."))
    if problems:
        raise PackRefused("The pack was not made, for it would lack papers. Put these right, and try again.", problems)


def _builds(order: _Order, part: PackPart) -> Iterator[Words]:
    """The words of the builds that make a part's papers: one build for all themes that are asked for the same areas."""
    areas_of: dict[str, list[str]] = {}
    for theme, area in order.pack.reports_of(part):
        areas_of.setdefault(theme, []).append(area)
    goals: dict[tuple[str, ...], list[str]] = {}
    for theme, places in areas_of.items():
        goals.setdefault(tuple(places), []).append(order.params.themes[theme].goal)
    out = str(order.reports_folder(part))
    for areas, asked in goals.items():
        said = replace(order.words, goals=asked, area=",".join(areas), lpu=None)
        yield replace(said, format="pdf", audience=audience_of(part), out=out)


def _pdf(order: _Order, part: PackPart, editions: list[Edition]) -> bytes:
    from thematic.exporters.pack import pack_pdf

    seen = _seen(order, part, editions)
    reports = {(each.theme, each.area.slug): _read(order, part, each, seen) for each in editions}
    return pack_pdf(order.params, order.pack, part, reports)


def _seen(order: _Order, part: PackPart, editions: Sequence[Edition]) -> Seen | None:
    """What the reports of a part were made from."""
    index = cubes.load_index(order.workbook)
    if index is None or not editions:
        return None
    periods = [edition.period for edition in editions]
    return seen_by(audience_of(part), order.workbook, order.params, index, order.say, periods=periods)


def _read(order: _Order, part: PackPart, edition: Edition, seen: Seen | None) -> Document:
    """The report as its notebook shows it. Raises PackRefused where that is not what the manifest says it is, and where
    a public one lists other figures than those that were released."""
    from nbformat import v4

    from thematic.exporters import document

    folder = order.reports_folder(part)
    manifest = read_manifest(edition.path(folder, SUFFIX))
    whole = manifest is not None and not manifest.missing(edition, folder, {NOTEBOOK})
    report = document.read(v4.reads(edition.path(folder, NOTEBOOK).read_text(encoding="utf-8"))) if whole else None
    other = report is not None and seen is not None and differs(seen, edition, folder)
    if report is None or other or (report.cover is not None and report.cover.audience != audience_of(part)):
        shown = order.workbook.shown(edition.path(folder, NOTEBOOK))
        raise PackRefused(f"{shown} is not the report that belongs there. Remove it, and give the same command again.")
    return report


def _written(order: _Order, folder: Path, period: str, files: Mapping[PackPart, bytes]) -> list[Path]:
    """Puts the parts in place, and takes away every other PDF of a pack that is there."""
    names = {part: file_of(order.params, order.pack, part, period) for part in files}
    try:
        for part, data in files.items():
            write_whole(folder / names[part], data, private=is_private(audience_of(part)))
        for path in folder.glob("*_part-[12]_*.pdf"):
            if path.name not in names.values():
                path.unlink()
    except OSError as error:
        raise DiskRefused(f"The pack cannot be written to {order.workbook.shown(folder)}: {reason(error)}.") from error
    return [folder / name for name in names.values()]
