"""Turns what a notebook shows (a table, a chart, a sentence) into an output that carries its structure."""

from collections.abc import Mapping
from typing import Any

from thematic.displays.base import MIME_TYPE, RESTRICTED, SHORTHAND, Display, notes_html, paragraphs, shorthand_in
from thematic.displays.charts import Chart
from thematic.displays.glance import Glance, GlanceRow
from thematic.displays.recommendations import Recommendation, Recommendations
from thematic.displays.signed import SignedTable
from thematic.displays.tables import Column, Table
from thematic.displays.words import Commentary, Cover, Figures, Glossary, Notes, Sentence, Term

__all__ = [
    "MIME_TYPE",
    "RESTRICTED",
    "SHORTHAND",
    "Chart",
    "Column",
    "Commentary",
    "Cover",
    "Display",
    "Figures",
    "Glance",
    "GlanceRow",
    "Glossary",
    "Notes",
    "Recommendation",
    "Recommendations",
    "Sentence",
    "SignedTable",
    "Table",
    "Term",
    "notes_html",
    "paragraphs",
    "read",
    "shorthand_in",
]

_KINDS: dict[str, type[Display]] = {
    display.kind: display
    for display in (
        Cover, Sentence, Commentary, Table, Glance, Recommendations, Chart, Glossary, Notes, Figures,
    )
}  # fmt: skip

# By kind and field, what the members of the field are.
_MEMBERS: dict[tuple[str, str], type[Any]] = {
    (Table.kind, "columns"): Column,
    (Glossary.kind, "terms"): Term,
    (Glance.kind, "rows"): GlanceRow,
    (Recommendations.kind, "rows"): Recommendation,
}


def read(payload: Mapping[str, Any]) -> Display:
    """The display that a payload describes. Raises KeyError or TypeError for a kind or a field not known."""
    kind = payload["kind"]
    fields = {name: _field(kind, name, value) for name, value in payload.items() if name != "kind"}
    return _KINDS[kind](**fields)


def _field(kind: str, name: str, value: Any) -> Any:
    if (kind, name) == (Chart.kind, "table"):
        return read(value)
    member = _MEMBERS.get((kind, name))
    return [member(**each) for each in value] if member else value
