"""Turns released figures into the charts of a report, each with its numbers and with words for what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from thematic import charts
from thematic.charts import band
from thematic.core.periods import Month
from thematic.displays import Cell, Chart, Column, DisplayTable, RangeCell, Sentence, Value, references
from thematic.displays.wording import (
    Recent,
    change,
    format_of,
    interval,
    movement,
    now,
    number,
    when,
)
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE, NOT_AVAILABLE
from thematic.measures.expectations import MonthsExpected, Side
from thematic.measures.figures import Figure, Figures
from thematic.measures.references import references_of, standing
from thematic.params.force import Event
from thematic.params.measures import Measure
from thematic.params.themes import MONTH, ROLLING, TOTAL
from thematic.report import titles
from thematic.report.beside import beside, checked, is_tested, measure_named

_OUTSIDE: dict[Side, str] = {"high": "Above", "low": "Below"}
_IN_RUN: dict[Side, str] = {"high": "Run above", "low": "Run below"}
_BAND = (
    "How to read it: the band is where each month was expected to be, given the months before it, the time of year "
    "and slow growth; its middle is dashed. A month is outside by chance about twice in 1,000."
)
_NO_SEASON = (
    "Under 24 months are known, so no season can be allowed for. The limits leave room for one of a fifth, so that "
    "only a month far out of line would be marked; no run can be found."
)
_MARKS = (
    "A triangle marks a month outside the band and points up for high, down for low. A broad line marks a run: months "
    "that are out of line together, though each may be inside."
)
_AS_AT = "Each month is seen as it stood at the end of the period."
_NO_BAND = "There is no band of what is expected: it needs 12 months in a row with at least 1 a month on average."
_WITHHELD = "There is no band of what is expected: the printed months are too few."
_RUNS = (
    "What was expected of a run is worked out from the months before it. It can differ from the sum of the months' own "
    "expected numbers, which follow the run as it goes on."
)


_NOT_BY_MONTH = "the months are not published for this area, where the numbers are small."
_TOO_SMALL = "the numbers are too small to be published so often."
_HELD_BESIDE = 2
"""As many targets and benchmarks have a clause in a sentence; the table at a glance has all."""


def months(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A measure's months up to its last one as a line, the events of the time shaded; a sentence where there are none.

    A count's months stand before the band of what was expected of them; there is none under 12 months in a row, and
    for the public none where a month is withheld.
    """
    measure = measure_named(data, name)
    checked(data, MONTH, name)
    found = figures.of(name, MONTH)
    if not found:
        why = beside(data, figures, MONTH, name) or [_NOT_BY_MONTH]
        return Sentence(" ".join([f"{measure.title} each month:", *why]))
    chart = figures.charts.get(name)
    limits = None if chart is None else chart.of([row.category for row in found])
    points = pd.DataFrame({"month": [row.category for row in found], "value": drawn_values(found)})
    lines = lines_of(data, name) if _is_comparable_by_month(measure) else []
    first, last = (Month.parse(found[place].category).label for place in (0, -1))
    told = beside(data, figures, MONTH, name)
    of_table = [each for each in told if each.startswith(NOT_AVAILABLE) and not any(row.value is None for row in found)]
    return charts.months(
        points,
        id=f"months-{name}".replace("_", "-"),
        title=_months_title(data, figures, name),
        subtitle=f"{measure.title} each month, {data.area.name}, {first} to {last}",
        alt=" ".join([_months_alt(measure, found), *_stood_out(limits), *lines_said(lines)]),
        events=[_event(event) for event in data.params.events.events],
        table=replace(_months_table(measure, name, found, limits), notes=of_table),
        source=data.source,
        notes=[
            *(each for each in told if each not in of_table),
            *_band_notes(data, name, limits),
            *(sources_of(data, name) if lines else []),
        ],
        decimals=None if measure.unit == "count" else measure.decimals,
        suffix=format_of(measure).suffix,
        limits=limits,
        polarity=measure.polarity,
        lines=lines,
        key=[*_band_key(limits), *([_AS_AT] if data.rounding is None else [])],
    )


def _is_comparable_by_month(measure: Measure) -> bool:
    """Whether a month's figure can be held beside a target of the measure's whole window: not that of a count, nor of a
    rate over people, which grow with the window."""
    return measure.window in ("month", "at_period_end") or (measure.unit != "count" and not measure.is_rate)


def lines_of(data: ReportData, name: str) -> list[charts.Line]:
    """The targets and benchmarks of a measure as lines of a chart."""
    return [(references.label(each, data.measure(name)), each.value) for each in references_of(data, name)]


def sources_of(data: ReportData, name: str) -> list[str]:
    """Of which time the benchmarks of a measure are, and who published them."""
    return references.sources([(data.measure(name), each) for each in references_of(data, name)])


def lines_said(lines: Sequence[charts.Line]) -> list[str]:
    """The lines of a chart in words."""
    word = "Dashed line" if len(lines) == 1 else "Dashed lines"
    return [f"{word}: {'; '.join(words for words, _ in lines)}."] if lines else []


def rolling(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A measure's own window ending with each of the last 24 months as a line, each seen from its own end; of a share
    before its 95% interval. A sentence where there are none."""
    measure = measure_named(data, name)
    checked(data, ROLLING, name)
    found = figures.of(name, ROLLING)
    known = [row for row in found if row.value is not None]
    if not known or (len(known) == 1 and data.rounding is not None):
        why = beside(data, figures, ROLLING, name) if not known else []
        return Sentence(" ".join([f"{measure.title}, window by window:", *(why or [_TOO_SMALL])]))
    gaps = any(row.value is None for row in found)
    has_interval = any(row.lower_95 is not None for row in found)
    points = pd.DataFrame({"month": [row.category for row in found], "value": drawn_values(found)})
    window, lines = f"the {data.window(name).span.split(' to ')[0]}", lines_of(data, name)
    return charts.months(
        points,
        id=f"rolling-{name}".replace("_", "-"),
        title=_months_title(data, figures, name),
        subtitle=f"{measure.title}, {data.area.name}, {window} ending with each month",
        alt=" ".join([_rolling_alt(measure, found), *lines_said(lines)]),
        table=_rolling_table(measure, name, found, has_interval),
        source=data.source,
        notes=[
            *(each for each in beside(data, figures, ROLLING, name) if gaps or not each.startswith(NOT_AVAILABLE)),
            f"Each point is {window}, as the records stood at its end, so that neighbours share most of their months."
            + (" The band is the 95% interval." if has_interval else ""),
            *sources_of(data, name),
        ],
        decimals=None if measure.unit == "count" else measure.decimals,
        suffix=format_of(measure).suffix,
        interval=([row.lower_95 for row in found], [row.upper_95 for row in found]) if has_interval else None,
        lines=lines,
    )


def _rolling_alt(measure: Measure, found: Sequence[Figure]) -> str:
    return _months_alt(measure, found).replace("Line chart of", "Line chart of windows ending with", 1)


def _rolling_table(measure: Measure, name: str, found: Sequence[Figure], has_interval: bool) -> DisplayTable:
    columns = [Column("Window ending", "left"), Column(measure.title)]
    columns += [Column("95% interval")] if has_interval else []
    rows: list[list[Cell]] = [
        [_month_of(row), now(row, measure), *([interval(row, measure)] if has_interval else [])] for row in found
    ]
    return DisplayTable(f"rolling-{name}-numbers".replace("_", "-"), measure.title, columns, rows)


def _months_title(data: ReportData, figures: Figures, name: str) -> str:
    measure = data.measure(name)
    if not figures.of(name, TOTAL):
        return f"{measure.title} each month"
    return titles.of_total(data, figures, name)


def said(data: ReportData, figures: Figures, name: str) -> str:
    """One sentence on a measure's total: its change, what the test says of it, what stands out of recent months, and
    where it is beside its target and a benchmark."""
    measure = data.measure(name)
    months = figures.of(name, MONTH)
    recent = Recent(figures.charts.get(name), months[-1].value if months else None, figures.rises.get(name))
    figure, window = figures.one(name), data.window(name)
    found = [(each, standing(data, name, figure, each)) for each in references_of(data, name)[:_HELD_BESIDE]]
    clauses = [references.clause(each, side, measure, window.end) for each, side in found if side is not None]
    return movement(figure, measure, when(measure, window), recent, clauses)


def _months_table(measure: Measure, name: str, found: Sequence[Figure], limits: MonthsExpected | None) -> DisplayTable:
    columns = [Column("Month", "left"), Column(measure.title), Column("Change on the year before")]
    rows: list[list[Cell]] = [[_month_of(row), now(row, measure), change(row, measure)] for row in found]
    if limits is not None:
        columns += [Column("Expected"), Column("Limits"), Column("Stood out", "left")]
        rows = [row + _band_cells(limits, place) for place, row in enumerate(rows)]
    return DisplayTable(f"months-{name}-numbers".replace("_", "-"), f"{measure.title} each month", columns, rows)


def _band_cells(limits: MonthsExpected, place: int) -> list[Cell]:
    """What was expected of a month, the least and greatest whole count within the limits, and whether it stood out."""
    expected, lower, upper = limits.expected[place], limits.lower[place], limits.upper[place]
    if expected is None or lower is None or upper is None:
        return [NOT_APPLICABLE] * 3
    side, month = limits.outside[place], Month.parse(limits.months[place])
    runs = [_IN_RUN[run.side] for run in band.runs_of(limits) if run.first <= month <= run.last]
    stood_out = ", ".join([*([] if side is None else [_OUTSIDE[side]]), *runs]) or "No"
    return [Value(round(expected)), RangeCell(Value(math.ceil(lower)), Value(math.floor(upper))), stood_out]


def _band_key(limits: MonthsExpected | None) -> list[str]:
    """What the band and the marks on it are."""
    if limits is None:
        return []
    runs = band.runs_of(limits)
    return [
        _BAND if limits.season else _NO_SEASON,
        *([_MARKS] if any(limits.outside) or runs else []),
        *([_RUNS] if runs else []),
    ]


def _band_notes(data: ReportData, name: str, limits: MonthsExpected | None) -> list[str]:
    """Why a count has no band, where it has none."""
    if limits is not None or data.measure(name).unit != "count" or not is_tested(data, name):
        return []
    return [_NO_BAND if data.rounding is None else _WITHHELD]


def _stood_out(limits: MonthsExpected | None) -> list[str]:
    """What the band shows, in words."""
    if limits is None:
        return []
    months = {
        side: [Month.parse(limits.months[place]).label for place, found in enumerate(limits.outside) if found == side]
        for side in _OUTSIDE
    }
    told = [f"{_OUTSIDE[side]} what is expected: {listed(found)}." for side, found in months.items() if found]
    told += [f"{band.run_words(run)}." for run in band.runs_of(limits)]
    return told or ["No month or run of months stands out."]


def _month_of(figure: Figure) -> str:
    return Month.parse(figure.category).label


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def drawn_values(found: Sequence[Figure]) -> list[float | str | None]:
    """The values to draw, with the status in the place of those that are withheld or missing."""
    return [row.status if row.value is None else row.value for row in found]


def _event(event: Event) -> tuple[str, str, str]:
    return event.name, str(Month.containing(event.start)), str(Month.containing(event.end))


def _months_alt(measure: Measure, found: Sequence[Figure]) -> str:
    known = [(row.value, row.category, row) for row in found if row.value is not None]
    title = measure.title
    if not known:
        return f"Line chart of {title[0].lower()}{title[1:]} each month: no figures can be shown."
    ends = min(known, key=lambda one: one[:2]), max(known, key=lambda one: one[:2]), known[-1]
    lowest, highest, latest = (f"{number(value, measure)} in {_month_of(row)}" for value, _, row in ends)
    return f"Line chart of {len(found)} months: lowest {lowest}, highest {highest}, latest {latest}."
