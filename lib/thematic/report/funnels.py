"""Turns a rate's released figures by unit into a funnel plot, with its numbers and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Cell, Chart, Column, DisplayTable, RangeCell, Sentence, Value
from thematic.displays.wording import UNIT_HEADINGS, inline, number, value_of
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.measures import RATE_SIZES, Measure
from thematic.report.beside import of_places
from thematic.report.drawings import listed, rate_named
from thematic.stats.statistics import FUNNEL_COVERAGES

_ROOM_FOR = 12


def funnel(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A rate's units against their populations, with the limits of chance round all of them together.

    From released counts alone. Raises ArgumentsRefused for a measure that is not a rate over population.
    """
    measure, level = rate_named(data, name), data.params.unit
    if not measure.is_rate:
        raise ArgumentsRefused(f"'{name}' has no funnel: it is not over a population. Name a rate that is.")
    known = {area.name for area in data.params.unit_areas}
    found = [figure for figure in figures.of(name, data.params.units) if figure.category in known]
    places = list(_places(found))
    if len(places) < 2 or not any(place.count for place in places):
        why = f"it takes two {inline(level.plural)} with a figure, and a figure above 0"
        return Sentence(f"{measure.title}: no funnel plot can be drawn; {why}.")
    drawn = charts.Funnel(places, RATE_SIZES[measure.unit])
    standings = _standings(drawn)
    return charts.funnel(
        drawn,
        id=f"funnel-{name}".replace("_", "-"),
        title=_title(standings, len(places), inline(level.title), inline(level.plural)),
        subtitle=f"{measure.title} against population, {data.window(name).label}",
        alt=f"Funnel plot of {len(places)} {inline(level.plural)}. "
        + " ".join(f"{said}: {listed(names)}." for said, names in standings.items()),
        table=_table(level.title, measure, name, drawn, found),
        polarity=measure.polarity,
        highlight=None if data.area.is_force else data.area.name,
        notes=_notes(data, figures, name, drawn),
        source=data.source,
    )


def _places(found: Sequence[Figure]) -> Iterator[charts.Place]:
    for row in found:
        if row.value is not None and row.numerator is not None and row.denominator is not None:
            yield charts.Place(row.category, int(row.denominator), int(row.numerator))


def _standings(drawn: charts.Funnel) -> dict[str, list[str]]:
    """The names of the places by how they stand, the furthest out first."""
    found: dict[str, list[str]] = {}
    for coverage in FUNNEL_COVERAGES[::-1]:
        for side in (1, -1):
            names = [place.name for place in drawn.places if drawn.standing(place) == (side, coverage)]
            found |= {charts.said_of((side, coverage)): names} if names else {}
    within = [place.name for place in drawn.places if drawn.standing(place)[0] == 0]
    return found | ({charts.said_of((0, None)): within} if within else {})


def _title(standings: dict[str, list[str]], count: int, unit: str, units: str) -> str:
    far = {said: names for said, names in standings.items() if f"{100 * FUNNEL_COVERAGES[-1]:g}%" in said}
    outside = sum(map(len, far.values()))
    if not outside:
        return f"No {unit} is further from the others than chance explains"
    told = "; ".join(f"{said.split()[0].lower()} {listed(names)}" for said, names in far.items())
    verb = "is" if outside == 1 else "are"
    return f"{outside} of {count} {units} {verb} further from the others than chance explains: {told}"


def _table(unit: str, measure: Measure, name: str, drawn: charts.Funnel, found: Sequence[Figure]) -> DisplayTable:
    places = {place.name: place for place in drawn.places}
    columns = [Column(unit, "left"), Column("Population"), Column("Count"), Column(UNIT_HEADINGS[measure.unit])]
    columns += [Column(f"Count within {100 * coverage:g}% limits") for coverage in FUNNEL_COVERAGES]
    columns.append(Column("Where it lies", "left"))
    rows: list[list[Cell]] = []
    for figure in found:
        place = places.get(figure.category)
        if place is None:
            rows.append([figure.category, *[figure.status] * (len(columns) - 1)])
            continue
        within = [RangeCell(*map(Value, drawn.within(place, coverage))) for coverage in FUNNEL_COVERAGES]
        standing = charts.said_of(drawn.standing(place))
        numbers = Value(place.population), Value(place.count), value_of(drawn.rate(place), measure)
        rows.append([place.name, *numbers, *within, standing])
    people, events = (sum(getattr(place, part) for place in drawn.places) for part in ("population", "count"))
    whole: list[Cell] = [Value(people), Value(events), value_of(drawn.centre, measure)]
    rows.append(["All of them together", *whole, *[NOT_APPLICABLE] * 3])
    identity = f"funnel-{name}-numbers".replace("_", "-")
    return DisplayTable(identity, measure.title, columns, rows, [len(rows) - 1])


def _notes(data: ReportData, figures: Figures, name: str, drawn: charts.Funnel) -> list[str]:
    measure = data.measure(name)
    return [
        f"The limits are those of chance alone (exact Poisson) round {number(drawn.centre, measure)} "
        f"{UNIT_HEADINGS[measure.unit].lower()}, the rate of the units shown taken together; what has no location "
        "recorded is in none of them. They are wider for fewer people.",
        "Outside the limits means unlike the others by more than chance. It does not say why: places differ in ways "
        "that their populations do not show.",
        *(["Names that find no room on the chart are in the table."] if len(drawn.places) > _ROOM_FOR else []),
        *of_places(data, figures, name),
    ]
