"""A reader who knows how the ledger works, every other count and their past, and neither this leaf's past nor the key."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ledger_drawn import Stream, booked, steps
from thematic.core.errors import DataRefused

pytestmark = pytest.mark.proof
MONTHS, WINDOW, KEYS = 30, 12, 40
SMALL = range(9)
OTHERS = np.array([[0, 9], [6, 2], [14, 4]])
"""What the leaves have a month on average; the first is the small one."""


def others(rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(OTHERS[..., None], (3, 2, MONTHS))


def printed(records: np.ndarray, own: np.ndarray, key: bytes) -> tuple[int, int] | None:
    """What is printed of the small leaf in its last two windows, a month apart; None where the ledger stops."""
    known = records.copy()
    known[0, 0] = own
    try:
        grown = steps(booked(Stream(known, known.sum(axis=1) // 3), key), "theme/root").get("Ash | one")
    except DataRefused:
        return None
    grown = np.zeros(MONTHS, dtype=int) if grown is None else grown
    return int(grown[-WINDOW:].sum()), int(grown[-WINDOW - 1 : -1].sum())


def of_window(number: int, rng: np.random.Generator) -> np.ndarray:
    """A past that the reader does not know, and so many records in the window."""
    own = rng.poisson(number / WINDOW, MONTHS)
    own[-WINDOW:] = np.bincount(rng.integers(0, WINDOW, number), minlength=WINDOW)
    return own


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_number_becomes_likely(seed: int) -> None:
    rng = np.random.default_rng(seed)
    records = others(rng)
    seen: dict[int, Counter[tuple[int, int]]] = {}
    for number in SMALL:
        found = [printed(records, of_window(number, rng), rng.bytes(8)) for _ in range(KEYS)]
        seen[number] = Counter(each for each in found if each is not None)
    told = {each for number in range(1, 5) for each in seen[number]}
    likeliest = []
    for each in told:
        weights = np.array([seen[number][each] / max(1, sum(seen[number].values())) for number in SMALL])
        often = sum(seen[number][each] for number in range(1, 5))
        if often >= KEYS // 4:
            likeliest.append(float((weights / weights.sum())[1:5].max()))
    assert likeliest
    assert max(likeliest) <= 0.5
    assert np.mean(likeliest) <= 0.4
