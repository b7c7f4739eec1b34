"""Serves the page of a preview, and word of every change of it, to a browser on this machine alone."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from jupyter_core.paths import jupyter_runtime_dir

from thematic.core.errors import ArgumentsRefused, reason
from thematic.core.folders import make_private, write_new
from thematic.core.previewer import Preview

HOST = "127.0.0.1"
_HEARTBEAT_SECONDS = 10
_PATIENCE_SECONDS = 30
"""How long a browser may take over what it asks."""
_CONNECTIONS = 32
_POLL_SECONDS = 0.1
_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FRAME = {
    "": ("frame.html", "text/html"),
    "frame.js": ("frame.js", "text/javascript"),
    "frame.css": ("frame.css", "text/css"),
}


@dataclass(frozen=True)
class State:
    """What the bar above the page tells. `page` counts the pages that were made, `change` everything that changed."""

    about: str = ""
    page: int = 0
    made: str = ""
    making: bool = True
    failure: str = ""
    change: int = 0


class Screen:
    """What is shown: the last page that was made, and the state; those who look can wait for it to change."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.state = State()
        self.html = ""
        self.ended = False

    def making(self) -> None:
        self._change(making=True)

    def show(self, preview: Preview, made: str) -> None:
        """Shows a preview that was made at a time of the day, or above the page before it why it was not."""
        with self._changed:
            if preview.html:
                self.html = preview.html
                self._change(page=self.state.page + 1, made=made)
            self._change(about=preview.about or self.state.about, failure=preview.failure, making=False)

    def end(self) -> None:
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def wait(self, seen: int) -> State | None:
        """The state once it is another than the one `seen`; None where it stays, or nothing more is to come."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self.state.change != seen, _HEARTBEAT_SECONDS)
            return None if self.ended or self.state.change == seen else self.state

    def _change(self, **values: object) -> None:
        with self._changed:
            self.state = replace(self.state, change=self.state.change + 1, **values)  # type: ignore[arg-type]
            self._changed.notify_all()


@contextmanager
def serving(screen: Screen, port: int | None) -> Iterator[str]:
    """Serves the screen until the block ends, and gives its address; `port` None is any that is free.

    The address holds a secret, so that no one else who is logged in on this machine finds the page. Raises
    ArgumentsRefused where the port cannot be had.
    """
    secret = secrets.token_urlsafe(16)
    handler = type("Handler", (_Handler,), {"screen": screen, "secret": secret})
    try:
        server = _Server((HOST, port or 0), handler)
    except (OSError, OverflowError) as error:
        why = reason(error) if isinstance(error, OSError) else "there is none above 65535"
        raise ArgumentsRefused(f"PORT: {port} cannot be used: {why}. Name another, or none.") from error
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,))
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/{secret}/"
        finally:
            screen.end()
            server.shutdown()
            thread.join()


@contextmanager
def opening(address: str) -> Iterator[str]:
    """The address of a file, for this user's eyes alone until the block ends, that leads a browser to the page.

    A browser is started with what it is to open on its command line, which everybody on the machine can read; the
    secret is in the file instead.
    """
    folder = Path(jupyter_runtime_dir())
    make_private(folder)
    file = folder / f"thematic-preview-{os.getpid()}.html"
    leads = f'<meta http-equiv="refresh" content="0;url={address}">'
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Preview</title>{leads}</html>'
    write_new(file, page.encode(), private=True)
    try:
        yield file.as_uri()
    finally:
        file.unlink(missing_ok=True)


class _Server(ThreadingHTTPServer):
    """Answers so many at once and no more, so that nobody else on the machine can keep it busy."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._room = threading.BoundedSemaphore(_CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in mid-answer is no trouble."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS
    screen: ClassVar[Screen]
    secret: ClassVar[str]

    def do_GET(self) -> None:
        if not self._is_from_here():
            self.send_error(HTTPStatus.FORBIDDEN, "Only for a browser on this machine")
            return
        start, _, rest = self.path.partition("?")[0].removeprefix("/").partition("/")
        if not secrets.compare_digest(start.encode(), self.secret.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
        elif rest == "events":
            self._tell()
        elif rest == "report":
            self._send(self.screen.html.encode("utf-8"), "text/html")
        elif rest in _FRAME:
            name, kind = _FRAME[rest]
            self._send(_template(name), kind, _POLICY)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _is_from_here(self) -> bool:
        """Whether the browser was asked for this address itself: not under another name, nor by another site."""
        port = self.connection.getsockname()[1]
        named = self.headers.get("Host") in {f"{HOST}:{port}", f"localhost:{port}"}
        return named and self.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}

    def _send(self, body: bytes, kind: str, policy: str = "frame-ancestors 'self'") -> None:
        self.send_response(HTTPStatus.OK)
        self._headers(kind, policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _headers(self, kind: str, policy: str) -> None:
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")

    def _tell(self) -> None:
        """Sends the state, and again whenever it changes, until the browser goes away or the preview ends."""
        self.send_response(HTTPStatus.OK)
        self._headers("text/event-stream", "default-src 'none'")
        self.end_headers()
        seen = -1
        with suppress(OSError):
            while not self.screen.ended:
                state = self.screen.wait(seen)
                seen = state.change if state else seen
                self.wfile.write(f"data: {json.dumps(asdict(state))}\n\n".encode() if state else b":\n\n")
                self.wfile.flush()


@cache
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()
