"""Simulates the control chart of single months: false calls in a year of reports, and how soon a change is called."""

from __future__ import annotations

from dataclasses import replace

import before
import numpy as np
from page import Row, per_cent, span
from scenes import Floats, Generator, Scene

from thematic.stats.signals import ControlChart, control_charts, signals

MONTHS, REPORTS = 36, 12
LEVELS = (20, 60, 300, 1500)
_ENDED = MONTHS - 12
_CHUNK = 60


def rows(rng: Generator, series: int) -> list[Row]:
    return [
        *_false_calls(rng, series),
        *_steps(rng, series),
        *_single_months(rng, series),
        *_ended(rng, series),
        *_short(rng, series),
    ]


def calls(counts: Floats, months: int = MONTHS) -> tuple[np.ndarray, np.ndarray]:
    """Side and months of the signal of each successive report (series by reports), each of so many months."""
    reports = counts.shape[1] - months + 1
    side, length = np.zeros((2, len(counts), reports), dtype=np.int64)
    for report in range(reports):
        last = (report + months - counts.shape[1] - 1) % 12 + 1
        for first in range(0, len(counts), _CHUNK):
            part = slice(first, first + _CHUNK)
            side[part, report], length[part, report] = signals(counts[part, report : report + months], last)
    return side, length


def _old_calls(counts: Floats) -> np.ndarray:
    reports = counts.shape[1] - MONTHS + 1
    return np.stack([before.xmr_causes(counts[:, each : each + MONTHS])[:, -1] for each in range(reports)], axis=1)


def _false_calls(rng: Generator, series: int) -> list[Row]:
    found = []
    scenes = {
        "Poisson": (Scene(), 8),
        "season 40%": (Scene(season=0.4), 8),
        "spread 5%": (Scene(spread=0.05), 15),
        "spread 10%": (Scene(spread=0.1), 15),
        "growth 2% a year, spread 3%": (Scene(growth=0.02, spread=0.03), 20),
        "growth 5% a year, spread 3%": (Scene(growth=0.05, spread=0.03), 25),
        "memory 0.6, spread 8%": (Scene(memory=0.6, spread=0.08), 30),
        "four months of -40% that ended a year before": (Scene(spread=0.03, shock=(_ENDED - 4, 4, 0.6)), 10),
        "four months of +100% that ended a year before": (Scene(spread=0.03, shock=(_ENDED - 4, 4, 2.0)), 10),
    }
    for name, (scene, target) in scenes.items():
        new, old = [], []
        for level in LEVELS:
            counts = scene.at(level).counts(rng, series, MONTHS + REPORTS - 1)
            new.append(per_cent((calls(counts)[0] != 0).any(axis=1)))
            old.append(per_cent((_old_calls(counts) != 0).any(axis=1)))
        levels = " / ".join(f"{each:,}" for each in LEVELS)
        found.append(
            Row(
                f"Called in a year, {levels} a month",
                name,
                _list(old),
                f"at most {target}%",
                _list(new),
                max(new) <= target,
            )
        )
    return found


def _list(values: list[float]) -> str:
    return " / ".join(f"{value:.0f}" for value in values) + "%"


def _steps(rng: Generator, series: int) -> list[Row]:
    found, wrong = [], []
    for level, factor, targets in (
        (300, 1.15, (55, 75, 90)),
        (1500, 1.15, (92, 98, 98)),
        (60, 1.3, (50, 80, 95)),
    ):
        counts = Scene(level, spread=0.03, step=(12, factor)).counts(rng, series, MONTHS + 11)
        side, length = calls(counts)
        within = [per_cent((side[:, :n] != 0).any(axis=1)) for n in (3, 6, 12)]
        at = [per_cent(_old_calls(counts)[:, n - 1] != 0) for n in (3, 6, 12)]
        now = [per_cent(side[:, n - 1] != 0) for n in (3, 6, 12)]
        wrong += [per_cent(side[:, n] < 0) for n in range(12)]
        scene = f"{factor - 1:+.0%} at {level:,} a month, spread 3%"
        found.append(
            Row(
                "A step called in some report within 3 / 6 / 12 months",
                scene,
                f"after so many: {_list(at)}",
                "at least " + _list(list(targets)),
                f"{_list(within)} (after so many: {_list(now)})",
                all(reached >= target for reached, target in zip(within, targets, strict=True)),
            )
        )
        run = length[:, 2] > 1
        right = per_cent(np.abs(length[run, 2] - 3) <= 1) if run.any() else 0.0
        found.append(
            Row("Its beginning right within a month, of runs called after 3", scene, "", "", f"{right:.0f}%", None)
        )
    return [
        *found,
        Row("Called the wrong way", "each report of the steps above", "", "at most 1%", span(wrong), max(wrong) <= 1),
    ]


def _single_months(rng: Generator, series: int) -> list[Row]:
    series *= 3
    counts = Scene(300).counts(rng, series, MONTHS)
    counts[:, -1] = rng.poisson(1.4 * 300 * 31 / 30.4375, series)
    charts = _charts(counts)
    marked = per_cent(chart.marked[-1] == 1 for chart in charts)
    run = per_cent(chart.run is not None for chart in charts)
    inside, marks = 0, 0
    for row, chart in zip(counts, charts, strict=True):
        within = (row >= chart.lower) & (row <= chart.upper)
        inside += int((within & (chart.marked != 0)).sum())
        marks += int((chart.marked != 0).sum())
    old = before.xmr_causes(counts)
    return [
        Row("A month of +40% marked", "300 a month", "", "at least 88%", f"{marked:.0f}%", marked >= 88),
        Row("A month of +40% named a run", "300 a month", "", "at most 12%", f"{run:.1f}%", run <= 12),
        Row(
            "Marked months inside the limits",
            "the same charts",
            f"{int((old != 0).sum()):,} months marked by patterns too",
            "none",
            f"{inside} of {marks:,}",
            inside == 0,
        ),
    ]


def _ended(rng: Generator, series: int) -> list[Row]:
    """Runs of the year that are over, on charts of 48 months."""
    found = []
    for name, scene in {"Poisson": Scene(300), "spread 5%": Scene(300, spread=0.05)}.items():
        said = per_cent(bool(chart.ended) for chart in _charts(scene.counts(rng, series, 48)))
        scene_words = f"stable, 300 a month, {name}"
        found.append(
            Row(
                "Reports that name a run as over",
                scene_words,
                "",
                "at most 8% (a year's calls)",
                f"{said:.1f}%",
                said <= 8,
            )
        )
    over = _charts(Scene(300, spread=0.03, shock=(42, 3, 1.5)).counts(rng, series, 48))
    named = per_cent(
        len(chart.ended) == 1 and (chart.ended[0].first, chart.ended[0].last) == (42, 44) for chart in over
    )
    found.append(
        Row(
            "Three months of +50% named as over, with the right months",
            "300 a month, three months later",
            "",
            "",
            f"{named:.0f}%",
            None,
        )
    )
    level = _charts(Scene(300, spread=0.03, step=(15, 1.15)).counts(rng, series, 48))
    said = per_cent(bool(chart.ended) for chart in level)
    found.append(
        Row(
            "A step that stayed said to be over",
            "+15% at 300 a month, 15 months ago",
            "",
            "at most 8%",
            f"{said:.1f}%",
            said <= 8,
        )
    )
    return found


def _charts(counts: Floats) -> list[ControlChart]:
    parts = range(0, len(counts), _CHUNK)
    return [chart for first in parts for chart in control_charts(counts[first : first + _CHUNK], 12)]


def _short(rng: Generator, series: int) -> list[Row]:
    reports, runs = [], 0
    for level in (20, 60, 300, 1500):
        for season in (0.0, 0.2):
            for months in (13, 18, 23):
                side, length = calls(Scene(level, season=season).counts(rng, series, months), months)
                reports.append(per_cent(side[:, 0] != 0))
                runs += int((length > 1).sum())
    found = [
        Row(
            "Reports with a signal, 13 to 23 months",
            "stable, season 0 and 20%, 20 to 1,500 a month",
            "28 to 44% from 300 a month",
            "at most 1%, no runs",
            f"{span(reports)}, {runs} runs",
            max(reports) <= 1 and runs == 0,
        )
    ]
    counts = replace(Scene(300), season=0.2).counts(rng, series, 18)
    counts[:, -1] *= 2
    found.append(
        Row(
            "A month of +100% marked, 18 months",
            "300 a month, season 20%",
            "",
            "what a chart of under 24 months can do",
            f"{per_cent(calls(counts, 18)[0][:, 0] > 0):.0f}%",
            None,
        )
    )
    return found
