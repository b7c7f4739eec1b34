"""Serves the judging of figures: tests a share or a count against a fixed number, which has no chance of its own."""

from __future__ import annotations

from scipy import special

from thematic.stats.comparison import binomial_test


def share_against(count: float, total: float, share: float) -> float:
    """The p-value of the exact two-sided binomial test of a count in a total (above 0) at a share from 0 to 1.

    How likely are counts no likelier than this one. Of a share of 0 or 1 only one count is possible: p is 1 or 0.
    """
    if 0 < share < 1:
        return float(binomial_test(count, total, share)[0])
    return 1.0 if count == total * share else 0.0


def count_against(count: float, expected: float) -> float:
    """The p-value of the exact two-sided Poisson test of a count against an expected number of at least 0.

    Twice the smaller tail, at most 1: under 0.05 exactly where Garwood's 95% interval, which is printed beside rates,
    does not reach the expected number. F. Garwood, Biometrika 28 (1936), 437-442.
    """
    if expected <= 0:
        return 1.0 if count == 0 else 0.0
    at_most, at_least = special.pdtr(count, expected), 1.0 if count == 0 else special.pdtrc(count - 1, expected)
    return float(min(2 * min(at_most, at_least), 1.0))
