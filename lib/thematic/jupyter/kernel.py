"""Runs a notebook's cells: ipykernel as it stands, but a mistake of the user's is told as one, and nothing is left.

Run as `python -m thematic.jupyter.kernel -f FILE` it is loaded from scratch; `run_forked` makes one of a forked
process.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ipykernel import kernelapp
from ipykernel.kernelapp import IPKernelApp

from thematic.core.errors import UserError
from thematic.displays import frames
from thematic.execution.processes import kill_group, leave_nothing
from thematic.jupyter.transport import OwnIOPubThread

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_COLLECTIONS = (700, 10, 10)
kernelapp.IOPubThread = OwnIOPubThread  # type: ignore[attr-defined]
_INLINE = "module://matplotlib_inline.backend_inline"
_LOOK_SECONDS = 0.5


class KernelApp(IPKernelApp):
    """ipykernel's application."""

    def init_poller(self) -> None:
        """Where groups of processes are known, `_watch` does this, and ends what the kernel has started as well."""
        if not hasattr(os, "killpg"):
            super().init_poller()  # type: ignore[no-untyped-call]

    def init_shell(self) -> None:
        super().init_shell()  # type: ignore[no-untyped-call]
        if self.shell is not None:
            self.shell.set_custom_exc((UserError,), _show_mistake)
            frames.show_in(self.shell)


def run() -> None:
    """Runs a kernel that has been started as a command, until it is shut down or its server ends."""
    if hasattr(os, "killpg") and (server := int(os.environ.get("JPY_PARENT_PID") or 0)):
        _watch(lambda: _wait_for_end_of(server))
    try:
        KernelApp.launch_instance()
    finally:
        leave_nothing()


def run_forked(line: Connection) -> None:
    """Runs a kernel in a process that has just been forked, as the orders say that come on the line to the server.

    The orders are what a command would be started with: `argv`, `env` and `cwd`. It ends when the line does.
    """
    os.setsid()
    orders = json.loads(line.recv_bytes())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv[:] = orders["argv"]
    os.environ.clear()
    os.environ.update(orders["env"])
    os.chdir(orders["cwd"])
    _forget_the_rehearsal()
    line.send_bytes(str(os.getpid()).encode())
    _watch(lambda: line.poll(None))
    app = KernelApp.instance(parent_handle=os.getppid())
    app.initialize(orders["argv"][1:])
    if os.environ["MPLBACKEND"] == _INLINE:
        app.shell.enable_matplotlib("inline")
    try:
        app.start()
    finally:
        leave_nothing()


def _forget_the_rehearsal() -> None:
    """Undoes what differs in a process that has loaded everything, and run a cell, from one that is new."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib_inline.backend_inline import configure_inline_support
    from matplotlib_inline.config import InlineBackend

    InlineBackend.clear_instance()
    configure_inline_support.current_backend = "unset"
    for settings in (mpl.rcParams, mpl.rcParamsDefault):
        settings["svg.hashsalt"] = None
    np.random.seed()  # two kernels must not draw the same numbers
    tempfile.tempdir = None
    time.tzset()
    gc.set_threshold(*_COLLECTIONS)


def _watch(wait: Callable[[], object]) -> None:
    """Ends this process, with all that it has started, once `wait` returns, even while a cell runs."""
    threading.Thread(target=_end_after, args=(wait,), daemon=True).start()


def _end_after(wait: Callable[[], object]) -> None:
    wait()
    leave_nothing()
    if os.getpgrp() == os.getpid():
        kill_group(os.getpid())
    os._exit(1)


def _wait_for_end_of(server: int) -> None:
    while os.getppid() == server:
        time.sleep(_LOOK_SECONDS)


def _show_mistake(
    shell: InteractiveShell,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Shows what is wrong and what to do, in place of the lines of code that found it."""
    lines = str(error).splitlines()
    shell._showtraceback(kind, error, lines)
    return lines


if __name__ == "__main__":
    if sys.path[0] in {"", str(Path.cwd())}:
        del sys.path[0]  # a kernel adds the folder itself, after the standard library
    run()
