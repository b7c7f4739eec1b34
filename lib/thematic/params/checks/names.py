"""The names that problems suggest, and names that appear twice."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from thematic.core.errors import Problem


def close_to(word: str, known: Iterable[str], what: str) -> str:
    """The fix for a name that is not declared: the known one that is closest, or all there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"{what}: {', '.join(names) or 'none'}."


def repeated(where: str, values: Sequence[str]) -> Iterator[Problem]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield Problem(where, f"'{value}' appears twice.", "Give each its own.")
