"""Times how long a new notebook takes to answer its first cell, on the kernel Thematic and on the usual one.

Run as `python bench/kernels.py`. In each round it starts a Jupyter server and asks it for three kernels, one after the
other: Thematic as soon as the server answers, the usual Python kernel, and Thematic again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from measuring.lab import served
from measuring.page import Table, keep, options, renew
from measuring.setting import Setting, setting
from measuring.spread import Spread, Target

CELL = "import seaborn"
OURS, USUAL = "thematic", "python3"
QUICK = Target(1)
"""Seconds from asking for a kernel until its first cell has run."""


@dataclass(frozen=True)
class Round:
    """Seconds from asking for a kernel until it has run `import seaborn`."""

    at_once: float
    usual: float
    ours: float


def main() -> None:
    parser = options("Time until a new notebook answers its first cell.")
    parser.add_argument("--rounds", type=int, default=7, help="servers to start (default: 7)")
    asked = parser.parse_args()
    with setting() as ready:
        _round(ready)  # not timed: what Python compiles and the disk holds afterwards is there for all
        rounds = [_round(ready) for _ in range(asked.rounds)]
    table = _table(rounds)
    print(table.plain())
    if asked.json:
        keep(asked.json, "kernels", {"rounds": [*map(asdict, rounds)]})
    if asked.write:
        renew(table)
    sys.exit(0 if QUICK.met(Spread.of([each.ours for each in rounds])) else 1)


def _round(ready: Setting) -> Round:
    with served(ready) as server:
        at_once, usual, ours = (server.first_cell(kernel, CELL) for kernel in (OURS, USUAL, OURS))
    return Round(at_once, usual, ours)


def _table(rounds: Sequence[Round]) -> Table:
    ours = Spread.of([each.ours for each in rounds])
    usual = Spread.of([each.usual for each in rounds])
    ratio = Spread.of([each.usual / each.ours for each in rounds])
    at_once = Spread.of([each.at_once for each in rounds])
    rows = [
        ["Thematic", ours.told(2), QUICK.told(), QUICK.verdict(ours)],
        ["Python 3 (ipykernel)", usual.told(2), "", ""],
        ["ratio of the two", ratio.told(1), "", ""],
        ["Thematic, asked for as soon as the server answers", at_once.told(2), "", ""],
    ]
    return Table("kernels", ["kernel", "seconds until `import seaborn` is done", "target", "verdict"], rows)


if __name__ == "__main__":
    main()
