"""The gate: what the public may see of a count and of a percentage, at each threshold and both neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.measures.disclosure import Gate
from thematic.params.force import DisclosureParams

PUBLIC = Gate(DisclosureParams(), "public")
INTERNAL = Gate(DisclosureParams(), "internal")


@pytest.mark.parametrize(
    ("count", "released"),
    [(0, 0), (1, None), (4, None), (5, 5), (6, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1002, 1000)],
)
def test_counts(count: int, released: int | None) -> None:
    assert PUBLIC.count(count) == released
    assert INTERNAL.count(count) == count


@pytest.mark.parametrize(
    ("numerator", "denominator", "withheld"),
    [
        (0, 40, False),
        (1, 40, True),
        (4, 40, True),
        (5, 40, False),
        (35, 40, False),
        (36, 40, True),
        (39, 40, True),
        (40, 40, False),
        (8, 17, True),
        (8, 18, False),
        (0, 0, False),
        (50, 40, False),
    ],
)
def test_percentages(numerator: int, denominator: int, withheld: bool) -> None:
    assert PUBLIC.withholds_share(numerator, denominator) is withheld
    assert INTERNAL.withholds_share(numerator, denominator) is False


@given(st.integers(0, 500), st.integers(1, 12), st.integers(1, 12))
def test_no_small_count_is_ever_released(count: int, threshold: int, base: int) -> None:
    released = Gate(DisclosureParams(threshold=threshold, base=base), "public").count(count)
    assert (released is None) is (0 < count < threshold)
    assert released is None or (released % base == 0 and abs(released - count) * 2 <= base)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_released_share_is_no_more_than_the_whole(part: int, rest: int) -> None:
    whole = part + rest
    if whole and not PUBLIC.withholds_share(part, whole):
        numerator, denominator = PUBLIC.count(part), PUBLIC.count(whole)
        assert numerator is not None
        assert denominator is not None
        assert numerator <= denominator
