"""Simulates funnels and hotspots, and shows both on real police.uk downloads where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import before
import numpy as np
import real
from page import Row, per_cent, span
from scenes import Floats, Generator, grid, lognormal, smoothed

from thematic.stats.funnel import funnel
from thematic.stats.hotspots import hotspots_of_counts, hotspots_of_residents

ACROSS = 27
OPEN_DATA = Path(os.environ.get("THEMATIC_OPEN_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def rows(rng: Generator, series: int) -> list[Row]:
    found = [*_funnels(rng, 4 * series), *_hotspots(rng, max(series // 4, 20))]
    return [*found, *_real()]


def _funnels(rng: Generator, forces: int) -> list[Row]:
    found = []
    for units, target in ((8, 7.0), (43, 22.0)):
        new, old = [], []
        for spread in (0.05, 0.1, 0.2):
            for level in (400, 4000):
                expected = np.full(units, float(level))
                outside = []
                for _ in range(forces):
                    counts = rng.poisson(expected * lognormal(rng.normal(size=units), spread))
                    of = expected * counts.sum() / expected.sum()
                    outside.append(
                        (
                            bool((funnel(counts, of).outside == 0.998).any()),
                            bool(before.poisson_outside(counts, of).any()),
                        )
                    )
                new.append(per_cent(each for each, _ in outside))
                old.append(per_cent(each for _, each in outside))
        scene = f"{units} units alike but for 5, 10, 20% spread; 400 and 4,000 each"
        found.append(
            Row(
                "Funnels with a unit outside 99.8%",
                scene,
                span(old),
                f"at most {target:.0f}%",
                span(new),
                max(new) <= target,
            )
        )
    for units in (8, 20, 43):
        expected, outside = np.full(units, 400.0), []
        for _ in range(forces):
            rates = lognormal(rng.normal(size=units), 0.1)
            rates[0] = 1.5
            counts = rng.poisson(expected * rates)
            outside.append(funnel(counts, expected * counts.sum() / expected.sum()).outside[0])
        far, near = per_cent(each == 0.998 for each in outside), per_cent(each > 0 for each in outside)
        found.append(
            Row(
                "A unit really 50% above, outside 99.8% / 95%",
                f"{units} units, 10% spread, 400 each",
                "",
                "",
                f"{far:.0f} / {near:.0f}%",
                None,
            )
        )
    return found


def _hotspots(rng: Generator, maps: int) -> list[Row]:
    near = grid(ACROSS)
    size = ACROSS**2
    draws: dict[str, Callable[[], Floats]] = {
        "Poisson 0.4": lambda: rng.poisson(0.4, size).astype(float),
        "Poisson 3": lambda: rng.poisson(3, size).astype(float),
        "Poisson 37": lambda: rng.poisson(37, size).astype(float),
        "gamma, CV 1": lambda: rng.poisson(rng.gamma(1, 37, size)).astype(float),
        "gamma, CV 1.8": lambda: rng.poisson(rng.gamma(1 / 1.8**2, 37 * 1.8**2, size)).astype(float),
        "lognormal 1.5": lambda: rng.poisson(37 * np.exp(1.5 * rng.normal(size=size) - 1.125)).astype(float),
    }
    found = []
    for name, draw in draws.items():
        drawn = [draw() for _ in range(maps)]
        new = per_cent(hotspots_of_counts(each, near).hot.any() for each in drawn)
        old = per_cent(before.gi_star_hot(each, near).any() for each in drawn)
        scene = f"{size} hexagons, random in space, {name}"
        found.append(
            Row(
                f"Maps with a false hotspot, no residents ({maps} maps)",
                scene,
                f"{old:.0f}%",
                "at most 5%",
                f"{new:.0f}%",
                new <= 5,
            )
        )
    for spread, target in ((0.0, 5), (0.3, 10), (0.6, 10), (1.0, 10)):
        new, flagged, power = [], [], []
        for total in (300, 2000, 27000):
            hot, old, hits = [], [], []
            for _ in range(maps):
                residents = 1400 * np.exp(2 * smoothed(rng.normal(size=size), near, 3) / 0.35)
                risk = rng.gamma(1 / spread**2, spread**2, size) if spread else np.ones(size)
                mean = residents * risk
                counts = rng.poisson(total * mean / mean.sum()).astype(float)
                hot.append(hotspots_of_residents(counts, residents, near).hot.any())
                old.append(before.gi_star_hot(counts, near).sum())
                place = int(rng.choice(np.argsort(residents)[size // 2 :]))
                risk[[place, *near[place]]] *= 3
                mean = residents * risk
                counts = rng.poisson(total * mean / mean.sum()).astype(float)
                hits.append(hotspots_of_residents(counts, residents, near).hot[[place, *near[place]]].any())
            new.append(per_cent(hot))
            flagged.append(float(np.mean(old)))
            power.append(per_cent(hits))
        risks = f"risk differs at random, CV {spread}" if spread else "the same risk for all"
        scene = f"300 / 2,000 / 27,000 a year, {risks}"
        marks = " / ".join(f"{each:.0f}" for each in flagged) + " hexagons flagged a map"
        reached = " / ".join(f"{each:.0f}" for each in new) + "%"
        found.append(
            Row(
                f"Maps with a false hotspot, residents known ({maps} maps)",
                scene,
                marks,
                f"at most {target}%",
                reached,
                max(new) <= target,
            )
        )
        found.append(
            Row(
                "Seven hexagons at three times the risk found",
                scene,
                "",
                "",
                " / ".join(f"{each:.0f}" for each in power) + "%",
                None,
            )
        )
    return found


def _real() -> list[Row]:
    if not OPEN_DATA.is_dir():
        return [Row("Real units and maps", f"skipped: no {OPEN_DATA}", "", "", "", None)]
    found = []
    for force in real.forces(OPEN_DATA):
        for kind, counts, residents in force.kinds:
            expected = counts.sum() * residents / residents.sum()
            old, made = before.poisson_outside(counts, expected), funnel(counts, expected)
            far, near = int((made.outside == 0.998).sum()), int((made.outside > 0).sum())
            scene = (
                f"{force.name}, {kind}, {counts.size} units, tau {made.spread:.0%}"
                if made.spread == made.spread
                else f"{force.name}, {kind}, {counts.size} units"
            )
            reached = f"no funnel: {made.refusal}" if made.refusal else f"{far} and {near}"
            held = None if made.refusal else far == 0 and near <= 1
            found.append(
                Row(
                    "Real units outside 99.8%, and 95%",
                    scene,
                    f"{int(old.sum())} outside 99.8%",
                    "0, and at most 1; none under 8 units",
                    reached,
                    held,
                )
            )
        for kind, counts, residents, near_places in force.maps:
            old = int(before.gi_star_hot(counts, near_places).sum())
            most, more = hotspots_of_counts(counts, near_places), hotspots_of_residents(counts, residents, near_places)
            fullest = most.hot[np.argsort(counts)[-12:]].sum()
            recorded = f"{most.hot.sum()} where most is recorded, {fullest} of the 12 fullest among them"
            reached = f"{recorded}; {more.hot.sum()} above what residents explain (spread {more.spread:.1f})"
            found.append(
                Row(
                    "Real hotspots, hexagons of 2 km",
                    f"{force.name}, {kind}, {counts.size} hexagons",
                    f"{old}",
                    "a map that an analyst would defend",
                    reached,
                    None,
                )
            )
    return found
