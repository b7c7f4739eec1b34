"""Makes a report once, in the process that reports are forked from, when all that they need is loaded."""

import contextlib
import gc

import thematic.execution.preload  # noqa: F401 - whatever else loads this, that comes first

_COLLECTIONS = (50_000, 20, 100)
"""A report makes little garbage that refers to itself, and its process ends soon: looking for it seldom is enough."""
_SHOWN = (
    "import pandas as pd\nfrom IPython.display import Markdown\ndisplay(pd.DataFrame({'A': [1.5]}))\nMarkdown('*A*')"
)


def rehearse() -> None:
    """Makes a page of a notebook of one cell, and an empty chart: what a process pays once (schemas, templates, faces,
    the first axes) is paid here."""
    from matplotlib import font_manager
    from nbformat import v4, writes

    from thematic.charts.canvas import canvas, drawings
    from thematic.charts.measuring import look_at_letters
    from thematic.core.areas import FORCE, Area
    from thematic.core.periods import Month
    from thematic.execution.production import produce
    from thematic.outputs.editions import FORMATS, PAGE, Edition
    from thematic.outputs.jobs import Job
    from thematic.outputs.manifest import Manifest

    notebook = v4.new_notebook(cells=[v4.new_code_cell(_SHOWN, metadata={"tags": ["parameters"]})])
    edition = Edition("", Month.of(2000, 1), Area(FORCE, ""), "internal")
    texts = dict.fromkeys(("product", "theme", "theme_title", "goal", "area", "area_name", "source", "key"), "")
    told = {**texts, "period": str(edition.period), "audience": edition.audience, "synthetic": True, "inputs": {}}
    manifest = Manifest.model_validate(told)
    produce(Job(edition, {PAGE: FORMATS[PAGE]}, writes(notebook).encode(), "", manifest))
    look_at_letters()
    drawings(lambda width: canvas(width, width, 0, 0, 0, 0)[0], "", "")
    # matplotlib would do it in each process that is forked, letter by letter
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]


with contextlib.suppress(Exception):
    rehearse()
gc.freeze()  # without looking for garbage first: that would take as long as to load matplotlib
gc.set_threshold(*_COLLECTIONS)
gc.enable()
