"""What may be said of public counts: they come from the ledger in steps of a base, and some of them bear little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from thematic.params.declared import Audience

AUDIENCES: tuple[Audience, ...] = get_args(Audience)

CONFIDENTIAL = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"

ENOUGH = 50
"""Public counts under this have no test, no change in per cent, and no chart of their months."""


@dataclass(frozen=True)
class Rounding:
    """How public counts were rounded: they are multiples of `base`; a percentage needs a printed denominator of
    `minimum_denominator` at least. `draws` is how far the secret shifts of a month reach."""

    base: int
    minimum_denominator: int
    draws: int

    def is_low(self, count: float) -> bool:
        """Whether a count tells no more than that there are few: 0, or one step."""
        return count in (0, self.base)

    @property
    def line(self) -> int:
        """How far a single line of a table lies from the truth at most."""
        return 2 * (self.base - 1)

    @property
    def total(self) -> int:
        """How far a total lies from the truth at most: twice what the ledger lets its running error grow to."""
        return 2 * self.base * (4 if self.draws >= 6 else 3)

    @property
    def usual(self) -> int:
        """How far 19 of 20 totals lie from the truth at most, as measured."""
        return 10 if self.draws >= 6 else 7

    def is_still(self, now: float, before: float) -> bool:
        """Whether two counts lie no further apart than their rounding alone could put them."""
        return abs(now - before) <= 2 * self.base
