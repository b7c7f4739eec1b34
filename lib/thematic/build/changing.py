"""Carries out `thematic changes`: compares reports as they were released with what the present data give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.build.build import data_alone, prepare, report_data
from thematic.build.request import ALL, Request, Words, check
from thematic.core.areas import FORCE
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.temporary import temporary_folder
from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.measures.ledger.seen import Seen, seen_by
from thematic.outputs.catalogue import Catalogue, Place, read_catalogue
from thematic.outputs.changed import Difference, Key, Row, new_and_gone, read_rows, revised, verdicts_changed
from thematic.outputs.drafts import Drafts
from thematic.outputs.editions import Edition, check_periods
from thematic.outputs.gathered import figures_of
from thematic.outputs.manifest import Manifest
from thematic.outputs.status import find
from thematic.params import Params, load_params
from thematic.params.themes import FORCE_ROW, TOTAL
from thematic.tools.sample.folder import fresh_sample

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from thematic.measures.data import ReportData
    from thematic.measures.figures import Figures

Tables = Mapping[str, "ir.Table"]


@dataclass(frozen=True)
class Compared:
    """One report as it was released, against the later one (`verdicts`, `new`, `gone`) and against the same report as
    the present data give it (`revised`, with why where that can be known). `causes` says what differs of what it was
    made from."""

    data: ReportData
    released: Manifest
    verdicts: tuple[Difference, ...]
    new: tuple[Key, ...]
    gone: tuple[Key, ...]
    revised: tuple[Difference, ...]
    causes: tuple[str, ...]
    why: Mapping[Key, tuple[Counter[str], Counter[str]]]
    period: Month
    later: bool = True


@dataclass(frozen=True)
class _Order:
    """A changes command that can be looked into. `before` are the tables of the earlier extract, `now` those of today;
    None where rows are not compared."""

    workbook: Workbook
    request: Request
    seen: Seen
    drafts: Drafts
    catalogue: Catalogue
    since: Month
    period: Month
    before: Tables | None
    now: Tables | None
    files: Callable[[str], dict[str, bytes]]

    def data_of(self, place: Place, period: Month) -> ReportData | None:
        """What the report of a theme and area is made from today; None where there can be none for the period."""
        _, theme, area = place
        if theme not in self.seen.params.themes or theme in self.seen.index.empty:
            return None
        found = next((each for each in self.seen.params.report_areas(theme) if each.slug == area), None)
        if found is None or not found.open_in(period):
            return None
        edition = Edition(theme, period, found, self.request.audience)
        return report_data(self.seen.params, edition, self.files(theme), self.seen.index)


def changes(
    workbook: Workbook, words: Words, since: str, before: str, today: date, say: Callable[[str], None]
) -> Iterator[Compared]:
    """Each report for the month `since` as it lies in the folder OUT, compared. `words.period` is the later month (the
    latest in the data); `before` names the extract of that time, where it was kept.

    Raises ArgumentsRefused for words that cannot be used, DataRefused where data cannot.
    """
    params = load_params(workbook)
    request = check(Words(**{**vars(words), "goals": words.goals or [ALL]}), params, workbook)
    if before and request.audience == "public":
        raise ArgumentsRefused("BEFORE: rows are not for the public. Leave it out, or ask for AUDIENCE=internal.")
    earlier = Path(before).expanduser() if before else None
    if earlier is not None and not earlier.exists():
        raise ArgumentsRefused(f"BEFORE: '{before}' does not exist. Name the folder of the earlier extract.")
    with data_alone(workbook, say), ExitStack() as stack:
        index = prepare(workbook, params, data=request.data, lookup=request.lookup, today=today, say=say)
        month = Month.parse(since)
        period = request.periods[-1] if request.periods else Month.parse(index.latest_period)
        if period <= month:
            raise ArgumentsRefused(f"SINCE: {month} is not before {period}. Name an earlier month, or a later PERIOD.")
        check_periods([month, period], Month.parse(index.first_period), Month.parse(index.latest_period), index.title)
        seen = seen_by(request.audience, workbook, params, index, say, periods=[period])
        drafts = Drafts.of(workbook, seen.params, seen.index, {})
        catalogue = read_catalogue(request.out, drafts.up_to_date)
        old = _earlier(workbook, params, earlier, today, stack) if earlier is not None else None
        now = _tables(workbook, stack) if earlier is not None else None
        order = _Order(workbook, request, seen, drafts, catalogue, month, period, old, now, lru_cache(1)(seen.files))
        for place in _places(order):
            if (found := _compared(order, place)) is not None:
                yield found


def _earlier(workbook: Workbook, params: Params, folder: Path, today: date, stack: ExitStack) -> Tables:
    """The tables of the earlier extract, checked as the present ones are, in a folder that does not outlive the
    command."""
    apart = Workbook(workbook.root, stack.enter_context(temporary_folder()))
    warehouse.build(apart, params, folder, None, today, lambda _: None, fresh_sample)
    return _tables(apart, stack)


def _tables(workbook: Workbook, stack: ExitStack) -> Tables:
    from thematic.cubes.counts import read_tables

    facts = warehouse.facts(workbook)
    return stack.enter_context(read_tables(workbook.warehouse, facts.columns if facts else ()))


def _places(order: _Order) -> list[Place]:
    """The reports that were released for the month, of the themes and areas asked for, the force first."""
    request, month = order.request, str(order.since)
    every = [place for place, report in order.catalogue.reports.items() if report.audience == request.audience]
    found = [
        place
        for place in every
        if place[0] == month and place[1] in request.themes and (request.areas is None or place[2] in request.areas)
    ]
    if not found:
        there = sorted({place[0] for place in every})
        has = f"It has reports for {', '.join(there)}." if there else "It has none at all."
        shown = order.workbook.shown(request.out)
        raise ArgumentsRefused(
            f"SINCE: no {request.audience} report that is asked for is in {shown} for {month}. {has} Make that month's "
            f"first (thematic build THEME --period {month}), or name a month that is there."
        )
    return sorted(found, key=lambda place: (place[1], place[2] != FORCE, place[2]))


def _compared(order: _Order, place: Place) -> Compared | None:
    report = order.catalogue.reports[place]
    released, data = figures_of(order.request.out, place, report), order.data_of(place, order.since)
    if released is None or data is None:
        return None
    before = _own(data, read_rows(released))
    later = _later(order, place)
    again, figures = before, None
    causes: tuple[str, ...] = ()
    if place in order.catalogue.outdated:
        found, figures = _worked_out(data)
        again = _own(data, found)
        causes = _causes(order, data)
    differ = revised(before, again)
    later = later if later is None else _own(data, later)
    new, gone = new_and_gone(before, later) if later is not None else ((), ())
    verdicts = verdicts_changed(before, later) if later is not None else ()
    why = {} if figures is None else dict(_why(order, data, figures, differ))
    return Compared(data, report, verdicts, new, gone, differ, causes, why, order.period, later is not None)


def _own(data: ReportData, rows: Sequence[Row]) -> list[Row]:
    """The figures that are the report's own: those of the force and of all units are compared in the force's report."""
    others = () if data.area.is_force else (FORCE_ROW, data.params.units)
    return [row for row in rows if row["dimension"] not in others]


def _later(order: _Order, place: Place) -> Sequence[Row] | None:
    """The figures of the later report: as it lies there where it is up to date, else worked out; None where there can
    be none."""
    at = (str(order.period), place[1], place[2])
    report = order.catalogue.reports.get(at)
    if report is not None and report.audience == order.request.audience and at not in order.catalogue.outdated:
        found = figures_of(order.request.out, at, report)
        if found is not None:
            return read_rows(found)
    data = order.data_of(place, order.period)
    return None if data is None else _worked_out(data)[0]


def _worked_out(data: ReportData) -> tuple[list[Row], Figures]:
    from thematic.measures.figures import FIGURE_COLUMNS
    from thematic.measures.release import released

    figures = released(data)
    return [dict(zip(FIGURE_COLUMNS, row, strict=True)) for row in figures.csv_rows()], figures


def _causes(order: _Order, data: ReportData) -> tuple[str, ...]:
    edition = Edition(data.theme_name, data.period, data.area, data.audience)
    notebook = f"{order.workbook.notebooks.name}/{data.theme.notebook}"
    return find(edition, order.request.out, "", order.drafts.manifest(edition), (), notebook, trusting=True).causes


def _why(
    order: _Order, data: ReportData, figures: Figures, differ: Sequence[Difference]
) -> Iterator[tuple[Key, tuple[Counter[str], Counter[str]]]]:
    """For each revised total whose rows can be paired, which rows came into its numerator and which fell out."""
    from thematic.explore.explained import asked_of
    from thematic.explore.moved import moved

    if order.before is None or order.now is None:
        return
    for each in differ:
        name, dimension, category = each.key
        if dimension != TOTAL:
            continue
        figure = figures.one(name, dimension, category)
        for _, (asked, _) in asked_of(data, figure)[:1]:
            table = asked.base.table_name
            if asked.base.table.reference is not None and table in order.before and table in order.now:
                yield each.key, moved(order.before[table], order.now[table], asked, data.params.lists)
