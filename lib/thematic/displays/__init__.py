"""Turns what a notebook shows (a table, a chart, a sentence) into an output that carries its structure."""

from collections.abc import Callable, Mapping
from typing import Any

from thematic.displays.base import MIME_TYPE, RESTRICTED, SHORTHAND, Display, notes_html, paragraphs, shorthand_in
from thematic.displays.board import IndicatorRow, Indicators, Lead, Points, Question, Questions, Standing, StandingRow
from thematic.displays.charts import Chart
from thematic.displays.glance import Beside, Glance, GlanceRow
from thematic.displays.recommendations import Recommendation, Recommendations
from thematic.displays.signed import SignedTable
from thematic.displays.tables import Column, DisplayTable
from thematic.displays.values import Cell, FigureCell, Format, RangeCell, Value, of_json, printed
from thematic.displays.words import Commentary, Cover, FigureList, Glossary, Notes, Sentence, Term

__all__ = [
    "MIME_TYPE",
    "RESTRICTED",
    "SHORTHAND",
    "Beside",
    "Cell",
    "Chart",
    "Column",
    "Commentary",
    "Cover",
    "Display",
    "DisplayTable",
    "FigureCell",
    "FigureList",
    "Format",
    "Glance",
    "GlanceRow",
    "Glossary",
    "IndicatorRow",
    "Indicators",
    "Lead",
    "Notes",
    "Points",
    "RangeCell",
    "Question",
    "Questions",
    "Recommendation",
    "Recommendations",
    "Sentence",
    "SignedTable",
    "Standing",
    "StandingRow",
    "Term",
    "Value",
    "notes_html",
    "paragraphs",
    "printed",
    "read",
    "shorthand_in",
]

_KINDS: dict[str, type[Display]] = {
    display.kind: display
    for display in (
        Cover, Sentence, Commentary, DisplayTable, Glance, Recommendations, Chart, Glossary, Notes, FigureList,
        Lead, Indicators, Standing, Questions, Points,
    )
}  # fmt: skip

_MEMBERS: dict[tuple[str, str], Callable[[Any], Any]] = {
    (DisplayTable.kind, "columns"): lambda said: Column(**said),
    (DisplayTable.kind, "rows"): lambda row: list(map(of_json, row)),
    (Glossary.kind, "terms"): lambda said: Term(**said),
    (Glance.kind, "rows"): GlanceRow.of_payload,
    (Recommendations.kind, "rows"): lambda said: Recommendation(**said),
    (Indicators.kind, "rows"): IndicatorRow.of_payload,
    (Standing.kind, "rows"): StandingRow.of_payload,
    (Questions.kind, "items"): lambda said: Question(**said),
}
"""By kind and field, what makes a member of the field of its JSON values."""


def read(payload: Mapping[str, Any]) -> Display:
    """The display that a payload describes. Raises KeyError or TypeError for a kind or a field not known."""
    kind = payload["kind"]
    fields = {name: _field(kind, name, value) for name, value in payload.items() if name != "kind"}
    return _KINDS[kind](**fields)


def _field(kind: str, name: str, value: Any) -> Any:
    if (kind, name) == (Chart.kind, "table"):
        return read(value)
    member = _MEMBERS.get((kind, name))
    return list(map(member, value)) if member else value
