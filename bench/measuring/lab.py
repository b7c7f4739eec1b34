"""Turns a setting into a running Jupyter server, and a kernel's name into the seconds until its first cell is done."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient

from measuring.setting import Setting

_TOKEN = "measured"  # noqa: S105 - of a server that is gone after it
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A Jupyter server at work in a setting."""

    port: int
    runtime: Path

    def ask(self, method: str, path: str, said: dict[str, str] | None = None) -> Any:
        data = None if said is None else json.dumps(said).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}", data, {"Authorization": f"token {_TOKEN}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def first_cell(self, kernel: str, source: str) -> float:
        """The seconds from asking for a new kernel until it replies that it has run the cell."""
        started = time.perf_counter()
        name = self.ask("POST", "kernels", {"name": kernel, "path": "notebooks"})["id"]
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{name}.json"))
        client.load_connection_file()
        client.start_channels()
        client.execute(source)
        status = client.get_shell_msg(timeout=_PATIENCE_SECONDS)["content"]["status"]
        seconds = time.perf_counter() - started
        client.stop_channels()
        self.ask("DELETE", f"kernels/{name}")
        if status != "ok":
            sys.exit(f"The kernel {kernel} could not run: {source}")
        return seconds


@contextmanager
def served(setting: Setting) -> Iterator[Server]:
    """A server that answers; it is gone, with its kernels, when the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}"]
    words = Path(setting.root, "served.txt")
    with words.open("wb") as stream:
        process = subprocess.Popen(
            [*command, f"--IdentityProvider.token={_TOKEN}"],
            cwd=setting.root,
            env=setting.environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    server = Server(port, Path(setting.environment["JUPYTER_RUNTIME_DIR"]))
    try:
        until = time.perf_counter() + _PATIENCE_SECONDS
        while not _answers(server):
            if process.poll() is not None or time.perf_counter() > until:
                sys.exit(f"The server did not start:\n{words.read_text()[-3000:]}")
            time.sleep(0.01)
        yield server
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _answers(server: Server) -> bool:
    try:
        return bool(server.ask("GET", "status"))
    except OSError:
        return False
