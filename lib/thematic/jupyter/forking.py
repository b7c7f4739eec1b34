"""Turns orders for a kernel into a process forked from one that is warm, on the server's side."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from weakref import WeakSet

import thematic

_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""A process with threads cannot be forked well; and the debugger's advice is nothing for the terminal."""
_OURS = "JPY_PARENT_PID"
_PATIENCE_SECONDS = 30
_MOMENT_SECONDS = 1
_CODE = Path(thematic.__file__).parent
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")


@dataclass(frozen=True)
class Orders:
    """What a kernel is started with, as a command would be."""

    argv: list[str]
    env: dict[str, str]
    cwd: str

    def to_bytes(self) -> bytes:
        return json.dumps({"argv": self.argv, "env": self.env, "cwd": self.cwd}).encode()


class Forked:
    """A kernel's process, with as much of subprocess.Popen as its provisioner needs.

    It ends when this object is gone, as well as when the server is.
    """

    stdin = stdout = stderr = None

    def __init__(self, line: Connection, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._line = line

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self.wait() if self.returncode is None and self._line.poll() else self.returncode

    def wait(self) -> int:
        """Waits for the process to end. Its exit status; 1 where that is not known, as the warm process has died."""
        if self.returncode is None:
            try:
                self.returncode = int(self._line.recv_bytes())
            except (EOFError, OSError):
                self.returncode = 1
            self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Warm:
    """The warm process. It begins to load as this is made, and ends with this process, or when it is released."""

    def __init__(self) -> None:
        self.code = _code_now()
        self._kernels: WeakSet[Forked] = WeakSet()
        self._used = False
        self._control, theirs = socket.socketpair()
        environment = {name: value for name, value in os.environ.items() if name != _OURS} | _ENVIRONMENT
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "thematic.jupyter.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=sys.prefix,
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ends(self, seconds: float) -> bool:
        """Whether it has ended, or does within so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.alive

    def fork(self, orders: Orders) -> Forked:
        """A kernel. Waits until everything is loaded. Raises OSError or EOFError where none could be forked."""
        self._used = True
        ours, theirs = Pipe()
        with theirs:
            socket.send_fds(self._control, [b"k"], [theirs.fileno()])
        ours.send_bytes(orders.to_bytes())
        if not ours.poll(_PATIENCE_SECONDS):
            raise TimeoutError
        forked = Forked(ours, int(ours.recv_bytes()))
        self._kernels.add(forked)
        return forked

    @property
    def idle(self) -> bool:
        """Whether every kernel that was forked from it is known to have ended."""
        return all(kernel.returncode is not None for kernel in self._kernels)

    def release(self) -> None:
        """Has it end, with all the kernels that were forked from it; does not wait for it."""
        self._control.close()
        if not self._used:
            self._process.kill()  # it need not finish loading first


class Nursery:
    """Keeps a warm process, with the package's code as it is now, for one server."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._warm: Warm | None = None
        self._retired: list[Warm] = []

    def warm_up(self) -> None:
        """Begins to load what notebooks need, unless it is loaded; does not wait for it."""
        if POSSIBLE:
            with self._alone:
                self._renewed()

    def fork(self, orders: Orders) -> Forked | None:
        """A kernel; None where `warm_up` has not been called. Any thread may. Raises OSError or EOFError."""
        warm = self._ready()
        try:
            return warm.fork(orders) if warm else None
        except (OSError, EOFError):
            if warm is None or not warm.ends(_MOMENT_SECONDS):
                raise
        warm = self._ready()
        return warm.fork(orders) if warm else None

    def close(self) -> None:
        """Ends every warm process, and with them every kernel."""
        with self._alone:
            leaving = [*self._retired, *([self._warm] if self._warm else [])]
            self._retired, self._warm = [], None
            for warm in leaving:
                warm.release()
            for warm in leaving:
                warm.ends(_PATIENCE_SECONDS)

    def _ready(self) -> Warm | None:
        with self._alone:
            return self._renewed() if self._warm else None

    def _renewed(self) -> Warm:
        """The warm process; a new one where it has died, or where the package's code has changed since it began.

        One that has been replaced stays as long as a kernel that was forked from it.
        """
        if self._warm is None or not self._warm.alive or self._warm.code != _code_now():
            self._retired += [self._warm] if self._warm else []
            self._warm = Warm()
        for warm in self._retired:
            if warm.idle:
                warm.release()
        self._retired = [warm for warm in self._retired if warm.alive]
        return self._warm


def _code_now() -> dict[str, int]:
    """When each file of the package's code was changed last."""
    return {str(path): path.stat().st_mtime_ns for path in _CODE.rglob("*.py")}


nursery = Nursery()
