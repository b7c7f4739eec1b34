"""Turns a count by hexagon into a map of its hotspots, with its numbers and its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import dist

from thematic import charts
from thematic.core import hexagons
from thematic.core.errors import ArgumentsRefused
from thematic.core.hexagons import Hexagon
from thematic.cubes.bases import CELL, base_of
from thematic.displays import SHORTHAND, Chart, Column, Sentence, Table
from thematic.measures.breakdowns import Setting
from thematic.measures.disclosure import CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE, Gate
from thematic.measures.hotspots import LEVELS, Cell, Hotspots, find
from thematic.params import Params
from thematic.report.drawings import listed
from thematic.report.maps import ground_of, no_ground
from thematic.report.tables import Sheet

_NEAR_KM = 5
"""How far from a hexagon's middle the town may lie that it is called after; else it is called after its LPU."""

_NAMED = 4
_ROWS = 30


def hotspots(sheet: Sheet, setting: Setting, gate: Gate, name: str) -> Chart | Sentence:
    """The hexagons of the report's area by what was counted in them, and the hotspots among them.

    A sentence where no coordinates are given or the window is not whole. Raises ArgumentsRefused for a measure that
    the theme does not map.
    """
    params, measure = sheet.params, sheet.measure(name)
    theme = params.themes[setting.cubes.theme]
    if theme.hotspots is None or name not in theme.hotspots.measures:
        where = f"params/themes/{setting.cubes.theme}.yaml"
        raise ArgumentsRefused(f"'{name}' has no hotspots: list it in {where} as hotspots: {{measures: [{name}]}}.")
    reason = setting.cubes.unavailable(base_of(measure.numerator, measure, theme).key, CELL)
    if reason is not None:
        why = [f"{NOT_AVAILABLE} {SHORTHAND[NOT_AVAILABLE]}: {reason}."]
    elif sheet.figures.one(name)["status"] == NOT_AVAILABLE:
        why = sheet.reasons("total", name)
    else:
        found = _Found(sheet, find(setting, gate, name), name)
        if found.cells:
            return _hotspot_chart(found, ground_of(setting, found.hotspots.width_km))
        why = [no_ground(params)]
    return Sentence(" ".join([f"{measure.title}: no map of hotspots can be drawn.", *why]))


@dataclass(frozen=True)
class _Found:
    """A measure's hotspots and the report that tells of them."""

    sheet: Sheet
    hotspots: Hotspots
    name: str

    @cached_property
    def cells(self) -> list[Cell]:
        """The hexagons of the report's area."""
        return self.hotspots.within(None if self.sheet.area.is_force else self.sheet.area.name)

    @cached_property
    def hot(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.level is not None]

    @property
    def subject(self) -> str:
        measure = self.sheet.measure(self.name)
        return measure.subject or measure.title

    def near(self, cell: Cell) -> str:
        """The town that a hexagon is near, or its LPU."""
        middle = hexagons.middle(cell.hexagon, self.hotspots.width_km)
        towns = {town.name: hexagons.plane(town.longitude, town.latitude) for town in self.sheet.params.force.towns}
        nearest = min(towns, key=lambda name: dist(towns[name], middle), default=None)
        close = nearest is not None and dist(towns[nearest], middle) <= _NEAR_KM
        return nearest if nearest is not None and close else cell.lpu

    def places(self) -> list[str]:
        """The towns that the hotspots are near, the one with most in them first."""
        held: dict[str, int] = {}
        for cell in self.hot:
            held[self.near(cell)] = held.get(self.near(cell), 0) + cell.shown
        return sorted(held, key=lambda place: (-held[place], place))


def _hotspot_chart(found: _Found, ground: charts.Ground) -> Chart:
    sheet, spots, name = found.sheet, found.hotspots, found.name
    drawn = charts.Hexagons(
        spots.width_km,
        {cell.hexagon: cell.shown for cell in spots.cells},
        {cell.hexagon: cell.level for cell in spots.hot if cell.level is not None},
        _nothing(sheet.params, spots),
    )
    return charts.hotspots(
        drawn,
        ground,
        id=f"hotspots-{name}".replace("_", "-"),
        title=_hotspots_title(found),
        subtitle=f"{sheet.measure(name).title} in each hexagon {spots.width_km:g} km across, {sheet.area.name}, "
        f"{sheet.window(name).label}",
        alt=_hotspots_alt(found),
        table=_hotspots_table(found),
        notes=_hotspots_notes(found),
        source=sheet.source,
    )


def _nothing(params: Params, spots: Hotspots) -> str:
    return f"None, or fewer than {params.disclosure.threshold}" if spots.withheld else "None"


def _hotspots_title(found: _Found) -> str:
    area = found.sheet.area
    if not found.hotspots.is_tested:
        return f"{found.subject}: too few for hotspots to be told from chance"
    if not found.hot:
        return f"{found.subject}: no part of {area.name} stands out" + ("" if area.is_force else " in the force")
    places = found.places()
    more = len(places) - _NAMED
    named = places if more <= 1 else [*places[:_NAMED], f"{more} other places"]
    return f"{found.subject} clustered around {listed(named)}"


def _hotspots_alt(found: _Found) -> str:
    spots, told = found.hotspots, []
    for level in LEVELS:
        hot = [cell for cell in found.hot if cell.level == level]
        near = list(dict.fromkeys(found.near(cell) for cell in sorted(hot, key=_by_count)))
        if hot:
            told.append(f"Hotspots at the {100 * level:g}% level: {len(hot)}, near {listed(near)}.")
    most = min(found.cells, key=_by_count)
    if most.shown:
        told.append(f"The largest count of a hexagon is {most.shown:,}, near {found.near(most)}.")
    none = [] if found.hot else ["No hexagon is a hotspot."]
    return " ".join([f"Map of {len(found.cells)} hexagons {spots.width_km:g} km across.", *none, *told])


def _by_count(cell: Cell) -> tuple[int, Hexagon]:
    return -cell.shown, cell.hexagon


def _hotspots_table(found: _Found) -> Table:
    columns = [Column("Middle of the hexagon", "left"), Column("Near", "left"), Column("Local Policing Unit", "left")]
    columns += [Column("Count"), Column("Gi*"), Column("Hotspot", "left")]
    holding = sorted((cell for cell in found.cells if cell.shown), key=_by_count)
    rows = [_row(found, cell) for cell in holding[:_ROWS]]
    caption = f"{found.sheet.measure(found.name).title} by hexagon"
    more = len(holding) - len(rows)
    notes = [f"The {_ROWS} largest of {len(holding)} hexagons with a count."] if more > 0 else []
    return Table(f"hotspots-{found.name}-numbers".replace("_", "-"), caption, columns, rows, notes=notes)


def _row(found: _Found, cell: Cell) -> list[str]:
    longitude, latitude = hexagons.place(hexagons.middle(cell.hexagon, found.hotspots.width_km))
    score = NOT_APPLICABLE if cell.z is None else f"{cell.z:.1f}"
    level = "No" if cell.level is None else f"{100 * cell.level:g}% level"
    return [f"{latitude:.2f}, {longitude:.2f}", found.near(cell), cell.lpu, f"{cell.shown:,}", score, level]


def _hotspots_notes(found: _Found) -> list[str]:
    spots, rules = found.hotspots, found.sheet.params.disclosure
    notes = [
        f"A hexagon is {spots.width_km:g} km from side to side, {hexagons.area_of(spots.width_km):.1f} square km. Its "
        "count is of all in it, and more is recorded where more people live or go: a hotspot is no rate."
    ]
    if spots.is_tested:
        notes.append(
            "In a hotspot a hexagon and those that touch it together hold more than the spread of counts over the "
            f"force gives by chance (Getis-Ord Gi*, two-sided, the tests of {len(spots.cells):,} hexagons adjusted "
            "together by Benjamini-Hochberg)."
        )
    if spots.withheld:
        notes.append(
            f"{CONFIDENTIAL} {SHORTHAND[CONFIDENTIAL]}: counts under {rules.threshold} are withheld (hexagons of the "
            f"force: {spots.withheld:,}); they stand as none here and in Gi*."
        )
    return [*notes, _off_map(found)]


def _off_map(found: _Found) -> str:
    off = found.hotspots.off_map
    told = f"Fewer than {found.sheet.params.disclosure.threshold}" if off is None else f"{off:,}"
    if off == 0:
        return "All that was counted in the force is on its map."
    return f"{told} of the force’s count are not on the map: they have no coordinates, or such as lie off its ground."
