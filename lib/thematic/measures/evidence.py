"""Turns the counts of a report into its evidence: one table, a row for each measure, dimension, category and window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thematic.core.areas import Area
from thematic.core.periods import Month, Window
from thematic.cubes.bases import Base, is_difference, is_share, sides_of, splits_by
from thematic.cubes.tallies import Counts
from thematic.measures.breakdowns import Categories, categories, shows, tally
from thematic.measures.data import ReportData
from thematic.measures.figures import Told
from thematic.measures.populations import People, people_of, residents, without_residents
from thematic.measures.windows import days_of, window_ending
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf
from thematic.params.tables import ByColumn
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL

MONTHS_SHOWN = 36
WINDOWS_SHOWN = 24
SERIES_MONTHS = 48
"""How many months a control chart may look back."""
LOOK_BACK_MONTHS = 12
"""How far a ratio looks back whose numerator is dated otherwise than its denominator."""
_AREAS_NAMED = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One side of figures in one window, for each category: `months` of counts (category x month, `scale` of them to
    one), or `people`, its residents; neither where nothing is below the line."""

    months: Counts | None = None
    people: tuple[int | None, ...] = ()
    scale: int = 1

    @property
    def totals(self) -> list[int | None]:
        """The sum of each category in the count's own units, or its residents."""
        return list(self.people) if self.months is None else self.months.sum(axis=1).tolist()


@dataclass(frozen=True)
class Comparison:
    """The two sides of figures in their window and in the window a year earlier."""

    above: Side
    below: Side
    above_before: Side
    below_before: Side


@dataclass(frozen=True)
class Block:
    """The evidence for the figures of one measure in one dimension, which are a family of tests.

    `names` are the categories (of month and rolling rows, the months). `year` compares the twelve months that end with
    the window, for the spread of windows that are shorter. `series` are the months up to the window's end, all seen
    from there, that a control chart rests on (NaN: not whole). `missing` and `change_missing` say for each category why
    its figure, or its change, is not available. A ratio of two measures has theirs as `parts`. Of a level every area is
    there, and `printed` says which of them this report shows.
    """

    measure: str
    declared: Measure
    dimension: str
    names: tuple[str, ...]
    windows: tuple[Window, ...]
    compared: Comparison
    missing: tuple[str | None, ...]
    change_missing: tuple[str | None, ...]
    is_share: bool = False
    is_difference: bool = False
    sums_numbers: bool = False
    sums: bool = False
    has_stock: bool = False
    year: Comparison | None = None
    series: Floats | None = None
    parts: tuple[Block, ...] = ()
    printed: tuple[int, ...] | None = None

    @property
    def rows(self) -> tuple[int, ...]:
        """The places of the rows that the report prints; the others belong to the family alone."""
        return tuple(range(len(self.names))) if self.printed is None else self.printed

    @property
    def is_tested(self) -> bool:
        """Whether its changes are tested: month and rolling rows, means, stocks, sums of numbers and ratios of two
        measures are not."""
        tested = self.dimension not in (MONTH, ROLLING) and self.declared.unit not in ("mean", "times")
        sums = self.sums_numbers or self.is_difference
        return tested and not self.has_stock and not sums

    @property
    def below_is_counted(self) -> bool:
        """Whether a count stands below the line."""
        return self.compared.below.months is not None

    def days(self, place: int) -> tuple[date, date]:
        """The first and last day of a figure's window, inclusive."""
        return days_of(self.declared, self.windows[place])


@dataclass(frozen=True)
class Evidence:
    """The evidence of a report, in the report's order, with what is said of its figures by measure and dimension.

    `families` has for each measure the block of the level of the report's area, with which its total is tested: an
    area has one verdict, in its own report and in every other.
    """

    blocks: tuple[Block, ...]
    families: Mapping[str, Block] = field(default_factory=dict)
    reasons: Told = field(default_factory=dict)
    notes: Told = field(default_factory=dict)


def evaluate(data: ReportData) -> Evidence:
    """The evidence for every figure of the theme, for the report's area and period, in the order the theme declares.

    An area's report has the force's own figure (`force`) beside each total.
    """
    reasons: Told = {}
    notes: Told = {}
    blocks = []
    for name, dimensions in data.theme.measures.items():
        own = [FORCE_ROW] if TOTAL in dimensions and not data.area.is_force else []
        for dimension in [*dimensions, *own]:
            if shows(data, dimension, name):
                asked = _Asked(data, name, dimension)
                blocks.append(block := asked.block())
                told = [each for row in block.rows for each in (block.missing[row], block.change_missing[row]) if each]
                if not block.names and (why := asked.unavailable()) is not None:
                    told.append(why)
                if told:
                    reasons[name, dimension] = list(dict.fromkeys(told))
                if said := asked.notes():
                    notes[name, dimension] = said
    return Evidence(tuple(blocks), _families(data, blocks), reasons, notes)


def _families(data: ReportData, blocks: Sequence[Block]) -> dict[str, Block]:
    """The families that the totals of an area's report are tested with: its level, force-wide."""
    if data.area.is_force:
        return {}
    level = data.area.level
    known = {block.measure: block for block in blocks if block.dimension == level}
    wanted = [block.measure for block in blocks if block.dimension == TOTAL and block.is_tested]
    return {name: known[name] if name in known else _Asked(data, name, level).block() for name in wanted}


@dataclass(frozen=True)
class _Rows:
    """The rows of a block: their names, the place that bounds each (None: none), and their two windows."""

    names: tuple[str, ...]
    places: tuple[Area | None, ...]
    windows: tuple[Window, ...]

    @property
    def before(self) -> tuple[Window, ...]:
        return tuple(window.year_earlier for window in self.windows)


@dataclass(frozen=True)
class _Asked:
    """One measure in one dimension of a report; `asked_by` is the ratio of two measures that asks for it."""

    data: ReportData
    name: str
    dimension: str
    asked_by: Measure | None = None

    @cached_property
    def _found(self) -> dict[object, str | None]:
        """Reasons that were worked out already, by what they are of."""
        return {}

    @cached_property
    def measure(self) -> Measure:
        declared = self.data.measure(self.name)
        if self.asked_by is None:
            return declared
        window = declared.window if declared.window == "at_period_end" else self.asked_by.window
        return declared.model_copy(update={"window": window, "lag": self.asked_by.lag})

    @property
    def end(self) -> Month:
        """The last month of the measure's own period."""
        return self.data.period - self.measure.lag

    @cached_property
    def sides(self) -> tuple[Count | PopulationOf | None, Count | PopulationOf | None]:
        above, *below = sides_of(self.measure, self.data.params.measures)
        return above, below[0] if below else None

    def base(self, side: Count) -> Base:
        return self.bases[0 if side is self.sides[0] else -1]

    @property
    def bases(self) -> tuple[Base, ...]:
        return self.data.bases_of(self.name)

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        return tuple(side for side in self.sides if isinstance(side, Count))

    def block(self) -> Block:
        if isinstance(self.measure.numerator, MeasureOf):
            return self._ratio_of_measures()
        match self.dimension:
            case "month":
                return self._made(self._month_rows(), self._of_months)
            case "rolling":
                return self._made(self._rolling_rows(), self._of_windows)
        window = window_ending(self.measure, self.end)
        found = categories(self.data, self.dimension, self._split, [window, window.year_earlier])
        places = found.areas or (self._own_place,) * len(found.names)
        rows = _Rows(found.names, places, (window,) * len(found.names))
        block = self._made(rows, lambda _: self._of_categories(found, rows, window))
        year = Window(self.end - 11, self.end)
        if block.is_tested and window != year and window.end >= self._history:
            block = replace(block, year=self._of_categories(found, rows, year))
        return replace(block, series=self._series(), printed=self._printed(found))

    def _printed(self, found: Categories) -> tuple[int, ...] | None:
        """The rows of a level that the report prints: all in the force's; else every unit and what lies in the area."""
        if not found.areas or self.data.area.is_force:
            return None
        own = self.dimension == self.data.params.units
        places = enumerate(found.areas)
        return tuple(
            place
            for place, area in places
            if area is not None and (own or self.data.params.lies_in(area, self.data.area))
        )

    def _ratio_of_measures(self) -> Block:
        """Its parts are the two measures' evidence, over the categories that both have."""
        asked = [
            each.measure for each in (self.measure.numerator, self.measure.denominator) if isinstance(each, MeasureOf)
        ]
        parts = [_Asked(self.data, each, self.dimension, self.measure).block() for each in asked]
        shared = [name for name in parts[0].names if name in parts[1].names]
        above, below = (_only(part, shared) for part in parts)
        return replace(
            above,
            measure=self.name,
            declared=self.measure,
            missing=tuple(one or other for one, other in zip(above.missing, below.missing, strict=True)),
            change_missing=tuple(
                one or other for one, other in zip(above.change_missing, below.change_missing, strict=True)
            ),
            is_share=False,
            series=None,
            parts=(above, below),
        )

    def _made(self, rows: _Rows, compare: Callable[[_Rows], Comparison]) -> Block:
        base = self.bases[0]
        missing = [self._missing(*row) for row in zip(rows.names, rows.places, rows.windows, strict=True)]
        changes = [self._missing(*row) for row in zip(rows.names, rows.places, rows.before, strict=True)]
        return Block(
            self.name,
            self.measure,
            self.dimension,
            rows.names,
            rows.windows,
            compare(rows),
            tuple(missing),
            tuple(changes),
            is_share=is_share(self.measure, self.data.theme, self.data.params.measures),
            is_difference=is_difference(base.table, base.count.sum),
            sums_numbers=any(each.scale > 1 for each in self.bases),
            sums=any(each.count.sum is not None for each in self.bases),
            has_stock=any(each.is_stock for each in self.bases),
        )

    @property
    def _split(self) -> tuple[Base, ...]:
        """The counts that a breakdown splits, the numerator's first."""
        return tuple(
            base
            for base in self.bases
            if self.dimension in base.table.breakdowns and splits_by(base.count, self.dimension, self.counts)
        )

    @property
    def _own_place(self) -> Area | None:
        return None if self.dimension == FORCE_ROW or self.data.area.is_force else self.data.area

    def _of_categories(self, found: Categories, rows: _Rows, window: Window) -> Comparison:
        """The categories of a dimension in one window, each of the two as it stood at its own end."""

        def counts(each: Window) -> Callable[[Base], Counts]:
            return lambda base: self._in_window(self._counts(found, base, each, each.end), base)

        windows = (window, window.year_earlier)
        size = len(rows.names)
        sides = [self._side(side, rows, (each,) * size, counts(each)) for each in windows for side in self.sides]
        return Comparison(*sides)

    def _of_months(self, rows: _Rows) -> Comparison:
        """Single months, all seen from the end of the measure's own period."""
        first = rows.windows[0].start if rows.windows else self.end
        seen = Window(first - 12, self.end)
        return self._one_by_one(rows, lambda base: self._counts(_WHOLE, base, seen, self.end)[0], seen)

    def _one_by_one(self, rows: _Rows, series: Callable[[Base], NDArray[np.int64]], seen: Window) -> Comparison:
        counted = {base.key: series(base) for base in self.bases}

        def months(windows: Sequence[Window]) -> Callable[[Base], Counts]:
            places = [window.start.index - seen.start.index for window in windows]
            return lambda base: counted[base.key][places].reshape(-1, 1)

        sides = [
            self._side(side, rows, each, months(each)) for each in (rows.windows, rows.before) for side in self.sides
        ]
        return Comparison(*sides)

    def _of_windows(self, rows: _Rows) -> Comparison:
        """Windows one after another, each as it stood at its own end."""

        def sums(windows: Sequence[Window]) -> Callable[[Base], Counts]:
            return lambda base: np.array(
                [
                    self._in_window(self._counts(_WHOLE, base, window, window.end), base).sum(axis=1)
                    for window in windows
                ],
                dtype=np.int64,
            ).reshape(-1, 1)

        sides = [
            self._side(side, rows, each, sums(each)) for each in (rows.windows, rows.before) for side in self.sides
        ]
        return Comparison(*sides)

    def _side(
        self,
        side: Count | PopulationOf | None,
        rows: _Rows,
        windows: Sequence[Window],
        counts: Callable[[Base], Counts],
    ) -> Side:
        if isinstance(side, Count):
            base = self.base(side)
            return Side(counts(base), scale=base.scale)
        if side is None:
            return Side()
        return Side(
            people=tuple(self._residents(side, *row) for row in zip(rows.names, rows.places, windows, strict=True))
        )

    def _counts(self, found: Categories, base: Base, window: Window, as_at: Month) -> Counts:
        if found is _WHOLE and self.dimension == FORCE_ROW:
            found = Categories(FORCE_ROW, found.names)
        is_split = splits_by(base.count, found.dimension, self.counts)
        counted = tally(self.data, base, found, is_split=is_split).monthly(window, as_at, is_stock=base.is_stock)
        return counted if len(counted) == len(found.names) else np.repeat(counted, len(found.names), axis=0)

    @staticmethod
    def _in_window(counts: Counts, base: Base) -> Counts:
        """The months of a window that add up to its count; of a stock the last alone."""
        return counts[:, -1:] if base.is_stock else counts

    def _residents(self, declared: PopulationOf, name: str, place: Area | None, window: Window) -> int | None:
        in_level = self.dimension in self.data.params.levels
        if place is None and in_level:
            return None
        area = place or self.data.params.force_area
        return residents(self.data, self._people(declared, name), area, window.end.last_day)

    def _people(self, declared: PopulationOf, name: str) -> People | None:
        """The people that a category's rate is over; None for all residents."""
        table = self._split[0].table if self._split else None
        return people_of(self.data.params, declared, table, self.dimension, name)

    def _series(self) -> Floats | None:
        """The months that the measure's control chart rests on; none where it is not a count by months."""
        base = self.bases[0]
        is_charted = self.dimension == TOTAL and MONTH in self.data.theme.measures.get(self.name, ())
        if not is_charted or base.is_stock or base.scale > 1 or self.measure.unit != "count":
            return None
        if self.unavailable() is not None or self._history > self.end:
            return None
        window = Window(max(self._history, self.end - (SERIES_MONTHS - 1)), self.end)
        counts = self._counts(_WHOLE, base, window, self.end).astype(float)
        place = self._own_place
        for column, month in enumerate(window.months):
            is_open = place is None or self._closed(place, month.first_day, month.last_day) is None
            if not is_open or self._not_whole(base, Window(month, month)) is not None:
                counts[:, column] = np.nan
        return counts

    def _month_rows(self) -> _Rows:
        """The months up to the measure's own last one, MONTHS_SHOWN at most."""
        first = max(self._history, self.end - (MONTHS_SHOWN - 1))
        months = Window(first, self.end).months if first <= self.end and self.unavailable() is None else ()
        place = self._own_place
        windows = [Window(month, month) for month in months]
        return _Rows(tuple(str(each.end) for each in windows), (place,) * len(windows), tuple(windows))

    def _rolling_rows(self) -> _Rows:
        """The measure's own window ending with each of the last months that the data reach."""
        ends = [self.end - back for back in range(WINDOWS_SHOWN - 1, -1, -1)]
        ends = [end for end in ends if end >= self._history and self.unavailable() is None]
        windows = tuple(window_ending(self.measure, end) for end in ends)
        return _Rows(tuple(map(str, ends)), (self._own_place,) * len(ends), windows)

    @cached_property
    def _history(self) -> Month:
        """The first month of which all tables have their rows."""
        known = [self.data.cubes.history_from(base.table_name) for base in self.bases if self._is_there(base)]
        return max(known, default=self.end)

    def _is_there(self, base: Base) -> bool:
        return base.table_name in self.data.index.history_from

    def unavailable(self, name: str = "") -> str | None:
        """Why the measure is not available in this dimension (or in one of its categories), or None."""
        if name not in self._found:
            self._found[name] = self._unavailable(name)
        return self._found[name]

    def _unavailable(self, name: str) -> str | None:
        for base in self.bases:
            parts = []
            if self.dimension in base.table.breakdowns and splits_by(base.count, self.dimension, self.counts):
                parts = [self.dimension, f"{self.dimension}/{name}"]
            levels = self._levels
            reason = self.data.cubes.unavailable(base.key, *parts, *levels)
            if reason is None:
                absent = next((level for level in levels if level not in base.table.levels), None)
                if absent is not None:
                    where = self.data.params.levels[absent].title
                    reason = f"{base.table.title.lower()} do not say which {_lower(where)} they belong to"
            if reason is not None:
                return reason
        return None

    @cached_property
    def _levels(self) -> list[str]:
        """The levels by which the rows of this dimension must be placed."""
        if self.dimension in self.data.params.levels:
            areas = self.data.params.areas(self.dimension)
            return list(dict.fromkeys(area.counted_at[0] for area in areas))
        return [] if self._own_place is None else [self._own_place.counted_at[0]]

    def _missing(self, name: str, place: Area | None, window: Window) -> str | None:
        """Why a figure of this window is not available: the source, the history, a gap, the area's life, what it looks
        back on, or no population."""
        return self.unavailable(name) or self._of_window(place, window) or self._without_people(name, place, window)

    def _of_window(self, place: Area | None, window: Window) -> str | None:
        key = place, window
        if key not in self._found:
            self._found[key] = next((reason for reason in self._reasons(place, window) if reason is not None), None)
        return self._found[key]

    def _reasons(self, place: Area | None, window: Window) -> Iterator[str | None]:
        for base in self.bases:
            yield self._not_whole(base, window)
        first, last = days_of(self.measure, window)
        if place is not None:
            yield self._closed(place, first, last)
        yield self._looks_back(place, first)

    def _without_people(self, name: str, place: Area | None, window: Window) -> str | None:
        for side in self.sides:
            if isinstance(side, PopulationOf) and self._residents(side, name, place, window) is None:
                return self._no_people(side, name, place, days_of(self.measure, window)[1])
        return None

    def _no_people(self, side: PopulationOf, name: str, place: Area | None, on: date) -> str:
        """Why the people of a figure are not known: nobody lives there, their area gives none by that column, or not
        these."""
        people, area = self._people(side, name), place or self.data.params.force_area
        if place is None and self.dimension in self.data.params.levels:
            return f"no population is known for {name}"
        silent = without_residents(self.data, people, area, on)
        if people is None:
            return f"no population is known for {_names(silent)}"
        words, label = self._in_words(*people)
        if without := self.data.params.without_people_by(area, people[0], on):
            return f"no population by {words} is known for {_names(without)}"
        where = "" if silent == (self.data.params.force_area,) else f" in {_names(silent)}"
        return f"no population by {words} is known for {label}{where}"

    def _in_words(self, column: str, category: str) -> tuple[str, str]:
        """A column and its category as a page calls them: by its breakdown, where it has one."""
        base = self.bases[0]
        for key, by in base.table.breakdowns.items():
            if isinstance(by, ByColumn) and by.column == column:
                return _lower(by.heading), self.data.params.category_label(base.table_name, key, category)
        return column.replace("_", " "), category

    def _not_whole(self, base: Base, window: Window) -> str | None:
        """Why a table does not have all rows of a window."""
        key = base.table_name, base.is_stock, window
        if key not in self._found:
            self._found[key] = self._gap(base, window)
        return self._found[key]

    def _gap(self, base: Base, window: Window) -> str | None:
        cubes, title = self.data.cubes, base.table.title.lower()
        if not self._is_there(base):
            return None
        history, ends = cubes.history_from(base.table_name), cubes.ends(base.table_name)
        starts = window.end if base.is_stock else window.start
        if starts < history:
            return f"the data begin in {history.label}, so what begins before then is not whole"
        if window.end > ends:
            return f"the data of {title} end in {ends.label}"
        gaps = () if base.is_stock else sorted(cubes.gaps(base.table_name))
        gap = next((month for month in gaps if window.start <= month <= window.end), None)
        return None if gap is None else f"the data hold no {title} of {gap.label}"

    def _closed(self, place: Area, first: date, last: date) -> str | None:
        """Why an area, or one that it is the sum of, was not open from one day to another, both inclusive."""
        for area in self.data.params.parts_of(place):
            if area.valid_from is not None and area.valid_from > first:
                day = _day(area.valid_from)
                if area.valid_from > last:
                    return f"{area.name} opened on {day}"
                return f"{area.name} opened on {day}, so what begins before then is not whole"
            if area.valid_to is not None and area.valid_to < last:
                return f"{area.name} closed on {_day(area.valid_to)}"
        return None

    def _looks_back(self, place: Area | None, first: date) -> str | None:
        """Why what a figure looks back on is not whole in the data or in the area's life."""
        since = self._looks_back_to(first)
        if since is None or since >= first:
            return None
        if since < self._history.first_day:
            return f"it looks back to {_day(since)}, and the data begin in {self._history.label}"
        back = Window(Month.containing(since), Month.containing(first) - 1)
        for base in self.bases:
            gaps = self.data.cubes.gaps(base.table_name)
            gap = next((month for month in sorted(gaps) if back.start <= month <= back.end), None)
            if gap is not None:
                return f"it looks back to {_day(since)}, and the data hold no {base.table.title.lower()} of {gap.label}"
        for area in self.data.params.parts_of(place) if place is not None else ():
            if area.valid_from is not None and area.valid_from > since:
                return f"it looks back to {_day(since)}, and {area.name} opened on {_day(area.valid_from)}"
        return None

    def _looks_back_to(self, first: date) -> date | None:
        found = [first - timedelta(days=base.count.repeats.within_days) for base in self.bases if base.count.repeats]
        above = self.bases[0]
        is_ratio = len(self.bases) > 1 and not is_share(self.measure, self.data.theme, self.data.params.measures)
        if is_ratio and above.date != above.table.date and above.date != self.bases[1].date:
            found.append((Month.containing(first) - LOOK_BACK_MONTHS).first_day)
        return min(found, default=None)

    def notes(self) -> list[str]:
        """What a reader must know beside the figures that there are: a population of another year."""
        below = self.sides[1]
        if not isinstance(below, PopulationOf):
            return []
        area, on, params = self._own_place or self.data.params.force_area, self.end.last_day, self.data.params
        people = self._people(below, "")
        if people is not None:
            year = params.people_year(area, people[0], on)
            what, of = f"the population by {self._in_words(*people)[0]}", str(year)
        else:
            year = params.population_year(area, on) if self.data.index.populations is None else None
            what, of = "the population", f"30 June {year}"
        return [f"{what} is that of {of}, the earliest that is given"] if year and date(year, 6, 30) > on else []


_WHOLE = Categories(TOTAL, (TOTAL,))


def _only(block: Block, names: Sequence[str]) -> Block:
    """A block with some of its rows alone, in this order."""
    places = [block.names.index(name) for name in names]
    if places == list(range(len(block.names))):
        return block

    def some(side: Side) -> Side:
        months = None if side.months is None else side.months[places]
        return replace(side, months=months, people=tuple(side.people[each] for each in places) if side.people else ())

    compared = block.compared
    return replace(
        block,
        names=tuple(names),
        windows=tuple(block.windows[each] for each in places),
        missing=tuple(block.missing[each] for each in places),
        change_missing=tuple(block.change_missing[each] for each in places),
        compared=Comparison(
            *(some(each) for each in (compared.above, compared.below, compared.above_before, compared.below_before))
        ),
        year=None,
        series=None,
    )


def _day(day: date) -> str:
    return f"{day.day} {Month.containing(day).label}"


def _names(areas: Sequence[Area]) -> str:
    """The areas by name; of many the first, and how many more there are."""
    more = len(areas) - _AREAS_NAMED
    shown = [area.name for area in (areas[:_AREAS_NAMED] if more > 1 else areas)]
    return ", ".join(shown) + (f" and {more} more" if more > 1 else "")


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
