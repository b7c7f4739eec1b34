"""Turns the reports of a month and of the one before into what the internal catalogue says has changed between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from thematic.core.areas import FORCE
from thematic.core.periods import Month
from thematic.outputs.catalogue import Catalogue, Moved, Place, ThemeMoved
from thematic.outputs.changed import Difference, Row, new_and_gone, read_rows, verdicts_changed
from thematic.outputs.gathered import figures_of
from thematic.params import Params
from thematic.params.themes import TOTAL


def moved(out: Path, catalogue: Catalogue, params: Params) -> Moved | None:
    """What changed in the force's internal reports of the latest month, as they lie there; None where there are none
    of it, or of the month before."""
    if not catalogue.periods:
        return None
    period = catalogue.periods[0]
    before = str(Month.parse(period) - 1)
    pairs = [((before, *place[1:]), place) for place in sorted(catalogue.reports) if place[0] == period]
    known = [pair for pair in pairs if all(_is_internal(catalogue, each) for each in pair)]
    if not known:
        return None
    themes = tuple(_theme(out, catalogue, params, *pair) for pair in known)
    late = [each for each in catalogue.outdated if each[0] == before and _is_internal(catalogue, each, every=True)]
    return Moved(period, before, tuple(each for each in themes if each.lines or each.others), len(late))


def _is_internal(catalogue: Catalogue, place: Place, every: bool = False) -> bool:
    report = catalogue.reports.get(place)
    return report is not None and report.audience == "internal" and (every or place[2] == FORCE)


def _theme(out: Path, catalogue: Catalogue, params: Params, before: Place, now: Place) -> ThemeMoved:
    found = [figures_of(out, place, catalogue.reports[place]) for place in (before, now)]
    report = catalogue.reports[now]
    if found[0] is None or found[1] is None:
        return ThemeMoved(now[1], report.theme_title, (), 0)
    rows = [read_rows(each) for each in found if each is not None]
    changed = verdicts_changed(rows[0], rows[1])
    totals = [each for each in changed if each.key[1] == TOTAL]
    lines = (*(_line(params, each) for each in totals), *_comings(params, rows[0], rows[1]))
    return ThemeMoved(now[1], report.theme_title, lines, len(changed) - len(totals))


def _line(params: Params, each: Difference) -> str:
    was, now = (f"{row['trend']} ({_printed(params, row)})" for row in (each.before, each.now))
    return f"{_title(params, each.key[0])}: {was} before, now {now}"


def _comings(params: Params, before: list[Row], now: list[Row]) -> Iterator[str]:
    """The measures that are new or gone."""
    for word, keys in zip(("new", "gone"), new_and_gone(before, now), strict=True):
        yield from (f"{_title(params, key[0])}: {word}" for key in keys if not key[1])


def _title(params: Params, name: str) -> str:
    return params.measures[name].title if name in params.measures else name


def _printed(params: Params, row: Row) -> str:
    """A value with the decimals that its measure has in print; its status where there is none."""
    measure = params.measures.get(row["measure"])
    if measure is None or not row["value"]:
        return row["value"] or row["status"] or "none"
    return f"{float(row['value']):,.{measure.decimals}f}{'%' if row['unit'] == 'percent' else ''}"
