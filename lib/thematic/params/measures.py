"""params/measures/<measure>.yaml: what one figure is. Counts compose; nothing here knows a subject."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from thematic.params.conditions import Where
from thematic.params.declared import Declared, Key, Name

Unit = Literal["count", "percent", "per_1000", "per_10000", "mean", "times"]
Polarity = Literal["lower", "higher", "none"]
WindowName = Literal[
    "rolling_12", "rolling_3", "month", "financial_year_to_date", "calendar_year_to_date", "at_period_end"
]
RATE_SIZES = {"per_1000": 1000, "per_10000": 10_000}
AWAITING = "awaiting a second analyst"
"""What `checked_by` says until a second analyst has checked a measure."""


class Repeats(Declared):
    """Rows whose `of` is on another row of the selection 1 to `within_days` days before (by the table's date)."""

    of: Key
    within_days: Annotated[int, Field(ge=1, le=3660)]


class Count(Declared):
    """What is counted: the rows of a selection for which `where` holds.

    `dated` places a row by another of its dates, and it is seen from the later of the two; `names` keeps rows that
    name one; `repeats` those that repeat; `sum` adds a column up instead of counting rows; `standing` names the date
    from which a row no longer belongs to a stock; `filled` names a breakdown of the filled kind: for each of its
    categories the rows in which that column says something.
    """

    selection: Key
    where: Where = Field(default={})
    dated: Key | None = None
    names: Key | None = None
    repeats: Repeats | None = None
    sum: Key | None = None
    standing: Key | None = None
    filled: Key | None = None

    @model_validator(mode="after")
    def _fits(self) -> Count:
        if self.standing is not None and self.dated is not None:
            raise ValueError("standing and dated do not go together: a stock is seen on a day")
        return self


class MeasureOf(Declared):
    """The figure of another measure."""

    measure: Key


class PopulationOf(Declared):
    """The people of one category of a column, such as {ethnicity: white}; all residents where it is empty."""

    population: Annotated[dict[Key, Name], Field(max_length=1)] = Field(default={})


def _side(said: Any) -> Any:
    """What a file says of one side of a measure as what it means."""
    if said == "population":
        return PopulationOf()
    if isinstance(said, dict):
        kind = next((kind for key, kind in _SIDES.items() if key in said), Count)
        return kind.model_validate(said)
    if isinstance(said, str):
        raise ValueError("write a count ({selection: ...}), population, or {measure: name}")
    return said


_SIDES: dict[str, type[Declared]] = {"measure": MeasureOf, "population": PopulationOf}
Numerator = Annotated[Count | MeasureOf, BeforeValidator(_side)]
Denominator = Annotated[Count | MeasureOf | PopulationOf, BeforeValidator(_side)]


class Change(Declared):
    """A change of a measure's method."""

    made_on: date
    what: Name


class Target(Declared):
    """What a figure ought to reach: a value, or the value of a benchmark's group."""

    value: float | None = None
    benchmark: Name | None = None
    good: Literal["above", "below"]

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.value is None) == (self.benchmark is None):
            raise ValueError("give value or benchmark")
        return self


class Measure(Declared):
    """params/measures/<measure>.yaml: what one figure is.

    `short` is its name where the heading above already says what is counted, `subject` the beginning of a sentence
    about it that goes on with "rose" or "fell" (default: the title). `lag` ends the window that many months before the
    period. `share`: whether a percentage is a share (a part of its denominator) or a ratio; by default it is a share
    where the declarations make it one.
    """

    title: Name
    short: Name = ""
    subject: Name | None = None
    definition: Name
    numerator: Numerator
    denominator: Denominator | None = None
    unit: Unit
    window: WindowName = "rolling_12"
    lag: Annotated[int, Field(ge=0, le=24)] = 0
    share: bool | None = None
    polarity: Polarity = "none"
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    source: Name | None = None
    caveats: tuple[Name, ...] = ()
    owner: Name | None = None
    checked_by: Name | None = None
    reviewed_on: date | None = None
    review_due: date | None = None
    changes: tuple[Change, ...] = ()
    target: Target | None = None
    minimum_base: Annotated[int, Field(ge=0)] = 30

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        said = {**said}
        said.setdefault("short", said.get("title", ""))
        if said.get("unit") == "count":
            said.setdefault("decimals", 0)
        return said

    @model_validator(mode="after")
    def _fits(self) -> Measure:
        if self.unit in {"count", "mean"} and self.denominator is not None:
            raise ValueError(f"unit {self.unit} takes no denominator")
        if self.unit not in {"count", "mean"} and self.denominator is None:
            raise ValueError(f"unit {self.unit} needs a denominator")
        if self.unit == "mean" and (not isinstance(self.numerator, Count) or self.numerator.sum is None):
            raise ValueError("unit mean is the mean of a summed column: give the numerator a sum")
        if self.unit in {"percent", "times"} and isinstance(self.denominator, PopulationOf):
            raise ValueError(f"a population goes with unit per_1000 or per_10000, not {self.unit}")
        if self.unit == "times" and not (
            isinstance(self.numerator, MeasureOf) and isinstance(self.denominator, MeasureOf)
        ):
            raise ValueError("unit times is the ratio of two measures: give {measure: name} on both sides")
        if self.unit != "times" and isinstance(self.numerator, MeasureOf):
            raise ValueError("a numerator of {measure: name} goes with unit times, and no other")
        if self.share is not None and self.unit != "percent":
            raise ValueError("share goes with unit percent, and no other")
        is_stock = isinstance(self.numerator, Count) and self.numerator.standing is not None
        if is_stock != (self.window == "at_period_end") and self.unit != "times":
            raise ValueError("a stock (standing) and window at_period_end go together")
        return self

    @property
    def counts(self) -> tuple[Count, ...]:
        """The counts it is worked out from, its numerator first; none for a ratio of measures."""
        return tuple(side for side in (self.numerator, self.denominator) if isinstance(side, Count))

    @property
    def is_checked(self) -> bool:
        """Whether a second analyst has checked it: `checked_by` names somebody other than its owner. What begins with
        the first word of AWAITING names nobody."""
        checked_by, owner = ((said or "").casefold() for said in (self.checked_by, self.owner))
        return checked_by not in ("", owner) and not checked_by.startswith("awaiting")

    def is_overdue(self, on: date) -> bool:
        """Whether it should have been reviewed before a day; on the due day itself it is still in time."""
        return self.review_due is not None and self.review_due < on

    @property
    def is_rate(self) -> bool:
        """Whether it is a rate over a population."""
        return isinstance(self.denominator, PopulationOf)
