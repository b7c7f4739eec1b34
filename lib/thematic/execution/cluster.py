"""Sends jobs to a Dask cluster that runs the same versions as this machine, and puts what comes back in place."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from thematic.core.memory import fair_share
from thematic.core.versions import differences, versions
from thematic.execution.batch import CRASHED, Limits, OnEvent, Result, made_alone, settled
from thematic.execution.carrying import NotTheProduct, carried, received
from thematic.execution.cluster_client import asked, connected
from thematic.outputs.editions import Edition
from thematic.outputs.jobs import Failure, Job, Product

if TYPE_CHECKING:
    from distributed import Client, Future

LOST_SECONDS = 60
"""How long a batch that has lost all its workers waits for others."""

_LOOK_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_FETCH_SECONDS = 30
_SENT_FOR_EACH_THREAD = 2
_TRIES = 4
_HINT = "as happens when a worker's memory runs out"
_OTHER_VERSIONS = b"other versions"
"""The answer of a worker whose versions are no longer those that it was asked for when it came."""


@dataclass(frozen=True)
class _Sent:
    job: Job
    workers: frozenset[str]
    """Those that may make it: all that were good when it was sent."""
    since: float
    """When it was sent, by a clock that only runs forward."""


def run(jobs: Sequence[Job], out: Path, address: str, limits: Limits, on_event: OnEvent) -> list[Result]:
    """Makes every job's report on the cluster whose scheduler has this address, and writes its files under `out`.

    Keeps what `batch.run` promises; `on_event` hears of an edition when its job is sent. The reports of a worker that
    is lost run on another. Where all workers are lost for LOST_SECONDS, or the scheduler for the seconds that
    connecting may take, what is left fails by name.
    Raises ArgumentsRefused, before anything runs, for an address where no scheduler answers, for a cluster without a
    worker, and for one whose versions are not those of this machine.
    """
    with connected(address) as client:
        return _Batch(client, jobs, out, limits, on_event).run()


def check(address: str) -> None:
    """Raises ArgumentsRefused where `run` would."""
    with connected(address):
        pass


def make_report(
    job: bytes, counts: bytes, limits: Limits, expected: Mapping[str, str], at_once: Mapping[str, int]
) -> bytes:
    """On a worker: the product of a pickled job, as bytes; the counts that it was parted from are given back to it.

    `at_once` is how many reports each host of the cluster may make at a time: where the limits say nothing of memory,
    each report may use its fair share of the host's.
    """
    if differences(expected, versions()):
        return _OTHER_VERSIONS
    # Dask marks its workers as processes that may start none, lest any be left behind; a report ends with its parent.
    multiprocessing.current_process().daemon = False
    if limits.memory is None:
        from distributed import get_worker

        limits = replace(limits, memory=fair_share(at_once.get(_host(get_worker().address), 1)))
    return carried(made_alone(_joined(pickle.loads(job), counts), limits))  # noqa: S301 - from the scheduler, which runs code anyway


def _host(address: str) -> str:
    """The machine of a worker's address (tcp://10.0.0.7:40123)."""
    return address.rpartition(":")[0]


def hold(counts: bytes) -> bytes:
    """On a worker: keeps the counts of a theme at hand for its reports."""
    return counts


def _parted(job: Job) -> tuple[bytes, bytes]:
    """The job without the counts that all reports of its theme share, and those, each pickled."""
    if job.report is None:
        return pickle.dumps(job), b""
    counts = pickle.dumps((job.report.files, job.report.index))
    own = replace(job.report, files={}, index=None)  # type: ignore[arg-type]
    return pickle.dumps(replace(job, report=own)), counts


def _joined(job: Job, counts: bytes) -> Job:
    if job.report is None:
        return job
    files, index = pickle.loads(counts)  # noqa: S301
    return replace(job, report=replace(job.report, files=files, index=index))


class _Batch:
    """The jobs of one run: waiting, sent, or done."""

    def __init__(self, client: Client, jobs: Sequence[Job], out: Path, limits: Limits, on_event: OnEvent) -> None:
        self._client, self._jobs, self._out, self._limits, self._on_event = client, jobs, out, limits, on_event
        self._waiting = deque(jobs)
        self._sent: dict[Future, _Sent] = {}
        self._counts: dict[bytes, Future] = {}
        self._tries: Counter[Edition] = Counter()
        self._results: dict[Edition, Result] = {}
        self._threads: dict[str, int] = {}
        self._asked: dict[str, str] = {}
        self._looked = self._seen = time.monotonic()

    def run(self) -> list[Result]:
        self._look()
        while self._waiting or self._sent:
            if time.monotonic() - self._looked > _LOOK_SECONDS:
                self._look()
            if self._client.status == "closed" or time.monotonic() - self._seen > LOST_SECONDS:
                self._give_up()
            self._send()
            if not self._receive():
                time.sleep(_PAUSE_SECONDS)
        return [self._results[job.edition] for job in self._jobs]

    def _look(self) -> None:
        """Finds out which workers there are and may be used, and takes back the jobs that only lost ones could make."""
        self._looked = time.monotonic()
        before, self._threads = self._threads.keys(), self._good_workers()
        if self._threads.keys() != before:
            self._counts.clear()
        if self._threads:
            self._seen = self._looked
            for future, sent in list(self._sent.items()):
                if not sent.workers & self._threads.keys():
                    self._again(future)
                elif self._limits.timeout is not None and self._looked - sent.since > _longest(self._limits.timeout):
                    self._settle(self._sent.pop(future).job, Failure("timeout", "its worker did not answer in time"))

    def _good_workers(self) -> dict[str, int]:
        """How many threads each worker has that runs our versions; none while the scheduler does not answer."""
        if self._client.status != "running":
            return {}
        try:
            threads: dict[str, int] = self._client.nthreads()
            self._asked = {address: why for address, why in self._asked.items() if address in threads}
            if new := threads.keys() - self._asked.keys():
                self._asked |= asked(self._client, sorted(new))
        except OSError:
            return {}
        return {address: number for address, number in threads.items() if self._asked.get(address) == ""}

    def _send(self) -> None:
        """Sends as many jobs as keep the workers busy, and no more: neither side need hold the others.

        Once a worker has been lost, none waits there: a report that ends its worker shall not take others along.
        """
        room = (1 if self._tries else _SENT_FOR_EACH_THREAD) * sum(self._threads.values())
        workers = frozenset(self._threads)
        while self._waiting and len(self._sent) < room and self._client.status == "running":
            job = self._waiting.popleft()
            self._on_event(job.edition, None)
            own, counts = _parted(job)
            arguments = (own, self._held(counts), self._limits, versions(), self._at_once())
            future = self._client.submit(make_report, *arguments, pure=False, workers=sorted(workers), retries=1)
            self._sent[future] = _Sent(job, workers, time.monotonic())

    def _at_once(self) -> dict[str, int]:
        """How many reports each host may make at a time: the threads of all its workers."""
        found = Counter[str]()
        for address, number in self._threads.items():
            found[_host(address)] += number
        return dict(found)

    def _held(self, counts: bytes) -> Future | bytes:
        """What stands for the counts of a theme in its jobs; they themselves travel once to each worker."""
        if not counts:
            return counts
        held = self._counts.get(counts)
        if held is None or held.status not in {"pending", "finished"}:
            held = self._counts[counts] = self._client.submit(hold, counts, pure=False, workers=sorted(self._threads))
        return held

    def _receive(self) -> bool:
        """Takes what has come back; False if nothing has."""
        done = [future for future in self._sent if future.status != "pending"]
        for future in done:
            if future.status == "finished":
                self._take(future)
            elif future.status == "error":
                self._fail(future)
            else:
                self._again(future)
        return bool(done)

    def _take(self, future: Future) -> None:
        from distributed import CancelledError

        try:
            answer = future.result(timeout=_FETCH_SECONDS)
        except TimeoutError:
            return  # lost before it could be fetched: it is made once more
        except CancelledError:
            self._again(future)
            return
        except Exception as error:  # noqa: BLE001 - what a worker sends may be anything
            self._settle(self._sent.pop(future).job, _failure(error))
            return
        if answer == _OTHER_VERSIONS:
            self._asked.clear()
            self._again(future)
            return
        job = self._sent.pop(future).job
        try:
            self._settle(job, received(answer, job))
        except NotTheProduct as error:
            self._settle(job, Failure(CRASHED, f"what the worker sent is not this report: {error}"))

    def _fail(self, future: Future) -> None:
        self._settle(self._sent.pop(future).job, _failure(future.exception()))

    def _again(self, future: Future) -> None:
        """Puts the job of a future that will never have a product behind those that wait."""
        job = self._sent.pop(future).job
        future.release()
        self._tries[job.edition] += 1
        if self._tries[job.edition] < _TRIES:
            self._waiting.append(job)
        else:
            self._settle(job, Failure(CRASHED, f"the cluster lost it {_TRIES} times, {_HINT}"))

    def _give_up(self) -> None:
        """Fails all that is left, with the reason."""
        others = [f"{address}: {why}" for address, why in self._asked.items() if why]
        if self._client.status != "running":
            reason = "the cluster's scheduler was lost"
        elif others:
            reason = f"the workers left on the cluster run other versions ({others[0]})"
        else:
            reason = f"all workers of the cluster were lost, and none came for {LOST_SECONDS} s"
        left = [*(sent.job for sent in self._sent.values()), *self._waiting]
        self._sent.clear()
        self._waiting.clear()
        for job in left:
            self._settle(job, Failure(CRASHED, reason))

    def _settle(self, job: Job, made: Product | Failure) -> None:
        product = made if isinstance(made, Product) else Product(job.edition, failure=made)
        result = settled(self._out, job, product)
        self._results[result.edition] = result
        self._on_event(result.edition, result)


def _longest(timeout: float) -> float:
    """The seconds after which a report that was sent must have come: those before it on its thread took their time,
    and each may have crashed once."""
    return 2 * _SENT_FOR_EACH_THREAD * timeout + LOST_SECONDS


def _failure(error: BaseException | None) -> Failure:
    """Why the cluster has no product of a job."""
    from distributed.scheduler import KilledWorker

    if isinstance(error, KilledWorker):
        number = error.allowed_failures + 1
        return Failure(CRASHED, f"{number} workers were lost while they made it, {_HINT}")
    lines = str(error).strip().splitlines()
    return Failure(
        CRASHED, f"the worker could not make it: {type(error).__name__}" + (f": {lines[-1]}" if lines else "")
    )
