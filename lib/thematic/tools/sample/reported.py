"""Turns events into missing episodes, collisions, traffic offence reports and disruptions of organised crime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from thematic.tools.sample.draws import Draws
from thematic.tools.sample.events import area, coded, events
from thematic.tools.sample.people import first_of_chain
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import blanked, dates, digits, pseudonyms, references, words, yes_no
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]


def missing_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per episode of a person missing or absent; children and adults."""
    own, draws = spec["missing_episodes"], Draws(spec["seed"], "missing people")
    rows = events("missing_episodes", spec, pack, places, timeline)
    size, day, place, kind = len(rows), *(rows[name].to_numpy() for name in ("day", "place", "kind"))
    comes_back, back = draws.chance(own["repeats_per_mille"], size), draws.banded(own["repeats_back"], size)
    first = first_of_chain(kind * 100 + place, day, comes_back, back)
    ages = np.choose(kind, [draws.banded(bands, size) for bands in own["ages"].values()])
    return {
        "episode_ref": references("M", day),
        "reported_on": dates(day),
        "recorded_as": coded(own["recorded_as"], size, draws),
        "missing_from": coded(own["missing_from"], size, draws),
        "risk_assessed": coded(own["risk_assessed"], size, draws),
        "age": digits(ages[first]),
        "person_ref": blanked(pseudonyms("Q", first), draws.chance(own["person_blank_per_mille"], size)),
        **area(place, places),
    }


def collisions_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per road traffic collision that was reported."""
    own, draws = spec["collisions"], Draws(spec["seed"], "collisions")
    rows = events("collisions", spec, pack, places, timeline)
    kind, day = rows["kind"].to_numpy(), rows["day"].to_numpy()
    kinds = list(own["kinds"].values())
    fatal = draws.chance(own["fatal_per_mille"], len(rows))
    severities = words([each["severity"] for each in kinds], kind)
    killed = pa.array(fatal & np.array([each["severity"] == "serious" for each in kinds])[kind])
    return {
        "collision_ref": references("K", day),
        "collided_on": dates(day),
        "severity": pa.compute.if_else(killed, "fatal", severities),
        "public_road": yes_no(np.array([each["public_road"] for each in kinds], dtype=bool)[kind]),
        **area(rows["place"].to_numpy(), places),
    }


def traffic_reports_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per traffic offence report."""
    rows = events("traffic_reports", spec, pack, places, timeline)
    day = rows["day"].to_numpy()
    return {
        "report_ref": references("T", day),
        "reported_on": dates(day),
        "offence": words(list(spec["traffic_reports"]["kinds"]), rows["kind"].to_numpy()),
        **area(rows["place"].to_numpy(), places),
    }


def disruptions_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per disruption of an organised crime group; of the force as a whole."""
    own, draws = spec["disruptions"], Draws(spec["seed"], "disruptions")
    rows = events("disruptions", spec, pack, places, timeline)
    graded = coded(own["gradings"], len(rows), draws)
    minor = pa.array(rows["kind"].to_numpy() == list(own["kinds"]).index("minor"))
    day = rows["day"].to_numpy()
    return {
        "disruption_ref": references("G", day),
        "disrupted_on": dates(day),
        "grading": pa.compute.if_else(minor, "graded_minor", graded),
    }
