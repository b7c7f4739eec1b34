"""Turns the reports of a folder into one tidy file of all their figures: outputs/figures.csv, and Parquet beside it."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from thematic.core.areas import FORCE
from thematic.core.digests import digest, digest_bytes, digest_file
from thematic.core.spreadsheets import csv_text
from thematic.displays import MIME_TYPE, FigureList
from thematic.outputs.catalogue import Catalogue, Place
from thematic.outputs.editions import NOTEBOOK, is_private
from thematic.outputs.manifest import Made, Manifest
from thematic.params.declared import Audience

NAME = "figures"
LEADING = ("audience", "theme", "area", "period")
"""The columns that say whose report a figure is of; those of a report's own CSV follow."""

_SHOWS_FIGURES = f'"kind": "{FigureList.kind}"'.encode()
_CSV, _PARQUET, _RECORD = "csv", "parquet", "json"


@dataclass(frozen=True)
class Gathered:
    """The file of all figures: its path, how many figures of how many reports it holds, and how many reports are left
    out, for they are not up to date or not as they were made."""

    path: Path
    reports: int
    figures: int
    left_out: int


class _Record(BaseModel):
    """figures.json: what the files were made from (`key`), and their digests and sizes."""

    model_config = ConfigDict(frozen=True)

    key: str
    audience: Audience
    reports: int
    figures: int
    files: dict[str, Made]


def load_gathering() -> None:
    """Loads what gathering needs, for whoever has a moment to spare before it."""
    import thematic.measures.figures
    import thematic.outputs.parquet  # noqa: F401 - all that is wanted of both is that they be there


def gather(out: Path, catalogue: Catalogue, audience: Audience) -> Gathered | None:
    """Writes the figures of every report of the audience that is up to date, where the files would change; None where
    there is none, and no file of figures either.

    Figures come in the order of their reports (by theme, area with the force first, and period), one report after
    another, so that no more than a few are in memory. A report without a CSV gives those of its notebook. All files
    are written whole or not at all. Raises OSError.
    """
    every = {place: report for place, report in catalogue.reports.items() if report.audience == audience}
    chosen = {place: every[place] for place in sorted(every.keys() - catalogue.outdated, key=_order)}
    record = _read(out)
    if record is None or record.key != _key(chosen, audience) or not _are_there(out, record):
        if all(figures_of(out, *each) is None for each in chosen.items()):
            _remove(out)
            return None
        record = _write(out, chosen, audience)
    return Gathered(out / f"{NAME}.{_CSV}", record.reports, record.figures, len(every) - record.reports)


def _order(place: Place) -> tuple[str, bool, str, str]:
    period, theme, area = place
    return theme, area != FORCE, area, period


def _key(chosen: dict[Place, Manifest], audience: Audience) -> str:
    """What changes when the files must be written again."""
    sources = [[*place, _source(report)] for place, report in chosen.items()]
    return digest([audience, sources])


def _source(report: Manifest) -> list[str]:
    """The suffix and the digest of the file that a report's figures are read from."""
    suffix = _CSV if _CSV in report.formats else NOTEBOOK
    return [suffix, report.formats[suffix].sha256] if suffix in report.formats else []


def _read(out: Path) -> _Record | None:
    try:
        return _Record.model_validate_json(_path(out, _RECORD).read_bytes())
    except (OSError, ValidationError):
        return None


def _are_there(out: Path, record: _Record) -> bool:
    """Whether the files are as they were written; those alone are read that were written to since."""
    settled = _path(out, _RECORD).stat().st_mtime_ns
    return all(_is_as_made(_path(out, suffix), made, settled) for suffix, made in record.files.items())


def _is_as_made(path: Path, made: Made, settled: int) -> bool:
    try:
        there = path.stat()
    except OSError:
        return False
    return there.st_size == made.bytes and (there.st_mtime_ns <= settled or digest_file(path) == made.sha256)


def _write(out: Path, chosen: dict[Place, Manifest], audience: Audience) -> _Record:
    """Writes the files beside where they go, then renames them into place, the record last."""
    from thematic.measures.figures import FIGURE_COLUMNS
    from thematic.outputs.parquet import Typed

    parts = {suffix: out / f".{NAME}.{suffix}.part" for suffix in (_CSV, _PARQUET, _RECORD)}
    used: dict[Place, Manifest] = {}
    try:
        with parts[_CSV].open("wb") as text, closing(Typed(parts[_PARQUET], LEADING)) as typed:
            text.write(",".join((*LEADING, *FIGURE_COLUMNS)).encode() + b"\n")
            for place, report in chosen.items():
                figures = figures_of(out, place, report)
                if figures is not None:
                    used[place] = report
                    lines = _led(figures, (audience, place[1], place[2], place[0]))
                    text.write(lines)
                    typed.add(lines)
        files = {suffix: _made(parts[suffix]) for suffix in (_CSV, _PARQUET)}
        key = _key(used, audience)
        record = _Record(key=key, audience=audience, reports=len(used), figures=typed.rows, files=files)
        said = json.dumps(record.model_dump(), indent=1, sort_keys=True) + "\n"
        parts[_RECORD].write_text(said, encoding="utf-8", newline="\n")
        for suffix, part in parts.items():
            if is_private(audience):
                part.chmod(0o600)
            part.replace(_path(out, suffix))
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return record


def _led(figures: bytes, leading: tuple[str, ...]) -> bytes:
    """The lines of a report's CSV without its head, each led by these texts."""
    if b'"' not in figures:
        prefix, lines = ",".join(leading), figures.decode().removesuffix("\n").split("\n")[1:]
        return "".join(f"{prefix},{line}\n" for line in lines).encode()
    rows = csv.reader(io.StringIO(figures.decode(), newline=""))
    next(rows)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([*leading, *row] for row in rows)
    return buffer.getvalue().encode()


def figures_of(out: Path, place: Place, report: Manifest) -> bytes | None:
    """A report's figures as its CSV has them; None where its file is not as it was made, or shows none."""
    from thematic.measures.figures import FIGURE_COLUMNS

    source = _source(report)
    if not source:
        return None
    period, theme, area = place
    try:
        data = (out / period / theme / f"{area}.{source[0]}").read_bytes()
    except OSError:
        return None
    if digest_bytes(data) != source[1]:
        return None
    try:
        found = data if source[0] == _CSV else _of_notebook(data)
    except (ValueError, KeyError, TypeError):
        return None
    head = ",".join(FIGURE_COLUMNS).encode()
    return found if found is not None and found.partition(b"\n")[0] == head else None


def _of_notebook(data: bytes) -> bytes | None:
    """The CSV of an executed notebook's figures; None where it does not show them once."""
    from thematic.measures.figures import FIGURE_NUMBERS

    outputs = (output for cell in _cells_with_figures(data) for output in cell.get("outputs", []))
    found = [output["data"][MIME_TYPE] for output in outputs if MIME_TYPE in output.get("data", {})]
    lists = [each for each in found if isinstance(each, dict) and each.get("kind") == FigureList.kind]
    if len(lists) != 1:
        return None
    shown = FigureList(columns=lists[0]["columns"], rows=lists[0]["rows"])
    return csv_text(shown.columns, shown.texts, FIGURE_NUMBERS).encode()


def _cells_with_figures(data: bytes) -> list[dict[str, Any]]:
    """The cells of an executed notebook that can show figures: of one that has a cell to a line, as a build writes it,
    the others are not read."""
    marked = [line.rstrip(b",") for line in data.split(b"\n") if _SHOWS_FIGURES in line]
    try:
        read = [json.loads(line) for line in marked]
    except ValueError:
        read = []
    if read and all(isinstance(each, dict) and "cell_type" in each for each in read):
        return read
    cells: list[dict[str, Any]] = json.loads(data)["cells"]
    return cells


def _made(path: Path) -> Made:
    return Made(sha256=digest_file(path), bytes=path.stat().st_size)


def _path(out: Path, suffix: str) -> Path:
    return out / f"{NAME}.{suffix}"


def _remove(out: Path) -> None:
    for suffix in (_RECORD, _CSV, _PARQUET):
        _path(out, suffix).unlink(missing_ok=True)
