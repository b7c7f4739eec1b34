"""Judges all evidence of a report at once: the p-value of each change, adjusted in its family, and its one verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.measures.evidence import Block, Side
from thematic.stats import comparison as tests
from thematic.stats.verdict import SIGNIFICANT, Verdict, smallest_rise, verdicts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_MONTHS = 12


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


def judge(blocks: Sequence[Block], unpublished: Sequence[Bools | None]) -> list[Judgement]:
    """The judgement of each block, whose rows are one family. `unpublished` has for each block the rows that belong to
    the family with a p-value of 1, None where there are none."""
    judged = [_untested(len(block.names)) for block in blocks]
    for compare, is_of in _TESTS:
        places = [place for place, block in enumerate(blocks) if block.is_tested and block.names and is_of(block)]
        if places:
            chosen = [blocks[place] for place in places]
            hidden = [unpublished[place] for place in places]
            for place, found in zip(places, _judged(chosen, hidden, compare(chosen)), strict=True):
                judged[place] = found
    return judged


def _untested(size: int) -> Judgement:
    nothing = np.full(size, np.nan)
    return Judgement(nothing, nothing, (None,) * size, nothing)


def _judged(blocks: Sequence[Block], unpublished: Sequence[Bools | None], found: tests.Comparison) -> list[Judgement]:
    """The judgements of blocks that are tested alike, from the comparison of all their rows."""
    sizes = [len(block.names) for block in blocks]
    missing = [
        bool(one or other) for block in blocks for one, other in zip(block.missing, block.change_missing, strict=True)
    ]
    p = np.where(missing, np.nan, found.p)
    found = tests.Comparison(p, found.events, found.side, found.little, found.half_width, found.widest)
    nothing = [
        np.zeros(size, dtype=bool) if each is None else each for size, each in zip(sizes, unpublished, strict=True)
    ]
    in_family = np.where(np.concatenate(nothing) & ~np.isnan(p), 1.0, p)
    adjusted = tests.adjusted(in_family, np.repeat(np.arange(len(sizes)), sizes), found.events)
    words = verdicts(found, adjusted)
    rises = smallest_rise(found)
    judgements = []
    first = 0
    for block, size in zip(blocks, sizes, strict=True):
        own = slice(first, first + size)
        rise = np.full(size, np.nan) if block.is_share else rises[own]
        judgements.append(Judgement(p[own], adjusted[own], tuple(words[own]), rise))
        first += size
    return judgements


def _counts(blocks: Sequence[Block]) -> tests.Comparison:
    """Counts, rates over people and sums: the pairs of months, on the spread of the twelve that end with the window."""
    years = [block.year or block.compared for block in blocks]
    sizes = [len(block.names) for block in blocks]
    windows = [_width(block.compared.above) for block in blocks]
    people = [
        (_people(block.compared.below, size), _people(block.compared.below_before, size))
        for block, size in zip(blocks, sizes, strict=True)
    ]
    return tests.compare_counts(
        _stacked([year.above for year in years]),
        _stacked([year.above_before for year in years]),
        window=np.repeat(windows, sizes),
        populations=(np.concatenate([now for now, _ in people]), np.concatenate([then for _, then in people])),
        sums=np.repeat([block.sums for block in blocks], sizes),
    )


def _shares(blocks: Sequence[Block]) -> tests.Comparison:
    sides = [
        np.concatenate([_months(getattr(block.compared, side)).sum(axis=1) for block in blocks])
        for side in ("above", "below", "above_before", "below_before")
    ]
    return tests.compare_shares(*sides)


def _ratios(blocks: Sequence[Block]) -> tests.Comparison:
    sides = [
        _stacked([getattr(block.compared, side) for block in blocks])
        for side in ("above", "above_before", "below", "below_before")
    ]
    return tests.compare_ratios(*sides)


def _is_count(block: Block) -> bool:
    return block.declared.unit == "count" or block.declared.is_rate


_TESTS: tuple[tuple[Callable[[Sequence[Block]], tests.Comparison], Callable[[Block], bool]], ...] = (
    (_counts, _is_count),
    (_shares, lambda block: not _is_count(block) and block.is_share),
    (_ratios, lambda block: not _is_count(block) and not block.is_share),
)


def _stacked(sides: Sequence[Side]) -> Floats:
    """The months of several blocks below one another, aligned to the right; NaN to the left of shorter ones."""
    months = [_months(side) for side in sides]
    wide = max(_MONTHS, *(each.shape[1] for each in months)) if months else _MONTHS
    return np.concatenate(
        [np.pad(each, ((0, 0), (wide - each.shape[1], 0)), constant_values=np.nan) for each in months]
    )


def _width(side: Side) -> int:
    return int(_months(side).shape[1])


def _months(side: Side) -> Floats:
    if side.months is None:
        raise ValueError("a side without months has no test")
    return side.months / side.scale


def _people(side: Side, size: int) -> Floats:
    """The residents of each row; equal ones where nothing is below the line."""
    if not side.people:
        return np.ones(size)
    return np.array([np.nan if each is None else each for each in side.people], dtype=float)
