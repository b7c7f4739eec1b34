"""Makes the reports of many jobs, some at once, and puts what comes of them in place; a crash is tried once more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from thematic.execution.processes import TIMEOUT, Limits, Running, end, ended, start
from thematic.outputs.editions import Edition
from thematic.outputs.jobs import Failure, Job, Product
from thematic.outputs.manifest import SUFFIX, Manifest
from thematic.outputs.placing import placed

__all__ = ["TIMEOUT", "Limits", "OnEvent", "Result", "made_alone", "run", "settled"]

CRASHED = "crashed"
_TRIES = 2


@dataclass(frozen=True)
class Result:
    """What became of a job: made where `failure` is None.

    `seconds` is how long its report took, in the last of its `tries`; `memory` is the most that its process was seen
    to use, in bytes, with all that it had started (0 where no one looked). `notices` say what is lost in its files, and
    `left_out` what it cannot show of what its notebook shows.
    """

    edition: Edition
    failure: Failure | None
    seconds: float
    tries: int = 1
    memory: int = 0
    notices: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


OnEvent = Callable[[Edition, Result | None], None]
"""Told of each edition when it starts (without a result; again at a second try) and when it is done."""


@dataclass(frozen=True)
class _Made:
    job: Job
    product: Product
    tries: int
    memory: int


def run(jobs: Sequence[Job], out: Path, workers: int, limits: Limits, on_event: OnEvent) -> list[Result]:
    """Makes every job's report, at most `workers` at once, and writes its files under `out`.

    A report that fails, crashes or takes more than the limits allow does not stop the others. Results are in the
    order of the jobs. When this is interrupted, no process is left and no file is half written.
    """
    results: dict[Edition, Result] = {}
    with closing(_made(jobs, workers, limits, lambda job: on_event(job.edition, None))) as all_made:
        for made in all_made:
            result = replace(settled(out, made.job, made.product), tries=made.tries, memory=made.memory)
            results[result.edition] = result
            on_event(result.edition, result)
    return [results[job.edition] for job in jobs]


def made_alone(job: Job, limits: Limits) -> Product:
    """The product of one job, made as `run` would make it; any thread may ask for one."""
    (made,) = _made([job], 1, limits, lambda _: None)
    return made.product


def settled(out: Path, job: Job, product: Product) -> Result:
    """Puts a product, good or failed, in place under `out`, and says what became of the job."""
    failure = placed(out, job, product)
    missing = Manifest.model_validate_json(product.files[SUFFIX]).left_out if failure is None else ()
    return Result(product.edition, failure, product.seconds, notices=product.notices, left_out=missing)


def _made(jobs: Sequence[Job], workers: int, limits: Limits, on_start: Callable[[Job], None]) -> Generator[_Made]:
    """What is made of the jobs, as it is done. A report that crashes is tried again once the others have begun."""
    waiting = deque((job, 1) for job in jobs)
    running: dict[Edition, tuple[Running, int]] = {}

    def begin() -> Iterator[_Made]:
        while waiting and len(running) < workers:
            job, number = waiting.popleft()
            on_start(job)
            try:
                running[job.edition] = start(job), number
            except (OSError, EOFError) as error:
                yield _Made(job, _not_started(job, error), number, 0)

    leaving: list[tuple[Running, int]] = []
    try:
        while waiting or running:
            done = [*begin()]
            past = ended([each for each, _ in running.values()], limits)
            leaving = [running.pop(product.edition) for _, product in past]
            done += begin()  # so that no processor waits until what is done is put in place
            for (each, number), (_, product) in zip(leaving, past, strict=True):
                end(each)
                done.append(_Made(each.job, product, number, each.memory))
            leaving = []
            for made in done:
                if not _crashed(made.product):
                    yield made
                elif made.tries < _TRIES:
                    waiting.append((made.job, made.tries + 1))
                else:
                    yield replace(made, product=_tried_in_vain(made.product))
    finally:
        for each, _ in (*leaving, *running.values()):
            end(each)


def _not_started(job: Job, error: OSError | EOFError) -> Product:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Product(job.edition, failure=Failure(CRASHED, f"its process could not be started: {reason}"))


def _crashed(product: Product) -> bool:
    return product.failure is not None and product.failure.kind == CRASHED


def _tried_in_vain(product: Product) -> Product:
    if product.failure is None:
        return product
    return replace(product, failure=replace(product.failure, message=f"{product.failure.message} (tried twice)"))
