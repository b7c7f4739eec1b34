"""Turns what was measured several times into its median and its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The median of what was measured, its least and its greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def told(self, decimals: int) -> str:
        """As `12.3 (11.9 to 13.0)`; the median alone where nothing differs."""
        middle, *ends = (f"{value:.{decimals}f}" for value in (self.median, self.least, self.greatest))
        return middle if ends[0] == ends[1] else f"{middle} ({ends[0]} to {ends[1]})"


@dataclass(frozen=True)
class Target:
    """What a measure has to reach: at least, or at most, a value."""

    value: float
    at_least: bool = False

    def met(self, spread: Spread) -> bool:
        """Whether the median reaches it."""
        return spread.median >= self.value if self.at_least else spread.median <= self.value

    def verdict(self, spread: Spread) -> str:
        return "met" if self.met(spread) else "not met"

    def told(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.value:g}"
