"""Turns the evidence of a report into its released figures: protects it, judges it, and writes it down.

Read from top to bottom: what an audience may see of each side of a figure (protect); the value, its interval and its
change, worked out from what it may see and from nothing else (measure); what the tests say of a change (judge).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thematic.measures.data import ReportData
from thematic.measures.disclosure import Gate
from thematic.measures.evidence import Block, Side, evaluate
from thematic.measures.figures import (
    CONFIDENTIAL,
    LOW,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    Figure,
    Figures,
    Number,
)
from thematic.params.measures import RATE_SIZES, Measure
from thematic.stats.statistics import (
    LEVEL,
    adjusted,
    counts_test,
    poisson_interval,
    proportions_test,
    ratio_test,
    wilson_interval,
)
from thematic.stats.trend import Word, word

TREND_MONTHS = 36

_Rule = Callable[[Block, Gate, int | None, int, int | None, int], "Shown"]
"""What an audience may see of a row: its block, the gate, and each side's total with its scale."""


def released(data: ReportData) -> Figures:
    """Every released figure of the report, in the order the theme declares them."""
    evidence = evaluate(data)
    rows = [figure for block in evidence.blocks for figure in _release(block, data)]
    return Figures(tuple(rows), evidence.reasons, evidence.notes)


def _release(block: Block, data: ReportData) -> list[Figure]:
    now = protect(block, data, earlier=False)
    before = protect(block, data, earlier=True)
    figures = [_figure(block, place, *pair) for place, pair in enumerate(zip(now, before, strict=True))]
    return judge(block, figures, data.gate)


# --- protect: what an audience may see of a figure's two sides


@dataclass(frozen=True)
class Shown:
    """A figure's value and its two sides as an audience may see them, or the status in their place."""

    value: Number | None
    status: str = ""
    numerator: Number | None = None
    denominator: Number | None = None


def protect(block: Block, data: ReportData, *, earlier: bool) -> list[Shown]:
    """What the audience may see of each row of a block, in its window or in the one a year earlier."""
    compared = block.compared
    above, below = (compared.above_before, compared.below_before) if earlier else (compared.above, compared.below)
    missing = [
        one or (other if earlier else None) for one, other in zip(block.missing, block.change_missing, strict=True)
    ]
    if block.parts:
        sides = zip(*(protect(part, data, earlier=earlier) for part in block.parts), strict=True)
        return [Shown(None, NOT_AVAILABLE) if why else _times(*pair) for why, pair in zip(missing, sides, strict=True)]
    may = _may_show(block, data)
    rows = zip(missing, _totals(above, len(block.names)), _totals(below, len(block.names)), strict=True)
    return [
        Shown(None, NOT_AVAILABLE) if why else may(block, data.gate, top, above.scale, bottom, below.scale)
        for why, top, bottom in rows
    ]


def _totals(side: Side, size: int) -> Sequence[int | None]:
    return side.totals or [None] * size


def _times(above: Shown, below: Shown) -> Shown:
    """The ratio of two measures' values, which stand as its two sides."""
    status = next((each.status for each in (above, below) if each.value is None), "")
    if above.value is None or below.value is None:
        return Shown(None, status)
    if below.value == 0:
        return Shown(None, NOT_APPLICABLE, above.value, below.value)
    return Shown(above.value / below.value, "", above.value, below.value)


def _may_show(block: Block, data: ReportData) -> _Rule:
    """The rule for a block: sums of numbers are public only where their table says so, stocks never."""
    if not data.gate.protects:
        return _as_it_is
    if block.declared.window == "at_period_end":
        return _withheld
    if block.sums_numbers or block.declared.unit == "mean":
        public = data.params.tables[data.table_of(block.measure)].public == "sums"
        return _as_it_is if public else _withheld
    return _gated


def _as_it_is(block: Block, gate: Gate, top: int | None, scale: int, bottom: int | None, below: int) -> Shown:
    numerator = _units(top, scale)
    return _worked_out(block.declared, numerator, _units(bottom, below))


def _withheld(block: Block, gate: Gate, top: int | None, scale: int, bottom: int | None, below: int) -> Shown:
    return Shown(None, CONFIDENTIAL)


def _gated(block: Block, gate: Gate, top: int | None, scale: int, bottom: int | None, below: int) -> Shown:
    declared, count = block.declared, gate.count(top or 0)
    if declared.is_rate or declared.unit == "count":
        if count is None:
            return Shown(None, CONFIDENTIAL, denominator=bottom)
        return _worked_out(declared, count, bottom)
    base = gate.count(bottom or 0)
    if bottom == 0:
        return Shown(None, NOT_APPLICABLE, count, base)
    small = gate.withholds_share(top or 0, bottom or 0)
    if small or count is None or not base:
        return Shown(None, CONFIDENTIAL, denominator=base)
    return _worked_out(declared, count, base)


def _units(total: int | None, scale: int) -> Number | None:
    return total if total is None or scale == 1 else total / scale


# --- measure: the value, its interval and its change


def _worked_out(declared: Measure, numerator: Number | None, denominator: Number | None) -> Shown:
    if numerator is None:
        return Shown(None, NOT_AVAILABLE)
    if declared.unit == "count":
        return Shown(numerator, "", numerator)
    if denominator is None:
        return Shown(None, NOT_AVAILABLE, numerator)
    if denominator == 0:
        return Shown(None, NOT_APPLICABLE, numerator, denominator)
    size = RATE_SIZES.get(declared.unit, 100 if declared.unit == "percent" else 1)
    return Shown(size * numerator / denominator, "", numerator, denominator)


def _figure(block: Block, place: int, now: Shown, before: Shown) -> Figure:
    """The figure, not yet judged."""
    declared = block.declared
    lower, upper = _interval(block, now)
    change, change_status = _change(block, now, before)
    first, last = block.days(place)
    return Figure(
        measure=block.measure,
        dimension=block.dimension,
        category=block.names[place],
        window_start=first,
        window_end=last,
        numerator=now.numerator,
        denominator=now.denominator,
        value=now.value,
        unit=declared.unit,
        lower_95=lower,
        upper_95=upper,
        previous_value=before.value if change_status in ("", NOT_APPLICABLE) else None,
        change=change,
        change_unit=_change_unit(block),
        significant=None,
        trend=None,
        status=now.status or (LOW if _rounds_to_nothing(declared, now.value) else ""),
        change_status=change_status,
    )


def _rounds_to_nothing(declared: Measure, value: Number | None) -> bool:
    return value is not None and value != 0 and not f"{value:.{declared.decimals}f}".strip("-0.")


def _interval(block: Block, now: Shown) -> tuple[float | None, float | None]:
    """Exact Poisson for rates over people, Wilson for shares; none for the rest, or without a value."""
    declared = block.declared
    if now.value is None or now.numerator is None or not now.denominator or block.sums or block.parts:
        return None, None
    if declared.is_rate:
        lower, upper = poisson_interval([now.numerator])
        scale = RATE_SIZES[declared.unit] / now.denominator
    elif block.is_share:
        lower, upper = wilson_interval([now.numerator], [now.denominator])
        scale = 100.0
    else:
        return None, None
    return float(lower[0]) * scale, float(upper[0]) * scale


def _change_unit(block: Block) -> str:
    if block.declared.unit == "percent":
        return "pp"
    return "units" if block.is_difference else "percent"


def _change(block: Block, now: Shown, before: Shown) -> tuple[float | None, str]:
    """The change, and the status that stands in its place."""
    if now.value is None or before.value is None:
        return None, now.status or before.status
    if _change_unit(block) != "percent":
        return float(now.value - before.value), ""
    if before.value == 0:
        return None, NOT_APPLICABLE
    return 100 * (now.value - before.value) / before.value, ""


# --- judge: what the tests say, the rows of a block together


def judge(block: Block, figures: list[Figure], gate: Gate) -> list[Figure]:
    """The figures of a block with `significant` and `trend`, their tests adjusted together.

    A row without a change is not tested; what is found stays empty where a count it rests on is confidential.
    """
    if not block.is_tested:
        return figures
    tested = [place for place, figure in enumerate(figures) if _can_be_tested(block, figure)]
    p_values = dict(zip(tested, adjusted([_p_value(block, place) for place in tested]), strict=True))
    return [_judged(block, place, figure, p_values.get(place), gate) for place, figure in enumerate(figures)]


def _can_be_tested(block: Block, figure: Figure) -> bool:
    return figure.value is not None and figure.previous_value is not None and not figure.change_status


def _judged(block: Block, place: int, figure: Figure, p_value: float | None, gate: Gate) -> Figure:
    significant = None
    if p_value is not None and not gate.withholds_any(_rests_on(block, place)):
        significant = p_value < LEVEL
    trend = None if figure.value is None else _trend(block, place, gate)
    return replace(figure, significant=significant, trend=trend)


def _months(side: Side, place: int) -> list[int]:
    return [] if side.months is None else [int(count) for count in side.months[place]]


def _p_value(block: Block, place: int) -> float:
    compared = block.compared
    now, before = _months(compared.above, place), _months(compared.above_before, place)
    if block.declared.unit == "count" or block.declared.is_rate:
        return counts_test(now, before)
    test = proportions_test if block.is_share else ratio_test
    bottoms = (sum(_months(compared.below, place)), sum(_months(compared.below_before, place)))
    return test((sum(now), sum(before)), bottoms)


def _rests_on(block: Block, place: int) -> list[int]:
    compared = block.compared
    now, before = _months(compared.above, place), _months(compared.above_before, place)
    if block.declared.unit == "count" or block.declared.is_rate:
        return [*now, sum(now), *before, sum(before)]
    sides = (compared.above, compared.below, compared.above_before, compared.below_before)
    return [sum(_months(side, place)) for side in sides]


def _trend(block: Block, place: int, gate: Gate) -> Word | None:
    """The word for the trend of a count or a rate over twelve months; None where a month it rests on is confidential,
    or where there are too few."""
    has_trend = block.declared.unit != "percent" and block.declared.window == "rolling_12"
    if block.series is None or not has_trend:
        return None
    series = block.series[place][-TREND_MONTHS:]
    closed = np.flatnonzero(np.isnan(series))
    months = [int(each) for each in series[closed[-1] + 1 if len(closed) else 0 :]]
    return None if gate.withholds_any(months) else word(months)
