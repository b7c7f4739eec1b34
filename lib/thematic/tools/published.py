"""Reads data/reference/backtest.yaml: what each number of the published files is in the product's words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from thematic.core.errors import ParamsRefused
from thematic.params.reading import read_model

Part = Literal[
    "value", "previous_value", "change", "margin", "previous_margin", "share", "difference", "period"
]  # difference: the numerator less that of the window before; period: the month that the window ends with
Kind = Literal["printed error", "change of rounded", "another base"]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Declared):
    """What one printed number is: a part of a measure's figure, or its share in the measure's total, in per cent.

    `measure` is that of its block where it names none. `by` and `category` say which row of the figures it is in, where
    that is not said by the printed row; with a `category` alone it is the row's and this one's, in the block's `cross`.
    `key` is its name where the printed numbers have names.
    """

    measure: str | None = None
    part: Part = "value"
    by: str | None = None
    category: str | None = None
    key: str | None = None


class Row(_Declared):
    """What a printed row is: a category of a dimension, or without one the whole; `cross` is the dimension in which it
    is crossed with the columns' categories."""

    category: str | None = None
    by: str | None = None
    cross: str | None = None


def _column(said: Any) -> Any:
    return {"part": said} if isinstance(said, str) else said


def _row(said: Any) -> Any:
    return {"category": said} if isinstance(said, str) else said


class Block(_Declared):
    """A printed table, list or number: the keys that lead to it in the published file, and what its numbers are.

    With `by` it has a row for each category of that dimension (`rows` says which, where a row has another name; those
    named in `totals` are the whole force, or the sum of a level that `rows` names); without, it is one row. A column
    may be written as its part alone. `words` are the names of rows or numbers that hold none.
    """

    at: str
    theme: str
    period: str
    measure: str | None = None
    by: str | None = None
    cross: str | None = None
    rows: dict[str, Annotated[Row, BeforeValidator(_row)]] = {}
    totals: list[str] = []
    words: list[str] = []
    columns: list[Annotated[Column, BeforeValidator(_column)]]

    def row(self, name: str) -> Row:
        """What the printed row of a name is, with the block's dimensions where it names none."""
        if name in self.totals or self.by is None:
            return Row()
        said = self.rows.get(name, Row(category=name))
        return Row(category=said.category, by=said.by or self.by, cross=said.cross or self.cross)


class Deviation(_Declared):
    """A printed number that ours cannot equal, and why: it cannot be right, was taken from rounded numbers, or of
    another base than the one that is printed beside it."""

    at: str
    row: str = ""
    measure: str
    part: Part = "value"
    kind: Kind
    why: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.at, self.row, self.measure, self.part)


class Publication(_Declared):
    """One published file of data/reference, block by block, and where ours cannot equal it."""

    published: str
    blocks: Annotated[list[Block], Field(min_length=1)]
    deviations: list[Deviation] = []


class Plan(_Declared):
    """data/reference/backtest.yaml: the published files, and what each number of theirs is in the product's words."""

    publications: Annotated[list[Publication], Field(min_length=1)]


def read_plan(reference: Path) -> Plan:
    """The plan in the reference folder. Raises ParamsRefused with every problem in it."""
    plan, problems = read_model(reference / "backtest.yaml", "data/reference/backtest.yaml", Plan)
    if plan is None:
        raise ParamsRefused("The backtest cannot be read.", problems)
    return plan
