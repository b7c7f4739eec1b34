"""Makes the same reports of one month in five ways, side by side, and says how many times as long each takes.

Run as `python bench/batch.py`; `--only c,e --rounds 1` for a quick look. It works in a workbook of its own in a
temporary folder, with the synthetic sample, its data prepared before anything is timed.
"""

from __future__ import annotations

import argparse
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from measuring.bars import draw
from measuring.page import Table, keep, options, renew
from measuring.setting import PERIOD, WORKERS, Setting, setting
from measuring.spread import Spread, Target
from measuring.usage import Usage, adopt_orphans
from measuring.ways import OURS, WAYS, Way, usable
from thematic.core.areas import FORCE

RATIOS = {
    ("a", "c"): Target(17, at_least=True),
    ("b", "c"): Target(8, at_least=True),
    ("a", "d"): Target(9.5, at_least=True),
}
"""The ways whose times are divided, and what has to come of it."""
LEFT = {("c", "e"): Target(4)}
"""The ways of which one is taken from the other, and how many seconds may be left."""

Measured = dict[str, list[Usage]]


def main() -> None:
    asked = _arguments()
    ways = [way for way in WAYS if way.letter in asked.only and usable(way)]
    adopt_orphans()
    with setting() as ready:
        measured = _measure(ready, ways, asked.rounds)
        editions = len(ready.editions(PERIOD))
    times, ratios = _times(ways, measured), _ratios(measured)
    print(f"\n{editions} reports of {PERIOD}, {WORKERS} at once, rounds: {asked.rounds}\n")
    print(f"{times.plain()}\n\n{ratios.plain()}" if ratios.rows else times.plain())
    if asked.json:
        keep(asked.json, "batch", {letter: [asdict(each) for each in usages] for letter, usages in measured.items()})
    if asked.write:
        renew(times)
        renew(ratios)
        draw({way.title: [each.seconds for each in measured[way.letter]] for way in ways}, OURS.title)
    sys.exit(0 if all(target.met(spread) for _, spread, target in _held(measured)) else 1)


def _arguments() -> argparse.Namespace:
    parser = options("Times five ways of making the same reports.")
    letters = ",".join(way.letter for way in WAYS)
    parser.add_argument("--only", default=letters, type=lambda text: text.split(","), help=f"ways (default: {letters})")
    parser.add_argument("--rounds", default=3, type=int, help="how often each way runs (default: 3)")
    asked = parser.parse_args()
    if unknown := [letter for letter in asked.only if letter not in letters.split(",")]:
        parser.error(f"--only: there is no way '{unknown[0]}'. Ways are {letters}.")
    return asked


def _measure(ready: Setting, ways: Sequence[Way], rounds: int) -> Measured:
    """Every way in turn, and again. Each first makes the force's reports untimed, so that none pays for a cold disk."""
    editions = ready.editions(PERIOD)
    few = [edition for edition in editions if edition.area.slug == FORCE]
    for way in ways:
        way.make(ready, few, _folder(ready, f"{way.letter}-untimed"))
    measured: Measured = {way.letter: [] for way in ways}
    for number in range(1, rounds + 1):
        for way in ways:
            usage = way.make(ready, editions, _folder(ready, f"{way.letter}-{number}"))
            measured[way.letter].append(usage)
            print(f"round {number}, {way.letter}: {usage.seconds:.1f} s", flush=True)
    return measured


def _folder(ready: Setting, name: str) -> Path:
    folder = ready.root / name
    folder.mkdir()
    return folder


def _times(ways: Sequence[Way], measured: Measured) -> Table:
    rows = []
    for way in ways:
        seconds = Spread.of([usage.seconds for usage in measured[way.letter]])
        cpu = [usage.cpu_seconds for usage in measured[way.letter] if usage.cpu_seconds is not None]
        rows.append([f"({way.letter})", way.title, seconds.told(1), Spread.of(cpu).told(1) if cpu else "not known"])
    return Table("times", ["way", "what it is", "seconds", "processor seconds"], rows)


def _ratios(measured: Measured) -> Table:
    rows = [[name, spread.told(2), target.told(), target.verdict(spread)] for name, spread, target in _held(measured)]
    return Table("ratios", ["ways", "measured", "target", "verdict"], rows)


def _held(measured: Measured) -> Iterator[tuple[str, Spread, Target]]:
    """What the ways that were measured come to beside each other, taken round by round, and what has to come of it."""
    sides: tuple[tuple[dict[tuple[str, str], Target], str, Callable[[float, float], float]], ...] = (
        (RATIOS, "/", operator.truediv),
        (LEFT, "−", operator.sub),
    )
    for targets, sign, taken in sides:
        for (one, other), target in targets.items():
            if one in measured and other in measured:
                pairs = zip(measured[one], measured[other], strict=True)
                yield f"({one}) {sign} ({other})", Spread.of([taken(a.seconds, b.seconds) for a, b in pairs]), target


if __name__ == "__main__":
    main()
