"""Turns released figures into a tidy DataFrame for an analyst's own charts and sums, which shows as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.displays import Cell, Column, Display, DisplayTable, Sentence
from thematic.displays.frames import table_of
from thematic.displays.wording import before, change, inline, interval, now, significance
from thematic.measures.breakdowns import shows
from thematic.measures.data import ReportData
from thematic.measures.figures import FIGURE_COLUMNS, FIGURE_NUMBERS, Figure, Figures
from thematic.params.reading import nearest
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL
from thematic.report.absent import known_columns
from thematic.report.beside import beside, checked, measure_named
from thematic.report.tables import category_label

KEY = ("measure", "dimension", "category")
"""The columns that name a figure of a report."""
_LEAD = ("measure", "title", "dimension", "category", "label", "month", "printed", "previous_printed")
COLUMNS = (*_LEAD, *(name for name in FIGURE_COLUMNS if name not in KEY))
_TYPES = {
    **dict.fromkeys(("title", "label", "printed", "previous_printed", *FIGURE_COLUMNS), "str"),
    **dict.fromkeys(("month", "window_start", "window_end"), "datetime64[s]"),
    **dict.fromkeys(FIGURE_NUMBERS, "float64"),
    "significant": "boolean",
}


class FiguresFrame(pd.DataFrame):
    """A DataFrame of released figures, which shows as a table of the report.

    What is filtered, sorted or worked out from it is a plain DataFrame; one that a cell has changed in place shows as
    it is.
    """

    _metadata = ["_shown", "_made"]  # noqa: RUF012 - as pandas has it
    _shown: Display
    _made: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame, shown: Display) -> FiguresFrame:
        """The frame, which shows as a display until it is changed."""
        found = cls(frame.copy())
        object.__setattr__(found, "_shown", shown)
        object.__setattr__(found, "_made", frame)
        return found

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    @property
    def shown(self) -> Display:
        """The display of the frame as it is now."""
        return self._shown if pd.DataFrame(self).equals(self._made) else table_of(pd.DataFrame(self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.shown._repr_mimebundle_()


def typed(rows: Sequence[Figure]) -> pd.DataFrame:
    """Figures as a frame with FIGURE_COLUMNS, numbers as numbers and days as days."""
    return _framed({name: [getattr(row, name) for row in rows] for name in FIGURE_COLUMNS})


def _framed(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Columns by name as a frame. Those of a type are made together and then parted, which takes a fraction of the time
    that one array each takes."""
    made: dict[str, Any] = {}
    for kind in dict.fromkeys(_TYPES[name] for name in columns):
        names = [name for name in columns if _TYPES[name] == kind]
        together = pd.Series([each for name in names for each in columns[name]], dtype=kind).array
        many = len(columns[names[0]])
        made |= {name: together[place * many : (place + 1) * many] for place, name in enumerate(names)}
    return pd.DataFrame({name: made[name] for name in columns})


def table(
    data: ReportData,
    figures: Figures,
    measures: str | Sequence[str],
    by: str | Sequence[str],
    title: str,
    only: str | Sequence[str] = (),
) -> FiguresFrame:
    """The figures of measures by dimensions, one row each, in the order in which they are named; `only` those of these
    categories, by name or code.

    It has no row for a dimension that the report does not hold. Raises ArgumentsRefused where the theme does not have
    a measure, does not break it down that way, or has no such category.
    """
    names, dimensions = _named("measures", measures), _named("by", by)
    for dimension in dimensions:
        checked(data, TOTAL if dimension == FORCE_ROW else dimension, *names)
    dimensions = list(dict.fromkeys(_of_force(data) if each == FORCE_ROW else each for each in dimensions))
    pairs = [(name, dimension) for name in names for dimension in dimensions if _holds(data, dimension, name)]
    rows = [row for name, dimension in pairs for row in figures.of(name, dimension)]
    rows = _chosen(data, rows, [only] if isinstance(only, str) else only)
    title = title or _title(data, names, dimensions)
    return FiguresFrame.of(frame_of(data, rows), displayed(data, figures, rows, title))


def _chosen(data: ReportData, rows: list[Figure], only: Sequence[str]) -> list[Figure]:
    """The rows of these categories; all where none is named."""
    if not only:
        return rows
    called = [(row, label_of(data, row)) for row in rows]
    known = {name.casefold(): label for row, label in called for name in (label, row.category)}
    for each in only:
        if str(each).casefold() not in known:
            raise ArgumentsRefused(f"report.table: only= has '{each}', which is no row. {nearest(str(each), known)}")
    wanted = {str(each).casefold() for each in only}
    return [row for row, label in called if wanted & {label.casefold(), row.category.casefold()}]


def frame_of(data: ReportData, rows: Sequence[Figure]) -> pd.DataFrame:
    """Figures as a frame with COLUMNS, one row each."""
    found = {
        "title": [data.measure(row.measure).short for row in rows],
        "label": [label_of(data, row) for row in rows],
        "month": [_month_of(row) for row in rows],
        "printed": [now(row, data.measure(row.measure)).printed() for row in rows],
        "previous_printed": [before(row, data.measure(row.measure)).printed() for row in rows],
        **{name: [getattr(row, name) for row in rows] for name in FIGURE_COLUMNS},
    }
    return _framed({name: found[name] for name in COLUMNS})


def _named(what: str, said: str | Sequence[str]) -> list[str]:
    found = [said] if isinstance(said, str) else list(dict.fromkeys(said))
    if not found or not all(isinstance(each, str) for each in found):
        raise ArgumentsRefused(f"report.table takes names for {what}, such as 'total', not {said!r}.")
    return found


def _of_force(data: ReportData) -> str:
    """The dimension of the force's own figures: the report's own total, where it is the force's report."""
    return TOTAL if data.area.is_force else FORCE_ROW


def _holds(data: ReportData, dimension: str, name: str) -> bool:
    measure_named(data, name)
    return dimension in (TOTAL, MONTH, ROLLING, FORCE_ROW) or shows(data, dimension, name)


def label_of(data: ReportData, row: Figure) -> str:
    """A category in a reader's words: the title of a code, `March 2020`, the name of the area or of the force."""
    match row.dimension:
        case "month" | "rolling":
            return Month.parse(row.category).label
        case "total":
            return data.area.name
        case "force":
            return data.params.force.name
    return category_label(data, row.measure, row.dimension, row.category)


def _month_of(row: Figure) -> Any:
    """The first day of the month of a row by month, or of that with which its window ends; none of others."""
    return Month.parse(row.category).first_day if row.dimension in (MONTH, ROLLING) else None


def _title(data: ReportData, names: Sequence[str], dimensions: Sequence[str]) -> str:
    """`Domestic abuse crimes recorded by Local Policing Unit`; of several measures `Recorded, solved by ...`."""
    titles = [data.measure(name).title for name in names] if len(names) == 1 else _shorts(data, names)
    heads = [inline(data.heading(names[0], each)) for each in dimensions if each not in (TOTAL, FORCE_ROW)]
    return f"{', '.join(titles)}{' by ' + ', '.join(dict.fromkeys(heads)) if heads else ''}"


def _shorts(data: ReportData, names: Sequence[str]) -> list[str]:
    first, *rest = [data.measure(name).short for name in names]
    return [first, *map(inline, rest)]


def displayed(data: ReportData, figures: Figures, rows: Sequence[Figure], title: str) -> DisplayTable | Sentence:
    """Figures as a reader sees them: what each is of, the year before, now, the change and what its test says.

    A sentence where there is none.
    """
    if not rows:
        return Sentence(f"{title}: this report has no such figures.")
    measures = list(dict.fromkeys(row.measure for row in rows))
    dimensions = list(dict.fromkeys(row.dimension for row in rows))
    heads = {data.heading(row.measure, row.dimension) for row in rows}
    columns = [Column(heads.pop() if len(heads) == 1 else "Category", "left")]
    columns += [Column("Measure", "left")] if len(measures) > 1 else []
    columns += [Column("Year before"), Column("Value"), Column("95% interval"), Column("Change")]
    columns += [Column("Significant change", "left")]
    cells = [_cells(data, row, named=len(measures) > 1) for row in rows]
    has_interval = any(row.lower_95 is not None for row in rows)
    tested = any(row.significant is not None for row in rows)
    out = {*([] if has_interval else ["95% interval"]), *([] if tested else ["Significant change"])}
    places = [place for place, column in enumerate(columns) if column.label not in out]
    columns, cells = [columns[place] for place in places], [[row[place] for place in places] for row in cells]
    columns, cells = known_columns(columns, cells)
    notes = [note for each in dimensions for note in beside(data, figures, each, *measures)]
    return DisplayTable(
        identity("table", *measures, *dimensions),
        title,
        columns,
        cells,
        notes=list(dict.fromkeys(notes)),
        source=data.source,
    )


def _cells(data: ReportData, row: Figure, *, named: bool) -> list[Cell]:
    measure = data.measure(row.measure)
    return [
        label_of(data, row),
        *([measure.short] if named else []),
        before(row, measure),
        now(row, measure),
        interval(row, measure),
        change(row, measure),
        significance(row),
    ]


def identity(*parts: str) -> str:
    """What a display is called on its page."""
    return "-".join(parts).replace("_", "-").replace(" ", "-")
