"""Says why a count differs between an earlier extract and the present one: late rows, corrections, cancellations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from thematic.explore.fates import Asked, counted_references, fates_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from thematic.params.lists import CodeList

LATE = "not in the earlier extract"
GONE = "no longer in the extract"


def moved(
    before: ir.Table, now: ir.Table, asked: Asked, lists: Mapping[str, CodeList]
) -> tuple[Counter[str], Counter[str]]:
    """Of the rows that are counted in one extract alone, how many came in and why they had not been counted, and how
    many fell out and why they are not counted now.

    Rows are paired by their reference, which the table must have. What came in less what fell out is the difference of
    the two counts, of rows.
    """
    old, new = (counted_references(rows, asked, lists) for rows in (before, now))
    came, left = new - old, old - new
    why_not_then, why_not_now = fates_of(before, asked, lists, came), fates_of(now, asked, lists, left)
    return (
        Counter(why_not_then.get(reference, LATE) for reference in came),
        Counter(why_not_now.get(reference, GONE) for reference in left),
    )
