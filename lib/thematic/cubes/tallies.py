"""Turns a theme's cube into monthly counts by category, as they stood at the end of any month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from thematic.core.areas import Area
from thematic.core.hexagons import Hexagon, joined, named, within_reach
from thematic.core.periods import Month, Window
from thematic.cubes.cubes import GROUND, Index

Counts = NDArray[np.int64]
_Integers = NDArray[np.int64]
_NEVER = 10**6


@dataclass(frozen=True)
class Names:
    """A column of names: for each row the place of its name in `known`, or -1 for none."""

    codes: _Integers
    known: tuple[str, ...]

    def where(self, chosen: NDArray[np.bool_] | _Integers) -> Names:
        """Those of the rows that are chosen, by a mask or by number."""
        return Names(self.codes[chosen], self.known)

    def among(self, names: Sequence[str]) -> _Integers:
        """For each row the place of its name among `names`, or -1."""
        places = {name: place for place, name in enumerate(names)}
        return np.array([*(places.get(name, -1) for name in self.known), -1])[self.codes]

    def are_in(self, names: Collection[str]) -> NDArray[np.bool_]:
        return np.array([*(name in names for name in self.known), False])[self.codes]


@dataclass(frozen=True)
class Rows:
    """Rows of a cube, each `n` of a month that count from the end of `from_month` until that of `until_month`.

    Months are numbered as Month.index is.
    """

    category: Names
    lpu: Names
    local_authority: Names
    month: _Integers
    from_month: _Integers
    until_month: _Integers
    n: _Integers

    def __len__(self) -> int:
        return len(self.n)

    def where(self, chosen: NDArray[np.bool_] | _Integers) -> Rows:
        """The rows that are chosen, by a mask or by number."""
        return Rows(
            self.category.where(chosen),
            self.lpu.where(chosen),
            self.local_authority.where(chosen),
            self.month[chosen],
            self.from_month[chosen],
            self.until_month[chosen],
            self.n[chosen],
        )

    def of_area(self, area: Area) -> NDArray[np.bool_]:
        """Which rows are an area's: all are the force's."""
        return np.ones(len(self), dtype=bool) if area.is_force else self.lpu.are_in({area.name})


@dataclass(frozen=True)
class Tally:
    """The cube rows of one count with the category each belongs to (-1: none that is asked for)."""

    categories: tuple[str, ...]
    codes: _Integers
    rows: Rows

    def monthly(self, window: Window, as_at: Month) -> Counts:
        """Category x month of the window: what had happened, and was not cancelled, by the end of `as_at`."""
        rows, width = self.rows, len(window.months)
        seen = (rows.month >= window.start.index) & (rows.month <= window.end.index) & (self.codes >= 0)
        seen &= (rows.from_month <= as_at.index) & (rows.until_month > as_at.index)
        counts = np.zeros(len(self.categories) * width, dtype=np.int64)
        np.add.at(counts, self.codes[seen] * width + rows.month[seen] - window.start.index, rows.n[seen])
        return counts.reshape(-1, width)


@dataclass(frozen=True)
class Ground:
    """The hexagons of the force's ground: columns hexagon_km, cell, lpu and month, from which on it is there."""

    columns: dict[str, list[Any]]
    _known: dict[tuple[float, Month], dict[Hexagon, str]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, hexagon_km: float, period: Month) -> dict[Hexagon, str]:
        """The LPU of each hexagon of a width, as known at the end of the period; gaps are filled by the nearest."""
        asked = hexagon_km, period
        if asked not in self._known:
            rows = zip(*(self.columns[name] for name in ("hexagon_km", "cell", "lpu", "month")), strict=True)
            there = {
                named(cell): lpu for width, cell, lpu, month in rows if width == hexagon_km and month <= period.index
            }
            self._known[asked] = joined(within_reach(there))
        return self._known[asked]


@dataclass(frozen=True)
class ThemeCubes:
    """The cubes of one theme in memory, by count and split, with the index that says what they cannot tell."""

    theme: str
    index: Index
    counts: dict[tuple[str, str], Rows]
    quality: pd.DataFrame
    ground: Ground

    @classmethod
    def read(cls, theme: str, index: Index, files: dict[str, bytes]) -> ThemeCubes:
        counts, quality = _read_counts(_table(files[theme])), _table(files["quality"]).to_pandas()
        return cls(theme, index, counts, quality, Ground(_table(files[GROUND]).to_pydict()))

    def rows(self, key: str, split: str) -> Rows:
        """The rows of one count by one split; none where the cube holds none."""
        return self.counts.get((key, split), _NO_ROWS)

    def unavailable(self, key: str, *parts: str) -> str | None:
        """Why the count (or the first of the parts of it that is missing) is not available, or None."""
        missing = self.index.unavailable[self.theme].get(key, {})
        return next((missing[part] for part in ("", *parts) if part in missing), None)

    def history_from(self, table: str) -> Month:
        """The first month of the table's history."""
        return Month.parse(self.index.history_from[table])


def _table(file: bytes) -> pa.Table:
    return pq.ParquetFile(pa.BufferReader(file)).read(use_threads=False)


def _read_counts(table: pa.Table) -> dict[tuple[str, str], Rows]:
    category, lpu, local_authority = (_names(table[name]) for name in ("category", "lpu", "local_authority"))
    numbers = (_integers(table[name]) for name in ("month", "from_month", "until_month", "n"))
    rows = Rows(category, lpu, local_authority, *numbers)
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


def _integers(column: pa.Array | pa.ChunkedArray, instead: int = _NEVER) -> _Integers:
    return np.asarray(column.cast(pa.int64()).fill_null(instead).to_numpy())


_NOTHING = np.zeros(0, dtype=np.int64)
_NO_ROWS = Rows(*(Names(_NOTHING, ()),) * 3, *(_NOTHING,) * 4)
