"""Says whether a count's rows follow from a category that its root is split by, and whether two counts exclude each
other, as far as that can be read off what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from thematic.core.areas import MISSING
from thematic.cubes.bases import Base
from thematic.params.conditions import All, Between, Condition, Filled, Group, Not, Values, Where
from thematic.params.lists import CodeList
from thematic.params.tables import ByColumn, ByColumns, Lookup, Table

Known = Mapping[str, str | None]
Wheres = tuple[Where, ...]


def follows(base: Base, root: Base, breakdown: str, category: str, lists: Mapping[str, CodeList]) -> bool | None:
    """Whether the root's rows of a category are rows of the count, None where that does not follow from it."""
    if base.count.names is not None or base.count.repeats is not None or base.count.filled is not None:
        return None
    known = _known(root.table, breakdown, category)
    if known is None:
        return None
    answers = [_any_holds(wheres, known, root.table, lists) for wheres in _beyond(base, root)]
    if False in answers:
        return False
    return None if None in answers else True


def exclusive(one: Base, other: Base) -> bool:
    """Whether no row can be of both counts: they ask for different values, or spans, of one column."""
    if one.count.names or other.count.names or one.count.repeats or other.count.repeats:
        return False
    return any(
        _apart(said, asked, one.table, column)
        for where in _plain(one)
        for column, said in where.items()
        for there in _plain(other)
        for name, asked in there.items()
        if name == column
    )


def _plain(base: Base) -> Iterator[Where]:
    yield base.count.where
    for selection in base.theme.chain(base.count.selection):
        yield selection.where


def _beyond(base: Base, root: Base) -> Iterator[Wheres]:
    """What a count asks for that its root does not: sets of conditions, of each of which one must hold."""
    asked = [*_alternatives(root)]
    for each in _alternatives(base):
        if each not in asked:
            yield each


def _alternatives(base: Base) -> Iterator[Wheres]:
    for column, condition in base.count.where.items():
        yield ({column: condition},)
    for selection in base.theme.chain(base.count.selection):
        for column, condition in selection.where.items():
            yield ({column: condition},)
        if selection.any_of:
            yield selection.any_of


def _known(table: Table, breakdown: str, category: str) -> dict[str, str | None] | None:
    """The values of columns in rows of a category; None where several codes go by one name."""
    by = table.breakdowns[breakdown]
    if isinstance(by, ByColumn):
        codes = [code for code, name in by.renamed.items() if name == category] or [category]
        return None if len(codes) > 1 else {by.column: None if codes[0] == MISSING else codes[0]}
    if isinstance(by, ByColumns):
        parts = category.split(" / ")
        if len(parts) != len(by.columns):
            return None
        return {column: None if part == MISSING else part for column, part in zip(by.columns, parts, strict=True)}
    return None


def _any_holds(wheres: Wheres, known: Known, table: Table, lists: Mapping[str, CodeList]) -> bool | None:
    answers = [_all_hold(where, known, table, lists) for where in wheres]
    if True in answers:
        return True
    return None if None in answers else False


def _all_hold(where: Where, known: Known, table: Table, lists: Mapping[str, CodeList]) -> bool | None:
    answers = [_holds(column, condition, known, table, lists) for column, condition in where.items()]
    if False in answers:
        return False
    return None if None in answers else True


def _holds(column: str, condition: Condition, known: Known, table: Table, lists: Mapping[str, CodeList]) -> bool | None:
    values = _values(column, known, table, lists)
    answers = {_is(value, condition, table, column) for value in values} if values else {None}
    return answers.pop() if len(answers) == 1 else None


def _values(column: str, known: Known, table: Table, lists: Mapping[str, CodeList]) -> set[str | None]:
    """What a column can hold in rows of which some columns are known; nothing where that is not known."""
    if column in known:
        return {known[column]}
    derived = table.derived.get(column)
    if not isinstance(derived, Lookup):
        return set()
    look = derived.lookup
    rows = lists[look.source].rows
    by = _values(look.by, known, table, lists)
    if by:
        return {None if code is None or code not in rows else rows[code][look.gives] for code in by}
    for name, value in known.items():
        same = table.derived.get(name)
        if isinstance(same, Lookup) and (same.lookup.source, same.lookup.by) == (look.source, look.by):
            found = {row[look.gives] for row in rows.values() if row[same.lookup.gives] == value}
            return {*found} or {None}
    return set()


def _is(value: str | None, condition: Condition, table: Table, column: str) -> bool | None:
    match condition:
        case Filled(filled=filled):
            return (value is not None) == filled
        case Values(values=values):
            return value is not None and value in {_text(each) for each in values}
        case Group(group=group):
            return value is not None and value in table.columns[column].groups[group]
        case Not(negated=inner):
            found = _is(value, inner, table, column)
            return None if found is None else not found
        case All(all=inner):
            answers = [_is(value, each, table, column) for each in inner]
            return False if False in answers else None if None in answers else True
    return None


def _text(value: object) -> str:
    return {True: "Y", False: "N"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _apart(one: Condition, other: Condition, table: Table, column: str) -> bool:
    """Whether no value of a column fulfils both conditions."""
    if isinstance(one, Between) and isinstance(other, Between):
        return _below(one, other) or _below(other, one)
    if isinstance(one, Filled) and not one.filled:
        return isinstance(other, Values | Between | Group) or other == Filled(filled=True)
    if isinstance(other, Filled) and not other.filled:
        return _apart(other, one, table, column)
    codes = [_codes(each, table, column) for each in (one, other)]
    return None not in codes and not set(codes[0] or ()) & set(codes[1] or ())


def _codes(condition: Condition, table: Table, column: str) -> set[str] | None:
    if isinstance(condition, Values):
        return {_text(each) for each in condition.values}
    if isinstance(condition, Group):
        return set(table.columns[column].groups[condition.group])
    return None


def _below(one: Between, other: Between) -> bool:
    """Whether a span ends before another begins."""
    ends = (one.up_to, True) if one.up_to is not None else (one.under, False)
    begins = (other.at_least, True) if other.at_least is not None else (other.over, False)
    if ends[0] is None or begins[0] is None:
        return False
    both = ends[1] and begins[1]
    return bool(ends[0] < begins[0] if both else ends[0] <= begins[0])  # type: ignore[operator]
