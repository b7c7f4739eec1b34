"""The control chart worked out a second way: one series, one reference and one month at a time, in plain numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from scipy import optimize

DAYS = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@dataclass
class PlainFit:
    mu: list[float]
    own: list[float]
    phi: float
    degrees: float
    memory: float
    covariance: np.ndarray


def design(month: int, months: int) -> np.ndarray:
    years = (month - months + 1) / 12
    return np.array([1, years, math.sin(2 * math.pi * years), math.cos(2 * math.pi * years)])


def plain_fit(counts: list[float], reference: int, last_month: int) -> PlainFit:
    """The fit to the first `reference` months, and what it expects of all of them."""
    months, season = len(counts), len(counts) >= 24
    x = [design(t, months) for t in range(months)]
    days = [DAYS[(t - months + last_month) % 12] / 30.4375 for t in range(months)]
    prior = np.diag([0, 2500, 25, 25]) if season else np.diag([0, 1e9, 1e9, 1e9])
    q = 3.5 if season else 2.0
    past = range(reference)
    beta = np.array([math.log(max(sum(counts[:reference]), 0.5) / sum(days[:reference])), 0, 0, 0])
    base = [1.0] * reference

    def mean(t: int) -> float:
        return math.exp(float(x[t] @ beta)) * days[t]

    def steps(weights: list[float], phi: float, times: int) -> None:
        nonlocal beta
        for _ in range(times):
            mu = [mean(t) for t in past]
            gradient = sum(weights[t] * (counts[t] - mu[t]) * x[t] for t in past) / phi - prior @ beta
            beta = beta + np.clip(np.linalg.solve(information(weights, mu, phi), gradient), -1.5, 1.5)

    def information(weights: list[float], mu: list[float], phi: float) -> np.ndarray:
        return sum(weights[t] * mu[t] * np.outer(x[t], x[t]) for t in past) / phi + prior

    def residuals() -> tuple[list[float], float]:
        away = [(counts[t] - mean(t)) / math.sqrt(mean(t)) for t in past]
        n = sum(base)
        phi = max(1, (1.4826 * median(abs(away[t]) for t in past if base[t])) ** 2 * n / (n - q))
        return [each / math.sqrt(phi) for each in away], phi

    steps(base, 1, 3)
    for _ in range(5):
        z, phi = residuals()
        steps([min(1, 1 / max(abs(each), 1e-9)) for each in z], phi, 1)
    z, phi = residuals()
    repeated = []
    for calendar in range(12):
        seen = [z[t] for t in past if t % 12 == calendar]
        one_side = all(each >= 1.2 for each in seen) or all(each <= -1.2 for each in seen)
        if season and len(seen) >= 2 and one_side and abs(sum(seen) / len(seen)) >= 2:
            repeated.append(calendar)
    base = [0.0 if t % 12 in repeated else 1.0 for t in past]
    weights = base
    for _ in range(3):
        z, phi = residuals()
        weights = [base[t] * min(1, (2.5 / max(abs(z[t]), 1e-9)) ** 2) for t in past]
        steps(weights, phi, 2)
    degrees = sum(weights) - q
    phi = max(1, sum(weights[t] * (counts[t] - mean(t)) ** 2 / mean(t) for t in past) / degrees)
    if not season:
        phi = max(phi, 1 + 0.04 * sum(mean(t) for t in past) / reference)
    steps(weights, phi, 2)

    curve = [mean(t) for t in range(months)]
    mu, own = list(curve), [0.0] * months
    for calendar in repeated:
        observed = max(sum(counts[t] for t in past if t % 12 == calendar), 0.5)
        expected = sum(curve[t] for t in past if t % 12 == calendar)
        for t in range(calendar, months, 12):
            mu[t], own[t] = curve[t] * observed / expected, phi / observed
    z = [(counts[t] - mu[t]) / math.sqrt(phi * mu[t]) for t in past]
    for t in range(reference, months):
        seen = [each for each in past if each % 12 == t % 12]
        if season and len(seen) == 1 and abs(z[seen[0]]) >= 2 and (counts[t] - mu[t]) * z[seen[0]] > 0:
            other = mu[t] * counts[seen[0]] / mu[seen[0]]
            if other > 0 and abs(counts[t] - other) < abs(counts[t] - mu[t]):
                mu[t] = other
    clipped = [max(-2.5, min(2.5, each)) for each in z]
    lag = sum(a * b for a, b in pairwise(clipped)) / max(sum(each**2 for each in clipped), 1e-12)
    memory = min(max(0.1 + 1.5 * lag, 0), 0.8)
    covariance = np.linalg.inv(information(weights, curve, phi * (1 + memory) / (1 - memory)))
    return PlainFit(mu, own, phi, max(degrees, 3), memory, covariance)


def plain_z(counts: list[float], fit: PlainFit, first: int, last: int) -> float:
    """The deviate of the months from first to last, both inclusive."""
    window, months = range(first, last + 1), len(counts)
    observed, expected, length = sum(counts[t] for t in window), sum(fit.mu[t] for t in window), last - first + 1
    memory = 1 + 2 * sum((1 - j / length) * fit.memory**j for j in range(1, length))
    slope = sum(fit.mu[t] * design(t, months) for t in window)
    variance = fit.phi * expected * memory + slope @ fit.covariance @ slope
    variance += sum(fit.mu[t] ** 2 * fit.own[t] for t in window) + (0.01 * expected) ** 2
    t = (observed ** (2 / 3) - expected ** (2 / 3)) / (2 / 3 * expected ** (-1 / 3) * math.sqrt(variance))
    df = fit.degrees
    return math.copysign(math.sqrt(df * math.log(1 + t * t / df)) * (8 * df + 1) / (8 * df + 3), t)


def plain_run(counts: list[float], last_month: int) -> tuple[int, float]:
    """The months of the run called in the last month (0: none), and its deviate."""
    months, called = len(counts), (0, 0.0)
    for length in range(2, min(12, months - 18) + 1 if months >= 24 else 0):
        first = months - length
        fit = plain_fit(counts, first, last_month)
        z = plain_z(counts, fit, first, months - 1)
        same_side = (counts[-1] - fit.mu[-1]) * z > 0
        if abs(z) >= 2.8 and same_side and one_piece(counts, fit, first) and abs(z) > abs(called[1]):
            called = (length, z)
    return called


def one_piece(counts: list[float], fit: PlainFit, first: int) -> bool:
    months = len(counts)
    whole = sum(counts[first:]) / sum(fit.mu[first:])
    for split in range(first + 1, months):
        head, tail = sum(fit.mu[first:split]), sum(fit.mu[split:])
        difference = sum(counts[first:split]) / head - sum(counts[split:]) / tail
        if abs(difference) >= 2.8 * math.sqrt(fit.phi * max(whole, 1e-9) * (1 / head + 1 / tail)):
            return False
    return True


def plain_limits(counts: list[float], fit: PlainFit, month: int) -> tuple[float, float]:
    """Where the deviate of that month alone would be 3.09 either way, found by trial."""

    def away(count: float) -> float:
        there = list(counts)
        there[month] = count
        return plain_z(there, fit, month, month)

    most = fit.mu[month] * 100 + 1000
    upper = optimize.brentq(lambda count: away(count) - 3.09, fit.mu[month], most)
    lower = optimize.brentq(lambda count: away(count) + 3.09, 0, fit.mu[month]) if away(0) < -3.09 else 0.0
    return lower, upper
