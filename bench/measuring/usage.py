"""Turns a command into what running it took: seconds, and processor seconds of it and all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from measuring.setting import Setting

_BECOME_SUBREAPER = 36
_ORPHANS_SECONDS = 5


@dataclass(frozen=True)
class Usage:
    """`seconds` by the clock; `cpu_seconds` over all processes, None where the system does not tell them."""

    seconds: float
    cpu_seconds: float | None


def run(setting: Setting, command: list[str], standard_input: Path | None = None) -> Usage:
    """Runs the command in the setting's workbook. Ends the program, with the command's own words, where it fails."""
    with (standard_input or Path(os.devnull)).open("rb") as stream:
        known, before, started = _children(), _children_cpu(), time.perf_counter()
        ran = subprocess.run(
            command, cwd=setting.root, env=setting.environment, stdin=stream, capture_output=True, check=False
        )
        seconds = time.perf_counter() - started
    if ran.returncode:
        sys.exit(f"{command[0]} ended with status {ran.returncode}:\n{(ran.stdout + ran.stderr).decode()[-3000:]}")
    psutil.wait_procs(_children() - known, timeout=_ORPHANS_SECONDS)
    after = _children_cpu()
    return Usage(seconds, None if before is None or after is None else after - before)


def adopt_orphans() -> None:
    """On Linux, makes processes that outlive their parent this program's children, so that it learns what they took."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children())


def _children_cpu() -> float | None:
    """The processor seconds of every child that has ended, and of all below it."""
    if sys.platform != "linux":
        return None
    import resource

    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime
