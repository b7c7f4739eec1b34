"""Measures how time and memory grow with the rows of an extract, from CSV to the checked warehouse and to the cubes.

Run as `python bench/growth.py`; `--write` renews its table and its chart in docs/. It writes CSVs of 1, 2, 5 and 10
million crimes with every column of the contract, and one of 2 million with every cell filled in and in no order; each
step runs in a process of its own, measured whole (interpreter start and all).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measuring.lines import Line, Panels, draw
from measuring.page import Table, keep, options, renew
from measuring.setting import ONE_THREAD, ROOT
from measuring.spread import Spread, Target

MILLION = 1_000_000
SIZES = (1, 2, 5, 10)
FILLED = 2
MOST_GIB = Target(2)
EACH = Target(1.5)
"""Processor seconds for each million rows at the most rows, over those at the fewest."""
COUNTED = Target(60)
"""Seconds to count the most rows."""
NAME = "growth"
PANELS = Panels("growth.png", "Million rows", "Processor seconds", MOST_GIB.value)
STORING, COUNTING = "check and store", "count"

_WRITING = """
import sys
from pathlib import Path
from measuring.crimes import write_crimes

write_crimes(int(sys.argv[1]), Path(sys.argv[2]), filled=bool(sys.argv[3]))
"""
_STEPS = {
    STORING: """
import sys
from datetime import date
from pathlib import Path
from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.params import load_params
from thematic.tools.sample.folder import fresh_sample

params, workbook = load_params(Workbook(Path(sys.argv[1]))), Workbook(Path(sys.argv[2]))
warehouse.build(workbook, params, Path(sys.argv[3]), None, date(2021, 2, 1), str, fresh_sample)
""",
    COUNTING: """
import sys
from pathlib import Path
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.extracts import warehouse
from thematic.params import load_params

params, workbook = load_params(Workbook(Path(sys.argv[1]))), Workbook(Path(sys.argv[2]))
cubes.build(workbook, params, warehouse.facts(workbook), str)
""",
}


@dataclass(frozen=True)
class Taken:
    """What one step took: seconds by the clock, processor seconds, and the most memory of its process."""

    seconds: float
    cpu_seconds: float
    gib: float


@dataclass(frozen=True)
class Growth:
    """What the steps took at a size in rows."""

    rows: int
    filled: bool
    megabytes: float
    steps: dict[str, Taken]


def main() -> None:
    parser = options("Times the reading and the counting of many crime rows.")
    parser.add_argument("--millions", type=float, nargs="+", default=SIZES, help="million rows to measure (1 2 5 10)")
    asked = parser.parse_args()
    known = _known(asked.json)
    sizes = [(int(size * MILLION), False) for size in asked.millions]
    sizes += [(FILLED * MILLION, True)] if FILLED in asked.millions else []
    for rows, filled in sizes:
        known[rows, filled] = known.get((rows, filled)) or _measure(rows, filled=filled)
        if asked.json:
            keep(asked.json, NAME, {"sizes": [*map(asdict, known.values())]})
    found = sorted(known.values(), key=lambda each: (each.filled, each.rows))
    targets = _targets(found)
    tables = [
        _table(found),
        Table("growth-targets", ["measure", "value", "target", "verdict"], [line for _, line in targets]),
    ]
    print("\n\n".join(table.plain() for table in tables))
    if asked.write:
        for table in tables:
            renew(table)
        draw(PANELS, _lines(found))
    sys.exit(0 if all(met for met, _ in targets) else 1)


def _known(path: Path | None) -> dict[tuple[int, bool], Growth]:
    """What a file of raw numbers has: a size that is measured is not measured again."""
    if path is None or not path.is_file():
        return {}
    sizes = json.loads(path.read_text(encoding="utf-8")).get(NAME, {}).get("sizes", [])
    read = [Growth(**each | {"steps": {name: Taken(**step) for name, step in each["steps"].items()}}) for each in sizes]
    return {(each.rows, each.filled): each for each in read}


def _measure(rows: int, *, filled: bool) -> Growth:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        workbook, extract = Path(folder) / "workbook", Path(folder) / "extract"
        extract.mkdir()
        shutil.copytree(ROOT / "data" / "reference", workbook / "data" / "reference")
        (extract / "extract.yaml").write_text("as_at: 2021-01-31\n", encoding="utf-8")
        _run(_WRITING, str(rows), str(extract / "crimes.csv"), "filled" if filled else "", folder=ROOT / "bench")
        size = (extract / "crimes.csv").stat().st_size
        steps = {name: _taken(code, str(workbook), str(extract)) for name, code in _STEPS.items()}
    print(f"{rows:,} rows measured", flush=True)
    return Growth(rows, filled, size / 1e6, steps)


def _taken(code: str, workbook: str, extract: str) -> Taken:
    """What a process took that ended well. This one must be small: the system counts it into the memory of the other,
    which begins as a copy of it. (Not on Windows, which does not say what one process took.)"""
    started = time.perf_counter()
    usage = _run(code, str(ROOT), workbook, extract, folder=ROOT)
    peak = usage.ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    return Taken(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, peak)


def _run(code: str, *words: str, folder: Path) -> Any:
    """Runs Python code in a process, and gives what the system says that it used."""
    process = subprocess.Popen([sys.executable, "-c", code, *words], cwd=folder, env={**os.environ, **ONE_THREAD})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"a step ended with status {process.returncode}")
    return usage


def _table(found: Sequence[Growth]) -> Table:
    header = ["crime rows", "CSV, MB"]
    header += [f"{step}: {what}" for step in _STEPS for what in ("processor seconds", "seconds", "GiB")]
    lines = []
    for each in found:
        words = f"{each.rows:,}" + (", every cell filled in, in no order" if each.filled else "")
        taken = [text for step in each.steps.values() for text in _texts(step)]
        lines.append([words, f"{each.megabytes:,.0f}", *taken])
    return Table(NAME, header, lines)


def _texts(taken: Taken) -> list[str]:
    return [f"{taken.cpu_seconds:.1f}", f"{taken.seconds:.1f}", f"{taken.gib:.2f}"]


def _targets(found: Sequence[Growth]) -> list[tuple[bool, list[str]]]:
    """Whether each target is met, and its line in a table."""
    plain = [each for each in found if not each.filled]
    few, many = plain[0], plain[-1]
    each = [growth.steps[STORING].cpu_seconds / growth.rows for growth in (few, many)]
    measured = [
        ("most memory of all, GiB", max(step.gib for growth in found for step in growth.steps.values()), MOST_GIB),
        (f"{STORING}, processor seconds a row: {many.rows:,} over {few.rows:,}", each[1] / each[0], EACH),
        (f"{COUNTING} {many.rows:,} rows, seconds", many.steps[COUNTING].seconds, COUNTED),
    ]
    spreads = [(name, Spread.of([value]), target) for name, value, target in measured]
    return [
        (target.met(spread), [name, spread.told(2), target.told(), target.verdict(spread)])
        for name, spread, target in spreads
    ]


def _lines(found: Sequence[Growth]) -> list[Line]:
    """A line for each step: of processor seconds, and of memory."""
    plain = [each for each in found if not each.filled]
    rows = [each.rows / MILLION for each in plain]
    return [
        Line(step, rows, [each.steps[step].cpu_seconds for each in plain], [each.steps[step].gib for each in plain])
        for step in _STEPS
    ]


if __name__ == "__main__":
    main()
