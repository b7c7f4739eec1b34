"""Declares the extract contract as data: the tables, their columns, and what each may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "date", "flag", "whole", "number", "codes", "strands", "offence_code", "lpu", "local_authority"]
Floor = Literal["history", "committed", "recorded", "none"]

STRANDS = ("disability", "gender_identity", "race", "religion", "sexual_orientation")
COMMITTED_FLOOR = "1900-01-01"


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    `required`: the column must be there; `filled`: every row must have a value. `personal`: it names, describes or
    places a person, so it stays above the cubes. `low` and `high` are the least and greatest value, inclusive.
    `floor` says which day a date may not lie before: the force's `history_floor`, 1900, the day of recording, or
    none. A row with a code outside `codes` is left out and counted where `leaves_out`, else quarantined.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    filled: bool = False
    personal: bool = False
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    floor: Floor = "none"
    leaves_out: bool = False


@dataclass(frozen=True)
class Table:
    """One table: `reference` is unique to each row, `date` places the row in a month.

    `together` names columns that are blank or filled together; `derived` what the warehouse adds, with its type.
    """

    name: str
    reference: str
    date: str
    columns: tuple[Column, ...]
    together: tuple[tuple[str, str], ...] = ()
    derived: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _reference(name: str) -> Column:
    return Column(name, required=True, filled=True, personal=True)


def _main_date(name: str) -> Column:
    return Column(name, "date", required=True, filled=True, floor="history")


_PLACES = (Column("lpu", "lpu", required=True), Column("local_authority", "local_authority", required=True))
_POINT = (
    Column("lsoa_code", personal=True),
    Column("longitude", "number", personal=True, low=-180, high=180),
    Column("latitude", "number", personal=True, low=-90, high=90),
)

CRIMES = Table(
    "crimes",
    reference="crime_ref",
    date="recorded_on",
    columns=(
        _reference("crime_ref"),
        _main_date("recorded_on"),
        Column("committed_on", "date", floor="committed"),
        Column("cancelled_on", "date", floor="recorded"),
        Column("offence_code", "offence_code", required=True, filled=True),
        Column("offence_title"),
        *_PLACES,
        *_POINT,
        Column("domestic", "flag", required=True, filled=True),
        Column("hate_strands", "strands", required=True, codes=STRANDS),
        Column("alcohol", "flag"),
        Column("public_place", "flag"),
        Column("outcome_code", "whole", required=True, low=1, high=22),
        Column("outcome_on", "date", required=True, floor="recorded"),
        Column("victim_ref", personal=True),
        Column("suspect_ref", personal=True),
        Column("victim_age", "whole", personal=True, low=0, high=120),
        Column("victim_sex", personal=True),
        Column("victim_ethnicity", personal=True),
        Column("victim_disability", personal=True),
        Column("victim_religion", personal=True),
        Column("victim_sexual_orientation", personal=True),
    ),
    together=(("outcome_code", "outcome_on"),),
    derived=(
        ("offence_group", "VARCHAR"),
        ("offence_subgroup", "VARCHAR"),
        ("aggravated", "BOOLEAN"),
        ("days_to_record", "INTEGER"),
    ),
)

INCIDENTS = Table(
    "incidents",
    reference="incident_ref",
    date="received_on",
    columns=(
        _reference("incident_ref"),
        _main_date("received_on"),
        Column("finalisation_code", "codes", required=True, codes=("BE", "BN", "BP"), leaves_out=True),
        *_PLACES,
        *_POINT,
        Column("caller_ref", personal=True),
    ),
)

PROTECTION_NOTICES = Table(
    "protection_notices",
    reference="notice_ref",
    date="authorised_on",
    columns=(
        _reference("notice_ref"),
        _main_date("authorised_on"),
        *_PLACES,
        Column("hearing_contested", "flag"),
        Column("order_result", "codes", codes=("granted", "denied")),
        Column("notice_breached", "flag"),
        Column("order_breaches", "whole", low=0),
        Column("court_actions", "whole", low=0),
    ),
)

DISCLOSURES = Table(
    "disclosures",
    reference="disclosure_ref",
    date="disclosed_on",
    columns=(
        _reference("disclosure_ref"),
        _main_date("disclosed_on"),
        Column("right", "codes", required=True, filled=True, codes=("ask", "know")),
        *_PLACES,
    ),
)

SURVEYS = Table(
    "surveys",
    reference="response_ref",
    date="surveyed_on",
    columns=(
        _reference("response_ref"),
        _main_date("surveyed_on"),
        Column("survey", "codes", required=True, filled=True, codes=("domestic_abuse", "asb", "hate_crime")),
        Column("question", "codes", required=True, filled=True, codes=("whole_experience", "action_taken")),
        Column(
            "response",
            "codes",
            required=True,
            filled=True,
            codes=(
                "completely_satisfied",
                "very_satisfied",
                "fairly_satisfied",
                "neither",
                "fairly_dissatisfied",
                "very_dissatisfied",
                "completely_dissatisfied",
            ),
        ),
        *_PLACES,
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (CRIMES, INCIDENTS, PROTECTION_NOTICES, DISCLOSURES, SURVEYS)
}

PERSONAL = frozenset(column.name for table in TABLES.values() for column in table.columns if column.personal)
