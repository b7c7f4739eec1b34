"""The areas that reports are about and figures are broken down by: the force, and those of the levels it declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from thematic.core.periods import Month, Window

FORCE = "force"
NO_LOCATION = "No location recorded"
MISSING = "missing"
"""The category of rows that leave the column of a breakdown blank."""


@dataclass(frozen=True)
class Area:
    """The force (`slug` and `level` are "force"), or an area of a level. `valid_from` and `valid_to` are its first and
    last day; `within` is the slug of the area it lies in. An area with `members` is the sum of the areas of
    `members_level` that have these names."""

    slug: str
    name: str
    level: str = FORCE
    valid_from: date | None = None
    valid_to: date | None = None
    within: str | None = None
    members: tuple[str, ...] = ()
    members_level: str | None = None

    @property
    def is_force(self) -> bool:
        return self.slug == FORCE

    @property
    def counted_at(self) -> tuple[str, frozenset[str]]:
        """The level by whose column the area's rows are found, and the names that stand in it."""
        if self.members_level is not None:
            return self.members_level, frozenset(self.members)
        return self.level, frozenset({self.name})

    def covers(self, window: Window) -> bool:
        """Whether the area was open from the window's first day to its last."""
        return self.covers_days(window.start.first_day, window.end.last_day)

    def covers_days(self, first: date, last: date) -> bool:
        """Whether the area was open from one day to another, both inclusive."""
        started = self.valid_from is None or self.valid_from <= first
        return started and (self.valid_to is None or self.valid_to >= last)

    def open_in(self, month: Month) -> bool:
        """Whether the area exists on the month's last day (`valid_to` is its own last day)."""
        return self.covers_days(month.last_day, month.last_day)
