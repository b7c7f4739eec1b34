"""Makes a month of two forces on one Dask cluster of two workers, inside and for the public, while one worker is lost.

Run as `python bench/national.py`. Each force is a workbook of its own with the synthetic sample and a ledger. Their
commands run side by side against one cluster on this machine, whose workers make one report at a time; before the
last, one of the workers is killed and another started. The same reports are made by one force without a cluster first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from measuring.page import Table, keep, options, renew
from measuring.setting import PERIOD, WORKERS, Setting, setting
from measuring.usage import adopt_orphans, run
from thematic.build.request import ALL

FORCES, FORMATS = 2, ("html", "pdf", "xlsx", "csv")
AUDIENCES = ("internal", "public")
_CLUSTERED = ("whole", "lost")
_PATIENCE_SECONDS = 60
_LOST_AFTER_SECONDS = 20


@dataclass(frozen=True)
class Made:
    """Reports that were made together, and how long that took."""

    what: str
    reports: int
    seconds: float

    @property
    def cells(self) -> list[str]:
        each = WORKERS * self.seconds / self.reports
        return [self.what, f"{self.reports:,}", f"{self.seconds:.0f}", f"{each:.2f}"]


@dataclass
class Cluster:
    """A scheduler and workers on this machine, until the block ends; each worker makes one report at a time."""

    force: Setting
    address: str = ""
    scheduler: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Cluster:
        """Starts them. Raises TimeoutError where the scheduler does not say its address."""
        told = self.force.root / "scheduler.json"
        told.unlink(missing_ok=True)
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
        self.scheduler.append(self._start(*words))
        until = time.monotonic() + _PATIENCE_SECONDS
        while not (told.is_file() and told.stat().st_size):
            if time.monotonic() > until:
                raise TimeoutError("the scheduler has not said its address")
            time.sleep(0.2)
        self.address = json.loads(told.read_text(encoding="utf-8"))["address"]
        for _ in range(WORKERS):
            self.add()
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers, *self.scheduler):
            process.kill()
            process.wait()

    def add(self) -> None:
        """Another worker."""
        words = ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(self.force.root / "dask")]
        self.workers.append(self._start("worker", self.address, *words))

    def lose(self) -> None:
        """Kills the first worker, and starts another in its place."""
        self.workers[0].kill()
        self.add()

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        dask, quiet = str(Path(sys.executable).with_name("dask")), subprocess.DEVNULL
        return subprocess.Popen(
            [dask, *words], cwd=self.force.root, env=self.force.environment, stdout=quiet, stderr=quiet
        )


def main() -> None:
    asked = options("A month of two forces on one cluster of two workers.").parse_args()
    adopt_orphans()
    with ExitStack() as stack:
        forces = [stack.enter_context(setting()) for _ in range(FORCES)]
        for force in forces:
            subprocess.run(force.command("book", PERIOD), cwd=force.root, check=True, capture_output=True)
        found = [_alone(forces[0]), _together("two forces, on a cluster", forces, "whole")]
        found.append(_together("the same, one worker lost and another come", forces, "lost", losing=True))
        same = all(_manifests(forces[0], "alone") == _manifests(forces[0], name) for name in _CLUSTERED)
    header = ["a month of all themes, internal and public", "reports", "seconds", "core-seconds each"]
    table = Table("national", header, [each.cells for each in found])
    print(f"\n{table.plain()}\n\nthe same bytes: {same}")
    if asked.json:
        keep(asked.json, "national", {"made": [*map(asdict, found)], "same": same})
    if asked.write:
        renew(table)
    sys.exit(0 if same else 1)


def _alone(force: Setting) -> Made:
    """A force's reports by this machine itself, one audience after the other."""
    started = time.perf_counter()
    for audience in AUDIENCES:
        run(force, _command(force, audience, "alone"))
    return _counted("one force, without a cluster", [force], "alone", started)


def _together(what: str, forces: Sequence[Setting], name: str, *, losing: bool = False) -> Made:
    """The forces' reports by a cluster, all commands at once. Ends the program where one of them fails."""
    with Cluster(forces[0]) as cluster:
        started = time.perf_counter()
        running = [
            subprocess.Popen(
                [*_command(force, audience, name), "--cluster", cluster.address],
                cwd=force.root, env=force.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            for force in forces for audience in AUDIENCES
        ]  # fmt: skip
        if losing:
            time.sleep(_LOST_AFTER_SECONDS)
            cluster.lose()
        for process in running:
            words, _ = process.communicate()
            if process.returncode:
                sys.exit(f"status {process.returncode}:\n{words[-3000:]}")
        return _counted(what, forces, name, started)


def _command(force: Setting, audience: str, name: str) -> list[str]:
    out = force.root / f"{name}-{audience}"
    return [*force.build(PERIOD, *FORMATS, out=out, goals=[ALL]), "--audience", audience]


def _counted(what: str, forces: Sequence[Setting], name: str, started: float) -> Made:
    seconds = time.perf_counter() - started
    made = Made(what, sum(len(_manifests(force, name)) for force in forces), seconds)
    print(f"{what}: {made.reports:,} reports in {seconds:.0f} s", flush=True)
    return made


def _manifests(force: Setting, name: str) -> dict[str, bytes]:
    """The manifest of each report, which has the digests of its files."""
    outs = [force.root / f"{name}-{audience}" for audience in AUDIENCES]
    return {
        f"{audience}/{path.relative_to(out).as_posix()}": path.read_bytes()
        for audience, out in zip(AUDIENCES, outs, strict=True)
        for path in out.glob("????-??/*/*.json")
    }


if __name__ == "__main__":
    main()
