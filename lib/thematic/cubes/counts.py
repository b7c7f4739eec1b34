"""Turns the warehouse's rows into the counts of themes, as ibis expressions that any engine can run.

A count's grain is dimension x category x month x from_month x until_month x leaves_month x one area of each level.
`month` places a row in a window; it counts from the end of `from_month` on and until the month before `until_month` (in
which it ends, or in which something becomes known that makes another row of it; null for never): so a window's figure
as it stood at its own end is a plain sum. `leaves_month` is the month in which a row leaves a stock. Months are whole
numbers, 12 x year + month - 1. No column here names or describes a person.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from thematic.core.areas import MISSING, NO_LOCATION
from thematic.core.errors import DataRefused
from thematic.cubes.bases import POINT, Base, category_columns, known_dates
from thematic.cubes.cells import cell, located
from thematic.extracts.elsewhere import refuse_rows
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.lists import CodeList
from thematic.params.measures import Repeats
from thematic.params.tables import ByColumn, ByColumns, ByFilled, Table
from thematic.params.themes import CELL, TOTAL

GRAIN = ("count", "dimension", "category", "month", "from_month", "until_month", "leaves_month")
CROSS = " / "
"""What stands between the values of a cross table's category."""
_NEVER = 10**6
_TYPES = {"month": "int32", "from_month": "int32", "until_month": "Int32", "leaves_month": "Int32", "n": "int64"}


@contextmanager
def read_tables(warehouse: Path, names: Iterable[str]) -> Iterator[dict[str, ir.Table]]:
    """The warehouse's tables as ibis tables of an in-memory DuckDB, which lets go of its files at the block's end.

    Raises DataRefused where the rows stayed in a database.
    """
    refuse_rows(warehouse)
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET enable_progress_bar = false")
    try:
        yield {name: connection.read_parquet(warehouse / f"{name}.parquet", table_name=name) for name in names}
    finally:
        connection.disconnect()


@dataclass(frozen=True)
class Counting:
    """What counts are made with: the levels of areas (a column of the cube each), the code lists, and by theme the
    width of its hexagons in km."""

    levels: Sequence[str]
    lists: Mapping[str, CodeList]
    hexagon_km: Mapping[str, float]


@dataclass(frozen=True)
class _Query:
    """What one query counts together: rows of one selection, placed alike, under the categories of one split (`split`
    "" is the total, filled sets and lists, whose categories are conditions). `dates` are those that make something
    known that these counts look at; `hexagon_km` is 0 but where the split is by hexagons."""

    base: Base
    split: str
    dates: tuple[str, ...]
    hexagon_km: float

    def key(self, rows: ir.Table) -> tuple[object, ...]:
        """The same for queries of any theme that look at the same rows in the same way."""
        base = self.base
        return (rows.op(), base.date, base.count.dated, base.count.standing, self.split, self.dates, self.hexagon_km)


@dataclass(frozen=True)
class _Sum:
    """One number of a query: the theme and the count it is of, the dimension and category it is under (None: the
    query's own), and what must hold beside the count's own conditions."""

    theme: str
    base: Base
    dimension: str
    category: str | None
    extra: Where


def count(
    tables: Mapping[str, ir.Table],
    counted: Mapping[str, Iterable[tuple[Base, Collection[str]]]],
    fed: Mapping[str, Collection[str]],
    counting: Counting,
) -> dict[str, pd.DataFrame]:
    """By theme the counts (GRAIN, the levels and n) of its base counts: the total of each, and its splits, none of
    them 0.

    `fed` are the columns that the source feeds, by table: a split, or a category of a filled set, that needs others is
    left out. Counts that look at the same rows are asked for in one query, whichever themes they are of.
    """
    frames: dict[str, list[pd.DataFrame]] = {theme: [] for theme in counted}
    pool = ThreadPoolExecutor(1)
    try:  # ibis writes the next queries while the engine is at work
        written = [
            (sums, pool.submit(_written, rows, query, sums, counting))
            for rows, query, sums in _queries(tables, counted, fed, counting)
        ]
        for sums, asked in written:
            firsts, answer = asked.result()
            with _within_bounds(sums):
                wide = answer()
                numbers = {place: wide.pop(f"n{place}").fillna(0).to_numpy(dtype="int64") for place in set(firsts)}
                for each, place in zip(sums, firsts, strict=True):
                    frames[each.theme].append(_long(wide, numbers[place], each))
    finally:
        pool.shutdown(cancel_futures=True)
    return {theme: _cube(found, counting) for theme, found in frames.items()}


def _cube(frames: Sequence[pd.DataFrame], counting: Counting) -> pd.DataFrame:
    columns = [*GRAIN, *map(place_column, counting.levels), "n"]
    nothing = pd.DataFrame({column: pd.Series(dtype=_TYPES.get(column, "string")) for column in columns})
    found = pd.concat([nothing, *(frame for frame in frames if len(frame))], ignore_index=True)
    return found[columns].astype({column: _TYPES.get(column, "string") for column in columns})


def _queries(
    tables: Mapping[str, ir.Table],
    counted: Mapping[str, Iterable[tuple[Base, Collection[str]]]],
    fed: Mapping[str, Collection[str]],
    counting: Counting,
) -> Iterable[tuple[ir.Table, _Query, list[_Sum]]]:
    """The queries of all themes: the rows that each is asked of, and the numbers that it is asked for."""
    selected: dict[tuple[str, str], ir.Table] = {}
    found: dict[tuple[object, ...], tuple[ir.Table, _Query, list[_Sum]]] = {}
    for theme, bases in counted.items():
        for base, splits in bases:
            of = (theme, base.count.selection)
            if of not in selected:
                selected[of] = of_selection(tables[base.table_name], base)
            rows = selected[of]
            for split, by, each in _sums(theme, base, splits, fed[base.table_name], counting):
                query = _Query(base, split, _dates(base, by), counting.hexagon_km[theme] if split == CELL else 0)
                found.setdefault(query.key(rows), (rows, query, []))[2].append(each)
    return found.values()


def _sums(
    theme: str, base: Base, splits: Collection[str], fed: Collection[str], counting: Counting
) -> Iterator[tuple[str, tuple[str, ...], _Sum]]:
    """Each number that a base count needs: the split of its query, the columns of its category, and the number."""
    if base.count.filled is None:
        yield "", (), _Sum(theme, base, TOTAL, TOTAL, {})
    for split in sorted(splits):
        if split == CELL:
            if set(POINT) <= set(fed):
                yield CELL, (), _Sum(theme, base, CELL, None, {})
            continue
        table, breakdown = base.table, base.table.breakdowns[split]
        columns = category_columns(table, split)
        known = {key: needed for key, needed in columns.items() if _are_fed(table, needed, fed)}
        codes = _codes_of_list(table, breakdown, counting)
        if isinstance(breakdown, ByFilled):
            for category, (column,) in known.items():
                yield "", (column,), _Sum(theme, base, split, category, {column: Filled(filled=True)})
        elif known and codes is not None and isinstance(breakdown, ByColumn):
            column = breakdown.column
            of_category: dict[str, list[str]] = {}
            for code in codes:
                of_category.setdefault(breakdown.renamed.get(code, code), []).append(code)
            for category, same in of_category.items():
                yield "", (column,), _Sum(theme, base, split, category, {column: Has(has=tuple(same))})
        elif known:
            yield split, known[""], _Sum(theme, base, split, None, {})


def _codes_of_list(
    table: Table, breakdown: ByColumn | ByColumns | ByFilled, counting: Counting
) -> Sequence[str] | None:
    """The codes of a list column that a breakdown is by; None where it is by another."""
    column = table.columns.get(breakdown.column) if isinstance(breakdown, ByColumn) else None
    if column is None or column.kind != "codes":
        return None
    return list(column.codes or counting.lists[str(column.list)].rows)


def _are_fed(table: Table, columns: Iterable[str], fed: Collection[str]) -> bool:
    return all(column in fed or set(table.sources_of(column)) <= set(fed) for column in columns)


def _dates(base: Base, by: Collection[str]) -> tuple[str, ...]:
    """The dates that make something known that a count looks at, beside those that place it anyway."""
    settled = {base.table.date, base.date, base.count.dated}
    return tuple(sorted(known_dates(base.table, base.columns | set(by)) - settled))


def _written(
    rows: ir.Table, query: _Query, sums: Sequence[_Sum], counting: Counting
) -> tuple[list[int], Callable[[], pd.DataFrame]]:
    """For each number the place of its column, and what asks the engine for the table of them all."""
    wanted = dict.fromkeys(each.base.count.repeats for each in sums if each.base.count.repeats is not None)
    rows, repeats = with_repeats(rows, query.base, list(wanted))
    rows = _placed(rows, query.base)
    if query.split == CELL:
        rows = located(rows)
    versions = [_version(rows, query, come) for come in _subsets(query.dates)]
    numbers = [[_number(version, each, repeats) for each in sums] for version in versions]
    firsts = _firsts(numbers[0])
    asked = sorted(set(firsts))
    grouped = [
        _grouped(version, query, {f"n{place}": found[place] for place in asked}, counting)
        for version, found in zip(versions, numbers, strict=True)
    ]
    return firsts, _answer(grouped[0] if len(grouped) == 1 else ibis.union(*grouped))


def _answer(asked: ir.Table) -> Callable[[], pd.DataFrame]:
    """What asks the engine: DuckDB in SQL that has been written by then, and without the detour over Python's numbers
    that ibis takes where a column has gaps."""
    engine: Any = asked.get_backend()
    if engine.name != "duckdb":
        return lambda: pd.DataFrame(asked.to_pandas())
    sql = engine.compile(asked)
    return lambda: pd.DataFrame(engine.raw_sql(sql).to_arrow_table().to_pandas())


def _firsts(numbers: Sequence[ir.NumericValue]) -> list[int]:
    """For each number the place of the first that is the same."""
    places: dict[object, int] = {}
    return [places.setdefault(number.op(), place) for place, number in enumerate(numbers)]


@contextmanager
def _within_bounds(sums: Sequence[_Sum]) -> Iterator[None]:
    """Raises DataRefused where a sum of a column is beyond what can be kept."""
    try:
        yield
    except (duckdb.OutOfRangeException, duckdb.ConversionException, OverflowError) as error:
        summed = [each.base for each in sums if each.base.count.sum is not None]
        if not summed:
            raise
        what = "; ".join(sorted({f"{base.table_name}, {base.count.sum}" for base in summed}))
        most = f"{np.iinfo(np.int64).max // summed[0].scale:,}"
        raise DataRefused(
            f"{what}: the values add up to more than {most}, the largest sum that can be kept. Find the values that "
            "are too large (low and high of the column in its table file put them aside), and build again."
        ) from error


def _long(keys: pd.DataFrame, found: NDArray[np.int64], number: _Sum) -> pd.DataFrame:
    """One number of a query in the cube's own columns, where it is not 0."""
    there = found != 0
    kept: pd.DataFrame = keys[there].assign(count=number.base.key, dimension=number.dimension, n=found[there])
    return kept if number.category is None else kept.assign(category=number.category)


def _subsets(dates: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(dates) + 1):
        yield from combinations(dates, size)


def of_selection(rows: ir.Table, base: Base) -> ir.Table:
    """The rows of the selection as far as that does not depend on when it is looked at."""
    steady = [test(rows) for test, looked_at in conditions_of(base) if not known_dates(base.table, looked_at)]
    return rows.filter(steady) if steady else rows


def conditions_of(base: Base) -> list[tuple[_Test, frozenset[str]]]:
    """Every condition of the count's selections, each with the columns it looks at."""
    tests: list[tuple[_Test, frozenset[str]]] = []
    for selection in base.theme.chain(base.count.selection):
        for column, condition in selection.where.items():
            tests.append((_Test(base.table, ({column: condition},)), frozenset({column})))
        if selection.any_of:
            looked_at = frozenset(column for where in selection.any_of for column in where)
            tests.append((_Test(base.table, selection.any_of), looked_at))
    return tests


@dataclass(frozen=True)
class _Test:
    """A condition on rows: one of these wheres at least must hold."""

    table: Table
    wheres: tuple[Where, ...]

    def __call__(self, rows: ir.Table) -> ir.BooleanValue:
        return ibis.or_(*(holds_all(rows, self.table, where) for where in self.wheres))


def holds_all(rows: ir.Table, table: Table, where: Where) -> ir.BooleanValue:
    """Whether all conditions of a where hold for each row."""
    return ibis.and_(ibis.literal(True), *(_holds(rows[name], table, name, each) for name, each in where.items()))


def _holds(column: ir.Column, table: Table, name: str, condition: Condition) -> ir.BooleanValue:
    """Whether the condition holds; a blank field fulfils none but that it be blank."""
    match condition:
        case Filled(filled=filled):
            return column.notnull() if filled else column.isnull()
        case Between():
            return ibis.and_(*_ends(column, condition)).fill_null(False)
        case Group(group=group):
            codes = table.columns[name].groups[group]
            if table.columns[name].kind == "codes":
                return _has_any(column, codes)
            return column.isin(codes).fill_null(False)
        case Has(has=codes):
            return _has_any(column, codes)
        case Not(negated=inner):
            return ~_holds(column, table, name, inner)
        case All(all=inner):
            return ibis.and_(*(_holds(column, table, name, each) for each in inner))
        case Values(values=values):
            return _is_one_of(column, values)
    raise TypeError(condition)


def _has_any(column: ir.StringColumn, codes: Sequence[str]) -> ir.BooleanValue:
    listed = ibis.literal(";") + column + ";"
    return ibis.or_(*(listed.contains(f";{code};") for code in codes)).fill_null(False)


def _ends(column: ir.Column, between: Between) -> list[ir.BooleanValue]:
    if column.type().is_timestamp():
        column = column.date()
    elif column.type().is_string():
        column = column.cast("int64")
    tests = {"at_least": operator.ge, "over": operator.gt, "under": operator.lt, "up_to": operator.le}
    ends = {key: getattr(between, key) for key in tests}
    return [tests[key](column, _literal(end)) for key, end in ends.items() if end is not None]


def _literal(value: object) -> ir.Scalar:
    return ibis.date(value.isoformat()) if isinstance(value, date) else ibis.literal(value)


def _is_one_of(column: ir.Column, values: Sequence[object]) -> ir.BooleanValue:
    kind = column.type()
    if kind.is_boolean():
        wanted = {value in (True, "Y") for value in values}
        return ibis.or_(*(column == each for each in sorted(wanted))).fill_null(False)
    if kind.is_date() or kind.is_timestamp():
        day = column.date() if kind.is_timestamp() else column
        return ibis.or_(*(day == _literal(value) for value in values)).fill_null(False)
    if kind.is_string():
        return column.isin([str(value) for value in values]).fill_null(False)
    return column.isin(list(values)).fill_null(False)


def with_repeats(rows: ir.Table, base: Base, wanted: Sequence[Repeats]) -> tuple[ir.Table, dict[Repeats, str]]:
    """The rows with a column for each kind of repeat that is asked for: the last day before, within reach, on which
    another row of the selection names the same, void or not."""
    if not wanted:
        return rows, {}
    day = _day(rows[base.table.date])
    rows = rows.mutate(_day_number=day.delta(ibis.date("1970-01-01"), unit="day").cast("int64"))
    columns = {repeats: f"_repeats_{place}" for place, repeats in enumerate(wanted)}
    for repeats, column in columns.items():
        earlier = ibis.range_window(preceding=(repeats.within_days, 1), group_by=repeats.of, order_by="_day_number")
        rows = rows.mutate(**{column: rows["_day_number"].max().over(earlier)})
    return rows, columns


def _day(column: ir.DateValue | ir.TimestampValue) -> ir.DateValue:
    return column.date() if column.type().is_timestamp() else column


def _placed(rows: ir.Table, base: Base) -> ir.Table:
    """Adds the months: where it is placed, from when it is seen, when it is void and when it leaves a stock."""
    table, counted = base.table, base.count
    never = ibis.null("int32")
    recorded = month_of(rows[table.date])
    if counted.dated is not None:
        rows = rows.filter(rows[counted.dated].notnull())
        recorded = ibis.greatest(month_of(rows[table.date]), month_of(rows[counted.dated]))
    return rows.mutate(
        _month=month_of(rows[base.date]),
        _from_month=recorded,
        _until_month=month_of(rows[table.ends]) if table.ends is not None else never,
        _leaves_month=month_of(rows[counted.standing]) if counted.standing is not None else never,
    )


def month_of(day: ir.DateValue | ir.TimestampValue) -> ir.IntegerValue:
    return (day.year() * 12 + day.month() - 1).cast("int32")


def _version(rows: ir.Table, query: _Query, come: Sequence[str]) -> ir.Table:
    """The rows as they are known while these of the query's dates have come and the others have not: what the others
    make known is blank."""
    to_come = [each for each in query.dates if each not in come]
    if come:
        rows = rows.filter([rows[each].notnull() for each in come])
        seen = ibis.greatest(rows["_from_month"], *(month_of(rows[each]) for each in come))
        rows = rows.mutate(_from_month=seen)
    if to_come:
        table = query.base.table
        until = _least([rows["_until_month"], *(month_of(rows[each]) for each in to_come)])
        rows = rows.mutate(_until_month=until)
        blank = [name for name in table.all_names if name in rows.columns and known_dates(table, [name]) & set(to_come)]
        rows = rows.mutate(**{name: ibis.null(rows[name].type()) for name in blank})
    if query.dates:
        rows = rows.filter(rows["_until_month"].isnull() | (rows["_from_month"] < rows["_until_month"]))
    return rows


def _least(months: Sequence[ir.IntegerValue]) -> ir.IntegerValue:
    least = ibis.least(*(month.fill_null(_NEVER) for month in months))
    return least.nullif(_NEVER).cast("int32")


def _grouped(rows: ir.Table, query: _Query, numbers: Mapping[str, ir.NumericValue], counting: Counting) -> ir.Table:
    table = query.base.table
    category = _category_of(rows, query)
    places = {
        place_column(level): rows[table.levels[level]].fill_null(NO_LOCATION)
        if level in table.levels
        else ibis.null("string")
        for level in counting.levels
    }
    kept = {name: rows[f"_{name}"] for name in GRAIN[3:]}
    narrow = rows.select(**kept, **places, **({"category": category} if category is not None else {}), **numbers)
    keys = [name for name in narrow.columns if name not in numbers]
    return narrow.group_by(keys).aggregate(**{name: narrow[name].sum().cast("int64") for name in numbers})


def _number(rows: ir.Table, number: _Sum, repeats: Mapping[Repeats, str]) -> ir.NumericValue:
    """What a row adds to a number: 1, or the column that is summed in whole units of the cube; 0 if it is not of it."""
    base, counted = number.base, number.base.count
    tests = [test(rows) for test, looked_at in conditions_of(base) if known_dates(base.table, looked_at)]
    tests += [holds_all(rows, base.table, where) for where in (counted.where, number.extra) if where]
    if counted.names is not None:
        tests.append(rows[counted.names].notnull())
    if counted.repeats is not None:
        tests.append(rows[counted.repeats.of].notnull() & rows[repeats[counted.repeats]].notnull())
    size = size_of(rows, base)
    return ibis.ifelse(ibis.and_(*tests), size, ibis.literal(0, "int64")) if tests else size


def size_of(rows: ir.Table, base: Base) -> ir.NumericValue:
    """What each row of a count adds to it: 1, or the column that is summed, in whole units of the cube."""
    if base.count.sum is None:
        return ibis.literal(1, "int64")
    size = rows[base.count.sum].fill_null(0)
    if base.scale == 1:
        return size.cast("int64")
    whole = size.floor()
    return whole.cast("int64") * base.scale + ((size - whole) * base.scale).round().cast("int64")


def _category_of(rows: ir.Table, query: _Query) -> ir.StringValue | None:
    if query.split == "":
        return None
    if query.split == CELL:
        return cell(rows, query.hexagon_km)
    breakdown = query.base.table.breakdowns[query.split]
    if isinstance(breakdown, ByColumns):
        first, *rest = (category_of_column(rows[column]) for column in breakdown.columns)
        for part in rest:
            first = first + CROSS + part
        return first
    if isinstance(breakdown, ByColumn):
        return category_of_column(rows[breakdown.column], breakdown.renamed)
    raise TypeError(breakdown)


def category_of_column(column: ir.Column, renamed: Mapping[str, str] | None = None) -> ir.StringValue:
    """A column's value as a category; blank is one of its own."""
    is_flag = column.type().is_boolean()
    text = column.cases((True, "Y"), (False, "N")) if is_flag else column.cast("string")
    if renamed:
        text = text.cases(*renamed.items(), else_=text)
    return text.fill_null(MISSING)


def place_column(level: str) -> str:
    """The column of a cube with a row's area of a level."""
    return f"in_{level}"
