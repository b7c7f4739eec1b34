"""Takes a month's reports to HTML apart: the processor seconds of each stage, and what a fresh process adds.

Run as `python bench/stages.py`, where processes can be forked. Each report is made in a process forked from one that
has loaded everything, as the product does, one after the other; twice in each, so that the second time shows what the
same stages take where nothing is new any more.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from measuring.page import Table, keep, options, renew
from measuring.setting import ONE_THREAD, PERIOD, Setting, setting
from measuring.usage import adopt_orphans, run
from thematic.build.build import job_of, report_data
from thematic.cubes import cubes
from thematic.outputs.drafts import Drafts
from thematic.outputs.jobs import Job
from thematic.outputs.notebooks import read_notebooks

Stages = Counter[str]
"""Processor seconds by stage."""

CELLS, RUNNING, EXPORT, SYSTEM = "cells", "running", "export", "system"
FAULTS = "faults"
_TITLES = {
    CELLS: "the notebooks' own cells",
    RUNNING: "papermill, a fresh shell, the cleaned notebook",
    EXPORT: "the notebook's bytes, the page and the manifest",
}


def main() -> None:
    asked = options("Takes the making of one month's reports apart.").parse_args()
    if not hasattr(os, "fork"):
        sys.exit("Processes cannot be forked here, so there is nothing to take apart.")
    adopt_orphans()
    with setting() as ready:
        jobs = _jobs(ready)
        around = {
            "loading what reports need, once": _seconds(
                ready, [sys.executable, "-c", "import thematic.execution.rehearsal"]
            )
        }
        command = ready.build(PERIOD, "html", out=ready.root / "outputs")
        run(ready, command)
        around["the command itself, once"] = _seconds(ready, command)
        first, again = _made_in_forks(jobs)
    rows = [[title, _told(first[stage]), _told(again[stage])] for stage, title in _TITLES.items()]
    rows.append(["of these, in the system: pages copied and mapped", _told(first[SYSTEM]), _told(again[SYSTEM])])
    rows += [[title, _told(seconds), ""] for title, seconds in around.items()]
    table = Table("stages", [f"stage, {len(jobs)} reports", "in a fresh process", "the same again"], rows)
    print(f"\n{table.plain()}\n\npage faults of a report: {first[FAULTS] / len(jobs):,.0f}")
    if asked.json:
        keep(asked.json, "stages", {"first": dict(first), "again": dict(again), "around": around})
    if asked.write:
        renew(table)


def _told(seconds: float) -> str:
    return f"{seconds:.1f}"


def _seconds(ready: Setting, command: list[str]) -> float:
    return run(ready, command).cpu_seconds or 0.0


def _jobs(ready: Setting) -> list[Job]:
    workbook, params = ready.workbook, ready.params
    index = cubes.load_index(workbook)
    if index is None:
        raise RuntimeError("the cubes of the setting are not built")
    notebooks = read_notebooks(workbook, [theme.notebook for theme in params.themes.values()])
    drafts = Drafts.of(workbook, params, index, notebooks)
    jobs = []
    for edition in ready.editions(PERIOD):
        name = params.themes[edition.theme].notebook
        report = report_data(params, edition, cubes.read_bytes(workbook, edition.theme), index)
        jobs.append(job_of(edition, drafts.manifest(edition), (name, notebooks[name]), ["html"], report))
    return jobs


def _made_in_forks(jobs: Sequence[Job]) -> tuple[Stages, Stages]:
    """What all jobs took together, the first time and the second."""
    os.environ.update(ONE_THREAD)
    import thematic.execution.rehearsal  # noqa: F401 - what the product loads before its first report

    sent = [pickle.dumps(job) for job in jobs]
    gc.collect()
    gc.freeze()
    first, again = Stages(), Stages()
    for one in sent:
        inward, outward = os.pipe()
        if os.fork() == 0:
            with os.fdopen(outward, "wb") as pipe:
                pickle.dump([_made(one), _made(one)], pipe)
            os._exit(0)
        os.close(outward)
        with os.fdopen(inward, "rb") as pipe:
            once, twice = pickle.load(pipe)  # noqa: S301 - from a process of ours
        os.wait()
        first.update(once)
        again.update(twice)
    return first, again


def _made(sent: bytes) -> Stages:
    """The stages of making one report, in this process."""
    from thematic.execution import production
    from thematic.execution.shell import WarmShell

    spent, before, began = Stages(), resource.getrusage(resource.RUSAGE_SELF), time.process_time()
    with (
        _timed(WarmShell, "run", spent, CELLS),
        _timed(production, "_execute", spent, RUNNING),
        _timed(production, "_export", spent, EXPORT),
    ):
        product = production.produce(pickle.loads(sent))  # noqa: S301 - our own
    if product.failure is not None:
        raise RuntimeError(f"{product.edition.label}: {product.failure.message}")
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent[RUNNING] -= spent[CELLS]
    spent[EXPORT] += time.process_time() - began - spent[CELLS] - spent[RUNNING] - spent[EXPORT]
    spent[SYSTEM] = after.ru_stime - before.ru_stime
    spent[FAULTS] = after.ru_minflt - before.ru_minflt
    return spent


@contextmanager
def _timed(owner: Any, name: str, spent: Stages, stage: str) -> Iterator[None]:
    """Adds what the owner's function takes to its stage."""
    function: Callable[..., Any] = getattr(owner, name)

    def timed(*positional: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return function(*positional, **named)
        finally:
            spent[stage] += time.process_time() - started

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, function)


if __name__ == "__main__":
    main()
