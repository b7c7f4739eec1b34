"""Turns indicators (value, change, trend, months) into the table that a board reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from thematic.displays.base import SHORTHAND
from thematic.displays.signed import Part, Parts, RowedTable
from thematic.displays.signs import sparkline, trend_sign
from thematic.displays.tables import Column
from thematic.displays.values import FigureCell, Value, of_json, to_json, value_of_json
from thematic.measures.disclosure import NOT_APPLICABLE


@dataclass(frozen=True)
class Beside:
    """A target or a benchmark beside an indicator, and what is said of it: `met`, `figure is significantly above`."""

    value: Value
    said: str = ""


@dataclass(frozen=True)
class GlanceRow:
    """An indicator: its figure (value, change, interval) and the period's end as it is printed.

    `significant` is Yes, No or shorthand. `trend` is Stable, No clear change, Increase, Decrease, Significant
    increase, Significant decrease, shorthand, or "" for an indicator that has none (`[z]`). `polarity` says which way
    is better: lower, higher or none. `spark` has the months, oldest first, None where there is no number. `force` is
    the force's own figure, None where there is no such column. `beside` has a target or a benchmark for each of the
    table's `references`, None where the indicator has none.
    """

    indicator: str
    figure: FigureCell
    period: str
    significant: str
    trend: str = ""
    polarity: str = "none"
    spark: Sequence[float | None] = ()
    force: FigureCell | None = None
    beside: Sequence[Beside | None] = ()

    @property
    def value(self) -> str:
        """The value as printed, of a share with its interval: `17,025`, `87.2% of 143, 80.9% to 91.8%`, `[c]`."""
        return self.figure.figure

    @property
    def change(self) -> str:
        """The change as printed: `+5.0%`, `[z]`; nothing beside a figure without a value."""
        has_value = self.figure.value.value is not None
        return self.figure.change.printed() if has_value and self.figure.change is not None else ""

    @property
    def has_value(self) -> bool:
        return self.figure.value.value is not None

    @property
    def worth(self) -> str:
        """Whether the trend is favourable, unfavourable or neutral; nothing where it does not move."""
        return worth_of(self.trend, self.polarity)

    def payload(self) -> dict[str, Any]:
        """The row as JSON values."""
        beside = [None if each is None else [to_json(each.value), each.said] for each in self.beside]
        return {**vars(self), "figure": to_json(self.figure), "force": to_json(self.force), "beside": beside}

    @classmethod
    def of_payload(cls, said: Mapping[str, Any]) -> GlanceRow:
        """The row that JSON values describe. Raises TypeError for what is none."""
        cells = {name: cell for name in ("figure", "force") if isinstance(cell := _cell(said.get(name)), FigureCell)}
        pairs = [None if pair is None else Beside(value_of_json(pair[0]), pair[1]) for pair in said.get("beside", ())]
        return cls(**{**said, **cells, "beside": pairs})


def worth_of(trend: str, polarity: str) -> str:
    """Whether a trend is favourable, unfavourable or neutral, given which way is better; nothing for one that does not
    move."""
    rises, falls = trend.lower().endswith("increase"), trend.lower().endswith("decrease")
    if not (rises or falls):
        return ""
    if polarity not in ("lower", "higher"):
        return "neutral"
    return "favourable" if rises == (polarity == "higher") else "unfavourable"


def _cell(said: Any) -> Any:
    return None if said is None else of_json(said)


@dataclass(frozen=True)
class Glance(RowedTable):
    """The indicators of a section, in the order given.

    `beside` heads a column with the force's figures, and is "" where there is none; `references` those of targets and
    benchmarks. The trend, and the months, have a column where any row has one.
    """

    kind: ClassVar[str] = "glance"
    id: str
    title: str
    rows: Sequence[GlanceRow]
    beside: str = ""
    notes: Sequence[str] = ()
    source: str | None = None
    references: Sequence[str] = ()

    @property
    def _has(self) -> tuple[bool, bool, bool]:
        """Whether there are trends, months and the force's figures to show."""
        return any(row.trend for row in self.rows), any(sparkline(row.spark) for row in self.rows), bool(self.beside)

    @property
    def _periods_differ(self) -> bool:
        """Whether the rows have periods of their own; else the title says the one that they share."""
        return len({row.period for row in self.rows}) > 1

    def columns(self) -> list[Column]:
        trends, months, force = self._has
        fixed = [Column("Indicator", "left"), Column("Value (change)"), *map(Column, self.references)]
        fixed += [Column("Period ending", "left")] if self._periods_differ else []
        middle = [*([Column("Verdict", "left")] if trends else []), *([Column("Months", "left")] if months else [])]
        return [*fixed, *middle, *([Column(self.beside)] if force else [])]

    def widths(self) -> list[float]:
        trends, months, force = self._has
        return [
            22,
            21,
            *([14] * len(self.references)),
            *([12] if self._periods_differ else []),
            *([18] if trends else []),
            *([12] if months else []),
            *([17] if force else []),
        ]

    def cells(self) -> list[list[Parts]]:
        return [self._cells(row) for row in self.rows]

    def _cells(self, row: GlanceRow) -> list[Parts]:
        trends, months, force = self._has
        cells: list[Parts] = [[Part(row.indicator)], _figure(row.figure), *map(_reference, row.beside)]
        cells += [[Part(row.period or NOT_APPLICABLE)]] if self._periods_differ else []
        cells += [_trend(row)] if trends else []
        cells += [_months(row)] if months else []
        beside = _figure(row.force) if row.force is not None else [Part(NOT_APPLICABLE)]
        return [*cells, *([beside] if force else [])]


def _figure(figure: FigureCell) -> Parts:
    """The value and the change, and on lines of their own how many it is of, and its interval."""
    parts = [Part(said) for said in (figure.value.printed(), figure.bracketed) if said]
    base, _, interval = figure.spread.partition(", ")
    below = [f"{base},", interval] if interval else [base]
    return [*parts, *(Part(each, "quiet") for each in below if each)]


def _reference(beside: Beside | None) -> Parts:
    if beside is None:
        return [Part(NOT_APPLICABLE)]
    said = [Part(beside.said, "quiet")] if beside.said else []
    return [Part(beside.value.printed()), *said]


def _trend(row: GlanceRow) -> Parts:
    sign = trend_sign(row.trend, row.worth)
    if not sign:
        return [Part(row.trend or NOT_APPLICABLE)]
    return [Part(svg=sign), Part(row.trend), *([Part(row.worth, "quiet")] if row.worth else [])]


def _months(row: GlanceRow) -> Parts:
    drawing = sparkline(row.spark)
    return [Part(svg=drawing)] if drawing else [Part(row.trend if row.trend in SHORTHAND else NOT_APPLICABLE)]
