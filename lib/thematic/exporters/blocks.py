"""What a document is made of: its blocks, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from thematic.displays import Display
from thematic.displays.markdown import Token
from thematic.exporters.formulas import Formula

# By MIME type, the short name of each form of picture that every format can show.
PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}


@dataclass(frozen=True)
class Heading:
    """A heading, 2 to 6 (1 is the title of the document), never more than one below the heading before it."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Prose:
    """Markdown as its tokens (mistune's): paragraphs, lists, quotations; `notes` are its footnotes, by their names.

    Once a document is framed, a paragraph's token has its number and a `footnote_ref` where its note is.
    """

    tokens: list[Token]
    notes: Mapping[str, list[Token]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A display; a chart or a table of any kind that has a title is numbered (`Figure 1`) and can be linked to."""

    display: Display
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Picture:
    """An image that is not a chart of ours, such as an analyst's own matplotlib figure."""

    data: bytes
    mime_type: str
    alt: str


@dataclass(frozen=True)
class Plain:
    """Text as it was printed; `left_out` is what is missing of a long one, or ""."""

    text: str
    left_out: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A line in place of what a report cannot show: what it is, and what to do."""

    what: str
    fix: str

    @property
    def text(self) -> str:
        return f"Left out here: {self.what}.\n{self.fix}"


@dataclass(frozen=True)
class Equation:
    """A formula in a line of its own."""

    formula: Formula


@dataclass(frozen=True)
class Section:
    """Somebody's own words under a heading of their own.

    `byline` says whose, or is ""; `warning` is what a reader must know before them, or "".
    """

    heading: Heading
    byline: str
    blocks: list[Block]
    warning: str = ""


@dataclass(frozen=True)
class Note:
    """A footnote: its words, its number through the document, and where it is referred to."""

    number: int
    anchor: str
    tokens: list[Token]
    references: list[str]


Block = Heading | Prose | Shown | Picture | Plain | LeftOut | Equation | Section


def text_of(token: Token) -> str:
    """The words of a Markdown token, without its marks."""
    if "children" in token:
        return "".join(text_of(child) for child in token["children"])
    return unescape(token["raw"]) if "raw" in token else " "
