"""Turns the spellings of a table that stays where it is into what they mean: counted there, and read here as ever."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import DataRefused
from thematic.extracts.kinds import text_sql, texts_sql
from thematic.extracts.moments import YEAR, is_zoned, utc_sql
from thematic.extracts.readers import RawTable
from thematic.extracts.spellings import (
    MOST_SPELLINGS,
    SCIENTIFIC,
    Look,
    Spelling,
    Vocabulary,
    spellings_of,
    trimmed_sql,
)
from thematic.in_place.engine import Engine

DAY = (
    f"({YEAR}-((01|03|05|07|08|10|12)-(0[1-9]|[12][0-9]|3[01])|(04|06|09|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))|(19|20)(04|08|[2468][048]|[13579][26])-02-29|2000-02-29)"
)
"""A day that there is, as every engine reads it."""
_TIME = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
_NUMBER = "-?[0-9]{1,12}([.][0-9]{1,20})?"
_WHOLE = "-?[0-9]{1,15}"
_MOST_ODD = 50_000
_MINUTE_ALONE = 16
"""The length of a moment without seconds."""


@dataclass(frozen=True)
class _Plain:
    """Texts that every engine reads alike: those that match `pattern` mean `value` (SQL); where they have a zone, that
    is `utc` in UTC."""

    pattern: str
    value: str
    utc: str = ""

    def fits(self, text: str) -> str:
        return f"regexp_full_match({text}, {text_sql(self.pattern)})"


class LookThere(Look):
    """Looks through one table in the engine. `connection` is here and gets the tables `map_<column>`."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, raw: RawTable, vocabulary: Vocabulary, engine: Engine
    ) -> None:
        super().__init__(connection, raw, vocabulary)
        self.engine = engine

    def find_spellings(self) -> dict[str, Spelling]:
        """How each column is spelled; the tables of spellings that columns need are brought to the engine."""
        found = {name: self.spelling(name) for name in self.raw.fed}
        for name, spelling in found.items():
            if spelling.mapped:
                self.engine.put(f"map_{name}", self._map(name))
        return found

    def _map(self, name: str) -> pa.Table:
        found = self.connection.execute(f"SELECT * FROM map_{name} ORDER BY spelled").to_arrow_table()
        columns = {each: found[each] for each in found.column_names if each != "n"}
        return pa.table({each: _within(values) for each, values in columns.items()})

    def count(self, name: str) -> list[tuple[str, int]]:
        found = self._spelled(f"\"{name}\" <> ''", name)
        return sorted(zip(*(found[each].to_pylist() for each in ("spelled", "n")), strict=True), key=_commonest)

    def find(self, name: str) -> None:
        self._read_here(self._spelled(f"\"{name}\" <> ''", name, MOST_SPELLINGS + 1))

    def direct(self, name: str) -> Spelling:
        kind = self.raw.table.columns[name].kind
        trimmed = trimmed_sql(name)
        holds = {
            "spaced": f"raw.\"{name}\" <> coalesce({trimmed}, '')",
            "zoned": is_zoned(trimmed) if self.raw.table.columns[name].is_day else "1 = 0",
            "rounded": f"regexp_full_match({trimmed}, {text_sql(SCIENTIFIC)})" if kind == "reference" else "1 = 0",
        }
        counts = ", ".join(f"sum(CASE WHEN {test} THEN 1 ELSE 0 END) AS {key}" for key, test in holds.items())
        spaced, zoned, rounded = (int(n or 0) for n in self.engine.row(f"SELECT {counts} FROM raw"))
        text, silent = trimmed_sql(name, bool(spaced)), self._silent_there(name)
        if silent:
            text = f"CASE WHEN {text} NOT IN {texts_sql(silent)} THEN {text} END"
        if kind in {"reference", "text"}:
            value = f"CASE WHEN NOT regexp_full_match(t_{name}, {text_sql(SCIENTIFIC)}) THEN t_{name} END"
            return Spelling(
                text, value if rounded else f"t_{name}", wrong=bool(rounded), normalised=spaced, silent=silent
            )
        return self._of_odd_ones(name, Spelling(text, "", normalised=spaced, zoned=bool(zoned)))

    def _of_odd_ones(self, name: str, known: Spelling) -> Spelling:
        """Of a column whose plain cells the engine reads; what the others say is found here, spelling by spelling."""
        zoned = known.zoned
        plain = self._plain(name)[: None if zoned else 1]
        tests = " OR ".join(each.fits(trimmed_sql(name)) for each in plain) or "1 = 0"
        odd = self._spelled(f"\"{name}\" <> '' AND NOT ({tests})", name, _MOST_ODD + 1)
        if odd.num_rows > _MOST_ODD:
            what = f"more than {_MOST_ODD:,} different spellings are in no plain form"
            fix = (
                "Give a query: that writes them as the data dictionary has them, or read the table with thematic data."
            )
            raise DataRefused(f"{self.engine.where}, column {name}: {what}, and are not counted in place. {fix}")
        self._read_here(odd)
        meant = {"value": self.value(name, "text", zoned)}
        if zoned:
            meant["instant"] = f"CASE WHEN {is_zoned('text')} THEN {utc_sql('text')} END"
        columns = "".join(f", {sql} AS {column}" for column, sql in meant.items())
        self.connection.execute(f"CREATE TABLE map_{name} AS SELECT spelled, text{columns} FROM found")
        self.connection.execute("DROP TABLE found")
        unread = f"SELECT count(*) FROM map_{name} WHERE text IS NOT NULL AND value IS NULL"
        wrong, mapped = self.connection.execute(unread).fetchall()[0][0], bool(odd.num_rows)
        value = _cases([(each.fits(f"t_{name}"), each.value) for each in plain], f"m_{name}", mapped)
        said = [(each.fits(f"t_{name}"), each.utc) for each in plain if each.utc]
        instant = _cases(said, f"i_{name}", mapped) if zoned else None
        return replace(known, value=value, mapped=mapped, wrong=bool(wrong), instant=instant)

    def _plain(self, name: str) -> list[_Plain]:
        """The plain forms of a column's texts: first that without a zone, then any with one."""
        kind, text = self.raw.table.columns[name].kind, f"t_{name}"
        match kind:
            case "number":
                return [_Plain(_NUMBER, f"CAST({text} AS DECIMAL(18,6))")]
            case "whole":
                return [_Plain(_WHOLE, f"CAST({text} AS BIGINT)")]
            case "date":
                local = _Plain(f"{DAY}({_TIME})?", f"CAST(left({text}, 10) AS DATE)")
            case "moment":
                local = _Plain(f"{DAY}{_TIME}", _moment(text))
            case _:
                return []
        return [local, *self._zoned(text, kind)]

    def _zoned(self, text: str, kind: str) -> list[_Plain]:
        zones = {"Z": 0} | {f"{'-' if n < 0 else '+'}{abs(n) // 60:02}:{abs(n) % 60:02}": n for n in self._offsets()}
        plain = []
        for zone, minutes in zones.items():
            utc = f"{_moment(f'left({text}, length({text}) - {len(zone)})')} - INTERVAL ({minutes}) MINUTE"
            local = f"timezone({text_sql(self.vocabulary.zone)}, timezone('UTC', {utc}))"
            written = zone.replace("+", "[+]")
            value = f"CAST({local} AS DATE)" if kind == "date" else local
            plain.append(_Plain(f"{DAY}{_TIME}{written}", value, f"({utc})"))
        return plain

    def _offsets(self) -> list[int]:
        """By how many minutes the force's own clock is ahead of UTC, now and then."""
        return sorted({0} | {minutes for _, minutes in self.engine.dialect.clock.of_utc})

    def _silent_there(self, name: str) -> dict[str, int]:
        """The cells that say nothing, by their spelling. Of letters outside ASCII each engine knows its own small ones,
        so that short texts with such are looked at here."""
        words = self.silent_words(name)
        if not words:
            return {}
        spelled, longest = spellings_of(words)
        found = self.engine.rows(
            f"SELECT text, count(*) AS n FROM (SELECT {trimmed_sql(name)} AS text FROM raw) cells"
            f" WHERE length(text) <= {longest} AND (lower(text) IN {texts_sql(spelled)} OR strlen(text) > length(text))"
            " GROUP BY text"
        )
        self.connection.register("short", found.rename_columns(["text", "n"]))
        silent = self.connection.execute(
            f"SELECT text, CAST(n AS BIGINT) FROM short WHERE lower(text) IN {texts_sql(spelled)} ORDER BY n DESC, text"
        ).fetchall()
        self.connection.unregister("short")
        return dict(silent)

    def _spelled(self, where: str, name: str, most: int | None = None) -> pa.Table:
        """The spellings of a column and the number of rows of each."""
        limit = f" LIMIT {most}" if most is not None else ""
        found = self.engine.rows(
            f'SELECT raw."{name}" AS spelled, count(*) AS n FROM raw WHERE {where} GROUP BY raw."{name}"{limit}'
        )
        return found.rename_columns(["spelled", "n"]).cast(_SPELLED)

    def _read_here(self, spelled: pa.Table) -> None:
        self.connection.register("there", spelled)
        trimmed = trimmed_sql("spelled")
        self.connection.execute(f"CREATE TABLE found AS SELECT raw.spelled, raw.n, {trimmed} AS text FROM there raw")
        self.connection.unregister("there")


_SPELLED = pa.schema([("spelled", pa.string()), ("n", pa.int64())])


def _within(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Days and moments no further away than all engines know: a zone can take those of the years 1 and 9999 there."""
    kind = values.type
    if not pa.types.is_temporal(kind):
        return values
    first, last = (pa.scalar(end).cast(kind) for end in (datetime.min, datetime.max))
    return pc.if_else(pc.less(values, first), first, pc.if_else(pc.greater(values, last), last, values))


def _cases(plain: Sequence[tuple[str, str]], other: str, mapped: bool) -> str:
    """The SQL of what a text means by the plain form that it fits; `other`, where some are `mapped` because they fit
    none."""
    if not mapped and len(plain) == 1:
        return plain[0][1]
    cases = " ".join(f"WHEN {fits} THEN {value}" for fits, value in plain)
    otherwise = other if mapped else "NULL"
    return f"CASE {cases} ELSE {otherwise} END" if plain else otherwise


def _commonest(spelled: tuple[str, int]) -> tuple[int, str]:
    return -spelled[1], spelled[0]


def _moment(text: str) -> str:
    """A plain text of a day and a time as a moment."""
    whole = f"CASE WHEN length({text}) = {_MINUTE_ALONE} THEN {text} || ':00' ELSE {text} END"
    return f"CAST(replace({whole}, 'T', ' ') AS TIMESTAMP)"
