"""What the exporters of reports have in common: they read the notebook, run or not, and change nothing in it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from thematic.exporters.beside import attach
from thematic.exporters.running import executed


class ReadingExporter(Exporter):  # type: ignore[misc]
    """An nbconvert exporter that copies the notebook only where a preprocessor has been switched on."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The notebook, with the pictures beside it, as the preprocessors leave it; and the resources.

        That of a report which was not run is run first. Raises UserError as `executed` does.
        """
        nb = executed(nb, resources)
        folder = (resources or {}).get("metadata", {}).get("path")
        if folder:
            nb = deepcopy(nb)
            attach(nb, Path(folder))
        if any(each.enabled for each in self._preprocessors):
            changed: tuple[Any, dict[str, Any]] = super().from_notebook_node(nb, resources, **kw)
            return changed
        return nb, self._init_resources(resources)
