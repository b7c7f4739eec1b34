"""Turns the declared extract contract into the data dictionary: tables, columns, codes, spellings and refusals."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import yaml
from md import anchored, bullets, code, codes, page, table

from thematic.extracts.rules import Limits, rules
from thematic.extracts.sources import SETTINGS, SUFFIXES
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.params import Params
from thematic.params.schema import TABLES, Column, Table
from thematic.params.sources import ExtractSettings

Meanings = dict[str, dict[str, str]]

_TAKEN = {
    "text": "text",
    "date": "date, `YYYY-MM-DD`; a time after it is dropped",
    "flag": "`Y` or `N`",
    "whole": "whole number",
    "number": "number",
    "codes": "one of the codes",
    "strands": "codes parted by `;`",
    "offence_code": "a code of the [offence codes](offence-codes.md)",
    "lpu": "a name of [params/force.yaml](#areas)",
    "local_authority": "a name of [params/force.yaml](#areas)",
}
_SPELLINGS = (
    ("any", "spaces, tabs and no-break spaces around it"),
    ("`Y` and `N`", "`y`, `yes`, `true`, `1` and `n`, `no`, `false`, `0`, in any case"),
    ("whole number", "`16.0` and `016` for `16`"),
    ("codes parted by `;`", "spaces around each, any order, one given twice"),
    ("names of areas", "capitals or small letters, and letters with accents however they are composed (Unicode NFC)"),
)
_SETTINGS = {
    "as_at": "The last day the extract knows of. The latest period is the last month complete by it, and no date may "
    "lie after it. Without it: the last month that has crimes or incidents, and no date after the day of the build.",
    "history_from": "The first month (`YYYY-MM`) the extract is complete for. Without it: the months back from the "
    "last to the first that has no rows.",
    "synthetic": "`true` if nobody is in it; every report then says so.",
    "title": "What reports call the source.",
    "licence": "The words of the licence that reports print.",
}


class Unexplained(Exception):
    """A column without words, or words without a column."""


def read_meanings(path: Path) -> Meanings:
    """What each column means, by table. Raises Unexplained where words and columns do not match."""
    said: Meanings = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared = {name: set(each.names) for name, each in TABLES.items()} | {"figures": set(FIGURE_COLUMNS)}
    declared["derived"] = {name for each in TABLES.values() for name, _ in each.derived}
    for name in {*declared, *said}:
        match_words(f"{path.name}, {name}", declared.get(name, set()), said.get(name, {}))
    return said


def match_words(where: str, declared: Collection[str], said: Collection[str]) -> None:
    """Raises Unexplained unless each name declared has its words, and no other."""
    if wrong := set(declared) ^ set(said):
        raise Unexplained(
            f"{where}: {', '.join(sorted(wrong))}: declared without words, or words without a declaration"
        )


def dictionary(params: Params, meanings: Meanings) -> str:
    """The page on what the force's systems hand over."""
    match_words("the settings of an extract", ExtractSettings.model_fields, _SETTINGS)
    return page(
        "# The data dictionary",
        f"One file for each table, in one folder: {codes(SUFFIXES)}. Or one table in [a database](../databases.md). "
        "CSV is UTF-8 or cp1252, separated by commas, with a heading. The order of columns is free; blank means "
        "missing; a column that is not listed here is not used, and a note says so. Without a table, or a column that "
        "is not required, the figures that need it are `[x]`. Columns marked "
        "**personal** name, describe or place a person: they stay in the warehouse and reach no report.",
        "This page is made from the contract in the code, so it is what the product reads today.",
        *(_table(each, meanings[each.name], params.force.history_floor) for each in TABLES.values()),
        "## Columns that are added",
        "The warehouse adds these to `crimes`, from the [offence codes](offence-codes.md) and the dates. "
        "Measures may count by them as by any other.",
        table(["column", "meaning"], [(code(name), said) for name, said in meanings["derived"].items()]),
        "## Spellings that are taken",
        "These are read as what they mean, and counted as normalised. Nothing else is guessed.",
        table(["value", "also taken"], _SPELLINGS),
        "## What becomes of each row",
        bullets(
            [
                "**Left out**: its code is not one of those counted. It is counted, and comes first where both apply.",
                "**Duplicate**: it is alike in every column to a row before it. It is dropped and counted.",
                "**Quarantined**: it breaks a rule of its table, or its reference stands on a row before it with "
                f"other content. It goes to {code('data/warehouse/quarantine/<table>.parquet')} with its line and "
                "every reason.",
                "**Kept**: all the others.",
            ]
        ),
        "Rows in = kept + duplicates + quarantined + left out. If more than "
        f"{params.force.quarantine_limit_pct:g}% of a table is quarantined, the build stops. How to see and mend them: "
        "[Troubleshooting](../troubleshooting.md#rows-that-break-the-contract).",
        f"## {SETTINGS}",
        f"A file {code(SETTINGS)} may lie beside the tables. All of it is optional.",
        table(["key", "meaning"], [(code(key), said) for key, said in _SETTINGS.items()]),
        "## Outcomes",
        _outcomes(params),
        "## Areas",
        f"The names of {params.force.name}, from `params/force.yaml`.",
        table(
            ["Local Policing Unit", "slug", "population"],
            [(a.name, code(a.slug), _people(a)) for a in params.force.lpus],
        ),
        table(["local authority", "population"], [(a.name, _people(a)) for a in params.force.local_authorities]),
        description="Every table and column of the extracts: meaning, values, what is required, what is refused.",
    )


def _people(place: object) -> str:
    people = getattr(place, "population", None)
    return "none, so no rates" if people is None else f"{people:,}"


def _table(declared: Table, meanings: dict[str, str], floor: date) -> str:
    rows = [_column(declared, each, meanings[each.name]) for each in declared.columns]
    fed = declared.names
    reasons = [rule.reason for rule in rules(declared, fed, Limits(floor, floor), holds_nul=True)]
    return "\n\n".join(
        [
            f"## {declared.name} {{ #{declared.name} }}",
            f"One row for each {code(declared.reference)}; {code(declared.date)} places it in a month.",
            table(["column", "meaning", "values", "required"], rows),
            f'??? note "Why a row of {declared.name} is quarantined"\n\n'
            + "\n".join(f"    - {reason.replace('history_floor', f'{floor} (history_floor)')}" for reason in reasons),
        ]
    )


def _column(declared: Table, column: Column, meaning: str) -> tuple[str, str, str, str]:
    meaning = meaning + (" **Personal.**" if column.personal else "")
    return (
        anchored(column.name, f"{declared.name}-{column.name}"),
        meaning,
        "; ".join(_values(column)),
        _required(column),
    )


def _values(column: Column) -> Iterator[str]:
    yield _TAKEN[column.kind]
    if column.codes:
        yield codes(column.codes) + (" (rows with others are left out)" if column.leaves_out else "")
    if column.low is not None:
        yield f"{column.low:g} to {column.high:g}" if column.high is not None else f"{column.low:g} or more"


def _required(column: Column) -> str:
    if not column.required:
        return "no"
    return "yes, in every row" if column.filled else "the column, not the values"


def _outcomes(params: Params) -> str:
    groups = params.outcomes.groups
    rows = [
        (str(each.code), each.title, codes(name for name, members in groups.items() if each.code in members))
        for each in params.outcomes.codes
    ]
    return table(["code", "outcome", "groups that count it"], rows)


def offence_codes(files: list[Path]) -> str:
    """The page of every offence code that an extract may use."""
    rows = [row for path in files for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()[1:])]
    return page(
        "# Offence codes",
        f"The {len(rows):,} codes that `offence_code` may hold. A force adds its own in `params/offences.csv`.",
        table(
            ["code", "title", "group", "sub-group", "racially or religiously aggravated"],
            [(anchored(row[0], f"code-{row[0]}"), *row[1:]) for row in rows],
        ),
        description="The offence codes, with their groups and sub-groups.",
    )


def figures_csv(meanings: Meanings) -> str:
    """The page on the columns of a report's CSV."""
    return page(
        "# The CSV of figures",
        "`outputs/<period>/<theme>/<area>.csv` holds every released figure of a report, one to a row. It is the file "
        "to take figures from: a spreadsheet, a dashboard or another report then says what the report says.",
        table(["column", "meaning"], [(code(name), meanings["figures"][name]) for name in FIGURE_COLUMNS]),
        "Counts have no decimal point; other numbers have all their decimals. Read it as UTF-8.",
        description="The columns of the CSV that holds every figure of a report.",
    )
