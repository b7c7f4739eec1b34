"""The rows of the table of simulations, and the page that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Row:
    """One line: what is measured, on which scene, with the first edition's rule, what is to be reached, what is
    reached; `held` is None where there is no target."""

    what: str
    scene: str
    before: str
    target: str
    reached: str
    held: bool | None


def per_cent(flags: Iterable[object]) -> float:
    return 100 * float(np.mean(np.asarray(list(flags), dtype=bool)))


def span(values: Iterable[float]) -> str:
    """The least and the most of percentages."""
    found = list(values)
    low, high = f"{min(found):.1f}", f"{max(found):.1f}"
    return f"{low}%" if low == high else f"{low} to {high}%"


def write(path: Path, parts: list[tuple[str, list[Row]]], seed: int, series: int, seconds: float) -> None:
    margin = round(196 * (0.08 * 0.92 / series) ** 0.5, 1)
    head = _HEAD.format(seed=seed, series=series, margin=margin, minutes=max(round(seconds / 60), 1))
    path.write_text(f"{head}\n{text(parts)}", encoding="utf-8")


def text(parts: list[tuple[str, list[Row]]]) -> str:
    lines = []
    for title, rows in parts:
        lines += [
            f"## {title}",
            "",
            "| what | scene | first edition | to reach | reached | |",
            "|---|---|---|---|---|---|",
        ]
        lines += [*map(_line, rows), ""]
    return "\n".join(lines)


def _line(row: Row) -> str:
    held = {True: "yes", False: "**no**", None: ""}[row.held]
    return f"| {' | '.join((row.what, row.scene, row.before, row.target, row.reached, held))} |"


_HEAD = """# Simulations

How often the statistics are wrong where nothing changes, and how often they find what does. Every line can be run
again: `python bench/simulations/run.py` (seed {seed}, {series} series a line where nothing else is said, about
{minutes} minutes of one core) writes this page. "First edition" is the rule that was used before, on the same scenes
where it is still at hand in `bench/simulations/before.py`. The last column says whether the target was reached. A
share of 8% from {series} series is known to about ±{margin} points; other seeds move it by as much.

"A year" is 12 monthly reports of one series; a false call is a signal in any of them. "Spread" is how far months lie
around their level beyond chance, as a fraction of it; "memory" the part of it that passes to the next month.
"""
