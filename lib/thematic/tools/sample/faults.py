"""Turns a clean table into one with duplicates, bad rows and other spellings, as real extracts have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from thematic.tools.sample.draws import Draws, Ints
from thematic.tools.sample.tables import Table

Spec = Mapping[str, Any]

_SPELLINGS: Mapping[str, tuple[Callable[[str], str], ...]] = {
    "crime_ref": (lambda text: f" {text}",),
    "recorded_on": (lambda text: f"{text} 00:00:00",),
    "received_on": (lambda text: f"{text}T00:00",),
    "offence_code": (lambda text: f"{text} ",),
    "finalisation_code": (lambda text: f" {text} ",),
    "lpu": (str.upper, lambda text: f"{text} "),
    "local_authority": (str.lower,),
    "domestic": (str.lower, lambda text: {"Y": "Yes", "N": "No"}[text], lambda text: {"Y": "TRUE", "N": "FALSE"}[text]),
    "hate_strands": (lambda text: text.replace(";", "; "),),
    "outcome_code": (lambda text: f"{text}.0", lambda text: f"0{text}"),
    "response": (lambda text: f"{text} ",),
}
"""Spellings that the contract takes and counts as normalised, by column."""


def with_faults(name: str, table: Table, spec: Spec) -> Table:
    """The table with other spellings, and with copies after some rows: exact, or under a new reference and bad."""
    faults, draws = spec["faults"], Draws(spec["seed"], f"{name}/faults")
    spelled = _spelled(table, faults["spelled_per_100_000"], draws)
    size = len(next(iter(table.values())))
    bad, copies = faults["bad"].get(name, []), faults["duplicates"].get(name, 0)
    rows = _spaced(size, len(bad) + copies)
    extra = pa.table(spelled).take(pa.array(rows)).to_pylist()
    for row, changes in zip(extra, bad, strict=False):
        _spoil(row, changes)
    for row in extra[len(bad) :: 3]:
        row["lpu"] = f" {row['lpu']}"
    order = np.argsort(np.concatenate([2 * np.arange(size), 2 * rows + 1]), kind="stable")
    return {
        key: pa.array([*column.to_pylist(), *(row[key] for row in extra)]).take(pa.array(order))
        for key, column in spelled.items()
    }


def _spaced(size: int, count: int) -> Ints:
    """`count` row numbers, evenly spaced."""
    return np.arange(1, count + 1) * size // (count + 1)


def _spoil(row: dict[str, str], changes: Mapping[str, str]) -> None:
    """Changes the row, under a reference of its own unless the reference is to stay the same."""
    reference = next(iter(row))
    row.update({key: value for key, value in changes.items() if key != reference})
    if reference not in changes:
        row[reference] = f"{row[reference].strip()}-2"


def _spelled(table: Table, per_100_000: int, draws: Draws) -> Table:
    """The table with some values of each column that has other spellings written in them."""
    spelled = dict(table)
    for column in [column for column in table if column in _SPELLINGS]:
        texts = np.array(table[column].to_pylist(), dtype=object)
        said = np.flatnonzero(texts != "")
        for spelling in _SPELLINGS[column]:
            rows, said = np.split(said[draws.order(len(said))], [len(texts) * per_100_000 // 100_000])
            texts[rows] = [spelling(text) for text in texts[rows]]
        spelled[column] = pa.array(texts, pa.string())
    return spelled
