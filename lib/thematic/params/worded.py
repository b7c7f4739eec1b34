"""Turns the conditions that declarations put on columns into words, for the documentation and the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Scalar, Values
from thematic.params.tables import Column, Table


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


def code(text: object) -> str:
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    return ", ".join(map(code, texts))
