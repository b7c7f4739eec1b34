"""Makes reports of many months: how much memory that takes at one time, and how long it takes to find nothing to do.

Run as `python bench/many.py`. It makes the reports of a month and then of a year, to html, looking at the memory of
all the processes; makes 1,224 reports up to date, to csv; and times the command that then has nothing to do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from measuring.memory import Watched, watch
from measuring.page import Table, keep, options, renew
from measuring.setting import PERIOD, Setting, setting
from measuring.spread import Spread, Target
from measuring.usage import run

YEAR, LONG = "2020-02..2021-01", "2018-04..2021-01"
TIMES = 5
FLAT = Target(1.1)
"""The most memory of a year's reports, over that of a month's."""
IDLE = Target(2)
"""Seconds to find that nothing is to be done."""


@dataclass(frozen=True)
class Batch:
    reports: int
    watched: Watched


@dataclass(frozen=True)
class Idle:
    reports: int
    seconds: list[float]


def main() -> None:
    parser = options("Memory of a batch, and the time to find nothing to do.")
    parser.add_argument("--short", action="store_true", help="stop at a year of reports (432)")
    asked = parser.parse_args()
    with setting() as ready:
        batches = [_watched(ready, periods) for periods in (PERIOD, YEAR)]
        idles = [_idle(ready, YEAR, "html")]
        if not asked.short:
            run(ready, ready.build(LONG, "csv", out=_out(ready, LONG)))
            idles.append(_idle(ready, LONG, "csv"))
    tables, met = _tables(batches, idles)
    print("\n\n".join(table.plain() for table in tables))
    if asked.json:
        keep(asked.json, "many", {"batches": [*map(asdict, batches)], "nothing_to_do": [*map(asdict, idles)]})
    if asked.write:
        for table in tables:
            renew(table)
    sys.exit(0 if met else 1)


def _out(ready: Setting, periods: str) -> Path:
    return ready.root / "many" / periods


def _watched(ready: Setting, periods: str) -> Batch:
    watched = watch(ready, ready.build(periods, "html", out=_out(ready, periods)))
    reports = len(ready.editions(periods))
    print(f"{reports:,} reports made in {watched.seconds:.0f} s, while their memory was watched", flush=True)
    return Batch(reports, watched)


def _idle(ready: Setting, periods: str, suffix: str) -> Idle:
    command = ready.build(periods, suffix, out=_out(ready, periods))
    return Idle(len(ready.editions(periods)), [run(ready, command).seconds for _ in range(TIMES)])


def _tables(batches: Sequence[Batch], idles: Sequence[Idle]) -> tuple[list[Table], bool]:
    """The tables, and whether every target is met."""
    grown = Spread.of([batches[-1].watched.peak_mib / batches[0].watched.peak_mib])
    spreads = [Spread.of(idle.seconds) for idle in idles]
    memory = [[f"{batch.reports:,}", f"{batch.watched.peak_mib:.0f}", "", ""] for batch in batches]
    memory.append(["ratio", grown.told(2), FLAT.told(), FLAT.verdict(grown)])
    nothing = [
        [f"{idle.reports:,}", spread.told(2), IDLE.told(), IDLE.verdict(spread)]
        for idle, spread in zip(idles, spreads, strict=True)
    ]
    tables = [
        Table("memory", ["reports", "most memory, MiB", "target", "verdict"], memory),
        Table("nothing-to-do", ["reports up to date", "seconds", "target", "verdict"], nothing),
    ]
    return tables, FLAT.met(grown) and all(map(IDLE.met, spreads))


if __name__ == "__main__":
    main()
