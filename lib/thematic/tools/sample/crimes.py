"""Turns targets and mixes into crimes: when and where recorded, cancelled, which offence, which outcome when."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from thematic.tools.sample.calibrate import at_a_glance, by_authority
from thematic.tools.sample.draws import Draws, Ints, weights_of
from thematic.tools.sample.hate import fit_offences_and_strands
from thematic.tools.sample.outcomes import give_outcomes, outcome_plans
from thematic.tools.sample.places import Places
from thematic.tools.sample.rows import GROUPS
from thematic.tools.sample.targets import Blocks, of_authorities, of_both, of_the_force, unfitted
from thematic.tools.sample.timeline import NEVER, Timeline, window

Spec = Mapping[str, Any]


def make_crimes(spec: Spec, published: Spec, places: Places, timeline: Timeline) -> pd.DataFrame:
    """One row per crime, in the order of recording; days since 1970-01-01, places and offences as indices.

    The streams are made one after another: the last domestic one fills what the others leave of the domestic table.
    """
    rape, hate, injury, domestic, other = (Stream(name, spec, places, timeline) for name in spec["streams"])
    tables, hate_target = published["domestic_abuse"], at_a_glance(published["hate_crime"])
    parts = [
        rape.rows(of_the_force(at_a_glance(published["rape"]), rape.struck, places, rape.shares)),
        hate.rows(of_the_force(hate_target, hate.struck, places, hate.shares)),
    ]
    fit_offences_and_strands(parts[1], spec, hate.own, published["hate_crime"], hate_target.window)
    for stream, rows in zip((rape, hate), parts, strict=True):
        stream.flag_domestic(rows)
    glance = at_a_glance(tables["violence_with_injury_at_a_glance"])
    table = by_authority(tables["violence_with_injury_by_local_authority"], places.authorities)
    parts.append(injury.rows(of_both(glance, table, injury.struck, places, injury.own)))
    there = pd.concat([*(rows[rows["domestic"] == 1] for rows in parts), domestic.struck])
    table = by_authority(tables["all_domestic_by_local_authority"], places.authorities)
    parts.append(domestic.rows(of_authorities(table, there, places, domestic.shares)))
    parts.append(other.rows(unfitted(places)))
    crimes = pd.concat(parts, ignore_index=True)
    order = np.lexsort((Draws(spec["seed"], "order").order(len(crimes)), crimes["recorded"]))
    return crimes.iloc[order].reset_index(drop=True)


class Stream:
    """One stream of crimes: those that are cancelled come first, the rest fills what they leave open."""

    def __init__(self, name: str, spec: Spec, places: Places, timeline: Timeline) -> None:
        self.name, self.spec, self.places, self.timeline = name, spec, places, timeline
        self.own: Spec = spec["streams"][name]
        self.shares: Mapping[str, int] = self.own["places"]

    def rows(self, blocks: Blocks) -> pd.DataFrame:
        """Every crime of the stream; domestic throughout if the stream says so, and without strands."""
        rows = pd.concat([self.struck, self._kept(blocks)], ignore_index=True)
        titles, codes = list(self.spec["titles"]), [str(code) for code in self.own["offences"]]
        offence = np.array([titles.index(code) for code in codes], dtype=np.int64)
        rows["offence"] = offence[self._draws("offence").pick(list(self.own["offences"].values()), len(rows))]
        rows["outcome"] = self._outcome_codes(rows["group"].to_numpy())
        rows["stream"] = list(self.spec["streams"]).index(self.name)
        rows["domestic"] = int(self.own["domestic"] is True)
        rows["strands"] = ""
        return rows

    @cached_property
    def struck(self) -> pd.DataFrame:
        """Crimes cancelled some time (or not yet, at the end), some with an outcome first."""
        timeline, draws, how = self.timeline, self._draws("cancelled"), self.spec["cancellations"]
        size = self.own["cancelled_per_month"] * len(timeline.months)
        month, last = np.arange(size) % len(timeline.months), timeline.ends[-1]
        recorded = draws.between(timeline.starts[month], timeline.ends[month])
        after = draws.banded(how["after_days"], size)
        outcome_on = draws.between(recorded + 1, recorded + np.maximum(after - 1, 1))
        group = 1 + draws.pick(weights_of(GROUPS[1:], how["outcome_groups"]), size)
        first = draws.chance(how["outcome_first_per_mille"], size) & (after > 30) & (outcome_on <= last)
        rows = {
            "place": draws.pick(self.places.weights(self.shares), size),
            "recorded": recorded,
            "cancelled": np.where(recorded + after <= last, recorded + after, NEVER),
            "group": np.where(first, group, 0),
            "outcome_on": np.where(first, outcome_on, NEVER),
        }
        return pd.DataFrame(rows)

    def flag_domestic(self, rows: pd.DataFrame) -> None:
        """Marks some of the rows domestic, by offence."""
        per_mille = weights_of(list(self.spec["titles"]), self.own["domestic"])[rows["offence"].to_numpy()]
        rows["domestic"] = self._draws("domestic").chance(per_mille, len(rows)).astype(np.int64)

    def _draws(self, what: str) -> Draws:
        return Draws(self.spec["seed"], f"{self.name}/{what}")

    def _kept(self, blocks: Blocks) -> pd.DataFrame:
        """Crimes that are never cancelled, with their outcomes."""
        own, timeline = self.own, self.timeline
        special = self.spec["months_per_cent"][own["months"]]
        weights = timeline.weights(self.spec["season"][own["season"]], special, self._draws("months"))
        free = [(window(key), self.places.share(total, self.shares)) for key, total in own["recorded"].items()]
        recorded_blocks = [*free, *blocks.recorded]
        if "local_per_cent" in own:
            draws = self._draws("local")
            recorded_blocks = [(months, draws.stirred(n, own["local_per_cent"])) for months, n in recorded_blocks]
            weights = draws.varied(np.tile(weights[:, None], len(self.places.lpus)), own["local_per_cent"])
        plan = timeline.plan(recorded_blocks, weights)
        recorded, place = timeline.spread(plan, self._draws("recorded"))
        draws, ramp = self._draws("outcomes"), self.spec["outcome_ramp_per_cent"]
        plans = outcome_plans(plan, blocks, own["outcomes_per_mille"], ramp, timeline=timeline, draws=draws)
        group, outcome_on = give_outcomes(
            recorded, blocks.cell_of[place], plans, own=own, timeline=timeline, draws=draws
        )
        rows = {"place": place, "recorded": recorded, "cancelled": NEVER, "group": group, "outcome_on": outcome_on}
        return pd.DataFrame(rows)

    def _outcome_codes(self, group: Ints) -> Ints:
        """The outcome code of each row, of its group; 0 for none."""
        codes, draws = np.zeros(len(group), dtype=np.int64), self._draws("codes")
        for name, split in self.own["codes"].items():
            rows = np.flatnonzero(group == GROUPS.index(name))
            codes[rows] = np.array(list(split), dtype=np.int64)[draws.pick(list(split.values()), len(rows))]
        return codes
