"""What went wrong, for the user: what it is, where it stands, the value, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the file (and key or line), what is wrong with the value there, and the fix."""

    where: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.fix}" if self.fix else "")


class UserError(Exception):
    """A mistake the user can mend. Shown without a traceback; `exit_status` ends the command."""

    exit_status = 2

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  - {problem}" for problem in self.problems)])


class ArgumentsRefused(UserError):
    """The command's words cannot be used (exit status 2)."""


class ParamsRefused(UserError):
    """The files under params/ cannot be used (exit status 2)."""


class DataRefused(UserError):
    """The extracts cannot be used (exit status 3)."""

    exit_status = 3


class DiskRefused(UserError):
    """The disk does not take what must be written (exit status 1)."""

    exit_status = 1


def reason(error: OSError) -> str:
    """Why the system refused something, in its own words, such as `No space left on device`."""
    return os.strerror(error.errno) if error.errno else str(error)
