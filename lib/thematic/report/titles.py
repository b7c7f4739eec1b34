"""Turns released figures into titles of charts: what moved, and which places are clearly above the force."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.displays.drivers import joined
from thematic.displays.headlines import MOST_WORDS, headline
from thematic.displays.wording import inline, listed, now, number
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import beside_force
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, MONTH, TOTAL
from thematic.report.beside import checked, measure_named

_YEAR = 12


def of_measures(data: ReportData, figures: Figures, names: Sequence[str], by: str) -> str:
    """The title of measures' totals, or of one measure's figures by month or by a level of areas.

    Raises ArgumentsRefused for no measure, for several by place, and for what is no level.
    """
    if not names:
        raise ArgumentsRefused('report.headline needs a measure, such as report.headline("MEASURE").')
    for name in names:
        measure_named(data, name)
    checked(data, by, *names)
    if by == TOTAL:
        return of_total(data, figures, names[0]) if len(names) == 1 else _of_several(data, figures, names)
    if by != MONTH and by not in data.params.levels:
        known = listed([f'"{each}"' for each in (MONTH, *data.params.levels)])
        raise ArgumentsRefused(f"report.headline: by='{by}' is not one of {known}.")
    if len(names) > 1:
        raise ArgumentsRefused("report.headline takes one measure where it says by=.")
    measure = data.measure(names[0])
    if by == MONTH:
        return _of_months(measure, figures.of(names[0], by))
    areas = {area.name for area in data.params.areas(by)}
    found = [row for row in figures.of(names[0], by) if row.category in areas]
    return of_places(data, measure, found, of_force(data, figures, names[0]), by)


def of_total(data: ReportData, figures: Figures, name: str) -> str:
    """What moved, which way and by how much."""
    return headline(figures.one(name), data.measure(name), data.window(name))


def _of_months(measure: Measure, found: Sequence[Figure]) -> str:
    """In which of the last months a measure was furthest from the same month a year before."""
    subject = measure.subject or measure.title
    pairs = [(row, row.value, row.previous_value) for row in found[-_YEAR:]]
    known = [
        (abs(now - before), row, now, before) for row, now, before in pairs if now is not None and before is not None
    ]
    if not known:
        return f"{subject}, each month and the same month a year before"
    _, row, now, before = max(known, key=lambda each: each[0])
    month, values = Month.parse(row.category).label, (number(each, measure) for each in (now, before))
    return f"{subject} was furthest from the year before in {month}: {' after '.join(values)}"


def of_force(data: ReportData, figures: Figures, name: str) -> Figure:
    """The force's own figure."""
    return figures.one(name, TOTAL if data.area.is_force else FORCE_ROW)


def of_places(data: ReportData, measure: Measure, found: Sequence[Figure], force: Figure, level: str) -> str:
    """Which areas of a level have figures clearly above the force's, by their intervals; in an area's own report where
    its own is. Of figures without intervals from what to what they go."""
    what = "rate" if measure.unit in RATE_SIZES else "figure"
    known = sorted((row for row in found if row.value is not None), key=lambda row: row.value or 0, reverse=True)
    if force.value is None or not known:
        return f"{measure.title}: no {what}s can be compared"
    if all(row.lower_95 is None for row in known):
        return _of_ends(measure, known)
    whole = number(force.value, measure)
    if data.area.level == level:
        own = next((row for row in known if row.category == data.area.name), None)
        if own is None:
            return f"There is no {what} for {data.area.name}; the force’s is {whole}"
        word = beside_force(own, force)
        beside = f" is {word} the force’s of {whole}" if word else f"; the force’s is {whole}"
        return f"{data.area.name}’s {what} of {number(own.value, measure)}{beside}"
    above = [row.category for row in known if beside_force(row, force).endswith("above")]
    if not above:
        return f"No {inline(data.params.levels[level].title)} has a {what} clearly above the force’s of {whole}"
    verb = f"has a {what}" if len(above) == 1 else f"have {what}s"
    return f"{joined(above)} {verb} clearly above the force’s of {whole}"


def _of_ends(measure: Measure, known: Sequence[Figure]) -> str:
    """From what to what figures go, and where; `known` are the highest first."""
    ends = [f"{number(row.value, measure)} in {row.category}" for row in (known[-1], known[0])]
    return f"{measure.subject or measure.title} goes from {ends[0]} to {ends[1]}"


def _of_several(data: ReportData, figures: Figures, names: Sequence[str]) -> str:
    """Which of several measures changed significantly, and which way; their names where no change is tested. One
    without a figure is not named beside those that have one."""
    every = [(data.measure(name), figures.one(name)) for name in names]
    found = [each for each in every if each[1].value is not None and not each[1].status] or every
    shorts = {measure.title: measure.short.partition(":")[0] for measure, _ in found}
    moved = [(measure, row) for measure, row in found if row.significant and row.change]
    if all(row.significant is None for _, row in found):
        tried = [listed([*shorts.values()])]
    elif not moved:
        tried = [f"{listed([*shorts.values()])}: each change could be chance", "Each of these changes could be chance"]
    else:
        said = [f"{inline(shorts[measure.title])} {_moved_to(measure, row)}" for measure, row in moved]
        both = {1: "a significant change", 2: "both significant"}.get(len(said), "all significant")
        tried = [f"{joined(said)}, {both}"]
        tried.append(f"{len(moved)} of these {len(found)} changed significantly")
    title = next((each for each in tried if len(each.split()) <= MOST_WORDS), tried[-1])
    return title[0].upper() + title[1:]


def _moved_to(measure: Measure, row: Figure) -> str:
    return f"{'rose' if (row.change or 0) > 0 else 'fell'} to {now(row, measure).printed()}"
