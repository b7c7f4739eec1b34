"""params/force.yaml and the small files beside it: the force itself, events, disclosure rules and glossary."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from thematic.params.declared import Declared, HexagonKm, Key, Name, Slug


class Markings(Declared):
    """The protective marking for each audience."""

    internal: Name
    public: Name


class Town(Declared):
    """A town that maps name, by its middle in degrees (WGS84)."""

    name: Name
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-89, le=89)]


class BoundariesParams(Declared):
    """The GeoJSON with the areas of a level, a path from the workbook's folder, and its property with their names."""

    file: Name
    name: Name


class ForceParams(Declared):
    """params/force.yaml: the force, its maps, and how strictly its extracts are checked.

    `units` is the level of areas that divides the force: their sum is the force. `says_nothing` are values (in any
    case) that say nothing, `nobody` those of a reference that name nobody. A build stops when more than
    `quarantine_limit_pct` per cent, and more than `quarantine_limit_rows`, of a table's rows break the contract.
    `towns` come in the order in which their names are given room on a map; `hexagon_km` is the width of hexagons.
    """

    name: Name
    marking: Markings
    units: Key
    time_zone: Name = "Europe/London"
    lookup: Name | None = None
    towns: tuple[Town, ...] = ()
    hexagon_km: HexagonKm = 2
    boundaries: BoundariesParams | None = None
    history_floor: date = date(2000, 1, 1)
    quarantine_limit_pct: Annotated[float, Field(ge=0, le=100)] = 1
    quarantine_limit_rows: Annotated[int, Field(ge=0)] = 10
    says_nothing: tuple[Name, ...] = ()
    nobody: tuple[Name, ...] = ("NULL", "N/A", "NONE", "UNKNOWN", "0", "-")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a time zone, such as Europe/London") from error
        return zone


class Event(Declared):
    """A dated event that charts shade, both days inclusive."""

    name: Name
    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        if self.end < self.start:
            raise ValueError("the event ends before it starts")
        return self


class EventsParams(Declared):
    """params/events.yaml."""

    events: tuple[Event, ...]


class DisclosureParams(Declared):
    """params/disclosure.yaml: what the public may see.

    Public counts grow in steps of `base`. `draws` is how far the secret shifts of a month reach, by theme (`default`
    for those that are not named); percentages need a printed denominator of `minimum_denominator` at least. `levels`
    says by theme and breakdown for which levels of areas (`force` among them) it is published; what is not named goes
    to all. `protection: none` publishes the counts as they are, and every page says so.
    """

    base: Annotated[int, Field(ge=5, le=100)] = 5
    draws: dict[Name, Annotated[int, Field(ge=3, le=20)]] = Field(default={"default": 3})
    minimum_denominator: Annotated[int, Field(ge=50)] = 100
    levels: dict[Slug, dict[Key, tuple[Key, ...]]] = Field(default={})
    blur: Literal[False] | None = None
    protection: Literal["ledger", "none"] = "ledger"

    def draws_of(self, theme: str) -> int:
        """How far the monthly shifts of a theme's ledgers reach."""
        return self.draws.get(theme, self.draws.get("default", 3))


class GlossaryParams(Declared):
    """params/glossary.yaml: what terms mean, and paragraphs that several reports have, by name."""

    terms: dict[Name, Name]
    paragraphs: dict[Key, Name] = Field(default={})
