"""Turns released figures into the tables of a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import Any

from thematic.core.errors import ArgumentsRefused
from thematic.displays import Beside, Cell, Column, DisplayTable, Format, Glance, GlanceRow, Sentence, Value, references
from thematic.displays.wording import (
    before,
    change,
    difference,
    inline,
    now,
    percent_change,
    significance,
    value_of,
    when,
    window_heading,
    with_change,
)
from thematic.measures.breakdowns import shows
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE, NOT_AVAILABLE
from thematic.measures.figures import Figure, Figures
from thematic.measures.references import Reference, references_of, standing
from thematic.measures.standing import plainness
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.tables import ByColumn
from thematic.params.themes import FORCE_ROW, MONTH, TOTAL
from thematic.report.absent import known_columns, no_category
from thematic.report.beside import beside, checked, is_tested, measure_named

_SHARE, _PUBLIC_SHARE = Format(1, "%"), Format(0, "%")
_DIFFERENCE = "Difference"
_OF_ALL = {
    "No": "None of these changes is statistically significant.",
    "Yes": "All changes are statistically significant.",
}
"""What a column would say that says the same in every row."""


def at_a_glance(data: ReportData, figures: Figures, title: str, section: str, names: Sequence[str]) -> Glance:
    """Each indicator of a section: value with its change, period ending, trend, months, and whether it moved; those
    that moved significantly first, most plainly first of all, the others as they are declared."""
    names = sorted(names, key=lambda name: _rank(figures.one(name, TOTAL)))
    known = {name: {references.heading(each): each for each in references_of(data, name)} for name in names}
    heads = list(dict.fromkeys(head for found in known.values() for head in found))
    heads.sort(key=lambda head: head != references.TARGET)
    rows = [_glance_row(data, figures, name, [known[name].get(head) for head in heads]) for name in names]
    notes = [*_windows(data, names), *beside(data, figures, TOTAL, *names)]
    pairs = [(data.measure(name), each) for name, found in known.items() for each in found.values()]
    notes += [*references.sources(pairs), *([references.NOTE] if pairs else [])]
    force, heading = "" if data.area.is_force else data.params.force.name, f"{title}, {_label(data, names)}"
    return Glance(_id("glance", section), heading, rows, force, notes, data.source, heads)


def _rank(figure: Figure) -> float:
    return -plainness(figure) if figure.significant else 0.0


def _id(*parts: str) -> str:
    return "-".join(parts).replace("_", "-")


def _label(data: ReportData, names: Sequence[str]) -> str:
    """The window that measures share; the period where they have several."""
    windows = {data.window(name).label for name in names}
    return windows.pop() if len(windows) == 1 else data.period.label


def _windows(data: ReportData, names: Sequence[str]) -> list[str]:
    """What window each measure is for, where they have several."""
    if len({data.window(name) for name in names}) == 1:
        return []
    said = {name: when(data.measure(name), data.window(name)).partition(" ")[2] for name in names}
    by_window: dict[str, list[str]] = {}
    for name, window in said.items():
        by_window.setdefault(window, []).append(data.measure(name).short)
    return [f"{window[:1].upper()}{window[1:]}: {', '.join(shorts)}." for window, shorts in by_window.items()]


def _glance_row(data: ReportData, figures: Figures, name: str, held_beside: Sequence[Reference | None]) -> GlanceRow:
    measure, figure = data.measure(name), figures.one(name)
    return GlanceRow(
        measure.short,
        with_change(figure, measure),
        data.window(name).end.short_label,
        significance(figure),
        figure.trend or _no_trend(data, name, figure),
        measure.polarity,
        [month.value for month in months_of(data, figures, measure)],
        None if data.area.is_force else with_change(figures.one(name, FORCE_ROW), measure),
        [None if each is None else _beside(data, name, figure, each) for each in held_beside],
    )


def _beside(data: ReportData, name: str, figure: Figure, reference: Reference) -> Beside:
    """A target or a benchmark, and where the figure is beside it."""
    found = standing(data, name, figure, reference)
    said = "" if found is None else references.verdict(reference, found)
    return Beside(value_of(reference.value, data.measure(name)), said)


def months_of(data: ReportData, figures: Figures, measure: Measure) -> list[Figure]:
    """The months of a count; a rate has those of the count it is made from, whose shape is the same."""
    if measure.unit != "count" and measure.unit not in RATE_SIZES:
        return []
    monthly = [name for name, dimension in figures.dimensions if dimension == MONTH]
    known = {name: data.measure(name) for name in monthly}
    same = [name for name, each in known.items() if each.unit == "count" and each.numerator == measure.numerator]
    return figures.of(same[0], MONTH) if same else []


def _no_trend(data: ReportData, name: str, figure: Figure) -> str:
    """Why an indicator has no trend: none is worked out for it, or what stands in its place."""
    if not is_tested(data, name):
        return ""
    return (figure.status if figure.value is None else "") or figure.change_status or NOT_APPLICABLE


def by_place(data: ReportData, figures: Figures, by: str, names: Sequence[str], title: str) -> DisplayTable:
    """A row for each place, then the report's own area and the force: for each measure the window before, the window
    and the change; of a count that stands alone the difference too, for which several measures leave no room."""
    columns = [Column(data.params.levels[by].title, "left")]
    for name in names:
        window, label = data.window(name), data.measure(name).short
        columns += [
            Column(f"{label}, {_lowered(window_heading(data.measure(name), each))}")
            for each in (window.year_earlier, window)
        ]
        columns.append(Column("Change", of=label))
    alone = len(names) == 1 and data.measure(names[0]).unit == "count"
    columns += [Column(_DIFFERENCE)] if alone else []
    return _place_table(data, figures, by, names, title, columns, _four if alone else _three)


def counts_by_place(data: ReportData, figures: Figures, by: str, names: Sequence[str], title: str) -> DisplayTable:
    """A row for each place, then the report's own area and the force, a column for each measure's current window."""
    columns = [Column(data.params.levels[by].title, "left"), *(Column(data.measure(name).short) for name in names)]
    return _place_table(data, figures, by, names, title, columns, lambda figure, measure: [now(figure, measure)])


def _lowered(heading: str) -> str:
    return heading[:1].lower() + heading[1:] if heading.startswith(("Year ", "End ")) else heading


def _three(figure: Figure, measure: Measure) -> list[Cell]:
    return [before(figure, measure), now(figure, measure), change(figure, measure)]


def _four(figure: Figure, measure: Measure) -> list[Cell]:
    return [before(figure, measure), now(figure, measure), percent_change(figure, measure), difference(figure, measure)]


def _place_table(
    data: ReportData,
    figures: Figures,
    by: str,
    names: Sequence[str],
    title: str,
    columns: list[Column],
    cells: Callable[[Figure, Measure], list[Cell]],
) -> DisplayTable:
    checked(data, by, *names)
    own = data.area.name
    places = [figure.category for figure in figures.of(names[0], by)]
    kept: list[tuple[str, str, str | None]] = [(place, by, place) for place in places]
    if data.area.level != by or own not in places:
        kept.append((own, TOTAL, None))
    if not data.area.is_force:
        kept.append((data.params.force.name, FORCE_ROW, None))
    rows = [
        [said, *(cell for name in names for cell in cells(figures.one(name, dimension, place), data.measure(name)))]
        for said, dimension, place in kept
    ]
    strong = [place for place, row in enumerate(rows[:-1]) if row[0] == own]
    level = inline(data.params.levels[by].title)
    caption = f"{title or data.measure(names[0]).title} by {level}, {_label(data, names)}"
    notes = [*_windows(data, names), *_without_place(data, figures, by, names), *beside(data, figures, by, *names)]
    columns, rows = known_columns(columns, rows)
    return DisplayTable(_id(by, names[0]), caption, columns, rows, [len(rows) - 1, *strong], notes, data.source)


def _without_place(data: ReportData, figures: Figures, by: str, names: Sequence[str]) -> list[str]:
    """In a report on an area, whose table has no row for it, that the force's row counts what has no location too."""
    counts = [name for name in names if data.measure(name).unit == "count"]
    for name in () if data.area.is_force else counts:
        places = [figure.value for figure in figures.of(name, by)]
        whole = figures.one(name, FORCE_ROW).value
        if whole is not None and None not in places and whole > sum(value for value in places if value is not None):
            return [f"{data.params.force.name} includes what has no location recorded."]
    return []


def breakdown(
    data: ReportData, figures: Figures, name: str, by: str, top: int | None, title: str
) -> DisplayTable | Sentence | None:
    """A row for each category in the report's order: the window before, the window, the change (of a count the
    difference too) and what the test says.

    A sentence where there is no category, nothing where the report does not have the level of areas.
    """
    measure = measure_named(data, name)
    checked(data, by, name)
    if not shows(data, by, name):
        return None
    heading, window, found = data.heading(name, by), data.window(name), figures.of(name, by)
    title = title or f"{measure.title} by {inline(heading)}"
    if not found:
        return Sentence(" ".join([f"{title}:", *_nothing(data, figures, name, by)]))
    if (absent := no_category(figures, title, by, name)) is not None:
        return absent
    shown, is_count = found[:top], measure.unit == "count"
    parts_add_up = is_count and all(figure.value is None or figure.value >= 0 for figure in found)
    has_shares, cells = by in data.theme.shares and parts_add_up, _four if is_count else _three
    columns = [Column(heading, "left")]
    columns += [Column(window_heading(measure, each)) for each in (window.year_earlier, window)]
    columns += [Column("Change"), *([Column(_DIFFERENCE)] if is_count else [])]
    said = [significance(figure) for figure in shown]
    tells = len(set(said)) > 1 or len(said) == 1
    columns += [*([Column("Share")] if has_shares else []), *([Column("Significant change", "left")] if tells else [])]
    rows = [
        [
            category_label(data, name, by, figure.category),
            *cells(figure, measure),
            *([_share(data, figure, figures.one(name))] if has_shares else []),
            *([word] if tells else []),
        ]
        for figure, word in zip(shown, said, strict=True)
    ]
    notes = [*([] if tells else [_OF_ALL[said[0]]] if said[0] in _OF_ALL else []), *beside(data, figures, by, name)]
    if len(shown) < len(found):
        which = "largest" if _is_by_size(data, name, by) else "first"
        notes.insert(0, f"The {len(shown)} {which} of {len(found)}; the CSV of the whole report has them all.")
    columns, rows = known_columns(columns, rows)
    return DisplayTable(_id(by, name), f"{title}, {window.label}", columns, rows, notes=notes, source=data.source)


def _nothing(data: ReportData, figures: Figures, name: str, by: str) -> list[str]:
    """Why a breakdown has no category."""
    why = figures.reasons.get((name, by))
    if why:
        return beside(data, figures, by, name)
    whole = figures.one(name)
    if whole.value is None:
        return beside(data, figures, TOTAL, name)
    before_too = "" if whole.change_status == NOT_AVAILABLE else " or the year before"
    return [f"there are none {when(data.measure(name), data.window(name))}{before_too}."]


def _is_by_size(data: ReportData, name: str, by: str) -> bool:
    declared = data.params.tables[data.table_of(name)].breakdowns.get(by)
    return getattr(declared, "order", "declared") == "largest"


def _share(data: ReportData, figure: Figure, whole: Figure) -> Value:
    """A category's part of the measure's own total, both as released."""
    format = _SHARE if data.rounding is None else _PUBLIC_SHARE
    if figure.value is None or whole.value is None:
        return Value(None, format, figure.status or whole.status)
    if whole.value == 0:
        return Value(None, format, NOT_APPLICABLE)
    return Value(100 * figure.value / whole.value, format)


def counts(data: ReportData, title: str, counts: Mapping[str, Any], by: str, of: str) -> DisplayTable:
    """A row for each category with its count. Raises ArgumentsRefused for what is no count."""
    wrong = next((f"{name}: {n}" for name, n in counts.items() if not isinstance(n, Integral) or n < 0), None)
    if wrong is not None or not counts:
        raise ArgumentsRefused(f"report.counts takes whole numbers from 0 by category, not {wrong or 'nothing'}.")
    rows: list[list[Cell]] = [[str(name), Value(int(n))] for name, n in counts.items()]
    identity = "counts-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    notes = ["Counted from the records by the analyst, for this report alone."]
    return DisplayTable(identity, title, [Column(by, "left"), Column(of)], rows, notes=notes, source=data.source)


def category_label(data: ReportData, name: str, by: str, category: str) -> str:
    """A category as a reader knows it: codes with their titles, numbered ones with their numbers before."""
    label = data.label(name, by, category)
    if by in data.params.levels or label == category or not category.isdecimal():
        return label
    declared = data.params.tables[data.table_of(name)].breakdowns[by]
    return f"{category}. {label}" if isinstance(declared, ByColumn) else label
