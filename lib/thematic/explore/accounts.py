"""Turns the name of a measure into the account of one figure of it, in a cell of an analyst's own notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thematic.core.errors import ArgumentsRefused
from thematic.cubes import cubes
from thematic.explore import explained
from thematic.explore.built import Built, built, counted
from thematic.explore.names import area_named, period_named, theme_named
from thematic.explore.terminal import lines
from thematic.measures.data import ReportData

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Account:
    """What `thematic explain` says of one figure, line by line; a cell shows it as it is."""

    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def explain(
    measure: str, category: str = "", *, area: str = "force", period: str | None = None, theme: str = ""
) -> Account:
    """Where one figure of an internal report comes from: definition, window, rows in and out and why, by month.

    `measure` is a name or a title; `category` is "" for the total, else `dimension=category` as the CSV has them;
    `period` is YYYY-MM, by default the latest; `theme` is of use where several report the measure. Counts are exact:
    not for the public. Raises ArgumentsRefused for what names no figure, DataRefused where no data are built.

    >>> explore.explain("da_solved_pct", area="widnes", period="2021-01")
    """
    return account_of(built(), measure, category, area=area, period=period, theme=theme)


def account_of(found: Built, measure: str, category: str, *, area: str, period: str | None, theme: str) -> Account:
    """The account of a figure of what was built last. Raises as `explain` does."""
    index, params = counted(found), found.params
    name, month = explained.measure_named(params, measure), period_named(index, period)
    slugs = [slug for slug in explained.themes_of(params, name) if slug not in index.empty]
    if theme:
        slugs = [slug for slug in slugs if slug == theme_named(params, theme)]
    if not slugs:
        raise ArgumentsRefused(f"No report{f' of {theme}' if theme else ''} has {name}.")
    files = cubes.read_bytes(found.workbook, slugs[0])
    place = area_named(params, area, month)
    data = ReportData(params, slugs[0], files, index, place, month, "internal")
    with ExitStack() as stack:

        def tables(names: Sequence[str]) -> Mapping[str, ir.Table]:
            from thematic.cubes.counts import read_tables

            there = [each for each in names if (found.workbook.warehouse / f"{each}.parquet").is_file()]
            return stack.enter_context(read_tables(found.workbook.warehouse, there))

        return Account(tuple(lines(explained.explain(data, name, category.strip(), tables))))
