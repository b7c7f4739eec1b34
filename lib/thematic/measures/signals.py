"""Turns the months behind a count's total into its control chart: what was expected of each, and what stood out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from thematic.core.periods import Month
from thematic.measures.disclosure import ENOUGH
from thematic.measures.evidence import Block
from thematic.measures.expectations import MonthsExpected, Run, Side
from thematic.measures.figures import Figure
from thematic.params.themes import MONTH
from thematic.stats import signals

_SIDES: dict[int, Side] = {1: "high", -1: "low"}


def expected_months(
    blocks: Sequence[Block], released: Mapping[str, list[Figure]], *, rounded: bool
) -> dict[str, MonthsExpected]:
    """The control charts of the measures that have one, by name; those of like last months are worked out together.

    `blocks` are those of the totals, `released` the month rows by measure. Where counts are `rounded` the
    chart rests on the months that are printed, and there is none of less than 50 a month on average.
    """
    by_month: dict[int, list[tuple[str, Month, NDArray[np.float64]]]] = defaultdict(list)
    for block in blocks:
        if block.series is None or not released.get(block.measure):
            continue
        counts = _released(released[block.measure]) if rounded else block.series[0]
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
    known = [value for value in values if value is not None]
    if len(known) < len(values) or sum(known) < ENOUGH * len(known):
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
