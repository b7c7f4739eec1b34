"""Runs a notebook for papermill in this very process: no kernel to start, no sockets, and what is loaded is warm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thematic.execution.shell import warm_shell

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager


class WarmEngine:
    """The papermill engine `thematic`.

    It does not inherit from papermill's Engine but hands over to it: papermill loads its engines while it is itself
    being loaded, so that a module that needs papermill at import could not be imported first.
    """

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **options: Any) -> NotebookNode:
        """Runs every cell of `nb` up to the first that fails; its error output tells papermill of it."""
        from papermill.engines import Engine

        return Engine.execute_notebook.__func__(cls, nb, kernel_name, **options)

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any) -> None:
        """papermill's hook: `nb_man` holds the notebook and is told of each cell's start, failure and end."""
        with warm_shell() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                runs = cell.cell_type == "code" and bool(cell.source.strip())
                well = shell.run(cell) if runs else True
                if not well:
                    nb_man.cell_exception(cell, index)
                nb_man.cell_complete(cell, index)
                if not well:
                    break

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The kernel papermill names its parameters for: a notebook that names none is a Python one."""
        return str(name or nb.metadata.get("kernelspec", {}).get("name") or "python3")

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language papermill writes its parameters in: a notebook that names none is a Python one."""
        return str(language or nb.metadata.get("language_info", {}).get("name") or "python")
