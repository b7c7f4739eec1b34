"""Turns the printed figures of stop and search into searches: who was searched, for what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.places import Places
from thematic.tools.sample.searched import GROUPS, Year, years
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import blanked, dates, digits, references, words, yes_no
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]


def searches_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per person searched, in the order of days."""
    own, draws = spec["searches"], Draws(spec["seed"], "searches")
    found = years(own, pack["stop_and_search"])
    day, place = _days(found, own, spec, places=places, timeline=timeline, draws=draws)
    group, outcome = _dealt(found, day, timeline, draws)
    where = places.columns(place, Draws(spec["seed"], "search places"))
    return {
        "search_ref": references("S", day),
        "searched_on": dates(day),
        **{name: where[name] for name in ("lpu", "local_authority", "longitude", "latitude")},
        **_people(group, own, draws),
        **_searches(outcome, own, draws),
    }


def _days(
    found: Sequence[Year], own: Spec, spec: Spec, *, places: Places, timeline: Timeline, draws: Draws
) -> tuple[Ints, Ints]:
    """The day and the place of each search; a place's year and month differ from the force's."""
    local = own["local_per_cent"]
    blocks = [(each.months, draws.stirred(places.share(each.total, own["places"]), local)) for each in found]
    by_month = timeline.weights(spec["season"][own["season"]], spec["months_per_cent"][own["months"]], draws)
    weights = draws.varied(np.tile(by_month[:, None], len(places.lpus)), local)
    return timeline.spread(timeline.plan(blocks, weights), draws)


def _dealt(found: Sequence[Year], day: Ints, timeline: Timeline, draws: Draws) -> tuple[Ints, Ints]:
    """The group of the person and the outcome (an index of the list's) of each search, window by window."""
    group, outcome = np.zeros(len(day), dtype=np.int64), np.zeros(len(day), dtype=np.int64)
    for year in found:
        inside = np.flatnonzero(timeline.within(day, year.months))
        group[inside] = draws.dealt(year.groups)
        arrested = np.zeros(len(inside), dtype=bool)
        for index, count in enumerate(year.arrests):
            arrested[draws.some(np.flatnonzero(group[inside] == index), count)] = True
        outcome[inside[~arrested]] = 1 + draws.dealt(year.others)
    return group, outcome


def _people(group: Ints, own: Spec, draws: Draws) -> Table:
    """Age and gender, and ethnicity as the person and as the officer gave it; each blank for some."""
    size = len(group)
    ages = blanked(digits(draws.banded(own["ages"], size)), draws.chance(own["age_blank_per_mille"], size))
    said = {str(name): part for part, names in own["self_defined"].items() for name in names}
    parts = list(own["self_defined"])
    mixes = [{**dict.fromkeys(said, 0), **_names(own, each)} for each in GROUPS]
    person = _indices(group, [[mix[name] for name in said] for mix in mixes], draws)
    part = np.array([parts.index(each) for each in said.values()], dtype=np.int64)[person]
    return {
        "age": ages,
        "gender": words(list(own["gender"]), draws.pick(list(own["gender"].values()), size)),
        "self_defined_ethnicity": words(list(said), person),
        "officer_defined_ethnicity": _by(part, [own["officer_defined"][each] for each in parts], draws),
    }


def _names(own: Spec, group: str) -> dict[str, int]:
    """What people of a group say of themselves, with its weights."""
    return {str(name): n for part in own["groups"][group] for name, n in own["self_defined"][part].items()}


def _searches(outcome: Ints, own: Spec, draws: Draws) -> Table:
    """What came of it, what was looked for and under which power, and whether the outcome is linked to that."""
    size, ends = len(outcome), list(own["outcomes"].values())
    powers = [(power, name) for power, rows in own["objects"].items() for name in rows]
    drugs = np.array([own["drugs_per_mille"].get(end, 640) for end in ends], dtype=np.int64)[outcome]
    weights = [weight for rows in own["objects"].values() for weight in rows.values()]
    first = [name == own["drugs"] for _, name in powers]
    mixes = [
        [int(is_drugs) for is_drugs in first],
        [0 if is_drugs else n for is_drugs, n in zip(first, weights, strict=True)],
    ]
    sought = _indices(np.where(draws.chance(drugs, size), 0, 1), mixes, draws)
    linked = np.array([own["linked_per_mille"].get(end, 0) for end in ends], dtype=np.int64)[outcome]
    return {
        "legislation": words([power for power, _ in powers], sought),
        "object": words([name for _, name in powers], sought),
        "outcome": words(ends, outcome),
        "outcome_linked": yes_no(draws.chance(linked, size)),
        "clothing_removed": yes_no(draws.chance(own["clothing_removed_per_mille"], size)),
    }


def _by(group: Ints, mixes: list[Mapping[str, int]], draws: Draws) -> pa.Array:
    """Words, each row's from the mix of its group."""
    names = list(dict.fromkeys(name for mix in mixes for name in mix))
    return words(names, _indices(group, [[mix.get(name, 0) for name in names] for mix in mixes], draws))


def _indices(group: Ints, weights: list[list[int]], draws: Draws) -> Ints:
    """For each row an index of its group's weights, each as often as its weight has it."""
    reach = np.cumsum(np.array(weights, dtype=np.int64), axis=1)
    turn = draws.below(reach[group, -1], len(group))
    return np.asarray((reach[group] <= turn[:, None]).sum(axis=1), dtype=np.int64)
