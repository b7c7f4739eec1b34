"""Turns a drawing, its message and its numbers into a chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from thematic.displays.base import Display, notes_html, shorthand_in
from thematic.displays.tables import DisplayTable


@dataclass(frozen=True)
class Chart(Display):
    """A drawing (SVG) under a heading that is its message; `alt` says what it shows, `table` has its numbers.

    `narrow` is the same drawing for a phone, where there is one; `key` says how to read drawings of its kind.
    """

    kind: ClassVar[str] = "chart"
    id: str
    title: str
    subtitle: str
    alt: str
    svg: str
    table: DisplayTable
    notes: Sequence[str] = ()
    source: str | None = None
    narrow: str = ""
    key: Sequence[str] = ()

    def payload(self) -> dict[str, Any]:
        return {**self._fields(), "table": self.table.payload()}

    def all_notes(self) -> list[str]:
        """The notes under the chart, the shorthand drawn in it explained last."""
        return [*self.key, *self.notes, *shorthand_in(re.findall(r">(\[\w+\])<", self.svg), self.notes)]

    def html(self) -> str:
        caption = f"<strong>{escape(self.title)}</strong><br>{escape(self.subtitle)}"
        below = notes_html(self.all_notes(), self.source)
        numbers = f"<details><summary>Numbers behind this chart</summary>{self.table.html()}</details>"
        return f"<figure><figcaption>{caption}</figcaption>{self.svg}{below}</figure>{numbers}"

    def plain(self) -> str:
        return f"{self.title} ({self.subtitle})\n{self.alt}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(), "image/svg+xml": self.svg}
