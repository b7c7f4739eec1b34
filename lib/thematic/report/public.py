"""What a public report says of its numbers: how they were rounded, what that means, and what cannot be said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thematic.displays.wording import listed
from thematic.measures.disclosure import ENOUGH, Rounding


def at_the_top(rounding: Rounding | None, exact: Sequence[str] = ()) -> str:
    """What a reader must know of every number of the page, said once; where none is rounded (None), that. Sums of the
    tables that are `exact` are public as they are."""
    if rounding is None:
        return "The numbers here are exact: they are published without protection."
    base = rounding.base
    return (
        f"To protect people, numbers here are in steps of {base}. They add up, and are not revised. They are within "
        f"{rounding.usual} of the true number 19 times in 20, and never more than {rounding.total} away; [low] is 0 or "
        f"{base}. Each is of what was recorded in the period, less what was cancelled in it whenever that was "
        f"recorded, so a number can differ from what the force reports elsewhere.{_exact(exact)}"
    )


def _exact(tables: Sequence[str]) -> str:
    return f" Sums of {listed(tables)} are exact." if tables else ""


def method(rounding: Rounding) -> Iterator[str]:
    """What is worked out from rounded numbers, and what is not said."""
    yield (
        "Everything on this page is worked out from the numbers as they are printed: rates, percentages, intervals, "
        f"tests and charts. A percentage needs {rounding.minimum_denominator} or more below the line ([c] is printed "
        "for one that is not shown); changes are tested, and given in per cent, where both numbers are "
        f"{ENOUGH} or more. Changes in points are worked out before percentages are printed as whole numbers, so they "
        "can differ by 1 from what is printed. Where rounding alone could make a change, no change is claimed, however "
        "many points it has; with as few answers as a survey has, that can be many points."
    )
    yield "The public figures can miss changes that the internal report shows."
