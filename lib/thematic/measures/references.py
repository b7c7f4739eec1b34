"""Turns declared targets and benchmarks into what a released figure is held beside, and says on which side it is.

Both are fixed numbers: only the figure has chance in it. It is tested from its own numerator and denominator as they
are released, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from thematic.cubes.bases import is_share
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure
from thematic.params.measures import RATE_SIZES
from thematic.stats.fixed import count_against, share_against
from thematic.stats.verdict import SIGNIFICANT

Side = Literal["above", "below", "at"]
Good = Literal["above", "below"]


@dataclass(frozen=True)
class Reference:
    """A fixed number beside a figure, in the measure's unit: its target, or what a group came to.

    `group` is "" for a target that is a value. `good` is the side of the target that is wanted, None for what is no
    target. `until` and `source` are those of a benchmark: the last day it is about, and who published it.
    """

    value: float
    group: str = ""
    good: Good | None = None
    until: date | None = None
    source: str = ""

    @property
    def is_target(self) -> bool:
        return self.good is not None


@dataclass(frozen=True)
class Standing:
    """Where a figure is beside a reference, as both are printed. `significant` is None where that is not tested."""

    side: Side
    significant: bool | None


def references_of(data: ReportData, name: str) -> tuple[Reference, ...]:
    """What the figures of a measure are held beside: its target, then the groups of its benchmarks as known at the end
    of its own window, in the order of the files.

    A count of a whole force is no measure of an area's: outside the force's report counts have none.
    """
    measure = data.measure(name)
    if measure.unit == "count" and not data.area.is_force:
        return ()
    found = data.params.benchmarks_of(name, data.window(name).end.last_day)
    groups = {group: Reference(each.value, group, None, each.until, each.source) for group, each in found.items()}
    target = measure.target
    if target is None:
        return tuple(groups.values())
    if target.value is not None:
        return (Reference(target.value, good=target.good), *groups.values())
    own = groups.pop(target.benchmark or "", None)
    aimed = () if own is None else (Reference(own.value, own.group, target.good, own.until, own.source),)
    return (*aimed, *groups.values())


def standing(data: ReportData, name: str, figure: Figure, reference: Reference) -> Standing | None:
    """On which side of a reference a figure is, and whether that is significant at 5%; None for one without a value.

    Shares by the exact binomial test, counts by the exact Poisson test, rates by that of their count against what the
    reference comes to over the population. Ratios, means, sums, stocks and multiples are not tested.
    """
    if figure.value is None:
        return None
    decimals = data.measure(name).decimals
    ours, theirs = (round(float(value), decimals) for value in (figure.value, reference.value))
    side: Side = "at" if ours == theirs else "above" if ours > theirs else "below"
    test = _test_of(data, name)
    p = None if test is None else test(figure, reference.value)
    return Standing(side, None if p is None else side != "at" and p < SIGNIFICANT)


def _test_of(data: ReportData, name: str) -> Callable[[Figure, float], float | None] | None:
    measure = data.measure(name)
    if not measure.counts or measure.window == "at_period_end" or any(each.sum is not None for each in measure.counts):
        return None
    if measure.unit == "count":
        return _count
    if measure.is_rate:
        return _rate
    is_part = measure.unit == "percent" and is_share(measure, data.theme, data.params.measures)
    return _share if is_part else None


def _count(figure: Figure, expected: float) -> float | None:
    return None if figure.numerator is None else count_against(figure.numerator, expected)


def _rate(figure: Figure, rate: float) -> float | None:
    if figure.numerator is None or not figure.denominator:
        return None
    return count_against(figure.numerator, rate * figure.denominator / RATE_SIZES[figure.unit])


def _share(figure: Figure, percent: float) -> float | None:
    if figure.numerator is None or not figure.denominator or not 0 <= percent <= 100:
        return None
    if figure.numerator > figure.denominator:
        return None
    return share_against(figure.numerator, figure.denominator, percent / 100)
