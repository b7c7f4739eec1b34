"""DataFrames that an analyst adds to a notebook, shown as the product's own shells show them."""

from __future__ import annotations

import json
from typing import Any

from IPython.core.formatters import DisplayFormatter
from nbformat import NotebookNode

from rendered import output
from thematic.displays import frames


class _Shell:
    """As much of a shell as shows things."""

    def __init__(self) -> None:
        self.display_formatter = DisplayFormatter()


def bundle(shown: Any) -> dict[str, Any]:
    """The forms in which a cell shows something, as JSON would bring them back."""
    shell: Any = _Shell()
    frames.show_in(shell)
    return dict(json.loads(json.dumps(shell.display_formatter.format(shown)[0])))


def added(shown: Any) -> NotebookNode:
    """A cell that shows something of an analyst's own."""
    return output(bundle(shown))
