"""Turns printed counts by kind into events: so many of each kind in each window, with a day and a place for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.core.periods import Month, Window
from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.flags import two_years
from thematic.tools.sample.places import Places
from thematic.tools.sample.text import words
from thematic.tools.sample.timeline import Timeline, window

Spec = Mapping[str, Any]


def events(name: str, spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> pd.DataFrame:
    """kind (its index), day and place of each event of a table, in the order of days.

    Each kind has as many as are printed or listed for a window; a place's year and month lie up to `local_per_cent`
    from the force's.
    """
    own, parts = spec[name], []
    for index, (kind, how) in enumerate(own["kinds"].items()):
        draws, local = Draws(spec["seed"], f"{name}/{kind}"), own["local_per_cent"]
        shares = how.get("places", own["places"])
        blocks = [(months, draws.stirred(places.share(total, shares), local)) for months, total in _totals(how, pack)]
        special = spec["months_per_cent"][how.get("months", own["months"])]
        by_month = timeline.weights(spec["season"][own["season"]], special, draws)
        weights = draws.varied(np.tile(by_month[:, None], len(places.lpus)), local)
        day, place = timeline.spread(timeline.plan(blocks, weights), draws)
        parts.append(pd.DataFrame({"day": day, "place": place, "kind": index}))
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((Draws(spec["seed"], f"{name}/order").order(len(rows)), rows["day"]))
    return rows.iloc[order].reset_index(drop=True)


def _totals(how: Spec, pack: Spec) -> list[tuple[Window, int]]:
    """The windows of a kind with their totals: those listed, and the printed ones."""
    free = [(window(key), total) for key, total in how["recorded"].items()]
    return free + (printed(at(pack, how["published"])) if "published" in how else [])


def at(pack: Spec, keys: str) -> Any:
    """What stands in the pack under keys with dots between."""
    found: Any = pack
    for key in keys.split("."):
        found = found[key]
    return found


def printed(row: Any) -> list[tuple[Window, int]]:
    """The windows and counts of a printed figure: [count, change, period], or {value, previous if any, period}."""
    if isinstance(row, list):
        return two_years(row)
    year = Window.rolling_12(Month.parse(str(row["period"])))
    before = [(year.year_earlier, row["previous"])] if "previous" in row else []
    return [(year, row["value"]), *before]


def area(place: Ints, places: Places) -> dict[str, pa.Array]:
    """The unit and the authority of each place; blank where none is recorded."""
    return {
        "lpu": words([*places.lpus[:-1], ""], place),
        "local_authority": words([*places.authorities[:-1], ""], places.authority_of[place]),
    }


def coded(mix: Mapping[str, int], size: int, draws: Draws) -> pa.Array:
    """Words, each as often as its weight has it."""
    return words(list(mix), draws.pick(list(mix.values()), size))
