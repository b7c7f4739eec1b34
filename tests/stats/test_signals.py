"""The control chart of single months: worked out a second way, at its edges, and on drawn stories."""

from __future__ import annotations

import numpy as np
import plain_signals as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.stats.signals import ControlChart, control_charts, signals

DAYS = np.array(plain.DAYS) / 30.4375


def chart(counts: object, last_month: int = 12) -> ControlChart:
    return control_charts(np.array([counts], dtype=float), last_month)[0]


def steady(level: float, months: int) -> list[float]:
    """What a steady level gives by the days of the month, the last a December; no chance in it."""
    return [float(round(level * DAYS[(t - months) % 12])) for t in range(months)]


def drawn(seed: int, level: float, months: int, **changes: float) -> list[float]:
    rng = np.random.default_rng(seed)
    mu = np.full(months, level)
    for place, factor in changes.items():
        mu[int(place.removeprefix("m"))] *= factor
    return [float(each) for each in rng.poisson(mu)]


STORIES = {
    "nothing": drawn(1, 80, 36),
    "a shock in the past": drawn(2, 80, 36, m10=0.4, m11=0.4, m12=0.4),
    "a high last month": drawn(3, 80, 36, m35=1.8),
    "a shift of five months": drawn(16, 150, 48, m43=1.4, m44=1.4, m45=1.4, m46=1.4, m47=1.4),
    "two high Decembers and a third": drawn(5, 200, 36, m11=1.7, m23=1.7, m35=1.7),
    "a high December seen once": drawn(6, 200, 24, m11=1.8, m23=1.7),
    "wide spread": [float(each) for each in np.random.default_rng(7).negative_binomial(8, 8 / 208, 40)],
    "few": drawn(8, 3, 36),
    "17 months": drawn(9, 60, 17),
    "23 months, the last high": drawn(9, 60, 23, m22=3.5),
    "24 months": drawn(10, 60, 24),
}


@pytest.mark.parametrize("counts", STORIES.values(), ids=STORIES)
@pytest.mark.parametrize("last_month", [12, 3])
def test_the_chart_as_worked_out_a_second_way(counts: list[float], last_month: int) -> None:
    got = chart(counts, last_month)
    length, z = plain.plain_run(counts, last_month)
    assert (got.run.months if got.run else 0) == length
    fit = plain.plain_fit(counts, len(counts) - max(length, 1), last_month)
    assert got.expected == pytest.approx(fit.mu, rel=1e-6)
    if got.run:
        assert got.run.side == np.sign(z)
        assert got.run.observed == sum(counts[-length:])
        assert got.run.expected == pytest.approx(sum(fit.mu[-length:]))
    for month in (0, len(counts) // 2, len(counts) - 1):
        fit.memory = 0.0  # one month has no memory in it
        lower, upper = plain.plain_limits(counts, fit, month)
        assert (got.lower[month], got.upper[month]) == pytest.approx((lower, upper), rel=1e-5, abs=1e-5)


def test_the_stories_hold_what_their_names_say() -> None:
    assert chart(STORIES["a high last month"]).marked[-1] == 1
    shift = chart(STORIES["a shift of five months"]).run
    assert shift is not None and (shift.first, shift.last, shift.side) == (43, 47, 1)
    for quiet in ("nothing", "two high Decembers and a third", "a high December seen once", "24 months"):
        assert chart(STORIES[quiet]).run is None and chart(STORIES[quiet]).marked[-1] == 0
    assert chart(STORIES["23 months, the last high"]).marked[-1] == 1


def test_marked_are_the_months_outside_the_limits_and_no_others() -> None:
    rng = np.random.default_rng(11)
    counts = rng.negative_binomial(20, 20 / 120, (60, 40)).astype(float)
    counts[::3, 30] *= 3
    for row, got in zip(counts, control_charts(counts, 5), strict=True):
        outside = (row > got.upper).astype(int) - (row < got.lower)
        assert got.marked.tolist() == outside.tolist()
        assert (got.lower >= 0).all() and (got.lower <= got.expected).all() and (got.expected <= got.upper).all()


@pytest.mark.parametrize(("months", "limits", "season"), [(11, False, False), (12, True, False), (13, True, False)])
def test_limits_from_twelve_months(months: int, limits: bool, season: bool) -> None:
    got = chart(steady(50, months))
    assert (got.drawn, got.season) == (limits, season)


@pytest.mark.parametrize(("months", "season"), [(23, False), (24, True), (25, True)])
def test_a_season_and_runs_from_24_months(months: int, season: bool) -> None:
    counts = steady(300, months)
    counts[-4:] = [count * 1.25 for count in counts[-4:]]
    got = chart(counts)
    assert got.drawn and got.season is season
    assert (got.run is not None) is season


def test_under_24_months_a_first_december_of_40_per_cent_is_not_marked() -> None:
    counts = steady(300, 18)
    counts[-1] *= 1.4
    assert not chart(counts).marked.any()


@pytest.mark.parametrize(("total", "limits"), [(35, False), (36, True), (37, True)])
def test_a_chart_from_one_a_month_on_average(total: int, limits: bool) -> None:
    counts = [1.0] * 34 + [0.0, total - 34.0]
    assert chart(counts).drawn is limits


def test_nothing_at_all_has_no_chart_and_breaks_nothing() -> None:
    got = chart([0.0] * 36)
    assert not got.drawn and got.run is None and not got.marked.any() and got.ended == ()
    after_nothing = chart([0.0] * 35 + [60.0])
    assert after_nothing.marked[-1] == 1 and np.isfinite(after_nothing.upper).all()


def test_a_gap_ends_the_history() -> None:
    counts = drawn(12, 70, 40)
    with_gap = [*counts[:10], np.nan, *counts[11:]]
    got, alone = chart(with_gap), chart(counts[11:])
    assert np.isnan(got.expected[:11]).all()
    assert got.expected[11:] == pytest.approx(alone.expected)
    assert got.upper[11:] == pytest.approx(alone.upper)


def test_months_before_the_last_48_do_not_matter_and_have_no_limits() -> None:
    counts = drawn(13, 70, 48)
    long, short = chart([900.0] * 7 + counts), chart(counts)
    assert np.isnan(long.upper[:7]).all() and long.marked[:7].tolist() == [0] * 7
    assert long.expected[7:] == pytest.approx(short.expected)


def test_a_run_names_columns_as_they_were_given() -> None:
    counts = STORIES["a shift of five months"]
    longer, shorter = chart([80.0] * 5 + counts).run, chart(counts[8:]).run
    assert longer is not None and (longer.first, longer.last) == (48, 52)
    assert shorter is not None and (shorter.first, shorter.last) == (35, 39)


def test_a_run_that_has_ended_is_named_with_its_months() -> None:
    counts = drawn(14, 300, 48)
    counts[40:43] = [count * 1.5 for count in counts[40:43]]
    got = chart(counts)
    assert got.run is None
    assert [(run.first, run.last, run.side) for run in got.ended] == [(40, 42, 1)]
    assert got.ended[0].observed == sum(counts[40:43])


def test_a_shift_that_has_become_the_level_is_not_said_to_have_ended() -> None:
    counts = drawn(15, 300, 48)
    counts[28:] = [round(count * 1.3) for count in counts[28:]]
    assert chart(counts).ended == ()


def test_a_run_of_twelve_months_is_of_a_year_or_more() -> None:
    counts = steady(300, 48)
    counts[36:] = [round(count * 1.2) for count in counts[36:]]
    run = chart(counts).run
    assert run is not None and run.of_a_year and run.months == 12
    assert not chart(STORIES["a shift of five months"]).run.of_a_year  # type: ignore[union-attr]


def test_many_charts_at_once_are_what_each_is_alone_and_what_the_short_way_says() -> None:
    counts = np.full((len(STORIES), 48), np.nan)
    for row, story in enumerate(STORIES.values()):
        counts[row, 48 - len(story) :] = story
    side, length = signals(counts, 12)
    for row, got in enumerate(control_charts(counts, 12)):
        alone = chart(counts[row])
        assert got.upper.tolist() == pytest.approx(alone.upper.tolist(), nan_ok=True)
        assert (got.run, got.marked.tolist(), got.ended) == (alone.run, alone.marked.tolist(), alone.ended)
        assert length[row] == (got.run.months if got.run else abs(int(got.marked[-1])))
        assert side[row] == (got.run.side if got.run else got.marked[-1])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(1, 12))
def test_any_counts_have_a_chart_that_keeps_its_word(counts: list[int], last_month: int) -> None:
    got = chart(counts, last_month)
    known = ~np.isnan(got.upper)
    assert got.drawn == bool(known[-1])
    inside = (np.array(counts) >= got.lower) & (np.array(counts) <= got.upper)
    assert not got.marked[inside | ~known].any()
    if got.run:
        assert got.run.last == len(counts) - 1
        assert got.run.side * (got.run.observed - got.run.expected) > 0
    for run in got.ended:
        assert len(counts) - 12 <= run.last < len(counts) - 1
