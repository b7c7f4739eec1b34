"""Turns a rate's released figures by unit into a funnel plot, or a dot plot, with its numbers and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Cell, Chart, Column, DisplayTable, RangeCell, Sentence, Value
from thematic.displays.wording import UNIT_HEADINGS, inline, interval, now, number, value_of
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.measures import RATE_SIZES, Measure
from thematic.report.beside import of_places
from thematic.report.drawings import lines_of, lines_said, listed, sources_of
from thematic.report.rates import rate_named
from thematic.stats import funnel as stats
from thematic.stats.funnel import COVERAGES

_ROOM_FOR = 12
_OUTER_FIRST = sorted(COVERAGES, reverse=True)


def funnel(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """A rate's units against their populations, with limits that allow for chance and for how much units differ anyway.

    A dot plot of the rates with their intervals where that would say nothing of a unit: under 8 units, fewer than 5
    events expected of one, or units that differ too much. From released counts alone. Raises ArgumentsRefused for a
    measure that is not a rate over population.
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
    if drawn.fit.refusal is not None or data.rounding is not None:
        return _dots(data, figures, name, found, drawn)
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


def _dots(data: ReportData, figures: Figures, name: str, found: Sequence[Figure], drawn: charts.Funnel) -> Chart:
    """The rates with their 95% intervals beside that of all units, and why there is no funnel."""
    measure, level = data.measure(name), data.params.unit
    ordered = sorted(found, key=lambda row: -1 if row.value is None else row.value, reverse=True)
    values = [row.status if row.value is None else row.value for row in ordered]
    centre = f"{number(drawn.centre, measure)} {UNIT_HEADINGS[measure.unit].lower()}"
    above = [_named(row, measure) for row in ordered if row.lower_95 is not None and row.lower_95 > drawn.centre]
    below = [_named(row, measure) for row in ordered if row.upper_95 is not None and row.upper_95 < drawn.centre]
    sides = [
        f"{side} it: {listed(names)}." for side, names in (("Wholly above", above), ("Wholly below", below)) if names
    ]
    said = " ".join(sides) or "Every interval reaches it."
    lines = lines_of(data, name)
    return charts.bars_against(
        [row.category for row in ordered],
        values,
        lines,
        intervals=([row.lower_95 for row in ordered], [row.upper_95 for row in ordered]),
        centre=drawn.centre,
        highlight=None if data.area.is_force else data.area.name,
        id=f"funnel-{name}".replace("_", "-"),
        title=f"{measure.title} by {inline(level.title)}, with 95% intervals",
        subtitle=f"{measure.title}, {data.window(name).label}; the line is all of them together",
        alt=" ".join(
            [f"Dot plot of {len(drawn.places)} {inline(level.plural)} around {centre}. {said}", *lines_said(lines)]
        ),
        texts=[now(row, measure).printed() for row in ordered],
        table=_dots_table(level.title, measure, name, ordered),
        source=data.source,
        notes=[
            f"No funnel plot is drawn: {_why_not(data, drawn.fit, inline(level.plural))}.",
            f"The line is the rate of the {inline(level.plural)} shown taken together, {centre}. {said} An interval "
            f"allows for chance alone: {inline(level.plural)} also differ in ways that their populations do not show.",
            *of_places(data, figures, name),
            *sources_of(data, name),
        ],
    )


def _why_not(data: ReportData, fit: stats.Funnel, units: str) -> str:
    if data.rounding is not None:
        return "its limits would have to allow for the rounding of the numbers too"
    match fit.refusal:
        case "too few units":
            return f"with figures for fewer than {stats.FEWEST_UNITS} {units} it could call none of them different"
        case "too few expected":
            return f"one of the {units} would be expected to have fewer than {stats.FEWEST_EXPECTED:g}"
    return (
        f"the {units} differ by about {100 * fit.spread:.0f}% for reasons of their own (at most "
        f"{100 * stats.WIDEST_SPREAD:.0f}% can be allowed for), so it would say only that they differ"
    )


def _named(row: Figure, measure: Measure) -> str:
    return f"{row.category} ({now(row, measure).printed()})"


def _dots_table(unit: str, measure: Measure, name: str, found: Sequence[Figure]) -> DisplayTable:
    columns = [Column(unit, "left"), Column("Population"), Column("Count")]
    columns += [Column(UNIT_HEADINGS[measure.unit]), Column("95% interval")]
    rows: list[list[Cell]] = [
        [
            row.category,
            Value(row.denominator, status=row.status if row.denominator is None else ""),
            Value(row.numerator, status=row.status if row.numerator is None else ""),
            now(row, measure),
            interval(row, measure),
        ]
        for row in found
    ]
    return DisplayTable(f"funnel-{name}-numbers".replace("_", "-"), measure.title, columns, rows)


def _places(found: Sequence[Figure]) -> Iterator[charts.Place]:
    for row in found:
        if row.value is not None and row.numerator is not None and row.denominator is not None:
            yield charts.Place(row.category, int(row.denominator), int(row.numerator))


def _standings(drawn: charts.Funnel) -> dict[str, list[str]]:
    """The names of the places by how they stand, the furthest out first."""
    found: dict[str, list[str]] = {}
    for coverage in _OUTER_FIRST:
        for side in (1, -1):
            names = [place.name for place in drawn.places if drawn.standing(place) == (side, coverage)]
            found |= {charts.said_of((side, coverage)): names} if names else {}
    within = [place.name for place in drawn.places if drawn.standing(place)[0] == 0]
    return found | ({charts.said_of((0, None)): within} if within else {})


def _title(standings: dict[str, list[str]], count: int, unit: str, units: str) -> str:
    """Which units lie outside the widest limits; of those outside the inner ones, how many there are."""
    far, near = ([names for said, names in standings.items() if f"{100 * each:g}%" in said] for each in _OUTER_FIRST)
    told = "; ".join(f"{said.split()[0].lower()} {listed(names)}" for said, names in standings.items() if names in far)
    outside = sum(map(len, far))
    if outside:
        return f"{outside} of {count} {units} {'is' if outside == 1 else 'are'} outside the 99.8% limits: {told}"
    between = sum(map(len, near))
    if not between:
        return f"No {unit} is outside the limits that allow for their differences"
    return f"No {unit} is outside the 99.8% limits; {between} {'is' if between == 1 else 'are'} beyond 95%"


def _table(unit: str, measure: Measure, name: str, drawn: charts.Funnel, found: Sequence[Figure]) -> DisplayTable:
    places = {place.name: place for place in drawn.places}
    columns = [Column(unit, "left"), Column("Population"), Column("Count"), Column(UNIT_HEADINGS[measure.unit])]
    columns += [Column(f"Count within {100 * coverage:g}% limits") for coverage in COVERAGES]
    columns.append(Column("Position", "left"))
    rows: list[list[Cell]] = []
    for figure in found:
        place = places.get(figure.category)
        if place is None:
            rows.append([figure.category, *[figure.status] * (len(columns) - 1)])
            continue
        within = [RangeCell(*map(Value, drawn.within(place, coverage))) for coverage in COVERAGES]
        standing = charts.said_of(drawn.standing(place))
        numbers = Value(place.population), Value(place.count), value_of(drawn.rate(place), measure)
        rows.append([place.name, *numbers, *within, standing])
    people, events = (sum(getattr(place, part) for place in drawn.places) for part in ("population", "count"))
    whole: list[Cell] = [Value(people), Value(events), value_of(drawn.centre, measure)]
    rows.append(["All of them together", *whole, *[NOT_APPLICABLE] * 3])
    identity = f"funnel-{name}-numbers".replace("_", "-")
    return DisplayTable(identity, measure.title, columns, rows, [len(rows) - 1])


def _notes(data: ReportData, figures: Figures, name: str, drawn: charts.Funnel) -> list[str]:
    measure, units, spread = data.measure(name), inline(data.params.unit.plural), drawn.fit.spread
    centre = f"{number(drawn.centre, measure)} {UNIT_HEADINGS[measure.unit].lower()}"
    apart = (
        f"for chance and for how much these {units} differ anyway, by about {100 * spread:.0f}% (a standard deviation)"
        if spread
        else f"for chance; beyond that these {units} do not differ measurably"
    )
    return [
        f"The limits are around {centre}, the rate of the {units} shown taken together (what has no location recorded "
        f"is in none of them), and allow {apart}. They are wider for fewer people.",
        "Outside the limits means unlike the others. It does not say why: places differ in ways that their populations "
        "do not show.",
        "Above and below the force, elsewhere in this report, are of an area's own 95% interval. They allow for chance "
        f"alone, these limits also for how much {units} differ; so more can be above the force than outside.",
        *(["Names that find no room on the chart are in the table."] if len(drawn.places) > _ROOM_FOR else []),
        *of_places(data, figures, name),
    ]
