"""Turns a measure's declared window into the months, or the day, that its figure is about."""

from __future__ import annotations

from datetime import date

from thematic.core.periods import Month, Window
from thematic.params.measures import Measure


def window_of(measure: Measure, period: Month) -> Window:
    """The window a measure is taken over: it ends `lag` months before the period. A stock's is the last month alone."""
    return window_ending(measure, period - measure.lag)


def window_ending(measure: Measure, end: Month) -> Window:
    """The measure's own window that ends with a month."""
    match measure.window:
        case "rolling_12":
            return Window.rolling_12(end)
        case "rolling_3":
            return Window(end - 2, end)
        case "financial_year_to_date":
            return Window.financial_year_to_date(end)
        case "calendar_year_to_date":
            return Window(Month.of(end.year, 1), end)
    return Window(end, end)


def days_of(measure: Measure, window: Window) -> tuple[date, date]:
    """The first and the last day that a figure is about, both inclusive; of a stock the last day alone."""
    last = window.end.last_day
    return (last if measure.window == "at_period_end" else window.start.first_day), last
