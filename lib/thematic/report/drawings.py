"""Turns released figures into the charts of a report, each with its numbers and with words for what it shows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from thematic import charts
from thematic.areas import NO_LOCATION
from thematic.breakdowns import FORCE_ROW
from thematic.displays import Chart, Column, Sentence, Table
from thematic.figures import Figure
from thematic.params.models import Event, Measure
from thematic.periods import Month
from thematic.report.tables import Sheet
from thematic.wording import change, movement, number


def months(sheet: Sheet, name: str) -> Chart | Sentence:
    """A measure's months up to the period as a line, the events of the time shaded; a sentence where there are none."""
    measure = sheet.measure(name)
    figures = sheet.figures.of(name, "month")
    if not figures:
        return Sentence(" ".join([f"{measure.title} each month:", *sheet.reasons("month", name)]))
    columns = [Column("Month", "left"), Column(measure.title), Column("Change on the year before")]
    rows = [
        [Month.parse(row["category"]).label, number(row["value"], measure, row["status"]), change(row)]
        for row in figures
    ]
    points = pd.DataFrame({"month": [row["category"] for row in figures], "value": _shown(figures)})
    return charts.months(
        points,
        id=f"months-{name}".replace("_", "-"),
        title=movement(sheet.figures.one(name), measure, sheet.window(name).label).rstrip("."),
        subtitle=f"{measure.title} each month, {sheet.area.name}, {rows[0][0]} to {rows[-1][0]}",
        alt=_months_alt(sheet, name, points),
        events=[_event(event) for event in sheet.params.events.events],
        table=Table(f"months-{name}-numbers".replace("_", "-"), f"{measure.title} each month", columns, rows),
        source=sheet.source,
        notes=[*sheet.reasons("month", name), "Each month is seen as it stood at the end of the period."],
    )


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
        [row["category"], number(row["value"], measure, row["status"]), _interval(row, measure), change(row)]
        for row in figures
    ]
    force = sheet.figures.one(name, "total" if sheet.area.is_force else FORCE_ROW)
    rows.append([sheet.params.force.name, number(force["value"], measure, force["status"]), "", change(force)])
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
        table=Table(identity, measure.title, columns, rows, [len(rows) - 1], _of_places(sheet, name)),
        source=sheet.source,
    )


def _of_places(sheet: Sheet, name: str) -> list[str]:
    """What is said of the LPUs' figures; that nobody lives at no location is of no use beside them."""
    return [told for told in sheet.reasons("lpu", name) if NO_LOCATION not in told]


def _interval(row: Figure, measure: Measure) -> str:
    if row["lower_95"] is None:
        return str(row["status"])
    return f"{number(row['lower_95'], measure)} to {number(row['upper_95'], measure)}"


def _rates_title(figures: list[Figure], sheet: Sheet, name: str) -> str:
    known = [figure for figure in figures if not figure["status"]]
    if not known:
        return f"{sheet.measure(name).title}: no rates are available"
    highest, lowest = known[0], known[-1]
    values = [number(row["value"], sheet.measure(name)) for row in (highest, lowest)]
    return (
        f"The rate was highest in {highest['category']} ({values[0]}) and lowest in {lowest['category']} ({values[1]})"
    )
