"""Turns the evidence of a report into its released figures: protects it, judges it, and writes it down.

Read from top to bottom: the figures of one block; what an audience may see of each side of a figure (protect); the
value, its interval and its change, worked out from what it may see and from nothing else (measure). What the tests say
of a change is in judge.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
from thematic.measures.judge import Judgement, judge
from thematic.measures.signals import expected_months
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import MONTH, TOTAL
from thematic.stats.intervals import poisson_interval, wilson_interval

_Rule = Callable[[Block, Gate, int | None, int, int | None, int], "Shown"]
"""What an audience may see of a row: its block, the gate, and each side's total with its scale."""


def released(data: ReportData) -> Figures:
    """Every released figure of the report, in the order the theme declares them."""
    evidence = evaluate(data)
    known = set(map(id, evidence.blocks))
    families = [block for block in evidence.families.values() if id(block) not in known]
    blocks = [*evidence.blocks, *families]
    judged = judge(blocks, [_withheld_tests(block, data) for block in blocks])
    of_block = {id(block): judgement for block, judgement in zip(blocks, judged, strict=True)}
    rows: list[Figure] = []
    months: dict[str, list[Figure]] = {}
    rises: dict[str, float] = {}
    for block in evidence.blocks:
        verdict, places = of_block[id(block)], list(range(len(block.names)))
        family = evidence.families.get(block.measure) if block.dimension == TOTAL else None
        if family is not None and data.area.name in family.names:
            verdict, places = of_block[id(family)], [family.names.index(data.area.name)]
        found = _release(block, verdict, places, data)
        rows += found
        if block.dimension == MONTH:
            months[block.measure] = found
        elif block.dimension == TOTAL and np.isfinite(rise := float(verdict.smallest_rise[places[0]])):
            rises[block.measure] = rise
    totals = [block for block in evidence.blocks if block.dimension == TOTAL]
    charts = expected_months(totals, months, protected=data.gate.protects)
    return Figures(tuple(rows), evidence.reasons, evidence.notes, charts, rises)


def _release(block: Block, verdict: Judgement, places: list[int], data: ReportData) -> list[Figure]:
    """The figures of a block; `places` has for each row its place in the family that `verdict` is of."""
    now, before = protect(block, data, earlier=False), protect(block, data, earlier=True)
    withheld = _withheld_tests(block, data)
    figures = []
    for row in block.rows:
        hidden = withheld is not None and bool(withheld[row])
        place = places[row]
        judged = (None, None) if hidden else (verdict.significant(place), verdict.words[place])
        figures.append(_figure(block, row, now[row], before[row], *judged))
    return figures


def _withheld_tests(block: Block, data: ReportData) -> NDArray[np.bool_] | None:
    """The rows whose test the audience may not see, as a count it rests on is confidential, or the figure itself in
    either window; None: it may see all."""
    if not data.gate.protects:
        return None
    sides = [protect(block, data, earlier=earlier) for earlier in (False, True)]
    confidential = [CONFIDENTIAL in (now.status, before.status) for now, before in zip(*sides, strict=True)]
    counts = [data.gate.withholds_any(_rests_on(block, place)) for place in range(len(block.names))]
    return np.array([any(pair) for pair in zip(confidential, counts, strict=True)], dtype=bool)


def _rests_on(block: Block, place: int) -> list[int]:
    compared = block.compared
    sides = (compared.above, compared.below, compared.above_before, compared.below_before)
    months = [[int(count) for count in side.months[place]] for side in sides if side.months is not None]
    if block.declared.unit == "count" or block.declared.is_rate:
        return [*(count for each in months for count in each), *(sum(each) for each in months)]
    return [sum(each) for each in months]


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
    if block.has_stock:
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


def _figure(block: Block, place: int, now: Shown, before: Shown, significant: bool | None, trend: str | None) -> Figure:
    """A row of a block as a figure."""
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
        significant=significant,
        trend=trend,
        status=now.status or (LOW if _rounds_to_nothing(declared, now.value) else ""),
        change_status=change_status,
        earlier_numerator=before.numerator if change_status in ("", NOT_APPLICABLE) else None,
        earlier_denominator=before.denominator if change_status in ("", NOT_APPLICABLE) else None,
    )


def _rounds_to_nothing(declared: Measure, value: Number | None) -> bool:
    return value is not None and value != 0 and not f"{value:.{declared.decimals}f}".strip("-0.")


def _interval(block: Block, now: Shown) -> tuple[float | None, float | None]:
    """Exact Poisson for rates over people, Wilson for shares; none for the rest, or without a value."""
    declared = block.declared
    if now.value is None or now.numerator is None or not now.denominator or block.sums or block.parts:
        return None, None
    if block.is_share and now.numerator > now.denominator:
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
        stands = now.status if now.status in (CONFIDENTIAL, NOT_AVAILABLE) else before.status or now.status
        return None, stands
    if _change_unit(block) != "percent":
        return float(now.value - before.value), ""
    if before.value == 0:
        return None, NOT_APPLICABLE
    return 100 * (now.value - before.value) / abs(before.value), ""
