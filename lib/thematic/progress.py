"""Turns what happens in a build into what the terminal shows: a bar or lines while it runs, and a summary."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from thematic.batch import OnEvent, Result
from thematic.editions import Edition

if TYPE_CHECKING:
    from rich.progress import Progress

    from thematic.build import Outcome


class Teller:
    """Tells of a build on one stream: a progress bar where that is a terminal, and else a line for each report."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._bar: Progress | None = None

    def say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def begin(self, total: int) -> OnEvent:
        """Starts telling of `total` reports."""
        self.say(f"Making {_reports(total)}")
        return self._on_bar(total) if self._stream.isatty() else self._on_lines(total)

    def end(self) -> None:
        """Takes the bar away; called however the build ends."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _on_lines(self, total: int) -> OnEvent:
        done = 0

        def tell(edition: Edition, result: Result | None) -> None:
            nonlocal done
            if result is not None:
                done += 1
                self.say(f"{done:>{len(str(total))}}/{total} {_line(result)}")

        return tell

    def _on_bar(self, total: int) -> OnEvent:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        task = self._bar.add_task("", total=total)
        self._bar.start()

        def tell(edition: Edition, result: Result | None) -> None:
            if self._bar is None:
                return
            self._bar.update(task, advance=0 if result is None else 1, description=edition.label)
            if result is not None and result.failure is not None:
                self._bar.console.print(_line(result), markup=False, highlight=False)

        return tell


@contextmanager
def telling(stream: TextIO | None = None) -> Iterator[Teller]:
    """A teller whose bar is gone when the block ends."""
    teller = Teller(stream)
    try:
        yield teller
    finally:
        teller.end()


def summary(outcome: Outcome, shown: str, catalogue: str | None, seconds: float) -> list[str]:
    """The lines that end a build; `shown` and `catalogue` are the output folder and the page as messages name them."""
    if not outcome.results:
        return [f"Nothing to do: {_are(len(outcome.up_to_date))} up to date ({_place(outcome, shown)})."]
    parts = [f"{len(outcome.made)} made"]
    parts += [f"{len(outcome.failed)} failed"] if outcome.failed else []
    parts += [f"{len(outcome.up_to_date)} up to date"] if outcome.up_to_date else []
    lines = []
    for result in outcome.failed:
        kept = result.edition.failed_path(Path(shown)).as_posix()
        lines += [f"Failed: {_line(result)}", f"  its notebook: {kept}"]
    lines.append(f"{_reports(len(outcome.results) + len(outcome.up_to_date))}: {', '.join(parts)}, in {seconds:.1f} s.")
    lines += [f"Reports: {_place(outcome, shown)}"] if outcome.made else []
    return [*lines, *([f"Catalogue: {catalogue}"] if catalogue else [])]


def _line(result: Result) -> str:
    if result.failure is None:
        return f"{result.edition.label} ({result.seconds:.1f} s)"
    return f"{result.edition.label}: {result.failure.kind}: {result.failure.message}"


def _place(outcome: Outcome, shown: str) -> str:
    """The folder that holds all the editions: that of the period and theme where there is only one."""
    folders = {edition.folder for edition in outcome.up_to_date} | {result.edition.folder for result in outcome.made}
    return (Path(shown) / folders.pop()).as_posix() if len(folders) == 1 else shown


def _reports(number: int) -> str:
    return "1 report" if number == 1 else f"{number:,} reports"


def _are(number: int) -> str:
    return f"{_reports(number)} {'is' if number == 1 else 'are'}"
