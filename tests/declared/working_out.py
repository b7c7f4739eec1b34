"""Every figure of the custody reports worked out in plain pandas from the drawn rows, sharing no code with the product.

A snapshot is what was known at the end of a month; a figure is a sum over the rows of a snapshot. Where the contract
leaves a choice, test_declared_subject.py says what is expected here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pandas as pd
from custody_extract import FIRST, HOURS_GAP, HOURS_LAST, LAST, Drawn
from judging import Evidence, judge
from scipy import stats

FORCE_NAME = "Cheshire Constabulary"
NOWHERE = "No location recorded"
MISSING = "missing"
Window = tuple[pd.Period, pd.Period]

LPUS = {
    "Chester": {2018: 150000, 2019: 150310, 2020: 150702},
    "Crewe": {2018: 199000, 2019: 199327, 2020: 199733},
    "Ellesmere Port": {2018: 80000, 2019: 80344, 2020: 80764},
    "Macclesfield": {2018: 184000, 2019: 184361, 2020: 184795},
    "Northwich": {2018: 109000, 2019: 109378, 2020: 109826},
    "Runcorn": {2018: 64000, 2019: 64395, 2020: 64857},
    "Warrington": {2018: 208000, 2019: 208412, 2020: 208888},
    "Widnes": {2018: 65000, 2019: 65429, 2020: 65919},
}
WHITE = {
    "Chester": (146100, 145700), "Crewe": (193324, 192392), "Ellesmere Port": (76860, 76688),
    "Macclesfield": (177212, 175946), "Northwich": (104176, 103499), "Runcorn": (60540, 60272),
    "Warrington": (197948, 195703), "Widnes": (60980, 60544),
}  # fmt: skip
BME = {
    "Chester": (3000, 3900), "Crewe": (4776, 6208), "Ellesmere Port": (2240, 2912), "Macclesfield": (5888, 7654),
    "Northwich": (3924, 5101), "Runcorn": (2560, 3328), "Warrington": (9152, 11897), "Widnes": (3120, 4056),
}  # fmt: skip
BCUS = {
    "West Command": ["Chester", "Ellesmere Port", "Runcorn", "Widnes"],
    "East Command": ["Crewe", "Macclesfield"],
    "North Command": ["Northwich", "Warrington"],
}
BCU_PEOPLE = {"North Command": {2019: 320000, 2020: 321000}}
WARDS = {
    "Appleton": {2018: 6100, 2020: 6300}, "Ditton": {2020: 7020}, "Riverside": {2018: 4400}, "Beechwood": {},
    "Norton": {2021: 5150}, "Castle": {2019: 8805},
}  # fmt: skip
WARD_PEOPLE = {"Appleton": {"white": {2021: 6000}, "bme": {2021: 240}}}
OPENED = {"Ditton": "2020-03-01", "Norton": "2021-02-01"}
CLOSED = {"Riverside": "2020-12-31"}
WARDS_OF = {"Widnes": ["Appleton", "Ditton", "Riverside"], "Runcorn": ["Beechwood", "Norton"]}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
BANDS = ["under 18", "18 to 24", "25 to 39", "40 to 64", "65 and over"]
ETHNICITIES = ["white", "bme", "not_recorded"]
REASONS = ["AR", "WA", "BR", "IM", "OT"]
REASON_NAMES = {"AR": "new_offence", "WA": "court", "BR": "court", "IM": "immigration", "OT": "OT"}
RISKS = ["self_harm", "violence", "illness"]
LISTED = {
    "weekday": WEEKDAYS, "hour": [str(hour) for hour in range(24)], "age_band": BANDS, "ethnicity": ETHNICITIES,
    "reason": ["new_offence", "court", "immigration", "OT"],
    "reason_by_ethnicity": [f"{reason} / {ethnicity}" for reason in REASONS for ethnicity in ETHNICITIES],
    "risk": RISKS, "searched": ["Y", "N"], "known": ["language", "nationality", "occupation"],
    "staff_group": ["officer", "detention", "nurse"],
}  # fmt: skip
LEVELS = ("lpu", "bcu", "ward")


@dataclass(frozen=True)
class Count:
    """Rows of custody or hours, or a sum over them. `day` places them."""

    table: str = "custody"
    keep: Callable[[pd.DataFrame], pd.Series] | None = None
    day: str = "day"
    add: str | None = None
    stock: bool = False
    needs: str | None = None


@dataclass(frozen=True)
class Measure:
    dimensions: str
    above: Count
    below: Count | str | None = None
    unit: str = "count"
    window: str = "rolling_12"
    lag: int = 0
    share: bool = False
    change_unit: str = "percent"
    look_back_days: int = 0
    look_back_months: int = 0
    tested: bool = True
    decimals: int | None = None

    @property
    def printed_decimals(self) -> int:
        return self.decimals if self.decimals is not None else 0 if self.unit == "count" else 1


def _is(column: str, *values: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column].isin(values)


def _youth(rows: pd.DataFrame) -> pd.Series:
    return (rows["age"] < 18).fillna(False).astype(bool)


def _vulnerable(rows: pd.DataFrame) -> pd.Series:
    at_risk = rows["risks"].map(lambda risks: "self_harm" in risks or "illness" in risks).astype(bool)
    return at_risk | (rows["age"] > 64).fillna(False).astype(bool)


def _not_court(rows: pd.DataFrame) -> pd.Series:
    grown = ((rows["age"] >= 18) & (rows["age"] < 40)).fillna(False).astype(bool)
    return ~rows["reason"].isin(["WA", "BR"]) & grown


ALL = Count()
NAMED = Count(keep=lambda rows: rows["person_ref"].notna())
REPEATED = Count(keep=lambda rows: rows["repeat"])
HELD = Count(add="minutes_held")
NIGHT = Count(add="night_minutes")
WORKED = Count("hours", add="worked")
FILLED = {
    HELD: Count(keep=lambda rows: rows["minutes_held"].notna()),
    NIGHT: Count(keep=lambda rows: rows["night_minutes"].notna()),
}
"""The rows that a mean is over."""

MEASURES = {
    "custody_recorded": Measure(
        "total month rolling lpu bcu ward weekday hour age_band ethnicity reason reason_by_ethnicity risk disposal"
        " searched known", ALL),
    "custody_rate_per_1000": Measure("total month lpu bcu ward ethnicity", ALL, "people", "per_1000", decimals=2),
    "custody_repeat_pct": Measure("total month lpu ward age_band", REPEATED, NAMED, "percent", share=True, look_back_days=90),
    "custody_quarter": Measure("total lpu ward reason", ALL, window="rolling_3"),
    "custody_month": Measure("total weekday", ALL, window="month"),
    "custody_this_year": Measure("total month rolling lpu reason", ALL, window="calendar_year_to_date"),
    "youth_recorded": Measure("total month rolling lpu ward", Count(keep=_youth), window="rolling_3"),
    "youth_rate_per_1000": Measure("total", Count(keep=_youth), "people", "per_1000", decimals=2),
    "youth_repeat_pct": Measure(
        "total lpu", Count(keep=lambda rows: rows["youth_repeat"]),
        Count(keep=lambda rows: _youth(rows) & rows["person_ref"].notna()), "percent", share=True, look_back_days=90),
    "white_rate_per_1000": Measure("total lpu bcu ward", Count(keep=_is("ethnicity", "white")), "white", "per_1000"),
    "bme_rate_per_1000": Measure("total lpu bcu ward", Count(keep=_is("ethnicity", "bme")), "bme", "per_1000"),
    "ethnic_ratio": Measure("total month lpu bcu", ALL, unit="times", tested=False),
    "in_custody": Measure("total month rolling lpu bcu ward age_band", Count(stock=True), window="at_period_end", tested=False),
    "minutes_held_mean": Measure("total month rolling lpu bcu ward age_band", HELD, unit="mean", tested=False),
    "night_minutes": Measure("total month lpu ward weekday", NIGHT, tested=False),
    "night_minutes_mean": Measure("total month lpu age_band", NIGHT, unit="mean", tested=False),
    "review_in_time_pct": Measure(
        "total month rolling lpu ward reason", Count(keep=lambda rows: rows["minutes_to_review"] <= 360),
        Count(keep=lambda rows: rows["minutes_to_review"].notna()), "percent", share=True),
    "court_pct": Measure("total lpu", Count(keep=_is("reason", "WA", "BR")), ALL, "percent", share=True),
    "charged_pct": Measure(
        "total month rolling lpu ward", Count(keep=_is("disposal", "1"), day="left_day"), ALL, "percent", look_back_months=12),
    "released": Measure("total month lpu disposal", Count(keep=lambda rows: rows["left_day"].notna(), day="left_day")),
    "self_harm_per_10000": Measure(
        "total month lpu ethnicity", Count(keep=lambda rows: rows["risks"].map(lambda risks: "self_harm" in risks).astype(bool)),
        ALL, "per_10000"),
    "known_pct": Measure("known", ALL, ALL, "percent", share=True),
    "checks_made": Measure("total month lpu", Count(add="checks")),
    "vulnerable_pct": Measure("total lpu ward", Count(keep=_vulnerable), ALL, "percent", share=True),
    "not_court": Measure("total lpu", Count(keep=_not_court)),
    "adult_wait_mean": Measure("total lpu", Count(needs="adult_at"), unit="mean", tested=False),
    "hours_worked": Measure("total month rolling lpu bcu staff_group", WORKED, lag=1, tested=False, decimals=1),
    "sick_pct": Measure(
        "total month lpu staff_group", Count("hours", add="sick"), Count("hours", add="rostered"), "percent", lag=1, tested=False),
    "hours_variance": Measure(
        "total month lpu", Count("hours", add="variance"), window="financial_year_to_date", lag=1, change_unit="units", tested=False),
    "detentions_per_1000_hours": Measure("total lpu", ALL, WORKED, "per_1000", lag=1, tested=False),
    "hours_this_month": Measure("total lpu", WORKED, window="month", tested=False),
}  # fmt: skip


MILLION = 10**6


def ordinals(days: pd.Series) -> pd.Series:
    """The months of days, counted as pandas counts them."""
    return 12 * (days.dt.year - 1970) + days.dt.month - 1


def minutes(start: pd.Series, end: pd.Series) -> pd.Series:
    """Elapsed minutes of moments in UTC, in whole millionths."""
    return (end - start).map(lambda each: None if pd.isna(each) else _millionths(each))


def _millionths(elapsed: pd.Timedelta) -> int:
    """Minutes to six places, as a warehouse keeps a number."""
    return round(Fraction(elapsed.value * MILLION, 60 * 10**9))


def night_minutes(arrived: pd.Timestamp, left: pd.Timestamp) -> int | None:
    """The most minutes between midnight and 8am of one night, in millionths: each day of the stay is looked at."""
    if pd.isna(left):
        return None
    nights = (
        min(left, day + pd.Timedelta(hours=8)) - max(arrived, day)
        for day in pd.date_range(arrived.normalize(), left.normalize(), freq="D")
    )
    return _millionths(max(pd.Timedelta(0), *nights))


def exact(value: Any) -> int | None:
    """A number in whole millionths."""
    return None if pd.isna(value) else int(Fraction(str(value)) * MILLION)


def repeats(rows: pd.DataFrame) -> pd.Series:
    """Which rows name a person who stands on another of the rows 1 to 90 days before, by looking at every pair."""
    named = rows.loc[rows["person_ref"].notna(), ["person_ref", "day", "custody_ref"]]
    pairs = named.merge(named[["person_ref", "day"]], on="person_ref", suffixes=("", "_before"))
    gap = (pairs["day"] - pairs["day_before"]).dt.days
    return rows["custody_ref"].isin(pairs.loc[(gap >= 1) & (gap <= 90), "custody_ref"])


def _band(age: object) -> str | None:
    if pd.isna(age):
        return None
    return next(name for name, top in zip(BANDS, (18, 25, 40, 65, 999), strict=True) if int(age) < top)


class Rows:
    """The two tables with all that is worked out of a row, and what of it was known at the end of any month."""

    def __init__(self, drawn: Drawn) -> None:
        self.custody, self.hours = self._custody(drawn.custody), self._hours(drawn.hours)
        self.at, self.by_month, self.standing = cache(self._at), cache(self._by_month), cache(self._standing)

    def _custody(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.copy()
        rows["day"], rows["left_day"] = rows["arrived_at"].dt.normalize(), rows["released_at"].dt.normalize()
        rows["month"], rows["left_month"] = ordinals(rows["day"]), ordinals(rows["left_day"])
        rows["review_day"] = rows["reviewed_at"].dt.normalize()
        rows["minutes_held"] = minutes(rows["arrived_at_utc"], rows["released_at_utc"])
        rows["minutes_to_review"] = minutes(rows["arrived_at_utc"], rows["reviewed_at_utc"]).astype(float) / MILLION
        both = zip(rows["arrived_at"], rows["released_at"], strict=True)
        rows["night_minutes"] = [night_minutes(arrived, left) for arrived, left in both]
        rows["checks"] = rows["checks"].map(exact)
        rows["repeat"] = repeats(rows)
        youth = rows[_youth(rows)]
        rows["youth_repeat"] = rows["custody_ref"].isin(youth.loc[repeats(youth), "custody_ref"])
        rows["weekday"] = rows["day"].dt.day_name()
        rows["hour"] = rows["arrived_at"].dt.hour.astype(str)
        rows["age_band"] = rows["age"].map(_band)
        return rows.drop(columns=["arrived_at_utc", "released_at_utc", "reviewed_at_utc", "reviewed_at", "released_at"])

    def _hours(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.copy()
        rows["day"] = rows["month"].dt.start_time
        rows["month"] = ordinals(rows["day"])
        for name in ("rostered", "worked", "sick"):
            rows[name] = rows[name].map(exact)
        pairs = zip(rows["worked"], rows["rostered"], strict=True)
        rows["variance"] = [worked - rostered for worked, rostered in pairs]
        return rows

    def _at(self, table: str, month: pd.Period) -> pd.DataFrame:
        """The rows of a table that were there, and not void, on a month's last day; what came later is blank."""
        end = month.end_time.normalize()
        if table == "hours":
            return self.hours[self.hours["day"] <= end]
        rows = self.custody[(self.custody["day"] <= end) & ~(self.custody["cancelled_on"] <= end)].copy()
        later = rows["left_day"] > end
        rows.loc[later, ["minutes_held", "night_minutes", "disposal"]] = None
        rows.loc[later, "left_day"] = pd.NaT
        rows.loc[rows["review_day"] > end, "minutes_to_review"] = math.nan
        return rows

    def _by_month(
        self, count: Count, seen: pd.Period, level: str, breakdown: str | None
    ) -> dict[tuple[str, str, int], Fraction | int]:
        """For each place of a level, category (`total` where nothing is broken down) and month: the rows, or their sum."""
        rows = self.at(count.table, seen)
        rows = rows if count.keep is None else rows[count.keep(rows)]
        keys = ["place", "category", "month" if count.day == "day" else "left_month"]
        grouped = exploded(placed(rows, level), breakdown).groupby(keys)
        if count.add is None:
            return {key: int(n) for key, n in grouped.size().items()}
        return {key: Fraction(int(n), MILLION) for key, n in grouped[count.add].sum().items()}

    def _standing(
        self, level: str, breakdown: str | None, month: pd.Period, seen: pd.Period
    ) -> dict[tuple[str, str], int]:
        """For each place and category the rows that were there on a month's last day."""
        end = month.end_time
        rows = self.at("custody", seen)
        rows = placed(rows[(rows["day"] <= end) & ~(rows["left_day"] <= end)], level)
        return {key: int(n) for key, n in exploded(rows, breakdown).groupby(["place", "category"]).size().items()}


def window_of(kind: str, end: pd.Period) -> Window:
    starts = {
        "rolling_12": end - 11, "rolling_3": end - 2, "month": end, "at_period_end": end,
        "calendar_year_to_date": pd.Period(year=end.year, month=1, freq="M"),
        "financial_year_to_date": pd.Period(year=end.year - (end.month < 4), month=4, freq="M"),
    }  # fmt: skip
    return starts[kind], end


def people_of(place: str, dimension_level: str, who: str, day: pd.Timestamp) -> int | None:
    """Residents of a place: all (`people`), or those of an ethnicity."""
    if dimension_level == "force":
        parts = [people_of(name, "lpu", who, day) for name in LPUS]
        return None if None in parts else sum(parts)
    if dimension_level == "bcu":
        if who == "people" and place in BCU_PEOPLE:
            return _latest(BCU_PEOPLE[place], day)
        parts = [people_of(name, "lpu", who, day) for name in BCUS[place]]
        return None if None in parts else sum(parts)
    if dimension_level == "ward":
        return _latest(WARDS[place] if who == "people" else WARD_PEOPLE.get(place, {}).get(who, {}), day)
    if who == "people":
        return _latest(LPUS[place], day)
    census = {"white": WHITE, "bme": BME}.get(who)
    return None if census is None else _latest(dict(zip((2011, 2021), census[place], strict=True)), day)


def _latest(by_year: dict[int, int], day: pd.Timestamp) -> int | None:
    """Of populations at 30 June: the latest that is not after the day, else the earliest."""
    if not by_year:
        return None
    past = [year for year in by_year if pd.Timestamp(year, 6, 30) <= day]
    return by_year[max(past) if past else min(by_year)]


@dataclass(frozen=True)
class Place:
    level: str = "force"
    name: str = FORCE_NAME

    def is_open(self, first: pd.Timestamp, last: pd.Timestamp) -> bool:
        opened, closed = OPENED.get(self.name), CLOSED.get(self.name)
        return (opened is None or pd.Timestamp(opened) <= first) and (closed is None or pd.Timestamp(closed) >= last)


@dataclass(frozen=True)
class Cell:
    """One figure to be worked out: of a measure, in a place, of one category of a breakdown (None: of all rows)."""

    measure: str
    place: Place
    breakdown: str | None = None
    category: str | None = None


def placed(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """The rows with the place of a level that each is in."""
    if level == "force":
        return rows.assign(place=FORCE_NAME)
    if level == "bcu":
        commands = {unit: command for command, units in BCUS.items() for unit in units}
        return rows.assign(place=rows["lpu"].map(commands).fillna(NOWHERE))
    return rows.assign(place=rows[level].fillna(NOWHERE)) if level in rows else rows[:0].assign(place="")


def exploded(rows: pd.DataFrame, breakdown: str | None) -> pd.DataFrame:
    """The rows under their categories: of a list or a set of columns, a row under each that it says."""
    if breakdown is None:
        return rows.assign(category="total")
    if breakdown == "risk":
        return rows.assign(category=rows["risks"]).explode("category").dropna(subset=["category"])
    if breakdown == "known":
        return pd.concat([rows[rows[name].notna()].assign(category=name) for name in LISTED["known"]])
    return rows.assign(category=categories(rows, breakdown))


def categories(rows: pd.DataFrame, breakdown: str) -> pd.Series:
    """The category of each row."""
    if breakdown == "reason_by_ethnicity":
        return rows["reason"].fillna(MISSING) + " / " + rows["ethnicity"].fillna(MISSING)
    if breakdown == "reason":
        return rows["reason"].map(REASON_NAMES).fillna(MISSING)
    if breakdown == "searched":
        return rows["searched"].map({True: "Y", False: "N"}).fillna(MISSING)
    return rows[breakdown].fillna(MISSING)


@dataclass
class Report:
    """All figures of one report, as {(measure, dimension, category): figure}."""

    source: Rows
    place: Place
    period: str
    found: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def work_out(self) -> Report:
        for name, measure in MEASURES.items():
            for dimension in measure.dimensions.split():
                self._dimension(name, measure, dimension)
            if self.place.level != "force" and "total" in measure.dimensions.split():
                self.found[name, "force", FORCE_NAME] = self.figure(Cell(name, Place()))
        return self

    def judge(self) -> Report:
        """Adds `significant` and `trend` to every figure: each dimension is a family, and an area's total has the
        verdict that it has among the areas of its level."""
        families: dict[tuple[str, str], dict[str, Evidence]] = {}
        for (name, dimension, category), figure in self.found.items():
            figure |= {"significant": None, "trend": None}
            if dimension in {"month", "rolling"}:
                continue
            level = dimension if dimension in LEVELS else None
            row = category
            if dimension == "total" and self.place.level != "force":
                level, row = self.place.level, self.place.name
            if (name, level or dimension) not in families:
                cells = self._family(name, dimension, level)
                found = {each: self.evidence(cell) for each, cell in cells.items()}
                families[name, level or dimension] = judge({key: each for key, each in found.items() if each})
            figure["significant"], figure["trend"] = families[name, level or dimension].get(row, (None, None))
        return self

    def _family(self, name: str, dimension: str, level: str | None) -> dict[str, Cell]:
        if level is not None:
            names = {"lpu": list(LPUS), "bcu": list(BCUS), "ward": list(WARDS)}[level]
            return {each: Cell(name, Place(level, each)) for each in [*names, NOWHERE]}
        if dimension in {"total", "force"}:
            return {FORCE_NAME if dimension == "force" else "total": Cell(name, Place())}
        categories = [key[2] for key in self.found if key[:2] == (name, dimension)]
        return {each: Cell(name, self.place, dimension, each) for each in categories}

    def end(self, measure: Measure) -> pd.Period:
        return pd.Period(self.period, "M") - measure.lag

    def _dimension(self, name: str, measure: Measure, dimension: str) -> None:
        end = self.end(measure)
        if dimension in {"month", "rolling"} and self.place.level == "ward" and measure.above.table == "hours":
            return  # hours do not say wards: there is nothing to list
        if dimension == "month":
            kind = "at_period_end" if measure.window == "at_period_end" else "month"
            for month in pd.period_range(max(FIRST, end - 35), end, freq="M"):
                self.found[name, dimension, str(month)] = self.figure(Cell(name, self.place), (kind, month), end)
        elif dimension == "rolling":
            for month in pd.period_range(end - 23, end, freq="M"):
                self.found[name, dimension, str(month)] = self.figure(Cell(name, self.place), (measure.window, month))
        elif dimension == "total":
            self.found[name, dimension, "total"] = self.figure(Cell(name, self.place))
        elif dimension in LEVELS:
            for place in self._places(dimension):
                self.found[name, dimension, place.name] = self.figure(Cell(name, place))
        else:
            for category in self._categories(name, measure, dimension):
                cell = Cell(name, self.place, dimension, category)
                self.found[name, dimension, category] = self.figure(cell)

    def _places(self, level: str) -> list[Place]:
        names = {"lpu": list(LPUS), "bcu": list(BCUS), "ward": list(WARDS)}[level]
        if self.place.level == "force":
            return [Place(level, name) for name in [*names, NOWHERE]]
        if level == "ward":
            names = WARDS_OF.get(self.place.name, [])
        return [Place(level, name) for name in names] if level != "bcu" else []

    def _categories(self, name: str, measure: Measure, breakdown: str) -> list[str]:
        """Declared ones, zeros too; of those ordered by largest, and of missing ones, those that either window has."""
        any_rows: set[str] = set()
        window = window_of(measure.window, self.end(measure))
        for each in (window, (window[0] - 12, window[1] - 12)):
            for side in (measure.above, measure.below):
                if isinstance(side, Count) and breakdown not in {"risk", "known"}:
                    any_rows |= self._held(side, breakdown, each)
        if breakdown == "disposal":
            return sorted(any_rows)
        return [*LISTED[breakdown], *sorted(each for each in any_rows if MISSING in each)]

    def _held(self, count: Count, breakdown: str, window: Window) -> set[str]:
        if count.stock:
            there = self.source.standing(self.place.level, breakdown, window[1], window[1])
            return {category for name, category in there if name == self.place.name}
        found = self.source.by_month(count, window[1], self.place.level, breakdown)
        own = [(category, month) for name, category, month in found if name == self.place.name]
        return {category for category, month in own if window[0].ordinal <= month <= window[1].ordinal}

    def figure(
        self, cell: Cell, taken: tuple[str, pd.Period] | None = None, seen: pd.Period | None = None
    ) -> dict[str, Any]:
        """One row of the CSV; `taken` is another window than the measure's, `seen` another day than its end."""
        measure = MEASURES[cell.measure]
        if measure.unit == "times":
            return self._times(cell, taken, seen)
        window = window_of(*(taken or (measure.window, self.end(measure))))
        before = (window[0] - 12, window[1] - 12)
        now = self.side(cell, measure, window, seen or window[1])
        then = self.side(cell, measure, before, seen or before[1])
        figure = self._released(measure, window, now, then)
        lower, upper = interval(measure, now)
        figure |= {"lower_95": lower, "upper_95": upper}
        return figure | {"sides": (now, then)}

    def evidence(self, cell: Cell) -> Evidence | None:
        """What the test of a figure's change rests on; None where it is not tested."""
        measure, figure = MEASURES[cell.measure], self.figure(cell)
        now, then = figure["sides"]
        if now.value is None or then.value is None or not measure.tested:
            return None
        end = self.end(measure)
        start, _ = window_of(measure.window, end)
        kind = "share" if measure.share else "count"
        if isinstance(measure.below, str):
            kind = "rate"
        elif measure.below is not None and not measure.share:
            kind = "ratio"
        elif measure.above.add:
            kind = "sum"
        below = [[0.0], [0.0]]
        if measure.below is not None:
            below = [[float(now.below)], [float(then.below)]]
        if kind == "ratio":
            below = [self._months(measure.below, cell, last) for last in (end, end - 12)]
        above = [self._months(measure.above, cell, last) for last in (end, end - 12)]
        if kind == "share":
            above = [[float(now.above)], [float(then.above)]]
        return Evidence(kind, *above, (end - start).n + 1, *below)

    def _months(self, count: Count, cell: Cell, end: pd.Period) -> list[float]:
        return [
            float(self._sum(count, cell, (month, month), end)) for month in pd.period_range(end - 11, end, freq="M")
        ]

    def side(self, cell: Cell, measure: Measure, window: Window, seen: pd.Period) -> Side:
        """What stands above and below the line in one window, and the value; or why there is none."""
        below: Fraction | int | None = None
        reason = self._missing(cell, measure, window)
        if reason is not None:
            return Side(reason=reason)
        above = self._sum(measure.above, cell, window, seen)
        if measure.unit == "mean":
            below = self._sum(FILLED[measure.above], cell, window, seen)
        elif isinstance(measure.below, str):
            day = window[1].end_time
            who = cell.category if cell.breakdown == "ethnicity" else measure.below
            below = None if cell.place.name == NOWHERE else people_of(cell.place.name, cell.place.level, str(who), day)
            if below is None:
                return Side(reason="no population")
        elif measure.below is not None:
            whole = replace_category(cell) if cell.breakdown == "known" else cell
            below = self._sum(measure.below, whole, window, seen)
        if measure.unit == "count":
            return Side(above, None, above)
        scale = {"percent": 100, "mean": 1, "per_1000": 1000, "per_10000": 10000}[measure.unit]
        return Side(above, below, None if below == 0 else scale * Fraction(above) / Fraction(below))

    def _sum(self, count: Count, cell: Cell, window: Window, seen: pd.Period) -> Fraction | int:
        key = cell.place.name, cell.category or "total"
        if count.stock:
            return self.source.standing(cell.place.level, cell.breakdown, window[1], seen).get(key, 0)
        found = self.source.by_month(count, seen, cell.place.level, cell.breakdown)
        return sum(found.get((*key, month), 0) for month in range(window[0].ordinal, window[1].ordinal + 1))

    def _missing(self, cell: Cell, measure: Measure, window: Window) -> str | None:
        """Why a figure is not available."""
        is_stock = measure.above.stock
        first = window[1].end_time.normalize() if is_stock else window[0].start_time
        last = window[1].end_time.normalize()
        for side in (measure.above, measure.below):
            if isinstance(side, Count):
                if side.needs is not None:
                    return f"no {side.needs}"
                if side.table == "hours" and cell.place.level == "ward":
                    return "hours have no wards"
                ends = HOURS_LAST if side.table == "hours" else LAST
                if (window[1] if is_stock else window[0]) < FIRST or window[1] > ends:
                    return "not in the data"
                if side.table == "hours" and window[0] <= HOURS_GAP <= window[1]:
                    return "a month is missing"
        back = min(first - pd.Timedelta(days=measure.look_back_days), (window[0] - measure.look_back_months).start_time)
        if not is_stock and back < FIRST.start_time:
            return "the look-back is not in the data"
        begins = first if is_stock else min(first, back)
        return None if cell.place.is_open(begins, last) else "not open throughout"

    def _times(self, cell: Cell, taken: tuple[str, pd.Period] | None, seen: pd.Period | None) -> dict[str, Any]:
        both = [replace(cell, measure=name) for name in ("bme_rate_per_1000", "white_rate_per_1000")]
        parts = [self.figure(each, taken, seen)["sides"] for each in both]
        sides = []
        for above, below in zip(*parts, strict=True):
            reason = above.reason or below.reason
            value = None if reason or not below.value else above.value / below.value
            sides.append(Side(above.value, below.value, value, reason))
        window = window_of(*(taken or ("rolling_12", pd.Period(self.period, "M"))))
        return self._released(MEASURES[cell.measure], window, *sides) | {
            "lower_95": None,
            "upper_95": None,
            "sides": tuple(sides),
        }

    def _released(self, measure: Measure, window: Window, now: Side, then: Side) -> dict[str, Any]:
        """Value, change and their statuses."""
        last = window[1].end_time.normalize()
        first = last if measure.above.stock else window[0].start_time
        change_status = (
            now.status if now.status == "[x]" else then.status if then.status == "[x]" else now.status or then.status
        )
        change = None
        points = measure.unit == "percent" or measure.change_unit == "units"
        if not change_status:
            if points:
                change = now.value - then.value
            elif then.value == 0:
                change_status = "[z]"
            else:
                change = 100 * (now.value - then.value) / then.value
        return {
            "window_start": str(first.date()), "window_end": str(last.date()),
            "numerator": now.above, "denominator": now.below, "value": now.value, "unit": measure.unit,
            "previous_value": None if change_status == "[x]" else then.value, "change": change,
            "change_unit": "pp" if measure.unit == "percent" else measure.change_unit,
            "status": "[low]" if now.value and not round(float(now.value), measure.printed_decimals) else now.status,
            "change_status": change_status, "reason": now.reason or then.reason,
        }  # fmt: skip


def replace_category(cell: Cell) -> Cell:
    """The whole beside a category of a filled set: the other side of the measure is not split."""
    return replace(cell, breakdown=None, category=None)


@dataclass(frozen=True)
class Side:
    above: Fraction | int | None = None
    below: Fraction | int | None = None
    value: Fraction | int | None = None
    reason: str | None = None

    @property
    def status(self) -> str:
        return "[x]" if self.reason else "[z]" if self.value is None else ""


def interval(measure: Measure, now: Side) -> tuple[float | None, float | None]:
    """Wilson's of a share, exact Poisson of a rate over a population."""
    if now.value is None:
        return None, None
    if measure.share:
        x, n, z = now.above, now.below, stats.norm.ppf(0.975)
        p = x / n
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return 100 * (middle - half) / (1 + z * z / n), 100 * (middle + half) / (1 + z * z / n)
    if isinstance(measure.below, str):
        scale = 1000 / now.below
        lower = stats.chi2.ppf(0.025, 2 * now.above) / 2 if now.above else 0.0
        return scale * lower, scale * stats.chi2.ppf(0.975, 2 * now.above + 2) / 2
    return None, None
