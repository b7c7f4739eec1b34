"""Judges the evidence: for each figure the p-value of its change, adjusted within its family, and its one verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.measures.evidence import Block, Comparison, Side
from thematic.stats import comparison as tests
from thematic.stats.verdict import SIGNIFICANT, Verdict, smallest_rise, verdicts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judgement:
    """What the tests say of a block's figures, an entry each: the p-value and that adjusted within the family (NaN: not
    tested), the verdict (None likewise), and the smallest rise that would have shown, as a fraction of the earlier
    figure (NaN for shares)."""

    p: Floats
    adjusted: Floats
    words: tuple[Verdict | None, ...]
    smallest_rise: Floats

    def significant(self, place: int) -> bool | None:
        """Whether a figure's change is significant; None where it was not tested."""
        return None if np.isnan(self.p[place]) else bool(self.adjusted[place] < SIGNIFICANT)


def judge(block: Block, unpublished: Bools | None = None) -> Judgement:
    """The judgement of a block, whose rows are one family. `unpublished` rows belong to it with a p-value of 1."""
    size = len(block.names)
    if not block.is_tested or size == 0:
        nothing = np.full(size, np.nan)
        return Judgement(nothing, nothing, (None,) * size, nothing)
    found = _compared(block)
    missing = [bool(one or other) for one, other in zip(block.missing, block.change_missing, strict=True)]
    p = np.where(missing, np.nan, found.p)
    found = tests.Comparison(p, found.events, found.side, found.little, found.half_width, found.widest)
    in_family = p if unpublished is None else np.where(unpublished & ~np.isnan(p), 1.0, p)
    adjusted = tests.adjusted(in_family, np.zeros(size), found.events)
    rise = np.full(size, np.nan) if block.is_share else smallest_rise(found)
    return Judgement(p, adjusted, tuple(verdicts(found, adjusted)), rise)


def _compared(block: Block) -> tests.Comparison:
    compared = block.compared
    if block.declared.unit == "count" or block.declared.is_rate:
        year = block.year or compared
        people = None
        if block.declared.is_rate:
            people = _people(compared.below), _people(compared.below_before)
        months = _months(compared.above).shape[1]
        return tests.compare_counts(
            _months(year.above), _months(year.above_before), window=months, populations=people, sums=block.sums
        )
    if block.is_share:
        sides = (compared.above, compared.below, compared.above_before, compared.below_before)
        return tests.compare_shares(*(_months(side).sum(axis=1) for side in sides))
    return _ratios(compared)


def _ratios(compared: Comparison) -> tests.Comparison:
    sides = (compared.above, compared.above_before, compared.below, compared.below_before)
    return tests.compare_ratios(*(_months(side) for side in sides))


def _months(side: Side) -> Floats:
    if side.months is None:
        raise ValueError("a side without months has no test")
    return side.months / side.scale


def _people(side: Side) -> Floats:
    return np.array([np.nan if each is None else each for each in side.people], dtype=float)
