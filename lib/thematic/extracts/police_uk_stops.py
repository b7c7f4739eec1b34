"""Turns the stop and search files of a data.police.uk download into stop searches."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import DataRefused
from thematic.extracts.placing import NO_POINT, OUTSIDE, Outlines
from thematic.extracts.police_uk_files import MonthFile
from thematic.extracts.police_uk_rows import (
    AS_IT_CAME,
    OWN_REFERENCE,
    UNPLACED,
    Rows,
    declared,
    file_months,
    months_with_rows,
    read_rows,
    replaced,
)
from thematic.extracts.readers import RawTable
from thematic.params.tables import Table

NAME = "stop_searches"
NO_OUTLINES = (
    f"{NAME}: data.police.uk gives stops a point and no LSOA. Name the units' polygons as boundaries: in "
    "params/force.yaml, and each stop is counted in the unit it is in."
)

_DATE, _AGE, _OUTCOME, _LONGITUDE, _LATITUDE = "Date", "Age range", "Outcome", "Longitude", "Latitude"
_FEEDS = {
    "search_ref": OWN_REFERENCE,
    "searched_on": _DATE,
    "searched_at": _DATE,
    "search_type": "Type",
    "longitude": _LONGITUDE,
    "latitude": _LATITUDE,
    "gender": "Gender",
    "age_band": _AGE,
    "self_defined_ethnicity": "Self-defined ethnicity",
    "officer_defined_ethnicity": "Officer-defined ethnicity",
    "legislation": "Legislation",
    "object": "Object of search",
    "outcome": _OUTCOME,
    "outcome_linked": "Outcome linked to object of search",
    "clothing_removed": "Removal of more than just outer clothing",
}
"""By a declared column's name the column of the download that feeds it."""

_AGES = {"10-17": "10 to 17", "18-24": "18 to 24", "25-34": "25 to 34", "over 34": "35 and over"}
_OUTCOMES = {"False": "Nothing found - no further action", "false": "Nothing found - no further action"}
_ZONED, _A_MONTH = r"(?:Z|[+-]\d\d:?\d\d)$", r"\d{4}-\d\d"
_NEEDED = (_DATE, _LONGITUDE, _LATITUDE, _OUTCOME)


def read_stops(
    root: Path, files: Iterable[MonthFile], table: Table, outlines: Outlines | None, zone: str
) -> tuple[RawTable, set[str]]:
    """Every row of the files, and the months of those that hold any.

    A search has no reference of its own and gets one from its file's month and its line, so that two alike are two. It
    is placed by its point, in the unit whose polygon holds it.

    Raises DataRefused for a file most of whose rows are of another month, by the local clock of the `zone`.
    """
    others = [name for name in _FEEDS.values() if name not in (*_NEEDED, OWN_REFERENCE)]
    rows = read_rows(root, files, _NEEDED, others, tell=True)
    _refuse_other_dates(rows)
    notes = _other_months(rows, zone)
    text = rows.table
    for name, words in ((_AGE, _AGES), (_OUTCOME, _OUTCOMES)):
        if name in text.column_names:
            text = text.set_column(text.column_names.index(name), name, replaced(text[name], words))
    feeds = {column: source for column, source in _FEEDS.items() if source in text.column_names}
    text, levels = _placed(text, outlines)
    feeds |= {column: levels[level] for level, column in table.levels.items() if level in levels}
    found = declared(NAME, table, feeds, rows.with_rows(text))
    found.notes.extend([*notes, *([] if outlines is not None else [NO_OUTLINES])])
    return found, months_with_rows(rows)


def _placed(rows: pa.Table, outlines: Outlines | None) -> tuple[pa.Table, dict[str, str]]:
    """Adds a column for each level that the outlines place rows in, and `unplaced`: why a row has no place."""
    if outlines is None:
        return rows.append_column(UNPLACED, pa.nulls(rows.num_rows, pa.string())), {}
    longitude, latitude = _numbers(rows[_LONGITUDE]), _numbers(rows[_LATITUDE])
    units = outlines.units_of(longitude, latitude)
    levels = {level: f"level {level}" for level in outlines.levels}
    for level, name in levels.items():
        areas = [None if unit is None else outlines.places[unit][level] for unit in units]
        rows = rows.append_column(name, pa.array(areas, pa.string()))
    located = np.isfinite(longitude) & np.isfinite(latitude)
    why = [
        None if unit is not None else OUTSIDE if there else NO_POINT
        for unit, there in zip(units, located.tolist(), strict=True)
    ]
    return rows.append_column(UNPLACED, pa.array(why, pa.string())), levels


def _numbers(texts: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return pd.to_numeric(pd.Series(texts.to_pandas()), errors="coerce").to_numpy(dtype=float)


def _refuse_other_dates(rows: Rows) -> None:
    """Raises DataRefused where most of a file's dates are not written as data.police.uk writes them."""
    texts = pd.Series(pc.utf8_trim_whitespace(rows.table[_DATE]).to_pandas(), dtype="object")
    months = pd.Series(file_months(rows.table, rows.files).to_pandas())
    wrong = (texts != "") & ~texts.str.match(_A_MONTH).astype(bool)
    for file in rows.files:
        of = months == file.month
        if (wrong & of).sum() * 2 > of.sum():
            what = f"the dates are not written as YYYY-MM-DD ({texts[wrong & of].iloc[0]})"
            raise DataRefused(f"{file.shown}: {what}. Download the file again{AS_IT_CAME}.")


def _other_months(rows: Rows, zone: str) -> list[str]:
    """A sentence for each file that has a few searches of another month."""
    texts = pd.Series(pc.utf8_trim_whitespace(rows.table[_DATE]).to_pandas(), dtype="object")
    zoned = texts.str.contains(_ZONED)
    moments = pd.to_datetime(texts.where(zoned), utc=True, errors="coerce", format="ISO8601")
    local = moments.dt.tz_convert(zone).dt.strftime("%Y-%m")
    months = local.where(zoned, texts.str[:7].where(texts.str.match(_A_MONTH)))
    own = pd.Series(file_months(rows.table, rows.files).to_pandas())
    wrong = own[months.notna() & (months != own)].value_counts()
    said = []
    for file in rows.files:
        many, of = int(wrong.get(file.month, 0)), int((own == file.month).sum())
        if many * 2 > of:
            what = f"{many:,} of {of:,} rows are of another month"
            raise DataRefused(f"{file.shown}: {what}. Download the file again.")
        if many:
            rest = "1 search is" if many == 1 else f"{many:,} searches are"
            said.append(f"{file.shown}: {rest} dated in another month, and counted there.")
    return said
