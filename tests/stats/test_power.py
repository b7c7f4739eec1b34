"""Power: against simulation of the test itself, and how a reader is told."""

from __future__ import annotations

import numpy as np
import pytest

from thematic.stats.comparison import compare_counts
from thematic.stats.power import power, power_words


@pytest.mark.parametrize(("a_month", "rise"), [(8, 0.2), (20, 0.2), (60, 0.2), (8, 1.0), (60, -0.2)])
def test_power_is_how_often_the_test_finds_it(a_month: int, rise: float) -> None:
    rng = np.random.default_rng(1)
    now, before = rng.poisson(a_month * (1 + rise), (4000, 12)), rng.poisson(a_month, (4000, 12))
    found = float((compare_counts(now, before).p < 0.05).mean())
    assert power(12 * a_month, rise) == pytest.approx(found, abs=0.03)


def test_more_events_and_larger_rises_are_found_more_often_and_more_tests_less() -> None:
    assert power(100) < power(200) < power(400)
    assert power(100, 0.1) < power(100, 0.2) < power(100, 0.5)
    assert power(240, tests=8) < power(240, tests=2) < power(240)
    assert power(240, phi=3) < power(240)
    assert power(0) == 0


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.004, "in hardly any year"),
        (0.006, "in 1 year of 100"),
        (0.044, "in 4 years of 100"),
        (0.99, "in 99 years of 100"),
        (0.996, "in nearly every year"),
    ],
)
def test_power_in_words(chance: float, said: str) -> None:
    assert power_words(chance) == said
