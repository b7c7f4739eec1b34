"""Turns what declarations say of derived columns into the words of the generated pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from md import code

from thematic.params.tables import (
    Bands,
    Days,
    Difference,
    Hour,
    Lookup,
    Minutes,
    Table,
    Weekday,
    band_labels,
    is_whole,
)


class Unexplained(Exception):
    """A name without words, or words without a name."""


def match_words(where: str, declared: Collection[str], said: Collection[str]) -> None:
    """Raises Unexplained unless each name declared has its words, and no other."""
    if wrong := set(declared) ^ set(said):
        raise Unexplained(
            f"{where}: {', '.join(sorted(wrong))}: declared without words, or words without a declaration"
        )


def derivation(derived: Any, table: Table) -> str:
    """What a derived column is worked out from, and how."""
    match derived:
        case Weekday(weekday=source):
            return f"the day of the week of {code(source)}, Monday to Sunday"
        case Hour(hour=source):
            return f"the hour of {code(source)} by the local clock, 0 to 23"
        case Bands(bands=source, starts=starts):
            labels = [words for _, _, words in band_labels(starts, is_whole(table, source))]
            return f"the band of {code(source)}: {'; '.join(labels)}"
        case Minutes(minutes_from=start, to=end, between=None):
            return f"minutes from {code(start)} to {code(end)}, with fractions; blank until the second"
        case Minutes(minutes_from=start, to=end, between=(opens, closes)):
            span = f"between {opens} and {closes}"
            return f"from {code(start)} to {code(end)}, the most minutes of one night that are {span}"
        case Days(days_from=start, to=end):
            return f"whole days from {code(start)} to {code(end)}; blank until the later"
        case Difference(difference=first, less=second):
            return f"{code(first)} less {code(second)}"
        case Lookup(lookup=lookup):
            listed = f"[the list {lookup.source}](codes-{lookup.source}.md)"
            return f"the {code(lookup.gives)} that {listed} gives for {code(lookup.by)}"
    raise TypeError(derived)
