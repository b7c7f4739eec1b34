"""Code lists of data/reference: what a column's codes are, and what each of them belongs to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from thematic.core.errors import Problem
from thematic.core.workbook import Workbook
from thematic.params.reading import read_text

OWN_FOLDER = "lists"


@dataclass(frozen=True)
class CodeList:
    """A list by its name: for each code what its columns say. Codes are unique; no cell is blank."""

    name: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]


def list_files(workbook: Workbook, name: str) -> list[Path]:
    """The list of data/reference, and the force's own additions to it, whose meaning of a code wins."""
    own = (workbook.params / OWN_FOLDER / f"{name}.csv", workbook.params / f"{name}.csv")
    return [workbook.file(f"data/reference/{name}.csv"), *(path for path in own if path.is_file())]


def read_lists(workbook: Workbook, names: Iterable[str]) -> tuple[dict[str, CodeList], list[Problem]]:
    """The lists that tables name, each with the force's own additions, and every problem of reading them."""
    found: dict[str, CodeList] = {}
    problems: list[Problem] = []
    for name in sorted(set(names)):
        paths = [path for path in list_files(workbook, name) if path.is_file()]
        if not paths:
            where = workbook.shown(workbook.file(f"data/reference/{name}.csv"))
            problems.append(Problem(where, "the list is missing.", "Bring it, with a column 'code', or name another."))
            continue
        rows: dict[str, Mapping[str, str]] = {}
        columns: tuple[str, ...] = ()
        for path in paths:
            read, wrong = _read(path, workbook.shown(path), columns)
            problems += wrong
            rows |= read
            columns = columns or (tuple(next(iter(read.values()))) if read else ())
        found[name] = CodeList(name, columns, rows)
    return found, problems


def _read(path: Path, shown: str, columns: tuple[str, ...]) -> tuple[dict[str, Mapping[str, str]], list[Problem]]:
    text, problems = read_text(path, shown)
    if problems:
        return {}, problems
    reader = csv.DictReader(io.StringIO(text, newline=""))
    heading = tuple(name.strip() for name in reader.fieldnames or ())
    if "code" not in heading:
        return {}, [Problem(shown, "has no column 'code'.", "Name the column of codes 'code'.")]
    if columns and set(columns) != set(heading):
        fix = f"Give it exactly the columns {', '.join(columns)}."
        return {}, [Problem(shown, f"has the columns {', '.join(heading)}.", fix)]
    rows: dict[str, Mapping[str, str]] = {}
    for row in reader:
        said = {name.strip(): (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        problems += _problems(said, row, f"{shown}, line {reader.line_num}", rows)
        rows[said["code"]] = said
    return rows, problems


def _problems(
    said: Mapping[str, str], row: Mapping[object, object], where: str, seen: Mapping[str, object]
) -> Iterator[Problem]:
    if None in row:
        yield Problem(where, "has more fields than the heading.", "Put texts with commas in quotes.")
    if not all(said.values()):
        yield Problem(where, "a field is blank.", "Fill in every column.")
    if said["code"] in seen:
        yield Problem(where, f"the code {said['code']} appears twice.", "Keep one row for each code.")
