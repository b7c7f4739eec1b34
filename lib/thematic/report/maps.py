"""Turns a rate's released figures by Local Policing Unit into a map, with its numbers and its words."""

from __future__ import annotations

from thematic import charts
from thematic.core import hexagons
from thematic.core.errors import ArgumentsRefused
from thematic.core.hexagons import Hexagon, Shape
from thematic.displays import SHORTHAND, Chart, Column, Sentence, Table
from thematic.displays.wording import change, number
from thematic.measures.breakdowns import FORCE_ROW, Setting
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figure
from thematic.params import Params
from thematic.params.models import Measure
from thematic.report.drawings import interval, listed, of_places
from thematic.report.tables import Sheet


def rates(sheet: Sheet, setting: Setting, name: str) -> Chart | Sentence:
    """A rate by Local Policing Unit as areas: their boundaries, or else the hexagons that most name each of them.

    Raises ArgumentsRefused for a measure that is not a rate per 1,000.
    """
    measure = sheet.measure(name)
    if measure.unit != "per_1000":
        raise ArgumentsRefused(f"'{name}' has no map: it is a {measure.unit}. Name a measure per 1,000 population.")
    ground = ground_of(setting, sheet.params.force.hexagon_km)
    figures = [figure for figure in sheet.figures.of(name, "lpu") if figure["category"] in ground.areas]
    if not figures:
        return Sentence(f"{measure.title}: no map can be drawn. {no_ground(sheet.params)}")
    texts = {row["category"]: number(row["value"], measure, row["status"]) for row in figures}
    force = sheet.figures.one(name, "total" if sheet.area.is_force else FORCE_ROW)
    columns = [Column("Local Policing Unit", "left"), Column("Per 1,000"), Column("95% interval"), Column("Change")]
    columns.append(Column("Beside the force", "left"))
    rows = [
        [row["category"], texts[row["category"]], interval(row, measure), change(row), _beside(row, force, measure)]
        for row in figures
    ]
    rows.append([force["category"] if not sheet.area.is_force else sheet.params.force.name])
    rows[-1] += [number(force["value"], measure, force["status"]), interval(force, measure), change(force), ""]
    return charts.areas(
        {row["category"]: _as_printed(row, measure) for row in figures},
        texts,
        ground,
        id=f"map-{name}".replace("_", "-"),
        title=_rates_title(sheet, name, figures, force),
        subtitle=f"{measure.title} by Local Policing Unit, {sheet.window(name).label}",
        alt="Map. " + "; ".join(f"{place} {text}" for place, text in texts.items()) + ".",
        table=Table(f"map-{name}-numbers".replace("_", "-"), measure.title, columns, rows, [len(rows) - 1]),
        notes=[*([] if sheet.params.boundaries else [_HEXAGON_AREAS]), *of_places(sheet, name)],
        source=sheet.source,
    )


_HEXAGON_AREAS = (
    "Each unit is drawn as the hexagons that most of what is recorded there names it for; these are not its boundaries."
)


def _as_printed(row: Figure, measure: Measure) -> float | None:
    """The rate that the area's shade is chosen by: so that it is that of the number written on it."""
    return None if row["value"] is None else round(row["value"], measure.decimals)


def _beside(row: Figure, force: Figure, measure: Measure) -> str:
    """Where a rate lies beside the force's, as both are printed."""
    if row["value"] is None or force["value"] is None:
        return str(row["status"] or force["status"])
    if number(row["value"], measure) == number(force["value"], measure):
        return "The same"
    return "Above" if row["value"] > force["value"] else "Below"


def _rates_title(sheet: Sheet, name: str, figures: list[Figure], force: Figure) -> str:
    measure = sheet.measure(name)
    if force["value"] is None or all(row["value"] is None for row in figures):
        return f"{measure.title}: no rates can be compared"
    whole = number(force["value"], measure)
    if not sheet.area.is_force:
        own = next((row for row in figures if row["category"] == sheet.area.name and row["value"] is not None), None)
        if own is None:
            return f"There is no rate for {sheet.area.name}; the force’s is {whole}"
        word = {"Above": "above", "Below": "below", "The same": "the same as"}[_beside(own, force, measure)]
        return f"{sheet.area.name}’s rate of {number(own['value'], measure)} is {word} the force’s of {whole}"
    above = [row["category"] for row in figures if _beside(row, force, measure) == "Above"]
    if not above:
        return f"No Local Policing Unit has a rate above the force’s of {whole}"
    verb = "has a rate" if len(above) == 1 else "have rates"
    return f"{listed(above)} {verb} above the force’s of {whole}"


def ground_of(setting: Setting, hexagon_km: float) -> charts.Ground:
    """The areas, towns and own area of a report's map; without boundaries, areas of hexagons of that width."""
    params = setting.params
    towns = {town.name: hexagons.plane(town.longitude, town.latitude) for town in params.force.towns}
    own = None if setting.area.is_force else setting.area.name
    return charts.Ground(params.boundaries or _hexagon_areas(setting, hexagon_km), towns, own)


def _hexagon_areas(setting: Setting, hexagon_km: float) -> dict[str, Shape]:
    """Each LPU as the outline of its hexagons."""
    cells: dict[str, list[Hexagon]] = {}
    for each, lpu in setting.cubes.ground.at(hexagon_km, setting.period).items():
        cells.setdefault(lpu, []).append(each)
    return {lpu: hexagons.outline(found, hexagon_km) for lpu, found in sorted(cells.items())}


def no_ground(params: Params) -> str:
    """Why there is no map."""
    told = f"too little has been recorded with coordinates to know the ground of {params.force.name}"
    return f"{NOT_AVAILABLE} {SHORTHAND[NOT_AVAILABLE]}: {told}."
