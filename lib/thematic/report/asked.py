"""What a notebook asks of a chart of its own, refused where something is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from thematic.charts.own import Draw
from thematic.core.errors import ArgumentsRefused

LOWEST, HEIGHT, HIGHEST = 120, 320, 900
_MISSING = {
    "title": "title=: what the chart shows, in a sentence. It is the chart's heading and its name in lists",
    "alt": "alt=: what is to be seen in the chart, in words, for readers who cannot see it",
    "data": 'data=: the DataFrame with the numbers of the chart, such as report.table("MEASURE", by="month")',
}


@dataclass(frozen=True)
class Asked:
    """What a notebook asks of a chart. `height` is in points; `is_headline`: the report itself has given the title."""

    draw: Draw
    title: str
    alt: str
    data: pd.DataFrame
    subtitle: str = ""
    notes: Sequence[str] = ()
    height: float = HEIGHT
    is_headline: bool = False

    def __post_init__(self) -> None:
        """Raises ArgumentsRefused for what is missing or of the wrong kind."""
        for name in ("title", "alt"):
            said = getattr(self, name)
            if not isinstance(said, str) or not said.strip():
                raise ArgumentsRefused(f"report.chart needs {_MISSING[name]}.")
        if not isinstance(self.data, pd.DataFrame):
            raise ArgumentsRefused(f"report.chart needs {_MISSING['data']}.")
        if isinstance(self.notes, str) or not all(isinstance(note, str) for note in self.notes):
            raise ArgumentsRefused('report.chart takes notes as a list of sentences: notes=["..."].')
        if not LOWEST <= self.height <= HIGHEST:
            raise ArgumentsRefused(f"report.chart: height={self.height} is not between {LOWEST} and {HIGHEST} points.")

    @property
    def words(self) -> list[str]:
        """What the notebook itself says."""
        return [self.title, self.alt, self.subtitle, *self.notes]

    @property
    def identity(self) -> str:
        """What the chart is called on its page: the same each month, so that links to it last."""
        words = [self.title]
        if self.is_headline:
            words = [
                each for name in ("measure", "dimension") for each in dict.fromkeys(self.data.get(name, [self.alt]))
            ]
        return "own-" + re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")
