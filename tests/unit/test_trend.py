"""The trend: XmR against published examples, its rules at their boundaries, and how often the word cries wolf."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.stats.trend import Side, limits, special_causes, word, xmr
from warehouse_drawn import drawn

# Published by NHSRplotthedots (nhs-r-community, github.com), as values: what its tests expect and its charts draw.
# R's set.seed(123); rnorm(20): tests/testthat/_snaps/ptd_spc_standard.md prints its limits to 7 figures, and of the
# series itself the first four values to 8 and the rest to 3; the further digits here are those of R's generator.
NORMAL = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285,
    -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716,
    0.70135590, -0.47279141,
]  # fmt: skip
# A&E attendances and four-hour performance, April 2016 to March 2019, in the drawing units (points from the top) of
# tests/testthat/_snaps/integration_tests/*.svg: XmR does not mind the unit, only that up and down are exchanged.
ATTENDANCES = [
    247.10, 145.31, 201.36, 140.94, 214.38, 204.55, 179.74, 226.96, 208.51, 233.29, 313.52, 172.70, 205.90, 147.09,
    183.64, 143.50, 218.52, 217.86, 158.47, 192.23, 178.67, 180.61, 271.11, 155.64, 188.51, 98.01, 133.45, 90.25,
    181.73, 177.79, 140.71, 161.64, 156.78, 123.66, 203.30, 96.45,
]  # fmt: skip
REBASED = [
    185.07, 135.83, 166.43, 132.82, 195.63, 195.08, 145.36, 173.62, 162.27, 163.89, 239.66, 142.98, 170.51, 94.74,
    124.41, 88.24, 164.83, 161.54, 130.49, 148.01, 143.94, 116.21, 182.89, 93.44,
]  # fmt: skip
PERFORMANCE = [
    114.58, 106.27, 96.44, 105.94, 82.05, 93.40, 148.53, 171.83, 247.99, 283.75, 201.15, 115.47, 97.98, 126.15, 90.73,
    103.77, 105.45, 127.34, 117.81, 158.43, 289.15, 278.29, 287.09, 301.73, 165.14, 102.31, 89.42, 139.32, 125.23,
    152.31, 150.04, 198.60, 238.64, 311.02, 315.42, 233.18,
]  # fmt: skip
SEASON = 1 + 0.15 * np.sin(2 * np.pi * np.arange(36) / 12)


def signs(text: str) -> list[Side | None]:
    return [{"+": "high", "-": "low", ".": None}[letter] for letter in text]


def causes(deviations: list[float], width: float = 100, patterns: bool = True) -> str:
    found = special_causes(deviations, width, patterns)
    return "".join({"high": "+", "low": "-", None: "."}[side] for side in found)


def test_published_limits() -> None:
    found = xmr(NORMAL)
    assert (found.mean, found.lower, found.upper) == pytest.approx((0.1416238, -3.01138, 3.294627), rel=1e-6)
    assert not found.trial


def test_published_limits_with_outlying_moving_ranges_screened_once() -> None:
    outlying = [*NORMAL[:14], 10, *NORMAL[15:]]
    found = xmr(outlying)
    assert (found.mean, found.lower, found.upper) == pytest.approx((0.6694159, -2.383666, 3.722497), rel=1e-6)
    ranges = np.abs(np.diff(outlying))
    unscreened = 0.6694159 - 2.66 * ranges.mean()
    assert unscreened == pytest.approx(-4.596625, rel=1e-6), "what is published for the same without the screen"


@pytest.mark.parametrize(
    ("values", "mean", "ends"),
    [
        (ATTENDANCES, 180.39, (45.35, 315.42)),
        (REBASED, 152.41, (45.35, 259.47)),
        (PERFORMANCE[:12], 147.28, (45.35, 249.21)),
    ],
    ids=["attendances", "attendances from 2017", "performance, first 12 months"],
)
def test_published_charts(values: list[float], mean: float, ends: tuple[float, float]) -> None:
    found = xmr(values)
    assert (found.mean, found.lower, found.upper) == pytest.approx((mean, *ends), abs=0.02)


def test_published_special_causes() -> None:
    for values in (ATTENDANCES, REBASED):
        found = xmr(values)
        assert set(special_causes([value - found.mean for value in values], found.width)) == {None}
    baseline = xmr(PERFORMANCE[:12])
    deviations = [baseline.mean - value for value in PERFORMANCE]
    assert special_causes(deviations, baseline.width) == signs(".........-.++++++++.----.....-------")


def test_published_two_of_three_must_be_on_one_side() -> None:
    values = [*[1, -1] * 7, 5.5, -5.5]
    found = xmr(values)
    assert special_causes([value - found.mean for value in values], found.width)[-2:] == [None, None]


def test_a_limit_itself_is_not_beyond_it() -> None:
    assert causes([100, 100.01, -100, -100.01], patterns=False) == ".+.-"


@pytest.mark.parametrize(("many", "flagged"), [(6, "."), (7, "+"), (8, "+")])
def test_a_run_of_seven_on_one_side(many: int, flagged: str) -> None:
    wavering = [20, 10] * 4
    assert causes([-1, *wavering[:many], -1]) == "." + flagged * many + "."
    assert causes([1, *(-value for value in wavering[:many]), 1]) == "." + flagged.replace("+", "-") * many + "."
    assert causes([*wavering[:3], 0, *wavering[:3]]) == "." * 7, "the mean is on no side"


@pytest.mark.parametrize(("many", "flagged"), [(6, "."), (7, "+")])
def test_seven_rising_or_falling(many: int, flagged: str) -> None:
    rising = [-9.0, -6, -3, 1, 2, 3, 4][:many]
    assert causes(rising) == flagged * many
    assert causes([-value for value in rising]) == flagged.replace("+", "-") * many
    assert causes([*rising[:4], 1, *rising[4:]]) == "." * (many + 1), "a month like the one before is no rise"


def test_the_level_goes_before_the_way_it_moves() -> None:
    assert causes([-70, -60, -50, -40, -30, -20, -10]) == "-" * 7


@pytest.mark.parametrize(
    ("deviations", "expected"),
    [
        ([67, 0, 67], "+.+"),
        ([66, 0, 67], "..."),
        ([67, 0, 0, 67], "...."),
        ([67, 0, -67], "..."),
        ([0, -80, -90], ".--"),
        ([100, 0, 70], "+.+"),
        ([101, 0, 70], "+.."),
        ([80, 90], ".."),
    ],
)
def test_two_of_three_in_the_outer_third(deviations: list[float], expected: str) -> None:
    assert causes(deviations) == expected


def test_limits_need_every_month_and_five_of_them() -> None:
    assert limits([5, 6, None, 7, 8, 9]) is None
    assert limits([5, 6, 7, 8]) is None
    assert limits([]) is None
    assert limits([5, 6, 7, 8, 9]) is not None


@pytest.mark.parametrize(
    ("months", "basis", "trial"),
    [(11, "mean", True), (12, "mean", False), (23, "mean", False), (24, "year before", False),
     (35, "year before", False), (36, "season", False), (40, "season", False)],
)  # fmt: skip
def test_what_limits_rest_on(months: int, basis: str, trial: bool) -> None:
    found = limits([50 + place % 3 for place in range(months)])
    assert found is not None
    assert (found.basis, found.trial) == (basis, trial)
    assert len(found.expected) == len(found.lower) == len(found.upper) == len(found.causes) == months


def test_the_season_of_the_two_years_before_is_held_at_the_level_of_a_year() -> None:
    first, second, last = [100 + 10 * month for month in range(12)], [120 + 10 * month for month in range(12)], [0] * 12
    found = limits([7, 8, *first, *second, *last])
    assert found is not None
    assert found.expected == (200, 210, *first, *second, *second), "the level of the year before, not of both"
    assert found.lower[2] == pytest.approx(100 - found.width)
    first[0], second[0] = 60, 200
    found = limits([*first, *second, *last])
    assert found is not None
    assert found.expected[::12] == (115, 145, 145), "half of 160, 80 away from each, and 30 = round(360 / 12) of growth"


@pytest.mark.parametrize(("more", "growth"), [(0, 0), (5, 0), (7, 0.5), (17, 0.5), (19, 1), (-5, 0), (-7, -0.5)])
def test_growth_moves_what_is_expected_by_half_of_it_to_the_nearest_half(more: int, growth: float) -> None:
    counts = [50] * 36
    counts[23] += more
    found = limits(counts)
    assert found is not None
    assert (found.expected[0], found.expected[12], found.expected[24]) == (50 - growth, 50 + growth, 50 + growth)


def test_growth_between_the_two_years_before_is_no_trend() -> None:
    year = [100, 120, 90, 140, 110, 95, 130, 105, 125, 115, 85, 135]
    second = [count + 30 for count in year]
    found = limits([*year, *second, *second])
    assert found is not None
    assert set(found.causes) == {None}
    assert word([*year, *second, *second]) == "Stable"
    fallen = [count - 1 for count in second]
    assert word([*year, *second, *fallen]) == "Significant decrease", "held against the year before, as the change is"
    assert word([*second, *year, *[count + 1 for count in year]]) == "Significant increase"


def test_few_and_none_are_not_called_a_trend_for_the_growth_of_the_years_before() -> None:
    assert word([0] * 3 + [1] + [0] * 32) == "Stable"
    assert word([0] * 15 + [1] + [0] * 20) == "Stable"
    found = limits([0] * 11 + [240] + [0] * 24)
    assert found is not None
    assert (found.expected[0], found.expected[12], found.expected[24], found.expected[35]) == (10, 0, 0, 110)
    assert found.causes[24:35] == (None,) * 11, "no count is above an expectation of less than none"


def test_how_far_a_month_strays_from_what_is_expected_of_it() -> None:
    series = np.random.default_rng(20210131).normal(1000, 100, (1500, 36))
    gaps = np.array([np.subtract(values, limits(values).expected) for values in series.tolist()])  # type: ignore[union-attr]
    assert gaps[:, 24:].var() / 100**2 == pytest.approx(37 / 24, rel=0.03)
    assert gaps[:, :24].var() / 100**2 == pytest.approx(11 / 24, rel=0.03)
    within = np.diff(gaps[:, :24])[:, np.arange(23) != 11]
    assert within.var() / 2 / 100**2 == pytest.approx(1 / 2, rel=0.03)


def test_a_year_before_says_nothing_of_the_first_year() -> None:
    counts = [100 + place for place in range(25)]
    found = limits(counts)
    assert found is not None
    assert found.expected == (*[None] * 12, *counts[:13])
    assert found.lower[11] is None
    assert found.causes[:12] == (None,) * 12
    assert set(found.causes[12:]) == {"high"}


def test_limits_are_no_narrower_than_chance_makes_counts_vary_and_never_below_zero() -> None:
    found = limits([9.0] * 36)
    assert found is not None
    assert found.width == pytest.approx(3 * np.sqrt(37 / 24 * 9))
    assert set(found.lower) == {0.0}
    zeros = limits([0] * 36)
    assert zeros is not None
    assert zeros.upper[0] == pytest.approx(3 * np.sqrt(37 / 24))


def test_few_a_month_are_judged_by_their_limits_alone() -> None:
    four, five = ([level] * 24 + [level - 1] * 12 for level in (4, 5))
    assert word(four) == "Decrease"
    assert word(five) == "Significant decrease"
    assert word([0] * 35 + [3]) == "Stable"
    assert word([0] * 35 + [4]) == "Significant increase"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([100] * 23, None),
        ([100] * 24, "Stable"),
        ([0] * 36, "Stable"),
        ([100] * 24 + [130] * 12, "Significant increase"),
        ([100] * 24 + [70] * 12, "Significant decrease"),
        ([100] * 29 + [101] * 7, "Significant increase"),
        ([100] * 30 + [101] * 6, "Increase"),
        ([100] * 31 + [101] * 5, "Stable"),
        ([100] * 30 + [99] * 6, "Decrease"),
        ([100] * 24 + [130] * 11 + [99], "Increase"),
        ([100] * 35 + [400], "Significant increase"),
        ([100] * 34 + [400, 100], "Stable"),
        ([100, 300] * 18, "Stable"),
    ],
)
def test_words(counts: list[int], expected: str | None) -> None:
    assert word(counts) == expected


def second_way(counts: list[int]) -> str:
    """The word for 36 months by the rules as the documentation states them, pattern by pattern, the last month only."""
    old, new = np.array(counts[:24], dtype=float).reshape(2, 12), np.array(counts[24:], dtype=float)
    means = old.mean(axis=1)
    season = (old - means[:, None]).mean(axis=0)
    beyond_half = np.round((old[1].sum() - old[0].sum()) / 12) / 2 - (means[1] - means[0]) / 2
    levels = means + np.array([-beyond_half, beyond_half])
    first, second = (np.maximum(np.round(level + season, 6), 0) for level in levels)
    ranges = np.abs(np.diff([*(old[0] - first), *(old[1] - second)]))
    kept = ranges[ranges < 3.267 * ranges.mean()]
    level = np.mean([first, second, second])
    width = max(2.66 * (37 / 12) ** 0.5 * (kept.mean() if kept.size else 0), 3 * (37 / 24 * max(level, 1)) ** 0.5)
    gaps = new - second
    last = gaps[-1]
    outer = [np.sign(gap) if 2 * width / 3 < abs(gap) <= width else 0 for gap in gaps[-3:]]
    unusual = abs(last) > width
    if level >= 5:
        unusual |= last != 0 and bool((np.sign(gaps[-7:]) == np.sign(last)).all())
        unusual |= outer[-1] != 0 and outer.count(outer[-1]) >= 2
    way = np.sign(last) if unusual else 0
    moves = np.sign(np.diff(gaps[-7:]))
    if not way and level >= 5 and abs(moves.sum()) == 6:
        way = moves[0]
    if way:
        return "Significant increase" if way > 0 else "Significant decrease"
    if (gaps[-7:] > 0).sum() >= 6:
        return "Increase"
    return "Decrease" if (gaps[-7:] < 0).sum() >= 6 else "Stable"


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32), st.sampled_from([0, 1, 4, 6, 30, 400]), st.floats(0.6, 1.6))
def test_the_word_by_a_second_way(seed: int, level: int, step: float) -> None:
    change = np.where(np.arange(36) < 27, 1, step)
    counts = np.random.default_rng(seed).poisson(level * SEASON * change).tolist()
    assert word(counts) == second_way(counts)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5) | st.integers(0, 10**6), max_size=40))
def test_no_series_of_counts_breaks_it(counts: list[int]) -> None:
    assert (word(counts) is None) is (len(counts) < 24)
    found = limits(counts)
    assert (found is None) is (len(counts) < 5)


def shares(level: float, step: float = 1, spread: float = 1, draws: int = 600, first: float = 1) -> Counter[str | None]:
    """The words for seasonal series whose last 12 months are `step` times what they were, in per cent.

    The first 12 months are `first` times the 12 after them.
    """
    means = level * SEASON * np.repeat([first, 1, step], 12)
    random = np.random.default_rng(20210131)
    series = random.poisson(means, (draws, 36))
    if spread > 1:
        series = random.negative_binomial(means / (spread - 1), 1 / spread, (draws, 36))
    found = Counter(word(counts) for counts in series.tolist())
    return Counter({said: 100 * count / draws for said, count in found.items()})


@pytest.mark.parametrize("level", [0.1, 0.5, 2, 5, 20, 100, 700])
@pytest.mark.parametrize("spread", [1, 3])
def test_it_does_not_cry_wolf(level: float, spread: float) -> None:
    found = shares(level, spread=spread)
    assert found["Significant increase"] + found["Significant decrease"] < (3 if spread == 1 else 5)
    assert found["Stable"] > 80


@pytest.mark.parametrize("level", [20, 80, 200])
@pytest.mark.parametrize("first", [0.8, 1.2])
def test_a_year_is_not_blamed_for_the_year_before_last(level: float, first: float) -> None:
    found = shares(level, first=first)
    assert found["Significant increase"] + found["Significant decrease"] < 4
    assert found["Stable"] > 80


@pytest.mark.parametrize(("level", "found"), [(80, 80), (200, 97), (700, 99)])
def test_a_step_of_30_per_cent_is_found(level: float, found: float) -> None:
    assert shares(level, 1.3)["Significant increase"] > found
    assert shares(level, 0.7)["Significant decrease"] > found
    assert shares(level, 1.3)["Significant decrease"] == 0


DA = {"domestic": "Y", "offence_code": "8N", "offence_title": "Assault with injury"}
DA |= {"local_authority": "Halton", "offence_subgroup": "Violence with injury"}


MONTHS = [f"{2017 + (3 + place) // 12}-{(3 + place) % 12 + 1:02d}" for place in range(46)]


def recorded(places: dict[str, dict[str, int]]) -> dict[str, pd.DataFrame]:
    """Domestic abuse crimes from 2017-04 to 2021-01: by unit, so many in each month, and 10 in those not named."""
    rows = [
        f"{month}-15 | {place}"
        for place, each in places.items()
        for month in MONTHS
        for _ in range(each.get(month, 10))
    ]
    return {"crimes": drawn("crimes", "\n".join(["recorded_on | lpu", *rows]), **DA)}
