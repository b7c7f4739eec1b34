"""Turns the words of `thematic new` into what the new theme counts: a table, the rows of it, and its breakdowns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from thematic.core.errors import ArgumentsRefused
from thematic.new_theme.conditions import read_conditions, values_of
from thematic.new_theme.figures import Subject, chosen_breakdowns
from thematic.new_theme.scaffold import NewTheme, check_name, prefix_of
from thematic.params import Params
from thematic.params.conditions import Values, Where
from thematic.params.reading import nearest


def choose(
    params: Params, slug: str, title: str, table: str, where: Sequence[str], by: Sequence[str], today: date
) -> NewTheme:
    """The theme that the words mean.

    Without a table and conditions it counts the rows whose code, or what a list gives for it, is called as the theme
    is. Raises ArgumentsRefused for the first word that cannot be used, and where nothing bears the theme's title.
    """
    slug, words = check_name(slug, title)
    if table or where or len(params.tables) == 1:
        name = _table(params, table)
        conditions = read_conditions(where, params, params.tables[name])
    else:
        name, conditions = _by_title(params, words)
    breakdowns = chosen_breakdowns(params.tables[name], by, conditions)
    return NewTheme(slug, Subject(params, prefix_of(slug), words, name, conditions, breakdowns, today))


def _table(params: Params, word: str) -> str:
    if not word.strip() and len(params.tables) == 1:
        return next(iter(params.tables))
    if not word.strip():
        raise ArgumentsRefused(f"--table: not given. {_tables(params)}")
    known = {said: name for name, table in params.tables.items() for said in (table.title.casefold(), name.casefold())}
    found = known.get(word.strip().casefold())
    if found is None:
        raise ArgumentsRefused(f"--table: there is no table '{word}'. {nearest(word, known)}")
    return found


def _tables(params: Params) -> str:
    listed = ", ".join(f"{name} ({table.row})" for name, table in params.tables.items())
    return f"Say which table it counts: {listed}."


def _by_title(params: Params, title: str) -> tuple[str, Where]:
    """The table and the condition of the one value that is called as the theme is."""
    found = list(dict.fromkeys(_called(params, title)))
    if not found:
        example = '--table TABLE --where "COLUMN=VALUE"'
        raise ArgumentsRefused(f"Nothing is called '{title}'. {_tables(params)} And which of its rows: {example}.")
    if len(found) > 1:
        ways = "; or ".join(f'--table {table} --where "{column}={value}"' for table, column, value in found)
        raise ArgumentsRefused(f"Several things are called '{title}'. Write one of: {ways}.")
    table, column, value = found[0]
    return table, {column: Values(values=(value,))}


def _called(params: Params, title: str) -> Iterator[tuple[str, str, str]]:
    """Each table, column and value of that name; of columns that say the same of a code, the last derived."""
    folded = title.casefold()
    for name, table in params.tables.items():
        named = [
            (column, value)
            for column in table.all_names
            if column not in table.columns or table.columns[column].kind == "code"
            for value, words in values_of(params, table, column).items()
            if folded in (value.casefold(), words.casefold())
        ]
        yield from ((name, column, value) for column, value in named[-1:])
