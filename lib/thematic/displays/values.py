"""The cells of tables as values with formats: what stands in them is put into words only when they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Format:
    """How a number is printed: its decimals, what stands before and behind it, whether it has its sign, and whether
    thousands are grouped."""

    decimals: int = 0
    suffix: str = ""
    signed: bool = False
    prefix: str = ""
    grouped: bool = True

    def printed(self, value: float) -> str:
        """The number as it is printed; one that rounds to nothing has no sign."""
        grouping = "," if self.grouped else ""
        size = f"{abs(value):{grouping}.{self.decimals}f}"
        rounds_away = not size.strip("0.,")
        sign = "-" if value < 0 else "+" if self.signed else ""
        return f"{'' if rounds_away else sign}{self.prefix}{size}{self.suffix}"

    def is_low(self, value: float) -> bool:
        """Whether rounding alone makes a number nothing."""
        return value != 0 and not f"{abs(value):.{self.decimals}f}".strip("0.")


COUNT = Format()
PERCENT_CHANGE = Format(1, "%", signed=True)
POINTS = Format(1, f"{NO_BREAK}pp", signed=True)


@dataclass(frozen=True, slots=True)
class Value:
    """A number with its format, or the shorthand that stands in its place. With `[low]` the number is kept."""

    value: float | int | None
    format: Format = COUNT
    status: str = ""

    def printed(self) -> str:
        """What a reader sees."""
        if self.value is None or self.status:
            return self.status
        return self.format.printed(self.value)


@dataclass(frozen=True, slots=True)
class RangeCell:
    """The two ends of a range, or the shorthand that stands in their place (in both)."""

    lower: Value
    upper: Value

    def printed(self) -> str:
        """What a reader sees: `21.8 to 24.0`."""
        if self.lower.value is None or self.upper.value is None:
            return self.lower.status or self.upper.status
        return f"{self.lower.printed()} to {self.upper.printed()}"


@dataclass(frozen=True, slots=True)
class FigureCell:
    """A figure as boards write it: its value, its change, and of a share how many it is of and its 95% interval."""

    value: Value
    change: Value | None = None
    base: Value | None = None
    lower: Value | None = None
    upper: Value | None = None

    @property
    def figure(self) -> str:
        """The value, of a share with what it is of and its interval: `87.2% of 143, 80.9% to 91.8%`."""
        return " ".join(part for part in (self.value.printed(), self.spread) if part)

    @property
    def spread(self) -> str:
        """`of 143, 80.9% to 91.8%`; nothing for what is no share."""
        if self.value.value is None or self.base is None or self.lower is None or self.upper is None:
            return ""
        return f"of {self.base.printed()}, {self.lower.printed()} to {self.upper.printed()}"

    def printed(self) -> str:
        """What a reader sees: `87.2% of 143, 80.9% to 91.8% (+1.8 pp)`, `3 (change [z])`."""
        return " ".join(part for part in (self.figure, self.bracketed) if part)

    @property
    def bracketed(self) -> str:
        """The change in brackets, named where shorthand is in its place; nothing beside a figure without a value."""
        if self.value.value is None or self.change is None:
            return ""
        return f"({self.change.printed()})" if self.change.value is not None else f"(change {self.change.status})"


Cell = str | Value | RangeCell | FigureCell
"""What stands in one cell: words, a value, or values that are read together."""


def printed(cell: Cell) -> str:
    """What a reader sees of a cell."""
    return cell if isinstance(cell, str) else cell.printed()


def parts_of(cell: Cell) -> Mapping[str, Value]:
    """The values in a cell by what they are: value, base, lower, upper, change; none in words."""
    match cell:
        case Value():
            return {"value": cell}
        case RangeCell():
            return {"lower": cell.lower, "upper": cell.upper}
        case FigureCell():
            return {name: part for each in fields(cell) if (part := getattr(cell, name := each.name)) is not None}
    return {}


def to_json(cell: Cell | None) -> Any:
    """A cell as JSON values: words as they are, a value with its format and status, what is usual left out."""
    return cell if cell is None or isinstance(cell, str) else dict(_pairs(cell))


def _pairs(part: Value | RangeCell | FigureCell | Format) -> Iterator[tuple[str, Any]]:
    for each in fields(part):
        said = getattr(part, each.name)
        if isinstance(said, Value | Format):
            yield each.name, dict(_pairs(said))
        elif each.name == "value" or said != each.default:
            yield each.name, said


def of_json(said: Any) -> Cell:
    """The cell that JSON values describe. Raises TypeError for what is none."""
    if isinstance(said, str):
        return said
    if not isinstance(said, Mapping):
        raise TypeError(f"a cell is words or values, not {type(said).__name__}")
    if isinstance(said.get("value"), Mapping):
        return FigureCell(**{name: value_of_json(part) for name, part in said.items()})
    if "lower" in said:
        return RangeCell(value_of_json(said["lower"]), value_of_json(said["upper"]))
    return value_of_json(said)


def value_of_json(said: Mapping[str, Any]) -> Value:
    """The value that JSON values describe. Raises TypeError for what is none."""
    return Value(**{**said, "format": Format(**said.get("format", {}))})
