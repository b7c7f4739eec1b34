"""Turns what happens in a build into what the terminal shows: a bar or lines while it runs, and a summary."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from thematic.build.log import notice_lines, reports, result_line, total_line
from thematic.core.messages import shown
from thematic.execution.batch import OnEvent, Result
from thematic.outputs.editions import Edition
from thematic.outputs.status import stale_lines

if TYPE_CHECKING:
    from rich.progress import Progress

    from thematic.build.build import Outcome


class Teller:
    """Tells of a build on one stream: a progress bar where that is a terminal, and else a line for each report."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._bar: Progress | None = None

    def say(self, text: str) -> None:
        print(shown(text), file=self._stream, flush=True)

    def begin(self, total: int) -> OnEvent:
        """Starts telling of `total` reports."""
        self.say(f"Making {reports(total)}")
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
                self.say(f"{done:>{len(str(total))}}/{total} {result_line(result)}")

        return tell

    def _on_bar(self, total: int) -> OnEvent:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.table import Column

        one_line = Column(no_wrap=True, overflow="ellipsis")
        columns = (
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False, table_column=one_line),
        )
        self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        task = self._bar.add_task("", total=total)
        self._bar.start()
        running: dict[Edition, None] = {}
        failed = 0

        def tell(edition: Edition, result: Result | None) -> None:
            nonlocal failed
            if self._bar is None:
                return
            if result is None:
                running[edition] = None
            else:
                running.pop(edition, None)
            if result is not None and result.failure is not None:
                failed += 1
                self._bar.console.print(shown(result_line(result)), markup=False, highlight=False)
            self._bar.update(task, advance=0 if result is None else 1, description=_at_work(running, failed))

        return tell


@contextmanager
def telling(stream: TextIO | None = None) -> Iterator[Teller]:
    """A teller whose bar is gone when the block ends."""
    teller = Teller(stream)
    try:
        yield teller
    finally:
        teller.end()


def summary(outcome: Outcome, folder: str, catalogue: str | None) -> list[str]:
    """The lines that end a build; `folder` and `catalogue` are the output folder and the page as messages name them."""
    trouble = [*outcome.unfinished, *stale_lines(outcome.stale), *([outcome.trouble] if outcome.trouble else [])]
    if not outcome.results:
        number = len(outcome.up_to_date)
        are = f"{reports(number)} {'is' if number == 1 else 'are'}"
        return [f"Nothing to do: {are} up to date ({_place(outcome, folder)}).", *trouble]
    lines = []
    for result in outcome.failed:
        lines.append(f"Failed: {result_line(result)}")
        if result.edition.failed_path(outcome.out).is_file():
            lines.append(f"  its notebook: {result.edition.failed_path(Path(folder)).as_posix()}")
    lines += _left_out(outcome)
    lines.append(total_line(outcome.results, len(outcome.up_to_date), outcome.seconds))
    lines += notice_lines(outcome.results)
    lines += [f"Reports: {_place(outcome, folder)}"] if outcome.made else []
    return [*lines, *([f"Catalogue: {catalogue}"] if catalogue else []), *_figures(outcome, folder), *trouble]


def _figures(outcome: Outcome, folder: str) -> list[str]:
    """A line for the file of all figures, which says where it does not hold every report of the audience."""
    found = outcome.figures
    if found is None:
        return []
    left_out = f"; {reports(found.left_out)} out of date left out" if found.left_out else ""
    what = f"{found.figures:,} figures of {reports(found.reports)}{left_out}"
    return [f"All figures: {(Path(folder) / found.path.name).as_posix()} ({what})"]


def _left_out(outcome: Outcome) -> list[str]:
    """What reports cannot show of what their notebooks show, each thing once for all reports of a theme."""
    told = Counter((made.edition.theme, what) for made in outcome.made for what in made.left_out)
    return [f"Left out of {reports(number)} ({theme}): {what}" for (theme, what), number in told.items()]


def _place(outcome: Outcome, folder: str) -> str:
    """The folder that holds all the editions: that of the period and theme where there is only one."""
    folders = {edition.folder for edition in outcome.up_to_date} | {result.edition.folder for result in outcome.made}
    return (Path(folder) / folders.pop()).as_posix() if len(folders) == 1 else folder


def _at_work(running: Collection[Edition], failed: int) -> str:
    """What stands beside the bar: what has failed so far, and what is being made."""
    return "; ".join([*([f"{failed:,} failed"] if failed else []), ", ".join(each.label for each in running)])
