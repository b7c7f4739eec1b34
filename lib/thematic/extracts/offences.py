"""Turns the offence reference, and a force's own additions to it, into what each offence code means."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from thematic.core.errors import DataRefused, ParamsRefused, Problem, UserError
from thematic.core.workbook import Workbook
from thematic.extracts.encoding import to_utf8


@dataclass(frozen=True)
class Offence:
    """One Home Office offence code; `aggravated`: racially or religiously."""

    code: str
    title: str
    group: str
    subgroup: str
    aggravated: str


_COLUMNS = [field.name for field in fields(Offence)]


def offence_files(workbook: Workbook) -> list[Path]:
    """The reference, and the force's own file where it has one."""
    own = workbook.params / "offences.csv"
    return [workbook.reference / "offences.csv", *([own] if own.is_file() else [])]


def read_offences(workbook: Workbook) -> dict[str, Offence]:
    """Offences by code; the force's own meaning of a code wins. Raises UserError that lists every problem."""
    found: dict[str, Offence] = {}
    for path in offence_files(workbook):
        refusal = ParamsRefused if path.parent == workbook.params else DataRefused
        found |= _read(path, workbook.shown(path), refusal)
    return found


def _read(path: Path, shown: str, refusal: type[UserError]) -> dict[str, Offence]:
    try:
        text, _ = to_utf8(path.read_bytes(), shown)
    except FileNotFoundError as error:
        raise refusal(f"{shown} is missing. Put it back, or copy it from the product's own.") from error
    reader = csv.DictReader(io.StringIO(text.decode(), newline=""))
    if sorted(reader.fieldnames or []) != sorted(_COLUMNS):
        raise refusal(f"{shown} must have exactly the columns {', '.join(_COLUMNS)}.")
    offences: dict[str, Offence] = {}
    problems: list[Problem] = []
    for row in reader:
        offence = Offence(*((row[column] or "").strip() for column in _COLUMNS))
        problems += _problems(offence, f"{shown}, line {reader.line_num}", offences)
        offences[offence.code] = offence
    if problems:
        raise refusal(f"{shown} cannot be used.", problems)
    return offences


def _problems(offence: Offence, where: str, seen: dict[str, Offence]) -> Iterator[Problem]:
    if not all(astuple(offence)):
        yield Problem(where, "a field is blank.", "Fill in every column.")
    if offence.aggravated not in {"Y", "N"}:
        yield Problem(where, f"aggravated is '{offence.aggravated}'.", "Write Y or N.")
    if offence.code in seen:
        yield Problem(where, f"the code {offence.code} stands twice.", "Keep one row for each code.")
