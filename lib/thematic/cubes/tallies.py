"""Turns a theme's cube into monthly counts by category, as they stood at the end of any month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from thematic.core.areas import Area
from thematic.core.hexagons import Hexagon, joined, named, within_reach
from thematic.core.periods import Month, Window
from thematic.cubes.cubes import GROUND, RESIDENTS, Index
from thematic.params import year_of

Counts = NDArray[np.int64]
Integers = NDArray[np.int64]
NEVER = 10**6
_PLACE = "in_"


@dataclass(frozen=True)
class Names:
    """A column of names: for each row the place of its name in `known`, or -1 for none."""

    codes: Integers
    known: tuple[str, ...]

    def where(self, chosen: NDArray[np.bool_] | Integers) -> Names:
        """Those of the rows that are chosen, by a mask or by number."""
        return Names(self.codes[chosen], self.known)

    def among(self, names: Sequence[str]) -> Integers:
        """For each row the place of its name among `names`, or -1."""
        places = {name: place for place, name in enumerate(names)}
        return np.array([*(places.get(name, -1) for name in self.known), -1])[self.codes]

    def are_in(self, names: Collection[str]) -> NDArray[np.bool_]:
        return np.array([*(name in names for name in self.known), False])[self.codes]


@dataclass(frozen=True)
class Rows:
    """Rows of a cube, each `n` of a month that count from the end of `from_month` until that of `until_month`; in a
    stock, until they leave it in `leaves_month`. `places` has the area of each level.

    Months are numbered as Month.index is.
    """

    category: Names
    places: Mapping[str, Names]
    month: Integers
    from_month: Integers
    until_month: Integers
    leaves_month: Integers
    n: Integers

    def __len__(self) -> int:
        return len(self.n)

    def where(self, chosen: NDArray[np.bool_] | Integers) -> Rows:
        """The rows that are chosen, by a mask or by number."""
        return Rows(
            self.category.where(chosen),
            {level: names.where(chosen) for level, names in self.places.items()},
            self.month[chosen],
            self.from_month[chosen],
            self.until_month[chosen],
            self.leaves_month[chosen],
            self.n[chosen],
        )

    def of_area(self, area: Area) -> NDArray[np.bool_]:
        """Which rows are an area's: all are the force's."""
        if area.is_force:
            return np.ones(len(self), dtype=bool)
        level, names = area.counted_at
        return self.places[level].are_in(names) if level in self.places else np.zeros(len(self), dtype=bool)


@dataclass(frozen=True)
class Tally:
    """The cube rows of one count with the category each belongs to (-1: none that is asked for)."""

    size: int
    codes: Integers
    rows: Rows

    def monthly(self, window: Window, as_at: Month, *, is_stock: bool = False) -> Counts:
        """Category x month of the window, seen from the end of `as_at`: what happened in each month, or of a stock what
        was there on its last day."""
        return self._stocks(window, as_at) if is_stock else self._flows(window, as_at)

    def _flows(self, window: Window, as_at: Month) -> Counts:
        rows, width = self.rows, len(window.months)
        seen = (rows.month >= window.start.index) & (rows.month <= window.end.index) & (self.codes >= 0)
        seen &= (rows.from_month <= as_at.index) & (rows.until_month > as_at.index)
        counts = np.zeros(self.size * width, dtype=np.int64)
        np.add.at(counts, self.codes[seen] * width + rows.month[seen] - window.start.index, rows.n[seen])
        return counts.reshape(-1, width)

    def _stocks(self, window: Window, as_at: Month) -> Counts:
        rows, width = self.rows, len(window.months)
        seen = (self.codes >= 0) & (rows.from_month <= as_at.index) & (rows.until_month > as_at.index)
        changes = np.zeros((self.size, width + 1), dtype=np.int64)
        last = window.end.index - window.start.index + 1
        comes = np.clip(rows.month[seen] - window.start.index, 0, last)
        leaves = np.clip(rows.leaves_month[seen] - window.start.index, 0, last)
        stays = leaves > comes
        codes, n = self.codes[seen][stays], rows.n[seen][stays]
        np.add.at(changes, (codes, comes[stays]), n)
        np.add.at(changes, (codes, leaves[stays]), -n)
        return np.cumsum(changes, axis=1)[:, :width]


@dataclass(frozen=True)
class Ground:
    """The hexagons of the force's ground: columns hexagon_km, cell, unit and month, from which on it is there."""

    columns: dict[str, list[Any]]
    _known: dict[tuple[float, Month], dict[Hexagon, str]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, hexagon_km: float, period: Month) -> dict[Hexagon, str]:
        """The unit of each hexagon of a width, as known at the end of the period; gaps are filled by the nearest."""
        asked = hexagon_km, period
        if asked not in self._known:
            rows = zip(*(self.columns[name] for name in ("hexagon_km", "cell", "unit", "month")), strict=True)
            there = {
                named(cell): unit for width, cell, unit, month in rows if width == hexagon_km and month <= period.index
            }
            self._known[asked] = joined(within_reach(there))
        return self._known[asked]


@dataclass(frozen=True)
class Residents:
    """The residents of hexagons: a table of hexagon_km, cell, year and residents; None where none are known."""

    table: pa.Table | None = None

    def at(self, hexagon_km: float, on: date) -> dict[Hexagon, float]:
        """The residents of each hexagon of a width as known on a day: of the latest year whose 30 June is not after
        it, else of the earliest. A hexagon whose residents are not known is left out."""
        if self.table is None:
            return {}
        widths, years = (np.asarray(self.table[name].to_numpy()) for name in ("hexagon_km", "year"))
        year = year_of(dict.fromkeys(years.tolist()), on)
        rows = self.table.filter(pa.array((widths == hexagon_km) & (years == year)))
        return dict(zip(map(named, rows["cell"].to_pylist()), rows["residents"].to_pylist(), strict=True))


@dataclass(frozen=True)
class ThemeCubes:
    """The cubes of one theme in memory, by count and split, with the index that says what they cannot tell."""

    theme: str
    index: Index
    counts: dict[tuple[str, str], Rows]
    quality: pd.DataFrame
    ground: Ground
    residents: Residents = field(default_factory=Residents)

    @classmethod
    def read(cls, theme: str, index: Index, files: dict[str, bytes]) -> ThemeCubes:
        counts, quality = _read_counts(read_table(files[theme])), read_table(files["quality"]).to_pandas()
        people = read_table(files[RESIDENTS]) if RESIDENTS in files else None
        return cls(theme, index, counts, quality, Ground(read_table(files[GROUND]).to_pydict()), Residents(people))

    def rows(self, key: str, split: str) -> Rows:
        """The rows of one count by one split; none where the cube holds none."""
        return self.counts.get((key, split), _NO_ROWS)

    def unavailable(self, key: str, *parts: str) -> str | None:
        """Why the count (or the first of the parts of it that is missing) is not available, or None."""
        missing = self.index.unavailable[self.theme].get(key, {})
        return next((missing[part] for part in ("", *parts) if part in missing), None)

    @cached_property
    def _history(self) -> dict[str, Month]:
        return {table: Month.parse(month) for table, month in self.index.history_from.items()}

    @cached_property
    def _ends(self) -> dict[str, Month]:
        return {table: Month.parse(month) for table, month in self.index.ends.items()}

    @cached_property
    def _gaps(self) -> dict[str, frozenset[Month]]:
        return {table: frozenset(map(Month.parse, months)) for table, months in self.index.gaps.items()}

    def history_from(self, table: str) -> Month:
        """The first month of the table's history."""
        return self._history[table]

    def ends(self, table: str) -> Month:
        """The last month of which the table has rows, or may have none because nothing happened."""
        return self._ends.get(table) or Month.parse(self.index.latest_period)

    def gaps(self, table: str) -> frozenset[Month]:
        """The months between others of which the table has no rows, though something always happens."""
        return self._gaps.get(table, frozenset())


def read_table(file: bytes) -> pa.Table:
    """The table of a Parquet file's bytes."""
    return pq.ParquetFile(pa.BufferReader(file)).read(use_threads=False)


def _read_counts(table: pa.Table) -> dict[tuple[str, str], Rows]:
    places = {name.removeprefix(_PLACE): _names(table[name]) for name in table.column_names if name.startswith(_PLACE)}
    numbers = (_integers(table[name]) for name in ("month", "from_month", "until_month", "leaves_month", "n"))
    rows = Rows(_names(table["category"]), places, *numbers)
    counts, dimensions = _names(table["count"]), _names(table["dimension"])
    width = len(dimensions.known)
    group = counts.codes * width + dimensions.codes
    return {
        (counts.known[each // width], dimensions.known[each % width]): rows.where(np.flatnonzero(group == each))
        for each in np.unique(group)
    }


def _names(column: pa.ChunkedArray) -> Names:
    encoded = column.combine_chunks().dictionary_encode()
    return Names(_integers(encoded.indices, -1), tuple(encoded.dictionary.to_pylist()))


def _integers(column: pa.Array | pa.ChunkedArray, instead: int = NEVER) -> Integers:
    return np.asarray(column.cast(pa.int64()).fill_null(instead).to_numpy())


_NOTHING = np.zeros(0, dtype=np.int64)
_NO_ROWS = Rows(Names(_NOTHING, ()), {}, *(_NOTHING,) * 5)
