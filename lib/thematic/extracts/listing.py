"""Decides which values of a column the account of an extract lists: words, and never what could point to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

MANY = 10
MOST_WORDS = 30
MOST_DIFFERENT = 200


def listable(values: Mapping[str, int], *, is_personal: bool, names_nobody: Callable[[str], bool]) -> dict[str, int]:
    """Of a column's values with the numbers of their rows those that may be listed, commonest first.

    None of a column with more than MOST_DIFFERENT: these are names and numbers. Of a personal column only words for
    nobody, and what is on MANY rows at least; and that only where its values are words, which are few and come again
    and again: MOST_WORDS at most are on so many rows, and its values are on as many on average.
    """
    found = dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
    are_few = len(found) <= MOST_DIFFERENT
    if not is_personal:
        return found if are_few else {}
    often = {value for value, n in found.items() if n >= MANY}
    if not are_few or len(often) > MOST_WORDS or sum(found.values()) < MANY * len(found):
        often = set()
    return {value: n for value, n in found.items() if value in often or names_nobody(value)}
