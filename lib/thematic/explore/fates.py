"""Says what became of every row of a table in one figure: which are counted, and why each of the others is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from thematic.core.areas import Area
from thematic.core.periods import Month, Window
from thematic.cubes.bases import Base, known_dates
from thematic.cubes.counts import (
    CROSS,
    category_of_column,
    conditions_of,
    holds_all,
    month_of,
    of_selection,
    size_of,
    with_repeats,
)
from thematic.params.conditions import Has, Where
from thematic.params.lists import CodeList
from thematic.params.tables import ByColumn, ByColumns, ByFilled
from thematic.params.worded import code, conditions

COUNTED = "counted"
_FATE, _PLACED, _SIZE = "_fate", "_placed", "_size"


@dataclass(frozen=True)
class Asked:
    """A count as one figure has it: its window, the month at whose end it is seen, its place, and its category.

    `place` None is the whole force; `nowhere` asks for the rows that no column of a level places. `breakdown` and
    `category` are "" where the figure is of no breakdown.
    """

    base: Base
    window: Window
    as_at: Month
    place: Area | None = None
    nowhere: str = ""
    breakdown: str = ""
    category: str = ""


def fates(rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList]) -> pd.DataFrame:
    """How many rows of the table share each fate: columns fate (COUNTED, or the first reason why not), place (of the
    fate in the order of reasons), month (in which it is placed, as Month numbers them; missing where its date is
    blank), rows, and size (what they add to the figure, in whole units of the cube).

    Reasons come in the order in which they are looked at: the selection, the area, the window, what was not known at
    the end of the window or void by then, the count's own conditions, the category; COUNTED is last. Of a row that is
    out for several, the first is given.
    """
    named, reasons = _with_fates(rows, asked, lists)
    summed = named.group_by([_FATE, _PLACED]).aggregate(rows=named.count(), size=named[_SIZE].sum())
    found: pd.DataFrame = summed.to_pandas().sort_values([_FATE, _PLACED], ignore_index=True)
    found = found.rename(columns={_FATE: "place", _PLACED: "month"})
    return found.assign(fate=[reasons[place] for place in found["place"]])


def counted_rows(rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList], columns: Collection[str]) -> pd.DataFrame:
    """The rows that are counted, with these columns as they are in the warehouse: RESTRICTED, people may be in them."""
    named, reasons = _with_fates(rows, asked, lists)
    kept = named.filter(named[_FATE] == reasons.index(COUNTED))
    found: pd.DataFrame = kept.select([kept[f"_own_{name}"].name(name) for name in columns]).to_pandas()
    return found


def counted_references(rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList]) -> set[str]:
    """The references of the rows that are counted; the table must have one."""
    named, reasons = _with_fates(rows, asked, lists)
    kept = named.filter(named[_FATE] == reasons.index(COUNTED))
    return set(kept[f"_own_{asked.base.table.reference}"].to_pandas().astype(str))


def fates_of(
    rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList], references: Collection[str]
) -> dict[str, str]:
    """The fate of each of these rows, by its reference; those that the table does not have are left out."""
    if not references:
        return {}
    named, reasons = _with_fates(rows, asked, lists)
    reference = named[f"_own_{asked.base.table.reference}"]
    found = named.filter(reference.isin(sorted(references))).select(reference.name("reference"), _FATE).to_pandas()
    return {str(one): reasons[place] for one, place in zip(found["reference"], found[_FATE], strict=True)}


def _with_fates(rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList]) -> tuple[ir.Table, list[str]]:
    """Every row with the place of its fate among the reasons, the month in which it is placed, what it adds, and its
    columns once more as `_own_`; and the reasons in their order, COUNTED last."""
    base = asked.base
    rows = rows.mutate(**{f"_own_{name}": rows[name] for name in rows.columns})
    steady = [(reason, test(rows)) for reason, test in _steady(base)]
    chosen, repeats = with_repeats(of_selection(rows, base), base, [base.count.repeats] if base.count.repeats else [])
    known = _as_known(chosen, base, asked.as_at)
    repeated = repeats[base.count.repeats] if base.count.repeats else ""
    others = [*_changing(known, base), *_reasons(known, asked, lists, repeated)]
    reasons = [*(name for name, _ in (*steady, *others)), COUNTED]
    outside = _named(rows, base, [test for _, test in steady], 0, len(reasons) - 1)
    outside = outside.filter(outside[_FATE] < len(reasons) - 1)
    inside = _named(known, base, [test for _, test in others], len(steady), len(reasons) - 1)
    own = [name for name in rows.columns if name.startswith("_own_")]
    return ibis.union(*(each.select([*own, _FATE, _PLACED, _SIZE]) for each in (outside, inside))), reasons


def _named(rows: ir.Table, base: Base, tests: list[ir.BooleanValue], first: int, counted: int) -> ir.Table:
    """The rows with the place of the first test that does not hold (numbered from `first`), else `counted`."""
    fate: ir.Value = ibis.literal(counted, "int64")
    if tests:
        fails = ((~test.fill_null(False), ibis.literal(first + place, "int64")) for place, test in enumerate(tests))
        fate = ibis.cases(*fails, else_=counted)
    placed = month_of(_own(rows, base.date))
    return rows.mutate(**{_FATE: fate.cast("int64"), _PLACED: placed, _SIZE: size_of(rows, base).cast("int64")})


def _steady(base: Base) -> Iterator[tuple[str, Callable[[ir.Table], ir.BooleanValue]]]:
    for test, looked_at in conditions_of(base):
        if not known_dates(base.table, looked_at):
            yield _reason(base, test.wheres), test


def _changing(rows: ir.Table, base: Base) -> Iterator[tuple[str, ir.BooleanValue]]:
    """The selection's conditions on what only becomes known."""
    for test, looked_at in conditions_of(base):
        if known_dates(base.table, looked_at):
            yield _reason(base, test.wheres), test(rows)


def _reason(base: Base, wheres: Collection[Where]) -> str:
    return f"where this fails: {' or '.join(conditions(where, base.table) for where in wheres)}"


def _as_known(rows: ir.Table, base: Base, as_at: Month) -> ir.Table:
    """The rows with every column blank that was not known at the end of a month."""
    table = base.table
    known = {name: known_dates(table, [name]) for name in table.all_names if name in rows.columns}
    blank = {
        name: ibis.ifelse(
            ibis.and_(*((month_of(rows[each]) <= as_at.index).fill_null(False) for each in sorted(dates))),
            rows[name],
            ibis.null(rows[name].type()),
        )
        for name, dates in known.items()
        if dates
    }
    return rows.mutate(**blank)


def _reasons(
    known: ir.Table, asked: Asked, lists: Mapping[str, CodeList], repeated: str
) -> Iterator[tuple[str, ir.BooleanValue]]:
    """Each reason to be out with the test that a row must pass; `known` has in its columns what was known by the end of
    the window, and in `_own_` columns what the warehouse has."""
    base, count, table = asked.base, asked.base.count, asked.base.table
    yield from _of_place(known, asked)
    yield from _of_time(known, asked)
    for name, condition in count.where.items():
        yield _reason(base, [{name: condition}]), holds_all(known, table, {name: condition})
    if count.names is not None:
        yield f"{code(count.names)} is blank", known[count.names].notnull()
    if count.repeats is not None:
        days = f"no other row with the same {code(count.repeats.of)} 1 to {count.repeats.within_days} days before"
        yield days, known[count.repeats.of].notnull() & known[repeated].notnull()
    if asked.breakdown:
        shown = "blank" if asked.category == "missing" else code(asked.category)
        yield f"{code(asked.breakdown)} is not {shown}", _of_category(known, asked, lists)


def _of_place(rows: ir.Table, asked: Asked) -> Iterator[tuple[str, ir.BooleanValue]]:
    levels = asked.base.table.levels
    if asked.nowhere and asked.nowhere in levels:
        yield (
            f"placed in an area ({code(levels[asked.nowhere])} is filled in)",
            _own(rows, levels[asked.nowhere]).isnull(),
        )
    if asked.place is not None and not asked.place.is_force:
        level, names = asked.place.counted_at
        where = _own(rows, levels[level]) if level in levels else ibis.null("string")
        yield f"not in {asked.place.name}", where.isin(sorted(names))


def _of_time(rows: ir.Table, asked: Asked) -> Iterator[tuple[str, ir.BooleanValue]]:
    """The window (of a stock the day), what was not known at its end, and what was void by then."""
    base, table, window, end = asked.base, asked.base.table, asked.window, asked.as_at.index
    placed, what = month_of(_own(rows, base.date)), "day" if base.is_stock else "window"
    if base.count.dated is not None:
        yield f"{code(base.count.dated)} is blank", _own(rows, base.count.dated).notnull()
    if not base.is_stock:
        yield f"before the {what}, by {code(base.date)}", placed >= window.start.index
    yield f"after the {what}, by {code(base.date)}", placed <= window.end.index
    seen = [name for name in (table.date, base.count.dated) if name is not None and name != base.date]
    for name in seen:
        yield f"not known yet: {code(name)} is later than that", month_of(_own(rows, name)) <= end
    if table.ends is not None:
        until = month_of(_own(rows, table.ends))
        yield f"void by then, by {code(table.ends)}", until.isnull() | (until > end)
    if base.count.standing is not None:
        leaves = month_of(_own(rows, base.count.standing))
        yield f"left by then, by {code(base.count.standing)}", leaves.isnull() | (leaves > window.end.index)


def _own(rows: ir.Table, name: str) -> ir.Column:
    """A column as it is in the warehouse."""
    return rows[f"_own_{name}"]


def _of_category(rows: ir.Table, asked: Asked, lists: Mapping[str, CodeList]) -> ir.BooleanValue:
    table, breakdown = asked.base.table, asked.base.table.breakdowns[asked.breakdown]
    match breakdown:
        case ByFilled():
            return rows[breakdown.filled[asked.category]].notnull()
        case ByColumns():
            first, *rest = (category_of_column(rows[name]) for name in breakdown.columns)
            for part in rest:
                first = first + CROSS + part
            return first == asked.category
        case ByColumn():
            column = table.columns.get(breakdown.column)
            if column is not None and column.kind == "codes":
                every = list(column.codes or lists[str(column.list)].rows)
                same = tuple(each for each in every if breakdown.renamed.get(each, each) == asked.category)
                return holds_all(rows, table, {breakdown.column: Has(has=same or (asked.category,))})
            return category_of_column(rows[breakdown.column], breakdown.renamed) == asked.category
    raise TypeError(breakdown)
