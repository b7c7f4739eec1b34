"""Turns the printed rates and shares of stop and search into whole numbers: searches and arrests by group of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thematic.core.errors import DataRefused
from thematic.core.periods import Month, Window
from thematic.tools.sample.calibrate import counts_printing, percentage_pair, prints, prints_change, tenths
from thematic.tools.sample.draws import apportion
from thematic.tools.sample.timeline import window

Spec = Mapping[str, Any]

GROUPS = ("white", "bme", "not_recorded")


@dataclass(frozen=True)
class Year:
    """The searches of a window: by group of people, the arrests among them, and the outcomes other than arrest."""

    months: Window
    groups: list[int]
    arrests: list[int]
    others: list[int]

    @property
    def total(self) -> int:
        return sum(self.groups)


def years(own: Spec, section: Spec) -> list[Year]:
    """The two printed years, and the other windows with the proportions of the earlier one."""
    now, before = _printed(own, section)
    return [*(_like(before, window(key), total) for key, total in own["recorded"].items()), before, now]


def _like(year: Year, months: Window, total: int) -> Year:
    groups = apportion(total, year.groups).tolist()
    arrests = [n * arrested // of for n, arrested, of in zip(groups, year.arrests, year.groups, strict=True)]
    return Year(months, groups, arrests, apportion(total - sum(arrests), year.others).tolist())


def _printed(own: Spec, section: Spec) -> tuple[Year, Year]:
    """The printed year and the year before it. Raises DataRefused where no whole numbers print so."""
    total, year = section["total"], Window.rolling_12(Month.parse(str(section["total"]["period"])))
    outcomes = section["by_outcome"]
    first, *names = own["outcomes"]
    others = [outcomes[name][0] for name in names]
    for groups in _groups(own, section):
        for arrests in _arrests(section, groups, outcomes[first][0]):
            action = counts_printing(section["police_action_pct"]["previous"], total["previous"])[0]
            rest = apportion(
                action - sum(arrests[1]), [n for n, name in zip(others, names, strict=True) if _acts(name)]
            )
            was = [*rest.tolist(), total["previous"] - action]
            return Year(year, groups[0], arrests[0], others), Year(year.year_earlier, groups[1], arrests[1], was)
    raise DataRefused("stop_and_search: no whole numbers print the rates, shares and differences.")


def _acts(outcome: str) -> bool:
    return outcome != "no_further_action"


def _groups(own: Spec, section: Spec) -> Iterator[tuple[list[int], list[int]]]:
    """Searches by group, now and before, that print both rates, their differences and the share not recorded."""
    total, blank, residents = section["total"], section["ethnicity_not_recorded_pct"], own["residents_2011"]
    white, bme = section["per_1000_white"], section["per_1000_bme"]
    for nobody in counts_printing(blank["value"], total["value"]):
        for nobody_before in counts_printing(blank["previous"], total["previous"]):
            for some in _at_rate(bme["value"], residents["bme"]):
                now = [total["value"] - nobody - some, some, nobody]
                before = [now[0] - white["difference"], some - bme["difference"], nobody_before]
                rates = [(before[1], bme, "bme"), (before[0], white, "white")]
                fits = all(prints_rate(n, residents[group], rate["previous"]) for n, rate, group in rates)
                if (
                    fits
                    and prints_rate(now[0], residents["white"], white["value"])
                    and sum(before) == total["previous"]
                ):
                    yield now, before


def _at_rate(rate: float, people: int) -> list[int]:
    """The counts of which the rate per 1,000 prints so, the nearest first."""
    middle = tenths(rate) * people // 10_000
    near = [n for n in range(middle - people // 10_000, middle + people // 10_000 + 1) if prints_rate(n, people, rate)]
    return sorted(near, key=lambda n: (abs(n - middle), n))


def prints_rate(count: int, people: int, rate: float) -> bool:
    """Whether the rate per 1,000 prints so to one decimal place."""
    return 2 * abs(10_000 * count - tenths(rate) * people) < people


def _arrests(
    section: Spec, groups: tuple[list[int], list[int]], arrested: int
) -> Iterator[tuple[list[int], list[int]]]:
    """Arrests by group, now and before. The printed change of the white share has the wrong sign."""
    now, before = groups
    share, change, _ = section["arrest_pct"]
    if not prints(arrested, sum(now), share):
        return
    bme = percentage_pair(section["arrest_pct_bme"][:2], now[1], before[1])
    white = percentage_pair(
        (section["arrest_pct_white"]["value"], -section["arrest_pct_white"]["change"]), now[0], before[0]
    )
    for earlier in _before(arrested, sum(now), sum(before), change):
        parts = [white[1], bme[1], arrested - white[1] - bme[1]], [white[0], bme[0], earlier - white[0] - bme[0]]
        if min(*parts[0], *parts[1]) >= 0:
            yield parts


def _before(count: int, of: int, of_before: int, change: float) -> Sequence[int]:
    """The counts before, from which the change in percentage points prints so."""
    middle = round((count / of - change / 100) * of_before)
    return [n for n in range(middle - 9, middle + 10) if prints_change(count, of, n, of_before, change)]
