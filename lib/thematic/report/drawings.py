"""Turns released figures into the charts of a report, each with its numbers and with words for what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from thematic import charts
from thematic.core.areas import NO_LOCATION
from thematic.core.periods import Month
from thematic.displays import Chart, Column, Sentence, Table
from thematic.displays.wording import change, movement, number
from thematic.measures.breakdowns import FORCE_ROW
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import Figure
from thematic.params.models import Event, Measure
from thematic.report.tables import Sheet
from thematic.stats import trend
from thematic.stats.trend import Limits, Side

_VARIATION = {
    "season": "the same month's average over the two years before the last 12 months, moved to the level of the "
    "year before (in those two years, of the year itself)",
    "year before": "the same month a year earlier",
    "mean": "the mean of the months shown, the season not allowed for",
}
_UNUSUAL: dict[Side, str] = {"high": "unusually high or rising", "low": "unusually low or falling"}


def months(sheet: Sheet, name: str) -> Chart | Sentence:
    """A measure's months up to the period as a line, the events of the time shaded; a sentence where there are none.

    A count's months stand before the band of their normal variation, worked out from the released months alone;
    there is none where one of them is withheld or missing.
    """
    measure = sheet.measure(name)
    figures = sheet.figures.of(name, "month")
    if not figures:
        return Sentence(" ".join([f"{measure.title} each month:", *sheet.reasons("month", name)]))
    limits = trend.limits([row["value"] for row in figures]) if measure.unit == "count" else None
    table = _months_table(sheet, name, limits)
    points = pd.DataFrame({"month": [row["category"] for row in figures], "value": _shown(figures)})
    return charts.months(
        points,
        id=f"months-{name}".replace("_", "-"),
        title=movement(sheet.figures.one(name), measure, sheet.window(name).span).rstrip("."),
        subtitle=f"{measure.title} each month, {sheet.area.name}, {table.rows[0][0]} to {table.rows[-1][0]}",
        alt=" ".join([_months_alt(sheet, name, points), *_causes_alt(figures, limits)]),
        events=[_event(event) for event in sheet.params.events.events],
        table=table,
        source=sheet.source,
        notes=[*sheet.reasons("month", name), "Each month is seen as it stood at the end of the period."]
        + ([] if limits is None else [_band_note(limits)]),
        limits=limits,
        polarity=measure.polarity,
    )


def _months_table(sheet: Sheet, name: str, limits: Limits | None) -> Table:
    measure, figures = sheet.measure(name), sheet.figures.of(name, "month")
    columns = [Column("Month", "left"), Column(measure.title), Column("Change on the year before")]
    rows = [
        [Month.parse(row["category"]).label, number(row["value"], measure, row["status"]), change(row)]
        for row in figures
    ]
    if limits is not None:
        columns += [Column("Normal variation"), Column("Unusual", "left")]
        cells = zip(limits.lower, limits.upper, limits.causes, strict=True)
        rows = [row + _band_cells(*cell) for row, cell in zip(rows, cells, strict=True)]
    return Table(f"months-{name}-numbers".replace("_", "-"), f"{measure.title} each month", columns, rows)


def _band_cells(lower: float | None, upper: float | None, cause: Side | None) -> list[str]:
    """The least and the greatest whole count within the limits, and whether the month's is unusual."""
    if lower is None or upper is None:
        return [NOT_APPLICABLE, NOT_APPLICABLE]
    return [f"{math.ceil(lower):,} to {math.floor(upper):,}", cause.capitalize() if cause else "No"]


def _band_note(limits: Limits) -> str:
    trial = " They are trial limits, for there are fewer than 12 months." if limits.trial else ""
    return (
        "The band is normal variation: XmR limits round what is expected of each month, which is "
        f"{_VARIATION[limits.basis]}.{trial} A triangle marks a month that normal variation does not explain, and "
        "points up for high or rising, down for low or falling."
    )


def _causes_alt(figures: list[Figure], limits: Limits | None) -> list[str]:
    """What the band shows, in words."""
    if limits is None:
        return []
    told = [
        f"{said[0].upper()}{said[1:]}: {listed([_month_of(figures[place]) for place in places])}."
        for side, said in _UNUSUAL.items()
        if (places := [place for place, cause in enumerate(limits.causes) if cause == side])
    ]
    return told or ["Every month lies within normal variation."]


def _month_of(figure: Figure) -> str:
    return Month.parse(figure["category"]).label


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _shown(figures: list[Figure]) -> list[Any]:
    """The values to draw, with the status in the place of those that are withheld or missing."""
    return [figure["status"] or figure["value"] for figure in figures]


def _event(event: Event) -> tuple[str, str, str]:
    return event.name, str(Month.containing(event.start)), str(Month.containing(event.end))


def _months_alt(sheet: Sheet, name: str, points: pd.DataFrame) -> str:
    known = points.assign(value=pd.to_numeric(points["value"], errors="coerce")).dropna(subset=["value"])
    title = sheet.measure(name).title
    if known.empty:
        return f"Line chart of {title[0].lower()}{title[1:]} each month: no figures can be shown."
    by_size = known.sort_values(["value", "month"])
    low, high, last = by_size.iloc[0], by_size.iloc[-1], known.iloc[-1]
    lowest, highest, latest = (
        f"{number(row['value'], sheet.measure(name))} in {Month.parse(row['month']).label}" for row in (low, high, last)
    )
    return f"Line chart of {len(points)} months: lowest {lowest}, highest {highest}, latest {latest}."


def rates(sheet: Sheet, name: str) -> Chart:
    """A rate by Local Policing Unit, highest first, with 95% intervals."""
    measure = sheet.measure(name)
    places = {area.name for area in sheet.params.lpu_areas}
    figures = [figure for figure in sheet.figures.of(name, "lpu") if figure["category"] in places]
    figures.sort(key=lambda figure: -1 if figure["value"] is None else figure["value"], reverse=True)
    columns = [Column("Local Policing Unit", "left"), Column("Per 1,000"), Column("95% interval"), Column("Change")]
    rows = [
        [row["category"], number(row["value"], measure, row["status"]), interval(row, measure), change(row)]
        for row in figures
    ]
    force = sheet.figures.one(name, "total" if sheet.area.is_force else FORCE_ROW)
    printed = number(force["value"], measure, force["status"])
    rows.append([sheet.params.force.name, printed, interval(force, measure), change(force)])
    identity = f"rates-{name}-numbers".replace("_", "-")
    return charts.bars(
        [figure["category"] for figure in figures],
        _shown(figures),
        intervals=([figure["lower_95"] for figure in figures], [figure["upper_95"] for figure in figures]),
        highlight=None if sheet.area.is_force else sheet.area.name,
        id=f"rates-{name}".replace("_", "-"),
        title=_rates_title(figures, sheet, name),
        subtitle=f"{measure.title}, {sheet.window(name).label}, with 95% intervals",
        alt="Bar chart. " + "; ".join(f"{row[0]} {row[1]}" for row in rows[:-1]) + ".",
        unit=measure.unit,
        texts=[number(figure["value"], measure, figure["status"]) for figure in figures],
        table=Table(identity, measure.title, columns, rows, [len(rows) - 1], of_places(sheet, name)),
        source=sheet.source,
    )


def of_places(sheet: Sheet, name: str) -> list[str]:
    """What is said of the LPUs' figures; that nobody lives at no location is of no use beside them."""
    return [told for told in sheet.reasons("lpu", name) if NO_LOCATION not in told]


def interval(row: Figure, measure: Measure) -> str:
    """The 95% interval as a table has it, or the status in its place."""
    if row["lower_95"] is None:
        return str(row["status"])
    return f"{number(row['lower_95'], measure)} to {number(row['upper_95'], measure)}"


def _rates_title(figures: list[Figure], sheet: Sheet, name: str) -> str:
    known = [figure for figure in figures if not figure["status"]]
    if not known:
        return f"{sheet.measure(name).title}: no rates are available"
    highest, lowest = known[0], known[-1]
    values = [number(row["value"], sheet.measure(name)) for row in (highest, lowest)]
    if len(known) > 1 and highest["value"] == lowest["value"]:
        return f"The rate was {values[0]} in each Local Policing Unit that has one"
    return (
        f"The rate was highest in {highest['category']} ({values[0]}) and lowest in {lowest['category']} ({values[1]})"
    )
