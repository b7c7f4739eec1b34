"""The conditions that declarations put on columns: what a `where` may say, and nothing beyond it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from thematic.params.declared import Declared, Name

Scalar = bool | int | float | date | str


def _holdable(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and not abs(value) <= 10**15:
        raise ValueError("is no number that a column can hold")
    return value


class Values(Declared):
    """The column holds one of these values; a blank one holds none."""

    values: Annotated[tuple[Annotated[Scalar, BeforeValidator(_holdable)], ...], Field(min_length=1)]


_MOST = 10**15


def _bounded(value: Any) -> Any:
    """An end of a span: a number that a column can hold, or a date."""
    if isinstance(value, bool) or (isinstance(value, int | float) and not abs(value) <= _MOST):
        raise ValueError("is no number that a column can hold")
    return value


End = Annotated[int | float | date | None, BeforeValidator(_bounded)]


class Between(Declared):
    """The column lies in a span: `at_least` and `up_to` inclusive, `over` and `under` exclusive."""

    at_least: Annotated[End, Field(alias="from")] = None
    over: End = None
    under: End = None
    up_to: End = None

    @model_validator(mode="after")
    def _says_something(self) -> Between:
        if all(end is None for end in (self.at_least, self.over, self.under, self.up_to)):
            raise ValueError("give from, over, under or up_to")
        if self.at_least is not None and self.over is not None:
            raise ValueError("give from or over, not both")
        if self.under is not None and self.up_to is not None:
            raise ValueError("give under or up_to, not both")
        return self


class Filled(Declared):
    """The column says something (true), or is blank (false)."""

    filled: bool


class Group(Declared):
    """The column holds a code of a group that its table declares at the column."""

    group: Name


class Has(Declared):
    """The list that the column holds has any of these codes."""

    has: Annotated[tuple[str, ...], Field(min_length=1)]


class Not(Declared):
    """The inner condition does not hold; blanks included."""

    negated: Annotated[Condition, Field(alias="not")]


class All(Declared):
    """All of the inner conditions hold."""

    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


_KEYS: dict[str, type[Declared]] = {
    "from": Between,
    "over": Between,
    "under": Between,
    "up_to": Between,
    "filled": Filled,
    "group": Group,
    "has": Has,
    "not": Not,
    "all": All,
}


def _kind_of(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _read(said: Any) -> Any:
    """What a file says as the condition that it means."""
    if isinstance(said, Declared):
        return said
    if isinstance(said, dict):
        kinds = {_KEYS.get(str(key)) for key in said}
        if len(kinds) != 1 or None in kinds:
            unknown = [str(key) for key in said if str(key) not in _KEYS]
            wrong = f"unknown key '{unknown[0]}'; " if unknown else ""
            raise ValueError(
                f"{wrong}a condition is a value, a list, or one of from/over/under/up_to, filled, group, has, not, all"
            )
        kind = kinds.pop()
        if kind is Has and not isinstance(said["has"], list):
            said = {"has": [said["has"]]}
        return kind.model_validate(said)  # type: ignore[union-attr]
    values = said if isinstance(said, list) else [said]
    if any(isinstance(value, list | dict) or value is None for value in values):
        raise ValueError("a list holds values only; for blanks write {filled: false}")
    if len({_kind_of(value) for value in values}) > 1:
        raise ValueError('the list mixes text and numbers: write every value in quotes, such as "21"')
    return Values(values=tuple(values))


Condition = Annotated[Values | Between | Filled | Group | Has | Not | All, BeforeValidator(_read)]
Where = dict[Name, Condition]

Not.model_rebuild()
All.model_rebuild()
