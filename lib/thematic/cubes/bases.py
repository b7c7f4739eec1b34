"""Names what a theme's measures count: the base counts its cubes must hold, and what each needs from the extract."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from thematic.core.digests import digest
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Values, Where
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf
from thematic.params.tables import ByColumn, ByColumns, ByFilled, Days, Minutes, Table, inputs_of
from thematic.params.themes import CELL, Theme

MILLIONTHS = 1_000_000
"""Sums of number columns are kept as whole millionths."""
POINT = ("longitude", "latitude")
"""The number columns that place a row on a map, in degrees (WGS84)."""


@dataclass(frozen=True)
class Base:
    """One base count of a theme: what is counted, in which table, and whether a dated count is placed by the table's
    own date."""

    theme: Theme
    table_name: str
    table: Table
    count: Count
    by_recorded: bool

    @cached_property
    def key(self) -> str:
        """The name the count goes by in the cubes: its selection, then a digest of what else it says."""
        said = self.count.model_dump(mode="json", exclude={"selection"}, exclude_defaults=True, by_alias=True)
        if self.by_recorded:
            said["placed"] = self.table.date
        return f"{self.count.selection} {digest(said)[:12]}" if said else self.count.selection

    @property
    def date(self) -> str:
        """The column that places a row in a month."""
        return self.table.date if self.by_recorded or self.count.dated is None else self.count.dated

    @property
    def is_stock(self) -> bool:
        """Whether it is counted on a day, and not over months."""
        return self.count.standing is not None

    @property
    def scale(self) -> int:
        """How many of the cube's units make one."""
        return MILLIONTHS if self.count.sum is not None and sums_numbers(self.table, self.count.sum) else 1

    @property
    def wheres(self) -> tuple[Where, ...]:
        """Every set of conditions that decides on a row: the count's own and those of its selections."""
        chain = self.theme.chain(self.count.selection)
        return (self.count.where, *(where for each in chain for where in (each.where, *each.any_of)))

    @property
    def columns(self) -> frozenset[str]:
        """The columns it is counted by, breakdowns aside."""
        found = {column for where in self.wheres for column in where}
        count = self.count
        found.update(
            column
            for column in (count.dated, count.names, count.repeats and count.repeats.of, count.sum, count.standing)
            if column
        )
        return frozenset(found)


def sums_numbers(table: Table, column: str) -> bool:
    """Whether a column is summed with fractions: a number, elapsed minutes, or a difference of numbers."""
    if column in table.columns:
        return table.columns[column].kind == "number"
    derived = table.derived[column]
    if isinstance(derived, Minutes):
        return True
    return not isinstance(derived, Days) and any(sums_numbers(table, each) for each in inputs_of(derived))


def is_difference(table: Table, column: str | None) -> bool:
    """Whether a column is one number less another, so that its sum may be below 0."""
    return (
        column is not None and column not in table.columns and "difference" in type(table.derived[column]).model_fields
    )


def base_of(count: Count, theme: Theme, tables: Mapping[str, Table]) -> Base:
    """The base count behind a count of a measure."""
    name = theme.table_of(count.selection)
    by_recorded = theme.outcome_basis == "recorded" and count.dated is not None
    return Base(theme, name, tables[name], count, by_recorded)


def rows_of_mean(count: Count) -> Count:
    """The rows that a mean is over: those in which the summed column is filled."""
    where = dict(count.where)
    filled: Condition = Filled(filled=True)
    own = where.get(str(count.sum))
    where[str(count.sum)] = filled if own is None else All(all=(own, filled))
    return count.model_copy(update={"where": where, "sum": None})


def counts_of(measure: Measure, measures: Mapping[str, Measure]) -> tuple[Count, ...]:
    """Every count that a measure's figures rest on."""
    return tuple(count for side in sides_of(measure, measures) if isinstance(count := side, Count))


def sides_of(measure: Measure, measures: Mapping[str, Measure]) -> tuple[Count | PopulationOf | None, ...]:
    """What stands above and below the line of a figure; of a ratio of two measures, all of theirs."""
    if isinstance(measure.numerator, MeasureOf):
        return tuple(
            part
            for side in (measure.numerator, measure.denominator)
            if isinstance(side, MeasureOf)
            for part in sides_of(measures[side.measure], measures)
        )
    below = measure.denominator
    if measure.unit == "mean":
        return measure.numerator, rows_of_mean(measure.numerator)
    if isinstance(below, MeasureOf):
        above = measures[below.measure].numerator
        return measure.numerator, above if isinstance(above, Count) else None
    return measure.numerator, below


def bases(theme: Theme, measures: Mapping[str, Measure], tables: Mapping[str, Table]) -> list[tuple[Base, set[str]]]:
    """Every base count of the theme, with the breakdowns (and `cell`) that its cube must split it by.

    Every count has its total as well; one that is `filled` has its own breakdown alone.
    """
    found: dict[str, tuple[Base, set[str]]] = {}
    for name, dimensions in theme.measures.items():
        counts = counts_of(measures[name], measures)
        for count in counts:
            base = base_of(count, theme, tables)
            kept, splits = found.setdefault(base.key, (base, set()))
            splits.update(
                each for each in dimensions if each in kept.table.breakdowns and splits_by(count, each, counts)
            )
        if theme.hotspots is not None and name in theme.hotspots.measures:
            mapped = measures[name].numerator
            if isinstance(mapped, Count):
                found[base_of(mapped, theme, tables).key][1].add(CELL)
    return list(found.values())


def splits_by(count: Count, split: str, counts: Collection[Count]) -> bool:
    """Whether a count of a measure (which has these `counts`) is split by a breakdown: one that counts what is filled,
    by its own alone; the other side of such a measure is not split."""
    if any(each.filled is not None for each in counts):
        return count.filled == split
    return True


def category_columns(table: Table, breakdown: str) -> dict[str, tuple[str, ...]]:
    """The columns that a breakdown's categories rest on: of a filled set by category, else under ""."""
    match table.breakdowns[breakdown]:
        case ByColumn() as by:
            return {"": (by.column,)}
        case ByColumns() as by:
            return {"": by.columns}
        case ByFilled() as by:
            return {category: (column,) for category, column in by.filled.items()}
    raise KeyError(breakdown)


def known_dates(table: Table, columns: Collection[str]) -> frozenset[str]:
    """The dates that must have come before these columns say anything: a column that `together` pairs with a date is
    blank until then, a derived duration until its later end. The table's own date has always come."""
    found: set[str] = set()
    for column in columns:
        found.update(date for name, date in table.together if column in (name, date))
        derived = table.derived.get(column) if column not in table.columns else None
        if derived is not None:
            inputs = inputs_of(derived)
            found |= known_dates(table, inputs)
            if isinstance(derived, Minutes | Days):
                found.update(inputs)
    return frozenset(found - {table.date})


def needed_columns(base: Base, columns: Collection[str]) -> frozenset[str]:
    """The columns of the file without which these cannot be counted by."""
    return frozenset(origin for column in columns for origin in base.table.sources_of(column))


def is_share(measure: Measure, theme: Theme, measures: Mapping[str, Measure]) -> bool:
    """Whether a percentage is a share: its numerator counts some of the rows that its denominator counts.

    By default it is one where both count rows of one selection (or one within the other), placed by the same date, and
    the numerator has every condition of the denominator.
    """
    if measure.unit != "percent":
        return False
    if measure.share is not None:
        return measure.share
    above, below = sides_of(measure, measures)
    if not (isinstance(above, Count) and isinstance(below, Count)):
        return False
    if above.sum is not None or below.sum is not None or above.standing != below.standing:
        return False
    return (
        _lies_within(theme, above.selection, below.selection)
        and (theme.outcome_basis == "recorded" or above.dated == below.dated)
        and _has_every_condition(above, below, theme)
    )


def is_within(inner: Base, outer: Base) -> bool:
    """Whether all rows of a count are rows of another of its theme, placed by the same date, as far as can be read off
    their conditions."""
    same = inner.table_name == outer.table_name and inner.date == outer.date
    above, below = inner.count, outer.count
    return (
        same
        and _lies_within(inner.theme, above.selection, below.selection)
        and _has_every_condition(above, below, inner.theme)
    )


def _lies_within(theme: Theme, inner: str, outer: str) -> bool:
    name: str | None = inner
    while name is not None and name != outer:
        name = theme.selections[name].within
    return name == outer


def _has_every_condition(above: Count, below: Count, theme: Theme) -> bool:
    said: list[tuple[str, Condition]] = [*above.where.items()]
    name: str | None = above.selection
    while name is not None and name != below.selection:
        said += theme.selections[name].where.items()
        name = theme.selections[name].within
    said += [(column, Filled(filled=True)) for column in (above.names, above.repeats and above.repeats.of) if column]
    if below.names is not None and not any(column == below.names and _fills(each) for column, each in said):
        return False
    if below.repeats is not None and below.repeats != above.repeats:
        return False
    if below.filled is not None and below.filled != above.filled:
        return False
    return all(
        any(column == name and implies(each, wanted) for name, each in said) for column, wanted in below.where.items()
    )


def implies(condition: Condition, other: Condition) -> bool:
    """Whether a column for which the first condition holds always fulfils the other, as far as can be read off them."""
    if condition == other:
        return True
    if isinstance(condition, All):
        return any(implies(each, other) for each in condition.all)
    if isinstance(other, All):
        return all(implies(condition, each) for each in other.all)
    if isinstance(other, Filled):
        return other.filled and _fills(condition)
    return isinstance(condition, Values) and isinstance(other, Values) and set(condition.values) <= set(other.values)


def _fills(condition: Condition) -> bool:
    if isinstance(condition, All):
        return any(_fills(each) for each in condition.all)
    return isinstance(condition, Values | Between | Group | Has) or condition == Filled(filled=True)


def split_reasons(base: Base, splits: Collection[str]) -> Iterator[tuple[str, str, frozenset[str]]]:
    """What each split of a count rests on: the split, its category (or ""), and the columns of the file it needs."""
    for split in splits:
        if split == CELL:
            yield CELL, "", frozenset(POINT)
            continue
        for category, columns in category_columns(base.table, split).items():
            yield split, category, needed_columns(base, {*columns, *known_dates(base.table, columns)})
