"""Turns the derived columns that tables declare into SQL over the values of the columns they rest on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from thematic.extracts.kinds import sql_type, text_sql
from thematic.params.tables import (
    Bands,
    Days,
    Difference,
    Hour,
    Lookup,
    Minutes,
    Table,
    Weekday,
    band_labels,
    inputs_of,
    is_whole,
)

Sql = Callable[[str], str]
"""Gives by a column's name the SQL of its value."""

_MINUTE = "60000000.0"
"""In microseconds."""


def is_fed(table: Table, name: str, fed: Collection[str]) -> bool:
    """Whether a source with the columns `fed` feeds a column: it has it, or all that it is derived from."""
    if name in fed:
        return True
    derived = table.derived.get(name)
    return derived is not None and all(each != name and is_fed(table, each, fed) for each in inputs_of(derived))


def fills(table: Table, name: str, fed: Collection[str]) -> bool:
    """Whether the blank cells of a column of the source are filled by the derived column of its name."""
    derived = table.derived.get(name)
    if derived is None or name not in fed:
        return False
    return all(each != name and is_fed(table, each, fed) for each in inputs_of(derived))


def demanded(table: Table, fed: Collection[str]) -> list[str]:
    """The columns that a source with the columns `fed` must have; not one that a derived column fills whole nor, unless
    every row must say it, one from which a column that is there could be derived."""
    given = {each for name, derived in table.derived.items() if name in fed for each in inputs_of(derived)}
    spared = {name for name in given if name in table.columns and not table.columns[name].filled}
    return [name for name in table.required if name not in spared and not is_fed(table, name, set(fed) - {name})]


def fed_columns(table: Table, fed: Collection[str]) -> list[str]:
    """The columns and derived columns that a source with the columns `fed` feeds, in their order."""
    return [name for name in table.all_names if is_fed(table, name, fed)]


def derivations(table: Table, names: Collection[str], fed: Collection[str]) -> Iterator[str]:
    """The derived columns that `names` need where the file has only those in `fed`, each after those it rests on;
    those that fill blank cells of one that it has as well."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        needed = fills(table, name, fed) if name in fed else is_fed(table, name, fed)
        if name in done or not needed:
            return
        done.add(name)
        for each in inputs_of(table.derived[name]):
            yield from visit(each)
        yield name

    for name in names:
        yield from visit(name)


def origins(table: Table, names: Collection[str], fed: Collection[str]) -> list[str]:
    """The columns of the file that `names` rest on."""
    needed = {name for name in names if name in fed}
    for name in derivations(table, names, fed):
        needed.update(each for each in inputs_of(table.derived[name]) if each in fed)
    return [name for name in table.names if name in needed]


def derived_sql(table: Table, name: str, value: Sql, instant: Sql, utc: Sql) -> str:
    """The value of a derived column; for a lookup that of `given`, which the query joins. `value` gives what columns
    hold, `instant` a moment as it is in UTC, and `utc` that of any time on the local clock."""
    match table.derived[name]:
        case Weekday(weekday=source):
            return f"dayname({value(source)})"
        case Hour(hour=source):
            return f"CAST(hour({value(source)}) AS VARCHAR)"
        case Bands(bands=source, starts=starts):
            return _band(value(source), starts, is_whole(table, source))
        case Minutes(minutes_from=start, to=end, between=None):
            return _minutes(f"date_diff('microsecond', {instant(start)}, {instant(end)})")
        case Minutes(minutes_from=start, to=end, between=(opens, closes)):
            moments = (value(start), value(end)), (instant(start), instant(end))
            return _most_minutes(*moments, _clock(opens), _clock(closes), utc)
        case Days(days_from=start, to=end):
            return f"date_diff('day', CAST({value(start)} AS DATE), CAST({value(end)} AS DATE))"
        case Difference(difference=first, less=second):
            return f"CAST({value(first)} - {value(second)} AS {sql_type(table, name)})"
        case Lookup(lookup=lookup):
            return f'given."{lookup.gives}"'
    raise TypeError(name)


def _band(value: str, starts: tuple[int, ...], whole: bool) -> str:
    bands = band_labels(starts, whole)
    below = " ".join(f"WHEN {value} < {end} THEN {text_sql(words)}" for _, end, words in bands if end is not None)
    return f"CASE WHEN {value} IS NULL OR {value} < {starts[0]} THEN NULL {below} ELSE {text_sql(bands[-1][2])} END"


def _minutes(microseconds: str) -> str:
    return f"CAST({microseconds} / {_MINUTE} AS DECIMAL(18,6))"


def _most_minutes(local: tuple[str, str], instants: tuple[str, str], opens: int, closes: int, utc: Sql) -> str:
    """The most minutes of one night, as they passed when the clocks changed in it. A night that lies whole between the
    two moments begins on the first day or on the next; any other holds one of them."""
    (start, end), (began, ended) = local, instants
    length = closes - opens if closes > opens else closes - opens + 24 * 60
    nights = [f"date_trunc('day', {start}) + INTERVAL ({day * 24 * 60 + opens}) MINUTE" for day in (-1, 0, 1)]
    nights += [f"date_trunc('day', {end}) + INTERVAL ({day * 24 * 60 + opens}) MINUTE" for day in (-1, 0)]
    inside = [
        f"date_diff('microsecond', greatest({began}, {utc(night)}),"
        f" least({ended}, {utc(f'{night} + INTERVAL ({length}) MINUTE')}))"
        for night in nights
    ]
    most = _minutes(f"greatest(0, {', '.join(inside)})")
    return f"CASE WHEN {start} IS NOT NULL AND {end} IS NOT NULL THEN {most} END"


def _clock(text: str) -> int:
    """Minutes from midnight."""
    return int(text[:2]) * 60 + int(text[3:])
