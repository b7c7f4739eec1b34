"""Compares a report's figures with those worked out a second way, and says readably where they differ."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from second.working import COLUMNS

KEYS = ["measure", "dimension", "category"]


def differences(
    csv: Path | pd.DataFrame, second: pd.DataFrame, *, leave: Collection[str] = ("significant", "trend")
) -> list[str]:
    """A line for every row that only one side has, and for every field that differs (numbers by more than 1 in 10^9).

    `csv` is a report's CSV file, or a frame with its columns; the columns in `leave` are not compared.
    """
    first = pd.read_csv(csv, dtype=str, keep_default_na=False) if isinstance(csv, Path) else csv
    ours, theirs = _by_key(first), _by_key(second)
    lines = [f"{_name(key)}: more than once in the report" for key, rows in ours.items() if len(rows) > 1]
    lines += [f"{_name(key)}: in the report alone ({_short(ours[key][0])})" for key in ours if key not in theirs]
    lines += [f"{_name(key)}: missing from the report ({_short(theirs[key][0])})" for key in theirs if key not in ours]
    fields = [column for column in COLUMNS if column not in {*KEYS, *leave} and column in first]
    for key, rows in theirs.items():
        for field in fields if key in ours else ():
            got, expected = _plain(ours[key][0][field]), _plain(rows[0][field])
            if not _same(got, expected):
                lines.append(f"{_name(key)}: {field} is {got or 'empty'}, worked out {expected or 'empty'}")
    return lines


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(tuple(str(row[key]) for key in KEYS), []).append(row)
    return found


def _name(key: tuple[str, ...]) -> str:
    return " | ".join(key)


def _short(row: dict[str, Any]) -> str:
    said = {field: _plain(row[field]) for field in ("window_end", "numerator", "denominator", "value", "status")}
    return ", ".join(f"{field} {text}" for field, text in said.items() if text)


def _plain(value: Any) -> str:
    """A field as a CSV has it."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _same(got: str, expected: str) -> bool:
    if got == expected:
        return True
    try:
        return math.isclose(float(got), float(expected), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False
