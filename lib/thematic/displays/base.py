"""Turns what a notebook shows into an output: HTML and plain text for the notebook, its structure for the exporters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from html import escape
from typing import Any, ClassVar

MIME_TYPE = "application/vnd.thematic+json"

RESTRICTED = "restricted"
"""The kind of an output that shows rows about people; it has no structure, and no report may hold it."""

SHORTHAND = {
    "[c]": "confidential",
    "[x]": "not available",
    "[z]": "not applicable",
    "[low]": "low: rounds to nothing, or in protected numbers is 0 or one step",
}

TOO_FEW = "too few"
"""Stands in place of a change that says nothing."""
_FEW = "Too few: from a count under 50, or of a percentage of fewer than 100, no change in per cent or points is given."

_LAB_STYLE = (
    "<style>.thematic.thematic.thematic :is(td,th){text-align:left}"
    ".thematic.thematic.thematic .number{text-align:right}"
    ".thematic caption{caption-side:top;text-align:left;font-weight:600}"
    ".thematic .emphasis,.thematic .strong{font-weight:600}.thematic figure{margin:0}"
    ".thematic svg{max-width:100%;height:auto}.thematic td svg{vertical-align:middle}"
    ".thematic td:has(.quiet){white-space:normal}.thematic .quiet{display:block;font-size:.9em;opacity:.8}</style>"
)
"""The class stands thrice where a rule must weigh more than JupyterLab's own for tables."""


def shorthand_in(texts: Iterable[str], told: Sequence[str] = ()) -> list[str]:
    """Notes of what the shorthand in the texts means, less what the notes `told` explain already."""
    cells = list(texts)
    joined = "\n".join(cells)
    open_ = [sign for sign in SHORTHAND if sign in joined and not any(note.startswith(sign) for note in told)]
    found = ["; ".join(f"{sign} {SHORTHAND[sign]}" for sign in open_) + "."] if open_ else []
    return [*([_FEW] if TOO_FEW in cells else []), *found]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what stands between blank lines."""
    return [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def notes_html(notes: Sequence[str], source: str | None) -> str:
    """The small print under a table or a chart: a paragraph for each note, then the source."""
    lines = [*notes, *([f"Source: {source}"] if source else [])]
    return "".join(f'<p class="note">{escape(line)}</p>' for line in lines)


@dataclass(frozen=True)
class Display:
    """Something an output shows: `html` and `plain` in the notebook; exporters render the structure."""

    kind: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """The structure, as JSON values: the fields, and `kind`."""
        return self._fields()

    def _fields(self) -> dict[str, Any]:
        """`kind` and the fields, their members that are dataclasses as dicts; cells are left as they are."""
        return {"kind": self.kind, **{each.name: _plain(getattr(self, each.name)) for each in fields(self)}}

    def html(self) -> str:
        raise NotImplementedError

    def plain(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        html = f'{_LAB_STYLE}<div class="thematic">{self.html()}</div>'
        return {MIME_TYPE: self.payload(), "text/html": html, "text/plain": self.plain()}


def _plain(said: Any) -> Any:
    """A field as JSON values; what it holds is taken one level down."""
    if isinstance(said, list | tuple):
        return [asdict(each) if is_dataclass(each) and not isinstance(each, type) else each for each in said]
    return said
