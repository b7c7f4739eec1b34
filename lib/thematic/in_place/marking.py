"""Says whether rows that were counted in their database must be counted there again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from thematic.core.digests import code_digest, digest
from thematic.core.workbook import Workbook
from thematic.extracts import warehouse
from thematic.extracts.elsewhere import COUNT_AGAIN, counted_elsewhere, refuse_rows
from thematic.extracts.facts import ExtractFacts
from thematic.extracts.order import Order
from thematic.params import Params
from thematic.params.sources import SourcesParams

_CHANGED = f"what is declared of them has changed since they were counted there. Count them again: {COUNT_AGAIN}"


def declared(order: Order, sources: SourcesParams) -> str:
    """The digest of all that the account of rows in place rests on, but for the rows themselves."""
    return digest([order.key(), sources.model_dump(mode="json"), code_digest("in_place")])


def counted_before(
    workbook: Workbook,
    params: Params,
    data: Path | None,
    lookup: Path | None,
    today: date,
    say: Callable[[str], None],
) -> ExtractFacts | None:
    """The account of the rows that were counted in their database and stayed there; None where none were, or where
    other data are named.

    Raises DataRefused where what is declared of them has changed since.
    """
    there = counted_elsewhere(workbook.warehouse)
    known = None if there is None else warehouse.facts(workbook)
    if there is None or known is None:
        return None
    databases = warehouse.databases(workbook, params, data, there.day)
    if databases is None:
        return None
    if declared(warehouse.in_database(workbook, params, databases, lookup), databases.sources) != there.key:
        refuse_rows(workbook.warehouse, _CHANGED)
    say(f"Counted in the database of {databases.shown} on {there.day}: {known.title} ({COUNT_AGAIN} counts again)")
    return known
