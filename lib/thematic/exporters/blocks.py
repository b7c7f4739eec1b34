"""What a document is made of: its blocks, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any

from thematic.displays import Display

Token = dict[str, Any]

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
    """Markdown as its tokens (mistune's): paragraphs, lists, quotations."""

    tokens: list[Token]


@dataclass(frozen=True)
class Shown:
    """A display; a chart or a table with a title is numbered (`Figure 1`, `Table 1`) and can be linked to."""

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
    """Text as it was printed."""

    text: str


Block = Heading | Prose | Shown | Picture | Plain


def text_of(token: Token) -> str:
    """The words of a Markdown token, without its marks."""
    if "children" in token:
        return "".join(text_of(child) for child in token["children"])
    return unescape(token["raw"]) if "raw" in token else " "
