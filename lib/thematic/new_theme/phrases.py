"""Turns tables, columns and conditions into the English of a new theme's titles and definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from thematic.new_theme.conditions import values_of
from thematic.params import Params
from thematic.params.checks.conditions import kind_of
from thematic.params.conditions import All, Between, Condition, Filled, Group, Has, Not, Values, Where
from thematic.params.tables import ByColumn, Days, Minutes, Table

_SUFFIX = re.compile(r"_(code|on|at|ref|id)$")
_LISTED = 6
"""More values than these are counted and not listed."""
_SHORT = 3
"""A title of so many words or fewer goes before what is counted, as in `knife crimes`."""


def uncapitalised(words: str) -> str:
    """The words with a small first letter, unless they begin with an abbreviation or a name in capitals."""
    return words if words[:2].isupper() else words[0].lower() + words[1:]


def capitalised(words: str) -> str:
    return words[0].upper() + words[1:]


def in_words(name: str) -> str:
    """A declared name as words: `suspect_identified` is `suspect identified`, `outcome_code` is `outcome`."""
    return _SUFFIX.sub("", name).replace("_", " ")


def label(params: Params, table: Table, column: str) -> str:
    """What a reader calls a column: the word for its level, the heading of its breakdown, or its name in words."""
    declared = table.columns.get(column)
    if declared is not None and declared.level is not None:
        return params.levels[declared.level].title
    plain = (
        by for by in table.breakdowns.values() if isinstance(by, ByColumn) and by.column == column and not by.renamed
    )
    heading = next((by.heading for by in plain), None)
    return in_words(column) if heading is None else uncapitalised(heading)


def rows_of(table: Table, title: str, narrowed: bool) -> str:
    """What a theme counts, as a plural noun within a sentence: `stop searches`, `knife crimes`.

    A title of few words goes before the table's own word for its rows; one that is longer, or a plural itself, is
    quoted after it.
    """
    rows = uncapitalised(table.title)
    if not narrowed:
        return rows
    last = title.rsplit(maxsplit=1)[-1].lower()
    if _singular(last) == _singular(rows.rsplit(maxsplit=1)[-1]):
        return uncapitalised(title if last.endswith("s") else f"{title}s")
    plain = all(word.replace("-", "").isalnum() for word in title.split())
    if plain and len(title.split()) <= _SHORT and _singular(last) == last:
        return f"{uncapitalised(title)} {rows}"
    return f"{rows} under “{title}”"


def _singular(word: str) -> str:
    word = word.lower()
    return word if word.endswith("ss") else word.removesuffix("s")


def counted(params: Params, table: Table, where: Where, more: str = "", *, placed: str = "in the window") -> str:
    """The rows that are counted, as the beginning of a definition: what one is, which of them, and when."""
    conditions = [condition_phrase(params, table, column, each) for column, each in where.items()]
    which = _joined([*conditions, *([more] if more else [])], "and")
    return f"{table.title} ({table.row}) {placed}{f' {which}' if which else ''}"


def less_void(table: Table) -> str:
    """What takes rows off: `, less those cancelled by its end`."""
    if table.ends is None:
        return ""
    word = _SUFFIX.sub("", table.ends)
    return f", less those {word if word.isalpha() and word.endswith(('ed', 'n')) else 'void'} by its end"


def condition_phrase(params: Params, table: Table, column: str, condition: Condition) -> str:
    """A condition as a clause that follows a noun: `whose outcome is “Arrest” or “Caution”`."""
    match condition:
        case All(all=conditions):
            return " and ".join(condition_phrase(params, table, column, each) for each in conditions)
        case Filled(filled=filled):
            return f"whose {label(params, table, column)} is {'' if filled else 'not '}recorded"
        case Not(negated=Values(values=(value,))) if kind_of(table, column) == "flag":
            return _flagged(params, table, column, yes=value in (False, "N"))
        case Values(values=(value,)) if kind_of(table, column) == "flag":
            return _flagged(params, table, column, yes=value in (True, "Y"))
        case Not(negated=inner):
            return f"whose {_subject(params, table, column)} {_says(params, table, column, inner, negated=True)}"
    return f"whose {_subject(params, table, column)} {_says(params, table, column, condition)}"


def _flagged(params: Params, table: Table, column: str, *, yes: bool) -> str:
    return f"{'' if yes else 'not '}flagged as {label(params, table, column)}"


def _subject(params: Params, table: Table, column: str) -> str:
    if kind_of(table, column) in {"date", "moment"}:
        return f"date (“{table.columns[column].words}”)"
    return label(params, table, column)


def _says(params: Params, table: Table, column: str, condition: Condition, *, negated: bool = False) -> str:
    is_ = "is not" if negated else "is"
    match condition:
        case Between():
            return f"{is_} {' and '.join(_ends(condition))}"
        case Group(group=group):
            return f"{is_} {group_phrase(params, table, column, group)}"
        case Has(has=codes):
            return f"{_include(label(params, table, column), negated)} {named(params, table, column, codes)}"
        case Values(values=values):
            return f"{is_} {named(params, table, column, [_plain(value) for value in values])}"
    return f"{is_} recorded"


def _include(of: str, negated: bool) -> str:
    many = _singular(of) != of.lower()
    if negated:
        return "do not include" if many else "does not include"
    return "include" if many else "includes"


def _ends(between: Between) -> Iterator[str]:
    words = {"at_least": "{} or more", "over": "over {}", "under": "under {}", "up_to": "{} or less"}
    days = {"at_least": "on or after {}", "over": "after {}", "under": "before {}", "up_to": "on or before {}"}
    for name in words:
        end = getattr(between, name)
        if end is not None:
            yield (days if isinstance(end, date) else words)[name].format(_plain(end))


def _plain(value: object) -> str:
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value)


def elapsed(table: Table, column: str) -> str:
    """What a derived time runs from and to, by the meanings of its dates."""
    derived = table.derived[column]
    if not isinstance(derived, Minutes | Days):
        raise TypeError(column)
    begins = derived.minutes_from if isinstance(derived, Minutes) else derived.days_from
    ends = " to ".join(f"“{table.columns[name].words}”" for name in (begins, derived.to))
    if isinstance(derived, Days):
        return f"the days from {ends}"
    if derived.between is not None:
        return f"the most minutes of one night between {derived.between[0]} and {derived.between[1]} from {ends}"
    return f"the minutes from {ends}"


def group_phrase(params: Params, table: Table, column: str, group: str) -> str:
    """The codes of a group by their titles, or of a large one its name."""
    codes = table.columns[column].groups[group]
    if len(codes) <= _LISTED:
        return named(params, table, column, codes)
    return f"in the group “{in_words(group)}” ({len(codes)} of {len(table.columns[column].codes) or 'its'} codes)"


def named(params: Params, table: Table, column: str, values: Sequence[str]) -> str:
    """Values as a sentence names them: by their titles, those of a long list by their codes, numbers plainly."""
    if len(values) > _LISTED:
        return f"one of {len(values)} values, from {values[0]} to {values[-1]}"
    declared = table.columns.get(column)
    titles = values_of(params, table, column)
    if not titles or (declared is not None and (declared.list is not None or declared.level is not None)):
        return either(values)
    return either([f"“{titles.get(value, value)}”" for value in values])


def either(words: Sequence[str]) -> str:
    return _joined(words, "or")


def _joined(words: Sequence[str], last_word: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last_word} {words[-1]}"
