"""Turns values into the Markdown of the generated pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar or a line break in a cell is kept from ending it."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    return f"`{text}`"


def anchored(text: str, anchor: str) -> str:
    """The text as code, and a link to the very place, so that one may be sent."""
    return f'<a id="{escape(anchor)}" href="#{quote(anchor)}"><code>{escape(text)}</code></a>'


def codes(texts: Iterable[object]) -> str:
    return ", ".join(code(text) for text in texts)


def bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(text.split())}" for text in texts)


def page(*blocks: str, description: str) -> str:
    """A page of the blocks, a blank line between them; the description is what a search result shows of it."""
    return f'---\ndescription: "{description}"\n---\n\n' + "\n\n".join(block for block in blocks if block) + "\n"
