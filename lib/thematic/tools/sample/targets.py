"""Turns published targets, less what is already there, into the blocks that a stream of crimes has to fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from thematic.core.periods import Window
from thematic.tools.sample.calibrate import Target
from thematic.tools.sample.draws import Ints, apportion
from thematic.tools.sample.places import Places
from thematic.tools.sample.rows import by_authority, standing, with_outcome
from thematic.tools.sample.timeline import Block


@dataclass(frozen=True)
class Blocks:
    """What a stream must hold: crimes by place; solved by `cell_of` a place; the other outcome groups in the force."""

    cell_of: Ints
    recorded: list[Block] = field(default_factory=list)
    outcomes: Mapping[str, list[Block]] = field(default_factory=dict)


def unfitted(places: Places) -> Blocks:
    """No published figure to meet."""
    return Blocks(np.zeros(len(places.lpus), dtype=np.int64))


def of_the_force(target: Target, there: pd.DataFrame, places: Places, weights: Mapping[str, int]) -> Blocks:
    """A target of the force, its two windows filled by what `there` (cancelled crimes of the stream) leaves open."""
    recorded, outcomes = [], []
    for window, total in zip(target.windows, _totals(target), strict=True):
        recorded.append((window, places.share(total - int(standing(there, window).sum()), weights)))
        outcomes.append((window, _left(target, there, window)))
    names = list(outcomes[0][1])
    blocks = {name: [(window, left[name]) for window, left in outcomes] for name in names}
    return Blocks(np.zeros(len(places.lpus), dtype=np.int64), recorded, blocks)


def _totals(target: Target) -> tuple[int, int]:
    return int(target.recorded.previous.sum()), int(target.recorded.current.sum())


def _left(target: Target, there: pd.DataFrame, window: Window) -> dict[str, Ints]:
    """Outcomes still to be given in the window, by group; the solved are taken out of the suspects identified."""
    is_current = window == target.window
    wanted = {name: (pair.current if is_current else pair.previous) for name, pair in target.groups.items()}
    wanted["suspect"] = wanted["suspect"] - wanted["solved"]
    return {name: count - int(with_outcome(there, window, name).sum()) for name, count in wanted.items()}


def of_authorities(target: Target, there: pd.DataFrame, places: Places, weights: Mapping[str, int]) -> Blocks:
    """A target by local authority, filled by what `there` (what is made already, and cancelled) leaves open."""
    cells = places.authority_of
    recorded, solved = [], []
    pairs = (("previous", target.windows[0]), ("current", target.windows[1]))
    for name, window in pairs:
        crimes = getattr(target.recorded, name) - by_authority(there, standing(there, window), cells)
        recorded.append((window, places.share_by_authority(crimes, weights)))
        given = by_authority(there, with_outcome(there, window, "solved"), cells)
        solved.append((window, getattr(target.groups["solved"], name) - given))
    return Blocks(cells, recorded, {"solved": solved})


def of_both(force: Target, table: Target, there: pd.DataFrame, places: Places, spec: Mapping[str, Any]) -> Blocks:
    """A target of the force for one period and a table by local authority for the next, both at once.

    The windows differ in three months: the first of the force's previous window, the same month a year later, and
    the last of the table. The middle one is set by `first_month_of_current`; the other two follow from it.
    """
    left = of_the_force(force, there, places, spec["places"])
    later = of_authorities(table, there, places, spec["places"])
    cells, anchor = places.authority_of, spec["first_month_of_current"]
    in_cells = [(window, _summed(totals, cells)) for window, totals in later.recorded]
    crimes = _interlocked(in_cells, [int(totals.sum()) for _, totals in left.recorded], anchor["recorded"])
    totals = [int(totals.sum()) for _, totals in left.outcomes["solved"]]
    solved = _interlocked(list(later.outcomes["solved"]), totals, anchor["solved"])
    recorded = [(window, places.share_by_authority(part, spec["places"])) for window, part in crimes]
    rest = {name: blocks for name, blocks in left.outcomes.items() if name != "solved"}
    return Blocks(cells, recorded, {"solved": solved, **rest})


def _summed(totals: Ints, cells: Ints) -> Ints:
    summed = np.zeros(int(cells.max()) + 1, dtype=np.int64)
    np.add.at(summed, cells, totals)
    return summed


def _interlocked(later: list[Block], force: list[int], middle: int) -> list[Block]:
    """Five blocks, by cell: they add to `later` by cell, and to `force` (a month earlier) in all."""
    (earlier_window, before), (_, now) = later
    first, last = earlier_window.start - 1, earlier_window.end + 12
    turn = apportion(middle, before)
    year = before - turn
    next_year = apportion(force[1] - middle, now)
    return [
        (Window(first, first), apportion(force[0] - int(year.sum()), before)),
        (Window(first + 1, first + 11), year),
        (Window(first + 12, first + 12), turn),
        (Window(first + 13, last - 1), next_year),
        (Window(last, last), now - next_year),
    ]
