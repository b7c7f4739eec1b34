"""Turns crimes into who they are against and who is suspected: pseudonyms that come back, ages, characteristics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.tools.sample.draws import Draws, Flags, Ints
from thematic.tools.sample.rows import GROUPS
from thematic.tools.sample.text import blanked, digits, pseudonyms, words

Spec = Mapping[str, Any]

_FIELDS = ("ethnicity", "disability", "religion", "sexual_orientation")
_OLDEST = 105
_MOST_SUSPECTS = 8
"""More than the suspects that a crime takes numbers for."""


def first_of_chain(pool: Ints, recorded: Ints, comes_back: Flags, back: Ints) -> Ints:
    """For each row, the row at which its person first appears: itself, unless it comes back.

    A row that comes back takes the person of the row `back` places before it in its pool, by date, where that one
    lies 1 to 365 days earlier.
    """
    order = np.lexsort((np.arange(len(pool)), recorded, pool))
    position = np.arange(len(pool))
    earlier = np.maximum(position - back[order], 0)
    days = recorded[order] - recorded[order][earlier]
    linked = comes_back[order] & (position >= back[order]) & (pool[order] == pool[order][earlier])
    linked &= (days >= 1) & (days <= 365)
    parent = np.where(linked, earlier, position)
    while (parent[parent] != parent).any():
        parent = parent[parent]
    first = np.empty_like(position)
    first[order] = order[parent]
    return first


def people_columns(crimes: pd.DataFrame, spec: Spec, after: int = 0) -> dict[str, pa.Array]:
    """victim_ref to victim_sexual_orientation of each crime, as text; pseudonyms follow those of `after` other rows."""
    names = [stream["people"] for stream in spec["streams"].values()]
    kinds = list(spec["people"])
    kind = np.array([kinds.index(name) for name in names], dtype=np.int64)[crimes["stream"].to_numpy()]
    first = _victims(crimes, kind, spec, Draws(spec["seed"], "victims"))
    blank = _per_kind(kind, spec, Draws(spec["seed"], "blank victims"), "victim_blank_per_mille")[first]
    return {
        "victim_ref": blanked(pseudonyms("V", first + after), blank),
        "suspect_ref": _suspects(crimes, kind, first, spec=spec, draws=Draws(spec["seed"], "suspects"), after=after),
        "victim_age": _ages(crimes, kind, first, blank, spec=spec, draws=Draws(spec["seed"], "ages")),
        "victim_sex": _sexes(crimes, kind, first, blank, spec=spec, draws=Draws(spec["seed"], "sexes")),
        **{f"victim_{field}": _field(field, kind, first, blank, spec) for field in _FIELDS},
    }


def _per_kind(kind: Ints, spec: Spec, draws: Draws, key: str) -> Flags:
    per_mille = np.array([own[key] for own in spec["people"].values()], dtype=np.int64)
    return draws.chance(per_mille[kind], len(kind))


def _victims(crimes: pd.DataFrame, kind: Ints, spec: Spec, draws: Draws) -> Ints:
    """The row at which each victim first appears; pools are kinds of people by place (by offence if ages need it)."""
    comes_back, back = _per_kind(kind, spec, draws, "repeats_per_mille"), np.zeros(len(kind), dtype=np.int64)
    by_offence = np.array([bool(own.get("pool_by_offence")) for own in spec["people"].values()])[kind]
    for index, own in enumerate(spec["people"].values()):
        rows = np.flatnonzero(kind == index)
        back[rows] = draws.banded(own["repeats_back"], len(rows))
    offence = np.where(by_offence, crimes["offence"].to_numpy(), 0)
    pool = (kind * 1000 + offence) * 1000 + crimes["place"].to_numpy()
    return first_of_chain(pool, crimes["recorded"].to_numpy(), comes_back, back)


def _suspects(crimes: pd.DataFrame, kind: Ints, first: Ints, *, spec: Spec, draws: Draws, after: int) -> pa.Array:
    """A suspect where the outcome says one is identified, sometimes where there is no outcome, else none.

    Where the suspect goes with the victim, one in seven crimes has the victim's second suspect.
    """
    size, group = len(crimes), crimes["group"].to_numpy()
    open_per_mille = np.array([own["suspect_open_per_mille"] for own in spec["streams"].values()], dtype=np.int64)
    known = np.isin(group, [GROUPS.index("solved"), GROUPS.index("suspect")])
    maybe = draws.chance(open_per_mille[crimes["stream"].to_numpy()], size) & (group != GROUPS.index("no_suspect"))
    many = np.array([own["suspects_per_mille"] for own in spec["people"].values()], dtype=np.int64)[kind]
    others = 2 * size + draws.below(np.maximum(np.bincount(kind)[kind] * many // 1000, 1), size) + kind * size
    number = np.where(many == 0, 2 * first + draws.chance(143, size), others)
    return blanked(pseudonyms("S", number + _MOST_SUSPECTS * after), ~(known | maybe))


def suspect_ages(recorded: Ints, suspects: pa.Array, own: Spec) -> pa.Array:
    """Whole years of each suspect, as much older in later crimes as time has passed; blank where there is none."""
    draws = Draws(own["seed"], "suspect ages")
    number = suspects.dictionary_encode().indices.to_numpy().astype(np.int64)
    ages = draws.banded(own["suspect_ages"], int(number.max()) + 1)[number]
    passed = (recorded - int(recorded.min())) // 365
    blank = draws.chance(own["suspect_age_blank_per_mille"], len(number))
    return blanked(digits(ages + passed), blank | np.array(pa.compute.equal(suspects, "")))


def _ages(crimes: pd.DataFrame, kind: Ints, first: Ints, blank: Flags, *, spec: Spec, draws: Draws) -> pa.Array:
    """Whole years; a victim who comes back is as much older as time has passed, within what the offence allows."""
    size, offence, recorded = len(crimes), crimes["offence"].to_numpy(), crimes["recorded"].to_numpy()
    ages, oldest = np.zeros(size, dtype=np.int64), np.full(size, _OLDEST)
    for index, own in enumerate(spec["people"].values()):
        for bands, rows, limit in _age_bands(index, own, kind, offence, spec):
            ages[rows], oldest[rows] = draws.banded(bands, len(rows)), limit
    passed = (recorded - recorded[first] + draws.below(365, size)[first]) // 365
    missing = _per_kind(kind, spec, draws, "age_blank_per_mille") | blank
    return blanked(digits(np.minimum(ages[first] + passed, oldest)), missing)


def _age_bands(index: int, own: Spec, kind: Ints, offence: Ints, spec: Spec) -> list[tuple[Any, Ints, int]]:
    """(bands, rows, greatest age) for the kind of people, and for offences within it that set ages of their own."""
    codes, special = list(spec["titles"]), own.get("ages_of_offence", {})
    mine = kind == index
    found = [(own["ages"], np.flatnonzero(mine & ~np.isin(offence, [codes.index(code) for code in special])), _OLDEST)]
    for code, bands in special.items():
        rows = np.flatnonzero(mine & (offence == codes.index(code)))
        found.append((bands, rows, max(band[1] for band in bands)))
    return found


def _sexes(crimes: pd.DataFrame, kind: Ints, first: Ints, blank: Flags, *, spec: Spec, draws: Draws) -> pa.Array:
    codes, names = list(spec["titles"]), ["Female", "Male", "Other"]
    sex, missing = np.zeros(len(kind), dtype=np.int64), np.zeros(len(kind), dtype=bool)
    for index, own in enumerate(spec["people"].values()):
        rows = np.flatnonzero(kind == index)
        sex[rows] = draws.pick([own["sex"].get(name, 0) for name in names], len(rows))
        missing[rows] = draws.chance(own["field_blank_per_mille"]["sex"], len(rows))
        for code, name in own.get("sex_of_offence", {}).items():
            sex[(kind == index) & (crimes["offence"].to_numpy() == codes.index(code))] = names.index(name)
    return _worded(words(names, sex[first]), missing[first], blank, spec=spec, draws=draws)


def _field(field: str, kind: Ints, first: Ints, blank: Flags, spec: Spec) -> pa.Array:
    """A characteristic of each victim, the same whenever they come back."""
    draws, missing = Draws(spec["seed"], field), np.zeros(len(kind), dtype=bool)
    texts = np.full(len(kind), "", dtype=object)
    for index, own in enumerate(spec["people"].values()):
        rows = np.flatnonzero(kind == index)
        mix = own.get(field, spec["characteristics"][field])
        texts[rows] = np.array(list(mix), dtype=object)[draws.pick(list(mix.values()), len(rows))]
        missing[rows] = draws.chance(own["field_blank_per_mille"][field], len(rows))
    return _worded(pa.array(texts[first], pa.string()), missing[first], blank, spec=spec, draws=draws)


def _worded(column: pa.Array, missing: Flags, blank: Flags, *, spec: Spec, draws: Draws) -> pa.Array:
    """The column, but where it is missing one of the words that say nothing; blank where there is no victim."""
    said = words(list(spec["says_nothing"]), draws.pick(list(spec["says_nothing"].values()), len(missing)))
    return blanked(pa.compute.if_else(pa.array(missing), said, column), blank)
