"""Turns published totals of flagged crimes into flags: so many of the crimes that a window counts, whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.core.periods import Month, Window
from thematic.tools.sample.calibrate import previous_count
from thematic.tools.sample.draws import Draws, Flags, Ints
from thematic.tools.sample.rows import standing
from thematic.tools.sample.text import yes_no

Spec = Mapping[str, Any]


def two_years(row: Sequence[Any]) -> list[tuple[Window, int]]:
    """The windows and the counts of a printed row of [count, change in per cent, period]: the year, and that before."""
    count, change, period = row
    year = Window.rolling_12(Month.parse(str(period)))
    return [(year, count), (year.year_earlier, previous_count(count, change))]


def on(flags: Flags) -> pa.Array:
    return yes_no(flags)


def yes(column: pa.Array) -> Flags:
    return np.array([text == "Y" for text in column.to_pylist()], dtype=bool)


def licensed_premises(injury: Flags, own: Spec) -> Flags:
    """Whether a crime happened in licensed premises, by chance; violence with injury more often."""
    how = own["licensed_per_mille"]
    per_mille = np.where(injury, how["injury"], how["other"])
    return Draws(own["seed"], "licensed").chance(per_mille, len(injury))


def fit_alcohol(rows: pd.DataFrame, column: pa.Array, free: Flags, row: Sequence[Any], own: Spec) -> pa.Array:
    """The column with as many Y as printed in both windows: of the free crimes some are turned into Y, or into N."""
    draws, flags = Draws(own["seed"], "alcohol"), yes(column)
    texts = np.array(column.to_pylist(), dtype=object)
    for window, count in two_years(row):
        counted = standing(rows, window)
        more, fewer = _changed(flags, counted, counted & free, count, draws)
        texts[more], texts[fewer] = "Y", "N"
    return pa.array(texts, pa.string())


def fit_public_space(
    rows: pd.DataFrame, columns: tuple[pa.Array, Flags], which: tuple[Flags, Flags], row: Sequence[Any], own: Spec
) -> tuple[pa.Array, Flags]:
    """The public places and the licensed premises, with as much violence with injury in either as printed."""
    draws, (injury, free) = Draws(own["seed"], "public space"), which
    public, licensed = np.array(columns[0].to_pylist(), dtype=object), columns[1].copy()
    either = (public == "Y") | licensed
    for window, count in two_years(row):
        counted = standing(rows, window) & injury
        more, fewer = _changed(either, counted, counted & free, count, draws)
        public[more], public[fewer] = "Y", "N"
        licensed[fewer] = False
    return pa.array(public, pa.string()), licensed


def _changed(flags: Flags, counted: Flags, free: Flags, count: int, draws: Draws) -> tuple[Ints, Ints]:
    """(rows to set, rows to clear) among the free ones, so that `count` of the counted ones are set."""
    lacking = count - int((flags & counted).sum())
    some = np.flatnonzero(free & (flags if lacking < 0 else ~flags))
    rows, none = draws.some(some, abs(lacking)), np.zeros(0, dtype=np.int64)
    return (rows, none) if lacking > 0 else (none, rows)


def cyber_enabled(rows: pd.DataFrame, own: Spec, figure: Spec) -> pa.Array:
    """Crimes committed by way of a computer, by offence; in the published year as many as printed."""
    draws, codes = Draws(own["seed"], "cyber"), [str(code) for code in own["titles"]]
    by_code = {str(code): rate for code, rate in own["cyber_per_mille"].items()}
    per_mille = np.array([by_code.get(code, 0) for code in codes], dtype=np.int64)[rows["offence"].to_numpy()]
    flags = draws.chance(per_mille, len(rows))
    counted = standing(rows, Window.rolling_12(Month.parse(str(figure["period"]))))
    more, fewer = _changed(flags, counted, counted & (per_mille > 0), figure["value"], draws)
    flags[more], flags[fewer] = True, False
    return on(flags)
