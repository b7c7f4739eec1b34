"""Turns compared reports into the lines of `thematic changes`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from thematic.build.changing import Compared
from thematic.build.log import reports as _reports
from thematic.explore.moved import GONE, LATE
from thematic.explore.terminal import WIDTH, plain
from thematic.measures.data import ReportData
from thematic.outputs.changed import Difference, Key, Row
from thematic.params.themes import TOTAL
from thematic.report.notes import counts

_MOST = 40
_UNKNOWN = (
    "Why rows differ cannot be read off the present extract. Where the earlier one was kept, name its folder: "
    "--before FOLDER."
)


def lines(found: Iterable[Compared], since: str, audience: str, *, paired: bool, full: bool) -> Iterator[str]:
    """A block for each report in which something differs, then a count. `paired`: an earlier extract was named. `full`:
    all that is said of a report, not the first _MOST lines of each kind."""
    compared = iter(found)
    first = [each for each in [next(compared, None)] if each is not None]
    against = f", against {first[0].period}" if first else ""
    yield f"{audience.capitalize()} reports: {since} as released{against}"
    reports, verdicts, differ = 0, 0, 0
    for each in chain(first, compared):
        reports, verdicts, differ = reports + 1, verdicts + len(each.verdicts), differ + len(each.revised)
        block = [*_report(each, None if full else _MOST)]
        if block:
            yield from ("", f"{each.data.theme.title}, {each.data.area.name}", *(plain(line) for line in block))
    yield ""
    moved = f"{verdicts:,} verdicts changed, {differ:,} figures released for {since} differ now"
    yield from textwrap.wrap(f"{_reports(reports)} compared: {moved}.", WIDTH)
    if differ and not paired and audience == "internal":
        yield from textwrap.wrap(_UNKNOWN, WIDTH)


def _report(found: Compared, most: int | None) -> Iterator[str]:
    if found.verdicts:
        yield "  Verdicts that changed"
        yield from _first([*_verdicts(found)], most)
    if found.revised:
        yield f"  Released for {found.data.period} and different now ({'; '.join(found.causes) or 'made otherwise'})"
        yield from _first([*_revised(found)], most)
        yield from _tables(found)
    for word, keys in (("New", found.new), ("Gone", found.gone)):
        if keys:
            yield f"  {word}"
            yield from _first([line for key in keys for line in _folded(_name(found.data, key))], most)
    if not found.later:
        yield "  There is no later report to compare its verdicts with."


def _first(said: Sequence[str], most: int | None) -> Iterator[str]:
    yield from said[:most]
    if most is not None and len(said) > most:
        yield f"    ... and {len(said) - most:,} lines more (--full prints them)"


def _verdicts(found: Compared) -> Iterator[str]:
    for each in found.verdicts:
        was, now = (f"{row['trend']} ({_printed(found.data, row)})" for row in (each.before, each.now))
        yield from _folded(f"{_name(found.data, each.key)}: {was}, now {now}")


def _revised(found: Compared) -> Iterator[str]:
    for each in found.revised:
        yield from _folded(
            f"{_name(found.data, each.key)}: {_value(each.before)} released, {_value(each.now)} now{_by(each)}"
        )
        if each.before["trend"] != each.now["trend"]:
            yield f"      verdict: {each.before['trend'] or 'none'}, now {each.now['trend'] or 'none'}"
        if each.key in found.why:
            came, left = found.why[each.key]
            yield from _moves("+", came, "was not counted: ")
            yield from _moves("-", left, "is not counted: ")


def _moves(sign: str, rows: Counter[str], so: str) -> Iterator[str]:
    for reason, number in sorted(rows.items(), key=lambda each: (-each[1], each[0])):
        why = {LATE: "late: not in the earlier extract", GONE: "gone: no longer in the extract"}.get(
            reason, f"{so}{reason}"
        )
        yield from textwrap.wrap(
            f"{sign}{number:,} {why}", WIDTH, initial_indent="      ", subsequent_indent="         "
        )


def _by(each: Difference) -> str:
    """The difference of two values, where both are numbers; of a percentage that of its two sides as well."""
    sides = [
        name
        for name in ("numerator", "denominator")
        if each.before[name] != each.now[name] and each.before["denominator"]
    ]
    said = [f"{name} {each.before[name] or 'none'}, now {each.now[name] or 'none'}" for name in sides]
    if each.before["value"] and each.now["value"] and not sides:
        said = [f"{float(each.now['value']) - float(each.before['value']):+,g}"]
    return f" ({'; '.join(said)})" if said else ""


def _value(row: Row) -> str:
    """A value as the CSV has it; its status where there is none."""
    return row["value"] or row["status"] or "none"


def _printed(data: ReportData, row: Row) -> str:
    """A value with the decimals that its measure has in print."""
    measure = data.params.measures.get(row["measure"])
    return f"{float(row['value']):,.{measure.decimals}f}" if measure is not None and row["value"] else _value(row)


def _name(data: ReportData, key: Key) -> str:
    name, dimension, category = key
    measure = data.params.measures.get(name)
    said = f"{measure.title} ({name})" if measure is not None else name
    if not dimension or dimension == TOTAL:
        return said
    return f"{said}, {dimension}{f'={category}' if category else ''}"


def _tables(found: Compared) -> Iterator[str]:
    """The tables of which the two extracts have not equally many rows dated up to the period."""
    now, _ = counts(found.data)
    for table, rows in sorted(found.released.rows.items()):
        if table in now and now[table] != rows:
            yield from _folded(f"Rows of {table} that the report rests on: {rows:,} then, {now[table]:,} now")


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ")
