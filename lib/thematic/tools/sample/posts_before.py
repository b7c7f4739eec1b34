"""Turns printed shares of the workforce and their changes into whole numbers: who had which attribute a year before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from thematic.tools.sample.calibrate import prints_change

Spec = Mapping[str, Any]

ATTRIBUTES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "bme_pct": ("ethnicity", ("asian", "black", "mixed", "other")),
    "female_pct": ("sex", ("female",)),
    "lgbt_pct": ("sexual_orientation", ("bisexual", "gay_or_lesbian")),
    "disabled_pct": ("disability", ("disabled",)),
}
"""The printed shares, each with its column and the codes that it counts."""


@dataclass(frozen=True)
class Marks:
    """A type of staff a year before: how many there were, and how many had each of ATTRIBUTES."""

    headcount: int
    counts: list[int]


def marks_before(own: Spec, headcount: Spec, shares: Spec) -> dict[str, Marks]:
    """By type of staff. Where the printed changes of the types and of the total cannot all be met, the total gives way:
    it was printed of another base."""
    heads: dict[str, int] = own["before"]
    found: dict[str, list[int]] = {kind: [] for kind in heads}
    for name, (field, codes) in ATTRIBUTES.items():
        now = {kind: _now(own, headcount, field, codes, kind) for kind in heads}
        for kind, count in zip(heads, _before(now, heads, shares[name]), strict=True):
            found[kind].append(count)
    return {kind: Marks(heads[kind], counts) for kind, counts in found.items()}


def _now(own: Spec, headcount: Spec, field: str, codes: tuple[str, ...], kind: str) -> tuple[int, int]:
    """(with the attribute, all) of a type, as printed."""
    rows = [headcount[field][row] for row, (staff_type, _) in own["rows"].items() if staff_type == kind]
    places = [own["columns"][field].index(code) for code in codes]
    return sum(row[place] for row in rows for place in places), sum(row[-1] for row in rows)


def _before(now: Mapping[str, tuple[int, int]], heads: Mapping[str, int], shares: Spec) -> list[int]:
    """How many of each type had it a year before; types that are not printed fill up the total."""
    total, heads_before = tuple(map(sum, zip(*now.values(), strict=True))), sum(heads.values())
    choices = []
    for kind, (count, of) in now.items():
        every = range(min(2 * count + 20, heads[kind]) + 1)
        change = shares[kind][1] if kind in shares else None
        fits = [n for n in every if change is None or prints_change(count, of, n, heads[kind], change)]
        usual = count * heads[kind] // of
        choices.append(sorted(fits, key=lambda n, usual=usual: (abs(n - usual), n)))  # type: ignore[misc]
    change = shares["total"][1]
    wanted = (total[0] / total[1] - change / 100) * heads_before

    def distance(choice: Iterable[int]) -> tuple[bool, float, int]:
        choice = tuple(choice)
        fits = prints_change(total[0], total[1], sum(choice), heads_before, change)
        far = abs(sum(choice) - wanted)
        usual = sum(abs(n - options[0]) for n, options in zip(choice, choices, strict=True))
        return (not fits, 0 if fits else far, usual)

    return list(min(product(*choices), key=distance))
