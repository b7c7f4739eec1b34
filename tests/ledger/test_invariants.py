"""What the ledger must keep to, whatever comes: drawn leaves, areas, months, cancellations and draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_drawn import AREAS, FIRST, LABELS, PART, ROOT, Stream, booked, counted, steps
from thematic.core.errors import DataRefused
from thematic.measures.ledger.draws import Draws
from thematic.measures.ledger.states import Entry, MonthBook, States


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    months = draw(st.integers(3, 18))
    sizes = [draw(st.sampled_from([0, 1, 3, 9, 40])) for _ in range(len(AREAS) * len(LABELS))]
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    records = np.stack([rng.poisson(size, months) for size in sizes]).reshape(len(AREAS), len(LABELS), months)
    of_part = rng.binomial(records.sum(axis=1), draw(st.sampled_from([0.0, 0.1, 0.5, 0.95])))
    return Stream(records, of_part)


def tried(stream: Stream, **options: object) -> list[list[Entry]] | None:
    """The entries, or None where the ledger stopped rather than stray."""
    try:
        return booked(stream, **options)  # type: ignore[arg-type]
    except DataRefused:
        return None


@settings(deadline=None, max_examples=60)
@given(streams(), st.sampled_from([3, 6]), st.binary(min_size=1, max_size=8))
def test_every_step_is_a_multiple_and_no_leaf_strays_a_base(stream: Stream, width: int, key: bytes) -> None:
    months = tried(stream, width=width, key=key)
    if months is None:
        return
    released = steps(months, ROOT.name)
    running = {
        leaf.name: totals
        for leaf, totals in zip(counted(stream)[ROOT.name].leaves, counted(stream)[ROOT.name].totals, strict=True)
    }
    draws = Draws(key, 5, width)
    for name, grown in released.items():
        assert (grown >= 0).all() and (grown % 5 == 0).all()
        error = grown.cumsum() - running[name] + draws.start(ROOT.name, name)
        since = np.flatnonzero(running[name] > 0)[0]
        assert (np.abs(error[since:]) <= 4).all()


@settings(deadline=None, max_examples=60)
@given(streams())
def test_a_window_is_within_two_steps_of_the_truth_and_ten_had_five_records(stream: Stream) -> None:
    months = tried(stream)
    if months is None:
        return
    released = steps(months, ROOT.name)
    totals = dict(
        zip((leaf.name for leaf in counted(stream)[ROOT.name].leaves), counted(stream)[ROOT.name].totals, strict=True)
    )
    for name, grown in released.items():
        shown, there = np.concatenate([[0], grown.cumsum()]), np.concatenate([[0], totals[name]])
        for first in range(len(shown)):
            for last in range(first + 1, len(shown)):
                printed, true = shown[last] - shown[first], there[last] - there[first]
                assert abs(printed - true) <= 8
                assert printed < 10 or true >= 5


@settings(deadline=None, max_examples=60)
@given(streams())
def test_parts_share_out_exactly_what_the_whole_grew_by(stream: Stream) -> None:
    months = tried(stream)
    if months is None:
        return
    whole, parts = steps(months, ROOT.name), steps(months, PART.name)
    for area in AREAS:
        of_area = sum(
            (grown for name, grown in whole.items() if name.startswith(area)), np.zeros(len(months), dtype=int)
        )
        dealt = sum((grown for name, grown in parts.items() if name.startswith(area)), np.zeros(len(months), dtype=int))
        assert (of_area == dealt).all()


@settings(deadline=None, max_examples=40)
@given(streams(), st.integers(1, 3))
def test_later_months_change_nothing_of_earlier_ones(stream: Stream, upto: int) -> None:
    months, fewer = tried(stream), tried(stream, upto=upto)
    if months is not None:
        assert months[:upto] == fewer


@settings(deadline=None, max_examples=40)
@given(streams())
def test_an_area_more_leaves_the_draws_of_others(stream: Stream) -> None:
    draws = Draws(b"key", 5, 3)
    known = [leaf.name for leaf in counted(stream)[ROOT.name].leaves]
    first = (
        [draws.start(ROOT.name, name) for name in known],
        [draws.monthly(ROOT.name, "2020-01", name) for name in known],
    )
    more = [*known, "Dogwood | one"]
    again = (
        [draws.start(ROOT.name, name) for name in more],
        [draws.monthly(ROOT.name, "2020-01", name) for name in more],
    )
    assert [each[:-1] for each in again] == list(first)


@settings(deadline=None, max_examples=30)
@given(streams())
def test_replaying_the_entries_gives_the_same_states(stream: Stream) -> None:
    months = tried(stream)
    if months is None:
        return
    draws = {"theme": Draws(b"key", 5, 3)}
    states = States()
    for entries in months:
        states.replay(entries, draws["theme"])
    again = States()
    known = counted(stream)
    for place in range(len(months)):
        of_month = MonthBook(str(FIRST + place), "lpu", draws, again)
        for ledger in (ROOT, PART):
            of_month.book(ledger, known[ledger.name], known[ledger.name].at(FIRST + place))
    assert states.leaves == {ledger: leaves for ledger, leaves in again.leaves.items() if leaves}


@pytest.mark.parametrize("width", [3, 6])
def test_draws_reach_both_ends_and_no_further(width: int) -> None:
    draws = Draws(b"key", 5, width)
    shifts = {draws.monthly("ledger", f"month {number}", "leaf") for number in range(2000)}
    starts = {draws.start("ledger", f"leaf {number}") for number in range(500)}
    assert shifts == set(range(-width, width + 1))
    assert starts == {-2, -1, 0, 1, 2}


def test_the_totals_of_a_steady_force_stay_within_three_bases() -> None:
    rng = np.random.default_rng(7)
    records = rng.poisson(np.array([[30, 3], [9, 2], [80, 12]])[..., None], (3, 2, 60))
    stream = Stream(records, rng.binomial(records.sum(axis=1), 0.3))
    months = booked(stream)
    grown = sum(steps(months, ROOT.name).values())
    assert np.abs(grown.cumsum() - records.sum(axis=(0, 1)).cumsum()).max() <= 15
