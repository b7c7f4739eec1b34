"""Turns numbers of outcomes by month into outcomes of crimes: which crime waits how long, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thematic.core.errors import DataRefused
from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.rows import GROUPS
from thematic.tools.sample.targets import Blocks
from thematic.tools.sample.timeline import NEVER, Block, Timeline, window

Plans = Mapping[str, Ints]
"""Outcomes by group, months by columns: the solved by cell, the other groups in one column."""


def outcome_plans(
    recorded: Ints,
    blocks: Blocks,
    per_mille: Mapping[str, Mapping[str, int]],
    ramp: Sequence[int],
    *,
    timeline: Timeline,
    draws: Draws,
) -> Plans:
    """How many outcomes each month has, by group: what is to be met, elsewhere so many per mille of the recorded."""
    by_month = recorded.sum(axis=1)
    rising = np.array([*ramp, *[100] * (len(by_month) - len(ramp))], dtype=np.int64)
    plans = {}
    for group in GROUPS[1:]:
        cells = blocks.cell_of if group == "solved" else np.zeros_like(blocks.cell_of)
        free = [_share(timeline, window(key), rate, recorded, cells) for key, rate in per_mille[group].items()]
        weights = by_month * rising * (88 + draws.below(25, len(by_month)))
        plans[group] = timeline.plan([*free, *blocks.outcomes.get(group, [])], weights)
    return plans


def _share(timeline: Timeline, months: Any, per_mille: int, recorded: Ints, cells: Ints) -> Block:
    """So many per mille of the crimes recorded in the window, by cell."""
    totals = np.zeros(int(cells.max()) + 1, dtype=np.int64)
    np.add.at(totals, cells, recorded[timeline.part(months)].sum(axis=0))
    return months, totals * per_mille // 1000


def give_outcomes(
    recorded: Ints, cells: Ints, plans: Plans, *, own: Mapping[str, Any], timeline: Timeline, draws: Draws
) -> tuple[Ints, Ints]:
    """The group and the day of each crime's outcome (0 and NEVER for none). `recorded` must rise.

    Each crime has a day from which it is ready. A month takes first those that are ready, by chance, then those next
    to be: the solved from their own cell, the other groups from what is left.
    """
    size = len(recorded)
    ready = recorded + draws.banded(own["outcome_after_days"], size)
    ready[draws.chance(own["outcome_never_per_mille"], size)] = NEVER
    turn, group, outcome_on = draws.order(size), np.zeros(size, dtype=np.int64), np.full(size, NEVER)
    for month, (start, end) in enumerate(zip(timeline.starts, timeline.ends, strict=True)):
        waiting = np.flatnonzero(group[: np.searchsorted(recorded, end, side="right")] == 0)
        rank = np.where(ready[waiting] <= end, turn[waiting], ready[waiting] + size)
        queue = waiting[np.argsort(rank, kind="stable")]
        taken = _taken(queue, cells, month, plans, group=group, draws=draws)
        due = (ready[taken] >= start) & (ready[taken] <= end)
        some_day = draws.between(np.maximum(recorded[taken], start), np.full(len(taken), end))
        outcome_on[taken] = np.where(due, ready[taken], some_day)
    return group, outcome_on


def _taken(queue: Ints, cells: Ints, month: int, plans: Plans, *, group: Ints, draws: Draws) -> Ints:
    """The crimes that the month takes from the queue; writes their groups."""
    solved, others = plans["solved"][month], [int(plans[name][month, 0]) for name in GROUPS[2:]]
    firsts = [queue[cells[queue] == cell][:count] for cell, count in enumerate(solved)]
    taken = np.concatenate(firsts)
    group[taken] = GROUPS.index("solved")
    rest = queue[group[queue] == 0][: sum(others)]
    if len(taken) < solved.sum() or len(rest) < sum(others):
        raise DataRefused("sample.yaml: a month has more outcomes than crimes wait for one. Lower outcomes_per_mille.")
    group[rest] = 2 + draws.dealt(others)
    return np.concatenate([taken, rest])
