"""Turns a force's indicators, its units' rates and what to ask about them into the page that a board reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from thematic.displays.base import Display
from thematic.displays.signed import Part, Parts, RowedTable
from thematic.displays.signs import sparkline, trend_sign
from thematic.displays.tables import Column
from thematic.displays.values import FigureCell, Value, of_json, to_json, value_of_json
from thematic.measures.disclosure import NOT_APPLICABLE


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator of the page: its `group` where it is the first of one (else ""), the figure, the months (None where
    there is no number), the verdict, whether that is favourable, what is behind it, and the address of its report."""

    group: str
    indicator: str
    figure: FigureCell
    spark: Sequence[float | None]
    trend: str
    worth: str
    behind: str
    force: Value | None = None
    link: str = ""

    def payload(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {**vars(self), "figure": to_json(self.figure), "force": to_json(self.force) if self.force else None}

    @classmethod
    def of_payload(cls, said: Mapping[str, Any]) -> IndicatorRow:
        """The row that JSON values describe. Raises TypeError for what is none."""
        figure, force = of_json(said["figure"]), said.get("force")
        if not isinstance(figure, FigureCell):
            raise TypeError("an indicator's figure is no figure")
        return cls(**{**said, "figure": figure, "force": None if force is None else value_of_json(force)})


@dataclass(frozen=True)
class Indicators(RowedTable):
    """The indicators of all themes; `beside` heads a column of the force's figures, "" where there is none."""

    kind: ClassVar[str] = "indicators"
    id: str
    title: str
    rows: Sequence[IndicatorRow]
    beside: str = ""
    notes: Sequence[str] = ()
    source: str | None = None

    def columns(self) -> list[Column]:
        force = [Column(self.beside)] if self.beside else []
        left = [Column("Months", "left"), Column("Verdict", "left"), Column("What is behind it", "left")]
        return [Column("Indicator", "left"), Column("12 months"), Column("Change"), *force, *left]

    def widths(self) -> list[float]:
        return [36, 11, 13, 11, 13, 29, 44] if self.beside else [38, 10, 11, 13, 27, 46]

    def cells(self) -> list[list[Parts]]:
        found, group = [], ""
        for row in self.rows:
            group = row.group or group
            found.append(self._cells(row, group))
        return found

    def _cells(self, row: IndicatorRow, group: str) -> list[Parts]:
        name = Part(row.indicator, "under", link=row.link, heard=f"{group}:")
        if row.group:
            name = Part(f"{row.group}: {row.indicator}", link=row.link)
        value, moved = row.figure.value, row.figure.change
        cells: list[Parts] = [[name], [Part(value.printed())]]
        cells.append([Part(moved.printed() if moved is not None and value.value is not None else NOT_APPLICABLE)])
        cells += [[Part(row.force.printed() if row.force else NOT_APPLICABLE)]] if self.beside else []
        drawing, sign = sparkline(row.spark), trend_sign(row.trend, row.worth)
        cells.append([Part(svg=drawing)] if drawing else [Part(NOT_APPLICABLE)])
        cells.append([*([Part(svg=sign)] if sign else []), Part(row.trend or NOT_APPLICABLE, heard=row.worth)])
        return [*cells, [Part(row.behind or NOT_APPLICABLE)]]


@dataclass(frozen=True)
class StandingRow:
    """A unit, and for each theme its rate and where that lies beside the force's: `well above`, `near`, "" if
    unknown. `own` is the report's own area."""

    name: str
    rates: Sequence[tuple[Value, str]]
    own: bool = False

    def payload(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {"name": self.name, "rates": [[to_json(rate), word] for rate, word in self.rates], "own": self.own}

    @classmethod
    def of_payload(cls, said: Mapping[str, Any]) -> StandingRow:
        """The row that JSON values describe."""
        rates = [(value_of_json(rate), str(word)) for rate, word in said["rates"]]
        return cls(str(said["name"]), rates, bool(said["own"]))


@dataclass(frozen=True)
class Standing(RowedTable):
    """Units by themes: each unit's rate, in words beside the force's. `heads` name the themes with the force's rate."""

    kind: ClassVar[str] = "standing"
    id: str
    title: str
    level: str
    heads: Sequence[str]
    rows: Sequence[StandingRow]
    notes: Sequence[str] = ()
    source: str | None = None

    def columns(self) -> list[Column]:
        return [Column(self.level, "left"), *(Column(head, "left") for head in self.heads)]

    def widths(self) -> list[float]:
        return [18, *([20] * len(self.heads))]

    def cells(self) -> list[list[Parts]]:
        return [
            [[Part(row.name, "own" if row.own else "")], *(_standing(rate, word) for rate, word in row.rates)]
            for row in self.rows
        ]


def _standing(rate: Value, word: str) -> Parts:
    words = [Part(word, f"place {word.replace(' ', '-')}")] if word else []
    return [Part(rate.printed()), *words]


@dataclass(frozen=True)
class Lead(Display):
    """The one sentence that says what moved."""

    kind: ClassVar[str] = "lead"
    text: str

    def html(self) -> str:
        return f'<p class="lead">{escape(self.text)}</p>'

    def plain(self) -> str:
        return self.text


@dataclass(frozen=True)
class Question:
    """Something to ask about, and the figures that give reason to."""

    question: str
    reason: str


@dataclass(frozen=True)
class Questions(Display):
    """What a board could ask about, most pressing first."""

    kind: ClassVar[str] = "questions"
    title: str
    items: Sequence[Question]

    def html(self) -> str:
        items = "".join(
            f"<li><strong>{escape(each.question)}</strong> {escape(each.reason)}</li>" for each in self.items
        )
        return f'<section class="questions"><h2>{escape(self.title)}</h2><ol>{items}</ol></section>'

    def plain(self) -> str:
        lines = [f"{place}. {each.question} {each.reason}" for place, each in enumerate(self.items, start=1)]
        return "\n".join([self.title, *lines])


@dataclass(frozen=True)
class Points(Display):
    """The main points of a report, a sentence or two each, the most important first."""

    kind: ClassVar[str] = "points"
    title: str
    items: Sequence[str]

    def html(self) -> str:
        items = "".join(f"<li>{escape(each)}</li>" for each in self.items)
        return f'<ul class="points">{items}</ul>'

    def plain(self) -> str:
        return "\n".join([self.title, *(f"- {each}" for each in self.items)])
