"""Turns printed figures (rounded percentages, changes, margins) into whole numbers that print the same again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import sqrt
from typing import Any

import numpy as np

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import DataRefused
from thematic.core.periods import Month, Window
from thematic.tools.sample.draws import Ints

_Z = 1.959963984540054
"""The standard normal quantile of 0.975."""

_MOST_TRIES = 500_000


@dataclass(frozen=True)
class Pair:
    """A figure in the window before and in the window: one number each, or one for each authority."""

    previous: Ints
    current: Ints


@dataclass(frozen=True)
class Target:
    """What a selection must show for one period: the rolling 12 months and the 12 before."""

    window: Window
    recorded: Pair
    groups: Mapping[str, Pair]

    @property
    def windows(self) -> tuple[Window, Window]:
        return self.window.year_earlier, self.window


def tenths(printed: float) -> int:
    """A figure printed to one decimal place, in tenths."""
    return round(printed * 10)


def prints(count: int, of: int, printed: float) -> bool:
    """Whether 100 x count / of prints so to one decimal place; a tie counts as no, for roundings differ."""
    return 2 * abs(1000 * count - tenths(printed) * of) < of


def prints_change(count: int, of: int, before: int, of_before: int, printed_pp: float) -> bool:
    """Whether the difference of two percentages, unrounded, prints so to one decimal place."""
    scale = of * of_before
    return 2 * abs(1000 * count * of_before - 1000 * before * of - tenths(printed_pp) * scale) < scale


def counts_printing(printed: float, of: int) -> list[int]:
    """Every count that prints so, the nearest to the printed figure first."""
    middle = tenths(printed) * of // 1000
    near = [n for n in range(max(middle - of // 500 - 2, 0), middle + of // 500 + 3) if prints(n, of, printed)]
    return sorted(near, key=lambda n: (abs(1000 * n - tenths(printed) * of), n))


def previous_count(current: int, change_pct: float) -> int:
    """The count before, from which `current` is a change that prints so; the one nearest to the printed change."""
    middle = 1000 * current // (1000 + tenths(change_pct))
    near = [n for n in range(middle - 5, middle + 7) if prints(current - n, n, change_pct)]
    return min(near, key=lambda n: abs(1000 * (current - n) - tenths(change_pct) * n))


def percentage_pair(printed: Sequence[float], of: int, of_before: int) -> tuple[int, int]:
    """Counts (before, now) for a percentage and its change in percentage points."""
    value, change = printed
    around = counts_printing(value - change, of_before)
    wide = range(min(around) - 2, max(around) + 3)
    for now in counts_printing(value, of):
        for before in sorted(wide, key=lambda n: abs(1000 * n - tenths(value - change) * of_before)):
            if prints_change(now, of, before, of_before, change):
                return before, now
    raise DataRefused(f"{value} ({change:+}): no whole numbers of {of} and {of_before} print so.")


def at_a_glance(section: Mapping[str, Any]) -> Target:
    """The target of a section with `recorded` and percentages, each as [value, change]."""
    current, change = section["recorded"]
    before = previous_count(current, change)
    names = {"solved": "solved_pct", "suspect": "suspect_identified_pct", "no_suspect": "no_suspect_identified_pct"}
    found = {name: percentage_pair(section[key], current, before) for name, key in names.items() if key in section}
    groups = {name: _pair([pair[0]], [pair[1]]) for name, pair in found.items()}
    window = Window.rolling_12(Month.parse(str(section["period"])))
    return Target(window, _pair([before], [current]), groups)


def by_authority(table: Mapping[str, Any], authorities: Sequence[str]) -> Target:
    """The target of a table by local authority; the last of `authorities` is those without a location."""
    rows = [table["rows"][name] for name in (*authorities, "Force")]
    solved = _solved(rows[:-1], rows[-1])
    window = Window.rolling_12(Month.parse(str(table["period"])))
    recorded = _pair([row[0] for row in rows[:-1]], [row[1] for row in rows[:-1]])
    return Target(window, recorded, {"solved": _pair(*zip(*solved, strict=True))})


def _solved(rows: Sequence[Sequence[float]], total: Sequence[float]) -> tuple[tuple[int, int], ...]:
    """Solved counts (before, now) of each row, which print the row and whose sums print the total."""
    for choice in islice(product(*map(_solved_of, rows)), _MOST_TRIES):
        if _fits(sum(pair[0] for pair in choice), sum(pair[1] for pair in choice), total):
            return choice
    raise DataRefused(f"{NO_LOCATION} and authorities: no whole numbers print the rows and their total {list(total)}.")


def _solved_of(row: Sequence[float]) -> list[tuple[int, int]]:
    """Pairs that print the row. Where none prints its change, those of which the rounded percentages differ by it."""
    before, now = counts_printing(row[3], int(row[0])), counts_printing(row[4], int(row[1]))
    pairs = list(product(before, now))
    of_rounded = tenths(row[4]) - tenths(row[3]) == tenths(row[5])
    return [pair for pair in pairs if _fits(*pair, row)] or (pairs if of_rounded else [])


def _fits(before: int, now: int, row: Sequence[float]) -> bool:
    of_before, of = int(row[0]), int(row[1])
    steady = prints(before, of_before, row[3]) and prints(now, of, row[4])
    return steady and prints_change(now, of, before, of_before, row[5])


def _pair(previous: Sequence[int], current: Sequence[int]) -> Pair:
    return Pair(np.array(previous, dtype=np.int64), np.array(current, dtype=np.int64))


def half_width(count: int, of: int) -> float:
    """Half the width of the Wilson 95% interval of a share, in per cent."""
    return 100 * _Z / (of + _Z**2) * sqrt(count * (of - count) / of + _Z**2 / 4)


def survey_counts(
    printed: float, margin: float, change: float | None = None, now: tuple[int, int] | None = None
) -> tuple[int, int]:
    """(satisfied, responses) that print a percentage and half the width of its interval; the nearest to the margin.

    With `change` and `now`, the counts of a year later, also the change to them in percentage points.
    """
    middle = round(_Z**2 * printed * (100 - printed) / margin**2)
    sizes = range(max(middle * 9 // 10, 10), middle * 11 // 10 + 2)
    found = [(count, of) for of in sizes for count in counts_printing(printed, of)]
    if change is not None and now is not None:
        found = [pair for pair in found if prints_change(*now, *pair, change)]
    if not found:
        raise DataRefused(f"{printed} ± {margin}: no survey prints so.")
    return min(found, key=lambda pair: (round(abs(half_width(*pair) - margin), 6), pair))


def count_at_rate(printed: float, population: int) -> int:
    """The count of which the rate per 1,000 is nearest to the printed one."""
    return (round(printed * 100) * population + 50_000) // 100_000
