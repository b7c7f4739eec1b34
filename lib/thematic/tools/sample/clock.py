"""Turns days and seconds into moments of the local clock, and keeps them out of the hours that the clock changes in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thematic.tools.sample.draws import Ints

_HOUR = 3600


def moments(seconds: Ints) -> pa.Array:
    """Moments as text, `YYYY-MM-DD HH:MM:SS`, of seconds since 1970-01-01 by the local clock."""
    return pc.cast(pa.array(seconds.astype("datetime64[s]")), pa.string())


def changes_of_clock(first: int, last: int) -> Ints:
    """The last Sundays of March and October between two years, both inclusive, as days since 1970-01-01."""
    ends = [np.datetime64(f"{year}-{month}-31") for year in range(first, last + 1) for month in ("03", "10")]
    days = np.array(ends, dtype="datetime64[D]").astype(np.int64)
    return np.asarray(days - (days + 4) % 7, dtype=np.int64)


def out_of_the_way(day: Ints, second: Ints) -> Ints:
    """The second of the day, three hours later where the clock changes in the first three hours of that day."""
    years = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    change = np.isin(day, changes_of_clock(int(years.min()), int(years.max())))
    return np.asarray(np.where(change & (second < 3 * _HOUR), second + 3 * _HOUR, second), dtype=np.int64)
