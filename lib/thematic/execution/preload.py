"""Loads what every report needs, once, in the process that reports are forked from; it starts no thread."""

import contextlib
import gc
import importlib
import sys

from thematic.execution.later import later

_UNUSED = "rfc3987_syntax"
"""jsonschema takes it where it is there, to check web addresses; it compiles a grammar for seconds, in vain here."""

_SELDOM = (("scipy.stats", "gaussian_kde"), ("scipy.cluster", "hierarchy"))
"""seaborn takes these for charts of densities and of clusters; that is a quarter of all the loading."""

_MODULES = (
    "pandas",
    "pyarrow.pandas_compat",
    "seaborn",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "IPython.core.completer",
    "nbconvert.exporters",
    "papermill",
    "thematic.execution.shell",
    "thematic.execution.engine",
    "thematic.execution.production",
    "thematic.report",
    "thematic.exporters.html",
    "thematic.exporters.pdf",
    "thematic.exporters.csv",
    "thematic.exporters.xlsx",
    "thematic.exporters.docx",
    "xlsxwriter",
)


_COLLECTIONS = (50_000, 20, 100)
"""A report makes little garbage that refers to itself, and its process ends soon: looking for it seldom is enough."""


def rehearse() -> None:
    """Makes a page of a notebook of one cell, and an empty chart: what a process pays once (schemas, templates, faces,
    the first axes) is paid here."""
    from nbformat import v4, validate

    from thematic.charts.canvas import canvas, drawings
    from thematic.charts.measuring import look_at_letters
    from thematic.execution.production import exporter_of
    from thematic.execution.shell import warm_shell

    cell = v4.new_code_cell("from IPython.display import Markdown\nMarkdown('*A*')")
    with warm_shell() as shell:
        shell.run(cell)
    notebook = v4.new_notebook(cells=[cell])
    validate(notebook)
    exporter_of("thematic_html")().from_notebook_node(notebook)
    look_at_letters()
    drawings(lambda width: canvas(width, width, 0, 0, 0, 0)[0], "", "")


gc.disable()  # what is loaded here is not garbage; looking through it again and again takes a tenth of the time
_stand_in = {} if _UNUSED in sys.modules else {_UNUSED: None}
sys.modules.update(_stand_in)  # type: ignore[arg-type]
with later(_SELDOM):
    for _name in _MODULES:
        with contextlib.suppress(ImportError):  # what cannot be loaded is told of by the report that needs it
            importlib.import_module(_name)
for _name in _stand_in:
    del sys.modules[_name]
with contextlib.suppress(Exception):
    rehearse()
gc.freeze()  # without looking for garbage first: that would take as long as to load matplotlib
gc.set_threshold(*_COLLECTIONS)
gc.enable()
