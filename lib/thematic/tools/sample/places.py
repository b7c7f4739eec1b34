"""Turns the list of places into names, shares and the LSOA and point of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.areas import NO_LOCATION
from thematic.tools.sample.draws import Draws, Flags, Ints, apportion, weights_of
from thematic.tools.sample.text import blanked, digits, words


@dataclass(frozen=True)
class Places:
    """LPUs and, after them, one place for what has no location; likewise the local authorities."""

    spec: Mapping[str, Any]

    @property
    def lpus(self) -> list[str]:
        return [*self.spec["places"], NO_LOCATION]

    @property
    def authorities(self) -> list[str]:
        names = [place["local_authority"] for place in self.spec["places"].values()]
        return [*dict.fromkeys(names), NO_LOCATION]

    @property
    def authority_of(self) -> Ints:
        """The index of the local authority of each place."""
        names = [place["local_authority"] for place in self.spec["places"].values()]
        return np.array([self.authorities.index(name) for name in (*names, NO_LOCATION)], dtype=np.int64)

    def weights(self, weights: Mapping[str, int]) -> Ints:
        return weights_of(self.lpus, weights)

    def share(self, total: int, weights: Mapping[str, int]) -> Ints:
        """A total of the force over its places."""
        return apportion(total, self.weights(weights))

    def share_by_authority(self, totals: Ints, weights: Mapping[str, int]) -> Ints:
        """Totals of the authorities, each over its own places."""
        shares = np.zeros(len(self.lpus), dtype=np.int64)
        for authority in np.flatnonzero(totals):
            own = self.authority_of == authority
            shares[own] = apportion(int(totals[authority]), self.weights(weights)[own])
        return shares

    def columns(self, place: Ints, draws: Draws) -> dict[str, pa.Array]:
        """lpu, local_authority, lsoa_code, longitude and latitude of rows, as text; blank where nothing is recorded."""
        lsoas = [(own, *row) for own, each in enumerate(self.spec["places"].values()) for row in each["lsoas"]]
        lsoa = self._lsoa(place, lsoas, draws)
        reach, size = np.array([row[4] for row in lsoas] + [0], dtype=np.int64), len(place)
        north, east = (draws.below(reach[lsoa] + 1, size) - draws.below(reach[lsoa] + 1, size) for _ in range(2))
        blank = (lsoa == len(lsoas)) | draws.chance(self.spec["coordinates_blank_per_mille"], size)
        lon, lat = (np.array([round(row[i] * 10_000) * 10 for row in lsoas] + [0], dtype=np.int64) for i in (2, 3))
        return {
            "lpu": words([*self.lpus[:-1], ""], place),
            "local_authority": words([*self.authorities[:-1], ""], self.authority_of[place]),
            "lsoa_code": words([*(row[1] for row in lsoas), ""], lsoa),
            "longitude": _degrees(lon[lsoa] + east * 5 // 3, blank),
            "latitude": _degrees(lat[lsoa] + north, blank),
        }

    def _lsoa(self, place: Ints, lsoas: list[Any], draws: Draws) -> Ints:
        """The index of each row's LSOA; after the last for those without one."""
        found = np.full(len(place), len(lsoas), dtype=np.int64)
        for own in range(len(self.lpus) - 1):
            rows = np.flatnonzero(place == own)
            found[rows] = draws.pick([row[5] if row[0] == own else 0 for row in lsoas], len(rows))
        found[draws.chance(self.spec["lsoa_blank_per_mille"], len(place))] = len(lsoas)
        return found


def _degrees(units: Ints, blank: Flags) -> pa.Array:
    """Units of 0.00001 degrees as text with five decimals."""
    whole, part = np.divmod(np.abs(units), 100_000)
    sign = words(["", "-"], (units < 0).astype(np.int64))
    return blanked(pc.binary_join_element_wise(sign, digits(whole), ".", digits(part, 5), ""), blank)
