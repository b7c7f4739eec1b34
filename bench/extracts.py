"""Measures how long 1,000,000 and 2,000,000 crime rows take from CSV to the checked warehouse, and how much memory.

Run as `python bench/extracts.py`; `--write` renews its table in docs/. It makes a CSV with every column of the
contract, about 0.3% of the rows bad, in a temporary folder (not measured), then builds the warehouse from it in a
process of its own. Of the two million rows every column is filled in, and they come in no order. Measured are that
process's whole time (interpreter start, reading, checking, storing) and its peak memory.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from measuring.page import Table, keep, options, renew
from measuring.setting import ROOT
from measuring.spread import Spread, Target

ROWS, MORE = 1_000_000, 2_000_000
SECONDS, GIB = Target(15), Target(2)
MORE_SECONDS, MORE_GIB = Target(40), Target(3)

_BUILD = """
import sys
from datetime import date
from pathlib import Path
from thematic.extracts import warehouse
from thematic.tools.sample.folder import fresh_sample
from thematic.params import load_params
from thematic.core.workbook import Workbook

params = load_params(Workbook(Path(sys.argv[1])))
workbook = Workbook(Path(sys.argv[2]))
warehouse.build(workbook, params, Path(sys.argv[3]), None, date(2021, 2, 1), print, fresh_sample)
"""


def main() -> None:
    asked = options("Times the reading of 1,000,000 and of 2,000,000 crime rows.").parse_args()
    measured = [_measure(ROWS, filled=False), _measure(MORE, filled=True)]  # the larger last: a peak is of all so far
    targets = [(SECONDS, GIB), (MORE_SECONDS, MORE_GIB)]
    met, lines = True, []
    for rows, (megabytes, seconds, gib), (in_time, in_memory) in zip((ROWS, MORE), measured, targets, strict=True):
        spreads = Spread.of([seconds]), Spread.of([gib])
        met = met and in_time.met(spreads[0]) and in_memory.met(spreads[1])
        times = [spreads[0].told(1), in_time.told(), spreads[1].told(2), in_memory.told()]
        lines.append([f"{rows:,}", f"{megabytes:.0f}", *times])
    heading = ["crime rows", "CSV, MB", "seconds", "target", "most memory, GiB", "target"]
    table = Table("extract", heading, lines)
    print(table.plain())
    if asked.json:
        kept = {"rows": ROWS, "seconds": measured[0][1], "peak_gib": measured[0][2]}
        keep(asked.json, "extract", kept | {"more_rows": MORE, "more_seconds": measured[1][1]})
    if asked.write:
        renew(table)
    sys.exit(0 if met else 1)


def _measure(rows: int, filled: bool) -> tuple[float, float, float]:
    """The CSV's megabytes, the seconds and the most GiB that it takes to build from so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        workbook, extract = Path(folder) / "workbook", Path(folder) / "extract"
        (workbook / "data").mkdir(parents=True)
        extract.mkdir()
        shutil.copytree(ROOT / "data" / "reference", workbook / "data" / "reference")
        (extract / "extract.yaml").write_text("as_at: 2021-01-31\n", encoding="utf-8")
        columns = _crimes(rows)
        _write(_filled(columns) if filled else columns, extract / "crimes.csv")
        size = (extract / "crimes.csv").stat().st_size
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", _BUILD, ROOT, workbook, extract], check=True, cwd=ROOT)
        return size / 1e6, time.perf_counter() - started, _peak_gib()


def _peak_gib() -> float:
    """The child's peak memory; not a number where the system does not tell it."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / 2**30 if sys.platform == "darwin" else peak / 2**20


def _names(level: str) -> list[str]:
    """The names of a level's areas."""
    declared = yaml.safe_load((ROOT / "params" / "areas" / f"{level}.yaml").read_text(encoding="utf-8"))
    return [area["name"] for area in declared["areas"]]


def _write(columns: dict[str, np.ndarray], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


def _filled(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows in no order, with every cell filled in."""
    draw = np.random.default_rng(2)
    order = draw.permutation(len(columns["crime_ref"]))
    filled = {}
    for name, values in columns.items():
        some = values[values != ""]
        filled[name] = np.where(values == "", some[draw.integers(0, len(some), len(values))], values)[order]
    late = np.full(len(order), "2021-01-31", object)  # on or after the day of recording, whichever that is
    return filled | {"outcome_on": late, "cancelled_on": late}


def _crimes(rows: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(1)
    lpus, authorities = ([*_names(level), ""] for level in ("lpu", "local_authority"))
    codes = [line.split(",")[0] for line in (ROOT / "data/reference/offences.csv").read_text("utf-8").splitlines()[1:]]
    first, days = np.datetime64(date(2015, 1, 1)), 2200
    recorded = first + draw.integers(0, days, rows)
    has_outcome = draw.random(rows) < 0.7
    outcome_on = recorded + draw.integers(0, 20, rows)
    bad = draw.random(rows) < 0.003

    def pick(values: list[str], blank: float = 0.0) -> np.ndarray:
        chosen = np.array(values, object)[draw.integers(0, len(values), rows)]
        return np.where(draw.random(rows) < blank, "", chosen)

    def reference(letter: str, many: int) -> np.ndarray:
        return np.array([f"{letter}{number:09d}" for number in draw.integers(0, many, rows)], object)

    return {
        "crime_ref": np.array([f"07{number:010d}" for number in range(rows)], object),
        "recorded_on": np.where(bad, "31/12/2019", recorded.astype(str)),
        "committed_on": np.datetime_as_string(recorded - draw.integers(0, 400, rows)),
        "cancelled_on": np.where(draw.random(rows) < 0.03, np.datetime_as_string(outcome_on), ""),
        "offence_code": pick(codes),
        "offence_title": pick(["Assault with injury", "Public fear, alarm or distress", "Harassment"]),
        "lpu": pick(lpus),
        "local_authority": pick(authorities),
        "lsoa_code": np.array([f"E0101{number:04d}" for number in draw.integers(2000, 9000, rows)], object),
        "longitude": np.array([f"{value:.5f}" for value in draw.uniform(-3, -2, rows)], object),
        "latitude": np.array([f"{value:.5f}" for value in draw.uniform(53, 54, rows)], object),
        "domestic": pick(["Y", "N", "N"]),
        "hate_strands": pick(["race", "religion;race", "disability", "sexual_orientation"], blank=0.95),
        "alcohol": pick(["Y", "N"], blank=0.1),
        "public_place": pick(["Y", "N"], blank=0.1),
        "outcome_code": np.where(has_outcome, pick([str(code) for code in range(1, 23)]), ""),
        "outcome_on": np.where(has_outcome, np.datetime_as_string(outcome_on), ""),
        "victim_ref": reference("V", rows // 2),
        "suspect_ref": reference("S", rows // 2),
        "victim_age": pick([str(age) for age in range(100)], blank=0.1),
        "victim_sex": pick(["Female", "Male"], blank=0.1),
        "victim_ethnicity": pick(["White", "Asian", "Black", "Mixed", "Not stated"], blank=0.2),
        "victim_disability": pick(["Y", "N", "Not stated"], blank=0.3),
        "victim_religion": pick(["Christian", "Muslim", "None", "Not stated"], blank=0.5),
        "victim_sexual_orientation": pick(["Heterosexual", "Gay or lesbian", "Not stated"], blank=0.5),
    }


if __name__ == "__main__":
    main()
