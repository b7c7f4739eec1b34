"""Loads what every report needs, once, in the process that reports are forked from; it starts no thread."""

import contextlib
import gc
import importlib
import sys

_UNUSED = "rfc3987_syntax"
"""jsonschema takes it where it is there, to check web addresses; it compiles a grammar for seconds, in vain here."""

_MODULES = (
    "pandas",
    "seaborn",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "IPython.core.completer",
    "nbconvert.exporters",
    "papermill",
    "thematic.shell",
    "thematic.engine",
    "thematic.production",
    "thematic.report",
    "thematic.exporters.html",
    "thematic.exporters.pdf",
    "thematic.exporters.csv",
)

_stand_in = {} if _UNUSED in sys.modules else {_UNUSED: None}
sys.modules.update(_stand_in)  # type: ignore[arg-type]
for _name in _MODULES:
    with contextlib.suppress(ImportError):  # what cannot be loaded is told of by the report that needs it
        importlib.import_module(_name)
for _name in _stand_in:
    del sys.modules[_name]
gc.collect()
gc.freeze()
