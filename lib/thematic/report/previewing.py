"""Turns the report that a notebook is about into its finished page, in a frame under the cell that asks for it."""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from IPython import get_ipython

from thematic.core.errors import ArgumentsRefused, UserError
from thematic.core.previewer import Asked, Previewer
from thematic.core.workbook import Workbook

_SESSION = "JPY_SESSION_NAME"


@dataclass(frozen=True)
class Framed:
    """A page in a frame of its own, as wide as the notebook and `height` pixels high; its policy holds within."""

    page: str
    height: int

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{self.height}px;border:1px solid #8884"
        frame = f'<iframe title="The report" sandbox="allow-downloads" style="{style}"'
        return f'{frame} srcdoc="{escape(self.page)}"></iframe>'


def framed(theme: str, period: str, area: str, audience: str, height: int) -> Framed | None:
    """The page of the report, made from this notebook as it is saved; None where no one is looking, as in a batch.

    Raises UserError where it is not known which notebook this is, and where the report cannot be made.
    """
    if getattr(get_ipython(), "kernel", None) is None:
        return None
    notebook = _this_notebook()
    root = Workbook.find(notebook.parent).root
    asked = Asked(str(root), str(notebook), theme, period, area, audience, data_as_they_are=True)
    preview = _previewer().ask(asked).result()
    if preview.failure:
        raise UserError(preview.failure)
    return Framed(preview.html, height)


def _this_notebook() -> Path:
    name = os.environ.get(_SESSION, "")
    path = Path(name)
    if not name or path.suffix != ".ipynb":
        raise ArgumentsRefused(
            "Which notebook this is, is known in JupyterLab alone (make lab). "
            "Elsewhere, see the report in a browser: thematic preview"
        )
    if not path.is_file():
        raise ArgumentsRefused(f"{path.name} is not there any more. Save the notebook, and restart its kernel.")
    return path


@cache
def _previewer() -> Previewer:
    """That of this process."""
    previewer = Previewer()
    atexit.register(previewer.close)
    return previewer
