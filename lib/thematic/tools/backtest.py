"""Holds published figures against ours: each printed number beside what the product gives, to its last decimal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.cubes.cubes import Index
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.measures.release import released
from thematic.params import Params
from thematic.tools.published import Block, Column, Deviation, Row, read_plan

Evaluate = Callable[[str, Month], Figures]
"""The force's figures of a theme (by its slug) for a period."""

Deviations = Mapping[tuple[str, str, str, str], Deviation]


def evaluator(params: Params, index: Index, files: Callable[[str], dict[str, bytes]]) -> Evaluate:
    """Evaluates each theme and period once, for the force and the internal audience; `files` gives a theme's cubes."""
    read, force = cache(files), params.force_area
    return cache(
        lambda theme, period: released(ReportData(params, theme, read(theme), index, force, period, "internal"))
    )


@dataclass(frozen=True)
class Line:
    """One printed number and ours. `verdict`: same, different, or the kind of a declared deviation."""

    where: str
    printed: str
    ours: str
    verdict: str

    @property
    def holds(self) -> bool:
        return self.verdict != "different"


def compare(reference: Path, themes: set[str], evaluate: Evaluate) -> Iterator[Line]:
    """Every printed number of the themes beside ours, in the order of the plan.

    Raises DataRefused where a block does not say what every number of its part of the published file is.
    """
    for publication in read_plan(reference).publications:
        text = (reference / publication.published).read_text(encoding="utf-8")
        published = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - every number stays as it was printed
        deviations = {each.key: each for each in publication.deviations}
        for block in publication.blocks:
            if block.theme in themes:
                yield from _block(block, _at(published, block.at), deviations, evaluate)


def _at(published: Any, keys: str) -> Any:
    for key in keys.split("."):
        published = published[key]
    return published


def _block(block: Block, printed: Any, deviations: Deviations, evaluate: Evaluate) -> Iterator[Line]:
    for name, numbers in (printed if block.by is not None else {"": printed}).items():
        if block.by is None or name not in block.words:
            for column, number in _numbered(block, numbers):
                yield _Cell(block, name, column, evaluate).line(number, deviations)


def _numbered(block: Block, numbers: Any) -> Iterator[tuple[Column, str]]:
    """Each column with its printed number: by name, or in their order."""
    columns: dict[Any, Column]
    named: dict[Any, Any]
    if isinstance(numbers, dict):
        columns = {column.key: column for column in block.columns}
        named = {key: number for key, number in numbers.items() if key not in block.words}
    else:
        columns = dict(enumerate(block.columns))
        named = dict(enumerate(numbers if isinstance(numbers, list) else [numbers]))
    if columns.keys() != named.keys():
        raise DataRefused(
            f"data/reference/backtest.yaml, {block.at}: columns {list(columns)} for the numbers {list(named)}. "
            "Say what each number is, or name it under words."
        )
    for key, number in named.items():
        yield columns[key], str(number)


@dataclass(frozen=True)
class _Cell:
    """One printed number: its block, the name of its row, its column, and where our figures come from."""

    block: Block
    name: str
    column: Column
    evaluate: Evaluate

    @property
    def measure(self) -> str:
        return self.column.measure or self.block.measure or ""

    @property
    def period(self) -> Month:
        return Month.parse(self.block.period)

    def line(self, printed: str, deviations: Deviations) -> Line:
        """The printed number and ours, with the verdict."""
        ours = self._month() if self.column.part == "period" else _text(self._number(self.column.part), printed)
        verdict = "same" if _equal(ours, printed) else "different"
        declared = deviations.get((self.block.at, self.name, self.measure, self.column.part))
        if verdict == "different" and declared is not None:
            explained = declared.kind != "change of rounded" or self._of_rounded(printed)
            verdict = declared.kind if explained else verdict
        said = (self.measure, self.column.part, self.name, self.column.category, self.block.period)
        return Line(" ".join(part for part in said if part), printed, ours, verdict)

    def _month(self) -> str:
        return str(Month.containing(self._figure(self.evaluate(self.block.theme, self.period)).window_end))

    def _of_rounded(self, printed: str) -> bool:
        """Whether the printed change is that of our two numbers, each rounded first."""
        now, before = (_rounded(self._number(part), printed) for part in ("value", "previous_value"))
        return now is not None and before is not None and now - before == Decimal(printed)

    def _number(self, part: str) -> float | None:
        if part == "previous_margin":
            return half_width(self._figure(self.evaluate(self.block.theme, self.period - 12)))
        figures = self.evaluate(self.block.theme, self.period)
        figure = self._figure(figures)
        if part == "share":
            whole = figures.one(self.measure).value
            return 100 * figure.value / whole if figure.value is not None and whole else None
        if part == "margin":
            return half_width(figure)
        if part == "difference":
            now, before = figure.numerator, figure.earlier_numerator
            return None if now is None or before is None else now - before
        value: float | None = getattr(figure, part)
        return value

    def _figure(self, figures: Figures) -> Figure:
        row, column = self.block.row(self.name), self.column
        if column.by is not None:
            return figures.one(self.measure, column.by, column.category or "")
        if column.category is not None:
            return figures.one(self.measure, row.cross or "", _crossed(row, column.category))
        if row.category is None:
            return figures.one(self.measure)
        return figures.one(self.measure, row.by or "", row.category)


def _crossed(row: Row, category: str) -> str:
    """A row's category and a column's, as one of a cross table; the column's alone in the row of the whole."""
    return category if row.category is None else f"{row.category} / {category}"


def _equal(ours: str, printed: str) -> bool:
    return ours == printed or (ours != "none" and _decimal(ours) is not None and _decimal(ours) == _decimal(printed))


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text.lstrip("+-").replace(".", "", 1).isdigit() else None


def _text(number: float | None, printed: str) -> str:
    """Our number as the printed one is written: its decimals, its sign."""
    ours = _rounded(number, printed)
    return "none" if ours is None else f"{ours:+f}" if printed[0] in "+-" else str(ours)


def _rounded(number: float | None, printed: str) -> Decimal | None:
    if number is None:
        return None
    return Decimal(repr(number)).quantize(Decimal(printed.lstrip("+")), ROUND_HALF_UP)


def half_width(figure: Figure) -> float | None:
    """Half the width of a figure's 95% interval, in its own unit; None without one."""
    lower, upper = figure.lower_95, figure.upper_95
    return None if lower is None or upper is None else (upper - lower) / 2


def told(lines: Sequence[Line]) -> Iterator[str]:
    """The lines as text: every figure, those that differ or are explained marked, and how many hold."""
    width = max((len(line.where) for line in lines), default=0)
    for line in lines:
        mark = "" if line.verdict == "same" else f"   {line.verdict}"
        yield f"{line.where:<{width}}  printed {line.printed:>7}  ours {line.ours:>7}{mark}"
    same = sum(line.verdict == "same" for line in lines)
    kinds = Counter(line.verdict for line in lines if line.verdict != "same")
    rest = "".join(f"; {kind}: {count}" for kind, count in kinds.items())
    held = sum(line.holds for line in lines)
    yield f"{held} of {len(lines)} hold: {same} to the printed decimal{rest}"
