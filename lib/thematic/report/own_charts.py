"""Turns an analyst's drawing, of released figures or of numbers of their own, into a chart of the report."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.charts.own import NoDrawing, Own, own
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, DisplayTable, Sentence
from thematic.displays.frames import table_of
from thematic.displays.tables import names_of
from thematic.displays.wording import inline
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL
from thematic.report import tidy
from thematic.report.asked import Asked
from thematic.report.beside import beside
from thematic.report.compared import rows_of

MOST_READ_OUT = 12
"""Rows of the numbers behind a chart that its alternative text reads out."""
_MOST_NAMED = 3
_WHOLE = (TOTAL, FORCE_ROW, MONTH, ROLLING)
"""Dimensions that a subtitle does not name."""


def chart(data: ReportData, figures: Figures, asked: Asked) -> tuple[Chart | Sentence, Own | None]:
    """The chart that was asked for, and how it was drawn; a sentence where there is no figure to draw.

    Raises ArgumentsRefused for what is no drawing.
    """
    rows = rows_of(data, figures, asked.data)
    told = _beside(data, figures, rows or [])
    if rows is not None and all(row.value is None for row in rows):
        return Sentence(" ".join([f"{asked.title}: there are no figures to draw.", *told])), None
    notes = list(dict.fromkeys([*told, *asked.notes]))
    subtitle = asked.subtitle or _subtitle(data, rows or [])
    table = _numbers(data, figures, asked, rows)
    alt = f"{asked.alt} {_read_out(table)}".strip()
    drawing = _drawn(data, asked, alt)
    words = asked.identity, asked.title, subtitle, alt
    return Chart(*words, drawing.wide, table, notes, data.source, drawing.narrow), drawing


def _read_out(table: DisplayTable) -> str:
    """The numbers behind a small chart in words, for whom the picture is not there; nothing of a large one. What all
    rows say alike is left out."""
    if not 1 < len(table.rows) <= MOST_READ_OUT:
        return ""
    columns = list(zip(names_of(table.columns), zip(*table.texts, strict=True), strict=True))
    (_, names), *others = [each for each in columns if len(set(each[1])) > 1] or columns
    said = [
        f"{name}: {', '.join(f'{head.lower()} {cells[row]}' for head, cells in others)}"
        for row, name in enumerate(names)
    ]
    return f"{'; '.join(said)}."


def _drawn(data: ReportData, asked: Asked, alt: str) -> Own:
    colours = data.params.brand.look.palette.of_charts
    try:
        return own(asked.draw, asked.identity, alt, asked.height, colours)
    except NoDrawing as error:
        raise ArgumentsRefused(
            f"report.chart takes a function that draws on axes, such as `def draw(ax): ...`, or axes or a figure, and "
            f"not {error}."
        ) from error


def _beside(data: ReportData, figures: Figures, rows: Sequence[Figure]) -> list[str]:
    """What is to be known of the figures behind a chart: why some are not available only where one of them is."""
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row.dimension, []).append(row.measure)
    notes = [note for by, each in names.items() for note in beside(data, figures, by, *dict.fromkeys(each))]
    lacks = any(NOT_AVAILABLE in (row.status, row.change_status) for row in rows)
    return [note for note in dict.fromkeys(notes) if lacks or not note.startswith(NOT_AVAILABLE)]


def _numbers(data: ReportData, figures: Figures, asked: Asked, rows: list[Figure] | None) -> DisplayTable:
    """The numbers behind a chart: of released figures as the report prints them, of others as they are."""
    if rows is None:
        found = table_of(asked.data, whole=True)
        return DisplayTable(f"{asked.identity}-numbers", asked.title, found.columns, found.rows, notes=found.notes)
    shown = tidy.displayed(data, figures, rows, asked.title)
    if not isinstance(shown, DisplayTable):
        raise TypeError("figures that have a value are a table")
    return DisplayTable(f"{asked.identity}-numbers", asked.title, shown.columns, shown.rows)


def _subtitle(data: ReportData, rows: Sequence[Figure]) -> str:
    """What the figures are of, by what, where and when: `Recorded, solved, the area, 12 months to January 2021`; more
    than three measures are not named."""
    names = list(dict.fromkeys(row.measure for row in rows))
    shorts = [data.measure(name).short if len(names) > 1 else data.measure(name).title for name in names]
    windows = {data.window(name).label for name in names} if not _is_by_month(rows) else set[str]()
    when = windows.pop() if len(windows) == 1 else f"to {data.period.label}"
    what = ", ".join([*shorts[:1], *map(inline, shorts[1:])]) if len(names) <= _MOST_NAMED else ""
    pairs = dict.fromkeys((row.measure, row.dimension) for row in rows if row.dimension not in _WHOLE)
    by = " and ".join(dict.fromkeys(f"by {inline(data.heading(*pair))}" for pair in pairs))
    where = "" if any(row.dimension in data.params.levels for row in rows) else data.area.name
    found = ", ".join(part for part in (what, by, where, when) if part)
    return found[:1].upper() + found[1:]


def _is_by_month(rows: Sequence[Figure]) -> bool:
    return any(row.dimension in ("month", "rolling") for row in rows)
