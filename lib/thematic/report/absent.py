"""Says in one line why a section or a table has no figure at all, in the place of a table of [x] alone, and leaves out
of a table the columns that are [x] in every row."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.displays import Cell, Column, FigureCell, Sentence, Value
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.themes import TOTAL
from thematic.report.beside import checked, reason_note

_MOST = 2


def absence(data: ReportData, figures: Figures, title: str, by: str, names: Sequence[str]) -> Sentence | None:
    """Why no measure has a figure by a dimension, nor a total; None where one has any, of the window or of that before.

    Raises ArgumentsRefused where the theme does not break one of the measures down that way.
    """
    checked(data, by, *names)
    found = [figure for name in names for each in {by, TOTAL} for figure in figures.of(name, each)]
    return _said(figures, title, by, names) if found and all(map(_is_absent, found)) else None


def no_category(figures: Figures, title: str, by: str, name: str) -> Sentence | None:
    """Why no category of a breakdown has a figure; None where one has any, of the window or of that before."""
    found = figures.of(name, by)
    return _said(figures, title, by, [name]) if found and all(map(_is_absent, found)) else None


def known_columns(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> tuple[list[Column], list[list[Cell]]]:
    """Columns and rows without the columns that are not available in any row: their reason is in the notes."""
    kept = [place for place in range(len(columns)) if not rows or not all(_is_unknown(row[place]) for row in rows)]
    return [columns[place] for place in kept], [[row[place] for place in kept] for row in rows]


def _is_unknown(cell: Cell) -> bool:
    match cell:
        case Value():
            return cell.status == NOT_AVAILABLE
        case FigureCell():
            return False
    return cell == NOT_AVAILABLE


def _said(figures: Figures, title: str, by: str, names: Sequence[str]) -> Sentence | None:
    reasons = list(dict.fromkeys(reason for name in names for reason in figures.reasons.get((name, by), [])))
    more = len(reasons) - _MOST
    others = [f"The notes on the data give {more} more {'reason' if more == 1 else 'reasons'}."] if more > 0 else []
    return Sentence(f"{title}: {' '.join([*map(reason_note, reasons[:_MOST]), *others])}") if reasons else None


def _is_absent(figure: Figure) -> bool:
    return figure.status == NOT_AVAILABLE and figure.previous_value is None
