"""Turns the spellings in a file's columns into the values that they are taken for."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from thematic.extracts.kinds import NO, YES, texts_sql
from thematic.extracts.listing import listable
from thematic.extracts.moments import date_sql, is_zoned, moment_sql
from thematic.extracts.readers import RawTable, measured
from thematic.params.tables import Column

SPACES = " \t\u00a0"
_SPACES_SQL = "' ' || chr(9) || chr(160)"
_WHOLE = r"-?\d+(\.0+)?"
_WHOLE_CODE = re.compile(r"(-?)0*(\d+)(?:\.0+)?")
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
SCIENTIFIC = r"[+-]?\d+([.,]\d+[eE][+-]?|[eE][+-])\d+"
_LOOKED_UP = {"code", "codes", "area"}
_BY_SPELLING = {"date", "flag", "whole"}
MOST_SPELLINGS = 50_000
"""Of a column with more, the cells are read one by one."""


@dataclass(frozen=True)
class Vocabulary:
    """What the looked-up columns may say: the names of areas by level and the codes of lists by name; the words (in
    any case) that say nothing, those of references that name nobody, and the force's time zone."""

    areas: Mapping[str, Collection[str]]
    lists: Mapping[str, Collection[str]]
    says_nothing: Collection[str]
    nobody: Collection[str]
    zone: str


@dataclass(frozen=True)
class Spelling:
    """How one column is spelled: `text` and `value` are SQL of its cell without surrounding spaces, null where it says
    nothing, and of what that means, null where it means nothing; `value` may use `text`.

    `instant`: SQL, where it is not made of the text each time, of the moment in UTC that a text with a zone says; it
    may use i_<column>, which `map_<column>` then has as `instant`.
    `mapped`: these come from a small table `map_<column>`. `wrong`: some text means nothing. `zoned`: some have a
    zone. `normalised` counts cells that are spelled otherwise than the contract has it. By their words, as far as these
    may be listed, `silent` counts those that say nothing, `met` those of a column whose fullness is measured that say
    something, and `undeclared` those that are none of the column's codes or areas.
    """

    text: str
    value: str
    mapped: bool = False
    wrong: bool = True
    zoned: bool = False
    normalised: int = 0
    silent: Mapping[str, int] = field(default_factory=dict)
    met: Mapping[str, int] = field(default_factory=dict)
    undeclared: Mapping[str, int] = field(default_factory=dict)
    instant: str | None = None


def find_spellings(connection: duckdb.DuckDBPyConnection, raw: RawTable, vocabulary: Vocabulary) -> dict[str, Spelling]:
    """Looks through the columns of `raw`, and makes the tables `map_<column>` where a column needs one."""
    look = Look(connection, raw, vocabulary)
    return {name: look.spelling(name) for name in raw.fed}


def fold(name: str) -> str:
    """What names are compared by: Unicode NFC, without case."""
    return unicodedata.normalize("NFC", name).casefold()


def trimmed_sql(name: str, spaced: bool = True) -> str:
    """The cell without surrounding spaces, null where nothing is left."""
    return f"nullif(trim(raw.\"{name}\", {_SPACES_SQL}), '')" if spaced else f"nullif(raw.\"{name}\", '')"


class Look:
    """Looks through one table: the rows of `raw`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, raw: RawTable, vocabulary: Vocabulary) -> None:
        self.connection, self.raw, self.vocabulary = connection, raw, vocabulary
        self.measured = set(measured(raw.table))
        self.nobody = _folded(vocabulary.nobody)

    def spelling(self, name: str) -> Spelling:
        kind = self.raw.table.columns[name].kind
        if kind in _LOOKED_UP:
            return self._looked_up(name)
        if kind == "text" and name in self.measured:
            return self._measured(name)
        found = self._by_spelling(name) if kind in _BY_SPELLING else None
        return found or self.direct(name)

    def _measured(self, name: str) -> Spelling:
        """Of a text whose fullness is measured: what it says is accounted for."""
        words, spaced = _folded(self.vocabulary.says_nothing), 0
        silent: dict[str, int] = {}
        met: dict[str, int] = {}
        for spelled, n in self.count(name):
            text = spelled.strip(SPACES)
            spaced += n if text != spelled else 0
            said = silent if fold(text) in words else met
            if text:
                said[text] = said.get(text, 0) + n
        text = trimmed_sql(name, bool(spaced))
        if silent:
            text = f"CASE WHEN {text} NOT IN {texts_sql(silent)} THEN {text} END"
        listed = self._listable(name, met)
        return Spelling(text, f"t_{name}", wrong=False, normalised=spaced, silent=silent, met=listed)

    def count(self, name: str) -> list[tuple[str, int]]:
        """Every spelling of a column and the number of its rows, commonest first."""
        cells = f"FROM raw WHERE \"{name}\" <> '' GROUP BY 1 ORDER BY 2 DESC, 1"
        found: list[tuple[str, int]] = self.connection.execute(f'SELECT "{name}", count(*) {cells}').fetchall()
        return found

    def _looked_up(self, name: str) -> Spelling:
        """Of a column whose values are declared."""
        column = self.raw.table.columns[name]
        found = self.count(name)
        take = _taker(column, self.vocabulary)
        silent_words = _folded(self.vocabulary.says_nothing if column.kind != "area" else ())
        texts = {spelled: spelled.strip(SPACES) for spelled, _ in found}
        values = {spelled: take(text) if text else None for spelled, text in texts.items()}
        silent: dict[str, int] = {}
        for spelled, n in found:
            if values[spelled] is None and fold(texts[spelled]) in silent_words:
                silent[texts[spelled]] = silent.get(texts[spelled], 0) + n
                texts[spelled] = ""
        odd = {spelled: n for spelled, n in found if not _is_as_declared(column, spelled, values[spelled], texts)}
        met: dict[str, int] = {}
        undeclared: dict[str, int] = {}
        for spelled, n in found:
            value, text = values[spelled], texts[spelled]
            if value is not None:
                met[value] = met.get(value, 0) + n
            elif text:
                undeclared[text] = undeclared.get(text, 0) + n
        mapped = any(spelled != values[spelled] for spelled, _ in found)
        if mapped:
            self._store_map(name, [(spelled, texts[spelled] or None, values[spelled]) for spelled, _ in found])
        return Spelling(
            f"map_{name}.text" if mapped else trimmed_sql(name, False),
            f"m_{name}" if mapped else f"t_{name}",
            mapped=mapped,
            wrong=bool(undeclared),
            normalised=sum(odd.values()),
            silent=silent,
            met=self._listable(name, met) if name in self.measured else {},
            undeclared={} if name in self.raw.table.left_out_unless else self._listable(name, undeclared),
        )

    def _listable(self, name: str, values: Mapping[str, int]) -> dict[str, int]:
        is_personal = self.raw.table.columns[name].is_personal
        return listable(values, is_personal=is_personal, names_nobody=lambda value: fold(value) in self.nobody)

    def _store_map(self, name: str, rows: list[tuple[str, str | None, str | None]]) -> None:
        columns = {
            part: pa.array([row[place] for row in rows], pa.string())
            for place, part in enumerate(("spelled", "text", "value"))
        }
        self.connection.register("spellings", pa.table(columns))
        self.connection.execute(f"CREATE TABLE map_{name} AS FROM spellings")
        self.connection.unregister("spellings")

    def find(self, name: str) -> None:
        """Makes the table `found` of a column: every spelling, the number of its rows, and its text."""
        self.connection.execute(
            f"CREATE TABLE found AS SELECT spelled, n, nullif(trim(spelled, {_SPACES_SQL}), '') AS text FROM"
            f' (SELECT "{name}" AS spelled, count(*) AS n FROM raw WHERE "{name}" <> \'\' GROUP BY 1)'
        )

    def _by_spelling(self, name: str) -> Spelling | None:
        """Of a column with few spellings, each of which is read once; None where there are many."""
        kind = self.raw.table.columns[name].kind
        self.find(name)
        any_zoned = f"coalesce(bool_or({is_zoned('text')}), false)" if kind == "date" else "false"
        many, zoned = self._one(f"SELECT count(*), {any_zoned} FROM found")
        if many > MOST_SPELLINGS:
            self.connection.execute("DROP TABLE found")
            return None
        usual, plain = _usual(kind)
        value = self.value(name, "text", bool(zoned))
        self.connection.execute(f"CREATE TABLE map_{name} AS SELECT spelled, n, text, {value} AS value FROM found")
        self.connection.execute("DROP TABLE found")
        wrong, odd, unlike = self._one(
            "SELECT count(*) FILTER (text IS NOT NULL AND value IS NULL),"
            f" sum(n) FILTER (text IS NULL OR (value IS NOT NULL AND spelled <> {usual})),"
            f" count(*) FILTER (value IS NULL OR spelled <> {plain}) FROM map_{name}"
        )
        if not unlike:
            self.connection.execute(f"DROP TABLE map_{name}")
        return Spelling(
            f"map_{name}.text" if unlike else trimmed_sql(name, False),
            f"m_{name}" if unlike else _AS_SPELLED[kind].format(text=f"t_{name}"),
            mapped=bool(unlike),
            wrong=bool(wrong),
            zoned=bool(zoned),
            normalised=int(odd or 0),
        )

    def value(self, name: str, text: str, zoned: bool) -> str:
        """The SQL of what a text of the column means."""
        column, zone, dates = self.raw.table.columns[name], self.vocabulary.zone, self.raw.dates
        match column.kind:
            case "date":
                return date_sql(text, zone, zoned, dates)
            case "moment":
                return moment_sql(text, zone, zoned, dates)
            case "flag":
                truth = {True: YES, False: NO}
                cases = (f"WHEN lower({text}) IN {texts_sql(words)} THEN {value}" for value, words in truth.items())
                return f"CASE {' '.join(cases)} END"
            case "whole":
                whole = f"TRY_CAST(split_part({text}, '.', 1) AS BIGINT)"
                return f"CASE WHEN regexp_full_match({text}, '{_WHOLE}') THEN {whole} END"
            case "number":
                number = f"TRY_CAST({text} AS DECIMAL(18,6))"
                return f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN {number} END"
            case "reference":
                return f"CASE WHEN NOT {_is_scientific(text)} THEN {text} END"
        return text

    def direct(self, name: str) -> Spelling:
        """Of a column whose cells are read one by one."""
        column = self.raw.table.columns[name]
        spaced = sum(map(_spaced, self.raw.text.rows.column(name)))
        text = trimmed_sql(name, bool(spaced))
        words = self.silent_words(name)
        silent = self._silent(text, words)
        if silent:
            text = f"CASE WHEN {text} NOT IN {texts_sql(silent)} THEN {text} END"
        zoned = column.is_day and self._any(is_zoned(text))
        value = self.value(name, text, zoned)
        wrong = column.kind != "text" and self._any(f"({text}) IS NOT NULL AND ({value}) IS NULL")
        if not wrong and column.kind in {"number", "reference"}:
            value = f"TRY_CAST(t_{name} AS DECIMAL(18,6))" if column.kind == "number" else f"t_{name}"
        else:
            value = self.value(name, f"t_{name}", zoned)
        return Spelling(text, value, wrong=wrong, zoned=zoned, normalised=spaced, silent=silent)

    def silent_words(self, name: str) -> Collection[str]:
        """The words that say nothing in a column whose cells are read one by one."""
        kind = self.raw.table.columns[name].kind
        return {"reference": self.vocabulary.nobody, "text": self.vocabulary.says_nothing}.get(kind, ())

    def _silent(self, text: str, words: Collection[str]) -> dict[str, int]:
        """The cells that say nothing, by their spelling."""
        if not words:
            return {}
        spelled, longest = spellings_of(words)
        found = self.connection.execute(
            f"SELECT {text} AS text, count(*) FROM raw WHERE length({text}) <= {longest} AND lower({text}) IN"
            f" {texts_sql(spelled)} GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        return dict(found)

    def _any(self, condition: str) -> bool:
        return bool(self._one(f"SELECT coalesce(bool_or({condition}), false) FROM raw")[0])

    def _one(self, query: str) -> tuple[int, ...]:
        return self.connection.execute(query).fetchall()[0]  # type: ignore[no-any-return]


_AS_SPELLED = {
    "date": "TRY_CAST({text} AS DATE)",
    "whole": "TRY_CAST({text} AS BIGINT)",
    "flag": "({text} = 'Y')",
}
"""The values of columns that are all spelled as the contract has them."""


def _usual(kind: str) -> tuple[str, str]:
    """How the contract spells a value, and how it is spelled where it needs no table of spellings."""
    if kind == "flag":
        return ("CASE WHEN value THEN 'Y' ELSE 'N' END",) * 2
    if kind == "whole":
        return ("CAST(value AS VARCHAR)",) * 2
    return "text", "CAST(value AS VARCHAR)"


def _is_scientific(text: str) -> str:
    """Whether a spreadsheet has turned a long number into 1.23E+11."""
    return f"(CASE WHEN contains(lower({text}), 'e') THEN regexp_full_match({text}, '{SCIENTIFIC}') ELSE false END)"


def _spaced(values: pa.ChunkedArray) -> int:
    """How many cells have surrounding spaces."""
    values = values.cast(pa.string())
    return pc.sum(pc.not_equal(values, pc.utf8_trim(values, characters=SPACES))).as_py() or 0


def _is_as_declared(column: Column, spelled: str, value: str | None, texts: Mapping[str, str]) -> bool:
    """Whether a spelling is none that is counted as normalised; codes of a list may come in any order."""
    if value is None:
        return bool(spelled.strip(SPACES)) or not spelled
    if column.kind == "codes":
        return sorted(spelled.split(";")) == value.split(";")
    return spelled == value


def _folded(words: Iterable[str]) -> set[str]:
    return {fold(word.strip()) for word in words}


def spellings_of(words: Collection[str]) -> tuple[list[str], int]:
    """How words are spelled in small letters, and what no cell that is one of them is longer than."""
    folded = _folded(words)
    return sorted({word.lower() for word in words} | folded), max(map(len, folded)) + 2


def _taker(column: Column, vocabulary: Vocabulary) -> Callable[[str], str | None]:
    """What a spelling of the column is taken for, or None."""
    if column.kind == "area":
        names = {fold(name): name for name in vocabulary.areas[str(column.level)]}
        return lambda spelled: names.get(fold(spelled))
    codes = vocabulary.lists[column.list] if column.list is not None else column.codes
    one = code_taker(codes)
    return one if column.kind == "code" else lambda spelled: take_codes(spelled, one)


def code_taker(codes: Collection[str]) -> Callable[[str], str | None]:
    """What a text is taken for among codes: itself, or the whole number that it is another spelling of."""
    declared = set(codes)
    wholes: dict[str, str | None] = {}
    for code in codes:
        if (number := _whole(code)) is not None:
            wholes[number] = None if number in wholes else code

    def take(text: str) -> str | None:
        if text in declared:
            return text
        number = _whole(text)
        return wholes.get(number) if number is not None else None

    return take


def _whole(text: str) -> str | None:
    found = _WHOLE_CODE.fullmatch(text)
    return f"{found[1]}{found[2]}" if found is not None and text.isascii() else None


def take_codes(spelled: str, take: Callable[[str], str | None]) -> str | None:
    """The codes sorted, each once, joined by `;`; None when one of them is unknown."""
    taken = {take(code.strip(SPACES)) for code in spelled.split(";")}
    return None if None in taken else ";".join(sorted(code for code in taken if code is not None))
