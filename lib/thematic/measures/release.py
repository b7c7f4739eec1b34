"""Turns the evidence of a report into its released figures: protects it, judges it, and writes it down.

Read from top to bottom: the figures of one block; what may be said of each of its sides (protect); the value, its
interval and its change (measure). What the tests say of a change is in judge.py. A public report's counts were rounded
before it was begun: nothing here knows any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.measures.data import ReportData
from thematic.measures.disclosure import ENOUGH, Rounding
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
from thematic.measures.ledger.homes import is_known_later
from thematic.measures.signals import expected_months
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, MONTH, TOTAL
from thematic.stats.intervals import poisson_interval, wilson_interval
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE

_Rule = Callable[[Block, Rounding | None, int | None, int, int | None, int], "Shown"]
"""What an audience may see of a row: its block, the rounding of its counts, and each side's total with its scale."""


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
    charts = expected_months(totals, months, rounded=data.rounding is not None)
    return Figures(tuple(rows), evidence.reasons, evidence.notes, charts, rises)


def _release(block: Block, verdict: Judgement, places: list[int], data: ReportData) -> list[Figure]:
    """The figures of a block; `places` has for each row its place in the family that `verdict` is of."""
    now, before = protect(block, data, earlier=False), protect(block, data, earlier=True)
    withheld, rounding = _withheld_tests(block, data), None if _is_exact(block, data) else data.rounding
    figures = []
    for row in block.rows:
        hidden = withheld is not None and bool(withheld[row])
        place = places[row]
        judged = (None, None) if hidden else (verdict.significant(place), verdict.words[place])
        if rounding is not None and judged[0] is not None and _is_still(block, rounding, now[row], before[row]):
            judged = (False, judged[1] if judged[1] == STABLE else NO_CLEAR_CHANGE)
        figures.append(_figure(block, row, now[row], before[row], *judged, rounding=rounding))
    return figures


def _withheld_tests(block: Block, data: ReportData) -> NDArray[np.bool_] | None:
    """The rows whose change is not tested in public: a breakdown of an area, and counts (of percentages and ratios the
    numerators) that are under 50 in either window; None: all may be."""
    if data.rounding is None or _is_exact(block, data):
        return None
    own = block.dimension in (TOTAL, FORCE_ROW, *data.params.levels)
    if not (own or data.area.is_force):
        return np.ones(len(block.names), dtype=bool)
    pairs = zip(protect(block, data, earlier=False), protect(block, data, earlier=True), strict=True)
    return np.array([not (_bears(now) and _bears(before)) for now, before in pairs], dtype=bool)


def _is_exact(block: Block, data: ReportData) -> bool:
    """Whether a figure rests on sums that are public as they are."""
    return all(base.table.public == "sums" for base in data.bases_of(block.measure))


def _bears(shown: Shown) -> bool:
    """Whether a public figure is of enough to be tested."""
    return shown.value is not None and (shown.numerator or 0) >= ENOUGH


def _is_still(block: Block, rounding: Rounding, now: Shown, before: Shown) -> bool:
    """Whether nothing moved that is known: the counts could differ by their rounding alone, or the percentages are
    printed alike."""
    if rounding.is_still(now.numerator or 0, before.numerator or 0):
        return True
    alike = block.declared.unit == "percent" and now.value is not None and before.value is not None
    return alike and not f"{(now.value or 0) - (before.value or 0):.0f}".strip("-0")


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
        Shown(None, NOT_AVAILABLE) if why else may(block, data.rounding, top, above.scale, bottom, below.scale)
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
    """The rule for a block: sums and means are public only where their table says so, stocks never."""
    if data.rounding is None:
        return _as_it_is
    if data.params.tables[data.table_of(block.measure)].public == "sums" and not block.has_stock:
        return _as_it_is
    if any(is_known_later(base) for base in data.bases_of(block.measure)):
        return _withheld
    if block.has_stock or block.sums or block.sums_numbers or block.declared.unit == "mean":
        return _withheld
    return _rounded


def _as_it_is(
    block: Block, rounding: Rounding | None, top: int | None, scale: int, bottom: int | None, below: int
) -> Shown:
    return _worked_out(block.declared, _units(top, scale), _units(bottom, below))


def _withheld(
    block: Block, rounding: Rounding | None, top: int | None, scale: int, bottom: int | None, below: int
) -> Shown:
    return Shown(None, CONFIDENTIAL)


def _rounded(
    block: Block, rounding: Rounding | None, top: int | None, scale: int, bottom: int | None, below: int
) -> Shown:
    """A figure of public counts: none of a percentage of few, or of a share that rounding has made more than all."""
    if rounding is None or top is None:
        return _worked_out(block.declared, top, bottom)
    if block.below_is_counted and bottom is not None and bottom < rounding.minimum_denominator:
        return Shown(None, CONFIDENTIAL, denominator=bottom)
    if block.is_share and bottom is not None and top > bottom:
        return Shown(None, CONFIDENTIAL, denominator=bottom)
    return _worked_out(block.declared, top, bottom)


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


def _figure(
    block: Block,
    place: int,
    now: Shown,
    before: Shown,
    significant: bool | None,
    trend: str | None,
    *,
    rounding: Rounding | None,
) -> Figure:
    """A row of a block as a figure."""
    declared = block.declared
    lower, upper = _interval(block, now, rounding)
    change, change_status = _change(block, now, before)
    if rounding is not None and change is not None and not (_bears(now) and _bears(before)):
        change, change_status = None, NOT_APPLICABLE
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
        status=now.status or (LOW if _is_low(declared, now, rounding) else ""),
        change_status=change_status,
        earlier_numerator=before.numerator if change_status in ("", NOT_APPLICABLE) else None,
        earlier_denominator=before.denominator if change_status in ("", NOT_APPLICABLE) else None,
        earlier_status=LOW if _is_low(declared, before, rounding) else "",
    )


def _is_low(declared: Measure, shown: Shown, rounding: Rounding | None) -> bool:
    """Whether a figure is printed as [low]: it rounds to nothing, or rests on a public count that says only few."""
    value = shown.value
    if value is not None and rounding is not None and rounding.is_low(shown.numerator or 0):
        return True
    return value is not None and value != 0 and not f"{value:.{declared.decimals}f}".strip("-0.")


def _interval(block: Block, now: Shown, rounding: Rounding | None) -> tuple[float | None, float | None]:
    """Exact Poisson for rates over people, Wilson for shares; none for the rest, or without a value. Around a public
    count, from the least that it can stand for to the greatest."""
    declared, off = block.declared, 0 if rounding is None else max(rounding.line, rounding.usual)
    if now.value is None or now.numerator is None or not now.denominator or block.sums or block.parts:
        return None, None
    if block.is_share and now.numerator > now.denominator:
        return None, None
    if declared.is_rate:
        ends = [max(now.numerator - off, 0), now.numerator + off]
        (lower, _), (_, upper) = (poisson_interval([end]) for end in ends)
        scale = RATE_SIZES[declared.unit] / now.denominator
    elif block.is_share:
        ends = [max(now.numerator - off, 0), min(now.numerator + off, now.denominator)]
        (lower, _), (_, upper) = (wilson_interval([end], [now.denominator]) for end in ends)
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
