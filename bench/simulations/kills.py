"""Kills builds of nine reports at random moments, and says whether the next builds end in the bytes of one undisturbed.

Run as `python bench/simulations/kills.py --kills 200 --minutes 25`. It works in a workbook of its own in a temporary
folder. A kill is SIGKILL to all processes of a build at once; builds go on from what the killed one left. After every
`--in-a-row` kills one is left to end: its files must be those of a build that nothing disturbed, and no half-written
file, temporary folder or process may be there any more.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil

from thematic.adoption.beginning import begin
from thematic.core.workbook import Workbook
from thematic.params import load_params
from thematic.tools.sample.folder import fresh_sample

THEME, GOAL, AREAS = "asb", "ASB", 8
BUILT = ("outputs", "data/warehouse", "data/cubes")
_MARK = "THEMATIC_KILLS"


def main() -> None:
    asked = _arguments()
    with TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as folder:
        workbook = _workbook(Path(folder) / "workbook")
        trial = Trial(workbook, Path(folder) / "tmp")
        trial.tmp.mkdir()
        began = time.monotonic()
        expected = trial.whole()
        duration, draw = time.monotonic() - began, random.Random(asked.seed)
        print(f"{len(expected)} files of an undisturbed build, made in {duration:.0f} s", flush=True)
        kills = rounds = 0
        while kills < asked.kills and time.monotonic() - began < asked.minutes * 60:
            trial.begin_again()
            for _ in range(asked.in_a_row):
                while not trial.killed(duration * draw.random() ** 2):
                    trial.begin_again()
            kills, rounds = kills + asked.in_a_row, rounds + 1
            if faults := trial.faults(expected):
                sys.exit(f"After {kills} kills: {'; '.join(faults)}")
            print(
                f"{kills} kills, {rounds} times built to the end after them: the same bytes, nothing left", flush=True
            )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--in-a-row", type=int, default=10)
    parser.add_argument("--seed", type=int, default=17)
    return parser.parse_args()


def _workbook(folder: Path) -> Workbook:
    """A workbook of one theme, with the tables of the sample that it counts."""
    workbook = begin(folder)
    (workbook.params / "themes").mkdir()
    themes = load_params(workbook).themes
    for slug in themes.keys() - {THEME}:
        (workbook.params / "themes" / f"{slug}.yaml").write_text("left_out: true\n", encoding="utf-8")
    tables = {each.table for each in themes[THEME].selections.values()}
    sample = fresh_sample(workbook, lambda _: None)
    for path in sample.iterdir():
        if path.stem in tables or path.name == "extract.yaml":
            shutil.copy(path, workbook.raw)
    return workbook


class Trial:
    """Builds of one workbook, each in a process group of its own and with temporary folders in `tmp` alone."""

    def __init__(self, workbook: Workbook, tmp: Path) -> None:
        self.root, self.tmp, self.mark = workbook.root, tmp, uuid4().hex
        areas = ",".join(["force", *(each.slug for each in load_params(workbook).unit_areas[:AREAS])])
        command = "from thematic.cli import main; main()"
        self.command = [sys.executable, "-c", command, "build", GOAL, "--area", areas, "--jobs", "2"]

    def started(self) -> subprocess.Popen[bytes]:
        said = (self.root.parent / "said.txt").open("ab")
        environment = {**os.environ, _MARK: self.mark, "TMPDIR": str(self.tmp)}
        with said:
            return subprocess.Popen(
                self.command, cwd=self.root, env=environment, stdout=said, stderr=said, start_new_session=True
            )

    def whole(self) -> dict[str, str]:
        """The digests of what a build leaves that is left to end; exits where it fails."""
        build = self.started()
        if build.wait():
            sys.exit((self.root.parent / "said.txt").read_text(encoding="utf-8"))
        places = [path for part in BUILT for path in sorted((self.root / part).rglob("*")) if path.is_file()]
        named = {path.relative_to(self.root).as_posix(): path for path in places if path.name != "build.log"}
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items()}

    def killed(self, seconds: float) -> bool:
        """Whether the build was still at work when all of its processes were killed after so many seconds."""
        build = self.started()
        with suppress(subprocess.TimeoutExpired):
            build.wait(seconds)
            return False
        os.killpg(build.pid, signal.SIGKILL)
        build.wait()
        return True

    def begin_again(self) -> None:
        for part in BUILT:
            shutil.rmtree(self.root / part, ignore_errors=True)

    def faults(self, expected: dict[str, str]) -> list[str]:
        """What is wrong after a build that is left to end, a line each."""
        found = self.whole()
        differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        left = [str(path) for path in self.root.rglob("*") if path.name.endswith((".part", ".old"))]
        lines = [f"other bytes: {', '.join(differing)}"] if differing else []
        lines += [f"half-written: {', '.join(left)}"] if left else []
        lines += [f"temporary: {', '.join(map(str, here))}"] if (here := sorted(self.tmp.iterdir())) else []
        return [*lines, *([f"processes: {still}"] if (still := self.processes()) else [])]

    def processes(self) -> list[psutil.Process]:
        """Those of the builds that are still there half a minute after the last of them ended."""
        for _ in range(30):
            found = [each for each in psutil.process_iter() if _environment(each).get(_MARK) == self.mark]
            if not found:
                return []
            time.sleep(1)
        return found


def _environment(process: psutil.Process) -> dict[str, str]:
    with suppress(psutil.Error):
        found: dict[str, str] = process.environ()
        return found
    return {}


if __name__ == "__main__":
    main()
