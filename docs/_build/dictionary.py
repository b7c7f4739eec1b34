"""Turns the declared tables and areas into the data dictionary: what a file may hold, and what becomes of rows."""

from __future__ import annotations

from collections.abc import Iterator

from area_tables import areas
from in_words import derivation, match_words
from md import anchored, bullets, code, codes, page, table
from row_fates import reasons

from thematic.extracts.sources import SETTINGS, SUFFIXES
from thematic.params import Params
from thematic.params.sources import ExtractSettings, TableParams
from thematic.params.tables import HISTORY_FLOOR, ByColumn, ByColumns, ByFilled, Column, Table
from thematic.params.worded import conditions

_INLINE_CODES = 8
"""A column with more codes than this has them in a table of their own."""
_TAKEN = {
    "reference": "text",
    "text": "text",
    "date": "a date, `YYYY-MM-DD`",
    "moment": "date and time, `YYYY-MM-DD HH:MM`, with seconds or without",
    "flag": "`Y` or `N`",
    "whole": "whole number",
    "number": "number, kept to six decimal places",
    "code": "one code",
    "codes": "codes separated by `;`",
    "area": "the name of an area",
}
_SPELLINGS = (
    ("any", "spaces, tabs and no-break spaces around it"),
    ("flag", "`y`, `yes`, `true`, `1` and `n`, `no`, `false`, `0`, in any case"),
    ("whole number, and codes that are whole numbers", "`16.0` and `016` for `16`"),
    ("codes separated by `;`", "spaces around each, any order, the same one twice"),
    ("name of an area", "capitals or small letters; letters with accents however they are composed (Unicode NFC)"),
    ("date", "`YYYY-MM`, for its first day; a time after the date, which is dropped"),
    ("date or moment with a time zone", "turned into the force's own time zone before its day is taken"),
)
_SETTINGS = {
    "as_at": "The last day the extract knows of, not after the day of the build. The latest period is the last month "
    "complete by then, and no date may be later. Without it: the last month in which a table with its own history has "
    "rows, and no date after the day of the build.",
    "history_from": "The first month (`YYYY-MM`) for which the extract is complete. Without it: each table's first "
    "month with rows, or that of the table whose history it takes.",
    "empty_months": "Months in which nothing happened, by table, such as `{crimes: [2020-06]}`: they are no gap.",
    "synthetic": "`true` if nobody is in it; every report then says so.",
    "title": "What reports call the source.",
    "licence": "The words of the licence that reports print.",
}
_PLACES = {
    "file": "The file, as a path from the workbook's folder.",
    "columns": "The column's name here: its name there. Only those that are called something else.",
    "dates": 'How dates are written, such as `"%d/%m/%Y"`, where not as `YYYY-MM-DD`.',
    "separator": 'What separates the fields of a CSV, where not a comma: `";"`, `"|"` or `tab`.',
    "connection": "Which of the database connections ([Read from a database](../databases.md)).",
    "table": "The table or view of the database.",
    "query": "A SELECT, instead of a table.",
}


def dictionary(params: Params) -> str:
    """The page on what the force's systems hand over. Raises Unexplained where a setting has no words."""
    match_words("the settings of an extract", ExtractSettings.model_fields, _SETTINGS)
    match_words("the keys of a table in sources.yaml", TableParams.model_fields, _PLACES)
    return page(
        "# The data dictionary",
        f"One file for each table, in one folder: {codes(SUFFIXES)}, or a folder of Parquet files. Or one table in "
        "[a database](../databases.md). CSV is UTF-8 or cp1252, separated by commas, with a heading. The order of "
        "columns is free; blank means missing; a column that is not listed here is not used, and a note says so. "
        "Without a table, or a column that is not required, the figures that need it are `[x]`. Columns marked "
        "**personal** name, describe or place a person: their values stay in the warehouse and reach no report.",
        "This page is made from `params/tables/` and `params/areas/`, so it is what the product reads today. For a "
        "table of yours: [Declare a table](../declare-a-table.md).",
        *(block for name, each in params.tables.items() for block in _table(params, name, each)),
        "## Spellings that are taken",
        "These are read as what they mean, and counted as normalised. Nothing else is guessed.",
        table(["value", "also taken"], _SPELLINGS),
        _blanks(params),
        "## What becomes of each row",
        _fates(params),
        f"## {SETTINGS}",
        f"A file {code(SETTINGS)} may be put beside the tables. Every key is optional.",
        table(["key", "meaning"], [(code(key), said) for key, said in _SETTINGS.items()]),
        "## sources.yaml",
        "`params/sources.yaml` says where tables are and how they are spelled, if not as above: under `tables:`, for "
        "each table any of these keys. It may also give the keys of `extract.yaml`.",
        table(["key", "meaning"], [(code(key), said) for key, said in _PLACES.items()]),
        "## Areas",
        f"The areas of {params.force.name}, by level. How to declare them: [Areas](../areas.md).",
        *areas(params),
        description="Every table and column of the extracts: meaning, values, what is required, what is refused.",
    )


def _blanks(params: Params) -> str:
    """The words of the force that are taken for blank."""
    force = params.force
    said = [f"In a reference, {codes(force.nobody)} in any case name nobody and count as blank (`nobody`)."]
    if force.says_nothing:
        said.append(
            f"In text, and in codes that are not declared, {codes(force.says_nothing)} in any case say nothing and "
            "count as blank (`says_nothing`). A declared code always means what it says."
        )
    return "The force's words for blank are in `params/force.yaml`:\n\n" + bullets(said)


def _fates(params: Params) -> str:
    force = params.force
    listed = bullets(
        [
            "**No row**: every cell is blank. The number of these is given, and they count as nothing else.",
            "**Left out**: the table's `left_out_unless` does not hold. It is looked at first; the row is counted.",
            "**Duplicate**: it equals an earlier row in every column. It is dropped and counted. Where rows have no "
            "reference, equal rows are all kept and their number is given.",
            "**Quarantined**: it breaks a rule of its table, or its reference is on an earlier good row with other "
            "content. It goes to `data/warehouse/quarantine/<table>.parquet` with its line and every reason.",
            "**Kept**: all the others.",
        ]
    )
    limits = f"{force.quarantine_limit_pct:g}%, and more than {force.quarantine_limit_rows} rows,"
    return (
        f"{listed}\n\nRows in = kept + duplicates + quarantined + left out. If more than {limits} of a table are "
        "quarantined, the build stops (`quarantine_limit_pct` and `quarantine_limit_rows` in `params/force.yaml`). How "
        "to see and correct them: [Troubleshooting](../troubleshooting.md#rows-that-break-the-contract)."
    )


def _table(params: Params, name: str, declared: Table) -> Iterator[str]:
    yield f"## {declared.title} {{ #{name} }}"
    yield f"Table {code(name)}. A row is {declared.row}."
    yield bullets(_facts(declared))
    rows = [_column(name, declared, each, column) for each, column in declared.columns.items()]
    yield table(["column", "meaning", "values", "required"], rows)
    for each, column in declared.columns.items():
        yield from _codes(name, each, column)
    if added := [each for each in declared.derived if each not in declared.columns]:
        yield "The warehouse adds these columns. Conditions may name them like any other."
        said = [(anchored(each, f"{name}-{each}"), derivation(declared.derived[each], declared)) for each in added]
        yield table(["added column", "what it is"], said)
    if declared.breakdowns:
        yield "A theme may break its measures down by these."
        found = [_breakdown(each, by) for each, by in declared.breakdowns.items()]
        yield table(["breakdown", "heading", "categories"], found)
    floor = params.force.history_floor
    listed = "\n".join(f"    - {reason}" for reason in reasons(declared, floor))
    yield f'??? note "Why a row of {declared.title.lower()} is quarantined"\n\n{listed}'


def _facts(declared: Table) -> Iterator[str]:
    """What the table's own keys say, a sentence each."""
    if declared.reference is None:
        yield "Its rows have no reference: equal rows are all kept, and their number is given."
    else:
        yield f"{code(declared.reference)} is unique to each row."
    yield f"{code(declared.date)} places a row in a month."
    if declared.ends is not None:
        yield f"From the day in {code(declared.ends)} a row is void: no figure whose window ends on or after it has it."
    if declared.history != "own":
        yield f"Its history begins when that of {code(declared.history)} does."
    if declared.months == "any":
        yield "A month without rows is a month in which nothing happened."
    else:
        yield "A month without rows between others is a gap: figures whose window includes it are `[x]`."
    for first, second in declared.together:
        yield (
            f"{code(first)} and {code(second)} are either both blank or both filled. Until the day in {code(second)}, "
            f"{code(first)} counts as blank."
        )
    if declared.left_out_unless:
        yield f"Rows are left out, and counted, unless {conditions(declared.left_out_unless, declared)}."
    if declared.future:
        yield "Dates after the extract's end are meant: it holds forecasts."
    if declared.public == "sums":
        yield "Sums and means of its numbers may be published."


def _column(name: str, declared: Table, key: str, column: Column) -> tuple[str, str, str, str]:
    meaning = column.meaning.rstrip(".") + "." + (" **Personal.**" if column.is_personal else "")
    return anchored(key, f"{name}-{key}"), meaning, "; ".join(_values(name, declared, key, column)), _required(column)


def _values(name: str, declared: Table, key: str, column: Column) -> Iterator[str]:
    yield _TAKEN[column.kind]
    if column.list is not None:
        yield f"of [the list {column.list}](codes-{column.list}.md)"
    elif len(column.codes) > _INLINE_CODES or column.groups:
        yield f"[its codes](#{name}-{key}-codes)"
    elif column.codes:
        yield ", ".join(f"{code(each)} {title}" for each, title in column.codes.items())
    if column.level is not None:
        yield f"as in [params/areas/{column.level}.yaml](#areas-{column.level})"
    if column.low is not None or column.high is not None:
        yield _limits(column.low, column.high)
    if column.not_before is not None:
        where = " (`params/force.yaml`)" if column.not_before == HISTORY_FLOOR else ""
        yield f"not before {code(column.not_before)}{where}"
    if key in declared.derived:
        yield f"where the file lacks it, {derivation(declared.derived[key], declared)}"


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return f"{high:g} or less"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _required(column: Column) -> str:
    if column.optional:
        return "no"
    return "yes, in every row" if column.filled else "the column, not the values"


def _codes(name: str, key: str, column: Column) -> Iterator[str]:
    """The codes of a column that has many, or groups of them."""
    if len(column.codes) <= _INLINE_CODES and not column.groups:
        return
    yield f"### The codes of {key} {{ #{name}-{key}-codes }}"
    if column.codes:
        rows = [
            (code(each), title, codes(group for group, members in column.groups.items() if each in members))
            for each, title in column.codes.items()
        ]
        yield table(["code", "meaning", "groups it is in"], rows)
        return
    yield table(["group", "codes"], [(code(group), codes(members)) for group, members in column.groups.items()])


def _breakdown(name: str, by: ByColumn | ByColumns | ByFilled) -> tuple[str, str, str]:
    match by:
        case ByColumn(column=column, renamed=renamed):
            said = f"the values of {code(column)}"
            if renamed:
                said += f", as {', '.join(f'{code(each)} {words}' for each, words in renamed.items())}"
        case ByColumns(columns=columns):
            said = f"each pair of values of {' and '.join(map(code, columns))}, joined by ` / `"
        case ByFilled(filled=filled):
            listed = ", ".join(f"{category} ({code(column)})" for category, column in filled.items())
            return code(name), by.heading, f"whether the column is filled in: {listed}"
    order = "; the largest first" if by.order == "largest" else ""
    return code(name), by.heading, said + order
