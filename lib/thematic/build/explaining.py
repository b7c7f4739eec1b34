"""Carries out `thematic explain`: prepares the data and takes one figure of an internal report apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from thematic.build.areas import chosen_areas
from thematic.build.build import data_alone, prepare, report_data
from thematic.build.request import data_paths
from thematic.core.errors import ArgumentsRefused, DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.explore.explained import Explanation, explain, measure_named, themes_of
from thematic.explore.terminal import lines
from thematic.outputs.editions import Edition, check_periods, list_editions
from thematic.params import Params, load_params

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from thematic.cubes.cubes import Index
    from thematic.measures.data import ReportData


@dataclass(frozen=True)
class Question:
    """The words of the command: which figure is to be explained, and whether its rows are to be shown."""

    measure: str
    area: str = ""
    period: str = ""
    category: str = ""
    theme: str = ""
    data: str = ""
    lookup: str = ""
    rows: bool = False


def explained(workbook: Workbook, question: Question, today: date, say: Callable[[str], None]) -> list[str]:
    """The explanation as lines for a terminal. Raises ArgumentsRefused for words that name no figure, DataRefused where
    the data cannot be used."""
    params = load_params(workbook)
    name = measure_named(params, question.measure)
    themes = _themes(params, name, question.theme)
    areas = chosen_areas(question.area or "force", "AREA", params, themes)
    if areas is None or len(areas) != 1:
        raise ArgumentsRefused(f"AREA: '{question.area}' is several areas. Name one: a figure is of one report.")
    source, places = data_paths(question.data, question.lookup)
    asked = Month.parse(question.period) if question.period.strip() else None
    with data_alone(workbook, say), ExitStack() as stack:
        index = prepare(workbook, params, data=source, lookup=places, today=today, say=say)
        edition = _edition(params, index, themes, asked, areas)
        data = report_data(params, edition, cubes.read_bytes(workbook, edition.theme), index)
        return lines(_explain(workbook, stack, question, name, data))


def _explain(workbook: Workbook, stack: ExitStack, question: Question, name: str, data: ReportData) -> Explanation:
    from thematic.cubes.counts import read_tables

    def tables(names: Sequence[str]) -> Mapping[str, ir.Table]:
        there = [each for each in names if (workbook.warehouse / f"{each}.parquet").is_file()]
        return stack.enter_context(read_tables(workbook.warehouse, there))

    return explain(data, name, question.category.strip(), tables, question.rows)


def _themes(params: Params, name: str, word: str) -> tuple[str, ...]:
    """The themes that report the measure: that of the word where one is given."""
    found = themes_of(params, name)
    if not word.strip():
        return found
    known = {
        each: slug
        for slug in found
        for each in (slug, params.themes[slug].goal.casefold(), params.themes[slug].title.casefold())
    }
    slug = known.get(word.strip().casefold())
    if slug is None:
        goals = ", ".join(params.themes[each].goal for each in found)
        raise ArgumentsRefused(f"THEME: '{word}' does not report {name}. It is in: {goals}.")
    return (slug,)


def _edition(
    params: Params, index: Index, themes: tuple[str, ...], asked: Month | None, areas: tuple[str, ...]
) -> Edition:
    """The internal report of the first theme that has one."""
    first, latest = Month.parse(index.first_period), Month.parse(index.latest_period)
    period = asked or latest
    check_periods([period], first, latest, index.title)
    fed = [theme for theme in themes if theme not in index.empty]
    if not fed:
        raise DataRefused(f"{params.themes[themes[0]].title} is not made: {index.empty[themes[0]]}.")
    return list_editions(params, fed, [period], areas, "internal")[0]
