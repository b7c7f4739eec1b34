"""Begins the process that reports are forked from, as early as it is plain that some must be made."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from thematic.core.errors import ArgumentsRefused
from thematic.core.formats import DEFAULT_FORMATS
from thematic.core.periods import NAMED_BY_MONTH, parse_periods
from thematic.core.temporary import folder_of_process

_BASE, _REHEARSAL = "thematic.execution.preload", "thematic.execution.rehearsal"
_LOADED_FOR: Mapping[str, tuple[str, ...]] = {
    "html": ("thematic.exporters.html",),
    "pdf": ("thematic.exporters.pdf",),
    "csv": ("thematic.exporters.csv",),
    "xlsx": ("thematic.exporters.xlsx", "xlsxwriter"),
    "docx": ("thematic.exporters.docx",),
}
"""What is loaded for each format, between what every report needs and the rehearsal."""
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"} | {"PYTHONHASHSEED": "0"}
"""Reports run beside each other, so each computes on one thread; sets are in the same order every time."""
STOPS = {signal.SIGINT, signal.SIGTERM}
_starting = threading.Lock()


def warm_up(formats: Collection[str]) -> None:
    """Begins to load what reports in these formats need, so that it is there when the first starts; does not wait for
    it. What has begun already goes on as it is: a format that it was not begun for is loaded by each report then."""
    context = forking_context(formats)
    if context.get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        with quiet_start(), suppress(OSError):  # the first report to be started tells of it
            ensure_running()


def warm_up_early(out: Path, period: str, formats: str) -> None:
    """As `warm_up`, before anything is read, where it is plain that reports must be made: none lies under `out` of some
    month that the word `period` asks for, or of any where it is blank. The words are as they were typed."""
    with suppress(ArgumentsRefused, OSError):  # the command itself says what is wrong with its words
        months = parse_periods(period) if period.strip() else []
        lacking = (
            not all((out / str(month)).is_dir() for month in months) if months else not any(out.glob(NAMED_BY_MONTH))
        )
        if lacking:
            warm_up([each.strip().lower() for each in formats.split(",") if each.strip()] or DEFAULT_FORMATS)


def give_up() -> None:
    """Ends what has been begun, where a command is refused: nobody is to wait for what loads in vain."""
    begun = sys.modules.get("multiprocessing.forkserver")
    pid = getattr(getattr(begun, "_forkserver", None), "_forkserver_pid", None)
    if pid is not None:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def forking_context(formats: Iterable[str]) -> multiprocessing.context.BaseContext:
    """How reports' processes are begun here: forked from one that has loaded everything, where the system can; what
    these formats need among it, where it has not begun yet."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    exporters = [module for suffix in formats for module in _LOADED_FOR.get(suffix, ())]
    context.set_forkserver_preload([_BASE, *exporters, _REHEARSAL])
    _keep_sockets_in(folder_of_process())
    return context


def _keep_sockets_in(folder: Path) -> None:
    """Has multiprocessing keep its sockets in this folder: of a process that is killed its own would stay for good."""
    settings: dict[str, object] = getattr(multiprocessing.current_process(), "_config", {})
    settings.setdefault("tempdir", str(folder))


@contextmanager
def quiet_start() -> Iterator[None]:
    """What a process that starts now inherits: the environment of reports, and that its parent alone is to be stopped.

    The program that runs the batch is hidden meanwhile, or every process would import it once more.
    """
    with _starting, _stops_held():
        before = {name: os.environ.get(name) for name in _ENVIRONMENT}
        main = sys.modules["__main__"]
        os.environ.update(_ENVIRONMENT)
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextmanager
def _stops_held() -> Iterator[None]:
    """Holds Ctrl-C and SIGTERM back until the block ends; processes that start in it do not hear of them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # where it starts later, it lets them through again
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
