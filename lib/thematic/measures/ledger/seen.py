"""What the reports of an audience are made from: the cubes, or for the public what was released of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from thematic.core.digests import code_digest, digest
from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.params import Params
from thematic.params.declared import Audience

_CONFIDENT = "Public editions are made from the ledger alone"


@dataclass(frozen=True)
class Seen:
    """The params, the index and the counts that an audience's reports see."""

    workbook: Workbook
    params: Params
    index: Index
    is_rounded: bool

    def files(self, theme: str) -> dict[str, bytes]:
        """The files that a theme's reports are made from."""
        if self.is_rounded:
            from thematic.measures.ledger import released

            return released.read_bytes(self.workbook, theme)
        return cubes.read_bytes(self.workbook, theme)


def seen_by(
    audience: Audience,
    workbook: Workbook,
    params: Params,
    index: Index,
    say: Callable[[str], None],
    periods: Sequence[Month] | None = None,
) -> Seen:
    """What the reports of an audience see; made-up data are booked where they are not.

    Raises DataRefused where a period (None: the latest in the data) is not booked, or params/ have changed since.
    """
    if audience != "public" or params.disclosure.protection == "none":
        return Seen(workbook, params, index, False)
    from thematic.measures.ledger import booking, released

    wanted = max(periods or [Month.parse(index.latest_period)])
    rest = declared(params, index)
    known = released.load_index(workbook)
    if index.synthetic:
        if known is None or known.extract != rest:
            latest = Month.parse(index.latest_period)
            booking.book(workbook, params, index, latest, say, rest)
        known = released.load_index(workbook)
    if known is None or known.latest_period < str(min(wanted, Month.parse(index.latest_period))):
        last = "" if known is None else f" The last month that was booked is {known.latest_period}."
        raise DataRefused(
            f"{wanted} is not booked for the public.{last} {_CONFIDENT}: once all that belongs to the month is in the "
            f"extract, run: thematic book {wanted}"
        )
    if known.extract != rest:
        raise DataRefused(
            f"{_CONFIDENT}, and params/ have changed since it was booked. Run thematic book {known.latest_period}: it "
            "changes nothing of what was published, and makes what can be shown fit again."
        )
    return Seen(workbook, params.with_whole_per_cents(), known, True)


def declared(params: Params, index: Index) -> str:
    """The digest of what the public counts rest on beside the ledger's files: declarations and code; of made-up data
    the data as well."""
    said = cubes.declarations(
        themes=params.themes,
        measures=params.measures,
        tables=params.tables,
        levels=params.levels,
        corrections=params.corrections,
    )
    rules = params.disclosure.model_dump(mode="json")
    return digest([said, rules, code_digest("measures/ledger"), index.key if index.synthetic else ""])
