"""Keeps build.log in the folder of the reports: what each build was asked for and what came of it, with the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from io import FileIO
from pathlib import Path

from thematic.core.errors import ArgumentsRefused, reason
from thematic.core.folders import make_private, private_opener
from thematic.core.locking import Say, hold
from thematic.core.memory import MB
from thematic.core.messages import on_one_line
from thematic.execution.batch import Result

NAME = "build.log"


class Log:
    """Plain lines that are only ever added to; where the disk takes no more, the build goes on without them."""

    def __init__(self, stream: FileIO) -> None:
        self._stream = stream

    def add(self, text: str) -> None:
        data = f"{datetime.now().astimezone().isoformat(timespec='seconds')} {on_one_line(text)}\n".encode()
        with suppress(OSError):
            size = self._stream.seek(0, 2)
            if self._stream.write(data) < len(data):
                self._stream.truncate(size)


@contextmanager
def opened(out: Path, shown: str, say: Say) -> Iterator[Log]:
    """The log of the folder `out` (`shown` in messages), for one build alone: another waits until it is closed.

    Raises ArgumentsRefused where the folder cannot be made or written.
    """
    try:
        make_private(out)
        stream = FileIO(out / NAME, "a", opener=private_opener)
    except OSError as error:
        why = f"{reason(error)}. Make room or access, or name another folder."
        raise ArgumentsRefused(f"OUT: '{shown}' cannot be written to: {why}") from error
    with stream:
        hold(stream, f"Waiting for another build into {shown}.", say)
        yield Log(stream)


def result_line(result: Result) -> str:
    """The report, and how long it took or why it was not made."""
    if result.failure is not None:
        return f"{result.edition.label}: {result.failure.kind}: {result.failure.message}"
    return f"{result.edition.label} ({result.seconds:.1f} s{', second try' if result.tries > 1 else ''})"


def notice_lines(results: Sequence[Result]) -> Iterator[str]:
    """What is lost in reports that were made."""
    yield from (f"{result.edition.label}: {notice}" for result in results for notice in result.notices)


def total_line(results: Sequence[Result], up_to_date: int, seconds: float) -> str:
    """How many reports were asked for and what became of them, and what it took; memory is of the largest report."""
    failed = sum(1 for result in results if result.failure is not None)
    parts = [f"{len(results) - failed:,} made"]
    parts += [f"{failed:,} failed"] if failed else []
    parts += [f"{up_to_date:,} up to date"] if up_to_date else []
    cost = [_pace(len(results), seconds)] if len(results) > 1 else []
    memory = max((result.memory for result in results), default=0)
    cost += [f"at most {memory / MB:,.0f} MB of memory for one"] if memory else []
    took = f"{seconds:.1f} s" + (f" ({'; '.join(cost)})" if cost else "")
    return f"{reports(len(results) + up_to_date)}: {', '.join(parts)}, in {took}."


def _pace(number: int, seconds: float) -> str:
    """How fast reports were made; slow ones by the time from one to the next, which never rounds to nothing."""
    return f"{number / seconds:.1f} a second" if number * 10 >= seconds else f"one every {seconds / number:.1f} s"


def reports(number: int) -> str:
    return "1 report" if number == 1 else f"{number:,} reports"
