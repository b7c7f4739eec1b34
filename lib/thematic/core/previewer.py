"""Turns a wish to see a report into its page, made by a process of its own that stays warm and sees every change."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, cast

_WORKER = "thematic.jupyter.preview.worker"
_PACKAGE = Path(__file__).parents[1]
_ENDED = "The process that makes previews has ended. Ask for the preview again."
_LAST_SECONDS = 10
PAGE, NOTEBOOK = "html", "ipynb"


@dataclass(frozen=True)
class Asked:
    """A report to be shown. `root` is the workbook's folder.

    `notebook` is the path of the file to be run (default: the theme's own), `theme` a slug (default: that of the
    notebook); `period`, `area` and `audience` that are None are taken from the notebook's parameters cell. `data` and
    `lookup` are as a build command has them; with `data_as_they_are` the extracts are not looked at, only what has
    been made of them before. `form` is what is to be made: the PAGE, or the executed NOTEBOOK alone.
    """

    root: str
    notebook: str | None = None
    theme: str | None = None
    period: str | None = None
    area: str | None = None
    audience: str | None = None
    data: str | None = None
    lookup: str | None = None
    data_as_they_are: bool = False
    form: str = PAGE

    @property
    def place(self) -> str:
        """What a newer wish for the same thing has in common with it."""
        return f"{self.form} {self.notebook or self.theme or ''}"


@dataclass(frozen=True)
class Preview:
    """A report's page or executed notebook, as it was asked for, or the `failure` that kept it from being made; `about`
    says which report, in words.

    `superseded` means that neither was waited for, since something newer was asked for meanwhile.
    """

    html: str = ""
    failure: str = ""
    about: str = ""
    seconds: float = 0.0
    superseded: bool = False
    notebook: str = ""


class Previewer:
    """Makes previews, several at once; of those of one place only the newest. Any thread may ask.

    The process that makes them is started when it is first needed, and anew when the product's code has changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def __enter__(self) -> Previewer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Begins to load what previews need, so that the first is quick too; does not wait for it."""
        with self._lock:
            self._ready()

    def ask(self, asked: Asked) -> Future[Preview]:
        """What will be the preview. It never raises."""
        with self._lock:
            return self._ready().ask(asked)

    def close(self) -> None:
        """Ends the process with all that it has started."""
        with self._lock:
            if self._worker is not None:
                self._worker.close()
                self._worker = None

    def _ready(self) -> _Worker:
        code = _code_stamp()
        if self._worker is not None and (self._worker.ended or self._worker.code != code):
            self._worker.close()
            self._worker = None
        if self._worker is None:
            self._worker = _Worker(code)
        return self._worker


@cache
def shared() -> Previewer:
    """The one of this process, which ends with it."""
    previewer = Previewer()
    atexit.register(previewer.close)
    return previewer


CodeStamp = frozenset[tuple[str, int, int]]


def _code_stamp() -> CodeStamp:
    """The path, time and size of every file of the product's code."""
    return frozenset(_stamps(path for path in _PACKAGE.rglob("*") if path.suffix not in {"", ".pyc"}))


def _stamps(paths: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        with suppress(FileNotFoundError):  # an editor's passing file
            stat = path.stat()
            yield str(path), stat.st_mtime_ns, stat.st_size


class _Worker:
    """The process: takes a wish a line, answers with a preview a line, in any order; `code` is what it runs."""

    def __init__(self, code: CodeStamp) -> None:
        self.code = code
        self._waiting: dict[int, Future[Preview]] = {}
        self._lock = threading.Lock()
        self._count = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by this very Python
            [sys.executable, "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            start_new_session=True,  # Ctrl-C is for the process that asks
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._stdin = cast("IO[str]", self._process.stdin)
        stdout = cast("IO[str]", self._process.stdout)
        self._reader = threading.Thread(target=self._read, args=(stdout,), daemon=True)
        self._reader.start()

    @property
    def ended(self) -> bool:
        return not self._reader.is_alive()

    def ask(self, asked: Asked) -> Future[Preview]:
        future: Future[Preview] = Future()
        with self._lock:
            self._count += 1
            self._waiting[self._count] = future
            wish = {"number": self._count, **asdict(asked)}
        try:
            self._stdin.write(json.dumps(wish) + "\n")
            self._stdin.flush()
        except OSError:
            self._answer(wish["number"], Preview(failure=_ENDED))
        return future

    def close(self) -> None:
        """Ends the process; what it was still to make counts as superseded."""
        self._give_up(Preview(superseded=True))
        with suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join(_LAST_SECONDS)

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                answer = json.loads(line)
                self._answer(answer.pop("number"), Preview(**answer))
        self._process.wait()
        self._give_up(Preview(failure=_ENDED))

    def _answer(self, number: int, preview: Preview) -> None:
        with self._lock:
            future = self._waiting.pop(number, None)
        if future is not None:
            future.set_result(preview)

    def _give_up(self, preview: Preview) -> None:
        for number in list(self._waiting):
            self._answer(number, preview)
