"""Has a kernel and its server speak over files that their owner alone may open, not over ports of the machine."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any

import zmq
from ipykernel.iostream import IOPubThread
from jupyter_core.paths import jupyter_runtime_dir
from zmq.eventloop.zmqstream import ZMQStream

from thematic.core.temporary import folder_of_process

if TYPE_CHECKING:
    from jupyter_client.manager import KernelManager

POSSIBLE = os.name != "nt"
"""Windows keeps ports: the library that carries the messages has no files there."""
_LONGEST = 100
"""Letters in the path of such a file, on every system."""
_NAME = f"kernel-{'0' * 36}-ipc-99"
_PATIENCE_MILLISECONDS = 3000
_numbers = count(1)


class OwnIOPubThread(IOPubThread):
    """ipykernel's, but what a process that the kernel has forked prints comes in by a file as well, not by a port."""

    def _setup_pipe_in(self) -> None:
        self._printed = f"ipc://{folder_of_process() / f'printed-{os.getpid()}'}"
        if not POSSIBLE or len(self._printed) > _LONGEST:
            self._printed = ""
            super()._setup_pipe_in()  # type: ignore[no-untyped-call]
            return
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._printed)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> Any:
        if not self._printed:
            return super()._setup_pipe_out()  # type: ignore[no-untyped-call]
        context = zmq.Context()
        pipe = context.socket(zmq.PUSH)
        pipe.linger = _PATIENCE_MILLISECONDS
        pipe.connect(self._printed)
        return context, pipe


def set_for_all(config: Any) -> None:
    """Sets it in a server's configuration for kernels of every kind, where the paths are short enough."""
    if POSSIBLE and len(os.path.join(jupyter_runtime_dir(), _NAME)) <= _LONGEST:  # noqa: PTH118
        config.KernelManager.transport = "ipc"


def set_for(manager: KernelManager) -> None:
    """Sets it for one kernel that has not been started yet."""
    path = str(folder_of_process() / f"kernel-{next(_numbers)}") if POSSIBLE else ""
    if path and len(path) + len("-99") <= _LONGEST and not manager._connection_file_written:
        manager.transport, manager.ip, manager.cache_ports = "ipc", path, False
