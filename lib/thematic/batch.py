"""Runs many jobs, each in a process of its own that starts warm, and puts what comes of them in place."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from thematic.editions import Edition
from thematic.placing import placed
from thematic.production import Failure, Job, Product, produce

_PRELOAD = "thematic.preload"
_STARTED = b"started"
_LAST_WORDS_SECONDS = 10
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"} | {"PYTHONHASHSEED": "0"}
"""Reports run beside each other, so each computes on one thread; sets are in the same order every time."""


@dataclass(frozen=True)
class Result:
    """What became of a job: made where `failure` is None. `seconds` is how long its report took."""

    edition: Edition
    failure: Failure | None
    seconds: float


OnEvent = Callable[[Edition, Result | None], None]
"""Told of each edition when it starts (without a result) and when it is done."""


@dataclass
class _Running:
    job: Job
    process: BaseProcess
    pipe: Connection
    since: float | None = None

    def deadline(self, timeout: float | None) -> float:
        return float("inf") if timeout is None or self.since is None else self.since + timeout


def run(jobs: Sequence[Job], out: Path, workers: int, timeout: float | None, on_event: OnEvent) -> list[Result]:
    """Makes every job's report, at most `workers` at once, and writes its files under `out`.

    A report that fails, crashes or takes longer than `timeout` seconds does not stop the others. Results are in the
    order of the jobs. When this is interrupted, no process is left and no file is half written.
    """
    waiting, running = deque(jobs), list[_Running]()
    results: dict[Edition, Result] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.popleft()
                on_event(job.edition, None)
                running.append(_start(job))
            for ended, product in _ended(running, timeout):
                running.remove(ended)
                _end(ended)
                result = Result(product.edition, placed(out, ended.job, product), product.seconds)
                results[result.edition] = result
                on_event(result.edition, result)
    finally:
        for each in running:
            _end(each)
    return [results[job.edition] for job in jobs]


def warm_up() -> None:
    """Begins to load what reports need, so that it is there when the first starts; does not wait for it."""
    context = _context()
    if context.get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        with _quiet_start():
            ensure_running()


def _context() -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOAD])
    return context


def _start(job: Job) -> _Running:
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, theirs), name=job.edition.label)  # type: ignore[attr-defined]
    with _quiet_start():
        process.start()
    theirs.close()
    return _Running(job, process, ours)


@contextmanager
def _quiet_start() -> Iterator[None]:
    """What a process that starts now inherits: the environment of reports, and Ctrl-C is for its parent alone.

    The program that runs the batch is hidden meanwhile, or every process would import it once more.
    """
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    main = sys.modules["__main__"]
    os.environ.update(_ENVIRONMENT)
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        with _ctrl_c_held():
            yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Holds Ctrl-C back until the block ends; processes that start in it never hear of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # where it starts later, it lets Ctrl-C through again
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _work(job: Job, pipe: Connection) -> None:
    """In the report's own process: makes the job's product and hands it over."""
    _stand_alone()
    pipe.send_bytes(_STARTED)
    product = produce(job)
    with suppress(BrokenPipeError):
        pipe.send_bytes(pickle.dumps(product))
    pipe.close()
    os._exit(0)  # a thread that the notebook left behind must not keep the report waiting


def _stand_alone() -> None:
    """Cuts the process off from the terminal, and ends it, with all it started, when the batch's process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setsid"):
        os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _kill(os.getpid())
        os._exit(1)


def _ended(running: Sequence[_Running], timeout: float | None) -> list[tuple[_Running, Product]]:
    """Waits until something happens; the processes that are done by then, each with its product."""
    until = min(each.deadline(timeout) for each in running)
    patience = None if until == float("inf") else max(0.0, until - time.monotonic())
    ready = connection.wait([end for each in running for end in (each.pipe, each.process.sentinel)], patience)
    ended = [(each, _product(each, ready, timeout)) for each in running]
    return [(each, product) for each, product in ended if product is not None]


def _product(each: _Running, ready: Sequence[object], timeout: float | None) -> Product | None:
    """What the process has handed over, or why it never will; None while it is still at work."""
    edition = each.job.edition
    seconds = 0.0 if each.since is None else time.monotonic() - each.since
    if each.pipe in ready or each.process.sentinel in ready:
        try:
            message = each.pipe.recv_bytes() if each.pipe.poll() else b""
        except (EOFError, OSError):
            message = b""
        if message == _STARTED:
            each.since = time.monotonic()
            return None
        if message:
            product: Product = pickle.loads(message)  # noqa: S301 - from a process of ours
            return product
        each.process.join(_LAST_WORDS_SECONDS)
        return Product(edition, failure=_crash(each.process.exitcode), seconds=seconds)
    if time.monotonic() >= each.deadline(timeout):
        return Product(edition, failure=Failure("timeout", f"it took longer than {timeout:g} s"), seconds=seconds)
    return None


def _crash(exit_status: int | None) -> Failure:
    if exit_status is None or exit_status >= 0:
        return Failure("crashed", f"its process ended before the report was done (exit status {exit_status})")
    try:
        name = signal.Signals(-exit_status).name
    except ValueError:
        name = f"signal {-exit_status}"
    hint = ", as happens when memory runs out" if name == "SIGKILL" else ""
    return Failure("crashed", f"its process was ended by {name}{hint}")


def _end(each: _Running) -> None:
    """Sees to it that nothing is left of the process."""
    if each.process.is_alive():
        if each.process.pid is not None:
            _kill(each.process.pid)
        each.process.kill()
    each.process.join(_LAST_WORDS_SECONDS)
    each.pipe.close()


def _kill(leader: int) -> None:
    """Kills a report's process with all that it started (where the system knows groups of processes)."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(leader, signal.SIGKILL)
