"""Loads what notebooks need in a process of its own, and forks a kernel from it whenever the server asks for one.

It lives as long as the server does: it listens on a socket whose other end the server holds, so that the server's end,
however it came, is heard of. Then it kills every kernel and all that kernels have started.

The standard library's forkserver, which reports are forked from, would not do: what it forks is a child in the eyes of
multiprocessing, whose own pools then differ from any other notebook's; and it lives on while such a child does.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection

from thematic.execution.processes import kill_group, leave_nothing

_MODULES = ("thematic.execution.rehearsal", "ipykernel.kernelapp", "ipykernel.debugger", "thematic.jupyter.kernel")
_ADOPT_ORPHANS = 36
_PAUSE_SECONDS = 0.05
_PATIENCE_SECONDS = 10


def main(control: socket.socket) -> None:
    """Loads everything, then serves the server at the other end of `control` until it ends."""
    _adopt_orphans()
    for name in _MODULES:
        importlib.import_module(name)
    gc.freeze()
    line = _serve(control)
    if line is not None:
        from thematic.jupyter.kernel import run_forked

        run_forked(line)


def _serve(control: socket.socket) -> Connection | None:
    """Forks a kernel each time that one is asked for; tells the server of its end.

    Returns None when the server has ended and nothing is left; in a forked process, the line on which its orders come.
    """
    kernels: dict[int, Connection] = {}
    ears, mouth = socket.socketpair()
    for end in (ears, mouth):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(mouth.fileno())
    while True:
        ready, _, _ = select.select([control, ears], [], [])
        if ears in ready:
            ears.recv(4096)
            _tell_of_ends(kernels)
        if control not in ready:
            continue
        line = _asked(control)
        if line is None:
            _end_all()
            return None
        try:
            pid = _fork()
        except OSError:
            line.close()  # the server takes it for what it is, and starts the kernel without us
            continue
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for socket_ in (control, ears, mouth):
                socket_.close()
            for other in kernels.values():
                other.close()
            return line
        kernels[pid] = line


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the one thread beside is of pyarrow's memory, and can be
        return os.fork()


def _asked(control: socket.socket) -> Connection | None:
    """The line to the server on which a kernel's orders come; None when the server has ended."""
    try:
        said, handles, _, _ = socket.recv_fds(control, 1, 1)
    except OSError:
        return None
    if not said or not handles:
        return None
    os.set_inheritable(handles[0], False)
    return Connection(handles[0])


def _tell_of_ends(kernels: dict[int, Connection]) -> None:
    """Tells the server of each kernel that has ended, and with which status; leaves nothing of the kernel behind."""
    while ended := _ended():
        pid, status = ended
        line = kernels.pop(pid, None)
        if line is None:
            continue  # an orphan that a kernel has left
        kill_group(pid)
        with suppress(OSError):
            line.send_bytes(str(status).encode())
        line.close()


def _ended() -> tuple[int, int] | None:
    """A child that has ended, with its exit status (negative: the signal that ended it); None where there is none."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _end_all() -> None:
    """Kills all kernels and what they have started, until nothing is left."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        leave_nothing()
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_PAUSE_SECONDS)


def _adopt_orphans() -> None:
    """On Linux, makes what outlives a kernel that started it this process's child, so that it can be ended here."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)


if __name__ == "__main__":
    sys.path.pop(0)  # the folder that this was started in; a kernel adds its own
    main(socket.socket(fileno=int(sys.argv[1])))
