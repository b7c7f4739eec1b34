"""Runs code as a notebook's kernel would, but in this very process, and turns what it shows into notebook outputs."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from traitlets import Type
from traitlets.config import Config

from thematic.core.temporary import temporary_folder
from thematic.displays import MIME_TYPE, frames

_FIGURES = {"bbox_inches": "tight", "metadata": {"Date": None}}
_HASH_SALT = "thematic"


class Outputs:
    """The outputs of the cell that runs, in the order shown; consecutive text of one stream is one output."""

    def __init__(self) -> None:
        self.shown: list[NotebookNode] = []
        self._by_display_id: dict[str, list[NotebookNode]] = {}
        self._clear_next = False

    def start(self) -> None:
        """Begins a cell. What earlier cells displayed under an id can still be updated."""
        self.shown = []
        self._clear_next = False

    def stream(self, name: str, text: str) -> None:
        last = self.shown[-1] if self.shown and not self._clear_next else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.add("stream", name=name, text=text)

    def add(self, kind: str, **content: Any) -> NotebookNode:
        if self._clear_next:
            self.start()
        if MIME_TYPE in content.get("data", {}):  # what the report's displays give needs no check against a schema
            copied = {name: _copied(part) for name, part in content.items()}
            parts = {name: NotebookNode(part) if isinstance(part, dict) else part for name, part in copied.items()}
            output = NotebookNode(output_type=kind, **parts)
        else:
            output = output_from_msg({"header": {"msg_type": kind}, "content": content})
        self.shown.append(output)
        return output

    def display(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None, update: bool) -> None:
        """Shows `data`; with `update` only where something stands under the same id already."""
        if update:
            for output in self._by_display_id.get(display_id or "", []):
                output.data, output.metadata = NotebookNode(data), NotebookNode(metadata)
            return
        output = self.add("display_data", data=data, metadata=metadata)
        if display_id is not None:
            self._by_display_id.setdefault(display_id, []).append(output)

    def clear(self, wait: bool) -> None:
        """Forgets what the cell has shown: now, or when it shows the next thing."""
        if wait:
            self._clear_next = True
        else:
            self.start()


def _copied(value: Any) -> Any:
    """What was shown, as it was then: a cell may go on to change what it has shown."""
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list | tuple) else value


class _Stream(io.TextIOBase):
    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name = name
        self._outputs = outputs

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._outputs.stream(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        self.shell.outputs.display(data, metadata or {}, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Hook(DisplayHook):  # type: ignore[misc]
    def write_output_prompt(self) -> None:
        """A kernel writes no prompt: the output carries its number."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        count = self.prompt_count
        self.shell.outputs.add("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=count)


class WarmShell(InteractiveShell):  # type: ignore[misc]
    """An IPython shell that keeps no history on disk, reads no profile and shows everything as notebook outputs."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, folder: str) -> None:
        self.outputs = Outputs()
        config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
        super().__init__(ipython_dir=folder, config=config)

    def init_virtualenv(self) -> None:
        """The environment is the one this process runs in."""

    def init_environment(self) -> None:
        """The process's environment is left alone."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to draw in."""

    def ask_exit(self) -> None:
        """`exit` and `quit` in a cell: as sys.exit."""
        raise SystemExit

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))

    def run(self, cell: NotebookNode) -> bool:
        """Runs a code cell and gives it its outputs and number. Whether it ran to its end without an error."""
        self.outputs.start()
        cell.execution_count = self.execution_count
        streams = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            result = self.run_cell(cell.source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not any(output.output_type == "error" for output in self.outputs.shown):
            self.outputs.add("error", ename=type(error).__name__, evalue=str(error), traceback=[repr(error)])
        cell.outputs = self.outputs.shown
        return not any(output.output_type == "error" for output in cell.outputs)


@contextmanager
def warm_shell() -> Iterator[WarmShell]:
    """A fresh shell, the process's only one while it lasts; what stood before comes back after it."""
    classes = [*WarmShell._walk_mro()]
    before = {owner: owner._instance for owner in classes}
    main, hook = sys.modules["__main__"], sys.displayhook
    for owner in classes:
        owner._instance = None
    with temporary_folder() as folder:
        try:
            shell = WarmShell.instance(str(folder))
            warnings.filterwarnings("ignore", message="To exit: use")  # advice for a terminal
            _draw_inline(shell)
            frames.show_in(shell)
            yield shell
        finally:
            sys.modules["__main__"], sys.displayhook = main, hook
            for owner, instance in before.items():
                owner._instance = instance


def _draw_inline(shell: WarmShell) -> None:
    """Shows figures under the cell that draws them, as SVG whose ids and metadata are the same every time."""
    import matplotlib
    from matplotlib_inline.config import InlineBackend

    shell.enable_matplotlib("inline")
    inline = InlineBackend.instance(parent=shell)
    inline.print_figure_kwargs = _FIGURES
    inline.figure_formats = {"svg"}
    select_figure_formats(shell, {"svg"}, **_FIGURES)
    for settings in (matplotlib.rcParams, matplotlib.rcParamsDefault):
        settings["svg.hashsalt"] = _HASH_SALT
