"""Turns printed shares of hours lost to sickness into hours, by month and group, that print them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.monthly import months_text
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import digits, words
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]

_GROUPS = ("officer", "staff")


def sickness_hours_table(spec: Spec, pack: Spec, timeline: Timeline) -> Table:
    """One row per month and group: hours under contract, and of those the hours lost to sickness."""
    own, draws = spec["sickness_hours"], Draws(spec["seed"], "sickness hours")
    size = len(timeline.months)
    days = timeline.ends - timeline.starts + 1
    hours = [days * own["hours_a_day"][name] * (1000 + draws.below(13, size) - 6) // 1000 for name in _GROUPS]
    lost = [_by_chance(each, own, timeline, draws) for each in hours]
    first = timeline.months.index(Month.parse(own["published"]))
    year = slice(first, first + 12)
    contracted, sick = _fitted(pack["people"]["sickness_hours_lost_pct"], days[year], own)
    for index in range(len(_GROUPS)):
        hours[index][year], lost[index][year] = contracted[index], sick[index]
    return {
        "month": months_text([month for month in timeline.months for _ in _GROUPS]),
        "staff_group": words(list(_GROUPS), np.arange(2 * size) % 2),
        "contracted_hours": digits(np.column_stack(hours).ravel()),
        "sick_hours": digits(np.column_stack(lost).ravel()),
    }


def _by_chance(hours: Ints, own: Spec, timeline: Timeline, draws: Draws) -> Ints:
    """Hours lost in months that no printed figure fixes: more in winter."""
    usual = np.array([own["per_ten_thousand"][month.month - 1] for month in timeline.months], dtype=np.int64)
    return hours * (usual + draws.below(61, len(hours)) - 30) // 10_000


def _fitted(printed: Mapping[str, Sequence[float]], days: Ints, own: Spec) -> tuple[list[Ints], list[Ints]]:
    """(contracted, lost) hours of the two groups in the printed year: each month, each year, and both groups together.

    The hours under contract rise through the year, and how far is searched for, as is where within their rounding the
    months lie. Raises DataRefused where nothing prints so.
    """
    officers, staff, both = (np.array(printed[name], dtype=float) for name in ("officers", "staff", "all"))
    for growth in own["growth_per_mille_a_month"]:
        rising = 1000 + growth * np.arange(len(days))
        whole = days * own["hours_a_day"]["officer"] * rising // 1000
        for tilt in own["tilts"]:
            lost_whole = np.rint(whole * (officers[:-1] + tilt[0] / 1000) / 100).astype(np.int64)
            if not _prints(lost_whole.sum(), whole.sum(), officers[-1]):
                continue
            part, lost_part = _staff(whole, lost_whole, (staff, both), days * rising, tilt[1], own)
            if part is None or lost_part is None:
                continue
            total, lost = whole.sum() + part.sum(), lost_whole.sum() + lost_part.sum()
            if _prints(lost_part.sum(), part.sum(), staff[-1]) and _prints(lost, total, both[-1]):
                return [whole, part], [lost_whole, lost_part]
    raise DataRefused("sickness_hours_lost_pct: no whole hours print the months and the years.")


def _staff(
    whole: Ints, lost_whole: Ints, printed: tuple[Any, Any], days: Ints, tilt: int, own: Spec
) -> tuple[Ints | None, Ints | None]:
    """(contracted, lost) hours of the staff, month by month as many as let both groups together print."""
    staff, both = printed
    hours, lost = np.zeros_like(whole), np.zeros_like(whole)
    for month in range(len(whole)):
        for share in own["staff_per_mille"]:
            hours[month] = int(days[month]) * own["hours_a_day"]["staff"] * share // 1_000_000
            lost[month] = round(int(hours[month]) * (staff[month] + tilt / 1000) / 100)
            total, gone = whole[month] + hours[month], lost_whole[month] + lost[month]
            if _prints(gone, total, both[month]):
                break
        else:
            return None, None
    return hours, lost


def _prints(lost: int, of: int, printed: float) -> bool:
    """Whether 100 x lost / of prints so to two decimal places, well within the rounding."""
    return bool(abs(100 * int(lost) / int(of) - printed) < 0.0049)
