"""Turns the force's own words for places into areas a report can be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from thematic.core.periods import Month, Window

FORCE = "force"
NO_LOCATION = "No location recorded"


@dataclass(frozen=True)
class Area:
    """What one report is about: the force (`slug` is "force") or one Local Policing Unit."""

    slug: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def is_force(self) -> bool:
        return self.slug == FORCE

    def covers(self, window: Window) -> bool:
        """Whether the area already existed when the window began."""
        return self.valid_from is None or self.valid_from <= window.start.first_day

    def open_in(self, month: Month) -> bool:
        """Whether the area exists on the month's last day (`valid_to` is its own last day)."""
        started = self.valid_from is None or self.valid_from <= month.last_day
        return started and (self.valid_to is None or self.valid_to >= month.last_day)
