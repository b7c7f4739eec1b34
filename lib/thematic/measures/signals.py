"""Turns the months behind a count's total into its control chart: what was expected of each, and what stood out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from thematic.core.periods import Month
from thematic.measures.evidence import Block
from thematic.measures.figures import Figure
from thematic.params.themes import MONTH
from thematic.stats import signals

Side = Literal["high", "low"]
_SIDES: dict[int, Side] = {1: "high", -1: "low"}


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


def expected_months(
    blocks: Sequence[Block], released: Mapping[str, list[Figure]], *, protected: bool
) -> dict[str, MonthsExpected]:
    """The control charts of the measures that have one, by name; those of like last months are worked out together.

    `blocks` are those of the totals, `released` the month rows by measure. Where the audience is `protected` from
    counts the chart rests on the released months alone, and there is none where one of them is withheld.
    """
    by_month: dict[int, list[tuple[str, Month, NDArray[np.float64]]]] = defaultdict(list)
    for block in blocks:
        if block.series is None or not released.get(block.measure):
            continue
        counts = _released(released[block.measure]) if protected else block.series[0]
        if counts is not None:
            end = block.windows[0].end
            by_month[end.month].append((block.measure, end, counts))
    found = {}
    for number, together in by_month.items():
        width = max(len(counts) for _, _, counts in together)
        rows = [np.pad(counts, (width - len(counts), 0), constant_values=np.nan) for _, _, counts in together]
        for (name, end, _), chart in zip(together, signals.control_charts(np.stack(rows), number), strict=True):
            if chart.drawn:
                found[name] = _chart(chart, end)
    return found


def _released(rows: Sequence[Figure]) -> NDArray[np.float64] | None:
    values = [row.value for row in rows if row.dimension == MONTH]
    if any(value is None for value in values):
        return None
    return np.array(values, dtype=float)


def _chart(chart: signals.ControlChart, end: Month) -> MonthsExpected:
    width = len(chart.expected)
    first = end - (width - 1)

    def run(found: signals.Run) -> Run:
        ends = (first + found.first, first + found.last)
        return Run(*ends, _SIDES[found.side], found.observed, found.expected, found.of_a_year)

    return MonthsExpected(
        tuple(str(first + place) for place in range(width)),
        _known(chart.expected),
        _known(chart.lower),
        _known(chart.upper),
        tuple(_SIDES.get(int(side)) for side in chart.marked),
        chart.season,
        None if chart.run is None else run(chart.run),
        tuple(map(run, chart.ended)),
    )


def _known(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)
