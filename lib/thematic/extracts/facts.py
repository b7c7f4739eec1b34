"""Says what a source was and how its rows fared: the account that stands beside the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.params.schema import TABLES


class TableFacts(BaseModel):
    """How the rows of one table fared: rows_in = kept + duplicates + quarantined + left_out.

    `reasons` counts quarantined and left-out rows by reason; a row with several counts in each. `normalised` counts
    by column the values that were taken though spelled otherwise than the contract has it.
    """

    model_config = ConfigDict(frozen=True)

    rows_in: int
    kept: int
    duplicates: int
    quarantined: int
    left_out: int
    reasons: dict[str, int]
    normalised: dict[str, int]


class ExtractFacts(BaseModel):
    """data/warehouse/extract.json: what the warehouse was made from, and what became of every row.

    `columns` names for each table that is there the columns that the source feeds. `history_from` is the first month
    for which each table is complete. `populations` sums the lookup's, by kind of place, where it has any.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    kind: Literal["extracts", "police.uk"]
    title: str
    synthetic: bool
    licence: str | None
    as_at: date | None
    latest_period: str
    history_from: dict[str, str]
    columns: dict[str, list[str]]
    tables: dict[str, TableFacts]
    populations: dict[str, dict[str, int]] | None
    notes: list[str]


def latest_period(as_at: date | None, months: Mapping[str, set[str]]) -> str:
    """The last month complete by `as_at`; without one, the last month that has crimes or incidents.

    `months` gives for each table the months (`YYYY-MM`) that have rows. Raises DataRefused when neither has any.
    """
    dated = months.get("crimes", set()) | months.get("incidents", set())
    if not dated:
        raise DataRefused("The extracts hold no crimes and no incidents that can be used. Bring one of the two.")
    if as_at is None:
        return max(dated)
    month = Month.containing(as_at)
    return str(month if as_at == month.last_day else month - 1)


def history_from(latest: str, declared: str | None, months: Mapping[str, set[str]]) -> dict[str, str]:
    """The first month of each table's history.

    Declared, it holds for every table. Otherwise that of crimes and of incidents runs back, from the latest period or
    the table's own last month before it, to the first month without rows; the other tables take that of crimes (or of
    incidents where there are no crimes).
    """
    if declared is not None:
        return dict.fromkeys(months, declared)
    runs = {table: _run_back(latest, months[table]) for table in ("crimes", "incidents") if months.get(table)}
    other = runs.get("crimes") or runs["incidents"]
    return {table: runs.get(table, other) for table in months}


def _run_back(latest: str, months: set[str]) -> str:
    within = {month for month in months if month <= latest}
    month = Month.parse(max(within, default=latest))
    while str(month - 1) in within:
        month = month - 1
    return str(month)


def reconciliation(facts: ExtractFacts) -> list[dict[str, str | int]]:
    """One row per table: rows in, kept, duplicates, quarantined, left out."""
    shown = ("rows_in", "kept", "duplicates", "quarantined", "left_out")
    return [{"table": name} | {key: getattr(table, key) for key in shown} for name, table in facts.tables.items()]


def reconciliation_lines(facts: ExtractFacts) -> list[str]:
    """The same as sentences for the terminal."""
    return [
        f"{name.replace('_', ' ')}: {table.rows_in:,} in = {table.kept:,} kept + {table.duplicates:,} duplicates"
        f" + {table.quarantined:,} quarantined + {table.left_out:,} left out"
        for name, table in facts.tables.items()
    ]


def ordered(tables: Mapping[str, TableFacts]) -> dict[str, TableFacts]:
    """The tables in the contract's order, then any others."""
    names = [*TABLES, *(name for name in tables if name not in TABLES)]
    return {name: tables[name] for name in names if name in tables}
