"""Turns what declarations say of columns (conditions, derived columns) into the words of the generated pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from md import code, codes

from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Scalar, Values
from thematic.params.tables import (
    Bands,
    Column,
    Days,
    Difference,
    Hour,
    Lookup,
    Minutes,
    Table,
    Weekday,
    band_labels,
    is_whole,
)


class Unexplained(Exception):
    """A name without words, or words without a name."""


def match_words(where: str, declared: Collection[str], said: Collection[str]) -> None:
    """Raises Unexplained unless each name declared has its words, and no other."""
    if wrong := set(declared) ^ set(said):
        raise Unexplained(
            f"{where}: {', '.join(sorted(wrong))}: declared without words, or words without a declaration"
        )


def conditions(where: Mapping[str, Condition], table: Table) -> str:
    """All conditions of a where, each with its column."""
    return " and ".join(f"{code(name)} {_holds(each, table.columns.get(name))}" for name, each in where.items())


def _holds(condition: Condition, column: Column | None) -> str:
    match condition:
        case Values(values=values):
            return _values(values, column)
        case Between():
            return f"is {_span(condition)}"
        case Filled(filled=filled):
            return "is filled in" if filled else "is blank"
        case Group(group=group):
            return f"is in the group {_group(group, column)}"
        case Has(has=wanted):
            return f"has {codes(wanted)}" if len(wanted) == 1 else f"has one or more of {codes(wanted)}"
        case Not(negated=inner):
            return _holds_not(inner, column)
        case All(all=inner):
            return " and ".join(_holds(each, column) for each in inner)
    raise TypeError(condition)


def _holds_not(condition: Condition, column: Column | None) -> str:
    match condition:
        case Filled(filled=filled):
            return "is blank" if filled else "is filled in"
        case Not(negated=inner):
            return _holds(inner, column)
        case Values(values=values):
            return f"is none of {codes(map(_value, values))}, blanks included"
        case Between():
            return f"is not {_span(condition)}, blanks included"
        case Group(group=group):
            return f"is not in the group {_group(group, column)}, blanks included"
        case Has(has=wanted):
            return f"has none of {codes(wanted)}, blanks included"
        case All(all=inner):
            return f"does not fulfil all of these: {'; '.join(_holds(each, column) for each in inner)}"
    raise TypeError(condition)


def _value(value: Scalar) -> str:
    return {True: "Y", False: "N"}[value] if isinstance(value, bool) else str(value)


def _values(values: Collection[Scalar], column: Column | None) -> str:
    titles = column.codes if column is not None else {}
    said = [code(_value(each)) + (f" ({titles[str(each)]})" if str(each) in titles else "") for each in values]
    return f"is {said[0]}" if len(said) == 1 else f"is one of {', '.join(said)}"


def _group(group: str, column: Column | None) -> str:
    return f"{code(group)} ({', '.join(column.groups[group])})" if column is not None else code(group)


def _span(between: Between) -> str:
    ends = (between.at_least, between.over, between.under, between.up_to)
    words = ("{} or more", "over {}", "under {}", "{} or less")
    if any(isinstance(end, date) for end in ends):
        words = ("on or after {}", "after {}", "before {}", "on or before {}")
    elif between.at_least is not None and between.up_to is not None:
        return f"{between.at_least} to {between.up_to}"
    return " and ".join(said.format(end) for said, end in zip(words, ends, strict=True) if end is not None)


def derivation(derived: Any, table: Table) -> str:
    """What a derived column is worked out from, and how."""
    match derived:
        case Weekday(weekday=source):
            return f"the day of the week of {code(source)}, Monday to Sunday"
        case Hour(hour=source):
            return f"the hour of {code(source)} by the local clock, 0 to 23"
        case Bands(bands=source, starts=starts):
            labels = [words for _, _, words in band_labels(starts, is_whole(table, source))]
            return f"the band of {code(source)}: {'; '.join(labels)}"
        case Minutes(minutes_from=start, to=end, between=None):
            return f"minutes from {code(start)} to {code(end)}, with fractions; blank until the second"
        case Minutes(minutes_from=start, to=end, between=(opens, closes)):
            span = f"between {opens} and {closes}"
            return f"from {code(start)} to {code(end)}, the most minutes of one night that are {span}"
        case Days(days_from=start, to=end):
            return f"whole days from {code(start)} to {code(end)}; blank until the later"
        case Difference(difference=first, less=second):
            return f"{code(first)} less {code(second)}"
        case Lookup(lookup=lookup):
            listed = f"[the list {lookup.source}](codes-{lookup.source}.md)"
            return f"the {code(lookup.gives)} that {listed} gives for {code(lookup.by)}"
    raise TypeError(derived)
