"""Counts rows under way (crimes as whole numbers) by the published definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from thematic.core.periods import Window
from thematic.tools.sample.draws import Flags, Ints
from thematic.tools.sample.timeline import day

GROUPS = ("", "solved", "suspect", "no_suspect", "other")
"""Outcome groups that do not overlap: `suspect` without the solved; the first is no outcome."""


def standing(rows: pd.DataFrame, window: Window) -> Flags:
    """Which crimes the window counts: recorded in it and not cancelled by its end."""
    first, last = day(window.start.first_day), day(window.end.last_day)
    return np.asarray(rows["recorded"].between(first, last) & (rows["cancelled"] > last))


def with_outcome(rows: pd.DataFrame, window: Window, group: str) -> Flags:
    """Which crimes have an outcome of the group in the window and are not cancelled by its end, whenever recorded."""
    first, last = day(window.start.first_day), day(window.end.last_day)
    given = rows["outcome_on"].between(first, last) & (rows["cancelled"] > last)
    return np.asarray(given & (rows["group"] == GROUPS.index(group)))


def by_authority(rows: pd.DataFrame, which: Flags, authority_of: Ints) -> Ints:
    """How many of the rows lie in each local authority."""
    authority = authority_of[rows["place"].to_numpy()[which]]
    return np.bincount(authority, minlength=int(authority_of.max()) + 1).astype(np.int64)
