"""Turns what was expected of months into a band behind their line: its labels, and what stood out with a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes

from thematic.charts.canvas import FOCUS, INK, line, write
from thematic.charts.measuring import TEXT_SIZE, width_of
from thematic.core.palette import LIGHT
from thematic.core.periods import Month
from thematic.measures.expectations import MonthsExpected, Run, Side

Polarity = Literal["lower", "higher", "none"]

FAVOURABLE, UNFAVOURABLE, NEUTRAL = LIGHT.third, LIGHT.second, LIGHT.fourth
SHAPES: dict[Side, str] = {"high": "^", "low": "v"}
_GAP, _LOWEST = TEXT_SIZE + 2, 9
_SAID: dict[Side, str] = {"high": "Above the limits", "low": "Below the limits"}
_RUNS: dict[Side, str] = {"high": "Higher than expected", "low": "Lower than expected"}
_BETTER: dict[Polarity, Side | None] = {"lower": "low", "higher": "high", "none": None}
UPPER, LOWER, EXPECTED = "upper limit", "lower limit", "expected"


def judgement(side: Side, polarity: Polarity) -> str:
    """What standing out on a side means for a measure: favourable, unfavourable, or nothing where neither is."""
    better = _BETTER[polarity]
    return "" if better is None else "favourable" if side == better else "unfavourable"


def colour_of(side: Side, polarity: Polarity) -> str:
    colours = {"": NEUTRAL, "favourable": FAVOURABLE, "unfavourable": UNFAVOURABLE}
    return str(colours[judgement(side, polarity)])


def keys(chart: MonthsExpected | None, polarity: Polarity) -> list[tuple[dict[str, Any], str]]:
    """The looks of what stood out, and what is said of each under the chart: months outside the limits, and runs."""
    if chart is None:
        return []
    sides = [side for side in SHAPES if side in chart.outside]
    said = [(look_of(side, polarity), _judged(_SAID[side], side, polarity)) for side in sides]
    shown = [run for run in runs_of(chart) if set(range(run.first.index, run.last.index + 1)) & _shown(chart)]
    return said + [(_look_of_run(run, polarity), _judged(run_words(run), run.side, polarity)) for run in shown]


def runs_of(chart: MonthsExpected) -> tuple[Run, ...]:
    """The runs in the order of their months."""
    found = [*chart.ended, *([] if chart.run is None else [chart.run])]
    return tuple(sorted(found, key=lambda run: run.first.index))


def run_words(run: Run) -> str:
    """A run as the chart's key has it: "Higher than expected from March 2021 to July 2021"."""
    if run.of_a_year:
        return f"{_RUNS[run.side]} for a year or more, to {run.last.label}"
    return f"{_RUNS[run.side]} from {run.first.label} to {run.last.label}"


def _judged(words: str, side: Side, polarity: Polarity) -> str:
    return ", ".join(part for part in (words, judgement(side, polarity)) if part)


def _shown(chart: MonthsExpected) -> set[int]:
    return {Month.parse(month).index for month in chart.months}


def label_room(limits: MonthsExpected | None) -> float:
    """How wide the labels of the limits are, in points; they stand only where the last month has limits."""
    return 0.0 if limits is None or limits.upper[-1] is None else max(width_of(UPPER), width_of(LOWER))


def draw_band(axes: Axes, limits: MonthsExpected) -> None:
    """From the lower to the upper limit of each month, lightly, what was expected dashed through it."""
    places = [place for place, mean in enumerate(limits.expected) if mean is not None]
    lower, upper, expected = (
        np.asarray([line[place] for place in places], dtype=float)
        for line in (limits.lower, limits.upper, limits.expected)
    )
    axes.fill_between(places, lower, upper, color=FOCUS, alpha=0.12, linewidth=0, zorder=1.2)
    line(axes, places, expected, color=INK, linewidth=1, dashes=(4, 3), clip_on=False, zorder=1.5)


def draw_labels(axes: Axes, limits: MonthsExpected, height: float, top: float, value: float | None) -> None:
    """The words beside the band's right end, clear of the last value, which stands there too.

    `expected` is left to the note under the chart where there is no room for it at its own height.
    """
    taken = [] if value is None else [height * value / top]
    for text, ends in ((UPPER, limits.upper), (LOWER, limits.lower), (EXPECTED, limits.expected)):
        level = ends[-1]
        if level is None:
            continue
        spot = _clear(height * level / top, taken, height - _LOWEST)
        if text != EXPECTED or spot == height * level / top:
            taken.append(spot)
            where, away = (len(ends) - 1, level), (9, spot - height * level / top)
            write(axes, text, where, away)


def _clear(wanted: float, taken: Sequence[float], highest: float) -> float:
    """The height nearest to the one wanted, clear of the baseline, of the names above and of the labels taken."""
    spots = [min(max(wanted, _LOWEST), highest), *(other + step for other in taken for step in (-_GAP, _GAP))]
    free = [
        spot for spot in spots if _LOWEST <= spot <= highest and all(abs(spot - other) > _GAP - 0.01 for other in taken)
    ]
    return min(free, key=lambda spot: (abs(spot - wanted), spot))


def draw_marks(axes: Axes, values: Sequence[float], chart: MonthsExpected, polarity: Polarity) -> None:
    """A triangle on each month outside the limits: its point says which side, its colour whether that is good, bad or
    neither; and a broad line along the months of each run."""
    first = Month.parse(chart.months[0]).index
    for run in runs_of(chart):
        places = [
            place for place in range(run.first.index - first, run.last.index - first + 1) if 0 <= place < len(values)
        ]
        heights = [values[place] for place in places]
        line(axes, places, heights, clip_on=False, zorder=1.8, **_look_of_run(run, polarity))
    for side in SHAPES:
        places = [place for place, found in enumerate(chart.outside) if found == side]
        heights = [values[place] for place in places]
        line(axes, places, heights, linestyle="", clip_on=False, zorder=6, **look_of(side, polarity))


def _look_of_run(run: Run, polarity: Polarity) -> dict[str, Any]:
    """The broad line of a run."""
    return {"color": colour_of(run.side, polarity), "linewidth": 9, "alpha": 0.55, "solid_capstyle": "round"}


def look_of(side: Side, polarity: Polarity) -> dict[str, Any]:
    """The triangle of a side."""
    edge = {"markeredgecolor": INK, "markeredgewidth": 0.8}
    return {"marker": SHAPES[side], "color": colour_of(side, polarity), "markersize": 9, **edge}
