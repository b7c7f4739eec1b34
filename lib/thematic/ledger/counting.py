"""Turns a theme's cubes into what the leaves of its ledgers hold at the end of each month, as known by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from thematic.core.periods import Month
from thematic.cubes.counts import place_column
from thematic.ledger.plan import Ledger, Part, Source

Integers = NDArray[np.int64]
Areas = tuple[str, ...]
_BETWEEN = " | "


@dataclass(frozen=True)
class Leaf:
    """A leaf: its area at each of its ledger's levels ("" where its table has none), and the label of its part."""

    areas: Areas
    label: str
    cell: str = ""

    @property
    def name(self) -> str:
        return _BETWEEN.join([*self.areas, self.label])

    @property
    def cell_name(self) -> str:
        return _BETWEEN.join([*self.areas, self.cell])


@dataclass(frozen=True)
class Counted:
    """The leaves of a ledger, sorted by name, and the running total of each (leaf x month, from `first` on): of all
    that is dated to the month's end or before, as the cubes know it."""

    leaves: tuple[Leaf, ...]
    first: Month
    totals: Integers

    def at(self, month: Month) -> Integers:
        """The running totals at the end of a month."""
        place = month.index - self.first.index
        return self.totals[:, place] if place >= 0 else np.zeros(len(self.leaves), dtype=np.int64)


class Flows:
    """The counts of a theme's cubes as what came and went in each month."""

    def __init__(self, cube: pd.DataFrame, first: Month, last: Month) -> None:
        self.first, self.last = first, last
        came = cube.assign(when=cube[["month", "from_month"]].max(axis=1).astype("int64"))
        went = came.dropna(subset=["until_month"])
        counted = went["until_month"].astype("int64") > went["when"]
        never = came.index.isin(went.index[~counted])
        went = went[counted]
        went = went.assign(when=went["until_month"].astype("int64"), n=-went["n"])
        flows = pd.concat([came[~never], went], ignore_index=True)
        self._by_source = dict(tuple(flows.groupby(["count", "dimension"], sort=False)))

    def counted(self, ledger: Ledger) -> Counted:
        """The leaves of a ledger with anything in them, and their running totals."""
        rows = [
            frame for part in ledger.parts for frame in self._of_part(part, [*map(place_column, ledger.levels)])
        ]
        months = self.last.index - self.first.index + 1
        if not rows:
            return Counted((), self.first, np.zeros((0, months), dtype=np.int64))
        flows = pd.concat(rows, ignore_index=True)
        keys = [*map(place_column, ledger.levels), "label"]
        names = list(flows.groupby(keys, dropna=False).groups) if len(keys) > 1 else sorted(set(flows["label"]))
        cells = {part.label: part.cell for part in ledger.parts}
        found = [_leaf(name if isinstance(name, tuple) else (name,), cells) for name in names]
        places = {(*leaf.areas, leaf.label): place for place, leaf in enumerate(found)}
        at = [places[tuple(row)] for row in flows[keys].fillna("").itertuples(index=False, name=None)]
        when = np.clip(flows["when"].to_numpy(dtype=np.int64) - self.first.index, 0, months)
        totals = np.zeros((len(found), months + 1), dtype=np.int64)
        np.add.at(totals, (np.array(at), when), flows["n"].to_numpy(dtype=np.int64))
        order = sorted(range(len(found)), key=lambda place: found[place].name)
        running = totals[order, :months].cumsum(axis=1)
        return Counted(tuple(found[place] for place in order), self.first, running)

    def _of_part(self, part: Part, places: Sequence[str]) -> Iterable[pd.DataFrame]:
        for sign, sources in ((1, part.plus), (-1, part.minus)):
            for source in sources:
                rows = self._rows(source)
                if len(rows):
                    found = rows[[*places, "when"]].assign(label=part.label, n=sign * rows["n"])
                    yield found

    def _rows(self, source: Source) -> pd.DataFrame:
        key, dimension, category = source
        rows = self._by_source.get((key, dimension))
        if rows is None:
            return _NOTHING
        return rows[rows["category"] == category]


_NOTHING = pd.DataFrame({"n": pd.Series(dtype="int64")})


def _leaf(name: Sequence[object], cells: dict[str, str]) -> Leaf:
    *areas, label = ("" if pd.isna(each) else str(each) for each in name)
    return Leaf(tuple(areas), label, cells[label])
