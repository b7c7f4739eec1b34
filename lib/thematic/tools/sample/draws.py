"""Turns a seed and a name into whole-number draws that are the same on every machine and in every version of NumPy."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The output function of SplitMix64 (Steele, Lea and Flood, 2014), modulo 2^64."""
    words = (words ^ (words >> np.uint64(30))) * _MIX_1
    words = (words ^ (words >> np.uint64(27))) * _MIX_2
    return words ^ (words >> np.uint64(31))


class Draws:
    """A stream of draws. Streams of other names are independent, so a new one leaves the others' draws alone."""

    def __init__(self, seed: int, name: str) -> None:
        words = np.array([seed, zlib.crc32(name.encode())], dtype=np.uint64)
        self._key = _mixed(_mixed(words[:1] * _STEP) + words[1:])
        self._used = 0

    def _words(self, size: int) -> Ints:
        """Whole numbers from 0 to 2^53 - 1."""
        counter = np.arange(self._used + 1, self._used + size + 1, dtype=np.uint64)
        self._used += size
        return (_mixed(counter * _STEP + self._key) >> np.uint64(11)).astype(np.int64)

    def below(self, limits: ArrayLike, size: int) -> Ints:
        """From 0 to limit - 1; one limit, or one for each draw."""
        return self._words(size) % np.asarray(limits, dtype=np.int64)

    def between(self, lowest: Ints, highest: Ints) -> Ints:
        """From lowest to highest, both inclusive."""
        return lowest + self.below(highest - lowest + 1, len(lowest))

    def chance(self, per_mille: ArrayLike, size: int) -> Flags:
        return self.below(1000, size) < np.asarray(per_mille, dtype=np.int64)

    def pick(self, weights: Sequence[int] | Ints, size: int) -> Ints:
        """Indices of `weights`, each as often as its weight has it."""
        reach = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(reach, self.below(int(reach[-1]), size), side="right").astype(np.int64)

    def banded(self, bands: Sequence[Sequence[int]], size: int) -> Ints:
        """From bands [lowest, highest, weight]: a band by its weight, then evenly within it, both ends inclusive."""
        lowest, highest, weights = np.array(bands, dtype=np.int64).T
        band = self.pick(weights, size)
        return self.between(lowest[band], highest[band])

    def order(self, size: int) -> Ints:
        """The numbers 0 to size - 1, shuffled."""
        return np.argsort(self._words(size), kind="stable").astype(np.int64)

    def dealt(self, counts: ArrayLike) -> Ints:
        """Index i exactly counts[i] times, shuffled."""
        hand = np.repeat(np.arange(len(np.asarray(counts))), np.asarray(counts, dtype=np.int64))
        return np.asarray(hand[self.order(len(hand))], dtype=np.int64)

    def varied(self, weights: Ints, per_cent: int) -> Ints:
        """Weights (of any shape), each up to so many per cent more or less; a hundred times as large."""
        factors = 100 - per_cent + self.below(2 * per_cent + 1, weights.size)
        return np.asarray(weights * factors.reshape(weights.shape), dtype=np.int64)

    def stirred(self, totals: Ints, per_cent: int) -> Ints:
        """Totals that add to the same, each up to about so many per cent more or less."""
        return apportion(int(totals.sum()), self.varied(totals, per_cent)) if totals.any() else totals

    def some(self, of: Ints, count: int) -> Ints:
        """`count` different members of `of`."""
        return np.asarray(of[self.order(len(of))[:count]], dtype=np.int64)


def apportion(total: int, weights: ArrayLike) -> Ints:
    """Whole numbers that add to `total` and follow the weights (largest remainder; ties go to the first)."""
    parts = np.asarray(weights, dtype=np.int64)
    products = total * parts
    shares = products // parts.sum()
    left = total - int(shares.sum())
    shares[np.argsort(shares * parts.sum() - products, kind="stable")[:left]] += 1
    return np.asarray(shares, dtype=np.int64)


def weights_of(names: Sequence[str], weights: Mapping[Any, int]) -> Ints:
    """The weights of `names` in that order, 0 where there is none."""
    by_name = {str(name): weight for name, weight in weights.items()}
    return np.array([by_name.get(name, 0) for name in names], dtype=np.int64)
