"""Makes reports of many months: how much memory that takes at one time, and how long it takes to find nothing to do.

Run as `python bench/many.py`. It makes the reports of four themes for a month and for a year, and those of all themes
for 25 months (some 2,000), to html, looking at the memory of all the processes; times all themes' reports of a month;
and times the command that then has nothing to do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from measuring.lines import Line, Panels, draw
from measuring.memory import Watched, watch
from measuring.page import Table, keep, options, renew
from measuring.setting import FOUR, PERIOD, Setting, setting
from measuring.spread import Spread, Target
from measuring.usage import run
from thematic.build.request import ALL

YEAR, LONG = "2020-02..2021-01", "2019-01..2021-01"
TIMES = 5
PANELS = Panels("growth-reports.png", "Reports", "Seconds")
FLAT = Target(1.1)
"""The most memory of a year's reports, over that of a month's."""
IDLE = Target(1)
"""Seconds to find that nothing is to be done."""
MONTH = Target(40)
"""Seconds for the reports of all themes for a month, to html."""


@dataclass(frozen=True)
class Batch:
    reports: int
    watched: Watched


@dataclass(frozen=True)
class Command:
    """A command over so many reports, and what it took each time."""

    reports: int
    seconds: list[float]


def main() -> None:
    parser = options("Memory of a batch, and the time to find nothing to do.")
    parser.add_argument("--short", action="store_true", help="stop at a year of reports (432)")
    asked = parser.parse_args()
    with setting() as ready:
        batches = [_watched(ready, periods) for periods in (PERIOD, YEAR)]
        if not asked.short:
            batches.append(_watched(ready, LONG, [ALL]))
        whole = Command(len(ready.editions(PERIOD, [ALL])), [_whole(ready)])
        idles = [_idle(ready, YEAR, "html")]
        if not asked.short:
            idles.append(_idle(ready, LONG, "html", [ALL]))
    tables, met = _tables(batches, whole, idles)
    print("\n\n".join(table.plain() for table in tables))
    if asked.json:
        keep(
            asked.json,
            "many",
            {"batches": [*map(asdict, batches)], "month": asdict(whole), "nothing_to_do": [*map(asdict, idles)]},
        )
    if asked.write:
        for table in tables:
            renew(table)
        draw(PANELS, [_line(batches)])
    sys.exit(0 if met else 1)


def _out(ready: Setting, periods: str) -> Path:
    return ready.root / "many" / f"of {periods}"  # a folder that is called by a month is one that builds clear


def _watched(ready: Setting, periods: str, goals: Sequence[str] = FOUR) -> Batch:
    watched = watch(ready, ready.build(periods, "html", out=_out(ready, periods), goals=goals))
    reports = len(ready.editions(periods, goals))
    print(f"{reports:,} reports made in {watched.seconds:.0f} s, while their memory was watched", flush=True)
    return Batch(reports, watched)


def _whole(ready: Setting) -> float:
    """The seconds that all themes' reports of a month take."""
    seconds = run(ready, ready.build(PERIOD, "html", out=ready.root / "whole", goals=[ALL])).seconds
    print(f"all themes' reports of a month made in {seconds:.0f} s", flush=True)
    return seconds


def _idle(ready: Setting, periods: str, suffix: str, goals: Sequence[str] = FOUR) -> Command:
    command = ready.build(periods, suffix, out=_out(ready, periods), goals=goals)
    return Command(len(ready.editions(periods, goals)), [run(ready, command).seconds for _ in range(TIMES)])


def _line(batches: Sequence[Batch]) -> Line:
    found = [(each.reports, each.watched.seconds, each.watched.peak_mib / 1024) for each in batches]
    return Line("reports", *zip(*found, strict=True))


def _tables(batches: Sequence[Batch], whole: Command, idles: Sequence[Command]) -> tuple[list[Table], bool]:
    """The tables, and whether every target is met."""
    grown = Spread.of([batches[1].watched.peak_mib / batches[0].watched.peak_mib])
    spreads = [Spread.of(idle.seconds) for idle in idles]
    memory = [
        [f"{each.reports:,}", f"{each.watched.seconds:.0f}", f"{each.watched.peak_mib:.0f}", "", ""] for each in batches
    ]
    memory.append(["ratio of the first two", "", grown.told(2), FLAT.told(), FLAT.verdict(grown)])
    nothing = [
        [f"{idle.reports:,}", spread.told(2), IDLE.told(), IDLE.verdict(spread)]
        for idle, spread in zip(idles, spreads, strict=True)
    ]
    month = Spread.of(whole.seconds)
    made = [[f"{whole.reports:,}", month.told(1), MONTH.told(), MONTH.verdict(month)]]
    tables = [
        Table("month", ["reports of a month", "seconds", "target", "verdict"], made),
        Table("memory", ["reports", "seconds", "most memory, MiB", "target", "verdict"], memory),
        Table("nothing-to-do", ["reports up to date", "seconds", "target", "verdict"], nothing),
    ]
    return tables, FLAT.met(grown) and MONTH.met(month) and all(map(IDLE.met, spreads))


if __name__ == "__main__":
    main()
