"""Draws made-up forces for the simulations: monthly counts whose process is known, from one seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Generator = np.random.Generator

_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) / 30.4375


@dataclass(frozen=True)
class Scene:
    """The process behind series of monthly counts whose last month is a December.

    `season` is the amplitude of a sine of the year, `spread` the standard deviation of months around their level
    beyond chance (as a fraction), `memory` how much of it passes to the next month, `growth` a year's, `drift` the
    standard deviation of a month's step of the level. A `shock` (first month, months, factor) counts months from the
    first; a `step` (months, factor) is that of the last so many months. All but counts of a level are factors.
    """

    level: float = 100
    season: float = 0
    spread: float = 0
    memory: float = 0
    growth: float = 0
    drift: float = 0
    shock: tuple[int, int, float] | None = None
    step: tuple[int, float] | None = None

    def at(self, level: float) -> Scene:
        return replace(self, level=level)

    def means(self, rng: Generator, series: int, months: int) -> Floats:
        """series by months: the mean of each month's count."""
        time = np.arange(months) - months + 1
        mu = self.level * (1 + self.growth) ** (time / 12) * _DAYS[(time - 1) % 12]
        mu = mu * (1 + self.season * np.sin(2 * np.pi * (time / 12 + rng.random((series, 1)))))
        mu = mu * lognormal(remembered(rng, series, months, self.memory), self.spread)
        if self.drift:
            mu = mu * np.exp(rng.normal(0, self.drift, (series, months)).cumsum(axis=1))
        if self.shock:
            first, length, factor = self.shock
            mu[:, first : first + length] *= factor
        if self.step:
            length, factor = self.step
            mu[:, months - length :] *= factor if length else 1
        return mu

    def counts(self, rng: Generator, series: int, months: int) -> Floats:
        return rng.poisson(self.means(rng, series, months)).astype(float)


def remembered(rng: Generator, series: int, months: int, memory: float) -> Floats:
    """Standard normal deviates, each month's correlated with the month before."""
    deviates = rng.normal(size=(series, months))
    for month in range(1, months if memory else 0):
        deviates[:, month] = memory * deviates[:, month - 1] + np.sqrt(1 - memory**2) * deviates[:, month]
    return deviates


def lognormal(deviates: Floats, spread: float) -> Floats:
    """Factors of mean 1 whose standard deviation is the spread."""
    sigma = np.sqrt(np.log1p(spread**2))
    return np.asarray(np.exp(sigma * deviates - sigma**2 / 2))


@dataclass(frozen=True)
class Outcomes:
    """Two years of outcomes and of recorded crimes by month, the ratio between them the same but for `rise`.

    `spread` is that of a month's outcomes beyond chance, `moving` that of the crimes' monthly means, which outcomes
    follow, `growth` the crimes' from year to year. With `batches` a month closes five times as many with chance 1/12.
    """

    outcomes: float
    recorded: float
    spread: float = 0
    moving: float = 0
    growth: float = 0
    batches: bool = False
    rise: float = 0

    def draw(self, rng: Generator, series: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Outcomes now and before, recorded now and before; each series by 12."""
        drawn = []
        for year, level in (("now", 1 + self.growth), ("before", 1.0)):
            moving = level * lognormal(rng.normal(size=(series, 12)), self.moving)
            means = self.outcomes / 12 * moving * lognormal(rng.normal(size=(series, 12)), self.spread)
            if self.batches:
                means = means * np.where(rng.random((series, 12)) < 1 / 12, 5, 1)
            if year == "now":
                means = means * (1 + self.rise)
            drawn.append((rng.poisson(means).astype(float), rng.poisson(self.recorded / 12 * moving).astype(float)))
        (x, d), (y, e) = drawn
        return x, y, d, e


def grid(across: int) -> list[list[int]]:
    """The neighbours of each place of a square map of hexagons, row by row."""
    around = []
    for row in range(across):
        for column in range(across):
            shift = row % 2
            near = [(row, column - 1), (row, column + 1)]
            near += [(row + up, column + shift - 1 + side) for up in (-1, 1) for side in (0, 1)]
            around.append([r * across + c for r, c in near if 0 <= r < across and 0 <= c < across])
    return around


def smoothed(values: Floats, neighbours: Sequence[Sequence[int]], times: int) -> Floats:
    """Each place's mean with those that touch it, so many times over: towns instead of noise."""
    for _ in range(times):
        values = np.array([values[[place, *around]].mean() for place, around in enumerate(neighbours)])
    return values
