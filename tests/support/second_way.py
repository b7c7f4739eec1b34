"""Every figure worked out a second way: plain pandas on the rows, sharing no code with the product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import stats

SOLVED = set(range(1, 9))
SUSPECT = SOLVED | {9, 10, 11, 12, 13, 15, 16}
NO_SUSPECT = {14, 17, 18}
NOTHING = {"", "not stated", "not known", "unknown", "refused"}
CHARACTERISTICS = ["age", "sex", "ethnicity", "disability", "religion", "sexual_orientation"]
STRANDS = ["disability", "gender_identity", "race", "religion", "sexual_orientation"]
TYPES = {"environmental": "BE", "nuisance": "BN", "personal": "BP"}
SATISFIED = {"completely_satisfied", "very_satisfied", "fairly_satisfied"}
NOWHERE = "No location recorded"


@dataclass(frozen=True)
class Force:
    """What the second way needs to know: rows by table, populations by place, where the history begins."""

    tables: dict[str, pd.DataFrame]
    lpus: dict[str, int]
    authorities: dict[str, int]
    history: pd.Period


def selections(crimes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    domestic = crimes["domestic"].fillna(False).astype(bool)
    flagged = crimes["hate_strands"].fillna("") != ""
    return {
        "da": crimes[domestic],
        "dvwi": crimes[domestic & (crimes["offence_subgroup"] == "Violence with injury")],
        "rape": crimes[crimes["offence_subgroup"] == "Rape"],
        "hate": crimes[flagged | crimes["aggravated"].fillna(False).astype(bool)],
    }


def months(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).dt.to_period("M")


def windows(period: str, kind: str) -> list[tuple[pd.Period, pd.Period]]:
    end = pd.Period(period, "M")
    start = end - 11 if kind == "rolling" else pd.Period(year=end.year - (end.month < 4), month=4, freq="M")
    return [(start, end), (start - 12, end - 12)]


def alive(rows: pd.DataFrame, end: pd.Period) -> pd.DataFrame:
    """Rows not cancelled by the end of a month."""
    if "cancelled_on" not in rows:
        return rows
    cancelled = pd.to_datetime(rows["cancelled_on"])
    return rows[~(cancelled <= end.end_time)]


def in_window(rows: pd.DataFrame, date: str, window: tuple[pd.Period, pd.Period], seen: pd.Period) -> pd.DataFrame:
    rows = alive(rows, seen)
    when = months(rows[date])
    return rows[(when >= window[0]) & (when <= window[1])]


def repeats(rows: pd.DataFrame, who: str, date: str) -> pd.Series:
    """Which rows have another with the same person 1 to 365 days before, by looking at every pair."""
    named = rows.dropna(subset=[who])[[who, date]].assign(
        day=lambda frame: pd.to_datetime(frame[date]), row=lambda f: f.index
    )
    pairs = named.merge(named[[who, "day"]], on=who, suffixes=("", "_before"))
    gap = (pairs["day"] - pairs["day_before"]).dt.days
    return rows.index.isin(pairs.loc[(gap >= 1) & (gap <= 365), "row"].unique())


def count_p(a: list[int], b: list[int]) -> float:
    total_a, total_b = sum(a), sum(b)
    n = total_a + total_b
    if n == 0:
        return 1.0
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x + y > 0]
    if total_a and total_b and len(pairs) >= 6:
        phi = sum((x - (x + y) * total_a / n) ** 2 / ((x + y) * (total_a / n) * (total_b / n)) for x, y in pairs) / (
            len(pairs) - 1
        )
        if phi > 1:
            return 2 * stats.t.sf(abs(total_a - n / 2) / math.sqrt(phi * n / 4), len(pairs) - 1)
    return stats.binomtest(total_a, n, 0.5).pvalue


def ratio_p(x: int, y: int, dx: int, dy: int) -> float:
    return stats.binomtest(x, x + y, dx / (dx + dy)).pvalue if x + y else 1.0


def share_p(x: int, y: int, dx: int, dy: int) -> float:
    pooled = (x + y) / (dx + dy)
    if pooled in (0, 1):
        return 1.0
    return 2 * stats.norm.sf(abs(x / dx - y / dy) / math.sqrt(pooled * (1 - pooled) * (1 / dx + 1 / dy)))


def wilson(x: int, n: int) -> tuple[float, float]:
    z = stats.norm.ppf(0.975)
    p = x / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return 100 * (middle - half) / (1 + z * z / n), 100 * (middle + half) / (1 + z * z / n)


def garwood(count: int, population: int) -> tuple[float, float]:
    lower = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return 1000 * lower / population, 1000 * stats.chi2.ppf(0.975, 2 * count + 2) / 2 / population


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    m = len(p_values)
    order = sorted(range(m), key=lambda index: p_values[index], reverse=True)
    found, least = [1.0] * m, 1.0
    for rank, index in enumerate(order):
        least = min(least, p_values[index] * m / (m - rank))
        found[index] = least
    return found


@dataclass
class Sum:
    """One figure's evidence: numerator and denominator rows by month for the two windows."""

    now: list[int]
    before: list[int]
    now_of: int | None = None
    before_of: int | None = None


class SecondWay:
    """All figures of a theme for an area and a period, as {(measure, dimension, category): figure}."""

    def __init__(self, force: Force, area: str | None, period: str) -> None:
        self.force, self.area, self.period = force, area, period
        self.found: dict[tuple[str, str, str], dict[str, object]] = {}

    def crime_theme(self, name: str) -> None:
        every = selections(self.force.tables["crimes"])[name]
        every = every.assign(repeat=repeats(every, "victim_ref", "recorded_on"))
        places = ["total", "lpu", "local_authority"]
        self.counts(
            f"{name}_recorded", every, "recorded_on", [*places, "offence", *(["strand"] if name == "hate" else [])]
        )
        self.month_rows(f"{name}_recorded", every, "recorded_on")
        self.rates(f"{name}_rate_per_1000", every, "recorded_on")
        groups = {"solved": SOLVED, "suspect_identified": SUSPECT, "no_suspect_identified": NO_SUSPECT}
        groups |= {"outcome_15": {15}, "outcome_16": {16}}
        for group, codes in groups.items():
            given = every[every["outcome_code"].isin(codes)]
            self.percentages(f"{name}_{group}_pct", given, "outcome_on", every, "recorded_on", ratio=True, leans=True)
        given = every.dropna(subset=["outcome_on"])
        self.counts(f"{name}_outcomes", given, "outcome_on", ["total", "outcome"])
        named = every.dropna(subset=["victim_ref"])
        repeated = named[named["repeat"]]
        self.percentages(
            f"{name}_repeat_victim_pct", repeated, "recorded_on", named, "recorded_on", ratio=False, leans=True
        )
        self.characteristics(f"{name}_characteristics_recorded_pct", named)

    def rape_splits(self) -> None:
        every = selections(self.force.tables["crimes"])["rape"]
        age = every["victim_age"].astype("Float64")
        gap = (pd.to_datetime(every["recorded_on"]) - pd.to_datetime(every["committed_on"])).dt.days
        parts = {"under_18": every[(age < 18).fillna(False)], "adult": every[(age >= 18).fillna(False)]}
        parts["non_recent"] = every[gap > 365]
        for name, part in parts.items():
            self.counts(f"rape_{name}_recorded", part, "recorded_on", ["total"])

    def surveys(self, measure: str, survey: str, question: str) -> None:
        rows = self.force.tables["surveys"]
        asked = rows[(rows["survey"] == survey) & (rows["question"] == question)]
        content = asked[asked["response"].isin(SATISFIED)]
        args = (measure, content, "surveyed_on", asked, "surveyed_on")
        self.percentages(*args, ratio=False, leans=False, dimensions=["total"])

    def notices(self) -> None:
        rows = self.force.tables["protection_notices"]
        places = ["total", "lpu", "local_authority"]
        chosen = {
            "dvpn_authorised": rows,
            "dvpn_breached": rows[rows["notice_breached"].fillna(False).astype(bool)],
            "dvpo_contested": rows[rows["hearing_contested"].fillna(False).astype(bool)],
            "dvpo_granted": rows[rows["order_result"] == "granted"],
            "dvpo_denied": rows[rows["order_result"] == "denied"],
            "dvpo_breached": rows.loc[rows.index.repeat(rows["order_breaches"].fillna(0).astype(int))],
            "dvpo_court_actions": rows.loc[rows.index.repeat(rows["court_actions"].fillna(0).astype(int))],
        }
        for measure, found in chosen.items():
            self.counts(measure, found, "authorised_on", places, kind="financial")
        for right in ("ask", "know"):
            found = self.force.tables["disclosures"]
            found = found[found["right"] == right]
            self.counts(f"dvds_right_to_{right}", found, "disclosed_on", places, kind="financial")

    def incidents(self) -> None:
        rows = self.force.tables["incidents"]
        self.counts("asb_incidents", rows, "received_on", ["total", "lpu", "local_authority", "type"])
        self.month_rows("asb_incidents", rows, "received_on")
        self.rates("asb_rate_per_1000", rows, "received_on")
        named = rows.dropna(subset=["caller_ref"])
        repeated = named[repeats(named, "caller_ref", "received_on")]
        self.percentages(
            "asb_repeat_caller_pct", repeated, "received_on", named, "received_on", ratio=False, leans=True
        )

    def slices(self, rows: pd.DataFrame, dimension: str) -> dict[str, pd.DataFrame]:
        """The rows of each category of a dimension, in any window."""
        own = rows if self.area is None else rows[rows["lpu"] == self.area]
        if dimension == "total":
            return {"total": own}
        if dimension == "force":
            return {"force": rows}
        if dimension in {"lpu", "local_authority"}:
            names = self.force.lpus if dimension == "lpu" else self.force.authorities
            found = {name: rows[rows[dimension] == name] for name in names}
            return found | ({NOWHERE: rows[rows[dimension].isna()]} if self.area is None else {})
        if dimension == "strand":
            return {
                s: own[own["hate_strands"].fillna("").map(lambda text, s=s: s in text.split(";")).astype(bool)]
                for s in STRANDS
            }
        if dimension == "type":
            return {name: own[own["finalisation_code"] == code] for name, code in TYPES.items()}
        if dimension == "outcome":
            return {str(int(code)): part for code, part in own.groupby("outcome_code")}
        return {str(title): part for title, part in own.groupby("offence_title")}

    def dimensions(self, dimensions: list[str]) -> list[str]:
        if self.area is None:
            return dimensions
        kept = [dimension for dimension in dimensions if dimension != "local_authority"]
        return [*kept, *(["force"] if "total" in kept else [])]

    def by_month(self, rows: pd.DataFrame, date: str, window: tuple[pd.Period, pd.Period]) -> list[int]:
        found = months(in_window(rows, date, window, window[1])[date]).value_counts()
        return [int(found.get(month, 0)) for month in pd.period_range(*window, freq="M")]

    def counts(self, measure: str, rows: pd.DataFrame, date: str, dimensions: list[str], kind: str = "rolling") -> None:
        now, before = windows(self.period, kind)
        for dimension in self.dimensions(dimensions):
            sums = {}
            for category, part in self.slices(rows, dimension).items():
                found = Sum(self.by_month(part, date, now), self.by_month(part, date, before))
                if dimension not in {"offence", "outcome"} or sum(found.now) + sum(found.before):
                    sums[category] = found
            self.write(measure, dimension, sums, "count", kind)

    def rates(self, measure: str, rows: pd.DataFrame, date: str) -> None:
        now, before = windows(self.period, "rolling")
        for dimension in self.dimensions(["total", "lpu", "local_authority"]):
            sums = {
                category: Sum(
                    self.by_month(part, date, now), self.by_month(part, date, before), self.people(dimension, category)
                )
                for category, part in self.slices(rows, dimension).items()
            }
            self.write(measure, dimension, sums, "per_1000", "rolling")

    def people(self, dimension: str, category: str) -> int | None:
        if dimension == "lpu":
            return self.force.lpus.get(category)
        if dimension == "local_authority":
            return self.force.authorities.get(category)
        if dimension == "force" or self.area is None:
            return sum(self.force.lpus.values())
        return self.force.lpus[self.area]

    def percentages(
        self, measure, top, top_date, bottom, bottom_date, *, ratio, leans, dimensions=("total", "lpu", "local_authority")
    ) -> None:  # fmt: skip
        now, before = windows(self.period, "rolling")
        for dimension in self.dimensions(list(dimensions)):
            tops, bottoms = self.slices(top, dimension), self.slices(bottom, dimension)
            sums = {
                category: Sum(
                    self.by_month(tops[category], top_date, now),
                    self.by_month(tops[category], top_date, before),
                    sum(self.by_month(bottoms[category], bottom_date, now)),
                    sum(self.by_month(bottoms[category], bottom_date, before)),
                )
                for category in bottoms
            }
            self.write(measure, dimension, sums, "ratio" if ratio else "share", "rolling", leans=leans)

    def characteristics(self, measure: str, named: pd.DataFrame) -> None:
        own = named if self.area is None else named[named["lpu"] == self.area]
        now, before = windows(self.period, "rolling")
        wholes = [sum(self.by_month(own, "recorded_on", window)) for window in (now, before)]
        sums = {}
        for name in CHARACTERISTICS:
            text = own[f"victim_{name}"].astype("string").fillna("").str.strip().str.lower()
            said = own[~text.isin(NOTHING)]
            sums[name] = Sum(
                self.by_month(said, "recorded_on", now), self.by_month(said, "recorded_on", before), *wholes
            )
        self.write(measure, "characteristic", sums, "share", "rolling")

    def month_rows(self, measure: str, rows: pd.DataFrame, date: str) -> None:
        own = rows if self.area is None else rows[rows["lpu"] == self.area]
        end = pd.Period(self.period, "M")
        found = months(alive(own, end)[date]).value_counts()
        for month in pd.period_range(max(self.force.history, end - 35), end, freq="M"):
            now, before = int(found.get(month, 0)), int(found.get(month - 12, 0))
            early = month - 12 < self.force.history
            self.found[measure, "month", str(month)] = {
                "value": now, "numerator": now, "status": "",
                "previous_value": None if early or before == 0 else before,
                "change": None if early or before == 0 else 100 * (now - before) / before,
                "change_status": "[x]" if early else "[z]" if before == 0 else "",
                "significant": None,
            }  # fmt: skip

    def write(self, measure, dimension, sums: dict[str, Sum], unit: str, kind: str, leans: bool = False) -> None:
        now, before = windows(self.period, kind)
        early = {
            "now": now[0] < self.force.history,
            "before": before[0] < self.force.history or (leans and before[0] - 12 < self.force.history),
        }
        figures, p_values = {}, {}
        for category, found in sums.items():
            figure = self.figure(found, unit, early)
            figures[category] = figure
            if figure["change_status"] == "":
                x, y, dx, dy = sum(found.now), sum(found.before), found.now_of, found.before_of
                test = {"ratio": ratio_p, "share": share_p}.get(unit)
                p_values[category] = test(x, y, dx, dy) if test else count_p(found.now, found.before)
        for category, p in zip(p_values, benjamini_hochberg(list(p_values.values())), strict=True):
            figures[category]["significant"] = p < 0.05
        self.found |= {(measure, dimension, category): figure for category, figure in figures.items()}

    def figure(self, found: Sum, unit: str, early: dict[str, bool]) -> dict[str, object]:
        value, status = self.value(sum(found.now), found.now_of, unit)
        before_of = found.now_of if unit == "per_1000" else found.before_of
        previous, change_status = self.value(sum(found.before), before_of, unit)
        value, status = (None, "[x]") if early["now"] else (value, status)
        if status or early["before"]:
            change_status = status or "[x]"
        if not change_status and unit in {"count", "per_1000"} and previous == 0:
            change_status = "[z]"
        change = None
        if not change_status:
            change = value - previous if unit in {"ratio", "share"} else 100 * (value - previous) / previous
        figure = {
            "value": value, "status": status, "change_status": change_status, "significant": None, "change": change,
            "previous_value": None if change_status else previous,
        }  # fmt: skip
        if status != "[x]":
            figure["numerator"] = sum(found.now)
        if value is not None:
            if unit == "per_1000":
                figure["lower_95"], figure["upper_95"] = garwood(sum(found.now), found.now_of)
            if unit == "share":
                figure["lower_95"], figure["upper_95"] = wilson(sum(found.now), found.now_of)
        return figure

    def value(self, top: int, bottom: int | None, unit: str) -> tuple[float | None, str]:
        if unit == "count":
            return top, ""
        if unit == "per_1000":
            return (1000 * top / bottom, "") if bottom else (None, "[x]")
        return (100 * top / bottom, "") if bottom else (None, "[z]")
