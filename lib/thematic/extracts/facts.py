"""Says what a source was and how its rows fared: the account that is kept beside the warehouse."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

_LISTED, _LONGEST = 30, 40
_FEW, _FAR_FEWER = 100, 0.8


class TableFacts(BaseModel):
    """How the rows of one table fared: rows_in = kept + duplicates + quarantined + left_out.

    `reasons` counts quarantined and left-out rows by reason; a row with several counts in each. `normalised` counts
    by column the values that were taken though spelled otherwise than the contract has it. `blank` lines with no cell
    filled in are no rows; `equal` rows equal another one in a table without references, and are kept. By column, and
    only as far as they point to nobody, `silent` counts words taken for blank, `met` the values of columns
    whose fullness is measured, and `undeclared` those that are none of a column's codes or areas.
    """

    model_config = ConfigDict(frozen=True)

    rows_in: int
    kept: int
    duplicates: int
    quarantined: int
    left_out: int
    reasons: dict[str, int]
    normalised: dict[str, int]
    blank: int = 0
    equal: int = 0
    silent: dict[str, dict[str, int]] = {}
    met: dict[str, dict[str, int]] = {}
    undeclared: dict[str, dict[str, int]] = {}


class ExtractFacts(BaseModel):
    """data/warehouse/extract.json: what the warehouse was made from, and what became of every row.

    `columns` names for each table that is there the columns that the source feeds, derived ones included. Months are
    `YYYY-MM`: for each table `history_from` is the first of its history, `ends` its last, and `gaps` are those between
    in which rows are missing. `not_ended` are the tables whose source cannot say which rows are void. `populations`
    sums the lookup's by level and area, None where it has none. `earlier` has by table a sentence for reports of
    periods before the latest; `first` is to be said before all else. `absent` says by table and column why something
    is not there that such a source can give; under "" why the table itself is not.
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
    ends: dict[str, str]
    gaps: dict[str, list[str]]
    not_ended: list[str]
    columns: dict[str, list[str]]
    tables: dict[str, TableFacts]
    populations: dict[str, dict[str, int]] | None
    notes: list[str]
    earlier: dict[str, str] = {}
    first: list[str] = []
    absent: dict[str, dict[str, str]] = {}


def reconciliation(facts: ExtractFacts) -> list[dict[str, str | int]]:
    """One row per table: rows in, kept, duplicates, quarantined, left out."""
    parts = ("rows_in", "kept", "duplicates", "quarantined", "left_out")
    return [{"table": name} | {key: getattr(table, key) for key in parts} for name, table in facts.tables.items()]


def reconciliation_lines(facts: ExtractFacts) -> list[str]:
    """The same as sentences for the terminal."""
    return [
        f"{name.replace('_', ' ')}: {table.rows_in:,} in = {table.kept:,} kept + {_duplicates(table.duplicates)}"
        f" + {table.quarantined:,} quarantined + {table.left_out:,} left out"
        for name, table in facts.tables.items()
    ]


def account_lines(before: ExtractFacts | None, made: ExtractFacts) -> Iterator[str]:
    """How the rows of an extract fared, for the terminal; `before` is the account of the last one."""
    yield from made.first
    yield from _smaller(before, made)
    yield from reconciliation_lines(made)
    yield from reasons_lines(made)
    yield from values_lines(made)
    yield from made.notes


def _smaller(before: ExtractFacts | None, made: ExtractFacts) -> Iterator[str]:
    """A sentence for each table that has far fewer rows than the last extract had: an export cut short looks so."""
    if before is None or (before.kind, before.synthetic) != (made.kind, made.synthetic):
        return
    for name, table in before.tables.items():
        now = made.tables[name].rows_in if name in made.tables else 0
        if table.rows_in >= _FEW and now < _FAR_FEWER * table.rows_in:
            yield (
                f"Warning: {name} has {now:,} rows, and {table.rows_in:,} when it was last read. See that the export "
                "is whole."
            )


def reasons_lines(facts: ExtractFacts) -> list[str]:
    """Why rows were quarantined or left out, by table, commonest first, and where to read what that means."""
    why = [
        f"{name}, rows not kept: {'; '.join(f'{n:,} x {reason}' for reason, n in table.reasons.items())}"
        for name, table in facts.tables.items()
        if table.reasons
    ]
    return [*why, *([_NOT_KEPT] if why else [])]


_NOT_KEPT = (
    "A quarantined row breaks a rule of its table and is put aside in data/warehouse/quarantine; a row left out is "
    "none that its table counts. docs/troubleshooting.md says more (Rows that break the contract)."
)


def values_lines(facts: ExtractFacts) -> list[str]:
    """What stood in columns whose fullness is measured and what is not declared, for the terminal alone, and what to do
    about it: a force sees which of these words say nothing, and which codes it lacks."""
    silent = [line for name, table in facts.tables.items() for line in _lines(name, "taken for blank", table.silent)]
    met = [line for name, table in facts.tables.items() for line in _lines(name, "counted as filled", table.met)]
    unknown = [line for name, table in facts.tables.items() for line in _lines(name, "not declared", table.undeclared)]
    return [*silent, *met, *([_SAYS_NOTHING] if met else []), *unknown, *([NOT_DECLARED] if unknown else [])]


_SAYS_NOTHING = (
    "Where a word that is counted as filled says nothing, add it to says_nothing in params/force.yaml; if it is one of "
    "a column's codes, take it out of these too."
)
NOT_DECLARED = (
    "Correct what is misspelt, declare what is meant (codes in params/tables/ or params/lists/, areas in "
    "params/areas/), and add a word that says nothing to says_nothing in params/force.yaml."
)
"""What to do about values that are not declared."""


def _lines(table: str, what: str, columns: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for name, values in columns.items():
        yield f"{table}, {name}: {what}: {values_text(values)}"


def values_text(values: Mapping[str, int]) -> str:
    """Values with the numbers of their rows: `812 NULL, 40 Prefer not to say`; a great many not all, none at length."""
    shown = [f"{n:,} {' '.join(value.split())[:_LONGEST]}" for value, n in list(values.items())[:_LISTED]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _duplicates(number: int) -> str:
    return "1 duplicate" if number == 1 else f"{number:,} duplicates"


def ordered(tables: Mapping[str, TableFacts], names: Collection[str]) -> dict[str, TableFacts]:
    """The tables in the order of `names`, then any others."""
    order = [*names, *(name for name in tables if name not in names)]
    return {name: tables[name] for name in order if name in tables}
