"""Turns a theme's cube into monthly counts by category, as they stood at the end of any month."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from thematic.areas import Area
from thematic.cubes import Index
from thematic.periods import Month, Window

Counts = NDArray[np.int64]
_NEVER = 10**6


@dataclass(frozen=True)
class Tally:
    """The cube rows of one count with the category each belongs to (-1: none that is asked for)."""

    categories: tuple[str, ...]
    codes: NDArray[np.intp]
    rows: pd.DataFrame

    def monthly(self, window: Window, as_at: Month) -> Counts:
        """Category x month of the window: what had happened, and was not cancelled, by the end of `as_at`."""
        counts = np.zeros((len(self.categories), len(window.months)), dtype=np.int64)
        month = self.rows["month"].to_numpy()
        seen = (month >= window.start.index) & (month <= window.end.index) & (self.codes >= 0)
        seen &= (self.rows["from_month"].to_numpy() <= as_at.index) & (
            self.rows["until_month"].to_numpy() > as_at.index
        )
        size = self.rows["n"].to_numpy()[seen]
        np.add.at(counts, (self.codes[seen], month[seen] - window.start.index), size)
        return counts


@dataclass(frozen=True)
class ThemeCubes:
    """The cubes of one theme in memory, with the index that says what they cannot tell."""

    theme: str
    index: Index
    counts: pd.DataFrame
    quality: pd.DataFrame

    @classmethod
    def read(cls, theme: str, index: Index, files: dict[str, bytes]) -> ThemeCubes:
        counts = pd.read_parquet(io.BytesIO(files[theme]))
        counts["until_month"] = counts["until_month"].astype("Int64").fillna(_NEVER).astype(np.int64)
        return cls(theme, index, counts, pd.read_parquet(io.BytesIO(files["quality"])))

    @cached_property
    def _by_count(self) -> dict[tuple[str, str], pd.DataFrame]:
        groups = self.counts.groupby(["count", "dimension"], sort=False)
        return {(str(count), str(dimension)): rows for (count, dimension), rows in groups}

    def rows(self, key: str, split: str) -> pd.DataFrame:
        """The rows of one count by one split; none where the cube holds none."""
        return self._by_count.get((key, split), self.counts.iloc[:0])

    def unavailable(self, key: str, *parts: str) -> str | None:
        """Why the count (or the first of the parts of it that is missing) is not available, or None."""
        missing = self.index.unavailable[self.theme].get(key, {})
        return next((missing[part] for part in ("", *parts) if part in missing), None)

    def history_from(self, table: str) -> Month:
        """The first month of the table's history."""
        return Month.parse(self.index.history_from[table])


def tally(rows: pd.DataFrame, labels: pd.Series, categories: tuple[str, ...]) -> Tally:
    """The rows under the categories that are asked for; `labels` names each row's category."""
    codes = pd.Index(categories).get_indexer(pd.Index(labels.astype(object)))
    return Tally(categories, codes, rows)


def of_area(rows: pd.DataFrame, area: Area) -> pd.DataFrame:
    """The rows of an area: all for the force, its own for an LPU."""
    return rows if area.is_force else rows[rows["lpu"] == area.name]
