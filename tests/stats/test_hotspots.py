"""Hotspots: the same at every run, worked out a second way, and none where there is none."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from thematic.stats.hotspots import _draws, hotspots_of_counts, hotspots_of_residents


def square(across: int) -> list[list[int]]:
    """The neighbours of each place of a square map of squares, corners included."""
    places = [(row, column) for row in range(across) for column in range(across)]
    number = {place: each for each, place in enumerate(places)}
    steps = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]
    return [[number[r + a, c + b] for a, b in steps if (r + a, c + b) in number] for r, c in places]


NEAR = square(15)
TOWN = [7 * 15 + 7, *NEAR[7 * 15 + 7]]


def with_town(times: float, level: float = 5) -> np.ndarray:
    counts = np.random.default_rng(2).poisson(level, 225).astype(float)
    counts[TOWN] *= times
    return counts


def test_a_town_is_where_most_is_recorded_and_the_same_at_every_run() -> None:
    found, again = hotspots_of_counts(with_town(6), NEAR), hotspots_of_counts(with_town(6), NEAR)
    assert found.hot[TOWN[0]] and found.hot[TOWN].sum() >= 8
    assert found.hot.sum() <= 12
    assert found.p.tolist() == again.p.tolist()
    assert not hotspots_of_counts(with_town(1), NEAR).hot.any()


def test_a_hotspot_lies_above_the_mean_itself() -> None:
    counts = with_town(8)
    counts[TOWN[0]] = 0
    found = hotspots_of_counts(counts, NEAR)
    assert found.adjusted[TOWN[0]] < 0.05 and not found.hot[TOWN[0]]


def test_one_very_full_place_makes_no_hotspots_around_it() -> None:
    counts = with_town(1)
    counts[TOWN[0]] = 5000
    assert not hotspots_of_counts(counts, NEAR).hot.any()


def test_the_p_value_is_the_part_of_all_sets_of_neighbours_that_hold_as_much() -> None:
    counts, near = [0, 1, 1, 2, 3, 5, 8, 13, 2, 1], [[1, 2]] * 9 + [[6, 7]]
    logs = [math.log1p(count) for count in counts]
    sums = [a + b for a, b in combinations(logs, 2)]
    found = hotspots_of_counts(counts, near)
    for place in (0, 9):
        own = sum(logs[each] for each in near[place])
        exact = sum(each >= own - 1e-9 for each in sums) / len(sums)
        assert found.p[place] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 60_000) + 2e-5)


def test_the_smallest_p_value_is_one_of_sixty_thousand() -> None:
    counts = np.zeros(400)
    counts[:7] = 100
    found = hotspots_of_counts(counts, [[1, 2, 3, 4, 5, 6]] + [[399]] * 399)
    assert found.p[0] == pytest.approx(1 / 60_000)


def test_what_lies_alone_is_not_tested() -> None:
    found = hotspots_of_counts([5.0, 1.0, 1.0], [[], [2], [1]])
    assert math.isnan(found.p[0]) and not found.hot[0]
    assert hotspots_of_counts([], []).hot.size == 0
    assert not hotspots_of_counts([3.0, 3.0, 3.0], [[1], [0, 2], [1]]).hot.any()


def test_more_residents_are_no_hotspot_and_more_risk_is() -> None:
    residents = np.full(225, 1000.0)
    residents[TOWN] = 9000
    rng = np.random.default_rng(4)
    as_expected = rng.poisson(residents / 100).astype(float)
    assert not hotspots_of_residents(as_expected, residents, NEAR).hot.any()
    assert hotspots_of_counts(as_expected, NEAR).hot[TOWN].sum() >= 8
    riskier = with_town(3, 10)
    assert hotspots_of_residents(riskier, np.full(225, 1000.0), NEAR).hot[TOWN].sum() >= 8


def test_the_tail_is_the_negative_binomial_of_the_mean_and_spread() -> None:
    residents = np.linspace(500, 3000, 225)
    rng = np.random.default_rng(5)
    counts = rng.poisson(residents / 50 * rng.gamma(4, 1 / 4, 225)).astype(float)
    found = hotspots_of_residents(counts, residents, NEAR)
    expected = counts.sum() * residents / residents.sum()
    excess = (counts - expected) ** 2 - counts
    variance = max(0, excess.sum() / (expected**2).sum(), (excess / expected**2).mean())
    assert found.spread == pytest.approx(math.sqrt(variance))
    for place in (0, 40, 112):
        around = [place, *NEAR[place]]
        mean, extra = expected[around].sum(), variance * (expected[around] ** 2).sum()
        size = mean**2 / extra
        tail = stats.nbinom.sf(counts[around].sum() - 1, size, size / (size + mean))
        assert found.p[place] == pytest.approx(tail)


def test_without_spread_the_tail_is_poissons() -> None:
    counts, near = [4.0, 4.0, 4.0, 4.0], [[1], [0], [3], [2]]
    found = hotspots_of_residents(counts, [100, 100, 100, 100], near)
    assert found.spread == 0
    assert found.p == pytest.approx([stats.poisson.sf(7, 8)] * 4)


def test_places_that_no_one_lives_in_or_near_are_not_tested() -> None:
    found = hotspots_of_residents([3.0, 2.0, 40.0, 1.0], [0, 0, 1000, 10], [[1], [0], [3], [2]])
    assert np.isnan(found.p[:2]).all() and not found.hot[:2].any()
    nowhere = hotspots_of_residents([3.0, 2.0], [0, 0], [[1], [0]])
    assert np.isnan(nowhere.p).all() and not nowhere.hot.any()


def test_the_order_of_places_does_not_matter_with_residents() -> None:
    rng = np.random.default_rng(6)
    residents, order = rng.uniform(100, 4000, 225), rng.permutation(225)
    counts = rng.poisson(residents / 60).astype(float)
    place = np.argsort(order)
    near = [[int(place[each]) for each in NEAR[old]] for old in order]
    one, other = (
        hotspots_of_residents(counts, residents, NEAR),
        hotspots_of_residents(counts[order], residents[order], near),
    )
    assert other.p == pytest.approx(one.p[order])


def test_each_draw_is_of_different_places_and_every_set_as_likely() -> None:
    drawn = np.array(_draws(5, 3)).T
    assert drawn.shape == (59_999, 3)
    assert all(len(set(row)) == 3 for row in drawn[:500].tolist())
    rows, times = np.unique(drawn, axis=0, return_counts=True)
    assert len(rows) == 5 * 4 * 3 and rows.min() == 0 and rows.max() == 4
    assert stats.chisquare(times).pvalue > 0.001
