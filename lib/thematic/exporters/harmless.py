"""Turns what a table holds into what a spreadsheet may be given: text that is not taken for a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-][\d.,][\w .,%]*", re.ASCII)


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula; a number stays one."""
    if not text.startswith(_FORMULA) or len(text) == 1 or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def harmless_row(cells: Iterable[object]) -> list[object]:
    """A row for a CSV, each text in it harmless."""
    return [harmless(cell) if isinstance(cell, str) else cell for cell in cells]
