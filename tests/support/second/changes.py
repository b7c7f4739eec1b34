"""Whether changes are significant, worked out a second way: the tests of two windows, adjusted in their families."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from second.areas import FORCE
from second.conditions import is_share
from second.working import MONTH, ROLLING, TOTAL, Row, Span, Working
from thematic.params.measures import Count, Measure, PopulationOf

LEVEL = 0.05


def significance(working: Working, frame: pd.DataFrame) -> pd.Series:
    """For each row of `working.frame()` True, False, or None where nothing is tested: 5%, two-sided, adjusted together
    (Benjamini-Hochberg) in each breakdown and level; an area's own total as in the family of its level."""
    adjusted: dict[tuple[str, str, str], float | None] = {}
    for name, dimensions in working.theme.measures.items():
        if _is_tested(working.declarations.measures[name], working):
            adjusted |= _of_measure(working, name, working.rows(name, dimensions))
    keys = zip(frame["measure"], frame["dimension"], frame["category"], frame["change_status"], strict=True)
    found = [None if status == "[x]" else adjusted.get((name, *where)) for name, *where, status in keys]
    return pd.Series([None if p is None else bool(p < LEVEL) for p in found], index=frame.index, dtype=object)


def _of_measure(
    working: Working, name: str, rows: list[tuple[Row, Span, Span]]
) -> dict[tuple[str, str, str], float | None]:
    """The adjusted p-value of every row of a measure; months and rolling windows have none."""
    adjusted: dict[tuple[str, str, str], float | None] = {}
    by_dimension: dict[str, list[Row]] = {}
    for row, _, _ in rows:
        by_dimension.setdefault(row.dimension, []).append(row)
    now, before = working.windows(name)
    for dimension, listed in by_dimension.items():
        if dimension in {MONTH, ROLLING}:
            continue
        family = listed
        if dimension in working.declarations.levels:
            family = working.level(dimension)
        elif dimension == TOTAL and working.area.level != FORCE:
            family = working.level(working.area.level)
        p_values = {(row.dimension, row.category): _p_value(working, name, row, now, before) for row in family}
        together = _adjusted(p_values)
        for row in listed:
            own = (working.area.level, working.area.name)
            key = own if dimension == TOTAL and own in together else (row.dimension, row.category)
            adjusted[name, row.dimension, row.category] = together[key]
    return adjusted


def _adjusted(p_values: dict[Any, tuple[float | None, float]]) -> dict[Any, float | None]:
    """The p-values of a family; a row that has none, and one without events, is in no family and keeps its own."""
    family = {key: p for key, (p, events) in p_values.items() if p is not None and events > 0}
    own = {key: p for key, (p, _) in p_values.items()}
    return own | dict(zip(family, benjamini_hochberg(list(family.values())), strict=True))


def _is_tested(measure: Measure, working: Working) -> bool:
    """Means, stocks, ratios of measures and sums of numbers are not."""
    if measure.unit in {"mean", "times"}:
        return False
    tables = working.declarations.tables
    for count in working.counts(measure):
        table = tables[working.theme.table_of(count.selection)]
        if count.standing or (count.sum and working.sums_fractions(table, count.sum)):
            return False
    return True


def _p_value(working: Working, name: str, row: Row, now: Span, before: Span) -> tuple[float | None, float]:
    """The unadjusted p-value of a row, None where it is not tested, and how many events the two windows hold."""
    measure = working.declarations.measures[name]
    this, earlier = working.point(name, row, now), working.point(name, row, before)
    if "[x]" in {this.status, earlier.status}:
        return None, 0
    events = this.numerator + earlier.numerator
    x, y, d, e = this.numerator, earlier.numerator, this.denominator, earlier.denominator
    is_rate = isinstance(measure.denominator, PopulationOf)
    if measure.unit == "count" or is_rate:
        a, b = _twelve(working, name, row, now, before)
        p0 = d / (d + e) if is_rate else 0.5
        is_sum = isinstance(measure.numerator, Count) and measure.numerator.sum is not None
        return count_p(x, y, a, b, p0, exact=not is_sum), events
    if not d or not e:
        return None, events
    if is_share(measure, working.theme, working.declarations):
        return share_p(x, y, d, e), events
    months = [working.months_of(measure, row, span) for span in (now, before)]
    return ratio_p(months[0], months[1]), events


def _twelve(working: Working, name: str, row: Row, now: Span, before: Span) -> tuple[list[float], list[float]]:
    """The numerators of the pairs of months of both windows, of the twelve that end with them where they are shorter."""
    measure = working.declarations.measures[name]
    spans = []
    for span in (now, before):
        start = min(span.first, (span.last.to_period("M") - 11).start_time)
        spans.append(Span(start, span.last, span.seen))
    pairs = [working.months_of(measure, row, span)[0] for span in spans]
    history = max(working.extract.history[table] for table in working.tables(measure))
    known = [month >= history for month in pd.period_range(spans[1].first, spans[1].last, freq="M")]
    a, b = ([n for n, there in zip(side, known, strict=True) if there] for side in pairs)
    return a, b


def count_p(x: float, y: float, a: list[float], b: list[float], p0: float = 0.5, *, exact: bool = True) -> float | None:
    """The pairs-of-months test of x against y, the spread taken from the pairs; `exact`: of counts, by the exact
    binomial where there is no more spread than chance makes, or too little to tell."""
    n = x + y
    pairs = [(i, j) for i, j in zip(a, b, strict=True) if i + j > 0]
    phi = 1.0
    enough = x > 0 and y > 0 and len(pairs) >= 6
    if enough:
        p = sum(i for i, _ in pairs) / sum(i + j for i, j in pairs)
        phi = sum((i - (i + j) * p) ** 2 / ((i + j) * p * (1 - p)) for i, j in pairs) / (len(pairs) - 1)
    if exact and (not enough or phi <= 1):
        return float(stats.binomtest(int(x), int(n), p0).pvalue) if n else 1.0
    if not enough:
        return None
    t = abs(x - n * p0) / math.sqrt(max(1.0, phi) * n * p0 * (1 - p0))
    return float(2 * stats.t.sf(t, len(pairs) - 1))


Months = tuple[list[float], list[float]]


def ratio_p(now: Months, before: Months) -> float:
    """The larger of the exact binomial and the jackknife over pairs of months, of X in D against Y in E."""
    x, d = (np.array(side, float) for side in now)
    y, e = (np.array(side, float) for side in before)
    total_x, total_y, total_d, total_e = x.sum(), y.sum(), d.sum(), e.sum()
    if total_x + total_y == 0:
        return 1.0
    at = total_d / (total_d + total_e)
    binomial = float(stats.binomtest(int(total_x), int(total_x + total_y), at).pvalue)
    m = len(x)
    too_few = (x + y > 0).sum() < 6 or total_x == 0 or total_y == 0
    if too_few or (total_d - d <= 0).any() or (total_e - e <= 0).any():
        return binomial
    theta = _log_ratio(total_x, total_y, total_d, total_e)
    without = np.array(
        [_log_ratio(*rest) for rest in zip(total_x - x, total_y - y, total_d - d, total_e - e, strict=True)]
    )
    s = float(np.std(m * theta - (m - 1) * without, ddof=1))
    if s == 0:
        return binomial
    return max(binomial, float(2 * stats.t.sf(abs(theta) / (s / math.sqrt(m)), m - 1)))


def _log_ratio(x: float, y: float, d: float, e: float) -> float:
    return math.log((x + 0.5) / (y + 0.5) * e / d)


def share_p(x: float, y: float, of_x: float, of_y: float) -> float:
    """The score test of two proportions."""
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
