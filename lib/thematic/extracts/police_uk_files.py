"""Names the files of a data.police.uk download, for the reading of sources: what each month's file holds."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal["street", "outcomes"]
STREET: Kind = "street"
OUTCOMES: Kind = "outcomes"
EXAMPLE = "a data.police.uk download (YYYY-MM/YYYY-MM-<force>-street.csv)"
NOT_PLACED = "data.police.uk places crimes by LSOA, and {where}."

_MONTH_FILE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-(.+)-(street|outcomes)\.csv")


@dataclass(frozen=True)
class MonthFile:
    """One file of a download: `name` is its path in the zip or folder."""

    name: str
    month: str
    force: str
    kind: Kind


def month_file(name: str) -> MonthFile | None:
    """The file of a month by its path, or None for one of another name."""
    match = _MONTH_FILE.fullmatch(name.rsplit("/", 1)[-1])
    return None if match is None else MonthFile(name, match[1], match[2], STREET if match[3] == STREET else OUTCOMES)


def lacking(months: Collection[MonthFile]) -> str | None:
    """What a download has too little of to be read, or None."""
    if months and all(file.kind == OUTCOMES for file in months):
        return "holds outcomes alone, no street-level crimes. Download those too."
    return None
