"""Loads what every report needs, once, in the process that reports are forked from; it starts no thread.

Garbage is not looked for from here on, until `rehearsal` has been loaded too.
"""

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
    "pandas.core.methods.to_dict",
    "pyarrow.pandas_compat",
    "pyarrow.vendored.version",
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
)


gc.disable()  # what is loaded here is not garbage; looking through it again and again takes a tenth of the time
_stand_in = {} if _UNUSED in sys.modules else {_UNUSED: None}
sys.modules.update(_stand_in)  # type: ignore[arg-type]
with later(_SELDOM):
    for _name in _MODULES:
        with contextlib.suppress(ImportError):  # what cannot be loaded is told of by the report that needs it
            importlib.import_module(_name)
for _name in _stand_in:
    del sys.modules[_name]
