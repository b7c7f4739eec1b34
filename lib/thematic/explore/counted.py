"""Turns a theme's cube into a frame with months that can be read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from thematic.explore.built import built, counted
from thematic.explore.names import theme_named

_MONTHS = ("month", "from_month", "until_month")
_FIRST = 12 * 1970
"""The number of January 1970 in the cubes; numpy numbers that month 0."""
_NOT_A_TIME = np.iinfo("int64").min


def cubes(theme: str) -> pd.DataFrame:
    """The counts that a theme's figures are made from: nothing personal, but not yet through the disclosure gate.

    Grain: count x dimension x category x month x from_month x until_month x LPU x local authority; `n` says how
    many. `count` names what is counted, in words of the theme's file (`da rows`, `da outcomes`); `dimension` is total,
    or one split (offence, outcome, strand, type, characteristic, cell): sum one dimension at a time.

    `month` is when it was recorded (an outcome: when it was given). It stands from the end of `from_month` and until
    the end of the month before `until_month`, in which it was cancelled; NaT is never. So the figure of a window as it
    stood at the end of month E is the sum of n with month in the window, from_month <= E, and until_month NaT or > E.

    >>> counts = explore.cubes("DA").query("count == 'da rows' and dimension == 'total' and until_month.isna()")
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
