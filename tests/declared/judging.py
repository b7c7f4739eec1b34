"""The tests and verdicts of section 8 of the contract, one figure at a time, from scipy's distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

FIFTH = math.log(1.2)


@dataclass(frozen=True)
class Evidence:
    """The months of both windows (of a window under 12 months, the 12 that end with it), of which the last `width` are
    the window; what is below the line likewise, by month (ratios), in all (shares) or as residents (rates)."""

    kind: str  # count, rate, sum, ratio, share
    now: list[float]
    before: list[float]
    width: int
    now_of: list[float]
    before_of: list[float]


@dataclass(frozen=True)
class Test:
    p: float
    events: float
    change: float  # as a fraction of the earlier figure; of a share, of 1
    shows: bool  # whether a change of a fifth would show
    little: float = 0.05


def judge(family: dict[str, Evidence]) -> dict[str, tuple[bool | None, str | None]]:
    """For each figure of a family whether it is significant, and the word for it; None where it is not tested."""
    tested = {name: found for name, each in family.items() if (found := test(each)) is not None}
    counted = sorted((each.p, name) for name, each in tested.items() if each.events)
    adjusted, least = dict.fromkeys(tested, 1.0), 1.0
    for rank in range(len(counted), 0, -1):
        p, name = counted[rank - 1]
        least = min(least, p * len(counted) / rank)
        adjusted[name] = least
    judged = {name: (adjusted[name] < 0.05, word(each, adjusted[name])) for name, each in tested.items()}
    return {name: judged.get(name, (None, None)) for name in family}


def word(found: Test, adjusted: float) -> str:
    way = "increase" if found.change > 0 else "decrease"
    if adjusted < 0.05 and found.change:
        return f"Significant {way}"
    if found.events >= 20:
        if found.p < 0.32 and found.change:
            return way.capitalize()
        if abs(found.change) < found.little and found.shows:
            return "Stable"
    return "No clear change"


def test(evidence: Evidence) -> Test | None:
    if evidence.kind == "share":
        return _shares(sum(evidence.now), sum(evidence.now_of), sum(evidence.before), sum(evidence.before_of))
    if evidence.kind == "ratio":
        return _ratios(evidence)
    return _counts(evidence)


def _counts(evidence: Evidence) -> Test | None:
    a, b = sum(evidence.now[-evidence.width :]), sum(evidence.before[-evidence.width :])
    people, people_before = (evidence.now_of[0], evidence.before_of[0]) if evidence.kind == "rate" else (1, 1)
    n, p0 = a + b, people / (people + people_before)
    pairs = [(x, x + y) for x, y in zip(evidence.now, evidence.before, strict=True) if x + y]
    change = math.inf if b == 0 and a else 0.0 if b == 0 else a * people_before / (b * people) - 1
    phi = 0.0
    if a and b and len(pairs) >= 6:
        p = sum(x for x, _ in pairs) / sum(size for _, size in pairs)
        phi = (
            sum((x - size * p) ** 2 / (size * p * (1 - p)) for x, size in pairs) / (len(pairs) - 1)
            if 0 < p < 1
            else 0.0
        )
    elif evidence.kind == "sum":
        return None
    if evidence.kind == "sum":
        phi = max(1.0, phi)
    elif phi <= 1:
        if n == 0:
            return Test(1.0, 0, change, False)
        p = stats.binomtest(int(a), int(n), p0).pvalue
        return Test(p, n, change, 1.96 * math.sqrt(4 / n) <= FIFTH)
    df = len(pairs) - 1
    p = 2 * stats.t.sf(abs(a - n * p0) / math.sqrt(phi * n * p0 * (1 - p0)), df)
    return Test(p, n, change, stats.t.ppf(0.975, df) * math.sqrt(4 * phi / n) <= FIFTH)


def _ratios(evidence: Evidence) -> Test | None:
    sides = (evidence.now, evidence.before, evidence.now_of, evidence.before_of)
    x, y, d, e = map(sum, sides)
    if not d or not e:
        return None
    if x + y == 0:
        return Test(1.0, 0, 0.0, False)
    change = x * e / (y * d) - 1 if y else math.inf
    p = stats.binomtest(int(x), int(x + y), d / (d + e)).pvalue
    half = 1.96 * math.sqrt(1 / (x + 0.5) + 1 / (y + 0.5))
    months = list(zip(*sides, strict=True))
    m = len(months)
    left = [(x - a, y - b, d - c, e - f) for a, b, c, f in months]
    if x and y and sum(1 for a, b, _, _ in months if a + b) >= 6 and all(c and f for _, _, c, f in left):
        theta = _log_ratio(x, y, d, e)
        pseudo = [m * theta - (m - 1) * _log_ratio(*each) for each in left]
        mean = sum(pseudo) / m
        s = math.sqrt(sum((each - mean) ** 2 for each in pseudo) / (m - 1))
        if s > 0:
            jackknife = 2 * stats.t.sf(abs(theta / (s / math.sqrt(m))), m - 1)
            if jackknife > p:
                p, half = jackknife, stats.t.ppf(0.975, m - 1) * s / math.sqrt(m)
    return Test(p, x + y, change, half <= FIFTH)


def _log_ratio(x: float, y: float, d: float, e: float) -> float:
    return math.log((x + 0.5) / (y + 0.5) * e / d)


def _shares(x: float, n: float, y: float, m: float) -> Test | None:
    if not n or not m:
        return None
    pooled, one, two = (x + y) / (n + m), x / n, y / m
    p = 1.0
    if 0 < pooled < 1:
        p = 2 * stats.norm.sf(abs(one - two) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
    half = 1.96 * math.sqrt(one * (1 - one) / n + two * (1 - two) / m)
    return Test(p, x + y, one - two, half <= min(two / 5, 0.05), 0.02)
