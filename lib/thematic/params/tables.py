"""params/tables/<table>.yaml: what an extract's table holds, column by column, and how its rows may be broken down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from thematic.core.areas import MISSING
from thematic.params.conditions import Where
from thematic.params.declared import Declared, Key, Name

Kind = Literal["reference", "text", "date", "moment", "flag", "whole", "number", "code", "codes", "area"]

HISTORY_FLOOR = "history_floor"


def _as_text(codes: Any) -> Any:
    """Codes as text: YAML reads a bare 16 as a number, and an extract holds text."""
    for code in codes if isinstance(codes, dict | list | tuple) else ():
        if isinstance(code, bool | float | date):
            raise ValueError(f"the code {code} is not text: write every code in quotes, as the extract has it")
    if isinstance(codes, dict):
        return {str(code): title for code, title in codes.items()}
    return [str(code) for code in codes] if isinstance(codes, list) else codes


Codes = Annotated[dict[Name, Name], BeforeValidator(_as_text)]
CodeNames = Annotated[tuple[Name, ...], BeforeValidator(_as_text), Field(min_length=1)]


class Column(Declared):
    """One column. `filled`: no row may leave it blank; `optional`: the file may lack it; `personal`: it names,
    describes or places a person. `low` and `high` are inclusive. `not_before` is `history_floor`, a date, or another
    column. `list` names a file of data/reference that has the codes."""

    kind: Kind
    meaning: Name
    filled: bool = False
    optional: bool = False
    personal: bool = False
    not_before: date | Name | None = None
    codes: Codes = Field(default={})
    groups: dict[Name, CodeNames] = Field(default={})
    list: Name | None = None
    level: Key | None = None
    low: Annotated[float | None, Field(allow_inf_nan=False)] = None
    high: Annotated[float | None, Field(allow_inf_nan=False)] = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Column:
        coded = bool(self.codes) or self.list is not None
        if self.kind in {"code", "codes"} and not coded:
            raise ValueError(f"a column of kind {self.kind} needs codes (or list)")
        if coded and self.kind not in {"code", "codes"}:
            raise ValueError(f"codes and list go with kind code or codes, not {self.kind}")
        if self.codes and self.list is not None:
            raise ValueError("give codes or list, not both")
        if (self.kind == "area") != (self.level is not None):
            raise ValueError("level goes with kind area, and no other")
        if (self.low is not None or self.high is not None) and self.kind not in {"whole", "number"}:
            raise ValueError(f"low and high go with kind whole or number, not {self.kind}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        if self.not_before is not None and self.kind not in {"date", "moment"}:
            raise ValueError(f"not_before goes with kind date or moment, not {self.kind}")
        if self.filled and self.optional:
            raise ValueError("a column that every row fills cannot be optional")
        for group, codes in self.groups.items():
            unknown = [code for code in codes if self.codes and code not in self.codes]
            if unknown:
                raise ValueError(f"group {group} names '{unknown[0]}', which is none of the codes")
        return self

    @model_validator(mode="after")
    def _can_be_counted(self) -> Column:
        if MISSING in self.codes:
            raise ValueError(f"'{MISSING}' is the product's word for rows without a code: give the code another name")
        if self.kind == "codes" and any(";" in code for code in self.codes):
            raise ValueError("a code of a list holds a ';', which separates codes")
        if self.kind == "area" and self.personal:
            raise ValueError("a column that places rows in areas cannot be personal")
        return self

    @property
    def words(self) -> str:
        """What it holds, in words that a report may print: the first sentence of its meaning."""
        first = self.meaning.split(". ")[0].rstrip(".")
        return first if first[:2].isupper() else first[:1].lower() + first[1:]

    @property
    def is_personal(self) -> bool:
        """Whether its values must not pass the cubes; references always are personal."""
        return self.personal or self.kind == "reference"

    @property
    def is_day(self) -> bool:
        return self.kind in {"date", "moment"}


class Weekday(Declared):
    """Monday to Sunday of a date or moment."""

    weekday: Key


class Hour(Declared):
    """0 to 23 of a moment, on the local clock."""

    hour: Key


class Bands(Declared):
    """The band a number lies in: from each of `starts` (inclusive) to the next; blank below the first."""

    bands: Key
    starts: Annotated[tuple[int, ...], Field(alias="from", min_length=1)]

    @field_validator("starts")
    @classmethod
    def _rising(cls, starts: tuple[int, ...]) -> tuple[int, ...]:
        if list(starts) != sorted(set(starts)):
            raise ValueError("must rise from each number to the next")
        return starts


Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class Minutes(Declared):
    """Elapsed minutes between two moments, with fractions; blank until the second. With `between`: the most minutes of
    one night (or day) that lie inside those hours of the local clock."""

    minutes_from: Key
    to: Key
    between: tuple[Clock, Clock] | None = None


class Days(Declared):
    """Whole days from one date to another; blank until the later."""

    days_from: Key
    to: Key


class Difference(Declared):
    """One number less another."""

    difference: Key
    less: Key


class LookupSource(Declared):
    """The file of data/reference (`in`), the column that holds its codes, and the column of the file that is taken."""

    source: Annotated[Name, Field(alias="in")]
    by: Key
    gives: Name


class Lookup(Declared):
    """What a list of data/reference gives for a column's code."""

    lookup: LookupSource


DERIVED_KINDS: dict[str, type[Declared]] = {
    "weekday": Weekday,
    "hour": Hour,
    "bands": Bands,
    "minutes_from": Minutes,
    "days_from": Days,
    "difference": Difference,
    "lookup": Lookup,
}


def _one_of(kinds: dict[str, type[Declared]], what: str) -> Any:
    def read(said: Any) -> Any:
        if isinstance(said, Declared):
            return said
        found = [kind for key, kind in kinds.items() if isinstance(said, dict) and key in said]
        if len(found) != 1:
            raise ValueError(f"{what} has one of: {', '.join(kinds)}")
        return found[0].model_validate(said)

    return BeforeValidator(read)


Derived = Annotated[
    Weekday | Hour | Bands | Minutes | Days | Difference | Lookup, _one_of(DERIVED_KINDS, "a derived column")
]

Order = Literal["declared", "largest"]


class ByColumn(Declared):
    """A breakdown by one column's codes (`renamed`, in YAML `as`, maps them); a list column counts in each."""

    column: Key
    heading: Name
    renamed: Annotated[Codes, Field(alias="as")] = Field(default={})
    order: Order = "declared"


class ByColumns(Declared):
    """A cross table of columns; a category is their values with ` / ` between."""

    columns: Annotated[tuple[Key, ...], Field(min_length=2)]
    heading: Name
    order: Order = "declared"


class ByFilled(Declared):
    """A set of categories, each with the column that says something where a row is of it."""

    filled: Annotated[dict[Key, Key], Field(min_length=1)]
    heading: Name


Breakdown = Annotated[
    ByColumn | ByColumns | ByFilled,
    _one_of({"column": ByColumn, "columns": ByColumns, "filled": ByFilled}, "a breakdown"),
]


class Table(Declared):
    """params/tables/<table>.yaml: one table of an extract.

    `row` is its grain in words. `reference` is unique to each row, None where rows have none. `date` places a row in a
    month; from the day in `ends` on it is void. `history` is "own" or the table whose first month this one takes.
    `months`: whether a month without rows is a gap ("every") or a month of none ("any"). `together`: blank or filled
    both, and the first is known from the second's day on. Rows for which `left_out_unless` does not hold are left out
    and counted. `future`: dates after the extract's end are meant. `public`: whether sums may be published.
    """

    title: Name
    row: Name
    reference: Key | None = None
    date: Key
    ends: Key | None = None
    history: Key = "own"
    months: Literal["every", "any"] = "every"
    columns: Annotated[dict[Key, Column], Field(min_length=1)]
    derived: dict[Key, Derived] = Field(default={})
    breakdowns: dict[Key, Breakdown] = Field(default={})
    together: tuple[tuple[Key, Key], ...] = ()
    left_out_unless: Where = Field(default={})
    future: bool = False
    public: Literal["counts", "sums"] = "counts"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns a file may hold, in their order."""
        return tuple(self.columns)

    @property
    def all_names(self) -> tuple[str, ...]:
        """The columns and the derived ones that fill none of them."""
        return (*self.columns, *(name for name in self.derived if name not in self.columns))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns a file must hold."""
        return tuple(name for name, column in self.columns.items() if not column.optional)

    @property
    def levels(self) -> dict[str, str]:
        """For each level of areas that rows are placed in, the column that places them: the first of its level."""
        found: dict[str, str] = {}
        for name, column in self.columns.items():
            if column.level is not None:
                found.setdefault(column.level, name)
        return found

    @property
    def personal(self) -> frozenset[str]:
        """The columns whose values must not pass the cubes."""
        return frozenset(name for name, column in self.columns.items() if column.is_personal)

    def describes_people(self, column: str) -> bool:
        """Whether a column, or one that it is derived from, names or describes a person."""
        return bool(set(self.sources_of(column)) & self.personal)

    def sources_of(self, name: str) -> tuple[str, ...]:
        """The columns of the file that a column rests on: itself, or those it is derived from."""
        derived = self.derived.get(name)
        if derived is None or name in self.columns:
            return (name,)
        return tuple(origin for each in inputs_of(derived) for origin in self.sources_of(each))


def inputs_of(derived: Any) -> tuple[str, ...]:
    """The columns that a derived one is worked out from."""
    match derived:
        case Weekday():
            return (derived.weekday,)
        case Hour():
            return (derived.hour,)
        case Bands():
            return (derived.bands,)
        case Minutes():
            return (derived.minutes_from, derived.to)
        case Days():
            return (derived.days_from, derived.to)
        case Difference():
            return (derived.difference, derived.less)
        case Lookup():
            return (derived.lookup.by,)
    raise TypeError(derived)


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def band_labels(starts: tuple[int, ...], whole: bool) -> list[tuple[int, int | None, str]]:
    """Each band's first number, the number that it ends before (None: open), and its words."""
    bands: list[tuple[int, int | None, str]] = []
    for start, end in zip(starts, (*starts[1:], None), strict=True):
        if end is None:
            words = f"{start} and over"
        elif start == 0:
            words = f"under {end}"
        elif whole:
            words = f"{start} to {end - 1}" if end - 1 > start else str(start)
        else:
            words = f"{start} to under {end}"
        bands.append((start, end, words))
    return bands


def is_whole(table: Table, column: str) -> bool:
    """Whether a column holds whole numbers."""
    if column in table.columns:
        return table.columns[column].kind == "whole"
    derived = table.derived[column]
    if isinstance(derived, Days):
        return True
    return isinstance(derived, Difference) and all(is_whole(table, each) for each in inputs_of(derived))


def fixed_categories(table: Table, column: str, lists: Mapping[str, Any]) -> list[str] | None:
    """All that a column can hold, in its declared order; None where that is not declared."""
    declared = table.columns.get(column)
    if declared is not None:
        if declared.kind == "flag":
            return ["Y", "N"]
        if declared.list is not None:
            return list(lists[declared.list].rows)
        return list(declared.codes) or None
    match table.derived[column]:
        case Weekday():
            return list(WEEKDAYS)
        case Hour():
            return [str(hour) for hour in range(24)]
        case Bands(bands=source, starts=starts):
            return [words for _, _, words in band_labels(starts, is_whole(table, source))]
    return None
