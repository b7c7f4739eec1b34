"""Turns an analyst's Markdown into tokens or HTML: raw HTML stays text, links lead to pages and mail alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import mistune
from mistune import HTMLRenderer
from mistune.plugins.formatting import render_strikethrough
from mistune.util import safe_entity

Token = dict[str, Any]

MATHS = ("inline_math", "block_math")
"""The types of tokens that are formulas."""
_MATH = "mistune.plugins.math"
_PLUGINS = ["strikethrough", "table", "footnotes", "math", f"{_MATH}.math_in_quote", f"{_MATH}.math_in_list"]
LINKS = ("https://", "http://", "mailto:")


def tokens(text: str) -> list[Token]:
    """The text as mistune's tokens; the footnotes that are referred to come last, as one token `footnotes`."""
    found: list[Token] = _parser()(text)
    return found


def html(text: str) -> str:
    """The text as HTML that can stand in any page."""
    page: str = mistune.create_markdown(renderer=Renderer(), plugins=_PLUGINS)(text)
    return page


@lru_cache(maxsize=1)
def _parser() -> Any:
    return mistune.create_markdown(renderer=None, plugins=_PLUGINS)


class Renderer(HTMLRenderer):  # type: ignore[misc]
    """Tokens to HTML: raw HTML is shown as text, no image is fetched, a heading is a paragraph in bold."""

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.register("strikethrough", render_strikethrough)

    def text(self, text: str) -> str:
        return str(safe_entity(text))

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{text}</em>"

    def inline_math(self, text: str) -> str:
        """A formula as it is written, which a notebook draws by itself."""
        return f"${mistune.escape(text)}$"

    def block_math(self, text: str) -> str:
        return f"<p>$${mistune.escape(text)}$$</p>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not url.lower().startswith(LINKS):
            return text
        link: str = super().link(text, url, title)
        return link
