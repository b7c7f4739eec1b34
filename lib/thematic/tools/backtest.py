"""Holds published figures against ours: each printed number beside what the product gives, to its last decimal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from thematic.core.errors import ParamsRefused
from thematic.core.periods import Month
from thematic.cubes.cubes import Index
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.measures.release import released
from thematic.params import Params
from thematic.params.reading import read_model

Part = Literal["value", "previous_value", "change", "margin", "previous_margin", "share"]
Evaluate = Callable[[str, Month], Figures]
"""The force's figures of a theme (by its slug) for a period."""


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Declared):
    """What one printed number is: a part of a measure's figure, or its share in the measure's total, in per cent."""

    measure: str
    part: Part = "value"


class Block(_Declared):
    """A printed table, list or number: the keys that lead to it in the published file, and what its numbers are.

    With `by` it has a row for each category of that dimension (rows named in `totals` are the whole force); without,
    it is one row.
    """

    at: str
    theme: str
    period: str
    by: str | None = None
    totals: list[str] = []
    columns: list[Column]


class Deviation(_Declared):
    """A printed number that ours cannot equal, and why: it cannot be right, or was taken from rounded numbers."""

    at: str
    row: str
    measure: str
    part: Part
    kind: Literal["printed error", "change of rounded"]
    why: str


class Plan(_Declared):
    """data/reference/backtest.yaml: what each number of the published file is in the product's words."""

    published: str
    blocks: list[Block]
    deviations: list[Deviation] = []


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


def read_plan(reference: Path) -> Plan:
    """The plan in the reference folder. Raises ParamsRefused with every problem in it."""
    plan, problems = read_model(reference / "backtest.yaml", "data/reference/backtest.yaml", Plan)
    if plan is None:
        raise ParamsRefused("The backtest cannot be read.", problems)
    return plan


def compare(reference: Path, themes: set[str], evaluate: Evaluate) -> Iterator[Line]:
    """Every printed number of the themes beside ours, in the order of the plan."""
    plan = read_plan(reference)
    text = (reference / plan.published).read_text(encoding="utf-8")
    published = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - every number stays as it was printed
    for block in plan.blocks:
        if block.theme in themes:
            yield from _block(block, _at(published, block.at), plan.deviations, evaluate)


def _at(published: Any, keys: str) -> Any:
    for key in keys.split("."):
        published = published[key]
    return published


def _block(block: Block, printed: Any, deviations: list[Deviation], evaluate: Evaluate) -> Iterator[Line]:
    rows = printed if block.by is not None else {"": printed}
    for row, numbers in rows.items():
        listed = numbers if isinstance(numbers, list) else [numbers]
        for column, number in zip(block.columns, listed, strict=True):
            yield _line(block, column, row, number, deviations, evaluate)


def _line(
    block: Block, column: Column, row: str, printed: str, deviations: list[Deviation], evaluate: Evaluate
) -> Line:
    number = _ours(block, column, row, evaluate)
    ours = _rounded(number, printed)
    key = (block.at, row, column.measure, column.part)
    declared = next((each for each in deviations if (each.at, each.row, each.measure, each.part) == key), None)
    verdict = "same" if ours is not None and ours == Decimal(printed) else "different"
    if verdict == "different" and declared is not None:
        explained = declared.kind == "printed error" or _of_rounded(block, column, row, printed, evaluate)
        verdict = declared.kind if explained else verdict
    where = " ".join(part for part in (column.measure, column.part, row, block.period) if part)
    return Line(where, printed, "none" if ours is None else f"{ours:+f}" if printed[0] in "+-" else str(ours), verdict)


def _of_rounded(block: Block, column: Column, row: str, printed: str, evaluate: Evaluate) -> bool:
    """Whether the printed change is that of our two numbers, each rounded first."""
    ends = [column.model_copy(update={"part": part}) for part in ("value", "previous_value")]
    now, before = (_rounded(_ours(block, end, row, evaluate), printed) for end in ends)
    return now is not None and before is not None and now - before == Decimal(printed)


def _rounded(number: float | None, printed: str) -> Decimal | None:
    if number is None:
        return None
    return Decimal(repr(number)).quantize(Decimal(printed.lstrip("+")), ROUND_HALF_UP)


def _ours(block: Block, column: Column, row: str, evaluate: Evaluate) -> float | None:
    period = Month.parse(block.period)
    if column.part == "previous_margin":
        return half_width(_figure(evaluate(block.theme, period - 12), block, column, row))
    figures = evaluate(block.theme, period)
    figure = _figure(figures, block, column, row)
    if column.part == "share":
        whole = figures.one(column.measure).value
        return 100 * figure.value / whole if figure.value is not None and whole else None
    if column.part == "margin":
        return half_width(figure)
    value: float | None = getattr(figure, column.part)
    return value


def half_width(figure: Figure) -> float | None:
    """Half the width of a figure's 95% interval, in its own unit; None without one."""
    lower, upper = figure.lower_95, figure.upper_95
    return None if lower is None or upper is None else (upper - lower) / 2


def _figure(figures: Figures, block: Block, column: Column, row: str) -> Figure:
    if block.by is None or row in block.totals:
        return figures.one(column.measure)
    return figures.one(column.measure, block.by, row)


def told(lines: Sequence[Line]) -> Iterator[str]:
    """The lines as text: every figure, those that differ or are explained marked, and how many agree."""
    width = max((len(line.where) for line in lines), default=0)
    for line in lines:
        mark = "" if line.verdict == "same" else f"   {line.verdict}"
        yield f"{line.where:<{width}}  printed {line.printed:>7}  ours {line.ours:>7}{mark}"
    same = sum(line.verdict == "same" for line in lines)
    kinds = Counter(line.verdict for line in lines if line.verdict != "same")
    rest = "".join(f"; {kind}: {count}" for kind, count in kinds.items())
    yield f"{same} of {len(lines)} to the printed decimal{rest}"
