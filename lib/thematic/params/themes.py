"""params/themes/<theme>.yaml: a thematic area, the rows it counts, what its report shows and how it is broken down."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from thematic.params.conditions import Where
from thematic.params.declared import Declared, HexagonKm, Key, Name

TOTAL, MONTH, ROLLING, FORCE_ROW, CELL = "total", "month", "rolling", "force", "cell"
"""The product's own dimensions; every other is a level of areas or a breakdown that a table declares."""
RESERVED = frozenset({TOTAL, MONTH, ROLLING, FORCE_ROW, CELL})


class Selection(Declared):
    """Which rows of a table (or of another selection): all of `where` hold, and one at least of `any_of` if given."""

    table: Key | None = None
    within: Key | None = None
    where: Where = Field(default={})
    any_of: tuple[Where, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> Selection:
        if (self.table is None) == (self.within is None):
            raise ValueError("give either table or within")
        return self


class Section(Declared):
    """A part of the report and the measures it shows."""

    title: Name
    measures: Annotated[tuple[Key, ...], Field(min_length=1)]


class HotspotsParams(Declared):
    """The counts of a theme that are mapped by hexagon; `hexagon_km` is their width, by default the force's."""

    measures: Annotated[tuple[Key, ...], Field(min_length=1)]
    hexagon_km: HexagonKm | None = None


class Caveat(Declared):
    """What a reader must know; beside the measures named, or in the notes where none are. `where: sentence`: it changes
    the reading, so that the main points say it with the measure."""

    text: Name
    measures: tuple[Key, ...] = ()
    where: Literal["note", "sentence"] = "note"

    @model_validator(mode="after")
    def _of_measures(self) -> Caveat:
        if self.where == "sentence" and not self.measures:
            raise ValueError("a caveat in a sentence belongs to a measure: name its measures")
        return self


class Support(Declared):
    """Where somebody whom a report touches can turn, shown to the public; `for` says who or what it is there for."""

    name: Name
    telephone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]+$")] | None = None
    web: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    purpose: Annotated[Name | None, Field(alias="for")] = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Support:
        if self.telephone is None and self.web is None:
            raise ValueError("names no way to it: give telephone or web")
        return self

    @property
    def said(self) -> dict[str, str]:
        """What is given, by name; `for` as `purpose`."""
        return self.model_dump(exclude_none=True)


def _caveat(said: Any) -> Any:
    return {"text": said} if isinstance(said, str) else said


class Theme(Declared):
    """params/themes/<theme>.yaml: a thematic area; its slug is the file's name.

    `areas` are the levels it is reported for besides the force (every level with reports: true where it says none);
    `shares` the breakdowns printed with each category's share. `content_note` is what the public is told first, and
    `support` where they can turn. `outcome_basis: recorded`: a dated count places nothing
    by its date, which still says from when a value is known.
    """

    title: Name
    goal: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    notebook: Annotated[str, StringConstraints(pattern=r"^[\w-]+\.ipynb$")]
    outcome_basis: Literal["outcome", "recorded"] = "outcome"
    selections: Annotated[dict[Key, Selection], Field(min_length=1)]
    sections: dict[Key, Section] = Field(default={})
    measures: Annotated[dict[Key, Annotated[tuple[Key, ...], Field(min_length=1)]], Field(min_length=1)]
    areas: tuple[Key, ...] | None = None
    shares: tuple[Key, ...] = ()
    hotspots: HotspotsParams | None = None
    glossary: tuple[Name, ...] = ()
    caveats: tuple[Annotated[Caveat, BeforeValidator(_caveat)], ...] = ()
    content_note: Name | None = None
    support: tuple[Support, ...] = ()

    def chain(self, selection: str) -> tuple[Selection, ...]:
        """The selection and those it lies within, innermost first."""
        links = [self.selections[selection]]
        while links[-1].within is not None:
            links.append(self.selections[links[-1].within])
        return tuple(links)

    def table_of(self, selection: str) -> str:
        """The table that a selection's rows are in."""
        return str(self.chain(selection)[-1].table)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it counts, in the order of its selections."""
        return tuple(dict.fromkeys(self.table_of(name) for name in self.selections))
