"""params/areas/<level>.yaml: the areas of one level, in the force's own words, with their populations and days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from thematic.params.declared import Declared, Key, Name, Slug
from thematic.params.force import BoundariesParams

Population = Annotated[int, Field(gt=0)]
Year = Annotated[int, Field(ge=1900, le=2200)]


class AreaParams(Declared):
    """One area. `population` is by year, at 30 June; `population_by` by column, year and category. `valid_from` and
    `valid_to` are its first and last day. `within` (in YAML `in`) is the slug of the area it lies in; an area with
    `members` is the sum of areas of the level `of`, and open while all of them are."""

    slug: Slug
    name: Name
    population: dict[Year, Population] = Field(default={})
    population_by: dict[Key, dict[Year, dict[Name, Annotated[int, Field(ge=0)]]]] = Field(default={})
    source: Name | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    within: Annotated[Slug | None, Field(alias="in")] = None
    members: tuple[Slug, ...] = ()
    of: Key | None = None

    @field_validator("slug")
    @classmethod
    def _not_reserved(cls, slug: str) -> str:
        if slug in {"force", "all", "units"}:
            raise ValueError(f"'{slug}' is the product's own word and cannot be an area's slug")
        return slug

    @model_validator(mode="after")
    def _in_order(self) -> AreaParams:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_from is after valid_to")
        if self.members and (self.valid_from or self.valid_to):
            raise ValueError("an area with members is open while all of them are: leave valid_from and valid_to out")
        return self


def _with_slugs(areas: Any) -> Any:
    """Areas may be listed, or named by their slugs."""
    if isinstance(areas, dict):
        return [{"slug": slug, **(said or {})} for slug, said in areas.items() if isinstance(said or {}, dict)]
    return areas


class Level(Declared):
    """params/areas/<level>.yaml: a level of areas. `title`, `plural` and `short` are the force's words for them
    (Local Policing Unit, Local Policing Units, LPU); `reports`: whether reports are made for its areas. `boundaries`
    are the outlines of small areas, by which the hexagons of a map get their residents."""

    title: Name
    plural: Name
    short: Name
    reports: bool = False
    of: Key | None = None
    boundaries: BoundariesParams | None = None
    areas: Annotated[tuple[AreaParams, ...], BeforeValidator(_with_slugs), Field(min_length=1)]
