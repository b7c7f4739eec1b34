"""Runs the cells of reports and nothing else, in warm processes: what no batch of these notebooks can go below."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any

from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

import thematic.execution.rehearsal  # noqa: F401 - what the product loads before its first report
from measuring.setting import ONE_THREAD, WORKERS, Setting
from measuring.usage import Usage
from thematic import report
from thematic.build.build import report_data
from thematic.cubes import cubes
from thematic.execution.shell import warm_shell
from thematic.measures.data import ReportData
from thematic.outputs.editions import Edition

_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class _Ready:
    """A report up to its cells: the notebook with its parameters in it, and what it reads its figures from."""

    notebook: Any
    data: ReportData


_ready: dict[Edition, _Ready] = {}
_meetings: list[Barrier] = []


def run(setting: Setting, editions: Sequence[Edition]) -> Usage:
    """Runs the cells of the editions in `WORKERS` processes, each with the next one as soon as it is free.

    Timed from when the processes have loaded everything, read every notebook and cube and run the cells of one
    report of each theme, until the last cell has run.
    """
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("spawn")
    meeting = context.Barrier(WORKERS)
    with ProcessPoolExecutor(WORKERS, context, _meet_at, (meeting,)) as pool:
        warm = [pool.submit(_warm_up, setting, list(editions)) for _ in range(WORKERS)]
        for each in warm:
            each.result()
        started = time.perf_counter()
        cpu_seconds = sum(pool.map(_run_cells, editions))
        return Usage(time.perf_counter() - started, cpu_seconds)


def _meet_at(meeting: Barrier) -> None:
    _meetings.append(meeting)


def _warm_up(setting: Setting, editions: Sequence[Edition]) -> None:
    """Does all that is not timed; the processes wait for each other, so that neither warms up twice."""
    _ready.update((edition, _prepared(setting, edition)) for edition in editions)
    for edition in {edition.theme: edition for edition in editions}.values():
        _run_cells(edition)
    _meetings[0].wait(_PATIENCE_SECONDS)


def _prepared(setting: Setting, edition: Edition) -> _Ready:
    index = cubes.load_index(setting.workbook)
    if index is None:
        raise RuntimeError("the cubes of the setting are not built")
    notebook = load_notebook_node(str(setting.notebook(edition)))
    files = cubes.read_bytes(setting.workbook, edition.theme)
    data = report_data(setting.params, edition, files, index)
    return _Ready(parameterize_notebook(notebook, edition.parameters), data)


def _run_cells(edition: Edition) -> float:
    """Runs the code cells of a report in a fresh shell; the processor seconds they took."""
    ready = _ready[edition]
    report.use(ready.data)
    started = time.process_time()
    with warm_shell() as shell:
        for cell in ready.notebook.cells:
            if cell.cell_type == "code" and not shell.run(cell):
                raise RuntimeError(f"{edition.label}: a cell failed: {cell.source}")
    return time.process_time() - started
