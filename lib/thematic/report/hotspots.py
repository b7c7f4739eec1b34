"""Turns a count by hexagon into a map of its hotspots, with its numbers and its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import dist

from thematic import charts
from thematic.core import hexagons
from thematic.core.errors import ArgumentsRefused
from thematic.core.hexagons import Hexagon
from thematic.cubes.bases import base_of
from thematic.displays import Cell as TableCell
from thematic.displays import Chart, Column, DisplayTable, Format, Sentence, Value
from thematic.displays.wording import inline
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_APPLICABLE, NOT_AVAILABLE
from thematic.measures.figures import Figures
from thematic.measures.hotspots import Cell, Hotspots, find
from thematic.params.measures import Count
from thematic.params.themes import CELL, TOTAL
from thematic.report.beside import beside, measure_named, reason_note, theme_caveats
from thematic.report.drawings import listed
from thematic.report.maps import ground_of, no_ground

_NEAR_KM = 5
"""How far from a hexagon's middle the town may lie that it is called after; else it is called after its unit."""

_NAMED = 2
_ROWS = 30
_P_VALUE, _WHOLE = Format(3), Format(0)
_OF_RESIDENTS = ("Residents", "Expected from residents")


def hotspots(data: ReportData, figures: Figures, name: str) -> Chart | Sentence:
    """The hexagons of the report's area by what was counted in them, and the hotspots among them.

    A sentence where no coordinates are given, the window is not whole, or the area is no sum of units. Raises
    ArgumentsRefused for a measure that the theme does not map.
    """
    measure = measure_named(data, name)
    counted = measure.numerator
    mapped = data.theme.hotspots.measures if data.theme.hotspots is not None else ()
    if name not in mapped or not isinstance(counted, Count):
        where = f"params/themes/{data.theme_name}.yaml"
        raise ArgumentsRefused(f"'{name}' has no hotspots: list it in {where} as hotspots: {{measures: [{name}]}}.")
    if data.rounding is not None:
        return Sentence(f"{measure.title}: where it was recorded is not published on a map of hexagons.")
    reason = data.cubes.unavailable(base_of(counted, data.theme, data.params.tables).key, CELL)
    if reason is None and not data.area.is_force and _units(data) is None:
        reason = f"hexagons are known by {inline(data.params.unit.title)} alone"
    if reason is not None:
        why = [reason_note(reason)]
    elif figures.one(name).status == NOT_AVAILABLE:
        why = beside(data, figures, TOTAL, name)
    else:
        found = _Found(data, find(data, name), name)
        if found.cells:
            return _chart(found, ground_of(data, found.hotspots.width_km))
        why = [no_ground(data.params)]
    return Sentence(" ".join([f"{measure.title}: no map of hotspots can be drawn.", *why]))


def _units(data: ReportData) -> frozenset[str] | None:
    """The names of the units that the report's area is, or is the sum of; None for the force and for other areas."""
    level, names = data.area.counted_at
    return names if level == data.params.units else None


@dataclass(frozen=True)
class _Found:
    """A measure's hotspots and the report that tells of them."""

    data: ReportData
    hotspots: Hotspots
    name: str

    @cached_property
    def cells(self) -> list[Cell]:
        """The hexagons of the report's area."""
        return self.hotspots.within(_units(self.data))

    @cached_property
    def hot(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.hot]

    @property
    def subject(self) -> str:
        measure = self.data.measure(self.name)
        return measure.subject or measure.title

    def near(self, cell: Cell) -> str:
        """The town that a hexagon is near, or its unit."""
        middle = hexagons.middle(cell.hexagon, self.hotspots.width_km)
        towns = {town.name: hexagons.plane(town.longitude, town.latitude) for town in self.data.params.force.towns}
        nearest = min(towns, key=lambda name: dist(towns[name], middle), default=None)
        close = nearest is not None and dist(towns[nearest], middle) <= _NEAR_KM
        return nearest if nearest is not None and close else cell.unit

    def places(self) -> list[str]:
        """The towns that the hotspots are near, the one with most in them first."""
        held: dict[str, int] = {}
        for cell in self.hot:
            held[self.near(cell)] = held.get(self.near(cell), 0) + cell.count
        return sorted(held, key=lambda place: (-held[place], place))


def _chart(found: _Found, ground: charts.Ground) -> Chart:
    data, spots, name = found.data, found.hotspots, found.name
    drawn = charts.Hexagons(
        spots.width_km,
        {cell.hexagon: cell.count for cell in spots.cells},
        [cell.hexagon for cell in spots.hot],
        "None",
        _key(spots),
    )
    return charts.hotspots(
        drawn,
        ground,
        id=f"hotspots-{name}".replace("_", "-"),
        title=_title(found),
        subtitle=f"{data.measure(name).title} in each hexagon {spots.width_km:g} km across, {data.area.name}, "
        f"{data.window(name).label}",
        alt=_alt(found),
        table=_table(found),
        notes=_notes(found),
        source=data.source,
    )


def _key(spots: Hotspots) -> str:
    return "More than residents explain" if spots.is_of_residents else "Where most is recorded"


def _title(found: _Found) -> str:
    area = found.data.area
    if not found.hotspots.is_tested:
        return f"{found.subject}: the same everywhere on the map, so no place stands out"
    if not found.hot and found.hotspots.is_of_residents:
        part = "" if area.is_force else f" of {area.name}"
        return f"{found.subject}: no neighbourhood{part} stands out once residents are allowed for"
    if not found.hot:
        return f"{found.subject}: no part of {area.name} stands out" + ("" if area.is_force else " in the force")
    places = found.places()
    more = len(places) - _NAMED
    named = places if more <= 1 else [*places[:_NAMED], f"{more} others"]
    if found.hotspots.is_of_residents:
        return f"{found.subject}: more than residents explain around {listed(named)}"
    return f"{found.subject}: where most is recorded close together, around {listed(named)}"


def _alt(found: _Found) -> str:
    spots, told = found.hotspots, []
    near = list(dict.fromkeys(found.near(cell) for cell in sorted(found.hot, key=_by_count)))
    if near:
        what = "more is recorded than residents explain" if spots.is_of_residents else "most is recorded close together"
        told.append(f"Hexagons where {what}: {len(found.hot)}, near {listed(near)}.")
    most = min(found.cells, key=_by_count)
    if most.count:
        told.append(f"The largest count of a hexagon is {most.count:,}, near {found.near(most)}.")
    if (furthest := _furthest(found)) is not None:
        told.append(furthest)
    none = [] if found.hot else ["No hexagon stands out."]
    return " ".join([f"Map of {len(found.cells)} hexagons {spots.width_km:g} km across.", *none, *told])


def _by_count(cell: Cell) -> tuple[int, Hexagon]:
    return -cell.count, cell.hexagon


def _by_excess(cell: Cell) -> tuple[float, Hexagon]:
    return (cell.expected or 0) - cell.count, cell.hexagon


def _furthest(found: _Found) -> str | None:
    """The hexagon that holds most beyond what is expected of it; None where none does, or residents are not known."""
    known = [cell for cell in found.cells if cell.expected is not None]
    cell = min(known, key=_by_excess, default=None)
    if cell is None or cell.expected is None or cell.count <= cell.expected:
        return None
    return (
        f"The hexagon furthest above its residents’ share is near {found.near(cell)}: {cell.count:,} recorded, "
        f"{cell.expected:,.0f} expected."
    )


def _table(found: _Found) -> DisplayTable:
    by_residents = found.hotspots.is_of_residents
    columns = [
        Column("Middle of the hexagon", "left"),
        Column("Near", "left"),
        Column(found.data.params.unit.title, "left"),
        Column("Count"),
        *(map(Column, _OF_RESIDENTS) if by_residents else []),
        Column("Adjusted p"),
        Column("Hotspot", "left"),
    ]
    holding = sorted((cell for cell in found.cells if cell.count), key=_by_excess if by_residents else _by_count)
    rows = [_row(found, cell) for cell in holding[:_ROWS]]
    caption = f"{found.data.measure(found.name).title} by hexagon"
    more = len(holding) - len(rows)
    first = f"{_ROWS} hexagons furthest above their residents’ share" if by_residents else f"{_ROWS} largest"
    notes = [f"The {first} of {len(holding)} hexagons with a count."] if more > 0 else []
    return DisplayTable(f"hotspots-{found.name}-numbers".replace("_", "-"), caption, columns, rows, notes=notes)


def _row(found: _Found, cell: Cell) -> list[TableCell]:
    longitude, latitude = hexagons.place(hexagons.middle(cell.hexagon, found.hotspots.width_km))
    p = Value(cell.p, _P_VALUE, NOT_APPLICABLE if cell.p is None else "")
    hot = "Yes" if cell.hot else "No"
    people = _people(cell) if found.hotspots.is_of_residents else []
    where = [f"{latitude:.2f}, {longitude:.2f}", found.near(cell), cell.unit]
    return [*where, Value(cell.count), *people, p, hot]


def _people(cell: Cell) -> list[TableCell]:
    """A hexagon's residents, and what is expected of it by them."""
    known = (cell.residents, cell.expected)
    return [Value(each, _WHOLE, NOT_AVAILABLE if each is None else "") for each in known]


def _notes(found: _Found) -> list[str]:
    spots = found.hotspots
    notes = [_what_hexagons_are(spots)]
    if spots.is_tested:
        notes += _explained(found) if spots.is_of_residents else [_most(found)]
    if spots.without_residents:
        notes.append(
            f"The residents of {spots.without_residents:,} of the force’s {len(spots.cells):,} hexagons are not known: "
            "they have their shade, and are not tested."
        )
    return [*notes, *_largest(found), _off_map(found), *theme_caveats(found.data, found.name)]


def _largest(found: _Found) -> list[str]:
    """That the largest count of all is no hotspot, where it is none."""
    most = min(found.cells, key=_by_count)
    if not found.hot or most in found.hot or not most.count:
        return []
    return [
        f"The largest count of one hexagon, {most.count:,} near {found.near(most)}, is not marked: the test is of a "
        "hexagon together with those that touch it."
    ]


def _what_hexagons_are(spots: Hotspots) -> str:
    more = "" if spots.is_of_residents else ", and more is recorded where more people live or go: it is no rate"
    return (
        f"A hexagon is {spots.width_km:g} km from side to side, {hexagons.area_of(spots.width_km):.1f} square km. Its "
        f"count is of all in it{more}."
    )


def _most(found: _Found) -> str:
    spots = found.hotspots
    if not found.hot:
        return (
            "No hexagon holds, with those that touch it, more than the counts of the map would put together by chance: "
            f"{len(spots.cells):,} hexagons were tested together at 5% (59,999 draws of the map’s own counts)."
        )
    return (
        "The places with a border hold, with those that touch them, more than the counts of the map would put "
        f"together by chance, and more than the mean themselves. The tests of {len(spots.cells):,} hexagons are "
        "adjusted together so that at most 5% of these places are false (59,999 draws of the map’s own counts). It "
        "is where most is recorded, not where the risk is highest."
    )


def _explained(found: _Found) -> list[str]:
    spots = found.hotspots
    tested = len(spots.cells) - spots.without_residents
    spread = f"{100 * (spots.spread or 0):.0f}%"
    furthest = _furthest(found)
    return [
        "A place with a border holds more than is expected from its residents, and with those that touch it more than "
        f"the usual differences between places explain: hexagons differ from their residents’ share by {spread} (one "
        f"standard deviation) beyond chance. The tests of {tested:,} hexagons are adjusted together so that at most 5% "
        "of these places are false. The residents of small areas are spread evenly over each area.",
        *([furthest] if furthest else []),
        "People who visit a place or work there are not its residents, so a town centre is above its share for them "
        "too.",
    ]


def _off_map(found: _Found) -> str:
    off = found.hotspots.off_map
    if off == 0:
        return "All that was counted in the force is on its map."
    return f"{off:,} of the force’s count are not on the map: they have no coordinates, or are outside it."
