"""Turns the sample's list of searches into stop searches: who was searched, for what, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import blanked, dates, digits, references, words, yes_no
from thematic.tools.sample.timeline import Timeline, window

Spec = Mapping[str, Any]


def searches_table(spec: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per person searched, in the order of days."""
    own, draws = spec["searches"], Draws(spec["seed"], "searches")
    day = _days(own, spec, timeline, draws)
    place = draws.pick(places.weights(own["places"]), len(day))
    where = places.columns(place, Draws(spec["seed"], "search places"))
    return {
        "search_ref": references("S", day),
        "searched_on": dates(day),
        **{name: where[name] for name in ("lpu", "local_authority", "longitude", "latitude")},
        **_people(len(day), own, draws),
        **_searches(len(day), own, draws),
    }


def _days(own: Spec, spec: Spec, timeline: Timeline, draws: Draws) -> Ints:
    """The day of each search: as many as are listed for each window, months by their season."""
    blocks = [(window(key), np.array([total], dtype=np.int64)) for key, total in own["recorded"].items()]
    weights = timeline.weights(spec["season"][own["season"]], spec["months_per_cent"][own["months"]], draws)
    return timeline.spread(timeline.plan(blocks, weights), draws)[0]


def _people(size: int, own: Spec, draws: Draws) -> Table:
    """Age and gender, and ethnicity as the person and as the officer gave it; each blank for some."""
    ages = blanked(digits(draws.banded(own["ages"], size)), draws.chance(own["age_blank_per_mille"], size))
    said = {str(name): group for group, names in own["self_defined"].items() for name in names}
    weights = [weight for names in own["self_defined"].values() for weight in names.values()]
    person, groups = draws.pick(weights, size), list(own["self_defined"])
    group = np.array([groups.index(each) for each in said.values()], dtype=np.int64)[person]
    return {
        "age": ages,
        "gender": _picked(own["gender"], size, draws),
        "self_defined_ethnicity": words(list(said), person),
        "officer_defined_ethnicity": _by(group, [own["officer_defined"][each] for each in groups], draws),
    }


def _searches(size: int, own: Spec, draws: Draws) -> Table:
    """The power, what was looked for under it, what came of that, and whether the outcome is linked to it."""
    objects = [(power, name, row) for power, rows in own["objects"].items() for name, row in rows.items()]
    sought = draws.pick([row["weight"] for _, _, row in objects], size)
    ends = list(dict.fromkeys(end for _, _, row in objects for end in own["outcomes"][row["outcomes"]]))
    mixes = [own["outcomes"][row["outcomes"]] for _, _, row in objects]
    outcome = _indices(sought, [[mix.get(end, 0) for end in ends] for mix in mixes], draws)
    linked = np.array([own["linked_per_mille"].get(end, 0) for end in ends], dtype=np.int64)[outcome]
    return {
        "legislation": words([power for power, _, _ in objects], sought),
        "object": words([name for _, name, _ in objects], sought),
        "outcome": words(ends, outcome),
        "outcome_linked": yes_no(draws.chance(linked, size)),
        "clothing_removed": yes_no(draws.chance(own["clothing_removed_per_mille"], size)),
    }


def _picked(mix: Mapping[str, int], size: int, draws: Draws) -> pa.Array:
    """Words, each as often as its weight has it."""
    return words(list(mix), draws.pick(list(mix.values()), size))


def _by(group: Ints, mixes: list[Mapping[str, int]], draws: Draws) -> pa.Array:
    """Words, each row's from the mix of its group."""
    names = list(dict.fromkeys(name for mix in mixes for name in mix))
    return words(names, _indices(group, [[mix.get(name, 0) for name in names] for mix in mixes], draws))


def _indices(group: Ints, weights: list[list[int]], draws: Draws) -> Ints:
    """For each row an index of its group's weights, each as often as its weight has it."""
    reach = np.cumsum(np.array(weights, dtype=np.int64), axis=1)
    turn = draws.below(reach[group, -1], len(group))
    return np.asarray((reach[group] <= turn[:, None]).sum(axis=1), dtype=np.int64)
