"""Turns cubes and declarations into released figures: one row for each measure, dimension and category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from thematic.core.periods import Month, Window
from thematic.cubes.bases import Base, base_of, table_of
from thematic.cubes.tallies import Counts
from thematic.measures.breakdowns import FORCE_ROW, Setting
from thematic.measures.disclosure import Gate
from thematic.measures.figures import Evidence, Figure, Figures, Side, Told, release, with_significance
from thematic.params.models import Count, Measure, Theme

MONTHS_SHOWN = 36
LEAN_MONTHS = 12
"""How far outcome percentages and repeats look back before their window."""

_LEANING = {"outcomes", "repeat_victims", "repeat_callers"}


def window_of(measure: Measure, period: Month) -> Window:
    """The window a measure is taken over, ending with the period."""
    return Window.rolling_12(period) if measure.window == "rolling_12" else Window.financial_year_to_date(period)


def has_trend(measure: Measure) -> bool:
    """Whether a measure has a trend where there are months enough: counts and rates over the rolling 12 months."""
    return measure.unit != "percent" and measure.window == "rolling_12"


def evaluate(setting: Setting, gate: Gate) -> Figures:
    """Every released figure of the theme for the setting's area and period, in the order the theme declares them."""
    theme = setting.params.themes[setting.cubes.theme]
    figures = Figures([])
    for name, dimensions in theme.measures.items():
        asked = [FORCE_ROW] if "total" in dimensions and not setting.area.is_force else []
        for dimension in [*dimensions, *asked]:
            if dimension == "local_authority" and not setting.area.is_force:
                continue
            figures.rows.extend(_Asked(name, dimension, setting, gate, figures).rows())
    return figures


@dataclass(frozen=True)
class _Asked:
    """One measure in one dimension of a report."""

    name: str
    dimension: str
    setting: Setting
    gate: Gate
    told: Figures = field(repr=False)

    @property
    def measure(self) -> Measure:
        return self.setting.params.measures[self.name]

    @property
    def window(self) -> Window:
        return window_of(self.measure, self.setting.period)

    def rows(self) -> list[Figure]:
        evidence = list(self._months() if self.dimension == "month" else self._windows())
        rows = [release(self.measure, each, self.gate) for each in evidence]
        if self.dimension == "month":
            return rows
        return with_significance(rows, evidence, self.measure, self._is_ratio, self.gate)

    @property
    def _theme(self) -> Theme:
        return self.setting.params.themes[self.setting.cubes.theme]

    @property
    def _is_ratio(self) -> bool:
        return self.measure.test == "ratio" and self._theme.outcome_basis == "outcome"

    def _base(self, count: Count) -> Base:
        return base_of(count, self.measure, self._theme)

    def _windows(self) -> Iterator[Evidence]:
        """The evidence of each category, each window as it stood at its own end."""
        window, before = self.window, self.window.year_earlier
        numerator = self.measure.numerator
        rows = self.setting.rows(self._base(numerator), numerator, self.dimension)
        categories = self.setting.categories(self.dimension, rows, window)
        series = self._counts(numerator, categories, Window(self._first(window), window.end))
        tops = [series[:, -len(window.months) :], self._counts(numerator, categories, before)]
        bottoms = [self._denominators(categories, each) for each in (window, before)]
        for index, category in enumerate(categories):
            now, then = (Side(top[index].tolist(), bottom[index]) for top, bottom in zip(tops, bottoms, strict=True))
            yield Evidence(
                self.name,
                self.dimension,
                category,
                window,
                now,
                then,
                self._population(category),
                self._missing(category, window),
                self._change_missing(category, window),
                self._series(category, series[index].tolist()),
            )

    @property
    def _has_trend(self) -> bool:
        return has_trend(self.measure) and self._unavailable("") is None

    def _first(self, window: Window) -> Month:
        """The first month of the counts that a window's trend rests on; the window's own where it has no trend."""
        if not self._has_trend:
            return window.start
        return min(window.start, max(self._history, window.end - (MONTHS_SHOWN - 1)))

    def _series(self, category: str, counts: list[int]) -> list[int]:
        """The counts from the first month in which the category's place was open throughout; none without a trend."""
        if not self._has_trend:
            return []
        place = self.setting.place(self.dimension, category)
        end = self.window.end
        months = Window(end - (len(counts) - 1), end).months
        return [
            count
            for count, month in zip(counts, months, strict=True)
            if place is None or place.covers(Window(month, month))
        ]

    def _counts(self, count: Count, categories: tuple[str, ...], window: Window) -> Counts:
        splits = self.dimension != "characteristic" or count.counted == "characteristics"
        rows = self.setting.rows(self._base(count), count, self.dimension if splits else "total")
        if not splits:
            whole = self.setting.tally("total", rows, ("total",)).monthly(window, window.end)
            return np.repeat(whole, len(categories), axis=0)
        return self.setting.tally(self.dimension, rows, categories).monthly(window, window.end)

    def _denominators(self, categories: tuple[str, ...], window: Window) -> list[list[int]]:
        if not isinstance(self.measure.denominator, Count):
            return [[] for _ in categories]
        counts: list[list[int]] = self._counts(self.measure.denominator, categories, window).tolist()
        return counts

    def _months(self) -> Iterator[Evidence]:
        """The evidence of each month shown, seen from the end of the period, beside the month a year before."""
        period = self.setting.period
        if self._unavailable("") is not None:
            self._tell(self.told.reasons, self._unavailable(""))
            return
        first = max(self._history, period - (MONTHS_SHOWN - 1))
        seen = Window(first - 12, period)
        numerator = self.measure.numerator
        rows = self.setting.rows(self._base(numerator), numerator, "total")
        series = self.setting.tally("total", rows, ("total",)).monthly(seen, period)[0].tolist()
        for month in Window(first, period).months:
            now, then = (series[each.index - seen.start.index] for each in (month, month - 12))
            window = Window(month, month)
            yield Evidence(
                self.name,
                "month",
                str(month),
                window,
                Side([now]),
                Side([then]),
                missing=self._missing("total", window),
                change_missing=self._too_early("total", window.year_earlier),
            )

    def _population(self, category: str) -> int | None:
        wanted = self.measure.denominator == "population"
        return self.setting.population(self.dimension, category) if wanted else None

    @property
    def _table(self) -> str:
        return table_of(self._theme, self.measure.numerator.selection)

    @property
    def _history(self) -> Month:
        return self.setting.cubes.history_from(self._table)

    def _unavailable(self, category: str) -> str | None:
        counts = [self.measure.numerator]
        counts += [self.measure.denominator] if isinstance(self.measure.denominator, Count) else []
        parts = (self.dimension, category)
        reasons = (self.setting.cubes.unavailable(self._base(count).key, *parts) for count in counts)
        return next((reason for reason in reasons if reason is not None), None)

    def _missing(self, category: str, window: Window) -> str | None:
        """Why the value is not available: the source, the history, or no population."""
        reason = self._unavailable(category) or self._too_early(category, window)
        if reason is None and self.measure.denominator == "population" and self._population(category) is None:
            reason = f"no population is known for {category}"
        if reason is None and self._leans_before_history(window):
            self._tell(self.told.notes, f"the 12 months before {window.start.label} are not in the data")
        if reason is not None:
            self._tell(self.told.reasons, reason)
        return reason

    def _change_missing(self, category: str, window: Window) -> str | None:
        before = window.year_earlier
        reason = self._too_early(category, before)
        if reason is None and self._leans_before_history(before):
            reason = f"the figure before leans on months before {self._history.label}, where the data begin"
        if reason is not None:
            self._tell(self.told.reasons, reason)
        return reason

    def _too_early(self, category: str, window: Window) -> str | None:
        if self._unavailable("") is None and window.start < self._history:
            return f"the data begin in {self._history.label}, so what begins before then is not whole"
        place = self.setting.place(self.dimension, category)
        if place is not None and place.valid_from is not None and not place.covers(window):
            day = f"{place.valid_from.day} {Month.containing(place.valid_from).label}"
            return f"{place.name} opened on {day}, so what begins before then is not whole"
        return None

    def _leans_before_history(self, window: Window) -> bool:
        by_date = self.measure.numerator.counted != "outcomes" or self._theme.outcome_basis == "outcome"
        leans = self.measure.unit == "percent" and self.measure.numerator.counted in _LEANING and by_date
        return leans and window.start - LEAN_MONTHS < self._history

    def _tell(self, told: Told, reason: str | None) -> None:
        known = told.setdefault((self.name, self.dimension), [])
        if reason is not None and reason not in known:
            known.append(reason)
