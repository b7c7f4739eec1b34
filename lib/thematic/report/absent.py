"""Says in one line why a section, or a table by place, has no figure at all, in the place of a table of [x] alone."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.displays import Sentence
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
    if not found or not all(map(_is_absent, found)):
        return None
    reasons = list(dict.fromkeys(reason for name in names for reason in figures.reasons.get((name, by), [])))
    more = len(reasons) - _MOST
    others = [f"The notes on the data give {more} more {'reason' if more == 1 else 'reasons'}."] if more > 0 else []
    return Sentence(f"{title}: {' '.join([*map(reason_note, reasons[:_MOST]), *others])}") if reasons else None


def _is_absent(figure: Figure) -> bool:
    return figure.status == NOT_AVAILABLE and figure.previous_value is None
