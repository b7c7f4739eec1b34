"""Turns the words of a report (cover, sentences, the analyst's commentary, notes, glossary) into displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, ClassVar

from thematic.displays.base import Display, paragraphs

Datum = str | int | float | bool | None


@dataclass(frozen=True)
class Cover(Display):
    """What the report is, once in a notebook; `period` and `as_at` in words, `licence` shown if given, `rounding` what
    a reader must know of every number of the page ("" where they are as they are). `look` is the force's own face, as
    JSON values; `place` the slugs of period, theme and area, `file` what the report is called when it is handed on.

    `contact` is by name, email, telephone and web; `support` by name, telephone, web and purpose, for the public."""

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
    rounding: str = ""
    look: Mapping[str, Any] = field(default_factory=dict)
    place: Sequence[str] = ()
    file: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    published: str = ""
    next_release: str = ""
    made: str = ""
    content_note: str = ""
    support: Sequence[Mapping[str, str]] = ()

    @property
    def heading(self) -> str:
        """The report's name in one line: `Noise: Northtown, 12 months to January 2021`."""
        place = "" if self.area == self.force else f": {self.area}"
        return f"{self.theme}{place}, {self.period}"

    @property
    def dates(self) -> list[str]:
        """How fresh the data are, when the report was published and when the next is, each where it is known."""
        known = {"Data as at": self.as_at, "Published": self.published, "Next release:": self.next_release}
        return [f"{name} {day}" for name, day in known.items() if day]

    @property
    def questions(self) -> str:
        """Whom to ask, in one line; nothing where no contact is declared."""
        said = [self.contact[key] for key in ("name", "email", "telephone", "web") if self.contact.get(key)]
        return f"Questions: {', '.join(said)}" if said else ""

    def html(self) -> str:
        banner = "<p><strong>Synthetic data</strong></p>" if self.synthetic else ""
        facts = escape(f"{self.force}. Data as at {self.as_at}.")
        rounding = f"<p>{escape(self.rounding)}</p>" if self.rounding else ""
        return f"<h1>{escape(self.heading)}</h1><p>{facts}</p>{rounding}{banner}"

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
class Commentary(Display):
    """The analyst's own words, in Markdown; `author` and `written_on` (`3 February 2021`) are "" where not known.

    `stale` says that the figures have changed since.
    """

    kind: ClassVar[str] = "commentary"
    title: str
    author: str
    written_on: str
    text: str
    stale: bool = False

    @property
    def warning(self) -> str:
        """What readers of stale words must know first, or ""."""
        on = f" on {self.written_on}" if self.written_on else ""
        return f"The figures have changed since this was written{on}." if self.stale else ""

    @property
    def byline(self) -> str:
        """Who wrote it and when: `Written by A. Analyst, 3 February 2021`; nothing where neither is known."""
        if not self.author:
            return f"Written on {self.written_on}" if self.written_on else ""
        return f"Written by {self.author}" + (f", {self.written_on}" if self.written_on else "")

    def html(self) -> str:
        from thematic.displays import markdown

        byline = f"<p>{escape(self.byline)}</p>" if self.byline else ""
        warning = f"<p><strong>{escape(self.warning)}</strong></p>" if self.warning else ""
        return f"<section><h2>{escape(self.title)}</h2>{byline}{warning}{markdown.html(self.text)}</section>"

    def plain(self) -> str:
        return "\n\n".join(part for part in (self.title, self.byline, self.warning, self.text.strip()) if part)


@dataclass(frozen=True)
class Term:
    """A word of the field and what it means; of a measure also its caveats, where it comes from and whose it is."""

    term: str
    definition: str
    caveats: Sequence[str] = ()
    source: str = ""
    owner: str = ""

    @property
    def care(self) -> str:
        """The caveats as sentences."""
        return " ".join(map(_sentence, self.caveats))

    @property
    def details(self) -> list[str]:
        """What stands below the definition, a line each: the caveats, then source and owner."""
        whence = {"Source": self.source, "Owner": self.owner}
        lines = [f"Read with care: {self.care}" if self.care else ""]
        lines.append(" ".join(_sentence(f"{name}: {said}") for name, said in whence.items() if said))
        return [line for line in lines if line]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


@dataclass(frozen=True)
class Glossary(Display):
    """The terms a report uses, in the order given."""

    kind: ClassVar[str] = "glossary"
    terms: Sequence[Term]

    def html(self) -> str:
        return f"<dl>{''.join(map(_term_html, self.terms))}</dl>"

    def plain(self) -> str:
        return "\n".join(" ".join([f"{term.term}: {term.definition}", *term.details]) for term in self.terms)


def _term_html(term: Term) -> str:
    details = "".join(f'<dd class="detail">{escape(line)}</dd>' for line in term.details)
    return f"<dt>{escape(term.term)}</dt><dd>{escape(term.definition)}</dd>{details}"


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
class FigureList(Display):
    """Every released figure, one to a row, typed: what the CSV holds. Pages do not draw it.

    A cell is text, a number, true or false, or None where there is nothing; days are YYYY-MM-DD.
    `counts` says how many rows of the extract the report rests on, by table: all (`rows`) and those `quarantined`.
    `commentary_stale` says that the analyst's words, shown or left out, are about other figures than these.
    """

    kind: ClassVar[str] = "figures"
    columns: Sequence[str]
    rows: Sequence[Sequence[Datum]] = field(default_factory=tuple)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    commentary_stale: bool = False

    @property
    def texts(self) -> list[list[str]]:
        """The rows as the CSV has them: full precision, whole numbers without a decimal point, empty for None."""
        return [list(map(_text, row)) for row in self.rows]

    def html(self) -> str:
        return f"<p>{escape(self.plain())}</p>"

    def plain(self) -> str:
        return f"{len(self.rows):,} released figures, for the CSV."


def _text(datum: Datum) -> str:
    match datum:
        case None:
            return ""
        case bool():
            return "true" if datum else "false"
        case float():
            return repr(datum)
    return str(datum)
