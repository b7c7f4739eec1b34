"""Turns a rate's released figures by unit into bars with the force's rate down them."""

from __future__ import annotations

from collections.abc import Sequence

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Cell, Chart, Column, DisplayTable
from thematic.displays.wording import UNIT_HEADINGS, change, interval, now
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.params.measures import RATE_SIZES, Measure
from thematic.report import titles
from thematic.report.beside import checked, measure_named, of_places
from thematic.report.drawings import drawn_values, lines_of, lines_said, sources_of

_MOST_DECIMALS = 3


def rates(data: ReportData, figures: Figures, name: str) -> Chart:
    """A rate by unit, highest first, with 95% intervals where it has any.

    Raises ArgumentsRefused for a measure that is not a rate.
    """
    measure, units = rate_named(data, name), data.params.units
    known = {area.name for area in data.params.unit_areas}
    found = [figure for figure in figures.of(name, units) if figure.category in known]
    found.sort(key=lambda figure: -1 if figure.value is None else figure.value, reverse=True)
    force = titles.of_force(data, figures, name)
    measure = _finely(data, measure, found)
    rows: list[list[Cell]] = [[row.category, *_rate_cells(row, measure)] for row in found]
    rows.append([data.params.force.name, *_rate_cells(force, measure)])
    texts = [now(figure, measure).printed() for figure in found]
    pairs, lines = zip(found, texts, strict=True), [*_force_line(data, force, measure), *lines_of(data, name)]
    said = "; ".join(f"{figure.category} {text}" for figure, text in pairs)
    return charts.bars_against(
        [figure.category for figure in found],
        drawn_values(found),
        lines,
        intervals=([figure.lower_95 for figure in found], [figure.upper_95 for figure in found]),
        highlight=None if data.area.is_force else data.area.name,
        id=f"rates-{name}".replace("_", "-"),
        title=titles.of_places(data, measure, found, force, units),
        subtitle=f"{measure.title}, {data.window(name).label}, with 95% intervals",
        alt=" ".join([f"Bar chart. {said}.", *lines_said(lines)]),
        texts=texts,
        table=DisplayTable(
            f"rates-{name}-numbers".replace("_", "-"),
            measure.title,
            rate_columns(data, measure),
            rows,
            [len(rows) - 1],
        ),
        source=data.source,
        notes=[*of_places(data, figures, name), *sources_of(data, name)],
    )


def _finely(data: ReportData, measure: Measure, found: Sequence[Figure]) -> Measure:
    """The rate with as many decimals as those that differ need to print differently, three at most; for the public as
    it is."""
    if data.rounding is not None:
        return measure
    values = {row.value for row in found if row.value is not None}
    tried = range(measure.decimals, max(_MOST_DECIMALS, measure.decimals))
    enough = (places for places in tried if len({f"{value:.{places}f}" for value in values}) == len(values))
    places = next(enough, max(_MOST_DECIMALS, measure.decimals))
    return measure.model_copy(update={"decimals": places})


def _force_line(data: ReportData, force: Figure, measure: Measure) -> list[charts.Line]:
    """The force's own rate as a line down the bars; none where it has none."""
    if force.value is None or force.status:
        return []
    return [(f"{data.params.force.name} {now(force, measure).printed()}", force.value)]


def rate_named(data: ReportData, name: str) -> Measure:
    """The rate of that name, by unit. Raises ArgumentsRefused for what is none."""
    measure = measure_named(data, name)
    if measure.unit not in RATE_SIZES:
        sizes = " or ".join(f"{size:,}" for size in RATE_SIZES.values())
        raise ArgumentsRefused(f"'{name}' is no rate: its unit is {measure.unit}. Name a measure per {sizes}.")
    checked(data, data.params.units, name)
    return measure


def rate_columns(data: ReportData, measure: Measure) -> list[Column]:
    """What heads the numbers of a rate by unit."""
    heads = (UNIT_HEADINGS[measure.unit], "95% interval", "Change")
    return [Column(data.params.unit.title, "left"), *map(Column, heads)]


def _rate_cells(figure: Figure, measure: Measure) -> list[Cell]:
    return [now(figure, measure), interval(figure, measure), change(figure, measure)]
