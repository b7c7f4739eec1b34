"""Names what a theme's measures count: the base counts its cubes must hold, and what each needs from the extract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from thematic.params.models import Count, Dimension, Measure, Selection, Theme, Where

SPLITS: tuple[Dimension, ...] = ("offence", "outcome", "strand", "type", "characteristic")
CELL = "cell"
"""The split by hexagon, of the measures whose hotspots a theme maps; figures know nothing of it."""

CHARACTERISTICS = ("age", "sex", "ethnicity", "disability", "religion", "sexual_orientation")
INCIDENT_TYPES = {"BE": "environmental", "BN": "nuisance", "BP": "personal"}
SPLIT_COLUMN = {
    "offence": "offence_code",
    "outcome": "outcome_code",
    "strand": "hate_strands",
    "type": "finalisation_code",
}
_ORIGIN = {
    "offence_group": "offence_code",
    "offence_subgroup": "offence_code",
    "offence_title": "offence_code",
    "aggravated": "offence_code",
    "days_to_record": "committed_on",
}
_COUNTED_COLUMNS = {
    "rows": (),
    "outcomes": ("outcome_code", "outcome_on"),
    "victims": ("victim_ref",),
    "repeat_victims": ("victim_ref",),
    "characteristics": ("victim_ref",),
    "callers": ("caller_ref",),
    "repeat_callers": ("caller_ref",),
}


@dataclass(frozen=True)
class Base:
    """One base count of a theme: what is counted, and whether outcomes are placed by the date recorded."""

    selection: str
    count: Count
    by_recorded: bool = False

    @property
    def key(self) -> str:
        """The name the count goes by in the cubes; outcome groups are summed later and not part of it."""
        said = self.count.model_dump(exclude={"selection", "counted", "outcomes"}, exclude_defaults=True, by_alias=True)
        detail = f" {json.dumps(said, sort_keys=True)}" if said else ""
        return f"{self.selection} {self.count.counted}{' by recorded' if self.by_recorded else ''}{detail}"


def base_of(count: Count, measure: Measure, theme: Theme) -> Base:
    """The base count behind a measure's numerator or denominator.

    With `outcome_basis: recorded` the outcome percentages place an outcome in the month its crime was recorded;
    the count of outcomes itself always goes by the outcome's date.
    """
    by_recorded = theme.outcome_basis == "recorded" and count.counted == "outcomes" and measure.unit == "percent"
    return Base(count.selection, count, by_recorded)


def bases(theme: Theme, measures: dict[str, Measure]) -> list[tuple[Base, set[str]]]:
    """Every base count of the theme with the splits (offence, outcome, strand, type, characteristic, cell) it needs."""
    found: dict[str, tuple[Base, set[str]]] = {}
    for name, dimensions in theme.measures.items():
        measure = measures[name]
        for count in counts_of(measure):
            base = base_of(count, measure, theme)
            kept, splits = found.setdefault(base.key, (base, set()))
            splits.update(split for split in SPLITS if split in dimensions and _splits_by(kept, split))
            if kept.count.counted == "outcomes":
                splits.add("outcome")
        if theme.hotspots is not None and name in theme.hotspots.measures:
            found[base_of(measure.numerator, measure, theme).key][1].add(CELL)
    return list(found.values())


def counts_of(measure: Measure) -> Iterator[Count]:
    """The numerator, and the denominator where it is a count."""
    yield measure.numerator
    if isinstance(measure.denominator, Count):
        yield measure.denominator


def _splits_by(base: Base, split: Dimension) -> bool:
    return split != "characteristic" or base.count.counted == "characteristics"


def chain(theme: Theme, name: str) -> list[Selection]:
    """The selection and those it lies within, innermost first."""
    links = [theme.selections[name]]
    while links[-1].within is not None:
        links.append(theme.selections[links[-1].within])
    return links


def table_of(theme: Theme, selection: str) -> str:
    table = chain(theme, selection)[-1].table
    return str(table)


def needed_columns(theme: Theme, base: Base) -> set[str]:
    """The extract's columns without which the count is not available."""
    wheres: list[Where] = [base.count.where]
    for selection in chain(theme, base.selection):
        wheres += [selection.where, *selection.any_of]
    columns = {column for where in wheres for column in where} | set(_COUNTED_COLUMNS[base.count.counted])
    if base.count.sum is not None:
        columns.add(base.count.sum)
    return {_ORIGIN.get(column, column) for column in columns}
