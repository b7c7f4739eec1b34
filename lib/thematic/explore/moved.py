"""Says why a count of the present extract differs from that of an earlier one: late rows, corrections, cancellations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from thematic.explore.fates import COUNTED, Asked, fate_by_reference

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
    old, new = (fate_by_reference(rows, asked, lists) for rows in (before, now))
    came, left = Counter[str](), Counter[str]()
    for reference, fate in new.items():
        if fate == COUNTED and old.get(reference) != COUNTED:
            came[old.get(reference, LATE)] += 1
    for reference, fate in old.items():
        if fate == COUNTED and new.get(reference) != COUNTED:
            left[new.get(reference, GONE)] += 1
    return came, left
