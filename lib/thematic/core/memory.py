"""Turns the table of processes into how much memory one of them uses, with all that it has started."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MB = 1_000_000
_LOOKS_TO_A_SEARCH = 5
_SHARED_PERCENT = 80
_LEAST = 1_000 * MB


def fair_share(workers: int) -> int:
    """The bytes that each of so many reports may use: a part of four fifths of the machine's memory, 1,000 MB at least.

    (A report takes a few hundred MB: the limit is there to end one that has run wild, not to press many into little.)
    """
    import psutil

    total: int = psutil.virtual_memory().total
    return max(_LEAST, total * _SHARED_PERCENT // 100 // workers)


class Family:
    """A process and all that it has started, and has not been cut off from it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._members: list[psutil.Process] = []
        self._looks = 0

    def resident(self) -> int:
        """The memory it uses now, in bytes: resident, so that what two of them share counts twice.

        Searching the table of processes costs the more, the more there are; so not every look searches it.
        """
        import psutil

        if self._looks % _LOOKS_TO_A_SEARCH == 0:
            self._members = self._search()
        self._looks += 1
        resident = 0
        for member in self._members:
            with suppress(psutil.Error):
                resident += member.memory_info().rss
        return resident

    def kill(self, itself: bool = True) -> None:
        """Kills all that it has started, and itself."""
        import psutil

        for member in self._search()[0 if itself else 1 :]:
            with suppress(psutil.Error):
                member.kill()

    def _search(self) -> list[psutil.Process]:
        import psutil

        try:
            first = psutil.Process(self._pid)
            return [first, *first.children(recursive=True)]
        except psutil.Error:
            return []
