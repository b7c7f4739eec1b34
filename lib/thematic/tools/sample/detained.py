"""Turns events into custody records: why and how long somebody was detained, and who stayed the night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thematic.tools.sample.clock import moments, out_of_the_way
from thematic.tools.sample.draws import Draws, Flags, Ints
from thematic.tools.sample.events import area, coded, events
from thematic.tools.sample.flags import two_years
from thematic.tools.sample.people import first_of_chain
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import blanked, digits, pseudonyms, references, words
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]

_HOUR, _DAY = 3600, 24 * 3600


def custody_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per detention; as many of young people overnight as printed."""
    own, draws = spec["custody_records"], Draws(spec["seed"], "custody")
    rows = events("custody_records", spec, pack, places, timeline)
    size, day, place, kind = len(rows), *(rows[name].to_numpy() for name in ("day", "place", "kind"))
    first = first_of_chain(place, day, draws.chance(own["repeats_per_mille"], size), draws.banded([[1, 60, 1]], size))
    ages = np.maximum(draws.banded(own["ages"], size)[first], np.array(_youngest(own), dtype=np.int64)[kind])
    overnight = _overnight(day, ages, pack["vulnerable_people"]["juvenile_overnight_detentions"], own, timeline, draws)
    arrived, held = _stays(day, overnight, own, draws)
    order = np.lexsort((np.arange(size), arrived))
    return {
        "custody_ref": references("U", day[order]),
        "arrived_at": moments(arrived[order]),
        "released_at": moments((arrived + held)[order]),
        "arrest_reason": words(list(own["kinds"]), kind[order]),
        "age": digits(ages[order]),
        "sex": coded(own["sex"], size, draws),
        "person_ref": blanked(pseudonyms("D", first[order]), draws.chance(own["person_blank_per_mille"], size)),
        **area(place[order], places),
    }


def _youngest(own: Spec) -> list[int]:
    return [how.get("youngest", 10) for how in own["kinds"].values()]


def _overnight(day: Ints, ages: Ints, row: Any, own: Spec, timeline: Timeline, draws: Draws) -> Flags:
    """Who was in custody for more than four hours of a night. Nobody is who came on the last day of a month: they are
    released in the next, and a window that ends with the day does not know it."""
    free = ~np.isin(day, timeline.ends)
    overnight = draws.chance(own["overnight_per_mille"], len(day)) & free
    young = ages < 18
    overnight[young] &= draws.chance(own["young_overnight_per_mille"], int(young.sum()))
    for months, count in two_years(row):
        inside = np.flatnonzero(young & free & timeline.within(day, months))
        overnight[inside] = False
        overnight[draws.some(inside, count)] = True
    return np.asarray(overnight, dtype=bool)


def _stays(day: Ints, overnight: Flags, own: Spec, draws: Draws) -> tuple[Ints, Ints]:
    """(second of arrival since 1970-01-01, seconds held): over a night from the evening to the morning; else by day, or
    for an hour or two of the night."""
    size = len(day)
    evening = draws.below(8 * _HOUR, size) + 15 * _HOUR
    morning = _DAY + 8 * _HOUR + draws.below(6 * _HOUR, size) - evening
    daytime = draws.below(8 * _HOUR, size) + 8 * _HOUR
    hours = draws.banded(own["minutes_by_day"], size) * 60 + draws.below(60, size)
    night = draws.chance(own["short_night_per_mille"], size)
    start = np.where(night, out_of_the_way(day, draws.below(5 * _HOUR, size)), daytime)
    held = np.where(night, 1800 + draws.below(2 * _HOUR, size), np.minimum(hours, _DAY - 60 - daytime))
    return day * _DAY + np.where(overnight, evening, start), np.where(overnight, morning, held)
