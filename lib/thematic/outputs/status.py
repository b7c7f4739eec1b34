"""Turns a report's manifest and what it would be made from today into why it is not up to date, and that into lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from thematic.outputs.editions import Edition
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest

_MANY = 3
_AREA = "*"
"""Stands for the area in a cause, so that the same cause reads the same in every area's report."""
NEVER_MADE = "never made"
FAILED_LAST_TIME = "failed last time"
_INPUTS = {"params": "params", "cubes": "the data it sees", "lib": "the product's code (lib/)", "lock": "uv.lock"}
"""What each input of a report is called when it has changed; its notebook goes by its own name."""


@dataclass(frozen=True)
class Finding:
    """How one report stands: why it is not up to date, one line for each cause; none where it is.

    `stale` says that the words of its commentary are about other figures.
    """

    edition: Edition
    causes: tuple[str, ...] = ()
    stale: bool = False


def find(
    edition: Edition,
    out: Path,
    shown: str,
    today: Manifest,
    suffixes: Iterable[str],
    notebook: str,
    trusting: bool = False,
) -> Finding:
    """How a report stands under `out` (`shown` in messages), were it made `today` with files of these suffixes.

    It is up to date when its manifest has today's key, and every file asked for lies there as the manifest says. One
    that is not and failed when it was made last says that too.
    `notebook` is the name that a change of it goes by; `trusting` is as in `Manifest.missing`.
    """
    path = edition.path(out, SUFFIX)
    before = read_manifest(path)
    failed: tuple[str, ...] = ()
    if edition.failed_path(out).is_file():
        kept = edition.failed_path(Path(shown)).with_stem(_AREA).as_posix()
        failed = (f"{FAILED_LAST_TIME} ({kept})",)
    if before is not None:
        causes = (*_changes(before, today, notebook), *_files(before, edition, out, suffixes, trusting))
        return Finding(edition, (*causes, *failed) if causes else (), before.commentary_stale)
    return Finding(edition, failed or (f"unreadable: {_AREA}.{SUFFIX}" if path.is_file() else NEVER_MADE,))


def _changes(before: Manifest, today: Manifest, notebook: str) -> Iterator[str]:
    """What is not now as it was, where the key says that something is not."""
    if before.key == today.key:
        return
    told = []
    if before.audience != today.audience:
        told.append(f"made for the {before.audience} audience")
    changed = changed_inputs(before, today, notebook)
    if changed:
        told.append(f"changed: {', '.join(changed)}")
    yield from told or [f"not the report that belongs here: {_AREA}.{SUFFIX}"]


def changed_inputs(before: Manifest, today: Manifest, notebook: str) -> list[str]:
    """The inputs of a report that are not now as they were; `notebook` is the name that a change of it goes by."""
    return [name for each in ("notebook", *_INPUTS) for name in _changed(each, before, today, notebook)]


def _changed(part: str, before: Manifest, today: Manifest, notebook: str) -> list[str]:
    if before.inputs.get(part) == today.inputs.get(part):
        return []
    files = _differing(before.params, today.params) if part == "params" and before.params else []
    if len(files) > _MANY:
        return [f"{len(files)} declarations of params/ (such as {files[0]})"]
    return files or [_INPUTS.get(part, notebook)]


def _differing(before: Mapping[str, str], today: Mapping[str, str]) -> list[str]:
    """The names that are new, gone or other than they were."""
    return sorted(name for name in {*before, *today} if before.get(name) != today.get(name))


def _files(before: Manifest, edition: Edition, out: Path, suffixes: Iterable[str], trusting: bool) -> Iterator[str]:
    """The files asked for that are not there, and those that are there but not as they were made."""
    lacking = before.missing(edition, out, set(suffixes), trusting)
    altered = {suffix for suffix in lacking if suffix in before.formats and edition.path(out, suffix).is_file()}
    for word, found in (("missing", lacking - altered), ("altered", altered)):
        if found:
            yield f"{word}: {', '.join(f'{_AREA}.{suffix}' for suffix in sorted(found))}"


def status_lines(findings: Sequence[Finding]) -> list[str]:
    """Every report, up to date or why not: one line for those of a theme and period that stand alike; then a count."""
    due = sum(1 for finding in findings if finding.causes)
    count = f"{_reports(len(findings))}: {len(findings) - due:,} up to date, {due:,} not."
    return [*_lines(findings), count, *stale_lines([finding.edition for finding in findings if finding.stale])]


def stale_lines(editions: Sequence[Edition]) -> list[str]:
    """A line that names the reports (of one audience) whose commentary is stale, and what to do; none without any."""
    if not editions:
        return []
    named = ", ".join(edition.label for edition in editions)
    shown = "show it all the same" if editions[0].audience == "public" else "say so"
    again = "When it is right: thematic commentary GOAL --period YYYY-MM --area AREA --confirm"
    return [
        f"Commentary to read again, for the figures have changed since it was written: {named}. "
        f"These reports {shown}. {again}"
    ]


def dry_run_lines(findings: Sequence[Finding]) -> list[str]:
    """The reports that a build would make and why, grouped in the same way; then a count."""
    due = sum(1 for finding in findings if finding.causes)
    return [
        *due_lines(findings),
        f"Would make {_reports(due)}; {len(findings) - due:,} up to date. Nothing was made.",
    ]


def due_lines(findings: Sequence[Finding]) -> list[str]:
    """The reports that are not up to date, and why: one line for those of a theme and period that stand alike."""
    return list(_lines(findings, up_to_date=False))


def _lines(findings: Sequence[Finding], up_to_date: bool = True) -> Iterator[str]:
    for folder, group in groupby(findings, key=lambda finding: finding.edition.folder):
        alike: dict[tuple[str, ...], list[str]] = {}
        for finding in group:
            alike.setdefault(finding.causes, []).append(finding.edition.area.slug)
        for causes, areas in alike.items():
            if causes or up_to_date:
                whole = sum(len(each) for each in alike.values())
                yield _line(folder.as_posix(), areas, whole, "; ".join(causes) or "up to date")


def _line(folder: str, areas: Sequence[str], whole: int, said: str) -> str:
    """One line for the areas of a period's theme that stand alike; `whole` is how many areas there are."""
    if len(areas) == 1:
        return f"{folder}/{areas[0]}: {said.replace(_AREA, areas[0])}"
    if len(areas) == whole:
        return f"{folder} ({_reports(whole)}): {said}"
    named = ", ".join(areas) if len(areas) <= _MANY else f"{len(areas)} of {_reports(whole)}"
    return f"{folder} ({named}): {said}"


def _reports(number: int) -> str:
    return "1 report" if number == 1 else f"{number:,} reports"
