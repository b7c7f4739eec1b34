"""Puts words that would lie over one another into lanes, so that few leaders or none run through a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from thematic.charts.measuring import width_of

_AIR, _CLEAR = 10, 3
"""The least between two texts of a lane, and beside a leader, in points."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text with its leader: `at` is where the leader stands and `start` where the text begins, in points from the
    left; the text stands `lane` lanes away from what it names."""

    text: str
    at: float
    start: float
    lane: int = 0

    @property
    def end(self) -> float:
        return self.start + width_of(self.text)

    def meets(self, other: Label) -> bool:
        return self.lane == other.lane and self.start < other.end + _AIR and other.start < self.end + _AIR

    def crosses(self, other: Label) -> bool:
        """Whether its leader would run through the other's text."""
        return self.lane > other.lane and other.start - _CLEAR < self.at < other.end + _CLEAR


L = TypeVar("L", bound=Label)


def in_lanes(labels: Iterable[L]) -> list[L]:
    """The labels, each in the lowest lane in which it meets none before it."""
    placed: list[L] = []
    for label in labels:
        raised = label
        while any(raised.meets(other) for other in placed):
            raised = replace(raised, lane=raised.lane + 1)
        placed.append(raised)
    return placed


def tidiest(ways: Iterable[Sequence[L]]) -> Sequence[L]:
    """Of several ways to place labels the one with the fewest leaders through texts, then in the fewest lanes."""
    return min(ways, key=_disorder)


def _disorder(labels: Sequence[Label]) -> tuple[int, int]:
    crossings = sum(one.crosses(other) for one in labels for other in labels)
    return crossings, sum(label.lane for label in labels)
