"""What a change is made of: arithmetic on exclusive parts, by rules that can be checked from the parts alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.core.periods import Month
from thematic.displays.drivers import behind, in_words, joined, span
from thematic.measures.drivers import ALIKE, BEYOND, ENOUGH, MOST_AGAINST, MOST_PARTS, Driver, Part, made_of

numbers = st.integers(0, 5000)
parts_of = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=12).map(
    lambda pairs: [Part(f"p{place}", before, now) for place, (before, now) in enumerate(pairs)]
)


def found(*pairs: tuple[int, int]) -> Driver | None:
    parts = [Part(name, before, now) for name, (before, now) in zip("ABCDEFGH", pairs, strict=False)]
    return made_of("unit", parts, sum(before for before, _ in pairs))


def test_the_largest_parts_until_they_are_enough_make_a_change_up() -> None:
    driver = found((100, 180), (100, 150), (400, 410), (400, 405))
    assert driver is not None
    assert (driver.kind, [part.name for part in driver.parts]) == ("make up", ["A", "B"])
    assert behind(driver, "units") == "A and B: 130 of the 145 more"


def test_parts_that_moved_as_they_always_do_are_not_named() -> None:
    assert found((8000, 10400), (1000, 1700), (1000, 1000)) is None


def test_where_parts_went_both_ways_no_share_is_given() -> None:
    driver = found((500, 656), (500, 587), (500, 437), (500, 492))
    assert driver is not None
    assert driver.kind == "named"
    assert behind(driver, "units") == "A +156, B +87; C -63"


def test_parts_that_changed_by_as_much_rose_alike() -> None:
    driver = found((1000, 1350), (500, 680), (200, 271))
    assert driver is not None
    assert behind(driver, "units") == "All units rose alike"


def test_a_change_over_many_parts_says_where_most_of_it_is() -> None:
    driver = found((100, 130), (200, 229), (300, 328), (400, 427), (500, 526), (600, 625))
    assert driver is not None
    assert behind(driver, "units") == "Spread over many; the largest A +30"


def test_a_part_without_a_name_counts_and_is_never_named() -> None:
    parts = [Part("", 100, 300), Part("A", 100, 101), Part("B", 500, 500)]
    assert made_of("unit", parts, 700) is None


def test_for_the_public_a_part_that_moved_by_little_is_not_named() -> None:
    parts = [Part("A", 500, 520), Part("B", 500, 515), Part("C", 500, 480)]
    assert made_of("unit", parts, 1500, is_public=True) is None
    assert made_of("unit", parts, 1500) is not None


@given(parts_of)
def test_every_driver_can_be_worked_out_from_its_parts(parts: list[Part]) -> None:
    before, change = sum(part.before for part in parts), sum(part.change for part in parts)
    driver = made_of("unit", parts, before)
    if driver is None:
        return
    assert driver.change == change != 0
    with_it = [part for part in parts if part.change * change > 0]
    against = sum(abs(part.change) for part in parts if part.change * change < 0)
    share = against / sum(abs(part.change) for part in with_it)
    if driver.kind == "make up":
        assert set(driver.parts) <= set(with_it)
        assert len(driver.parts) <= MOST_PARTS
        assert driver.part / change >= ENOUGH
        assert sum(part.change for part in driver.parts[:-1]) / change < ENOUGH
        assert share <= MOST_AGAINST
        assert before == 0 or driver.part / change >= BEYOND * sum(part.before for part in driver.parts) / before
    if driver.kind == "named":
        assert share > MOST_AGAINST
        assert driver.against is not None
        assert driver.against.change * change < 0
    if driver.kind == "alike":
        changes = [100 * part.change / part.before for part in parts if part.before]
        assert max(changes) - min(changes) <= ALIKE


@given(parts_of, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(parts: list[Part], chance: object) -> None:
    if len({abs(part.change) for part in parts}) < len(parts):
        return
    before = sum(part.before for part in parts)
    mixed = list(parts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = made_of("unit", parts, before), made_of("unit", mixed, before)
    if one is None or other is None or one.kind == "alike":
        assert (one is None) == (other is None)
        return
    assert one == other


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (["2020-06"], "June 2020"),
        (["2020-06", "2020-07"], "June and July 2020"),
        (["2020-06", "2020-07", "2020-08"], "June to August 2020"),
        (["2020-12", "2021-01"], "December 2020 and January 2021"),
    ],
)
def test_months_one_after_another_are_named_once(months: list[str], said: str) -> None:
    assert span([Month.parse(each) for each in months]) == said


def test_numbers_and_names_read_as_prose() -> None:
    assert [in_words(number) for number in (1, 12, 13, 1200)] == ["one", "twelve", "13", "1,200"]
    assert [joined(names) for names in (["A"], ["A", "B"], ["A", "B", "C"])] == ["A", "A and B", "A, B and C"]
