"""Turns the printed sickness cases of a day into absences: when each began and ended, and how long it lasted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thematic.tools.sample.draws import Draws
from thematic.tools.sample.events import coded
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import dates, references, words
from thematic.tools.sample.timeline import NEVER, Timeline, day

Spec = Mapping[str, Any]


def sickness_cases_table(spec: Spec, pack: Spec, timeline: Timeline) -> Table:
    """One row per absence; on the last day of the printed year as many are open as printed, by their length.

    The printed shares add to 99.2; they are of one case more than there are, so the counts are theirs of that base.
    """
    own, draws = spec["sickness_cases"], Draws(spec["seed"], "sickness cases")
    printed, last = pack["people"]["sickness_cases_31_december"], day(own["last_day"])
    lengths = list(own["lengths"])
    open_then = [round((printed["total"] + 1) * printed[f"{name}_pct"] / 100) for name in lengths]
    began, ended, length = _any_time(own, timeline, draws)
    others = ~((began <= last) & (ended > last))
    began, ended, length = began[others], ended[others], length[others]
    kind = draws.dealt(open_then)
    lowest, highest = np.array([own["lengths"][name]["days"] for name in lengths], dtype=np.int64)[kind].T
    size = draws.between(lowest, highest)
    passed = draws.below(size, len(kind))
    began, ended = np.concatenate([began, last - passed]), np.concatenate([ended, last - passed + size])
    length = np.concatenate([length, kind])
    order = np.lexsort((draws.order(len(began)), began))
    began, ended = began[order], np.where(ended[order] > timeline.ends[-1], NEVER, ended[order])
    return {
        "case_ref": references("A", began),
        "began_on": dates(began),
        "ended_on": dates(ended),
        "case_length": words([f"{name}_case" for name in lengths], length[order]),
        "staff_type": coded(own["staff_type"], len(began), draws),
    }


def _any_time(own: Spec, timeline: Timeline, draws: Draws) -> tuple[Any, Any, Any]:
    """(first day, day of return, index of the length) of absences by chance: so many a month of each length."""
    parts = []
    for index, how in enumerate(own["lengths"].values()):
        counts = how["per_month"] * (80 + draws.below(41, len(timeline.months))) // 100
        month = np.repeat(np.arange(len(counts)), counts)
        began = draws.between(timeline.starts[month], timeline.ends[month])
        lowest, highest = (np.full(len(began), days, dtype=np.int64) for days in how["days"])
        parts.append((began, began + draws.between(lowest, highest), np.full(len(began), index)))
    began, ended, length = (np.concatenate(each) for each in zip(*parts, strict=True))
    return began, ended, length
