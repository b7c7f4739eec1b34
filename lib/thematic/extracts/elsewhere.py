"""Says of a warehouse whose rows stayed in the database that they did: of what they were counted, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from thematic.core.errors import DataRefused

_MARK = "in_place.txt"
COUNT_AGAIN = "thematic data --in-place"
"""The command that counts again."""
_NONE_HERE = "none are kept here. To have them here: thematic data"


@dataclass(frozen=True)
class Elsewhere:
    """Where rows were counted and stayed: the digest of what was declared of them, and the day."""

    key: str
    day: date


def counted_elsewhere(warehouse: Path) -> Elsewhere | None:
    """What the warehouse says of its rows; None where they are in it, or where there is no warehouse."""
    path = warehouse / _MARK
    if not path.is_file():
        return None
    key, _, day = path.read_text(encoding="utf-8").strip().partition(" ")
    return Elsewhere(key, date.fromisoformat(day))


def mark(folder: Path, found: Elsewhere) -> None:
    """Notes in the folder of a warehouse that its rows are elsewhere."""
    (folder / _MARK).write_text(f"{found.key} {found.day}\n", encoding="utf-8", newline="\n")


def forget(warehouse: Path) -> None:
    """Takes the note away, so that the next build reads the rows."""
    (warehouse / _MARK).unlink(missing_ok=True)


def refuse_rows(warehouse: Path, what: str = _NONE_HERE) -> None:
    """Raises DataRefused, which says `what` to do, where rows are needed and stayed in the database."""
    if counted_elsewhere(warehouse) is not None:
        raise DataRefused(f"The rows are in the database, and {what}")
