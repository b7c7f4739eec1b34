"""All that the report of one theme is made from, for one area, period and audience; it holds no path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from thematic.core.areas import Area
from thematic.core.periods import Month, Window
from thematic.cubes.bases import Base, base_of, counts_of
from thematic.cubes.cubes import Index
from thematic.measures.disclosure import Rounding
from thematic.measures.ledger.homes import Homes, homes
from thematic.measures.windows import window_of
from thematic.params import Params
from thematic.params.declared import Audience
from thematic.params.measures import Measure
from thematic.params.tables import ByColumn, ByColumns, ByFilled
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL, Theme

if TYPE_CHECKING:
    from thematic.cubes.tallies import ThemeCubes


@dataclass(frozen=True)
class ReportData:
    """What a report is made from: declarations, counts, area, period and audience. It can be sent to another machine.

    `files` are the bytes of the theme's cubes; of a public report, of what was released of them (ledger.released).
    """

    params: Params
    theme_name: str
    files: dict[str, bytes]
    index: Index
    area: Area
    period: Month
    audience: Audience

    @cached_property
    def cubes(self) -> ThemeCubes:
        from thematic.cubes.tallies import ThemeCubes

        return ThemeCubes.read(self.theme_name, self.index.at(self.period), self.files)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name not in {"cubes", "homes", "_bases"}}

    @property
    def theme(self) -> Theme:
        return self.params.themes[self.theme_name]

    @property
    def rounding(self) -> Rounding | None:
        """How the counts were rounded; None where they are as they are."""
        rules = self.params.disclosure
        if self.audience != "public" or rules.protection == "none":
            return None
        draws = max(rules.draws_of(self.theme_name), self.index.draws.get(self.theme_name, 0))
        return Rounding(rules.base, rules.minimum_denominator, draws)

    @property
    def source(self) -> str:
        return self.index.title

    def measure(self, name: str) -> Measure:
        return self.params.measures[name]

    def window(self, name: str) -> Window:
        """The window that a measure is taken over in this report."""
        return window_of(self.measure(name), self.period)

    @cached_property
    def homes(self) -> Homes:
        """The counts of public reports that other themes' ledgers round."""
        return homes(self.params, self.index.empty)

    @cached_property
    def _bases(self) -> dict[str, tuple[Base, ...]]:
        return {}

    def bases_of(self, name: str) -> tuple[Base, ...]:
        """The base counts that a measure's figures rest on, its numerator's first."""
        if name not in self._bases:
            counts = counts_of(self.measure(name), self.params.measures)
            self._bases[name] = tuple(base_of(count, self.theme, self.params.tables) for count in counts)
        return self._bases[name]

    def heading(self, name: str, dimension: str) -> str:
        """What heads a column of the dimension's categories: the level's word, or the breakdown's heading."""
        if dimension in self.params.levels:
            return self.params.levels[dimension].title
        if dimension in (TOTAL, MONTH, ROLLING, FORCE_ROW):
            return {MONTH: "Month", ROLLING: "Window ending"}.get(dimension, "Total")
        return self._breakdown(name, dimension).heading

    def label(self, name: str, dimension: str, category: str) -> str:
        """A category as a reader knows it: the title of a code, the words of a filled set, a place's own name."""
        if dimension in (*self.params.levels, TOTAL, MONTH, ROLLING, FORCE_ROW):
            return category
        return self.params.category_label(self.table_of(name), dimension, category)

    def table_of(self, name: str) -> str:
        """The table that a measure's numerator counts."""
        return self.bases_of(name)[0].table_name

    def _breakdown(self, name: str, dimension: str) -> ByColumn | ByColumns | ByFilled:
        return self.params.tables[self.table_of(name)].breakdowns[dimension]
