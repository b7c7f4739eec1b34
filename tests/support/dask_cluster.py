"""A Dask cluster on this machine, for the tests of what is sent to one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


def wait_for(happened: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class Cluster:
    """A Dask scheduler on this machine, and its workers with one thread each, as the command line starts them."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Cluster:
        told = self.folder / "scheduler.json"
        self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", told)
        wait_for(told.exists)
        wait_for(told.read_text)
        self.address = json.loads(told.read_text())["address"]
        return self

    def worker(self, shadow: Path | None = None) -> subprocess.Popen[bytes]:
        """Starts a worker; what lies in the folder `shadow` stands before what is installed."""
        before = len(self.workers())
        options = ("--nthreads", "1", "--local-directory", self.folder)
        worker = self._started("worker", self.address, *options, PYTHONPATH=str(shadow or ""))
        wait_for(lambda: len(self.workers()) > before)
        return worker

    def _started(self, kind: str, *options: object, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *map(str, options), "--no-dashboard"]
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--dashboard-address", "127.0.0.1:0"],
                env=os.environ | environment,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def workers(self) -> dict[str, int]:
        return self.ask(lambda client: client.nthreads())

    def ask(self, question):
        from distributed import Client

        with warnings.catch_warnings(action="ignore"), Client(self.address, set_as_default=False) as client:
            return question(client)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Ends it with its own processes, as when a machine is lost."""
        if process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
            self.processes.remove(process)

    def __exit__(self, *_: object) -> None:
        for process in list(self.processes):
            self.kill(process)
