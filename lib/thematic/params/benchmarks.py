"""Reads params/benchmarks/*.csv: what a measure came to elsewhere, or nationally, at a time."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from thematic.core.errors import ArgumentsRefused, Problem
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.measures import Measure
from thematic.params.reading import nearest, read_text

FOLDER = "benchmarks"
COLUMNS = ("measure", "group", "period", "value", "source")


@dataclass(frozen=True)
class Benchmark:
    """What a measure came to in a group (`England and Wales`, `Similar forces`), in the measure's own unit.

    `until` is the last day that it is about, inclusive: of a month its last. `source` says who published it.
    """

    measure: str
    group: str
    until: date
    value: float
    source: str


def latest(benchmarks: tuple[Benchmark, ...], measure: str, on: date) -> dict[str, Benchmark]:
    """By group the latest benchmark of a measure that is about no day after `on`, in the order of the files."""
    found: dict[str, Benchmark] = {}
    for each in benchmarks:
        if each.measure == measure and each.until <= on:
            known = found.get(each.group)
            found[each.group] = each if known is None or each.until > known.until else known
    return found


def read_benchmarks(
    workbook: Workbook, measures: Mapping[str, Measure], unread: frozenset[str]
) -> tuple[tuple[Benchmark, ...], list[Problem]]:
    """All benchmarks in the order of their files' names and lines, and every problem of reading them.

    `unread` are measures whose own files cannot be read: nothing is said against their names.
    """
    found: dict[tuple[str, str, date], tuple[Benchmark, str]] = {}
    problems: list[Problem] = []
    known = {name: name for name in (*measures, *unread)}
    for path in sorted((workbook.params / FOLDER).glob("*.csv")):
        shown = workbook.shown(path)
        text, wrong = read_text(path, shown)
        problems += wrong
        if wrong:
            continue
        reader = csv.DictReader(io.StringIO(text, newline=""))
        heading = tuple(name.strip() for name in reader.fieldnames or ())
        if sorted(heading) != sorted(COLUMNS):
            has = f"has the columns {', '.join(heading)}." if heading else "has no heading."
            problems.append(Problem(shown, has, f"Give it exactly the columns {', '.join(COLUMNS)}."))
            continue
        for row in reader:
            problems += _row(row, f"{shown}, line {reader.line_num}", known, found)
    problems += _targets(measures, {(measure, group) for measure, group, _ in found})
    return tuple(benchmark for benchmark, _ in found.values()), problems


def _row(
    row: Mapping[str | None, object],
    where: str,
    known: Mapping[str, str],
    found: dict[tuple[str, str, date], tuple[Benchmark, str]],
) -> Iterator[Problem]:
    """Takes a row in; what is wrong with it."""
    if None in row:
        yield Problem(where, "has more fields than the heading.", "Put texts with commas in quotes.")
        return
    said = {str(name).strip(): str(value or "").strip() for name, value in row.items()}
    blank = [name for name in COLUMNS if not said[name]]
    if blank:
        yield Problem(f"{where}, {blank[0]}", "is blank.", "Fill in every column.")
        return
    if said["measure"] not in known:
        what = f"there is no measure '{said['measure']}'."
        yield Problem(f"{where}, measure", what, nearest(said["measure"], known))
    until, value = _day(said["period"]), _value(said["value"])
    if until is None:
        what = f"'{said['period']}' is neither a month nor a day."
        yield Problem(f"{where}, period", what, "Write YYYY-MM, or YYYY-MM-DD for what is there on a day.")
    if value is None:
        yield Problem(f"{where}, value", f"'{said['value']}' is no number.", "Write digits alone, such as 1234.5.")
    if until is None or value is None:
        return
    key = said["measure"], said["group"], until
    if key in found:
        what = f"'{said['group']}' has a value of {said['measure']} for {said['period']} already ({found[key][1]})."
        yield Problem(where, what, "Keep one of them.")
        return
    found[key] = Benchmark(*key, value, said["source"]), where


def _day(text: str) -> date | None:
    """The last day of a month, or the day; None for what is neither."""
    try:
        return Month.parse(text).last_day
    except ArgumentsRefused:
        pass
    try:
        return date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


def _value(text: str) -> float | None:
    """The finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _targets(measures: Mapping[str, Measure], known: set[tuple[str, str]]) -> Iterator[Problem]:
    """Targets that name a group of which there is no benchmark."""
    for name, measure in measures.items():
        group = None if measure.target is None else measure.target.benchmark
        if group is not None and (name, group) not in known:
            groups = {other: other for measured, other in sorted(known) if measured == name}
            add = f"Add a line to a file in params/{FOLDER}/, or give a value."
            fix = f"{nearest(group, groups)} {add}" if groups else add
            where = f"params/measures/{name}.yaml, target.benchmark"
            yield Problem(where, f"there is no benchmark of it for the group '{group}'.", fix)
