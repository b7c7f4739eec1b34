"""Turns a theme's cube into a frame with months that can be read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from thematic.explore.built import built, counted
from thematic.explore.names import theme_named

_MONTHS = ("month", "from_month", "until_month", "leaves_month")
_FIRST = 12 * 1970
"""The number of January 1970 in the cubes; numpy numbers that month 0."""
_NOT_A_TIME = np.iinfo("int64").min


def cubes(theme: str) -> pd.DataFrame:
    """The counts that a theme's figures are made from: nothing personal, but exact, and so not for the public.

    Grain: count x dimension x category x month x from_month x until_month x leaves_month x a column `in_<level>` for
    each level of areas; `n` says how many (of a sum of fractions, how many millionths). `count` names what is counted:
    a selection of the theme's file, with a digest where the measure says more than that; `dimension` is total, a
    breakdown that the table declares, or cell: sum one dimension at a time.

    `month` is that of the date that places a row. It counts from the end of `from_month` and until the end of the month
    before `until_month`, in which it was cancelled; NaT is never. So the figure of a window as it was at the end of
    month E is the sum of n with month in the window, from_month <= E, and until_month NaT or > E. In a stock a row is
    there until the end of the month before `leaves_month`.

    >>> counts = explore.cubes("DA").query("count == 'da' and dimension == 'total' and until_month.isna()")
    >>> counts.groupby("month")["n"].sum()
    """
    found = built()
    counted(found)
    frame = pd.read_parquet(found.workbook.cubes / f"{theme_named(found.params, theme)}.parquet")
    return frame.assign(**{name: _readable(frame[name]) for name in _MONTHS})


def _readable(months: pd.Series[int]) -> pd.Series[pd.Period]:
    """Months numbered from year 0 as periods of pandas, missing ones as NaT."""
    since = months.astype("Int64").sub(_FIRST).to_numpy(dtype="int64", na_value=_NOT_A_TIME)
    first_days = since.astype("datetime64[M]").astype("datetime64[s]")
    return pd.Series(first_days, index=months.index).dt.to_period("M")
