"""Turns released figures into the charts of a report, each with its numbers and with words for what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.displays import Cell, Chart, Column, DisplayTable, RangeCell, Sentence, Value
from thematic.displays.wording import (
    UNIT_HEADINGS,
    change,
    format_of,
    inline,
    interval,
    movement,
    now,
    number,
    when,
)
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.force import Event
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, MONTH, TOTAL
from thematic.report.beside import beside, checked, is_tested, measure_named, of_places
from thematic.stats import trend
from thematic.stats.trend import Limits, Side

_VARIATION = {
    "season": "the same month's average over the two years before the last 12 months, moved to the level of the "
    "year before (in those two years, of the year itself)",
    "year before": "the same month a year earlier",
    "mean": "the mean of the months shown, the season not allowed for",
}
_UNUSUAL: dict[Side, str] = {"high": "unusually high or rising", "low": "unusually low or falling"}


def months(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A measure's months up to its last one as a line, the events of the time shaded; a sentence where there are none.

    A count's months stand before the band of their normal variation, worked out from the released months alone;
    there is none where one of them is withheld or missing, and none for what is not tested.
    """
    measure = measure_named(data, name)
    checked(data, MONTH, name)
    found = figures.of(name, MONTH)
    if not found:
        return Sentence(" ".join([f"{measure.title} each month:", *beside(data, figures, MONTH, name)]))
    limits = _limits(data, name, found)
    points = pd.DataFrame({"month": [row.category for row in found], "value": _drawn(found)})
    first, last = (Month.parse(found[place].category).label for place in (0, -1))
    return charts.months(
        points,
        id=f"months-{name}".replace("_", "-"),
        title=_months_title(data, figures, name),
        subtitle=f"{measure.title} each month, {data.area.name}, {first} to {last}",
        alt=" ".join([_months_alt(measure, found), *_causes_alt(found, limits)]),
        events=[_event(event) for event in data.params.events.events],
        table=_months_table(measure, name, found, limits),
        source=data.source,
        notes=[*beside(data, figures, MONTH, name), "Each month is seen as it stood at the end of the period."]
        + ([] if limits is None else [_band_note(limits)]),
        decimals=None if measure.unit == "count" else measure.decimals,
        suffix=format_of(measure).suffix,
        limits=limits,
        polarity=measure.polarity,
    )


def _limits(data: ReportData, name: str, found: Sequence[Figure]) -> Limits | None:
    values = [row.value for row in found]
    is_count = data.measure(name).unit == "count" and is_tested(data, name)
    return trend.limits(values) if is_count and all(value is None or value >= 0 for value in values) else None


def _months_title(data: ReportData, figures: Figures, name: str) -> str:
    measure = data.measure(name)
    if not figures.of(name, TOTAL):
        return f"{measure.title} each month"
    return movement(figures.one(name), measure, when(measure, data.window(name))).rstrip(".")


def _months_table(measure: Measure, name: str, found: Sequence[Figure], limits: Limits | None) -> DisplayTable:
    columns = [Column("Month", "left"), Column(measure.title), Column("Change on the year before")]
    rows: list[list[Cell]] = [[_month_of(row), now(row, measure), change(row, measure)] for row in found]
    if limits is not None:
        columns += [Column("Normal variation"), Column("Unusual", "left")]
        cells = zip(limits.lower, limits.upper, limits.causes, strict=True)
        rows = [row + _band_cells(*cell) for row, cell in zip(rows, cells, strict=True)]
    return DisplayTable(f"months-{name}-numbers".replace("_", "-"), f"{measure.title} each month", columns, rows)


def _band_cells(lower: float | None, upper: float | None, cause: Side | None) -> list[Cell]:
    """The least and the greatest whole count within the limits, and whether the month's is unusual."""
    if lower is None or upper is None:
        return [NOT_APPLICABLE, NOT_APPLICABLE]
    return [RangeCell(Value(math.ceil(lower)), Value(math.floor(upper))), cause.capitalize() if cause else "No"]


def _band_note(limits: Limits) -> str:
    trial = " They are trial limits, for there are fewer than 12 months." if limits.trial else ""
    return (
        "The band is normal variation: XmR limits round what is expected of each month, which is "
        f"{_VARIATION[limits.basis]}.{trial} A triangle marks a month that normal variation does not explain, and "
        "points up for high or rising, down for low or falling."
    )


def _causes_alt(found: Sequence[Figure], limits: Limits | None) -> list[str]:
    """What the band shows, in words."""
    if limits is None:
        return []
    told = [
        f"{said[0].upper()}{said[1:]}: {listed([_month_of(found[place]) for place in places])}."
        for side, said in _UNUSUAL.items()
        if (places := [place for place, cause in enumerate(limits.causes) if cause == side])
    ]
    return told or ["Every month lies within normal variation."]


def _month_of(figure: Figure) -> str:
    return Month.parse(figure.category).label


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _drawn(found: Sequence[Figure]) -> list[float | str | None]:
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


def rates(data: ReportData, figures: Figures, name: str) -> Chart:
    """A rate by unit, highest first, with 95% intervals where it has any.

    Raises ArgumentsRefused for a measure that is not a rate.
    """
    measure, units = rate_named(data, name), data.params.units
    known = {area.name for area in data.params.unit_areas}
    found = [figure for figure in figures.of(name, units) if figure.category in known]
    found.sort(key=lambda figure: -1 if figure.value is None else figure.value, reverse=True)
    rows: list[list[Cell]] = [[row.category, *_rate_cells(row, measure)] for row in found]
    force = of_force(data, figures, name)
    rows.append([data.params.force.name, *_rate_cells(force, measure)])
    texts = [now(figure, measure).printed() for figure in found]
    pairs = zip(found, texts, strict=True)
    return charts.bars(
        [figure.category for figure in found],
        _drawn(found),
        intervals=([figure.lower_95 for figure in found], [figure.upper_95 for figure in found]),
        highlight=None if data.area.is_force else data.area.name,
        id=f"rates-{name}".replace("_", "-"),
        title=_rates_title(data, name, found),
        subtitle=f"{measure.title}, {data.window(name).label}, with 95% intervals",
        alt="Bar chart. " + "; ".join(f"{figure.category} {text}" for figure, text in pairs) + ".",
        unit=measure.unit,
        texts=texts,
        table=DisplayTable(
            f"rates-{name}-numbers".replace("_", "-"),
            measure.title,
            rate_columns(data, measure),
            rows,
            [len(rows) - 1],
        ),
        source=data.source,
        notes=of_places(data, figures, name),
    )


def rate_named(data: ReportData, name: str) -> Measure:
    """The rate of that name, by unit. Raises ArgumentsRefused for what is none."""
    measure = measure_named(data, name)
    if measure.unit not in RATE_SIZES:
        sizes = " or ".join(f"{size:,}" for size in RATE_SIZES.values())
        raise ArgumentsRefused(f"'{name}' is no rate: its unit is {measure.unit}. Name a measure per {sizes}.")
    checked(data, data.params.units, name)
    return measure


def of_force(data: ReportData, figures: Figures, name: str) -> Figure:
    """The force's own figure."""
    return figures.one(name, TOTAL if data.area.is_force else FORCE_ROW)


def rate_columns(data: ReportData, measure: Measure) -> list[Column]:
    """What heads the numbers of a rate by unit."""
    heads = (UNIT_HEADINGS[measure.unit], "95% interval", "Change")
    return [Column(data.params.unit.title, "left"), *map(Column, heads)]


def _rate_cells(figure: Figure, measure: Measure) -> list[Cell]:
    return [now(figure, measure), interval(figure, measure), change(figure, measure)]


def _rates_title(data: ReportData, name: str, found: Sequence[Figure]) -> str:
    measure = data.measure(name)
    known = [figure for figure in found if figure.value is not None]
    if not known:
        return f"{measure.title}: no rates are available"
    highest, lowest = known[0], known[-1]
    values = [number(row.value, measure) for row in (highest, lowest)]
    if len(known) > 1 and highest.value == lowest.value:
        return f"The rate was {values[0]} in each {inline(data.params.unit.title)} that has one"
    return f"The rate was highest in {highest.category} ({values[0]}) and lowest in {lowest.category} ({values[1]})"
