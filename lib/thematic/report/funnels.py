"""Turns a rate's released figures by Local Policing Unit into a funnel plot, with its numbers and its words."""

from __future__ import annotations

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, Column, Sentence, Table
from thematic.displays.wording import number
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import Figure
from thematic.report.drawings import listed, of_places
from thematic.report.tables import Sheet
from thematic.stats.statistics import FUNNEL_COVERAGES

_ROOM_FOR = 12


def funnel(sheet: Sheet, name: str) -> Chart | Sentence:
    """A rate's Local Policing Units against their populations, with the limits of chance round all of them together.

    From released counts alone. Raises ArgumentsRefused for a measure that is not a rate per 1,000.
    """
    measure = sheet.measure(name)
    if measure.unit != "per_1000":
        raise ArgumentsRefused(f"'{name}' has no funnel: it is a {measure.unit}. Name a measure per 1,000 population.")
    known = {area.name for area in sheet.params.lpu_areas}
    figures = [figure for figure in sheet.figures.of(name, "lpu") if figure["category"] in known]
    shown = [figure for figure in figures if figure["value"] is not None]
    places = [charts.Place(row["category"], row["denominator"], row["numerator"]) for row in shown]
    if len(places) < 2 or not any(place.count for place in places):
        why = "it takes two Local Policing Units with a figure, and a figure above 0"
        return Sentence(f"{measure.title}: no funnel plot can be drawn; {why}.")
    drawn = charts.Funnel(places)
    standings = _standings(drawn)
    return charts.funnel(
        drawn,
        id=f"funnel-{name}".replace("_", "-"),
        title=_funnel_title(standings, len(places)),
        subtitle=f"{measure.title} against population, {sheet.window(name).label}",
        alt=f"Funnel plot of {len(places)} Local Policing Units. "
        + " ".join(f"{said}: {listed(names)}." for said, names in standings.items()),
        table=_funnel_table(sheet, name, drawn, figures),
        polarity=measure.polarity,
        highlight=None if sheet.area.is_force else sheet.area.name,
        notes=_funnel_notes(sheet, name, drawn),
        source=sheet.source,
    )


def _standings(drawn: charts.Funnel) -> dict[str, list[str]]:
    """The names of the places by how they stand, the furthest out first."""
    found: dict[str, list[str]] = {}
    for coverage in FUNNEL_COVERAGES[::-1]:
        for side in (1, -1):
            names = [place.name for place in drawn.places if drawn.standing(place) == (side, coverage)]
            found |= {charts.said_of((side, coverage)): names} if names else {}
    within = [place.name for place in drawn.places if drawn.standing(place)[0] == 0]
    return found | ({charts.said_of((0, None)): within} if within else {})


def _funnel_title(standings: dict[str, list[str]], count: int) -> str:
    far = {said: names for said, names in standings.items() if f"{100 * FUNNEL_COVERAGES[-1]:g}%" in said}
    outside = sum(map(len, far.values()))
    if not outside:
        return "No Local Policing Unit is further from the others than chance explains"
    told = "; ".join(f"{said.split()[0].lower()} {listed(names)}" for said, names in far.items())
    verb = "is" if outside == 1 else "are"
    return f"{outside} of {count} Local Policing Units {verb} further from the others than chance explains: {told}"


def _funnel_table(sheet: Sheet, name: str, drawn: charts.Funnel, figures: list[Figure]) -> Table:
    measure, places = sheet.measure(name), {place.name: place for place in drawn.places}
    columns = [Column("Local Policing Unit", "left"), Column("Population"), Column("Count"), Column("Per 1,000")]
    columns += [Column(f"Count within {100 * coverage:g}% limits") for coverage in FUNNEL_COVERAGES]
    columns.append(Column("Where it lies", "left"))
    rows = []
    for figure in figures:
        place = places.get(figure["category"])
        if place is None:
            rows.append([figure["category"], *[figure["status"]] * (len(columns) - 1)])
            continue
        cells = [f"{place.population:,}", f"{place.count:,}", number(place.rate, measure)]
        for coverage in FUNNEL_COVERAGES:
            least, most = drawn.within(place, coverage)
            cells.append(f"{least:,} to {most:,}")
        rows.append([place.name, *cells, charts.said_of(drawn.standing(place))])
    people, events = (sum(getattr(place, part) for place in drawn.places) for part in ("population", "count"))
    total = [f"{people:,}", f"{events:,}", number(drawn.centre, measure), *[NOT_APPLICABLE] * 3]
    identity = f"funnel-{name}-numbers".replace("_", "-")
    return Table(identity, measure.title, columns, [*rows, ["All of them together", *total]], [len(rows)])


def _funnel_notes(sheet: Sheet, name: str, drawn: charts.Funnel) -> list[str]:
    rate = number(drawn.centre, sheet.measure(name))
    return [
        f"The limits are those of chance alone (exact Poisson) round {rate} per 1,000, the rate of the units shown "
        "taken together; what has no location recorded is in none of them. They are wider for fewer people.",
        "Outside the limits means unlike the others by more than chance. It does not say why: places differ in ways "
        "that their populations do not show.",
        *(["Names that find no room on the chart are in the table."] if len(drawn.places) > _ROOM_FOR else []),
        *of_places(sheet, name),
    ]
