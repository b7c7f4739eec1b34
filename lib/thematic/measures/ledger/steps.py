"""Turns one month's records of a ledger into its steps: which leaves grow by a base, and which parts share them.

Everything is a whole number. The running error e of a leaf is what was released of it, less what there is, plus its
secret start. A step is forced when the leaf is a base behind. It is free to be taken where the leaf is behind and has
had a base of records since the beginning of the month of its last step. Free steps are chosen so that every published
total stays near the truth, each leaf and total being shifted by a secret draw of the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

LEAF_WEIGHT = 8
"""What a leaf's squared error weighs; sets have their own weights."""


@dataclass(frozen=True)
class PublishedSet:
    """A published total of leaves (their places): its error since the ledger began, this month's records taken off,
    and how much its square weighs; `shift` is its draw of the month."""

    name: str
    leaves: Integers
    weight: int
    error: int
    shift: int


@dataclass(frozen=True)
class Leaves:
    """The leaves of a ledger in one month, sorted by name: running errors with this month's records taken off, the
    records since the beginning of the month of the last step, and the draws of the month."""

    names: Sequence[str]
    errors: Integers
    since: Integers
    records: Integers
    shifts: Integers


def forced(errors: Integers, base: int) -> Integers:
    """How many steps each leaf is forced to: as many as bring it to less than a base behind."""
    return np.where(errors <= -base, -errors // base, 0)


def root_steps(leaves: Leaves, sets: Sequence[PublishedSet], base: int) -> Integers:
    """How many steps each leaf takes: those it is forced to, and at most one free step.

    Free steps are added, taken back and exchanged one at a time, always the best, until none improves the weighted sum
    of squares. Of equally good ones the first by name is taken.
    """
    steps = forced(leaves.errors, base)
    errors = leaves.errors + base * steps
    since = np.where(steps > 0, leaves.records, leaves.since)
    free = np.flatnonzero((errors <= -1) & (since >= base))
    if free.size == 0:
        return steps
    member = np.zeros((len(sets), len(errors)), dtype=np.int64)
    for place, each in enumerate(sets):
        member[place, each.leaves] = 1
    weights = np.array([each.weight for each in sets], dtype=np.int64)
    totals = np.array([each.error + each.shift for each in sets], dtype=np.int64) + base * (member @ steps)
    chosen = _chosen(member[:, free], weights, totals, errors[free] + leaves.shifts[free], base)
    steps[free[chosen]] += 1
    return steps


def _chosen(member: Integers, weights: Integers, totals: Integers, errors: Integers, base: int) -> NDArray[np.bool_]:
    """Which of the candidates take a free step; `member` says of each set and candidate whether it holds it."""
    own = base * base * (weights @ member + LEAF_WEIGHT)
    shared = 2 * base * base * (member.T @ (weights[:, None] * member) + LEAF_WEIGHT * np.eye(len(errors), dtype=int))
    slope = 2 * base * ((weights * totals) @ member + LEAF_WEIGHT * errors)
    taken = np.zeros(len(errors), dtype=bool)
    never = np.iinfo(np.int64).max
    while True:
        add = np.where(taken, never, slope + own)
        drop = np.where(taken, own - slope, never)
        best_add, best_drop = int(np.argmin(add)), int(np.argmin(drop))
        moves = [(int(add[best_add]), 0, best_add, -1), (int(drop[best_drop]), 1, -1, best_drop)]
        on, off = np.flatnonzero(taken), np.flatnonzero(~taken)
        if on.size and off.size:
            swaps = add[off][None, :] + drop[on][:, None] - shared[np.ix_(on, off)]
            place = int(np.argmin(swaps))
            moves.append((int(swaps.flat[place]), 2, int(off[place % off.size]), int(on[place // off.size])))
        gain, _, came, went = min(moves)
        if gain >= 0:
            return taken
        for place, sign in ((came, 1), (went, -1)):
            if place >= 0:
                taken[place] = sign > 0
                slope = slope + sign * shared[place]


@dataclass(frozen=True)
class Parts:
    """The parts of a dealt family in one month, sorted by name: those of a cell share out exactly its steps."""

    names: Sequence[str]
    cells: Sequence[str]
    errors: Integers
    since: Integers
    records: Integers
    shifts: Integers


def dealt_steps(parts: Parts, dealt: Mapping[str, int], sets: Sequence[PublishedSet], base: int) -> Integers:
    """How many steps each part takes, of those that its cell has (`dealt`).

    A part that is a base behind comes first, then one that is behind and has had a base of records since the month of
    its last step, then any other. Among those that come alike the weighted sum of squares decides, and then the name.
    """
    deal = _Deal(parts, sets, base)
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(parts.cells):
        places.setdefault(cell, []).append(place)
    for cell in sorted(places):
        deal.out(places[cell], dealt.get(cell, 0))
    for cell in sorted(places):
        if dealt.get(cell, 0):
            deal.exchange(places[cell])
    return np.array(deal.steps, dtype=np.int64)


class _Deal:
    """The steps of a family as they are dealt out."""

    def __init__(self, parts: Parts, sets: Sequence[PublishedSet], base: int) -> None:
        self.base = base
        self.errors = [int(each) for each in parts.errors]
        self.shifts = [int(each) for each in parts.shifts]
        self.since = [int(each) for each in parts.since]
        self.records = [int(each) for each in parts.records]
        self.steps = [0] * len(self.errors)
        self.totals = [each.error + each.shift for each in sets]
        self.weights = [each.weight for each in sets]
        self.sets_of: list[list[int]] = [[] for _ in self.errors]
        for number, each in enumerate(sets):
            for place in each.leaves:
                self.sets_of[int(place)].append(number)

    def out(self, places: Sequence[int], steps: int) -> None:
        """Deals a cell's steps among its parts, those that are forced at once where there are enough."""
        wanted = {place: -self.errors[place] // self.base for place in places if self.errors[place] <= -self.base}
        if sum(wanted.values()) <= steps:
            for place, number in wanted.items():
                self._move(place, number)
                steps -= number
        for _ in range(steps):
            self._move(min(places, key=lambda place: (self._rank(place), self._cost(place, 1), place)), 1)

    def exchange(self, places: Sequence[int]) -> None:
        """Moves steps between the parts of a cell as long as that improves it; never to a part that comes later."""
        while True:
            moves = []
            for one in places:
                if not self.steps[one]:
                    continue
                self._move(one, -1)
                rank, back = self._rank(one), self._cost(one, 1)
                for other in places:
                    if other != one and self._rank(other) <= rank and self._cost(other, 1) < back:
                        moves.append((self._cost(other, 1) - back, one, other))
                self._move(one, 1)
            if not moves:
                return
            _, one, other = min(moves)
            self._move(one, -1)
            self._move(other, 1)

    def _rank(self, place: int) -> int:
        since = self.records[place] if self.steps[place] else self.since[place]
        if self.errors[place] <= -self.base:
            return 0
        return 1 if self.errors[place] <= -1 and since >= self.base else 2

    def _cost(self, place: int, number: int) -> int:
        """By how much the weighted sum of squares grows with so many steps more."""
        more = number * self.base
        found = LEAF_WEIGHT * more * (2 * (self.errors[place] + self.shifts[place]) + more)
        return found + sum(self.weights[each] * more * (2 * self.totals[each] + more) for each in self.sets_of[place])

    def _move(self, place: int, number: int) -> None:
        self.steps[place] += number
        self.errors[place] += number * self.base
        for each in self.sets_of[place]:
            self.totals[each] += number * self.base
