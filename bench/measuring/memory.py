"""Turns a running command into the most memory that it and all it started held at one time."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from measuring.setting import Setting

_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Watched:
    """`peak_mib` counts memory that processes share once where the system tells it (Linux), else in each of them."""

    seconds: float
    peak_mib: float


def watch(setting: Setting, command: list[str]) -> Watched:
    """Runs the command in the setting's workbook, looking at its processes ten times a second."""
    started, peak = time.perf_counter(), 0
    words = Path(setting.root, "watched.txt")
    with (
        words.open("w+b") as stream,
        subprocess.Popen(
            command, cwd=setting.root, env=setting.environment, stdout=stream, stderr=subprocess.STDOUT
        ) as process,
    ):
        while process.poll() is None:
            peak = max(peak, _held(process.pid))
            time.sleep(_PAUSE_SECONDS)
    if process.returncode:
        sys.exit(f"{command[0]} ended with status {process.returncode}:\n{words.read_text()[-3000:]}")
    return Watched(time.perf_counter() - started, peak / 2**20)


def _held(pid: int) -> int:
    """The bytes held by the process and all below it; what has ended meanwhile holds none."""
    with suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        return sum(_of_one(process) for process in [top, *top.children(recursive=True)])
    return 0


def _of_one(process: psutil.Process) -> int:
    with suppress(OSError):
        told = re.search(
            r"^Pss:\s+(\d+) kB", Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii"), re.MULTILINE
        )
        return int(told[1]) * 1024 if told else 0
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
