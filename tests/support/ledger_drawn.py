"""Draws streams of records, and books them month by month into one ledger and a family that deals its steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thematic.core.periods import Month
from thematic.measures.ledger.counting import Counted, Leaf
from thematic.measures.ledger.draws import Draws
from thematic.measures.ledger.plan import REST, Ledger, Part
from thematic.measures.ledger.states import Entry, MonthBook, States

FIRST = Month.of(2019, 4)
AREAS = ("Ash", "Birch", "Cedar")
LABELS = ("one", "other")
ROOT = Ledger("theme/root", ("lpu",), tuple(Part(label, ()) for label in LABELS), {"root": frozenset(LABELS)})
PART = Ledger(
    "theme/part",
    ("lpu",),
    (Part("some", ()), Part(REST, ())),
    {"some": frozenset({"some"})},
    ROOT.name,
    frozenset(LABELS),
)


@dataclass(frozen=True)
class Stream:
    """Records by area, label and month, and how many of an area's are of the part."""

    records: np.ndarray
    of_part: np.ndarray


def counted(stream: Stream) -> dict[str, Counted]:
    running = stream.records.cumsum(axis=2)
    part, whole = stream.of_part.cumsum(axis=1), running.sum(axis=1)
    roots = [(Leaf((area,), label), running[a, b]) for a, area in enumerate(AREAS) for b, label in enumerate(LABELS)]
    parts = [(Leaf((area,), "some"), part[a]) for a, area in enumerate(AREAS)]
    parts += [(Leaf((area,), REST), whole[a] - part[a]) for a, area in enumerate(AREAS)]
    found = {}
    for ledger, leaves in ((ROOT, roots), (PART, parts)):
        ordered = sorted(leaves, key=lambda each: each[0].name)
        found[ledger.name] = Counted(tuple(leaf for leaf, _ in ordered), FIRST, np.stack([n for _, n in ordered]))
    return found


def booked(stream: Stream, key: bytes = b"key", width: int = 3, upto: int | None = None) -> list[list[Entry]]:
    """The entries of each month."""
    states, known = States(), counted(stream)
    draws = {"theme": Draws(key, 5, width)}
    months = []
    for place in range(stream.records.shape[2] if upto is None else upto):
        of_month = MonthBook(str(FIRST + place), "lpu", draws, states)
        months.append(
            [
                entry
                for ledger in (ROOT, PART)
                for entry in of_month.book(ledger, known[ledger.name], known[ledger.name].at(FIRST + place))
            ]
        )
    return months


def steps(months: list[list[Entry]], ledger: str) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for place, entries in enumerate(months):
        for entry in entries:
            if entry.ledger == ledger:
                found.setdefault(entry.leaf, np.zeros(len(months), dtype=int))[place] += entry.step
    return found
