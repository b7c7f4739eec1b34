"""Decides which values of a column the account of an extract lists: words, and never what could point to a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from thematic.extracts.kinds import fold

MANY = 10
MOST_DIFFERENT = 200


def listable(values: Mapping[str, int], *, is_personal: bool, nobody: Collection[str]) -> dict[str, int]:
    """Of the values with the numbers of their rows those that may be listed, commonest first.

    None of a column with more than MOST_DIFFERENT: these are names and numbers. A value of a personal column is listed
    where it is one of the words for nobody, or where it is on MANY rows at least and the column's values are on as many
    on average, as words are and what points to a person is not.
    """
    found = dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
    few = len(found) <= MOST_DIFFERENT
    if not is_personal:
        return found if few else {}
    are_words = few and sum(found.values()) >= MANY * len(found)
    names_nobody = {fold(word.strip()) for word in nobody}
    return {value: n for value, n in found.items() if fold(value) in names_nobody or (are_words and n >= MANY)}
