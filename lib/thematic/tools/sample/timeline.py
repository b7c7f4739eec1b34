"""Turns windows, totals and seasons into whole-number plans of months by column, and days into months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from thematic.core.errors import DataRefused
from thematic.core.periods import Month, Window
from thematic.tools.sample.draws import Draws, Flags, Ints, apportion

NEVER = 10**6
"""A day so late that it never comes."""

Block = tuple[Window, Ints]
"""A window and its totals, one for each column."""


def window(text: str) -> Window:
    """The window written `YYYY-MM` or `YYYY-MM..YYYY-MM`."""
    first, dots, last = str(text).partition("..")
    return Window(Month.parse(first), Month.parse(last if dots else first))


def day(moment: date) -> int:
    """Days since 1970-01-01."""
    return moment.toordinal() - date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Timeline:
    """The months of the sample, from `first` to `last`, both inclusive; days are counted from 1970-01-01."""

    first: Month
    last: Month

    @cached_property
    def months(self) -> tuple[Month, ...]:
        return Window(self.first, self.last).months

    @cached_property
    def starts(self) -> Ints:
        return np.array([day(month.first_day) for month in self.months], dtype=np.int64)

    @cached_property
    def ends(self) -> Ints:
        return np.array([day(month.last_day) for month in self.months], dtype=np.int64)

    def part(self, window: Window) -> slice:
        """The rows of a plan that the window covers."""
        return slice(window.start.index - self.first.index, window.end.index - self.first.index + 1)

    def within(self, days: Ints, window: Window) -> Flags:
        return (days >= day(window.start.first_day)) & (days <= day(window.end.last_day))

    def weights(self, season: list[int], months_per_cent: dict[Any, int], draws: Draws) -> Ints:
        """A weight for each month: season x days x what stands out x up to 4 per cent of chance either way."""
        special = {str(month): per_cent for month, per_cent in months_per_cent.items()}
        usual = np.array([season[month.month - 1] for month in self.months], dtype=np.int64)
        odd = np.array([special.get(str(month), 100) for month in self.months], dtype=np.int64)
        return usual * odd * (self.ends - self.starts + 1) * (96 + draws.below(9, len(usual))) // 100

    def plan(self, blocks: Iterable[Block], weights: Ints) -> Ints:
        """Months by columns: each block's totals spread over its months by the weights (months, or months by columns).

        Raises DataRefused where blocks overlap, leave a month out, or ask for less than nothing.
        """
        blocks = list(blocks)
        columns = len(blocks[0][1])
        spread = np.broadcast_to(weights.reshape(len(self.months), -1), (len(self.months), columns))
        plan, times = np.zeros((len(self.months), columns), dtype=np.int64), np.zeros(len(self.months), dtype=np.int64)
        for window, totals in blocks:
            part = self.part(window)
            times[part] += 1
            plan[part] = np.column_stack([apportion(int(n), spread[part, i]) for i, n in enumerate(totals)])
        if (times != 1).any() or (plan < 0).any():
            raise DataRefused("sample.yaml: the windows of a stream must cover every month once, with nothing below 0.")
        return plan

    def spread(self, plan: Ints, draws: Draws) -> tuple[Ints, Ints]:
        """One (day, column) for each of the plan's rows, days evenly within their month, in the order of days."""
        month, column = np.divmod(np.repeat(np.arange(plan.size), plan.ravel()), plan.shape[1])
        days = draws.between(self.starts[month], self.ends[month])
        order = np.lexsort((draws.order(len(days)), days))
        return days[order], column[order].astype(np.int64)
