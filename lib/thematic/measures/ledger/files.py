"""data/ledger: a file for each month that was booked, never changed, and the key; only the force may read them.

A month's file has a header (lines that begin with #) and the rows `ledger, leaf, x, step`: the records of a leaf that
were booked in the month, and by how much what is published of it grew. The header names the digests of the file before,
of the key, of what is declared and of the extract, so that a file out of place is found.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

from thematic.core.digests import digest_bytes
from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.measures.ledger.draws import fingerprint
from thematic.measures.ledger.states import Entry

KEY = "key"
PUBLIC = "public"
_COLUMNS = ("ledger", "leaf", "x", "step")
_ANCHORED = "anchored "


@dataclass(frozen=True)
class Header:
    """What a month's file rests on: the digests of the file before ("" for the first), of what is declared, and of the
    extract, the fingerprint of the key, the base, the draws of each theme (`rape 6, asb 3`), the marks of the
    ledgers that were kept, and how often the draws of the month were drawn again."""

    previous: str
    key: str
    declared: str
    extract: str
    base: str
    draws: str
    ledgers: str
    attempt: str = "0"

    @property
    def marks(self) -> frozenset[str]:
        """The marks of the ledgers that were kept."""
        return frozenset(self.ledgers.split())

    @property
    def draws_of(self) -> dict[str, int]:
        """How far the draws of the month reached, by theme."""
        pairs = [each.rsplit(" ", 1) for each in self.draws.split(", ") if each]
        return {theme: int(width) for theme, width in pairs}


_HEADER = tuple(each.name for each in fields(Header))


@dataclass(frozen=True)
class MonthFile:
    """One month as it was booked."""

    month: Month
    header: Header
    entries: Sequence[Entry]
    digest: str


def months_booked(workbook: Workbook) -> list[Month]:
    """The months that have a file, in order. Raises DataRefused where one between them is missing."""
    names = [path.stem for path in workbook.ledger.glob("[0-9][0-9][0-9][0-9]-[01][0-9].csv")]
    months = sorted(map(Month.parse, names))
    for one, other in pairwise(months):
        if other.index != one.index + 1:
            where = workbook.shown(workbook.ledger)
            raise DataRefused(
                f"{where}: {one + 1} is missing between the months that were booked. Bring the file back from the "
                "backup: what was published rests on it."
            )
    return months


def read_months(workbook: Workbook, key: bytes | None) -> Iterator[MonthFile]:
    """Every month that was booked, in order. Raises DataRefused for a file that was changed, and where the last is of
    another key; without a key that is not looked at."""
    previous, months = "", months_booked(workbook)
    for month in months:
        found = read_month(workbook, month)
        where = workbook.shown(_path(workbook, month))
        if found.header.previous != previous:
            raise DataRefused(
                f"{where}: the file of the month before is not the one that this was booked after. Bring both back "
                "from the backup: files of the ledger never change."
            )
        if key is not None and month == months[-1] and found.header.key != fingerprint(key):
            raise DataRefused(
                f"{where}: was booked with another key than {workbook.shown(workbook.ledger / KEY)}. Bring the key "
                "back that belongs to the folder; where it is lost or known to others, give the next booking --new-key."
            )
        previous = found.digest
        yield found


def read_month(workbook: Workbook, month: Month) -> MonthFile:
    """One month's file. Raises DataRefused where it cannot be read."""
    path = _path(workbook, month)
    where = workbook.shown(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataRefused(f"{where}: cannot be read. Bring it back from the backup.") from error
    try:
        lines = data.decode("utf-8").splitlines()
        said = dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# "))
        header = Header(*(said[name].strip("-") for name in _HEADER))
        rows = list(csv.reader(line for line in lines if not line.startswith("# ")))
        if tuple(rows[0]) != _COLUMNS:
            raise ValueError("columns")
        entries = [
            Entry(ledger.removeprefix(_ANCHORED), leaf, int(x), int(step), ledger.startswith(_ANCHORED))
            for ledger, leaf, x, step in rows[1:]
        ]
    except (ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise DataRefused(
            f"{where}: is no file of the ledger, or was changed. Bring it back from the backup."
        ) from error
    return MonthFile(month, header, entries, digest_bytes(data))


def month_bytes(header: Header, entries: Sequence[Entry]) -> bytes:
    """The bytes of a month's file."""
    stream = io.StringIO(newline="")
    for name in _HEADER:
        stream.write(f"# {name}: {getattr(header, name) or '-'}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    rows = [
        (f"{_ANCHORED if each.anchored else ''}{each.ledger}", each.leaf, each.records, each.step) for each in entries
    ]
    writer.writerows(sorted(rows))
    return stream.getvalue().encode()


def write_months(workbook: Workbook, files: Sequence[tuple[Month, bytes]]) -> None:
    """Writes new months, each whole or not at all. Only the owner may read them."""
    own_folder(workbook.ledger)
    for month, data in files:
        write_private(_path(workbook, month), data)


def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def own_folder(folder: Path) -> None:
    """The folder, made where it is not there, for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def _path(workbook: Workbook, month: Month) -> Path:
    return workbook.ledger / f"{month}.csv"
