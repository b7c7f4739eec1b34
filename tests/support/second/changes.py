"""Whether changes are significant, worked out a second way: the tests of today, to be replaced whole by issue 12's."""

from __future__ import annotations

import math

import pandas as pd
from scipy import stats

from second.conditions import is_share
from second.working import MONTH, ROLLING, Row, Span, Working
from thematic.params.measures import Count, Measure, PopulationOf


def significance(working: Working, frame: pd.DataFrame) -> pd.Series:
    """For each row of `working.frame()` True, False, or None where nothing is tested: 5%, two-sided, adjusted together
    (Benjamini-Hochberg) in each measure and dimension."""
    tests = {}
    for name, dimensions in working.theme.measures.items():
        for row, now, before in working.rows(name, dimensions):
            if row.dimension not in {MONTH, ROLLING}:
                tests[name, row.dimension, row.category] = (row, now, before)
    p_values = pd.Series(None, index=frame.index, dtype=float)
    for place, figure in frame.iterrows():
        key = figure["measure"], figure["dimension"], figure["category"]
        if key in tests and figure["change_status"] == "":
            p = _p_value(working, key[0], *tests[key])
            p_values[place] = float("nan") if p is None else p
    found = pd.Series(None, index=frame.index, dtype=object)
    for _, family in p_values.dropna().groupby([frame["measure"], frame["dimension"]]):
        for place, p in zip(family.index, benjamini_hochberg(list(family)), strict=True):
            found[place] = p < 0.05
    return found


def _p_value(working: Working, name: str, row: Row, now: Span, before: Span) -> float | None:
    measure = working.declarations.measures[name]
    if not _is_tested(measure, working):
        return None
    if measure.unit == "count" or isinstance(measure.denominator, PopulationOf):
        return count_p(_by_month(working, measure, row, now), _by_month(working, measure, row, before))
    this, earlier = working.point(name, row, now), working.point(name, row, before)
    test = share_p if is_share(measure, working.theme, working.declarations) else ratio_p
    return test(this.numerator, earlier.numerator, this.denominator, earlier.denominator)


def _is_tested(measure: Measure, working: Working) -> bool:
    """Means, stocks, ratios of measures and sums of numbers are not."""
    sides = [side for side in (measure.numerator, measure.denominator) if isinstance(side, Count)]
    if measure.unit in {"mean", "times"} or any(side.standing for side in sides):
        return False
    return all(side.sum is None or working.rows_counted(side).numeric[side.sum] == "whole" for side in sides)


def _by_month(working: Working, measure: Measure, row: Row, span: Span) -> list[int]:
    """The numerator in each month of a window, all seen from the window's end."""
    months = pd.period_range(span.first, span.last, freq="M")
    parts = [Span(month.start_time, month.end_time.normalize(), span.seen) for month in months]
    return [int(working.amount(measure.numerator, row, part, split=True)) for part in parts]


def count_p(a: list[int], b: list[int]) -> float:
    """The pairs-of-months test of two totals."""
    total_a, total_b = sum(a), sum(b)
    n = total_a + total_b
    if n == 0:
        return 1.0
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x + y > 0]
    if total_a and total_b and len(pairs) >= 6:
        p = total_a / n
        phi = sum((x - (x + y) * p) ** 2 / ((x + y) * p * (1 - p)) for x, y in pairs) / (len(pairs) - 1)
        if phi > 1:
            return float(2 * stats.t.sf(abs(total_a - n / 2) / math.sqrt(phi * n / 4), len(pairs) - 1))
    return float(stats.binomtest(total_a, n, 0.5).pvalue)


def ratio_p(x: int, y: int, of_x: int, of_y: int) -> float:
    return float(stats.binomtest(x, x + y, of_x / (of_x + of_y)).pvalue) if x + y else 1.0


def share_p(x: int, y: int, of_x: int, of_y: int) -> float:
    pooled = (x + y) / (of_x + of_y)
    if pooled in {0, 1}:
        return 1.0
    return float(2 * stats.norm.sf(abs(x / of_x - y / of_y) / math.sqrt(pooled * (1 - pooled) * (1 / of_x + 1 / of_y))))


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    """The p-values of one family, adjusted."""
    size = len(p_values)
    adjusted, least = [1.0] * size, 1.0
    for rank, place in enumerate(sorted(range(size), key=lambda each: p_values[each], reverse=True)):
        least = min(least, p_values[place] * size / (size - rank))
        adjusted[place] = least
    return adjusted
