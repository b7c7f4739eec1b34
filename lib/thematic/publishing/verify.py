"""Makes a report again from an archived extract and compares: the same bytes, or which figure and input differ."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from thematic.build.build import data_alone, make_plan, prepare
from thematic.build.request import Words, check
from thematic.core.digests import digest_bytes
from thematic.core.errors import ArgumentsRefused
from thematic.core.temporary import temporary_folder
from thematic.core.workbook import Workbook
from thematic.execution import batch
from thematic.extracts import archive as archives
from thematic.measures.ledger.seen import seen_by
from thematic.outputs.editions import FORMATS, NOTEBOOK, Edition, list_editions
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest
from thematic.outputs.notebooks import read_notebooks
from thematic.outputs.status import changed_inputs
from thematic.params import Params, load_params
from thematic.publishing.compared import listed

_KEY = ("measure", "dimension", "category", "window_start", "window_end")
_NAMED = 20
Figures = Mapping[tuple[str, ...], Mapping[str, Any]]


@dataclass(frozen=True)
class Verified:
    """What comes of making a report again: `same` bytes or not, and the lines that say so."""

    same: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Again:
    """A report that was made again: its manifest, in the folder `out`."""

    edition: Edition
    manifest: Manifest
    notebook: str
    out: Path


def verify_report(
    workbook: Workbook, report: str, data: str, lookup: str, today: date, say: Callable[[str], None]
) -> Verified:
    """Makes the report of a manifest (`outputs/2021-01/.../force.json`) again from the archive `data`, apart from all
    that the workbook holds, and compares every file with what the manifest says, and every figure.

    Raises UserError as a build does, and ArgumentsRefused for a file that is no manifest of a report.
    """
    path = Path(report).expanduser()
    before = read_manifest(path)
    if before is None:
        raise ArgumentsRefused(f"'{report}' is no manifest of a report. Name its .json file, beside the report.")
    params = load_params(workbook)
    theme = params.themes.get(before.theme)
    if theme is None:
        raise ArgumentsRefused(f"'{report}' is a report of the theme {before.theme}, which params/themes has not.")
    words = Words([theme.goal], before.period, before.area, audience=before.audience, data=data, lookup=lookup)
    with temporary_folder() as folder:
        again = _made(workbook, params, words, before, folder, today, say)
        return _compared(path, before, again, _altered(data))


def _made(
    workbook: Workbook,
    params: Params,
    words: Words,
    before: Manifest,
    folder: Path,
    today: date,
    say: Callable[[str], None],
) -> _Again:
    """The report, made in a store of its own."""
    formats = [suffix for suffix in before.formats if suffix in FORMATS]
    request = check(replace(words, format=",".join(formats) or None), params, workbook)
    apart = Workbook(workbook.root, folder / "store")
    if workbook.ledger.is_dir():
        shutil.copytree(workbook.ledger, apart.ledger)
    archive = request.data
    lookup = request.lookup or _lookup(archive)
    day = (archives.read_on(archive) if archive is not None else None) or today
    with data_alone(workbook, say):
        index = prepare(apart, params, data=archive, lookup=lookup, today=day, say=lambda _: None)
    seen = seen_by(request.audience, apart, params, index, say, periods=request.periods)
    notebooks = read_notebooks(workbook, [params.themes[theme].notebook for theme in request.themes])
    editions = list_editions(params, request.themes, request.periods or (), request.areas, request.audience)
    out = folder / "out"
    plan = make_plan(seen, replace(request, out=out), notebooks=notebooks, editions=editions)
    (result,) = batch.run(plan.jobs, out, 1, batch.Limits(batch.TIMEOUT), lambda *_: None)
    if result.failure is not None:
        raise ArgumentsRefused(f"{result.edition.label} cannot be made again: {result.failure.message}")
    manifest = read_manifest(result.edition.path(out, SUFFIX))
    if manifest is None:
        raise ArgumentsRefused(f"{result.edition.label} cannot be made again: it has no manifest.")
    return _Again(result.edition, manifest, params.themes[request.themes[0]].notebook, out)


def _lookup(archive: Path | None) -> Path | None:
    found = archive / archives.LOOKUP if archive is not None else None
    return found if found is not None and found.is_file() else None


def _altered(data: str) -> list[str]:
    return archives.changed_files(Path(data).expanduser()) if data.strip() else []


def _compared(path: Path, before: Manifest, again: _Again, altered: Sequence[str]) -> Verified:
    """What differs: bytes, inputs, files of the archive, figures."""
    label = again.edition.label
    wrong = [suffix for suffix, made in sorted(before.formats.items()) if again.manifest.formats.get(suffix) != made]
    touched = [suffix for suffix, made in sorted(before.formats.items()) if _touched(path, suffix, made.sha256)]
    lines = [f"Changed since it was made: {path.stem}.{suffix} is not as its manifest says." for suffix in touched]
    if not wrong and not touched:
        names = ", ".join(sorted(before.formats))
        return Verified(True, (f"{label}: made again, the same to the byte ({names}).",))
    if not wrong:
        return Verified(False, (*lines, f"{label}: the report that was made is the same as is made today."))
    lines.append(f"{label}: made again, {', '.join(wrong)} differ from what was made.")
    inputs = changed_inputs(before, again.manifest, f"notebooks/{again.notebook}")
    lines.append(f"Inputs that differ: {', '.join(inputs) or 'none'}.")
    lines += [f"The archive has changed: {name} is not as it was archived." for name in altered]
    lines += _figures(path, again)
    return Verified(False, tuple(lines))


def _touched(path: Path, suffix: str, digest: str) -> bool:
    file = path.with_suffix(f".{suffix}")
    return not file.is_file() or digest_bytes(file.read_bytes()) != digest


def _figures(path: Path, again: _Again) -> Iterator[str]:
    """A line for each figure that differs, the first ones of many."""
    was, now = _by_key(path.with_suffix(f".{NOTEBOOK}")), _by_key(again.edition.path(again.out, NOTEBOOK))
    if was is None or now is None:
        yield "The figures cannot be compared: a notebook lists none."
        return
    lines = [line for key in sorted({*was, *now}) if (line := _difference(key, was.get(key), now.get(key)))]
    yield f"Figures that differ: {len(lines):,} of {len(was):,}."
    yield from lines[:_NAMED]
    if len(lines) > _NAMED:
        yield f"... and {len(lines) - _NAMED:,} more."


def _by_key(notebook: Path) -> Figures | None:
    payload = listed(notebook)
    if payload is None:
        return None
    rows = [dict(zip(payload["columns"], row, strict=True)) for row in payload["rows"]]
    return {tuple(str(row[name]) for name in _KEY): row for row in rows}


def _difference(key: tuple[str, ...], was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> str:
    name = f"  {key[0]}, {key[1]} {key[2]}, {key[3]} to {key[4]}".replace("total total", "total")
    if was is None or now is None:
        return f"{name}: {'is new' if was is None else 'is not made any more'}"
    changes = [
        f"{part} {_said(was[part])} then, {_said(now.get(part))} now" for part in was if was[part] != now.get(part)
    ]
    return f"{name}: {'; '.join(changes)}" if changes else ""


def _said(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
