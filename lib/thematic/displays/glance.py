"""Turns indicators (value, change, trend, months) into the table that a board reads first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from thematic.displays.base import SHORTHAND
from thematic.displays.signed import Cell, Part, SignedTable
from thematic.displays.signs import sparkline, trend_sign
from thematic.displays.tables import Column

NOT_APPLICABLE = "[z]"


@dataclass(frozen=True)
class GlanceRow:
    """An indicator: its value, change (`+5.0%`) and the period's end as they are printed.

    `significant` is Yes, No or shorthand. `trend` is Stable, Increase, Decrease, Significant increase, Significant
    decrease, shorthand, or "" for an indicator that has none (`[z]`). `polarity` says which way is better: lower,
    higher or none. `spark` has the months, oldest first, None where there is no number. `force` is the force's own.
    """

    indicator: str
    value: str
    change: str
    period: str
    significant: str
    trend: str = ""
    polarity: str = "none"
    spark: Sequence[float | None] = ()
    force: str = ""

    @property
    def worth(self) -> str:
        """Whether the trend is favourable, unfavourable or neutral; nothing where it does not move."""
        rises, falls = self.trend.lower().endswith("increase"), self.trend.lower().endswith("decrease")
        if not (rises or falls):
            return ""
        if self.polarity not in ("lower", "higher"):
            return "neutral"
        return "favourable" if rises == (self.polarity == "higher") else "unfavourable"


@dataclass(frozen=True)
class Glance(SignedTable):
    """The indicators of a section, in the order given.

    `beside` heads a column with the force's figures, and is "" where there is none. The trend, and the months, have
    a column where any row has one.
    """

    kind: ClassVar[str] = "glance"
    id: str
    title: str
    rows: Sequence[GlanceRow]
    beside: str = ""
    notes: Sequence[str] = ()
    source: str | None = None

    @property
    def _has(self) -> tuple[bool, bool, bool]:
        """Whether there are trends, months and the force's figures to show."""
        return any(row.trend for row in self.rows), any(sparkline(row.spark) for row in self.rows), bool(self.beside)

    def columns(self) -> list[Column]:
        trends, months, force = self._has
        fixed = [Column("Indicator", "left"), Column("Value (change)"), Column("Period ending", "left")]
        middle = [*([Column("Trend", "left")] if trends else []), *([Column("Months", "left")] if months else [])]
        return [*fixed, *middle, Column("Significant change", "left"), *([Column(self.beside)] if force else [])]

    def widths(self) -> list[float]:
        trends, months, force = self._has
        return [24, 17, 12, *([18] if trends else []), *([13] if months else []), 13, *([17] if force else [])]

    def cells(self) -> list[list[Cell]]:
        return [self._cells(row) for row in self.rows]

    def _cells(self, row: GlanceRow) -> list[Cell]:
        trends, months, force = self._has
        cells: list[Cell] = [[Part(row.indicator)], _value(row), [Part(row.period or NOT_APPLICABLE)]]
        cells += [_trend(row)] if trends else []
        cells += [_months(row)] if months else []
        cells.append([Part(row.significant or NOT_APPLICABLE)])
        return [*cells, *([[Part(row.force or NOT_APPLICABLE)]] if force else [])]


def _value(row: GlanceRow) -> Cell:
    if not row.change or row.value in SHORTHAND:
        return [Part(row.value)]
    return [Part(row.value), Part(row.change if row.change in SHORTHAND else f"({row.change})")]


def _trend(row: GlanceRow) -> Cell:
    sign = trend_sign(row.trend, row.worth)
    if not sign:
        return [Part(row.trend or NOT_APPLICABLE)]
    return [Part(svg=sign), Part(row.trend), *([Part(row.worth, "quiet")] if row.worth else [])]


def _months(row: GlanceRow) -> Cell:
    drawing = sparkline(row.spark)
    return [Part(svg=drawing)] if drawing else [Part(row.trend if row.trend in SHORTHAND else NOT_APPLICABLE)]
