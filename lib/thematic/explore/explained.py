"""Takes one figure of a report apart: what it is of, which rows are in it and why the others are not, by month."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thematic.core.areas import NO_LOCATION, Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month, Window
from thematic.cubes.bases import Base, sides_of, splits_by
from thematic.explore.restricted import RestrictedFrame
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure
from thematic.measures.release import released
from thematic.measures.windows import window_ending
from thematic.params import Params
from thematic.params.measures import Count, Measure, MeasureOf
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from thematic.explore.fates import Asked

_NEAR = 4


@dataclass(frozen=True)
class Account:
    """The rows of one table in one side of a figure: the count, how many rows of the table share each fate in the
    figure's window and in the earlier one (their order is that in which reasons are looked at), and by month what is
    counted. Sums are in the column's own unit."""

    side: str
    base: Base
    rows: tuple[int, int]
    fates: tuple[tuple[str, int, int], ...]
    counted: tuple[float, float]
    months: tuple[tuple[str, float, str, float], ...]


@dataclass(frozen=True)
class Explanation:
    """One figure of an internal report, and all that it rests on. `window` and `earlier` are seen at the end of the
    months `as_at`. `shown` are the rows that are counted, where they were asked for: RESTRICTED."""

    data: ReportData
    figure: Figure
    windows: tuple[Window, Window]
    as_at: tuple[Month, Month]
    accounts: tuple[Account, ...]
    reasons: tuple[str, ...]
    themes: tuple[str, ...]
    shown: tuple[tuple[str, RestrictedFrame], ...] = ()

    @property
    def measure(self) -> Measure:
        return self.data.measure(self.figure.measure)

    @property
    def disagreements(self) -> list[str]:
        """The sides whose rows do not give the report's number; none, unless the product is wrong."""
        said = {"numerator": self.figure.numerator, "denominator": self.figure.denominator}
        return [each.side for each in self.accounts if said[each.side] not in (None, each.counted[0])]


def measure_named(params: Params, word: str) -> str:
    """The measure by its name or its title. Raises ArgumentsRefused with those that are spelled most like the word."""
    known = {name.casefold(): name for theme in params.themes.values() for name in theme.measures}
    titles = {params.measures[name].title.casefold(): name for name in known.values()}
    folded = word.strip().casefold()
    found = known.get(folded) or titles.get(folded)
    if found is not None:
        return found
    close = dict.fromkeys(
        (titles | known)[each] for each in difflib.get_close_matches(folded, titles | known, _NEAR, 0.5)
    )
    within = [name for name in known.values() if folded and folded in name.casefold()]
    near = list(dict.fromkeys([*close, *within]))[:_NEAR]
    named = ", ".join(f"{name} ({params.measures[name].title})" for name in near)
    fix = f"Did you mean {named}?" if near else "docs/reference/measures.md lists them, as explore.measures does."
    raise ArgumentsRefused(f"MEASURE: there is no measure '{word}'. {fix}")


def themes_of(params: Params, name: str) -> tuple[str, ...]:
    """The themes that report a measure."""
    return tuple(slug for slug, theme in params.themes.items() if name in theme.measures)


def explain(
    data: ReportData,
    name: str,
    category: str,
    tables: Callable[[Sequence[str]], Mapping[str, ir.Table]],
    with_rows: bool = False,
) -> Explanation:
    """The explanation of one figure of the report that `data` is of.

    `category` is "" for the total, else `dimension=category` as the report's CSV has them. `tables` gives tables of the
    warehouse by name. Raises ArgumentsRefused for a figure that the report does not have.
    """
    figures = released(data)
    dimension, _, wanted = (category or f"{TOTAL}={TOTAL}").partition("=")
    figure = _figure(figures.of(name, dimension), data, name, dimension, wanted, figures.dimensions)
    windows, as_at = _windows(data, name, figure)
    explanation = Explanation(
        data,
        figure,
        windows,
        as_at,
        (),
        tuple(figures.reasons.get((name, dimension), ())),
        themes_of(data.params, name),
    )
    asked = asked_of(data, figure)
    read = tables(sorted({each.base.table_name for _, pair in asked for each in pair}))
    accounts = tuple(_account(side, pair, read, data) for side, pair in asked)
    shown = tuple((pair[0].base.table_name, _rows(pair[0], read, data)) for _, pair in asked[:1]) if with_rows else ()
    return replace(explanation, accounts=accounts, shown=shown)


def _figure(
    found: Sequence[Figure],
    data: ReportData,
    name: str,
    dimension: str,
    wanted: str,
    known: Sequence[tuple[str, str]],
) -> Figure:
    for each in found:
        labels = {each.category.casefold(), data.label(name, dimension, each.category).casefold()}
        if wanted.strip().casefold() in labels:
            return each
    if not found:
        has = [of for measure, of in known if measure == name]
        dimensions = ", ".join(has)
        such = "" if not has else f", such as {MONTH if MONTH in has else ROLLING if ROLLING in has else has[0]}=..."
        said = f"CATEGORY: this report has no figure of {name} by '{dimension}'"
        raise ArgumentsRefused(f"{said}. It has: {dimensions or 'none'}. Write dimension=category{such}")
    names = [each.category for each in found]
    close = difflib.get_close_matches(wanted, names, 1)
    fix = f"Did you mean {close[0]}? " if close else ""
    listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    raise ArgumentsRefused(
        f"CATEGORY: '{wanted}' is no category of {dimension} in this report. {fix}There are: {listed}."
    )


def _windows(data: ReportData, name: str, figure: Figure) -> tuple[tuple[Window, Window], tuple[Month, Month]]:
    """The figure's window and the earlier one, and the months at whose end they are seen."""
    measure, end = data.measure(name), data.period - data.measure(name).lag
    if figure.dimension == MONTH:
        month = Month.parse(figure.category)
        window = Window(month, month)
        return (window, window.year_earlier), (end, end)
    last = Month.parse(figure.category) if figure.dimension == ROLLING else end
    window = window_ending(measure, last)
    return (window, window.year_earlier), (window.end, window.year_earlier.end)


def asked_of(data: ReportData, figure: Figure) -> list[tuple[str, tuple[Asked, Asked]]]:
    """The counts above and below the line, each as asked of both windows; none of a ratio of two measures."""
    from thematic.explore.fates import Asked as As

    measure = data.measure(figure.measure)
    if isinstance(measure.numerator, MeasureOf):
        return []
    windows, as_at = _windows(data, figure.measure, figure)
    sides = sides_of(measure, data.params.measures)
    counts = [side for side in sides if isinstance(side, Count)]
    place, nowhere = _place(data, figure)
    found = []
    for side, count, base in zip(("numerator", "denominator"), counts, data.bases_of(figure.measure), strict=False):
        is_split = figure.dimension in base.table.breakdowns and splits_by(count, figure.dimension, counts)
        split = (figure.dimension, figure.category) if is_split else ("", "")
        pair = [As(base, window, seen, place, nowhere, *split) for window, seen in zip(windows, as_at, strict=True)]
        found.append((side, (pair[0], pair[1])))
    return found


def _place(data: ReportData, figure: Figure) -> tuple[Area | None, str]:
    """The area whose rows a figure counts (None: all), and the level in which it counts those that no area has."""
    if figure.dimension in data.params.levels:
        if figure.category == NO_LOCATION:
            return None, figure.dimension
        return next(each for each in data.params.areas(figure.dimension) if each.name == figure.category), ""
    return (None if figure.dimension == FORCE_ROW or data.area.is_force else data.area), ""


def _account(side: str, pair: tuple[Asked, Asked], tables: Mapping[str, ir.Table], data: ReportData) -> Account:
    import pandas as pd

    from thematic.explore.fates import COUNTED, fates

    now, before = (fates(tables[each.base.table_name], each, data.params.lists) for each in pair)
    base, scale = pair[0].base, pair[0].base.scale
    kinds = [{str(fate): int(n) for fate, n in frame.groupby("fate")["rows"].sum().items()} for frame in (now, before)]
    order = pd.concat([now, before]).sort_values("place", kind="stable")["fate"]
    names = [each for each in dict.fromkeys(order) if each != COUNTED]
    reasons = tuple((name, kinds[0].get(name, 0), kinds[1].get(name, 0)) for name in names)
    sums = [frame[frame["fate"] == COUNTED] for frame in (now, before)]
    months = () if base.is_stock else tuple(_months(pair, sums, scale))
    totals = tuple(_unit(int(frame["size"].sum()), scale) for frame in sums)
    rows = int(sums[0]["rows"].sum()), int(sums[1]["rows"].sum())
    return Account(side, base, rows, reasons, (totals[0], totals[1]), months)


def _months(pair: tuple[Asked, Asked], sums: Sequence[pd.DataFrame], scale: int) -> list[tuple[str, float, str, float]]:
    sizes = [{int(month): int(n) for month, n in zip(frame["month"], frame["size"], strict=True)} for frame in sums]
    return [
        (str(one), _unit(sizes[0].get(one.index, 0), scale), str(other), _unit(sizes[1].get(other.index, 0), scale))
        for one, other in zip(pair[0].window.months, pair[1].window.months, strict=True)
    ]


def _unit(size: int, scale: int) -> float:
    return size if scale == 1 else size / scale


def _rows(asked: Asked, tables: Mapping[str, ir.Table], data: ReportData) -> RestrictedFrame:
    """The rows that are counted, with the columns that say why, in the order of their date."""
    from thematic.explore.fates import counted_rows

    base, table = asked.base, asked.base.table
    wanted = [table.reference, table.date, base.date, *sorted(base.columns), *sorted(table.levels.values()), table.ends]
    there = set(tables[base.table_name].columns)
    columns = [name for name in dict.fromkeys(wanted) if name is not None and name in there]
    frame = counted_rows(tables[base.table_name], asked, data.params.lists, columns)
    order = [name for name in (base.date, table.reference) if name in columns]
    return RestrictedFrame(frame.sort_values(order, kind="stable").reset_index(drop=True))
