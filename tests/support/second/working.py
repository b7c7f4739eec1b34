"""Works out every figure of a report from the extract's rows: numerators and denominators, window by window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from second.areas import FORCE, NOWHERE, Place, Places
from second.conditions import is_share
from second.declarations import Declarations
from second.reading import Extract, codes_of, read_extract
from second.rows import FRACTIONS, MILLION, WEEKDAYS, Rows, all_hold, band_labels
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf, Repeats
from thematic.params.tables import (
    Bands,
    ByColumn,
    ByColumns,
    ByFilled,
    Days,
    Difference,
    Hour,
    Table,
    Weekday,
    inputs_of,
)

COLUMNS = [
    "measure", "dimension", "category", "window_start", "window_end", "numerator", "denominator", "value", "unit",
    "lower_95", "upper_95", "previous_value", "change", "change_unit", "significant", "trend", "status", "change_status",
]  # fmt: skip
TOTAL, MONTH, ROLLING, MISSING = "total", "month", "rolling", "missing"
SIZES = {"percent": 100, "per_1000": 1000, "per_10000": 10_000, "mean": 1, "times": 1}
CROSS = " / "


@dataclass(frozen=True)
class Span:
    """Days from first to last, both inclusive; `seen` is the day at whose end they are looked at."""

    first: pd.Timestamp
    last: pd.Timestamp
    seen: pd.Timestamp

    @property
    def dates(self) -> tuple[date, date]:
        return self.first.date(), self.last.date()


@dataclass(frozen=True)
class Row:
    """What a row of the table is about: a place (or those of a level that have none), and a category of a breakdown."""

    dimension: str
    category: str
    place: Place
    nowhere: str | None = None
    breakdown: str | None = None


@dataclass(frozen=True)
class Point:
    """A row's numbers in one window."""

    numerator: Any = None
    denominator: Any = None
    value: Any = None
    status: str = ""


GONE = Point(status="[x]")


def figures(
    extract: Path | Extract, declarations: Declarations, theme: str, area: str, period: str, *, low: bool = True
) -> pd.DataFrame:
    """Every figure of a report for the internal audience, one row each, with the columns of its CSV.

    `area` is a slug or "force", `period` is YYYY-MM. `significant` and `trend` are empty. With `low` a value that is not
    0 and would be printed as 0 has the status [low]. Rows come measure by measure as the theme lists them.
    """
    found = read_extract(extract, declarations) if isinstance(extract, Path) else extract
    return Working(found, declarations, theme, area, period).frame(low=low)


class Working:
    """The rows of one theme's tables, and what is counted of them for one report."""

    def __init__(self, extract: Extract, declarations: Declarations, theme: str, area: str, period: str) -> None:
        self.extract, self.declarations = extract, declarations
        self.theme = declarations.themes[theme]
        self.places = Places(declarations)
        self.area = self.places.of_slug(area)
        self.period = pd.Period(period, "M")
        self._kept = extract.worked_out.setdefault(theme, {})

    # ---- the table of figures

    def frame(self, *, low: bool = True) -> pd.DataFrame:
        found = [
            self._figure(name, row, now, before, low)
            for name, dimensions in self.theme.measures.items()
            for row, now, before in self.rows(name, dimensions)
        ]
        return pd.DataFrame(found, columns=COLUMNS, dtype=object)

    def rows(self, name: str, dimensions: tuple[str, ...]) -> list[tuple[Row, Span, Span]]:
        """Every row of a measure, with the two windows that it compares."""
        measure = self.declarations.measures[name]
        now, before = self.windows(name)
        found = []
        for dimension in dimensions:
            if dimension == MONTH:
                found += self._month_rows(measure)
            elif dimension == ROLLING:
                found += self._rolling_rows(measure)
            else:
                found += [(row, now, before) for row in self._rows_of(measure, dimension, now, before)]
        if TOTAL in dimensions and self.area.level != FORCE:
            found.append((Row(FORCE, self.places.force.name, self.places.force), now, before))
        return found

    def windows(self, name: str) -> tuple[Span, Span]:
        """A measure's own window in this report, and the one a year before."""
        measure = self.declarations.measures[name]
        return spans(measure, self.period - measure.lag)

    def _rows_of(self, measure: Measure, dimension: str, now: Span, before: Span) -> list[Row]:
        if dimension == TOTAL:
            return [Row(TOTAL, TOTAL, self.area)]
        if dimension in self.declarations.levels:
            return self._level_rows(dimension)
        categories = self._categories(measure, dimension, now, before)
        return [Row(dimension, category, self.area, breakdown=dimension) for category in categories]

    def _level_rows(self, level: str) -> list[Row]:
        """The areas of a level that the report lists: the units always, others where they lie in its area."""
        if self.area.level == FORCE:
            return self.level(level)
        places = self.places.of_level(level)
        if level != self.places.units:
            places = [place for place in places if self.places.lies_in(place, self.area)]
        return [Row(level, place.name, place) for place in places]

    def level(self, level: str) -> list[Row]:
        """Every area of a level, and the rows that are in none."""
        places = self.places.of_level(level)
        nowhere = Row(level, NOWHERE, self.places.force, nowhere=level)
        return [*(Row(level, place.name, place) for place in places), nowhere]

    def _month_rows(self, measure: Measure) -> list[tuple[Row, Span, Span]]:
        """Up to 36 months of the measure's history that end with its own last, all seen from there."""
        end = self.period - measure.lag
        return [
            (Row(MONTH, str(month), self.area), *(_span(measure, each, each, seen=end) for each in (month, month - 12)))
            for month in self._history(measure, end, 36)
        ]

    def _rolling_rows(self, measure: Measure) -> list[tuple[Row, Span, Span]]:
        """The windows that end with each of the last 24 months of the measure's history."""
        end = self.period - measure.lag
        return [
            (Row(ROLLING, str(month), self.area), *spans(measure, month)) for month in self._history(measure, end, 24)
        ]

    def _history(self, measure: Measure, end: pd.Period, months: int) -> pd.PeriodIndex:
        """The last months of a measure's history, as many as asked for at most; none where it cannot be had at all."""
        begins = [self.extract.history.get(table) for table in self.tables(measure)]
        if None in begins or not self._is_fed(measure):
            return pd.PeriodIndex([], freq="M")
        return pd.period_range(max([end - months + 1, *begins]), end, freq="M")

    def _figure(self, name: str, row: Row, now: Span, before: Span, low: bool) -> dict[str, Any]:
        measure = self.declarations.measures[name]
        this, earlier = self.point(name, row, now), self.point(name, row, before)
        change_unit = self._change_unit(measure)
        previous, change, change_status = _change(this, earlier, change_unit)
        lower, upper = self._interval(measure, this)
        start, end = now.dates
        return {
            "measure": name, "dimension": row.dimension, "category": row.category,
            "window_start": start, "window_end": end,
            "numerator": this.numerator, "denominator": this.denominator, "value": this.value, "unit": measure.unit,
            "lower_95": lower, "upper_95": upper,
            "previous_value": previous, "change": change, "change_unit": change_unit,
            "significant": None, "trend": None,
            "status": this.status or ("[low]" if low and _prints_as_zero(this.value, measure.decimals) else ""),
            "change_status": change_status,
        }  # fmt: skip

    def _change_unit(self, measure: Measure) -> str:
        if measure.unit == "percent":
            return "pp"
        count = measure.numerator
        if isinstance(count, Count) and count.sum is not None:
            derived = self._table(count).derived.get(count.sum)
            if isinstance(derived, Difference):
                return "units"
        return "percent"

    def _interval(self, measure: Measure, point: Point) -> tuple[float | None, float | None]:
        """95%, of shares by Wilson and of rates over a population exactly by Poisson."""
        count = measure.numerator
        if point.value is None or not isinstance(count, Count) or count.sum is not None:
            return None, None
        if isinstance(measure.denominator, PopulationOf):
            return garwood(point.numerator, point.denominator, SIZES[measure.unit])
        if is_share(measure, self.theme, self.declarations) and not _sums(measure.denominator):
            return wilson(point.numerator, point.denominator)
        return None, None

    # ---- one row's numbers in one window

    def point(self, name: str, row: Row, span: Span) -> Point:
        """Numerator, denominator and value of a measure for a row in a window."""
        measure = self.declarations.measures[name]
        if isinstance(measure.numerator, MeasureOf):
            return self._times(measure, row, span)
        if not self._is_available(measure, row, span):
            return GONE
        above = self.amount(measure.numerator, row, span, split=_splits(measure, 0))
        if measure.unit == "count":
            return Point(above, None, above)
        below = self._below(measure, row, span)
        if below is None:
            return GONE
        if below == 0:
            return Point(above, below, None, "[z]")
        return Point(above, below, SIZES[measure.unit] * above / below)

    def _times(self, measure: Measure, row: Row, span: Span) -> Point:
        """A ratio of two measures, both over the ratio's own window."""
        sides = []
        for side in (measure.numerator, measure.denominator):
            other = self.declarations.measures[side.measure]
            end = span.last.to_period("M")
            its_span = (
                span if other.window != "at_period_end" else _span(other, end, end, seen=span.seen.to_period("M"))
            )
            sides.append(self.point(side.measure, row, its_span))
        above, below = sides
        if "[x]" in {above.status, below.status}:
            return GONE
        if above.value is None or below.value is None:
            return Point(status="[z]")
        if below.value == 0:
            return Point(above.value, below.value, None, "[z]")
        return Point(above.value, below.value, above.value / below.value)

    def _below(self, measure: Measure, row: Row, span: Span) -> Any:
        """The denominator; None where nobody knows how many live there."""
        if measure.unit == "mean":
            return self.amount(measure.numerator, row, span, split=True, filled=True)
        below = self._count_below(measure)
        if below is not None:
            return self.amount(below, row, span, split=_splits(measure, 1))
        return self._population(measure, row, span)

    def _count_below(self, measure: Measure) -> Count | None:
        """The count that is the denominator, its own or that of the measure it names."""
        below = measure.denominator
        if isinstance(below, MeasureOf):
            other = self.declarations.measures[below.measure].numerator
            if not isinstance(other, Count):
                raise TypeError(f"{below.measure} counts nothing")
            return other
        return below if isinstance(below, Count) else None

    def _population(self, measure: Measure, row: Row, span: Span) -> int | None:
        """Residents at the window's end; of a category its own, where populations are known by the breakdown's column."""
        on = span.last.date()
        if row.nowhere is not None:
            return None
        if row.breakdown is not None:
            groups = self._population_groups(measure, row)
            if groups is not None:
                column, codes = groups
                parts = [self.places.population_of(row.place, column, code, on) for code in codes]
                return None if not parts or None in parts else sum(parts)
        for column, category in measure.denominator.population.items():
            return self.places.population_of(row.place, column, category, on)
        return self.places.population(row.place, on)

    def _population_groups(self, measure: Measure, row: Row) -> tuple[str, list[str]] | None:
        """The column that populations are known by and the row's breakdown is by, and the codes of the row's category;
        a column of people takes theirs although no population is known by it."""
        table = self._table(measure.numerator)
        breakdown = table.breakdowns[str(row.breakdown)]
        if isinstance(breakdown, ByFilled):
            return None
        columns = [breakdown.column] if isinstance(breakdown, ByColumn) else list(breakdown.columns)
        renamed = breakdown.renamed if isinstance(breakdown, ByColumn) else {}
        parts = [] if row.category == MISSING else row.category.split(CROSS) if len(columns) > 1 else [row.category]
        for place, column in enumerate(columns):
            origins = [table.columns[each] for each in _origins(table, {column}) if each in table.columns]
            is_of_people = len(columns) == 1 and any(each.personal for each in origins)
            if self.places.splits_population(column) or (is_of_people and not measure.denominator.population):
                codes = [code for code, name in renamed.items() if name == row.category]
                return column, codes or parts[place : place + 1]
        return None

    def months_of(self, measure: Measure, row: Row, span: Span) -> tuple[list[float], list[float]]:
        """Numerator and denominator (of counts) in each month of a window, all seen from the same day as it."""
        months = pd.period_range(span.first, span.last, freq="M")
        parts = [Span(month.start_time, month.end_time.normalize(), span.seen) for month in months]
        below = self._count_below(measure)
        return (
            [self.amount(measure.numerator, row, part, split=_splits(measure, 0)) for part in parts],
            [self.amount(below, row, part, split=_splits(measure, 1)) for part in parts] if below else [],
        )

    def sums_fractions(self, table: Table, column: str) -> bool:
        """Whether a column that is summed holds numbers, and not whole ones."""
        return _scale(table, column) == FRACTIONS

    # ---- whether a figure can be had

    def _is_available(self, measure: Measure, row: Row, span: Span) -> bool:
        """Whether table, columns, history and the area's life are whole for a figure and all that it looks back on."""
        back = self._looks_back_to(measure, span)
        if not self.places.is_open(row.place, back.date(), span.last.date()):
            return False
        sides = [(measure.numerator, _splits(measure, 0)), (self._count_below(measure), _splits(measure, 1))]
        return all(
            self._has_rows(count, back, span) and self._has_columns(count, row, split)
            for count, split in sides
            if count is not None
        )

    def _looks_back_to(self, measure: Measure, span: Span) -> pd.Timestamp:
        """The first day that a figure rests on."""
        above, below = measure.numerator, self._count_below(measure)
        days = [count.repeats.within_days for count in (above, below) if count is not None and count.repeats]
        first = [span.first, *(span.first - pd.Timedelta(days=each) for each in days)]
        dated = self.theme.outcome_basis == "outcome" and above.dated is not None
        if (
            dated
            and below is not None
            and below.dated != above.dated
            and not is_share(measure, self.theme, self.declarations)
        ):
            first.append(span.first - pd.DateOffset(months=12))
        return min(first)

    def _has_rows(self, count: Count, back: pd.Timestamp, span: Span) -> bool:
        """Whether the count's table reaches from the first day to the last, without a gap (a stock: the last alone)."""
        name = self.theme.table_of(count.selection)
        history, ends = self.extract.history.get(name), self.extract.ends.get(name)
        if name not in self.extract.tables or history is None or ends is None:
            return False
        first, last = back.to_period("M"), span.last.to_period("M")
        gaps = set() if count.standing else self.extract.gaps[name]
        return history <= first and last <= ends and not any(first <= gap <= last for gap in gaps)

    def _has_columns(self, count: Count, row: Row, split: bool) -> bool:
        """Whether the source feeds every column that a row of a count rests on."""
        rows, table = self.rows_counted(count), self._table(count)
        needed = {table.date, *count.where, *self._selection_columns(count.selection)}
        needed |= {each for each in (table.ends, count.dated, count.names, count.sum, count.standing) if each}
        needed |= {count.repeats.of} if count.repeats else set()
        if split and row.breakdown is not None:
            breakdown = table.breakdowns[row.breakdown]
            match breakdown:
                case ByColumn():
                    needed.add(breakdown.column)
                case ByColumns():
                    needed |= set(breakdown.columns)
                case ByFilled():
                    needed.add(breakdown.filled[row.category])
        needed |= {when for first, when in table.together if first in _origins(table, needed)}
        if not needed <= rows.fed:
            return False
        return self._place_column(table, row) in rows.fed if self._is_placed(row) else True

    def _selection_columns(self, selection: str) -> set[str]:
        chain = self.theme.chain(selection)
        return {column for each in chain for where in (each.where, *each.any_of) for column in where}

    def _is_placed(self, row: Row) -> bool:
        return row.nowhere is not None or row.place.level != FORCE

    def _place_column(self, table: Table, row: Row) -> str | None:
        """The column that says where a row is, at the level that the place is counted by."""
        levels = table.levels
        if row.nowhere is None:
            return levels.get(next(self.places.parts(row.place)).level)
        summed = [next(self.places.parts(place)).level for place in self.places.of_level(row.nowhere)]
        return levels.get(row.nowhere) or next((levels[level] for level in summed if level in levels), None)

    # ---- counting

    def rows_counted(self, count: Count) -> Rows:
        return self.extract.tables[self.theme.table_of(count.selection)]

    def _table(self, count: Count) -> Table:
        return self.declarations.tables[self.theme.table_of(count.selection)]

    def counts(self, measure: Measure) -> list[Count]:
        """Every count that a measure rests on."""
        if isinstance(measure.numerator, MeasureOf):
            sides = (measure.numerator, measure.denominator)
            return [count for side in sides for count in self.counts(self.declarations.measures[side.measure])]
        return [count for count in (measure.numerator, self._count_below(measure)) if count is not None]

    def tables(self, measure: Measure) -> set[str]:
        """The tables that a measure counts."""
        return {self.theme.table_of(count.selection) for count in self.counts(measure)}

    def _is_fed(self, measure: Measure) -> bool:
        """Whether the source has the tables and columns of a measure's total at all, whatever the window."""
        row = Row(TOTAL, TOTAL, self.area)
        there = self.tables(measure) <= set(self.extract.tables)
        return there and all(self._has_columns(count, row, split=False) for count in self.counts(measure))

    def amount(self, count: Count, row: Row, span: Span, *, split: bool, filled: bool = False) -> int | float:
        """How much a row has of a count in a window: rows, or the sum of a column; `filled`: the rows that have it."""
        if split and row.breakdown is not None:
            found = int(self._by_category(count, row, span, filled=filled).get(row.category, 0))
        else:
            found = int(self._here(count, row, span, filled=filled).sum())
        fractions = count.sum is not None and not filled and self.rows_counted(count).numeric[count.sum] == FRACTIONS
        return found / MILLION if fractions else found

    def _here(self, count: Count, row: Row, span: Span, *, filled: bool) -> pd.Series:
        """What each row of a place adds to a count in a window."""
        amounts = self._amounts(count, span, filled)
        return amounts[self._in_place(count, row)[amounts.index]]

    def _amounts(self, count: Count, span: Span, filled: bool) -> pd.Series:
        """What each row of the force adds to a count in a window; the rows that add nothing are left out."""
        key = ("amounts", count.model_dump_json(), span, filled)
        return self._remembered(key, lambda: self._worked_out(count, span, filled))

    def _worked_out(self, count: Count, span: Span, filled: bool) -> pd.Series:
        rows = self.rows_counted(count)
        keep = self._in_count(count, span)
        if count.sum is None:
            return pd.Series(1, index=rows.frame.index)[keep]
        values = rows.seen(count.sum, span.seen)[keep].dropna()
        return pd.Series(1, index=values.index) if filled else values.astype("int64")

    def _in_count(self, count: Count, span: Span) -> np.ndarray:
        """The rows of the force that a count counts in a window, as they stood on the day at which it is looked at."""
        rows, seen = self.rows_counted(count), span.seen
        key = ("counted", count.model_dump_json(), seen)
        recorded, keep = rows.day(rows.table.date), self._remembered(key, lambda: self._counted(count, seen))
        if count.standing is not None:
            left = rows.day(count.standing, seen)
            return keep & (recorded <= span.last).to_numpy() & (left.isna() | (left > span.last)).to_numpy()
        is_placed = count.dated is not None and self.theme.outcome_basis == "outcome"
        placed = rows.day(count.dated, seen) if is_placed else recorded
        return keep & ((placed >= span.first) & (placed <= span.last)).to_numpy()

    def _counted(self, count: Count, seen: pd.Timestamp) -> np.ndarray:
        """The rows of the force that a count counts in any window, as they stood on a day."""
        rows = self.rows_counted(count)
        keep = self._in_selection(count.selection, seen) & all_hold(rows, count.where, seen)
        keep &= (rows.day(rows.table.date) <= seen).to_numpy()
        if rows.table.ends is not None:
            keep &= ~(rows.day(rows.table.ends) <= seen).to_numpy()
        if count.names is not None:
            keep &= rows.seen(count.names, seen).notna().to_numpy()
        if count.repeats is not None:
            keep &= self._repeat(count.selection, count.repeats, seen)
        if count.dated is not None and count.standing is None:
            keep &= (rows.day(count.dated, seen) <= seen).to_numpy()
        return keep

    def _in_selection(self, name: str, seen: pd.Timestamp) -> np.ndarray:
        return self._remembered(("selection", name, seen), lambda: self._chosen(name, seen))

    def _chosen(self, name: str, seen: pd.Timestamp) -> np.ndarray:
        selection = self.theme.selections[name]
        rows = self.extract.tables[self.theme.table_of(name)]
        keep = all_hold(rows, selection.where, seen)
        if selection.any_of:
            keep &= np.logical_or.reduce([all_hold(rows, where, seen) for where in selection.any_of])
        return keep & self._in_selection(selection.within, seen) if selection.within else keep

    def _repeat(self, selection: str, repeats: Repeats, seen: pd.Timestamp) -> np.ndarray:
        """The rows whose `of` stands on another row of the selection, void or not, 1 to `within_days` days before."""
        rows = self.extract.tables[self.theme.table_of(selection)]
        chosen = pd.DataFrame({"who": rows.seen(repeats.of, seen), "day": rows.day(rows.table.date)})
        chosen = chosen[self._in_selection(selection, seen)].dropna()
        days = chosen.drop_duplicates().sort_values(["who", "day"])
        days["before"] = days.groupby("who")["day"].shift()
        since = chosen.merge(days, on=["who", "day"], how="left").set_index(chosen.index)
        gap = (since["day"] - since["before"]).dt.days
        found = np.zeros(len(rows.frame), bool)
        found[chosen.index[(gap <= repeats.within_days).to_numpy()]] = True
        return found

    def _in_place(self, count: Count, row: Row) -> np.ndarray:
        if not self._is_placed(row):
            return np.ones(len(self.rows_counted(count).frame), bool)
        key = ("place", self.theme.table_of(count.selection), row.place, row.nowhere)
        return self._remembered(key, lambda: self._placed(count, row))

    def _placed(self, count: Count, row: Row) -> np.ndarray:
        values = self.rows_counted(count).frame[self._place_column(self._table(count), row)]
        if row.nowhere is not None:
            return values.isna().to_numpy()
        return values.isin([part.name for part in self.places.parts(row.place)]).to_numpy()

    # ---- breakdowns

    def _categories(self, measure: Measure, dimension: str, now: Span, before: Span) -> list[str]:
        """The categories of a breakdown that a report lists: the declared ones, or those that there are any of."""
        sides = [(measure.numerator, _splits(measure, 0)), (self._count_below(measure), _splits(measure, 1))]
        if isinstance(measure.numerator, MeasureOf):
            named = [self.declarations.measures[side.measure] for side in (measure.numerator, measure.denominator)]
            lists = [self._categories(each, dimension, now, before) for each in named]
            found = list(dict.fromkeys([category for each in lists for category in each]))
            return sorted(found, key=lambda category: category == MISSING)
        counts = [count for count, split in sides if count is not None and split]
        table = self._table(counts[0])
        breakdown = table.breakdowns[dimension]
        if isinstance(breakdown, ByFilled):
            return list(breakdown.filled)
        declared = self._declared_categories(table, breakdown)
        sizes = self._sizes(counts, dimension, now, before)
        missing = [MISSING] if MISSING in sizes else []
        there = [category for category in sizes if category != MISSING]
        if breakdown.order == "largest":
            return [*sorted(there, key=lambda category: (-sizes[category], category)), *missing]
        return [*declared, *sorted(set(there) - set(declared)), *missing]

    def _sizes(self, counts: list[Count], dimension: str, now: Span, before: Span) -> dict[str, int]:
        """Of each category that there are any of, in either window on either side, the first side's number now."""
        sizes: dict[str, int] = {}
        row = Row(dimension, "", self.area, breakdown=dimension)
        known = [count for count in counts if self.theme.table_of(count.selection) in self.extract.tables]
        for count in [count for count in known if self._has_columns(count, row, split=True)]:
            for span in (now, before):
                by_category = self._by_category(count, row, span, filled=False)
                for category, n in by_category[by_category != 0].items():
                    first = count is counts[0] and span is now
                    sizes[str(category)] = sizes.get(str(category), 0) + (int(n) if first else 0)
        return sizes

    def _by_category(self, count: Count, row: Row, span: Span, *, filled: bool) -> pd.Series:
        """What a row's place has of a count in a window, by the categories of the row's breakdown."""
        return self._remembered(
            ("by", count.model_dump_json(), row.place, row.breakdown, span, filled),
            lambda: self._summed(count, row, span, filled=filled),
        )

    def _summed(self, count: Count, row: Row, span: Span, *, filled: bool) -> pd.Series:
        key = ("members", self.theme.table_of(count.selection), row.breakdown, span.seen)
        members = self._remembered(key, lambda: self._members(count, row, span))
        here = self._here(count, row, span, filled=filled).rename("n").to_frame()
        return here.join(members, how="inner").groupby("category")["n"].sum()

    def _members(self, count: Count, row: Row, span: Span) -> pd.DataFrame:
        """For each row of a table the categories of a breakdown that it is in, one line each."""
        rows = self.rows_counted(count)
        breakdown = rows.table.breakdowns[row.breakdown]
        if isinstance(breakdown, ByFilled):
            parts = [
                pd.DataFrame({"category": category}, index=rows.frame.index[rows.seen(column, span.seen).notna()])
                for category, column in breakdown.filled.items()
            ]
            return pd.concat(parts)
        columns = [breakdown.column] if isinstance(breakdown, ByColumn) else list(breakdown.columns)
        renamed = breakdown.renamed if isinstance(breakdown, ByColumn) else {}
        found = pd.DataFrame(index=rows.frame.index)
        for column in columns:
            values = rows.seen(column, span.seen)
            names = {value: _shown(value, renamed) for value in values.dropna().unique()}
            found[column] = values.map(names.get).astype(object)
        for column in columns:
            if column in rows.table.columns and rows.table.columns[column].kind == "codes":
                found = found.explode(column).dropna(subset=[column])
        found = found.where(found.notna(), MISSING)
        categories = found[columns[0]]
        for column in columns[1:]:
            categories = categories + CROSS + found[column]
        both = pd.DataFrame({"row": found.index, "category": categories.to_numpy(dtype=object)})
        return both.drop_duplicates().set_index("row")

    def _declared_categories(self, table: Table, breakdown: ByColumn | ByColumns) -> list[str]:
        """The categories that are declared, in their order; none where a column's values are not."""
        if isinstance(breakdown, ByColumns):
            each = [self._declared_values(table, column) for column in breakdown.columns]
            combined = [""]
            for values in each:
                combined = [f"{before}{CROSS if before else ''}{value}" for before in combined for value in values]
            return combined
        values = self._declared_values(table, breakdown.column) or list(breakdown.renamed)
        return list(dict.fromkeys(breakdown.renamed.get(value, value) for value in values))

    def _declared_values(self, table: Table, name: str) -> list[str]:
        column = table.columns.get(name)
        if column is not None:
            if column.kind in {"code", "codes"}:
                return codes_of(column, self.declarations)
            if column.kind == "area":
                return self.places.names(str(column.level))
            return ["Y", "N"] if column.kind == "flag" else []
        match table.derived[name]:
            case Weekday():
                return WEEKDAYS
            case Hour():
                return [str(hour) for hour in range(24)]
            case Bands() as bands:
                return band_labels(bands.starts, _scale(table, bands.bands))
        return []

    def _remembered(self, key: Any, work: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = work()
        return self._kept[key]


# ---- windows


def spans(measure: Measure, end: pd.Period) -> tuple[Span, Span]:
    """The measure's window that ends with a month and the one a year earlier, each seen from its own end."""
    starts = {
        "rolling_12": end - 11,
        "rolling_3": end - 2,
        "month": end,
        "at_period_end": end,
        "financial_year_to_date": pd.Period(year=end.year if end.month >= 4 else end.year - 1, month=4, freq="M"),
        "calendar_year_to_date": pd.Period(year=end.year, month=1, freq="M"),
    }
    start = starts[measure.window]
    return _span(measure, start, end, seen=end), _span(measure, start - 12, end - 12, seen=end - 12)


def _span(measure: Measure, start: pd.Period, end: pd.Period, seen: pd.Period) -> Span:
    """The days of whole months; of a stock the last day alone."""
    last = end.end_time.normalize()
    first = last if measure.window == "at_period_end" else start.start_time
    return Span(first, last, seen.end_time.normalize())


# ---- small parts


def _splits(measure: Measure, side: int) -> bool:
    """Whether a side of a measure (0 above, 1 below) is split by its breakdowns: where one counts what is filled, it
    alone."""
    sides = (measure.numerator, measure.denominator)
    filled = [isinstance(each, Count) and each.filled is not None for each in sides]
    return filled[side] if any(filled) else True


def _shown(value: Any, renamed: dict[str, str]) -> Any:
    """A value as the name of its category; a list as those of its codes."""
    if isinstance(value, tuple):
        return [renamed.get(code, code) for code in value]
    return None if value is None or pd.isna(value) else renamed.get(str(value), str(value))


def _sums(side: Any) -> bool:
    return isinstance(side, Count) and side.sum is not None


def _origins(table: Table, columns: set[str]) -> set[str]:
    """The columns, and those that they are derived from."""
    found = set(columns)
    for column in columns:
        if column in table.derived:
            found |= _origins(table, set(inputs_of(table.derived[column])) - {column})
    return found


def _scale(table: Table, name: str) -> str:
    """Whether a column holds numbers with fractions."""
    if name in table.columns:
        return table.columns[name].kind
    derived = table.derived[name]
    if isinstance(derived, Difference):
        return FRACTIONS if FRACTIONS in {_scale(table, each) for each in inputs_of(derived)} else "whole"
    return "whole" if isinstance(derived, Days | Hour) else FRACTIONS


def _change(now: Point, before: Point, unit: str) -> tuple[Any, Any, str]:
    """The earlier value, the change and its status."""
    if "[x]" in {now.status, before.status}:
        return None, None, "[x]"
    if now.value is None or before.value is None:
        return before.value, None, "[z]"
    if unit != "percent":
        return before.value, now.value - before.value, ""
    if before.value == 0:
        return before.value, None, "[z]"
    return before.value, 100 * (now.value - before.value) / before.value, ""


def _prints_as_zero(value: Any, decimals: int) -> bool:
    return value is not None and value != 0 and abs(value) < 0.5 * 10**-decimals


def wilson(x: float, n: float) -> tuple[float, float]:
    """95% interval of a percentage, x of n."""
    z = stats.norm.ppf(0.975)
    p, widened = x / n, 1 + z * z / n
    middle, half = (p + z * z / (2 * n)) / widened, z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / widened
    return 100 * (middle - half), 100 * (middle + half)


def garwood(count: float, population: int, size: int) -> tuple[float, float]:
    """95% interval of a rate, exact by Poisson."""
    lower = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return size * lower / population, size * stats.chi2.ppf(0.975, 2 * count + 2) / 2 / population
