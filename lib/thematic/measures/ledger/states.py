"""The state of ledgers from month to month: what was booked and released of each leaf, and how far it is off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from thematic.core.errors import DataRefused
from thematic.measures.ledger.counting import Counted, Leaf
from thematic.measures.ledger.draws import Draws
from thematic.measures.ledger.plan import Ledger
from thematic.measures.ledger.steps import Leaves, Parts, PublishedSet, dealt_steps, root_steps

Integers = NDArray[np.int64]

FORCE_WEIGHT, UNIT_WEIGHT, LEVEL_WEIGHT, TOTAL_WEIGHT = 8, 8, 2, 6
_GUARD, _WIDE_GUARD, _WIDE_DRAWS = 3, 4, 6
_EVER = 10**9
"""As many records as a leaf has had that took no step yet: its first is free as soon as it is behind."""


_Published = tuple[str, int, Integers]
"""A published total: its name, its weight and the places of its leaves."""


class Strayed(DataRefused):
    """A month's steps would leave a total or a part too far from its records."""


@dataclass
class LeafState:
    """A leaf in its ledger: running `error`, records `booked`, what was `released`, records booked before the month of
    its last step (None before the first), and what was written off by a new anchor."""

    error: int
    booked: int = 0
    released: int = 0
    before_step: int | None = None
    anchor: int = 0

    @property
    def strayed(self) -> int:
        """What was released less what was booked, since the ledger began."""
        return self.released - self.booked - self.anchor


@dataclass(frozen=True)
class Entry:
    """A leaf's entry of a month: its records, and the step that was released. `anchored`: the records changed what is
    known of months already published, and are no part of any step."""

    ledger: str
    leaf: str
    records: int
    step: int
    anchored: bool = False


@dataclass
class States:
    """The state of every leaf, by ledger and name; leaves come with their first record."""

    leaves: dict[str, dict[str, LeafState]] = field(default_factory=dict)

    def of(self, ledger: str) -> dict[str, LeafState]:
        return self.leaves.setdefault(ledger, {})

    def replay(self, entries: Sequence[Entry], draws: Draws) -> None:
        """Takes a month's entries in; any `draws` of the key and base will do."""
        for entry in entries:
            state = self.leaf(entry.ledger, entry.leaf, draws)
            if entry.anchored:
                state.booked += entry.records
                state.anchor -= entry.records
                state.before_step = None if state.before_step is None else state.before_step + entry.records
                continue
            if entry.step:
                state.before_step = state.booked
            state.booked += entry.records
            state.released += entry.step
            state.error += entry.step - entry.records

    def start_anew(self, draws: Draws) -> None:
        """Every leaf starts where a new key says; what it was off by till then is not made up for."""
        for ledger, leaves in self.leaves.items():
            for name, state in leaves.items():
                state.error = draws.start(ledger, name)

    def leaf(self, ledger: str, name: str, draws: Draws) -> LeafState:
        known = self.of(ledger)
        if name not in known:
            known[name] = LeafState(draws.start(ledger, name))
        return known[name]


def theme_of(ledger: str) -> str:
    return ledger.partition("/")[0]


@dataclass(frozen=True)
class MonthBook:
    """Books one month of one ledger after another, parents first. `units` is the level that parts the force; `attempt`
    numbers the draws of the month, which are drawn again where a total would stray."""

    month: str
    units: str
    draws: Mapping[str, Draws]
    states: States
    attempt: int = 0
    stepped: dict[str, dict[Leaf, int]] = field(default_factory=dict)
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def book(self, ledger: Ledger, counted: Counted, totals: Integers) -> list[Entry]:
        """The entries of a ledger whose leaves hold `totals` now. Raises DataRefused where a total strays too far."""
        self.levels[ledger.name] = ledger.levels
        draws, states = self.draws[theme_of(ledger.name)], self.states.of(ledger.name)
        known = [place for place, leaf in enumerate(counted.leaves) if leaf.name in states or totals[place]]
        leaves = [counted.leaves[place] for place in known]
        found = [self.states.leaf(ledger.name, leaf.name, draws) for leaf in leaves]
        records = np.array([int(totals[place]) for place in known], dtype=np.int64) - _each(found, "booked")
        anchored = self._fallen(found, records, draws.base)
        entries = [
            Entry(ledger.name, leaf.name, int(n), 0, True)
            for leaf, n, off in zip(leaves, records, anchored, strict=True)
            if off
        ]
        self.states.replay(entries, draws)
        records = np.where(anchored, 0, records)
        published = published_sets(ledger, leaves, self.units)
        steps = self._steps(ledger, leaves, found, records, draws, published)
        self.stepped[ledger.name] = {leaf: int(n) for leaf, n in zip(leaves, steps, strict=True) if n}
        moved = [
            Entry(ledger.name, leaf.name, int(n), int(step) * draws.base)
            for leaf, n, step in zip(leaves, records, steps, strict=True)
            if n or step
        ]
        self.states.replay(moved, draws)
        self._guard(ledger, leaves, found, draws, published)
        return [*entries, *moved]

    @property
    def _drawn(self) -> str:
        return f"{self.month}+{self.attempt}" if self.attempt else self.month

    def _fallen(self, found: Sequence[LeafState], records: Integers, base: int) -> NDArray[np.bool_]:
        """The leaves that have lost so much that they would stay ahead for long: they are anchored anew."""
        return (records < 0) & (_each(found, "error") - records > 2 * base - 1)

    def _steps(
        self,
        ledger: Ledger,
        leaves: Sequence[Leaf],
        found: Sequence[LeafState],
        records: Integers,
        draws: Draws,
        published: Sequence[_Published],
    ) -> Integers:
        names, drawn = [leaf.name for leaf in leaves], self._drawn
        errors = _each(found, "error") - records
        before = np.array(
            [-_EVER if state.before_step is None else state.before_step for state in found], dtype=np.int64
        )
        since = _each(found, "booked") + records - before
        shifts = np.array([draws.monthly(ledger.name, drawn, name) for name in names], dtype=np.int64)
        strayed = _each(found, "strayed") - records
        sets = [
            PublishedSet(name, places, weight, int(strayed[places].sum()), draws.monthly(ledger.name, drawn, name))
            for name, weight, places in published
        ]
        if ledger.is_root:
            return root_steps(Leaves(names, errors, since, records, shifts), sets, draws.base)
        parts = Parts(names, [leaf.cell_name for leaf in leaves], errors, since, records, shifts)
        return dealt_steps(parts, self._dealt(ledger), sets, draws.base)

    def _dealt(self, ledger: Ledger) -> dict[str, int]:
        """The steps of the parent's leaves, by the cell whose parts share them."""
        levels, by_label = self.levels[str(ledger.parent)], any(part.cell for part in ledger.parts)
        found: dict[str, int] = {}
        for leaf, number in self.stepped[str(ledger.parent)].items():
            if leaf.label in ledger.parent_labels:
                areas = tuple(leaf.areas[levels.index(level)] for level in ledger.levels)
                cell = Leaf(areas, "", leaf.label if by_label else "").cell_name
                found[cell] = found.get(cell, 0) + number
        return found

    def _guard(
        self,
        ledger: Ledger,
        leaves: Sequence[Leaf],
        found: Sequence[LeafState],
        draws: Draws,
        published: Sequence[_Published],
    ) -> None:
        strayed = _each(found, "strayed")
        most = draws.base * (_WIDE_GUARD if draws.width >= _WIDE_DRAWS else _GUARD)
        for name, _, places in published if ledger.is_root else ():
            if abs(int(strayed[places].sum())) > most:
                raise Strayed(
                    f"{self.month}: the ledger '{ledger.name}' would stray by more than {most} from the records of "
                    f"{name}. Nothing was booked. Look at what changed in the extract since the last month; "
                    "params/corrections.yaml decides what becomes of records of months already booked."
                )
        for leaf, state in zip(leaves, found, strict=True):
            if not ledger.is_root and abs(state.error) > most + max(0, -state.anchor):
                raise Strayed(
                    f"{self.month}: the part '{leaf.name}' of the ledger '{ledger.name}' would stray by more than "
                    f"{most} from its records. Nothing was booked. Where many records were given another code, "
                    "params/corrections.yaml can leave what was published as it is (do: reanchor)."
                )


def published_sets(ledger: Ledger, leaves: Sequence[Leaf], units: str) -> list[_Published]:
    """The published totals of a ledger (name, weight and the places of its leaves): for each sum of its parts the force
    and every area, and every part in the force."""
    by_label: dict[str, list[int]] = {}
    for place, leaf in enumerate(leaves):
        by_label.setdefault(leaf.label, []).append(place)
    found: list[_Published] = []
    for total, labels in sorted(ledger.totals.items()):
        places = sorted(place for label in labels for place in by_label.get(label, ()))
        whole = len(labels) == len(ledger.parts) if ledger.is_root else True
        found.append((total, FORCE_WEIGHT if whole else TOTAL_WEIGHT, np.array(places, dtype=np.int64)))
        for number, level in enumerate(ledger.levels):
            weight = UNIT_WEIGHT if level == units else LEVEL_WEIGHT
            of_area: dict[str, list[int]] = {}
            for place in places:
                of_area.setdefault(leaves[place].areas[number], []).append(place)
            found += [
                (f"{total} in {level} {area}", weight, np.array(each, dtype=np.int64))
                for area, each in sorted(of_area.items())
            ]
    if ledger.levels and ledger.is_root and len(by_label) > 1:
        found += [
            (f"{label} in all", TOTAL_WEIGHT, np.array(places, dtype=np.int64))
            for label, places in sorted(by_label.items())
        ]
    return [each for each in found if each[2].size]


def _each(found: Sequence[LeafState], name: str) -> Integers:
    return np.array([getattr(state, name) for state in found], dtype=np.int64)
