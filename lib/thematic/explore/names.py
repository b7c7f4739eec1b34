"""Says what there is to explore: themes, measures, areas, periods and tables; and takes the words for them."""

from __future__ import annotations

import pandas as pd

from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.cubes.cubes import Index
from thematic.explore.built import Built, built, chosen, counted
from thematic.params import Params


def themes() -> pd.DataFrame:
    """The themes, a row each: `goal` (the short word, such as DA), `theme` (its file's name) and `title`.

    Any of the three names the theme in the other functions.

    >>> explore.themes()
    """
    found = built().params.themes
    return pd.DataFrame([{"goal": each.goal, "theme": slug, "title": each.title} for slug, each in found.items()])


def measures(theme: str) -> pd.DataFrame:
    """The measures of a theme, a row each, in the report's order.

    `unit` is count, percent, per_1000, per_10000, mean or times; `window` is what a figure is taken over, such as
    rolling_12 (12 months); `by` lists the dimensions that figures() has it in; `definition` says what is counted.

    >>> explore.measures("DA").query("unit == 'percent'")
    """
    params = built().params
    declared = params.themes[theme_named(params, theme)].measures
    found = [(name, params.measures[name], ", ".join(by)) for name, by in declared.items()]
    return pd.DataFrame(
        [
            {"measure": name, "title": each.title, "unit": each.unit, "window": each.window, "by": by,
             "definition": each.definition}
            for name, each, by in found
        ]
    )  # fmt: skip


def areas() -> pd.DataFrame:
    """The areas that reports are about, a row each, the force first.

    `area` is the word for it here, `name` what the data call it, `level` the kind of area it is, in the force's words;
    `valid_from` and `valid_to` are the first and the last day of one that has not always been open.

    >>> explore.areas()
    """
    params = built().params
    found = [
        {"area": each.slug, "name": each.name, "level": _level(params, each), "valid_from": each.valid_from,
         "valid_to": each.valid_to}
        for each in params.report_areas()
    ]  # fmt: skip
    days = {"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"}
    return pd.DataFrame(found).astype(days)


def _level(params: Params, area: Area) -> str:
    return "Force" if area.is_force else params.levels[area.level].title


def periods() -> list[str]:
    """The months `YYYY-MM` that a report can end with, all complete in the data; the latest is the last.

    >>> explore.periods()[-1]
    """
    return [str(month) for month in counted(built()).periods]


def tables() -> pd.DataFrame:
    """The tables of the warehouse, a row each, for rows().

    `row` says what one row is; `rows` is how many passed the checks, `set_aside` how many did not (duplicates,
    quarantined, left out); `date` is the column that places a row in a month, and `whole_from` the first month of which
    every row is there.

    >>> explore.tables()
    """
    found = built()
    facts, declared = found.facts, found.params.tables
    return pd.DataFrame(
        [
            {"table": name, "row": declared[name].row, "rows": each.kept, "set_aside": each.rows_in - each.kept,
             "date": declared[name].date, "whole_from": facts.history_from.get(name)}
            for name, each in facts.tables.items()
            if name in declared
        ]
    )  # fmt: skip


def theme_named(params: Params, word: str) -> str:
    """The theme's slug from its goal, its slug or its title."""
    known = {name: each.goal for slug, each in params.themes.items() for name in (each.goal, slug, each.title)}
    goal = chosen("theme", word, known)
    return next(slug for slug, each in params.themes.items() if each.goal == goal)


def area_named(params: Params, word: str, period: Month) -> Area:
    """The area from its slug or its name. Raises ArgumentsRefused for one that does not exist in the period."""
    places = params.report_areas()
    names = {each.name: each.slug for each in places} | {each.slug: each.slug for each in places}
    slug = chosen("area", word, names)
    area = params.area(slug)
    if not area.open_in(period):
        raise ArgumentsRefused(f"{area.name} does not exist at the end of {period}: explore.areas() has its days.")
    return area


def areas_in(params: Params, theme: str, period: Month) -> list[Area]:
    """The areas that a theme is reported for and that exist at the end of the period."""
    return [area for area in params.report_areas(theme) if area.open_in(period)]


def period_named(index: Index, word: str | None) -> Month:
    """The month `YYYY-MM`, by default the latest. Raises ArgumentsRefused for one the data do not reach."""
    month = Month.parse(word or index.latest_period)
    if month not in index.periods:
        first, latest = index.first_period, index.latest_period
        raise ArgumentsRefused(f"The data have no complete month {month}: they run from {first} to {latest}.")
    return month


def table_named(found: Built, word: str) -> str:
    """The table of the warehouse by its name, or by its title."""
    titles = {found.params.tables[name].title: name for name in found.facts.tables if name in found.params.tables}
    return chosen("table", word, titles | {name: name for name in found.facts.tables})
