"""What the files under params/ may say: one model for each file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
MeasureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Dimension = Literal[
    "total", "month", "lpu", "local_authority", "offence", "outcome", "strand", "type", "characteristic"
]
Unit = Literal["count", "percent", "per_1000"]
Audience = Literal["internal", "public"]
Polarity = Literal["lower", "higher", "none"]
Counted = Literal["rows", "outcomes", "victims", "repeat_victims", "characteristics", "callers", "repeat_callers"]


HexagonKm = Annotated[float, Field(ge=0.5, le=20)]


class Declared(BaseModel):
    """A part of params/: unknown keys are refused and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Place(Declared):
    """A place with people in it; no population means that its rates are not available."""

    name: Name
    population: Annotated[int, Field(gt=0)] | None = None
    population_source: Name | None = None
    population_date: date | None = None

    @model_validator(mode="after")
    def _sourced(self) -> Place:
        if self.population is not None and (self.population_source is None or self.population_date is None):
            raise ValueError("a population needs population_source and population_date")
        return self


class LpuParams(Place):
    """A Local Policing Unit; valid_from and valid_to are its first and last days."""

    slug: Slug
    valid_from: date | None = None
    valid_to: date | None = None

    @field_validator("slug")
    @classmethod
    def _not_reserved(cls, slug: str) -> str:
        if slug in {"force", "all"}:
            raise ValueError(f"'{slug}' is the product's own word and cannot be an LPU's slug")
        return slug


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
    """The GeoJSON with the LPUs' areas, a path from the workbook's folder, and its property with their names."""

    file: Name
    name: Name


class ForceParams(Declared):
    """params/force.yaml: the force, its places, its maps, and how strictly its extracts are checked.

    `towns` come in the order in which their names are given room on a map. `hexagon_km` is the width of the hexagons
    that maps are made of.
    """

    name: Name
    marking: Markings
    lpus: Annotated[list[LpuParams], Field(min_length=1)]
    local_authorities: Annotated[list[Place], Field(min_length=1)]
    lookup: Name | None = None
    towns: list[Town] = []
    hexagon_km: HexagonKm = 2
    boundaries: BoundariesParams | None = None
    history_floor: date = date(2000, 1, 1)
    quarantine_limit_pct: Annotated[float, Field(ge=0, le=100)] = 1
    says_nothing: list[Name]


class OutcomeCode(Declared):
    """One Home Office outcome."""

    code: Annotated[int, Field(ge=1, le=22)]
    title: Name


class OutcomesParams(Declared):
    """params/outcomes.yaml: the outcome codes, and the groups that figures count."""

    codes: list[OutcomeCode]
    groups: dict[Name, Annotated[list[Annotated[int, Field(ge=1, le=22)]], Field(min_length=1)]]


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

    events: list[Event]


class DisclosureParams(Declared):
    """params/disclosure.yaml: what the gate does for the public audience.

    Counts from 1 to threshold - 1 are withheld, others rounded to the base; a percentage needs a
    released denominator of at least `minimum_denominator`.
    """

    threshold: Annotated[int, Field(ge=1)] = 5
    base: Annotated[int, Field(ge=1)] = 5
    minimum_denominator: Annotated[int, Field(ge=0)] = 20


class GlossaryParams(Declared):
    """params/glossary.yaml: terms and what they mean."""

    terms: dict[Name, Name]


class Between(Declared):
    """A whole-number condition: at least `from`, under `under`."""

    at_least: Annotated[int | None, Field(alias="from")] = None
    under: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Between:
        if self.at_least is None and self.under is None:
            raise ValueError("give from, under or both")
        return self


class Filled(Declared):
    """The condition that a field is filled in."""

    filled: Literal[True]


def _of_one_kind(values: Any) -> Any:
    if isinstance(values, list) and len({type(value) for value in values}) > 1:
        raise ValueError('the list mixes text and numbers: write every value in quotes, such as "21"')
    return values


Condition = Annotated[str | int | list[str] | list[int] | Between | Filled, BeforeValidator(_of_one_kind)]
Where = dict[Name, Condition]


class Selection(Declared):
    """Which rows of a table: all conditions of `where` hold, and one at least of `any_of` where given."""

    table: Literal["crimes", "incidents", "protection_notices", "disclosures", "surveys"] | None = None
    within: Name | None = None
    where: Where = {}
    any_of: list[Where] = []

    @model_validator(mode="after")
    def _one_origin(self) -> Selection:
        if (self.table is None) == (self.within is None):
            raise ValueError("give either table or within")
        return self


class Count(Declared):
    """What is counted: rows of a selection (or the sum of a column), placed in the month of their date.

    `outcomes` counts by the outcome's date those in the group or with the code named; `victims` and `callers`
    count rows that name one, the repeat ones those named again within 365 days.
    """

    selection: Name
    counted: Counted = "rows"
    where: Where = {}
    sum: Name | None = None
    outcomes: Name | int | None = None


class Change(Declared):
    """A change of a measure's method."""

    made_on: date
    what: Name


class Measure(Declared):
    """params/measures/<measure>.yaml: what one figure is.

    A count has a numerator alone; a percentage a denominator; a rate the population, per 1,000.
    `short` is its name where the heading above already says what is counted, `subject` the beginning of a sentence
    about it that goes on with "rose" or "fell" (default: the title).
    `test` names the test of a percentage: `ratio` of two counts or `proportion` (the numerator is part of
    the denominator, which also gives it a Wilson interval).
    """

    title: Name
    short: Name
    subject: Name | None = None
    definition: Name
    numerator: Count
    denominator: Count | Literal["population"] | None = None
    per: Literal[1, 100, 1000]
    unit: Unit
    test: Literal["ratio", "proportion"] | None = None
    window: Literal["rolling_12", "financial_year_to_date"] = "rolling_12"
    polarity: Polarity
    decimals: Annotated[int, Field(ge=0, le=6)]
    source: Name
    caveats: list[Name] = []
    owner: Name
    checked_by: Name
    reviewed_on: date
    review_due: date
    changes: list[Change] = []

    @model_validator(mode="after")
    def _shape(self) -> Measure:
        shape = {"count": (1, True), "percent": (100, False), "per_1000": (1000, False)}[self.unit]
        if (self.per, self.denominator is None) != shape:
            raise ValueError(f"unit {self.unit} does not go with per: {self.per} and this denominator")
        if (self.unit == "per_1000") != (self.denominator == "population"):
            raise ValueError("denominator: population goes with unit: per_1000, and no other")
        if (self.unit == "percent") != (self.test is not None):
            raise ValueError("test: ratio or proportion goes with unit: percent, and no other")
        return self


class Section(Declared):
    """A part of the report and the measures it shows."""

    title: Name
    measures: Annotated[list[MeasureName], Field(min_length=1)]


class HotspotsParams(Declared):
    """The counts of a theme that are mapped by hexagon; `hexagon_km` is their width, by default the force's."""

    measures: Annotated[list[MeasureName], Field(min_length=1)]
    hexagon_km: HexagonKm | None = None


class Theme(Declared):
    """params/themes/<theme>.yaml: a thematic area; its slug is the file's name."""

    title: Name
    goal: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    notebook: Annotated[str, StringConstraints(pattern=r"^[\w-]+\.ipynb$")]
    outcome_basis: Literal["outcome", "recorded"] = "outcome"
    selections: dict[Name, Selection]
    sections: dict[Name, Section]
    measures: dict[MeasureName, Annotated[list[Dimension], Field(min_length=1)]]
    hotspots: HotspotsParams | None = None
    glossary: list[Name] = []
    caveats: list[Name] = []
