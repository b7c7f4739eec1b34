"""The one gate between counts and all that shows: for the public, small counts are withheld and others rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from thematic.params.declared import Audience
from thematic.params.force import DisclosureParams

AUDIENCES: tuple[Audience, ...] = get_args(Audience)

CONFIDENTIAL = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"


@dataclass(frozen=True)
class Gate:
    """What an audience may see. For the internal audience everything passes unchanged.

    Everything released goes through `count`; percentages, rates, intervals and changes are worked out from what it
    gave, never from the counts behind it. Protection over a set of reports will stand in here too.
    """

    rules: DisclosureParams
    audience: Audience

    @property
    def protects(self) -> bool:
        return self.audience == "public"

    def withholds(self, count: int) -> bool:
        """Whether a count is so small that it is confidential: 1 to threshold - 1."""
        return self.protects and 0 < count < self.rules.threshold

    def withholds_any(self, counts: Iterable[int]) -> bool:
        return any(self.withholds(count) for count in counts)

    def count(self, count: int) -> int | None:
        """The count as released (rounded to the base, halves up), or None where it is confidential."""
        if not self.protects:
            return count
        if self.withholds(count):
            return None
        base = self.rules.base
        return (2 * count + base) // (2 * base) * base

    def withholds_share(self, numerator: int, denominator: int) -> bool:
        """Whether a percentage is confidential: its numerator or its complement is, or its released denominator is
        under the minimum. A percentage of nothing is not confidential but not applicable."""
        if not self.protects:
            return False
        released = self.count(denominator)
        small = released is None or (denominator > 0 and released < max(self.rules.minimum_denominator, 1))
        return small or self.withholds(numerator) or self.withholds(denominator - numerator)
