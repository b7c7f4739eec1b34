"""Turns crimes and incidents into tables of text, column by column as the contract has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.core.periods import Month, Window
from thematic.tools.sample.calibrate import count_at_rate, previous_count
from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.people import first_of_chain, people_columns
from thematic.tools.sample.places import Places
from thematic.tools.sample.text import blanked, dates, digits, pseudonyms, references, words, yes_no
from thematic.tools.sample.timeline import Timeline, window

Spec = Mapping[str, Any]
Table = dict[str, pa.Array]


def crimes_table(crimes: pd.DataFrame, spec: Spec, places: Places, after: int = 0) -> Table:
    """One row per crime, as recorded; `crimes` in the order of recording, people others than those of `after` rows."""
    draws, recorded = Draws(spec["seed"], "crimes"), crimes["recorded"].to_numpy()
    offence, outcome = crimes["offence"].to_numpy(), crimes["outcome"].to_numpy()
    return {
        "crime_ref": references("C", recorded),
        "recorded_on": dates(recorded),
        "committed_on": _committed(crimes, spec, draws),
        "cancelled_on": dates(crimes["cancelled"].to_numpy()),
        "offence_code": words(list(spec["titles"]), offence),
        "offence_title": words(list(spec["titles"].values()), offence),
        **places.columns(crimes["place"].to_numpy(), Draws(spec["seed"], "crime places")),
        "domestic": yes_no(crimes["domestic"].to_numpy()),
        "hate_strands": pa.array(crimes["strands"].to_numpy(), pa.string()),
        **{name: _flag(crimes, name, spec, draws) for name in ("alcohol", "public_place")},
        "outcome_code": blanked(digits(outcome), outcome == 0),
        "outcome_on": dates(crimes["outcome_on"].to_numpy()),
        **people_columns(crimes, spec, after),
    }


def _committed(crimes: pd.DataFrame, spec: Spec, draws: Draws) -> pa.Array:
    """Some days before it was recorded, some years; blank for 2 per cent."""
    stream, before = crimes["stream"].to_numpy(), np.zeros(len(crimes), dtype=np.int64)
    for index, own in enumerate(spec["streams"].values()):
        rows = np.flatnonzero(stream == index)
        before[rows] = draws.banded(own["committed_days_before"], len(rows))
    return blanked(dates(crimes["recorded"].to_numpy() - before), draws.chance(20, len(crimes)))


def _flag(crimes: pd.DataFrame, name: str, spec: Spec, draws: Draws) -> pa.Array:
    """Y, N or blank, by the stream's per mille of Y and of blank."""
    yes, blank = np.array([own[name] for own in spec["streams"].values()], dtype=np.int64)[
        crimes["stream"].to_numpy()
    ].T
    turn = draws.below(1000, len(crimes))
    return blanked(yes_no(turn < yes), turn >= 1000 - blank)


def incidents_table(spec: Spec, published: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per incident received: anti-social behaviour, and others that are to be left out."""
    own, section, draws = spec["incidents"], published["anti_social_behaviour"], Draws(spec["seed"], "incidents")
    received, place = _asb(own, section, spec, places=places, timeline=timeline, draws=draws)
    size, extra = len(received), len(received) * own["left_out_per_mille"] // 1000
    asb = draws.pick(list(own["types"].values()), size)
    others = len(own["types"]) + draws.pick(list(own["left_out_codes"].values()), extra)
    month = np.arange(extra) % len(timeline.months)
    received = np.concatenate([received, draws.between(timeline.starts[month], timeline.ends[month])])
    place = np.concatenate([place, draws.pick(places.weights(own["places"]), extra)])
    order = np.lexsort((draws.order(size + extra), received))
    received, place, code = received[order], place[order], np.concatenate([asb, others])[order]
    caller, blank = _callers(received, place, own, draws)
    return {
        "incident_ref": references("I", received),
        "received_on": dates(received),
        "finalisation_code": words([*own["types"], *own["left_out_codes"]], code),
        **places.columns(place, Draws(spec["seed"], "incident places")),
        "caller_ref": blanked(pseudonyms("P", caller), blank),
    }


def _asb(
    own: Spec, section: Spec, spec: Spec, *, places: Places, timeline: Timeline, draws: Draws
) -> tuple[Ints, Ints]:
    """(day received, place) of each incident; the published two years, a place at its published rate, and the rest."""
    current, change = section["incidents"]
    year = Window.rolling_12(Month.parse(str(section["period"])))
    fixed = {
        name: count_at_rate(rate, spec["places"][name]["population"])
        for name, rate in section["rate_per_1000_by_lpu"].items()
    }
    shares = places.share(current - sum(fixed.values()), own["places"] | dict.fromkeys(fixed, 0))
    shares += places.weights(fixed)
    blocks = [(window(key), places.share(total, own["places"])) for key, total in own["recorded"].items()]
    blocks += [(year.year_earlier, places.share(previous_count(current, change), own["places"])), (year, shares)]
    weights = timeline.weights(spec["season"][own["season"]], spec["months_per_cent"][own["months"]], draws)
    return timeline.spread(timeline.plan(blocks, weights), draws)


def _callers(received: Ints, place: Ints, own: Spec, draws: Draws) -> tuple[Ints, Any]:
    size = len(received)
    comes_back, back = draws.chance(own["repeats_per_mille"], size), draws.banded(own["repeats_back"], size)
    first = first_of_chain(place, received, comes_back, back)
    return first, draws.chance(own["caller_blank_per_mille"], size)[first]
