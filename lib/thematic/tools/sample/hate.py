"""Turns the published shares of offences and strands into offences and strands of the hate crimes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from thematic.core.periods import Window
from thematic.tools.sample.calibrate import counts_printing
from thematic.tools.sample.draws import Draws, Flags, Ints, apportion
from thematic.tools.sample.rows import standing

Spec = Mapping[str, Any]


def fit_offences_and_strands(rows: pd.DataFrame, spec: Spec, own: Spec, section: Spec, window: Window) -> None:
    """Gives hate crimes (in place) the published shares of offences and of one strand in the window; else like ones."""
    draws, inside = Draws(spec["seed"], "hate_crime/fit"), np.flatnonzero(standing(rows, window))
    counts = _offence_counts(len(inside), spec["titles"], own["offences"], section["offence_share_pct"])
    codes = list(spec["titles"])
    offence = rows["offence"].to_numpy().copy()
    offence[inside] = np.array([codes.index(code) for code in counts])[draws.dealt(list(counts.values()))]
    rows["offence"] = offence
    aggravated = np.array(["aggravated" in title for title in spec["titles"].values()])[offence]
    (share,) = section["strand_share_pct"].values()
    rows["strands"] = _strands(
        aggravated, inside, counts_printing(share, len(inside))[0], section, mixes=own["strands"], draws=draws
    )


def _offence_counts(size: int, titles: Mapping[str, str], mix: Spec, shares: Mapping[str, float]) -> dict[str, int]:
    """How many crimes of each offence: as published where it is, the rest by the mix."""
    fixed = {
        str(code): counts_printing(shares[titles[str(code)]], size)[0] for code in mix if titles[str(code)] in shares
    }
    rest = {str(code): weight for code, weight in mix.items() if str(code) not in fixed}
    parts = apportion(size - sum(fixed.values()), list(rest.values())).tolist()
    return fixed | dict(zip(rest, parts, strict=True))


def _strands(aggravated: Flags, inside: Ints, wanted: int, section: Spec, *, mixes: Spec, draws: Draws) -> Any:
    """Strands of each crime; `wanted` of those inside have the published strand, and a like share of the others."""
    (strand,) = section["strand_share_pct"]
    strands = np.full(len(aggravated), "", dtype=object)
    _mix_in(strands, np.flatnonzero(aggravated), mixes["aggravated"], draws)
    outside = np.setdiff1d(np.arange(len(aggravated)), inside)
    for part, total in ((inside, wanted), (outside, len(outside) * mixes["outside_per_mille"] // 1000)):
        already = sum(strand in text.split(";") for text in strands[part])
        plain = part[~aggravated[part]]
        with_it = draws.some(plain, total - already)
        _mix_in(strands, with_it, mixes["plain_with"], draws)
        _mix_in(strands, np.setdiff1d(plain, with_it), mixes["plain_without"], draws)
    return strands


def _mix_in(strands: Any, rows: Ints, mix: Mapping[str, int], draws: Draws) -> None:
    strands[rows] = np.array(list(mix), dtype=object)[draws.pick(list(mix.values()), len(rows))]
