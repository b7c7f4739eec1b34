"""Simulates the tests of counts, rates, ratios and the one verdict: false alarms, power, contradictions."""

from __future__ import annotations

import before
import numpy as np
from page import Row, per_cent, span
from scenes import Generator, Outcomes, Scene

from thematic.stats import comparison, intervals, power, signals, verdict

UNITS = np.array([8, 20, 20, 60, 60, 60, 150, 150])
"""Events a month of the units of a force, tested together."""


def rows(rng: Generator, series: int) -> list[Row]:
    return [
        *_counts(rng, series),
        *_rates(rng, series),
        *_short_windows(rng, series),
        *_ratios(rng, 2 * series),
        *_words(rng, series),
        *_intervals(),
        *_power(rng, series),
    ]


def _family(rng: Generator, scene: Scene, forces: int) -> tuple[np.ndarray, np.ndarray]:
    """Two years of the units of so many forces, unit by unit."""
    drawn = [scene.at(level).counts(rng, forces, 24) for level in UNITS]
    both = np.stack(drawn, axis=1).reshape(-1, 24)
    return both[:, 12:], both[:, :12]


def _counts(rng: Generator, series: int) -> list[Row]:
    found = {}
    for name, scene in {
        "Poisson": Scene(),
        "season 10%": Scene(season=0.1),
        "season 25%": Scene(season=0.25),
        "spread 6%": Scene(spread=0.06),
        "spread 8%": Scene(spread=0.08),
    }.items():
        now, then = _family(rng, scene, series)
        tested = comparison.compare_counts(now, then)
        families = np.repeat(np.arange(series), len(UNITS))
        flagged = comparison.adjusted(tested.p, families, tested.events) < 0.05
        any_of = flagged.reshape(series, -1).any(axis=1)
        found[name] = (per_cent(any_of), per_cent(tested.p < 0.05))
    drifting = {}
    for name, drift in {"1% a month": 0.01, "3% a month": 0.03}.items():
        counts = Scene(2300, drift=drift).counts(rng, 4 * series, 24)
        drifting[name] = per_cent(comparison.compare_counts(counts[:, 12:], counts[:, :12]).p < 0.05)
    scenes = ", ".join(found)
    return [
        Row(
            "Forces with any of 8 units significant, adjusted",
            scenes,
            "1 to 6% (the same rule)",
            "1 to 6%",
            span(of_force for of_force, _ in found.values()),
            max(each for each, _ in found.values()) <= 6,
        ),
        Row(
            "Counts, one test alone",
            scenes,
            "the same rule",
            "about 5%",
            span(alone for _, alone in found.values()),
            max(alone for _, alone in found.values()) <= 7,
        ),
        Row(
            "Counts under strong drift",
            "2,300 a month, the level wandering by 1% or 3% a month",
            "19 to 76% (the same rule)",
            "keep: the two years do differ",
            span(drifting.values()),
            None,
        ),
    ]


def _rates(rng: Generator, series: int) -> list[Row]:
    """A population that grows by 10%, and counts with it: the rate has not changed."""
    then, now = Scene(60).counts(rng, 8 * series, 12), Scene(66).counts(rng, 8 * series, 12)
    rate = per_cent(comparison.compare_counts(now, then, populations=(110_000, 100_000)).p < 0.05)
    count = per_cent(comparison.compare_counts(now, then).p < 0.05)
    scene = "60 a month, population and counts both 10% up"
    return [Row("Rates on their populations", scene, f"{count:.0f}%", "about 5%", f"{rate:.1f}%", rate <= 7)]


def _short_windows(rng: Generator, series: int) -> list[Row]:
    counts = Scene(300, spread=0.08, season=0.25).counts(rng, 4 * series, 24)
    now, then = counts[:, 12:], counts[:, :12]
    new = per_cent(comparison.compare_counts(now, then, window=3).p < 0.05)
    old = per_cent(comparison.compare_counts(now[:, -3:], then[:, -3:], window=3).p < 0.05)
    scene = "300 a month, spread 8%, season 25%"
    return [Row("Windows of 3 months", scene, f"{old:.0f}%", "about 5%", f"{new:.1f}%", new <= 7)]


def _ratios(rng: Generator, series: int) -> list[Row]:
    sizes = {"1,440 of 16,800": (1440, 16800), "10,800 of 16,800": (10800, 16800)}
    found = []
    for name, (x, d) in sizes.items():
        for scene, kind in {
            "no spread": Outcomes(x, d),
            "spread 10%": Outcomes(x, d, spread=0.1),
            "spread 20%": Outcomes(x, d, spread=0.2),
            "spread 30%": Outcomes(x, d, spread=0.3),
            "denominators ±15%, 20% more": Outcomes(x, d, moving=0.15, growth=0.2),
            "the same and spread 10%": Outcomes(x, d, spread=0.1, moving=0.15, growth=0.2),
            "batches": Outcomes(x, d, batches=True),
        }.items():
            found.append(_ratio_row(rng, series, f"{name}, {scene}", kind, 8))
    for scene, kind in {
        "144 of 1,080, no spread": Outcomes(144, 1080),
        "144 of 1,080, spread 20%": Outcomes(144, 1080, spread=0.2),
        "144 of 1,080, batches": Outcomes(144, 1080, batches=True),
        "36 of 300, batches": Outcomes(36, 300, batches=True),
        "5 of 36": Outcomes(5, 36),
    }.items():
        found.append(_ratio_row(rng, series, scene, kind, 10))
    for spread, target in ((0.0, 95), (0.1, 80), (0.2, 38)):
        _, p, exact = _ratio_p(rng, series, Outcomes(1440, 16800, spread=spread, rise=0.2))
        reached = per_cent(p < 0.05)
        found.append(
            Row(
                "Outcome percentages, a true +20% found",
                f"120 a month, spread {spread:.0%}",
                f"{per_cent(exact < 0.05):.0f}%",
                f"at least {target}%",
                f"{reached:.0f}%",
                reached >= target,
            )
        )
    return found


def _ratio_p(rng: Generator, series: int, kind: Outcomes) -> tuple[comparison.Comparison, np.ndarray, np.ndarray]:
    x, y, d, e = kind.draw(rng, series)
    tested = comparison.compare_ratios(x, y, d, e)
    totals = [each.sum(axis=1) for each in (x, y, d, e)]
    exact = comparison.binomial_test(totals[0], totals[0] + totals[1], totals[2] / (totals[2] + totals[3]))
    return tested, tested.p, exact


def _ratio_row(rng: Generator, series: int, scene: str, kind: Outcomes, target: float) -> Row:
    _, p, exact = _ratio_p(rng, series, kind)
    reached = per_cent(p < 0.05)
    what, old = "Outcome percentages, false alarms", f"{per_cent(exact < 0.05):.0f}%"
    return Row(what, scene, old, f"at most {target:.0f}%", f"{reached:.1f}%", reached <= target)


def _words(rng: Generator, series: int) -> list[Row]:
    found, opposite = [], []
    scenes = {
        "Poisson": Scene(),
        "spread 5%": Scene(spread=0.05),
        "season 25%": Scene(season=0.25),
        "memory 0.6, spread 8%": Scene(memory=0.6, spread=0.08),
        "growth 5% a year, spread 3%": Scene(growth=0.05, spread=0.03),
        "+15% for 3 months": Scene(spread=0.03, step=(3, 1.15)),
        "+15% for 15 months": Scene(spread=0.03, step=(15, 1.15)),
    }
    for name, scene in scenes.items():
        old_words, new_words, contradictions = [], [], []
        for level in (20, 60, 300, 1500):
            counts = scene.at(level).counts(rng, series, 36)
            tested = comparison.compare_counts(counts[:, 24:], counts[:, 12:24])
            old, new = before.trend_words(counts), verdict.verdicts(tested, tested.p)
            old_words += [word != "" for word in old]
            new_words += [str(word).startswith("Significant") for word in new]
            contradictions += [word != "" and p >= 0.05 for word, p in zip(old, tested.p, strict=True)]
            side, _ = signals.signals(counts, 12)
            opposite.append(
                per_cent(
                    [
                        str(w).startswith("Significant") and s == -way
                        for w, s, way in zip(new, side, tested.side, strict=True)
                    ]
                )
            )
        share = 100 * sum(contradictions) / max(sum(old_words), 1)
        found.append(
            Row(
                "The trend word is a Significant one",
                f"20 to 1,500 a month, {name}",
                f"{per_cent(old_words):.0f}%, {share:.0f}% of them beside significant = false",
                "from the same p as significant",
                f"{per_cent(new_words):.0f}%, none beside significant = false",
                None,
            )
        )
    found.append(
        Row(
            "Verdict and chart point opposite ways",
            f"each of the {len(opposite)} scenes and levels above",
            "",
            "at most 2%",
            span(opposite),
            max(opposite) <= 2,
        )
    )
    return [*found, *_stable(rng, series)]


def _stable(rng: Generator, series: int) -> list[Row]:
    found = []
    for level in (3, 20, 60, 300):
        shares = []
        for factor in (1.0, 1.2):
            counts = Scene(level, step=(12, factor)).counts(rng, 2 * series, 24)
            tested = comparison.compare_counts(counts[:, 12:], counts[:, :12])
            shares.append(per_cent([word == "Stable" for word in verdict.verdicts(tested, tested.p)]))
        target = "Stable only where a change of a fifth would show"
        reached = f"{shares[0]:.0f}% of unchanged, {shares[1]:.1f}% of +20%"
        found.append(Row("Called Stable", f"{level} a month", "", target, reached, shares[1] <= 9))
    return found


def _intervals() -> list[Row]:
    """Exact coverage, summed over the distribution."""
    from scipy import stats

    shares = []
    for n in (30, 100, 1000):
        counts = np.arange(n + 1)
        lower, upper = intervals.wilson_interval(counts, np.full(n + 1, n))
        for share in np.linspace(0.05, 0.95, 19):
            shares.append(100 * stats.binom.pmf(counts, n, share)[(lower <= share) & (share <= upper)].sum())
    rates = []
    for mean in np.geomspace(1, 300, 40):
        counts = np.arange(int(mean + 12 * np.sqrt(mean)) + 12)
        lower, upper = intervals.poisson_interval(counts)
        rates.append(100 * stats.poisson.pmf(counts, mean)[(lower <= mean) & (mean <= upper)].sum())
    scene = "30 to 1,000 answers, shares of 5 to 95%"
    return [
        Row(
            "Wilson interval, mean coverage",
            scene,
            "the same",
            "95%",
            f"{np.mean(shares):.1f}%",
            abs(np.mean(shares) - 95) < 0.7,
        ),
        Row(
            "Poisson interval, least coverage",
            "means of 1 to 300",
            "the same",
            "at least 95%",
            f"{min(rates):.1f}%",
            min(rates) >= 95,
        ),
    ]


def _power(rng: Generator, series: int) -> list[Row]:
    found = []
    for level, target in ((8, 4), (20, 19), (60, 67), (150, 96)):
        forces = 2 * series
        counts = Scene(level).counts(rng, forces * 8, 24)
        counts[::8, 12:] = Scene(level * 1.2).counts(rng, forces, 12)
        tested = comparison.compare_counts(counts[:, 12:], counts[:, :12])
        p = comparison.adjusted(tested.p, np.repeat(np.arange(forces), 8), tested.events)
        reached, said = per_cent(p[::8] < 0.05), 100 * power.power(12 * level, tests=8)
        what, told = "A true +20% in one unit of 8 found", f"{reached:.0f}%; a report says {said:.0f}%"
        found.append(Row(what, f"{level} a month", "not said", f"said: {target}%", told, abs(reached - said) <= 7))
    return found
