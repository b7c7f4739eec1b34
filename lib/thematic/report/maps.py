"""Turns a rate's released figures by unit into a map, with its numbers and its words."""

from __future__ import annotations

from thematic import charts
from thematic.core import hexagons
from thematic.core.hexagons import Hexagon, Shape
from thematic.displays import Cell, Chart, Column, DisplayTable, Sentence
from thematic.displays.wording import change, inline, interval, now
from thematic.measures.data import ReportData
from thematic.measures.figures import NOT_APPLICABLE, Figure, Figures
from thematic.measures.standing import beside_force
from thematic.params import Params
from thematic.params.measures import Measure
from thematic.report import titles
from thematic.report.beside import of_places, reason_note
from thematic.report.rates import rate_columns, rate_named


def rates(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A rate by unit as areas: their boundaries, or else the hexagons that most name each of them.

    Raises ArgumentsRefused for a measure that is not a rate.
    """
    measure, params = rate_named(data, name), data.params
    ground = ground_of(data, params.force.hexagon_km)
    found = [figure for figure in figures.of(name, params.units) if figure.category in ground.areas]
    if not found:
        return Sentence(f"{measure.title}: no map can be drawn. {no_ground(params)}")
    texts = {row.category: now(row, measure).printed() for row in found}
    force = titles.of_force(data, figures, name)
    columns = [*rate_columns(data, measure), Column("Beside the force", "left")]
    named = [*((row.category, row) for row in found), (params.force.name, force)]
    rows = [
        [place, *_cells(row, measure), _beside(row, force) if row is not force else NOT_APPLICABLE]
        for place, row in named
    ]
    return charts.areas(
        {row.category: _as_printed(row, measure) for row in found},
        texts,
        ground,
        id=f"map-{name}".replace("_", "-"),
        title=titles.of_places(data, data.measure(name), found, force, data.params.units),
        subtitle=f"{measure.title} by {inline(params.unit.title)}, {data.window(name).label}",
        alt="Map. " + "; ".join(f"{place} {text}" for place, text in texts.items()) + ".",
        table=DisplayTable(f"map-{name}-numbers".replace("_", "-"), measure.title, columns, rows, [len(rows) - 1]),
        notes=[*([] if params.boundaries else [_HEXAGON_AREAS]), *of_places(data, figures, name)],
        source=data.source,
    )


_HEXAGON_AREAS = (
    "Each unit is drawn as the hexagons that most of what is recorded there names it for; these are not its boundaries."
)


def _cells(row: Figure, measure: Measure) -> list[Cell]:
    return [now(row, measure), interval(row, measure), change(row, measure)]


def _as_printed(row: Figure, measure: Measure) -> float | None:
    """The rate that the area's shade is chosen by: so that it is that of the number written on it."""
    return None if row.value is None else round(row.value, measure.decimals)


def _beside(row: Figure, force: Figure) -> str:
    """Where a rate lies beside the force's, by its interval; or why that is not known."""
    if row.value is None or force.value is None:
        return row.status if row.value is None else force.status
    return beside_force(row, force).capitalize() or NOT_APPLICABLE


def ground_of(data: ReportData, hexagon_km: float) -> charts.Ground:
    """The units, towns and own area of a report's map; without boundaries, units of hexagons of that width."""
    params = data.params
    towns = {town.name: hexagons.plane(town.longitude, town.latitude) for town in params.force.towns}
    own = data.area.name if data.area.level == params.units else None
    return charts.Ground(params.boundaries or _hexagon_areas(data, hexagon_km), towns, own)


def _hexagon_areas(data: ReportData, hexagon_km: float) -> dict[str, Shape]:
    """Each unit as the outline of its hexagons."""
    cells: dict[str, list[Hexagon]] = {}
    for each, unit in data.cubes.ground.at(hexagon_km, data.period).items():
        cells.setdefault(unit, []).append(each)
    return {unit: hexagons.outline(found, hexagon_km) for unit, found in sorted(cells.items())}


def no_ground(params: Params) -> str:
    """Why there is no map."""
    return reason_note(f"too little has been recorded with coordinates to know the ground of {params.force.name}")
