"""Turns what inspectors and boards asked of the force into a table of how far each has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from thematic.displays.signed import Part, Parts, SignedTable
from thematic.displays.signs import rating_sign
from thematic.displays.tables import Column

_NOT_GIVEN = "Not given"


@dataclass(frozen=True)
class Recommendation:
    """A recommendation: `due` as it is printed; `rag` is Red, Amber, Green or Complete; `update` the latest word."""

    reference: str
    recommendation: str
    source: str
    owner: str
    due: str
    rag: str
    overdue: bool
    update: str
    evidence: str = ""


@dataclass(frozen=True)
class Recommendations(SignedTable):
    """Recommendations in the order given; the rating is a word with a shape, never a colour alone."""

    kind: ClassVar[str] = "recommendations"
    title: str
    rows: Sequence[Recommendation]
    notes: Sequence[str] = ()
    source: str | None = None
    id: str = "recommendations"

    def columns(self) -> list[Column]:
        labels = ("Reference", "Recommendation", "Owner", "Due", "Rating", "Latest update")
        return [Column(label, "left") for label in labels]

    def widths(self) -> list[float]:
        return [12, 30, 14, 14, 16, 26]

    def cells(self) -> list[list[Parts]]:
        return [
            [
                [Part(row.reference or _NOT_GIVEN)],
                [Part(row.recommendation), *([Part(f"Source: {row.source}", "quiet")] if row.source else [])],
                [Part(row.owner or _NOT_GIVEN)],
                [Part(row.due or _NOT_GIVEN), *([Part("Overdue", "strong")] if row.overdue else [])],
                _rating(row.rag),
                [Part(row.update or "None yet"), *_evidence(row.evidence)],
            ]
            for row in self.rows
        ]


def _evidence(said: str) -> Parts:
    return [Part(f"Evidence: {said}", "quiet")] if said else []


def _rating(rag: str) -> Parts:
    sign = rating_sign(rag)
    return [*([Part(svg=sign)] if sign else []), Part(rag or _NOT_GIVEN)]
