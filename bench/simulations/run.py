"""Runs the simulations of the statistics and writes their page: `python bench/simulations/run.py`.

`--series` is how many series a line has (400), `--seed` where the generator starts, `--page` the page to write.
`--part` names one part (tests, charts, maps) and prints it alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from pathlib import Path

import charts
import maps
import numpy as np
import tests_of_change
from page import text, write

PARTS = {
    "tests": ("Tests of change and the verdict", tests_of_change.rows),
    "charts": ("The control chart of single months", charts.rows),
    "maps": ("Funnels and hotspots", maps.rows),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulates the statistics on made-up forces.")
    parser.add_argument("--series", type=int, default=400)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--part", choices=PARTS)
    page = Path(__file__).resolve().parents[2] / "docs" / "methods" / "simulations.md"
    parser.add_argument("--page", type=Path, default=page)
    asked = parser.parse_args()
    start, parts = time.process_time(), []
    for number, (name, (title, rows)) in enumerate(PARTS.items()):
        if asked.part in (None, name):
            parts.append((title, rows(np.random.default_rng([asked.seed, number]), asked.series)))
    seconds = time.process_time() - start
    if asked.part:
        print(text(parts))
    else:
        write(asked.page, parts, asked.seed, asked.series, seconds)
        print(f"{asked.page}: {sum(len(rows) for _, rows in parts)} lines in {seconds:.0f} s")


if __name__ == "__main__":
    main()
