"""Says what there is to explore: themes, measures, areas, periods and tables; and takes the words for them."""

from __future__ import annotations

import pandas as pd

from thematic.core.areas import Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.cubes.cubes import Index
from thematic.explore.built import Built, built, chosen, counted
from thematic.params import Params
from thematic.params.schema import TABLES


def themes() -> pd.DataFrame:
    """The themes, a row each: `goal` (the short word, such as DA), `theme` (its file's name) and `title`.

    Any of the three names the theme in the other functions.

    >>> explore.themes()
    """
    found = built().params.themes
    return pd.DataFrame([{"goal": each.goal, "theme": slug, "title": each.title} for slug, each in found.items()])


def measures(theme: str) -> pd.DataFrame:
    """The measures of a theme, a row each, in the report's order.

    `unit` is count, percent or per_1000; `window` rolling_12 (12 months) or financial_year_to_date (from April);
    `by` lists the dimensions that figures() has it in; `definition` says what is counted.

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

    `area` is the word for it here, `name` what the data call it; `valid_from` and `valid_to` are the first and the
    last day of a Local Policing Unit that has not always existed.

    >>> explore.areas()
    """
    params = built().params
    found = [
        {"area": each.slug, "name": each.name, "valid_from": each.valid_from, "valid_to": each.valid_to}
        for each in (params.force_area, *params.lpu_areas)
    ]
    days = {"valid_from": "datetime64[s]", "valid_to": "datetime64[s]"}
    return pd.DataFrame(found).astype(days)


def periods() -> list[str]:
    """The months `YYYY-MM` that a report can end with, all complete in the data; the latest is the last.

    >>> explore.periods()[-1]
    """
    return [str(month) for month in counted(built()).periods]


def tables() -> pd.DataFrame:
    """The tables of the warehouse, a row each, for rows().

    `rows` is how many passed the checks, `set_aside` how many did not (duplicates, quarantined, left out); `date` is
    the column that places a row in a month, and `whole_from` the first month of which every row is there.

    >>> explore.tables()
    """
    facts = built().facts
    return pd.DataFrame(
        [
            {"table": name, "rows": each.kept, "set_aside": each.rows_in - each.kept, "date": TABLES[name].date,
             "whole_from": facts.history_from.get(name)}
            for name, each in facts.tables.items()
        ]
    )  # fmt: skip


def theme_named(params: Params, word: str) -> str:
    """The theme's slug from its goal, its slug or its title."""
    known = {name: each.goal for slug, each in params.themes.items() for name in (each.goal, slug, each.title)}
    goal = chosen("theme", word, known)
    return next(slug for slug, each in params.themes.items() if each.goal == goal)


def area_named(params: Params, word: str, period: Month) -> Area:
    """The area from its slug or its name. Raises ArgumentsRefused for one that does not exist in the period."""
    places = (params.force_area, *params.lpu_areas)
    slug = chosen("area", word, {name: each.slug for each in places for name in (each.name, each.slug)})
    area = params.area(slug)
    if not area.open_in(period):
        raise ArgumentsRefused(f"{area.name} does not exist at the end of {period}: explore.areas() has its days.")
    return area


def areas_in(params: Params, period: Month) -> list[Area]:
    """The force and the Local Policing Units that exist at the end of the period."""
    return [area for area in (params.force_area, *params.lpu_areas) if area.open_in(period)]


def period_named(index: Index, word: str | None) -> Month:
    """The month `YYYY-MM`, by default the latest. Raises ArgumentsRefused for one the data do not reach."""
    month = Month.parse(word or index.latest_period)
    if month not in index.periods:
        first, latest = index.first_period, index.latest_period
        raise ArgumentsRefused(f"The data have no complete month {month}: they run from {first} to {latest}.")
    return month


def table_named(found: Built, word: str) -> str:
    """The table of the warehouse by its name."""
    return chosen("table", word, {name: name for name in found.facts.tables})
