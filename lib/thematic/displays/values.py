"""The cells of tables as values with formats: what stands in them is put into words only when they are printed."""

from __future__ import annotations

from dataclasses import dataclass

NO_BREAK = "\u00a0"

LOW = "[low]"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


Cell = str | Value
"""What stands in one cell: words, or a value."""


def printed(cell: Cell) -> str:
    """What a reader sees of a cell."""
    return cell if isinstance(cell, str) else cell.printed()
