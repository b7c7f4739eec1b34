"""Makes one edition: a notebook and what it may see go in, the bytes of its files come out; nothing else is touched."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import thematic.outputs.manifest as manifests
from thematic.core.parameters import ADDED
from thematic.core.temporary import temporary_folder
from thematic.displays import MIME_TYPE
from thematic.execution import isolation
from thematic.execution.cleaning import KERNEL, clean, impersonal, read_back, to_bytes
from thematic.outputs.beside import put_beside
from thematic.outputs.editions import NOTEBOOK
from thematic.outputs.jobs import Failure, Job, Product

if TYPE_CHECKING:
    from nbconvert.exporters import Exporter
    from nbformat import NotebookNode

    from thematic.measures.data import ReportData

ENGINE = "thematic"
_OWN_ERRORS = frozenset({"ArgumentsRefused", "Closed"})
_BESIDE = (
    " A report reads files beside its notebook alone, and those that a cell names in quotation marks "
    "(docs/working-with-data.md)."
)


@dataclass
class _Run:
    job: Job
    step: str = "the notebook"
    notebook: NotebookNode | None = None
    failure: Failure | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    checked: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def is_public(self) -> bool:
        return self.job.edition.audience == "public"


def produce(job: Job) -> Product:
    """Runs the job's notebook and makes its files. Never raises for what goes wrong in them: the product tells."""
    started = time.perf_counter()
    run = _Run(job)
    try:
        _execute(run)
        if run.failure is None and run.notebook is not None:
            _export(run, run.notebook)
    except Exception as error:  # noqa: BLE001 - the one place that keeps a batch alive
        run.failure = Failure("failed", f"{run.step}: {_last_line(type(error).__name__, str(error))}")
    seconds = time.perf_counter() - started
    if run.failure is None:
        return Product(job.edition, run.files, seconds=seconds, notices=tuple(run.notices))
    kept = to_bytes(run.notebook) if run.notebook is not None else None
    return Product(job.edition, failure=run.failure, failed_notebook=kept, seconds=seconds)


def _execute(run: _Run) -> None:
    """Runs the notebook in a folder of its own that does not outlive it, and cleans what comes of it."""
    import nbformat
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import raise_for_execution_errors
    from papermill.parameterize import parameterize_notebook
    from papermill.utils import chdir

    data = run.job.report
    figures = isolation.released_figures(data) if data is not None and data.files and run.is_public else {}
    words = isolation.words_of(data) if data is not None and run.is_public else ""
    if data is not None:
        _hand_over(data)
    source = _for_papermill(nbformat.reads(run.job.notebook.decode("utf-8"), as_version=4))
    ready = parameterize_notebook(source, run.job.edition.parameters, engine_name=ENGINE)
    with temporary_folder() as folder, chdir(folder), _imports_from_here():
        put_beside(ready.metadata, folder)
        isolation.close(run.job.closed)
        try:
            run.notebook = papermill_engines.execute_notebook_with_engine(ENGINE, ready, None, progress_bar=False)
        finally:
            isolation.close(())
    try:
        raise_for_execution_errors(run.notebook, None)
    except PapermillExecutionError as error:
        run.failure = _cell_failure(run, error.exec_count, error.source, error.ename, error.evalue)
    clean(run.notebook)
    run.failure = run.failure or _quiet_failure(run)
    if run.failure is None and data is not None:
        run.failure = isolation.shown_people(run.notebook, data)
        if run.failure is None and run.is_public:
            run.failure, run.checked = isolation.not_released(run.notebook, figures)
            if run.failure is None and isolation.words_of(data) != words:
                run.failure = isolation.other_words()
    if run.failure is not None and run.is_public:
        run.notebook = isolation.without_outputs(run.notebook)


def _hand_over(data: ReportData) -> None:
    from thematic import report

    report.use(data)


@contextmanager
def _imports_from_here() -> Iterator[None]:
    """Modules beside the notebook can be imported, as in JupyterLab."""
    before = list(sys.path)
    sys.path.insert(0, "")
    try:
        yield
    finally:
        sys.path[:] = before


def _for_papermill(notebook: NotebookNode) -> NotebookNode:
    """papermill looks for these in a notebook that it has not read itself."""
    from nbformat import NotebookNode

    notebook.metadata.setdefault("papermill", NotebookNode())
    notebook.metadata.setdefault("kernelspec", NotebookNode(KERNEL))
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    return notebook


def _quiet_failure(run: _Run) -> Failure | None:
    """An error that papermill lets pass: a cell that ends the notebook by sys.exit() before its last cell."""
    for cell in run.notebook.cells if run.notebook is not None else []:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return _cell_failure(run, cell.execution_count, cell.source, output.ename, output.evalue)
    return None


def _cell_failure(run: _Run, number: int | None, source: str, name: str, value: str) -> Failure:
    """The failure of a cell; of a public report without the error's own words, which could be anything, but for those
    of the product."""
    if run.is_public and name not in _OWN_ERRORS:
        value = "what it says is not given of a public report; make the internal one to see it"
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    shown = lines[0] if lines else ""
    shown = f"{shown[:59]}…" if len(shown) > 60 else shown
    hint = _BESIDE if name == FileNotFoundError.__name__ else ""
    number = None if number is None else number - ADDED
    return Failure("failed", f"cell [{number}] `{shown}`: {_last_line(name, value)}{hint}")


def _last_line(name: str, value: str) -> str:
    lines = [line.strip() for line in impersonal(value).splitlines() if line.strip()]
    return f"{name}: {lines[-1]}" if lines else name


def _export(run: _Run, executed: NotebookNode) -> None:
    """The notebook as every format asked for, and the manifest that goes with them."""
    from thematic.exporters.cells import left_out
    from thematic.exporters.html import FORMATS

    along = tuple(run.job.exporters) if run.job.in_catalogue else ()
    payloads = _payloads(executed)
    run.files[NOTEBOOK] = to_bytes(executed)
    shown = read_back(executed)
    for suffix, name in run.job.exporters.items():
        run.step = suffix.upper()
        exporter = exporter_of(name)()
        resources = {"metadata": {"name": run.job.edition.area.slug}, FORMATS: along}
        body, resources = exporter.from_notebook_node(shown, resources)
        run.notices += resources.get("notices", [])
        run.files[suffix] = body if isinstance(body, bytes) else body.encode()
    run.step = "the manifest"
    manifest = run.job.manifest.with_payloads(payloads).with_files(run.files)
    missing = tuple(left_out(executed))
    manifest = manifest.model_copy(update={"checked": run.checked, "left_out": missing})
    run.files[manifests.SUFFIX] = manifest.to_bytes()


@cache
def exporter_of(name: str) -> type[Exporter]:
    """The nbconvert exporter of a name: every installed package is looked through for it, so once."""
    from nbconvert.exporters import get_exporter

    found: type[Exporter] = get_exporter(name)
    return found


def _payloads(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The structures that the notebook's outputs carry."""
    found = [output.get("data", {}).get(MIME_TYPE) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [payload for payload in found if isinstance(payload, dict)]
