"""Makes a job in a process of its own that starts warm, keeps it within its limits, and leaves nothing of it behind."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from thematic.core.memory import MB, Family
from thematic.execution.production import produce
from thematic.execution.starting import STOPS, forking_context, quiet_start
from thematic.outputs.jobs import Failure, Job, Product

_STARTED = b"started"
_LAST_WORDS_SECONDS = 10
LOOK_SECONDS = 0.2
_STOP_SECONDS = 1
_PAUSE_SECONDS = 0.5
TIMEOUT = 30 * 60.0
"""The seconds that one report may take where nothing else is asked for: a cell that hangs ends by itself."""


@dataclass(frozen=True)
class Limits:
    """What one report may take: `timeout` in seconds, `memory` in bytes with all that it starts; None for no end."""

    timeout: float | None = None
    memory: int | None = None


@dataclass
class Running:
    """A job at work in its process. `since` is when it began, `memory` the most that it was seen to use, in bytes."""

    job: Job
    process: BaseProcess
    pipe: Connection
    family: Family
    since: float | None = None
    looked: float = 0.0
    memory: int = 0

    @property
    def seconds(self) -> float:
        return 0.0 if self.since is None else time.monotonic() - self.since


def start(job: Job) -> Running:
    """Starts the job's process. Any thread may. Raises OSError or EOFError where the system gives none.

    The first one waits until everything is loaded; a thread of its own does, so that Ctrl-C need not.
    """
    started: list[Running | OSError | EOFError] = []
    thread = threading.Thread(target=_start, args=(job, started), daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        thread.join(_STOP_SECONDS)
        for each in started:
            if isinstance(each, Running):
                end(each)
        raise
    (outcome,) = started
    if isinstance(outcome, Running):
        return outcome
    raise outcome


def _start(job: Job, started: list[Running | OSError | EOFError]) -> None:
    context = forking_context(job.exporters)
    ours, theirs = context.Pipe(duplex=False)
    try:
        process = context.Process(target=_work, args=(job, theirs), name=job.edition.label)  # type: ignore[attr-defined]
        with quiet_start():
            process.start()
    except (OSError, EOFError) as error:
        ours.close()
        time.sleep(_PAUSE_SECONDS)  # where the process that all are forked from has just died, it is made anew then
        started.append(error)
    else:
        started.append(Running(job, process, ours, Family(process.pid)))
    finally:
        theirs.close()


def ended(running: Sequence[Running], limits: Limits) -> list[tuple[Running, Product]]:
    """Waits a moment for something to happen; those that are done by then, each with its product.

    A product is what the process has handed over, or the failure that it ended in or has to be ended for.
    """
    ready = connection.wait([end for each in running for end in (each.pipe, each.process.sentinel)], LOOK_SECONDS)
    products = [(each, _handed_over(each, ready) or _out_of_bounds(each, limits)) for each in running]
    return [(each, product) for each, product in products if product is not None]


def end(each: Running) -> None:
    """Sees to it that nothing is left of the process, nor of what it started."""
    if each.process.is_alive():
        each.family.kill()
        each.process.kill()
    if each.process.pid is not None:
        kill_group(each.process.pid)
    each.process.join(_LAST_WORDS_SECONDS)
    each.pipe.close()


def leave_nothing() -> None:
    """Kills whatever this process has started and not ended, such as one that is still loading what reports need."""
    Family(os.getpid()).kill(itself=False)


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
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if hasattr(os, "setsid"):
        os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _start_as_kernels_do()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _start_as_kernels_do() -> None:
    """Has pools of a notebook's own begin their processes as in any other kernel: as copies that know its functions.

    As this process was begun, each would look for them in a module that there is not, and the pool wait without end.
    """
    copies = sys.platform == "linux" and "fork" in multiprocessing.get_all_start_methods()
    multiprocessing.set_start_method("fork" if copies else None, force=True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        kill_group(os.getpid())
        os._exit(1)


def _handed_over(each: Running, ready: Sequence[object]) -> Product | None:
    """What the process has handed over, or how it ended without; None while it is still at work."""
    if each.pipe not in ready and each.process.sentinel not in ready:
        return None
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
    return Product(each.job.edition, failure=_crash(each.process.exitcode), seconds=each.seconds)


def _out_of_bounds(each: Running, limits: Limits) -> Product | None:
    """The failure of a report that takes more than it may; None while it keeps within."""
    failure = None
    if time.monotonic() - each.looked >= LOOK_SECONDS:
        each.looked = time.monotonic()
        memory = each.family.resident()
        each.memory = max(each.memory, memory)
        if limits.memory is not None and memory > limits.memory:
            failure = Failure("memory", f"it used more than {limits.memory // MB:,} MB of memory")
    if limits.timeout is not None and each.seconds > limits.timeout:
        failure = Failure("timeout", f"it took longer than {limits.timeout:g} s")
    return None if failure is None else Product(each.job.edition, failure=failure, seconds=each.seconds)


def _crash(exit_status: int | None) -> Failure:
    if exit_status is None or exit_status >= 0:
        return Failure("crashed", f"its process ended before the report was done (exit status {exit_status})")
    try:
        name = signal.Signals(-exit_status).name
    except ValueError:
        name = f"signal {-exit_status}"
    hint = ", as happens when memory runs out" if name == "SIGKILL" else ""
    return Failure("crashed", f"its process was ended by {name}{hint}")


def kill_group(leader: int) -> None:
    """Kills what is left of a report's session (where the system knows groups of processes)."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(leader, signal.SIGKILL)
