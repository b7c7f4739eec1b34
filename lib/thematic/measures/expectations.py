"""What was expected of the months behind a count, and what stood out of them: plain values for sentences and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from thematic.core.periods import Month

Side = Literal["high", "low"]


@dataclass(frozen=True)
class Run:
    """Months in a row whose sum is out of line, both ends inclusive; `observed` and `expected` are sums over them.

    One `of_a_year` is as long as runs are looked for, so that its beginning is not known.
    """

    first: Month
    last: Month
    side: Side
    observed: float
    expected: float
    of_a_year: bool


@dataclass(frozen=True)
class MonthsExpected:
    """The control chart of a count, an entry for each month of `months`: what was expected and the limits (None where
    nothing is), and the side on which a month lies outside them.

    `season` says whether a season is allowed for. `run` is the run that the last month belongs to, `ended` are those of
    the last year that are over, the latest first.
    """

    months: tuple[str, ...]
    expected: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    outside: tuple[Side | None, ...]
    season: bool
    run: Run | None
    ended: tuple[Run, ...]

    def of(self, months: Sequence[str]) -> MonthsExpected:
        """The chart of these months alone; nothing is expected of one that it does not have."""
        places = {month: place for place, month in enumerate(self.months)}
        found = [places.get(month) for month in months]

        def taken(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
            return tuple(None if place is None else values[place] for place in found)

        outside = tuple(None if place is None else self.outside[place] for place in found)
        lines = (taken(self.expected), taken(self.lower), taken(self.upper))
        return MonthsExpected(tuple(months), *lines, outside, self.season, self.run, self.ended)
