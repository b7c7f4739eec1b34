"""Turns a series of monthly counts into XmR limits, special causes and the one word for its trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import sqrt
from typing import Literal

Side = Literal["high", "low"]
Word = Literal["Stable", "Increase", "Decrease", "Significant increase", "Significant decrease"]

LIMIT_FACTOR = 2.66
SCREEN_FACTOR = 3.267
RUN = 7
NEARLY_A_RUN = 6
FEWEST_MONTHS = 5
TRIAL_BELOW = 12
FEWEST_A_MONTH = 5
YEAR, BASELINE = 12, 24
SEASON_SPREAD = 37 / 24


@dataclass(frozen=True)
class Xmr:
    """The centre of a series and half the distance between its limits; `trial` where it has fewer than 12 points."""

    mean: float
    width: float
    trial: bool

    @property
    def lower(self) -> float:
        return self.mean - self.width

    @property
    def upper(self) -> float:
        return self.mean + self.width


def xmr(values: Sequence[float]) -> Xmr:
    """The XmR limits of at least one value: the mean ± 2.66 x the mean moving range (Making Data Count).

    Moving ranges of 3.267 x their average or more are left out of it, once; the mean is that of every value.
    """
    return Xmr(sum(values) / len(values), LIMIT_FACTOR * _mean_moving_range(values), len(values) < TRIAL_BELOW)


def _mean_moving_range(values: Sequence[float]) -> float:
    ranges = [abs(after - before) for before, after in pairwise(values)]
    if not any(ranges):
        return 0.0
    most = SCREEN_FACTOR * sum(ranges) / len(ranges)
    kept = [size for size in ranges if size < most]
    return sum(kept) / len(kept)


def special_causes(deviations: Sequence[float], width: float, patterns: bool = True) -> list[Side | None]:
    """Which values are special causes, and on which side, from how far each lies from what was expected of it.

    Beyond a limit (further than `width`); in a run of 7 on one side; two of three consecutive values in the outer
    third of the same side, limit included; or in 7 that rise or fall throughout, then on the side they move to. The
    first three say more of the level, and go before the last. Without `patterns`, beyond a limit alone.
    """
    beyond = [_side(value) if abs(value) > width else None for value in deviations]
    if not patterns:
        return beyond
    runs = _unbroken([_side(value) for value in deviations], RUN)
    pairs = _two_of_three([_side(value) if 2 * width / 3 < abs(value) <= width else None for value in deviations])
    moves = _moving([_side(after - before) for before, after in pairwise(deviations)])
    return [one or two or three or four for one, two, three, four in zip(beyond, runs, pairs, moves, strict=True)]


def _side(value: float) -> Side | None:
    return "high" if value > 0 else "low" if value < 0 else None


def _unbroken(sides: Sequence[Side | None], long: int) -> list[Side | None]:
    """The sides of those that stand among `long` or more neighbours of one side."""
    found: list[Side | None] = []
    for side, group in groupby(sides):
        size = len(list(group))
        found += [side if size >= long else None] * size
    return found


def _two_of_three(outer: Sequence[Side | None]) -> list[Side | None]:
    """The sides of those in an outer third with another on the same side among three consecutive ones."""
    found: list[Side | None] = [None] * len(outer)
    for first in range(len(outer) - 2):
        three = outer[first : first + 3]
        for place, side in enumerate(three, first):
            if side is not None and three.count(side) >= 2:
                found[place] = side
    return found


def _moving(moves: Sequence[Side | None]) -> list[Side | None]:
    """The values, one more than the moves between them, that are among 7 rising or falling: the way they move."""
    long = _unbroken(moves, RUN - 1)
    return [after or before for before, after in zip([None, *long], [*long, None], strict=True)]


@dataclass(frozen=True)
class Limits:
    """What each month was expected to be, how far from it the limits lie, and which months are special causes.

    `expected` is None for a month that nothing is expected of: with the basis `year before`, those of the first
    year. The basis `season` is the same month's average over the two years before the last 12 months, moved to the
    level of a year (the year before; in those two years, its own), `year before` the same month a year earlier, and
    `mean` the mean of the series, without regard to the season.
    """

    expected: tuple[float | None, ...]
    width: float
    causes: tuple[Side | None, ...]
    basis: Literal["season", "year before", "mean"]

    @property
    def trial(self) -> bool:
        return len(self.expected) < TRIAL_BELOW

    @property
    def lower(self) -> tuple[float | None, ...]:
        """The lower limit of each month, at least 0."""
        return tuple(None if mean is None else max(mean - self.width, 0.0) for mean in self.expected)

    @property
    def upper(self) -> tuple[float | None, ...]:
        return tuple(None if mean is None else mean + self.width for mean in self.expected)


def limits(values: Sequence[float | None]) -> Limits | None:
    """The limits of monthly counts in order, the season allowed for where there are two years or more.

    None where a month is withheld or missing, and for fewer than 5 months.
    """
    counts = [value for value in values if value is not None]
    if len(counts) < max(len(values), FEWEST_MONTHS):
        return None
    if len(counts) >= BASELINE + YEAR:
        return _by_season(counts)
    return _by_year_before(counts) if len(counts) >= 2 * YEAR else _by_mean(counts)


def _by_season(counts: Sequence[float]) -> Limits:
    """Each month against its season in the baseline, the 24 months before the last 12, at the level of a year.

    The season is a month's average deviation from the mean of its year; the level is the mean of the first baseline
    year up to its end, and of the second from there on. So what is expected is the same month's average, less half
    the growth from one mean to the other up to there and plus it after: to the nearest half, as that average is, so
    that months still tie with it where most are 0 or 1; and never below 0.

    Of independent months of variance v, the deviations in the baseline keep 11/24 v, and their moving ranges, where
    the means cancel, are those of 1/2 v. A later month has v itself and what is expected of it (13² + 11² + 22) / 24²
    = 13/24 v more (the same month of either year, and 11 others of each): 37/24 v, 37/12 of what the ranges show.
    """
    start = len(counts) - BASELINE - YEAR
    first, second = counts[start : start + YEAR], counts[start + YEAR : start + BASELINE]
    growth = round((sum(second) - sum(first)) / YEAR) / 2
    average = [(one + other) / 2 for one, other in zip(first, second, strict=True)]
    levels = [-growth if place < start + YEAR else growth for place in range(len(counts))]
    expected = [max(average[(place - start) % YEAR] + level, 0.0) for place, level in enumerate(levels)]
    seen = _mean_moving_range([counts[place] - expected[place] for place in range(start, start + BASELINE)])
    return _limits(counts, expected, sqrt(2 * SEASON_SPREAD) * LIMIT_FACTOR * seen, SEASON_SPREAD, "season")


def _by_year_before(counts: Sequence[float]) -> Limits:
    """Each month after the first 12 against the same month of the year before."""
    differences = [after - before for before, after in zip(counts, counts[YEAR:], strict=False)]
    expected = [*[None] * YEAR, *counts[: len(differences)]]
    return _limits(counts, expected, LIMIT_FACTOR * _mean_moving_range(differences), 2, "year before")


def _by_mean(counts: Sequence[float]) -> Limits:
    found = xmr(counts)
    return _limits(counts, [found.mean] * len(counts), found.width, 1, "mean")


def _limits(
    counts: Sequence[float],
    expected: Sequence[float | None],
    width: float,
    spread: float,
    basis: Literal["season", "year before", "mean"],
) -> Limits:
    """The limits, no narrower than chance alone makes counts vary: 3 standard deviations of a Poisson count.

    `spread` is the variance of a month less what is expected of it, in units of one month's. With fewer than 5 a
    month, when most months are 0, 1 or 2 and lie below their mean, only what is beyond a limit is a special cause.
    """
    known = [(count, mean) for count, mean in zip(counts, expected, strict=True) if mean is not None]
    level = sum(mean for _, mean in known) / len(known)
    width = max(width, 3 * sqrt(spread * max(level, 1)))
    found = special_causes([count - mean for count, mean in known], width, level >= FEWEST_A_MONTH)
    unknown: list[Side | None] = [None] * (len(counts) - len(known))
    return Limits(tuple(expected), width, (*unknown, *found), basis)


def word(counts: Sequence[int]) -> Word | None:
    """The trend of monthly counts, the last of them the latest month; None for fewer than 24.

    `Significant` where the latest month is a special cause; else an increase or a decrease where 6 of the last 7
    months lie on one side of what was expected of them; else stable.
    """
    found = limits(counts) if len(counts) >= 2 * YEAR else None
    if found is None:
        return None
    if found.causes[-1] is not None:
        return "Significant increase" if found.causes[-1] == "high" else "Significant decrease"
    recent = zip(counts[-RUN:], found.expected[-RUN:], strict=True)
    sides = [_side(count - mean) for count, mean in recent if mean is not None]
    if sides.count("high") >= NEARLY_A_RUN:
        return "Increase"
    return "Decrease" if sides.count("low") >= NEARLY_A_RUN else "Stable"
