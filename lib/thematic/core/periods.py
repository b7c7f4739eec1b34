"""Turns "2021-01" and "2020-02..2021-01" into months and windows of months."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from thematic.core.errors import ArgumentsRefused

NAMED_BY_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
"""What files and folders that are called by a month are called, for `glob`."""
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, counted from year 0 (`index` = 12 x year + month - 1), so that months add and subtract."""

    index: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        return cls(12 * year + month - 1)

    @classmethod
    def containing(cls, day: date) -> Month:
        return cls.of(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written `YYYY-MM`. Raises ArgumentsRefused for anything else."""
        found = _MONTH.fullmatch(text.strip())
        if found is None:
            raise ArgumentsRefused(f"PERIOD: '{text}' is not a month. Write it as YYYY-MM, such as 2021-01.")
        return cls.of(int(found[1]), int(found[2]))

    @property
    def year(self) -> int:
        return self.index // 12

    @property
    def month(self) -> int:
        return self.index % 12 + 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def label(self) -> str:
        return f"{calendar.month_name[self.month]} {self.year}"

    @property
    def short_label(self) -> str:
        """For column headings, with a no-break space: `Jan 2021`."""
        return f"{calendar.month_abbr[self.month]}\u00a0{self.year}"

    def __add__(self, months: int) -> Month:
        return Month(self.index + months)

    def __sub__(self, months: int) -> Month:
        return Month(self.index - months)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True)
class Window:
    """Whole months from `start` to `end`, both inclusive."""

    start: Month
    end: Month

    @classmethod
    def rolling_12(cls, period: Month) -> Window:
        """The 12 months ending with the period."""
        return cls(period - 11, period)

    @classmethod
    def financial_year_to_date(cls, period: Month) -> Window:
        """April to the period."""
        start = Month.of(period.year if period.month >= 4 else period.year - 1, 4)
        return cls(start, period)

    @property
    def year_earlier(self) -> Window:
        return Window(self.start - 12, self.end - 12)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(Month(index) for index in range(self.start.index, self.end.index + 1))

    @property
    def label(self) -> str:
        if self.end.index - self.start.index == 11:
            return f"12 months to {self.end.label}"
        return self.end.label if self.start == self.end else f"{self.start.label} to {self.end.label}"

    @property
    def span(self) -> str:
        """For sentences, after "the": `12 months to January 2021`, `month of April 2020`."""
        count = self.end.index - self.start.index + 1
        return f"month of {self.end.label}" if count == 1 else f"{count} months to {self.end.label}"

    @property
    def short_label(self) -> str:
        """For column headings: `year to Jan 2021`, `Apr to Dec 2020`."""
        if self.end.index - self.start.index == 11:
            return f"year to {self.end.short_label}"
        first = self.start.short_label if self.start.year != self.end.year else self.start.short_label[:3]
        return self.end.short_label if self.start == self.end else f"{first} to {self.end.short_label}"


def parse_periods(text: str) -> list[Month]:
    """Months of a `YYYY-MM`, a comma list or an inclusive range `a..b`, in order and each once."""
    months: set[Month] = set()
    for part in text.split(","):
        first, dots, last = part.partition("..")
        start = Month.parse(first)
        end = Month.parse(last) if dots else start
        if end < start:
            raise ArgumentsRefused(f"PERIOD: '{part.strip()}' ends before it starts. Write the earlier month first.")
        months.update(Window(start, end).months)
    return sorted(months)
