"""Turns what a notebook shows (a table, a chart, a sentence) into an output that carries its structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any, ClassVar

MIME_TYPE = "application/vnd.thematic+json"

SHORTHAND = {
    "[c]": "confidential",
    "[x]": "not available",
    "[z]": "not applicable",
    "[low]": "rounds to zero, but is not zero",
}

_LAB_STYLE = (
    "<style>.thematic td,.thematic th{text-align:left}.thematic .number{text-align:right}"
    ".thematic caption{caption-side:top;text-align:left;font-weight:600}.thematic .emphasis{font-weight:600}"
    ".thematic svg{max-width:100%;height:auto}</style>"
)


def shorthand_in(texts: Iterable[str], told: Sequence[str] = ()) -> list[str]:
    """A note of what the bracketed shorthand in the texts means, less what the notes `told` explain already."""
    joined = "\n".join(texts)
    open_ = [sign for sign in SHORTHAND if sign in joined and not any(note.startswith(sign) for note in told)]
    return ["; ".join(f"{sign} {SHORTHAND[sign]}" for sign in open_) + "."] if open_ else []


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what stands between blank lines."""
    return [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


@dataclass(frozen=True)
class Display:
    """Something an output shows: `html` and `plain` in the notebook; exporters render the structure."""

    kind: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """The structure, as JSON values: the fields, and `kind`."""
        return {"kind": self.kind, **asdict(self)}

    def html(self) -> str:
        raise NotImplementedError

    def plain(self) -> str:
        raise NotImplementedError

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        html = f'{_LAB_STYLE}<div class="thematic">{self.html()}</div>'
        return {MIME_TYPE: self.payload(), "text/html": html, "text/plain": self.plain()}


@dataclass(frozen=True)
class Cover(Display):
    """What the report is, once in a notebook; `period` and `as_at` in words, `licence` shown if given."""

    kind: ClassVar[str] = "cover"
    force: str
    theme: str
    area: str
    period: str
    as_at: str
    audience: str = "internal"
    marking: str = ""
    source: str = ""
    synthetic: bool = False
    language: str = "en-GB"
    licence: str | None = None

    @property
    def heading(self) -> str:
        """The report's name in one line: `Domestic abuse: Northtown, 12 months to January 2021`."""
        place = "" if self.area == self.force else f": {self.area}"
        return f"{self.theme}{place}, {self.period}"

    def html(self) -> str:
        banner = "<p><strong>Synthetic data</strong></p>" if self.synthetic else ""
        facts = escape(f"{self.force}. Data as at {self.as_at}.")
        return f"<h1>{escape(self.heading)}</h1><p>{facts}</p>{banner}"

    def plain(self) -> str:
        return f"{self.heading} ({self.force}, data as at {self.as_at})"


@dataclass(frozen=True)
class Sentence(Display):
    """Prose made of released figures; a blank line parts paragraphs."""

    kind: ClassVar[str] = "sentence"
    text: str

    def html(self) -> str:
        return "".join(f"<p>{escape(part)}</p>" for part in paragraphs(self.text))

    def plain(self) -> str:
        return "\n\n".join(paragraphs(self.text))


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and `right` for figures or `left` for words."""

    label: str
    align: str = "right"


@dataclass(frozen=True)
class Table(Display):
    """A table, its cells written out. A row's first cell is its header; `emphasis` are row indices."""

    kind: ClassVar[str] = "table"
    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    emphasis: Sequence[int] = ()
    notes: Sequence[str] = ()
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"table '{self.id}' has no columns")
        wrong = [list(row) for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(
                f"table '{self.id}' has {len(self.columns)} columns; this row does not fit them: {wrong[0]}"
            )

    def all_notes(self) -> list[str]:
        """The notes under the table, the shorthand in its cells explained last."""
        return [*self.notes, *shorthand_in((cell for row in self.rows for cell in row), self.notes)]

    def html(self, label: str = "", anchor: str = "") -> str:
        return self.grid(label, anchor) + notes_html(self.all_notes(), self.source)

    def grid(self, label: str = "", anchor: str = "") -> str:
        """The table alone, its caption named after `label`, such as `Table 2`."""
        caption = f'<caption id="{anchor}-caption">' if anchor else "<caption>"
        caption += (f'<span class="label">{escape(label)}</span> ' if label else "") + escape(self.title) + "</caption>"
        head = "".join(f'<th scope="col"{_number(column)}>{escape(column.label)}</th>' for column in self.columns)
        body = "".join(self._row(index, row) for index, row in enumerate(self.rows))
        caption = caption if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _row(self, index: int, row: Sequence[str]) -> str:
        mark = ' class="emphasis"' if index in self.emphasis else ""
        cells = [f'<th scope="row"{_number(self.columns[0])}>{escape(row[0])}</th>'] if row else []
        cells += [
            f"<td{_number(column)}>{escape(cell)}</td>" for column, cell in zip(self.columns[1:], row[1:], strict=True)
        ]
        return f"<tr{mark}>{''.join(cells)}</tr>"

    def plain(self) -> str:
        lines = [self.title, " | ".join(column.label for column in self.columns)]
        return "\n".join([*lines, *(" | ".join(row) for row in self.rows)])


def _number(column: Column) -> str:
    return ' class="number"' if column.align == "right" else ""


def notes_html(notes: Sequence[str], source: str | None) -> str:
    """The small print under a table or a chart: a paragraph for each note, then the source."""
    lines = [*notes, *([f"Source: {source}"] if source else [])]
    return "".join(f'<p class="note">{escape(line)}</p>' for line in lines)


@dataclass(frozen=True)
class Chart(Display):
    """A drawing (SVG) under a heading that is its message; `alt` says what it shows, `table` has its numbers.

    `narrow` is the same drawing for a phone, where there is one.
    """

    kind: ClassVar[str] = "chart"
    id: str
    title: str
    subtitle: str
    alt: str
    svg: str
    table: Table
    notes: Sequence[str] = ()
    source: str | None = None
    narrow: str = ""

    def payload(self) -> dict[str, Any]:
        return {**super().payload(), "table": self.table.payload()}

    def all_notes(self) -> list[str]:
        """The notes under the chart, the shorthand drawn in it explained last."""
        return [*self.notes, *shorthand_in(re.findall(r">(\[\w+\])<", self.svg), self.notes)]

    def html(self) -> str:
        caption = f"<strong>{escape(self.title)}</strong><br>{escape(self.subtitle)}"
        below = notes_html(self.all_notes(), self.source)
        return f"<figure><figcaption>{caption}</figcaption>{self.svg}{below}</figure>{self.table.html()}"

    def plain(self) -> str:
        return f"{self.title} ({self.subtitle})\n{self.alt}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(), "image/svg+xml": self.svg}


@dataclass(frozen=True)
class Term:
    """A word of the field and what it means."""

    term: str
    definition: str


@dataclass(frozen=True)
class Glossary(Display):
    """The terms a report uses, in the order given."""

    kind: ClassVar[str] = "glossary"
    terms: Sequence[Term]

    def html(self) -> str:
        pairs = (f"<dt>{escape(term.term)}</dt><dd>{escape(term.definition)}</dd>" for term in self.terms)
        return f"<dl>{''.join(pairs)}</dl>"

    def plain(self) -> str:
        return "\n".join(f"{term.term}: {term.definition}" for term in self.terms)


@dataclass(frozen=True)
class Notes(Display):
    """Things a reader must know, as a list."""

    kind: ClassVar[str] = "notes"
    items: Sequence[str]

    def html(self) -> str:
        return f'<ul class="notes">{"".join(f"<li>{escape(item)}</li>" for item in self.items)}</ul>'

    def plain(self) -> str:
        return "\n".join(f"- {item}" for item in self.items)


@dataclass(frozen=True)
class Figures(Display):
    """Every released figure, one to a row, all cells text: what the CSV holds. Pages do not draw it.

    `counts` says how many rows of the extract the report rests on, by table: all (`rows`) and those `quarantined`.
    """

    kind: ClassVar[str] = "figures"
    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def html(self) -> str:
        return f"<p>{escape(self.plain())}</p>"

    def plain(self) -> str:
        return f"{len(self.rows):,} released figures, for the CSV."


def read(payload: Mapping[str, Any]) -> Display:
    """The display that a payload describes. Raises KeyError or TypeError for a kind or a field not known."""
    fields = {key: value for key, value in payload.items() if key != "kind"}
    if "table" in fields:
        fields["table"] = read(fields["table"])
    if payload["kind"] == Table.kind:
        fields["columns"] = [Column(**column) for column in fields["columns"]]
    if payload["kind"] == Glossary.kind:
        fields["terms"] = [Term(**term) for term in fields["terms"]]
    display: Display = _KINDS[payload["kind"]](**fields)
    return display


_KINDS: dict[str, type[Display]] = {
    display.kind: display for display in (Cover, Sentence, Table, Chart, Glossary, Notes, Figures)
}
