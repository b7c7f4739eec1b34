"""Turns printed shares attended in time into graded incidents: when each was received, and when somebody arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from thematic.core.periods import Month, Window
from thematic.tools.sample.calibrate import percentage_pair
from thematic.tools.sample.clock import moments, out_of_the_way
from thematic.tools.sample.draws import Draws, Ints, apportion
from thematic.tools.sample.events import area, events
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import blanked, references, words
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]

_DAY = 24 * 60 * 60


def graded_incidents_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per incident that was graded for attendance; a few were attended by nobody."""
    own, draws = spec["graded_incidents"], Draws(spec["seed"], "graded incidents")
    rows = events("graded_incidents", spec, pack, places, timeline)
    day, seconds = rows["day"].to_numpy(), np.zeros(len(rows), dtype=np.int64)
    unattended = np.zeros(len(rows), dtype=bool)
    for index, how in enumerate(own["kinds"].values()):
        band = _bands(rows, index, how, pack["response"], timeline, draws)
        mine = np.flatnonzero(rows["kind"].to_numpy() == index)
        lowest, highest = np.array(how["seconds"], dtype=np.int64).T
        seconds[mine] = draws.between(lowest[band], highest[band])
        slow = mine[band == len(how["seconds"]) - 1]
        unattended[slow] = draws.chance(how["unattended_per_mille"], len(slow))
    received = _received(day, seconds, own, timeline, draws)
    order = np.lexsort((np.arange(len(day)), day * _DAY + received))
    moment = (day * _DAY + received)[order]
    return {
        "incident_ref": references("I", day[order]),
        "received_at": moments(moment),
        "arrived_at": blanked(moments(moment + seconds[order]), unattended[order]),
        "grade": words(list(own["kinds"]), rows["kind"].to_numpy()[order]),
        **area(rows["place"].to_numpy()[order], places),
    }


def _bands(rows: pd.DataFrame, kind: int, how: Spec, response: Spec, timeline: Timeline, draws: Draws) -> Ints:
    """The band of minutes of each incident of a kind: in the printed years as printed, else by the listed mix.

    Who waits longer is chance and place: a place has its own luck each year.
    """
    mine = rows[rows["kind"] == kind]
    day, place = mine["day"].to_numpy(), mine["place"].to_numpy()
    band, left = np.zeros(len(mine), dtype=np.int64), np.ones(len(mine), dtype=bool)
    months = Window.rolling_12(Month.parse(str(response[how["printed"][0]][2])))
    inside = [np.flatnonzero(timeline.within(day, each)) for each in (months, months.year_earlier)]
    for part, shares in zip(inside, _counts(how, response, [len(each) for each in inside]), strict=True):
        band[part] = _dealt(place[part], shares, draws)
        left[part] = False
    rest = np.flatnonzero(left)
    band[rest] = _dealt(place[rest], apportion(len(rest), how["bands_per_mille"]).tolist(), draws)
    return band


def _counts(how: Spec, response: Spec, sizes: Sequence[int]) -> tuple[list[int], list[int]]:
    """How many incidents lie in each band, in the printed year and in the year before."""
    pairs = [percentage_pair(response[name][:2], sizes[0], sizes[1]) for name in how["printed"]]
    before, now = zip(*pairs, strict=True)
    return tuple(np.diff([0, *within, size]).tolist() for within, size in ((now, sizes[0]), (before, sizes[1])))


def _dealt(place: Ints, counts: Sequence[int], draws: Draws) -> Ints:
    """A band for each row, as many as `counts` of each; the places are not alike."""
    luck = draws.below(120, int(place.max()) + 1)[place]
    order = np.argsort(draws.below(1000, len(place)) + luck, kind="stable")
    band = np.zeros(len(place), dtype=np.int64)
    band[order] = np.repeat(np.arange(len(counts)), counts)
    return band


def _received(day: Ints, seconds: Ints, own: Spec, timeline: Timeline, draws: Draws) -> Ints:
    """The second of the day at which each was received, by the hours of the list; on the last day of a month early
    enough for somebody to arrive on it."""
    hour = draws.pick(own["hours"], len(day))
    second = hour * 3600 + draws.below(3600, len(day))
    last = np.isin(day, timeline.ends)
    second = np.where(last, np.minimum(second, _DAY - 1 - seconds), second)
    return out_of_the_way(day, second)
