"""Makes the control chart of a count from its months alone, by the product's own way from evidence to chart."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from thematic.core.periods import Month, Window
from thematic.measures.expectations import MonthsExpected
from thematic.measures.signals import expected_months

STEP = [100, 97, 108, 94, 103, 99, 105, 96, 101, 104, 92, 107] * 2 + [98, 104, 95, 101, 106, 93, 100]
STEP += [160, 151, 166, 149, 158]
"""36 months to January 2021: about 100 each, and about 157 from September 2020."""


def months_expected(counts: Sequence[float | None], last: str = "2021-01") -> MonthsExpected | None:
    """The chart of one count's months up to `last`; None where it has no limits. A None among them is not known."""
    end = Month.parse(last)
    series = np.array([[np.nan if count is None else count for count in counts]], dtype=float)
    block = SimpleNamespace(measure="m", series=series, windows=(Window.rolling_12(end),))
    return expected_months([block], {"m": [object()]}, rounded=False).get("m")  # type: ignore[list-item]
