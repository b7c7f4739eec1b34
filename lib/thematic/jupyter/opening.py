"""Opens JupyterLab on a workbook whose data are ready."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date

from thematic.build.build import data_alone, prepare
from thematic.build.request import data_paths
from thematic.core.workbook import NAMED_BY, Workbook
from thematic.cubes import cubes
from thematic.jupyter.repository import set_up
from thematic.params import load_params


def open_lab(workbook: Workbook, options: Sequence[str], say: Callable[[str], None]) -> None:
    """Runs JupyterLab, with its own `options`, until it is stopped; its root is the workbook's folder.

    Where no data have been prepared, they are prepared first, so that every notebook runs; and git, where the workbook
    is a repository, is told to keep outputs out. What JupyterLab starts, scheduled jobs too, finds the
    workbook wherever it runs. Raises UserError where the data cannot be prepared.
    """
    set_up(workbook.root, say)
    if cubes.load_index(workbook) is None:
        source, places = data_paths("", "")
        params = load_params(workbook)
        with data_alone(workbook, say):
            prepare(workbook, params, data=source, lookup=places, today=date.today(), say=say)
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

    os.environ[NAMED_BY] = str(workbook.root)
    where = [f"--ServerApp.root_dir={workbook.root}", f"--ContentsManager.preferred_dir={workbook.notebooks.name}"]
    LabApp.launch_instance([*where, *options])
