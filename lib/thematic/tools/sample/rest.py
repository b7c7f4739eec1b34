"""Turns the published totals of all crime into the crimes that the published streams leave open: the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.tools.sample.calibrate import Target, at_a_glance
from thematic.tools.sample.crimes import Stream
from thematic.tools.sample.draws import Draws, Flags
from thematic.tools.sample.flags import cyber_enabled, fit_alcohol, fit_public_space, licensed_premises, on
from thematic.tools.sample.people import suspect_ages
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table, crimes_table
from thematic.tools.sample.targets import of_the_force, unfitted
from thematic.tools.sample.text import references
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]


def all_crimes_table(base: pd.DataFrame, spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per crime: those of `base` (in the order of recording), and the rest of all crime, fitted to the pack.

    What stands in the columns of `base` is as it would be without the rest, its reference aside.
    """
    own = {**spec, **spec["rest"]}
    first = crimes_table(base, spec, places)
    base = base.assign(child=_child(base, first, own))
    rest = _rest(base, own, pack, places, timeline)
    second = crimes_table(rest, own, places, after=len(base))
    rows = pd.concat([base, rest], ignore_index=True)
    table = {name: pa.concat_arrays([first[name], second[name]]) for name in first}
    table |= _added(rows, table, own, pack, len(base))
    order = np.lexsort((Draws(own["seed"], "all").order(len(rows)), rows["recorded"]))
    table = {name: column.take(pa.array(order)) for name, column in table.items()}
    return {**table, "crime_ref": references("C", rows["recorded"].to_numpy()[order])}


def _child(base: pd.DataFrame, table: Table, own: Spec) -> Flags:
    """Which crimes are child sexual abuse: sexual offences with a victim under 18, or against a child by themselves."""
    ages = np.array([int(age) if age else 999 for age in table["victim_age"].to_pylist()], dtype=np.int64)
    sexual, child = (_of_codes(base, own, name) for name in ("sexual_codes", "child_codes"))
    return (sexual & (ages < 18)) | child


def _of_codes(rows: pd.DataFrame, own: Spec, name: str) -> Flags:
    codes = [str(code) for code in own["titles"]]
    wanted = [codes.index(str(code)) for code in own[name] if str(code) in codes]
    return np.isin(rows["offence"].to_numpy(), wanted)


def _rest(base: pd.DataFrame, own: Spec, pack: Spec, places: Places, timeline: Timeline) -> pd.DataFrame:
    """The streams of the rest, in the order of recording: child sexual abuse, then what all crime leaves open."""
    child, adult, everyday = (Stream(name, own, places, timeline) for name in own["streams"])
    there = pd.concat([base[base["child"]], child.struck])
    parts = [child.rows(of_the_force(_target(pack["child_sexual_abuse"]), there, places, child.shares))]
    parts.append(adult.rows(unfitted(places)))
    there = pd.concat([base, *parts, everyday.struck])
    parts.append(everyday.rows(of_the_force(_target(pack["all_crime"]), there, places, everyday.shares)))
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((Draws(own["seed"], "order").order(len(rows)), rows["recorded"]))
    return rows.iloc[order].reset_index(drop=True)


def _target(section: Spec) -> Target:
    """A section of the pack as a target; each of its rows ends with the period."""
    figures = {name: row[:2] for name, row in section.items()}
    return at_a_glance({**figures, "period": section["recorded"][2]})


def _added(rows: pd.DataFrame, table: Table, own: Spec, pack: Spec, of_base: int) -> Table:
    """The flags that are fitted in the rest alone, and the columns that no published stream has."""
    injury, free = _of_codes(rows, own, "injury_codes"), np.arange(len(rows)) >= of_base
    licensed = licensed_premises(injury, own)
    alcohol = fit_alcohol(rows, table["alcohol"], free, pack["public_space_violence"]["alcohol_related_crime"], own)
    public, licensed = fit_public_space(
        rows, (table["public_place"], licensed), (injury, free), pack["public_space_violence"]["recorded"], own
    )
    return {
        "alcohol": alcohol,
        "public_place": public,
        "cyber_enabled": cyber_enabled(rows, own, pack["serious_and_organised"]["cyber_enabled_crime"]),
        "licensed_premises": on(licensed),
        "suspect_age": suspect_ages(rows["recorded"].to_numpy(), table["suspect_ref"], own),
    }
