"""Turns texts of dates and moments into SQL that reads them, those with a zone by the force's own clock."""

from __future__ import annotations

from thematic.extracts.kinds import text_sql

YEAR = r"(\d{3}[1-9]|\d\d[1-9]\d|\d[1-9]\d\d|[1-9]\d{3})"
"""A year; 0000 is none."""
_DAY = rf"{YEAR}-\d\d-\d\d"
_TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?"
_ZONE = r" ?(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)"
_ZONED = rf"{_DAY}[T ]{_TIME}{_ZONE}|{_DAY}(Z|[+-]\d\d:\d\d)"
_LOCAL_DATE = rf"{_DAY}([T ]{_TIME})?|{YEAR}-(0[1-9]|1[0-2])"
_OFFSET_AT_END = r"[+-]\d\d(:?\d\d)?$"
_UTC_AT_END = "(Z|UTC|GMT)$"
_LOCAL_MOMENT = rf"{_DAY}[T ]{_TIME}"


def is_zoned(text: str) -> str:
    """Whether a text is a date or moment with a zone."""
    return f"regexp_full_match({text}, {text_sql(_ZONED)})"


def date_sql(text: str, zone: str, zoned: bool, dates: str | None) -> str:
    """The day that a text says, null where it says none."""
    if dates is not None:
        return f"CAST({_parsed(text, [dates, *_with_times(dates)])} AS DATE)"
    day = f"CASE WHEN length({text}) = 7 THEN {text} || '-01' ELSE left({text}, 10) END"
    local = f"CASE WHEN regexp_full_match({text}, {text_sql(_LOCAL_DATE)}) THEN TRY_CAST({day} AS DATE) END"
    if not zoned:
        return local
    return f"CASE WHEN {is_zoned(text)} THEN CAST({_on_the_clock(utc_sql(text), zone)} AS DATE) ELSE {local} END"


def moment_sql(text: str, zone: str, zoned: bool, dates: str | None) -> str:
    """The moment on the local clock that a text says, null where it says none."""
    if dates is not None:
        return _parsed(text, [dates] if "%H" in dates or "%I" in dates else _with_times(dates))
    local = f"CASE WHEN regexp_full_match({text}, {text_sql(_LOCAL_MOMENT)}) THEN {_clock(text)} END"
    if not zoned:
        return local
    return f"CASE WHEN {is_zoned(text)} THEN {_on_the_clock(utc_sql(text), zone)} ELSE {local} END"


def instant_sql(text: str | None, value: str, zone: str) -> str:
    """A moment in UTC: what its `text` says where that has a zone, else its `value` on the local clock."""
    local = f"timezone('UTC', timezone({text_sql(zone)}, CAST({value} AS TIMESTAMP)))"
    return local if text is None else f"CASE WHEN {is_zoned(text)} THEN {utc_sql(text)} ELSE {local} END"


def _clock(text: str) -> str:
    """The day and time that a text begins with."""
    found = f"regexp_extract({text}, {text_sql(f'^{_DAY}([T ]{_TIME})?')})"
    return f"TRY_CAST(replace(replace({found}, 'T', ' '), ',', '.') AS TIMESTAMP)"


def utc_sql(text: str) -> str:
    """The moment in UTC that a text with a zone says."""
    offset = f"regexp_extract({text}, {text_sql(_OFFSET_AT_END)})"
    written = f"(CASE WHEN regexp_matches({text}, {text_sql(_UTC_AT_END)}) THEN '' ELSE {offset} END)"
    digits = f"rpad(regexp_replace({written}, '[^0-9]', '', 'g'), 4, '0')"
    minutes = f"(TRY_CAST(left({digits}, 2) AS INTEGER) * 60 + TRY_CAST(right({digits}, 2) AS INTEGER))"
    sign = f"CASE WHEN {written} LIKE '-%' THEN -1 ELSE 1 END"
    return f"({_clock(text)} - to_minutes(CAST({sign} * {minutes} AS BIGINT)))"


def _on_the_clock(utc: str, zone: str) -> str:
    return f"timezone({text_sql(zone)}, timezone('UTC', {utc}))"


def _with_times(dates: str) -> list[str]:
    return [f"{dates} %H:%M", f"{dates} %H:%M:%S", f"{dates}T%H:%M:%S"]


def _parsed(text: str, formats: list[str]) -> str:
    return f"try_strptime({text}, [{', '.join(map(text_sql, formats))}])"
