"""Tells shares from ratios by what is declared of the two sides of a percentage."""

from __future__ import annotations

from collections.abc import Iterator

from second.declarations import Declarations
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values
from thematic.params.measures import Count, Measure, MeasureOf
from thematic.params.tables import Column, Table
from thematic.params.themes import Theme

BLANK = None


def is_share(measure: Measure, theme: Theme, declarations: Declarations) -> bool:
    """Whether a percentage is a part of its denominator."""
    if measure.unit != "percent":
        return False
    if measure.share is not None:
        return measure.share
    above, below = measure.numerator, measure.denominator
    if isinstance(below, MeasureOf):
        below = declarations.measures[below.measure].numerator
    if not isinstance(above, Count) or not isinstance(below, Count):
        return False
    if above.sum or below.sum or above.standing != below.standing:
        return False
    if theme.outcome_basis == "outcome" and above.dated != below.dated:
        return False
    table = declarations.tables[theme.table_of(above.selection)]
    return _within(above.selection, below.selection, theme) and _has_all(above, below, theme, table)


def _within(inner: str | None, outer: str, theme: Theme) -> bool:
    while inner is not None and inner != outer:
        inner = theme.selections[inner].within
    return inner == outer


def _has_all(above: Count, below: Count, theme: Theme, table: Table) -> bool:
    """Whether every condition of the denominator follows from one of the numerator."""
    said = list(_conditions(above))
    selection = above.selection
    while selection != below.selection:
        said += theme.selections[selection].where.items()
        selection = str(theme.selections[selection].within)
    if below.repeats is not None and below.repeats != above.repeats:
        return False
    if below.filled is not None and below.filled != above.filled:
        return False
    return all(
        any(name == column and _follows(wanted, given, table.columns.get(name)) for name, given in said)
        for column, wanted in _conditions(below)
    )


def _conditions(count: Count) -> Iterator[tuple[str, Condition]]:
    """All that a count asks of single columns."""
    yield from count.where.items()
    for column in (count.names, count.dated, count.repeats.of if count.repeats else None):
        if column is not None:
            yield column, Filled(filled=True)


def _follows(wanted: Condition, given: Condition, column: Column | None) -> bool:
    """Whether a column for which the given condition holds always fulfils the wanted one."""
    if wanted == given:
        return True
    if column is not None and column.kind == "code" and column.codes:
        values = [*column.codes, BLANK]
        return {v for v in values if _holds(given, v, column)} <= {v for v in values if _holds(wanted, v, column)}
    if isinstance(wanted, All):
        return all(_follows(each, given, column) for each in wanted.all)
    if isinstance(given, All):
        return any(_follows(wanted, each, column) for each in given.all)
    if isinstance(wanted, Filled):
        return wanted.filled and (isinstance(given, Values | Between | Group | Has) or given == Filled(filled=True))
    if isinstance(wanted, Values) and isinstance(given, Values):
        return set(map(str, given.values)) <= set(map(str, wanted.values))
    return False


def _holds(condition: Condition, value: str | None, column: Column) -> bool:
    """Whether a condition holds of one code, or of a blank."""
    match condition:
        case Not():
            return not _holds(condition.negated, value, column)
        case All():
            return all(_holds(each, value, column) for each in condition.all)
        case Filled():
            return (value is not BLANK) == condition.filled
        case Group():
            return value in column.groups[condition.group]
        case Values():
            return value in {str(each) for each in condition.values}
    return False
