"""Turns a table of the warehouse into a frame of rows, on purpose and under a banner; and rows into counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thematic.explore.built import built, chosen
from thematic.explore.names import table_named
from thematic.explore.restricted import RestrictedFrame
from thematic.params.schema import PERSONAL

_TYPES: dict[pa.DataType, Any] = {
    **dict.fromkeys((pa.int8(), pa.int16(), pa.int32(), pa.int64()), pd.Int64Dtype()),
    pa.bool_(): pd.BooleanDtype(),
}


def rows(table: str) -> RestrictedFrame:
    """The rows of a table of the warehouse as checked: RESTRICTED, they are about people.

    Grain: a row for each crime, incident, notice, disclosure or survey response, its columns those of the extract
    (and, for crimes, offence_group, offence_subgroup, aggravated and days_to_record). Dates are days at midnight, flags
    are true or false, blank is missing. Duplicates and rows that failed a check are not in it; cancelled crimes are,
    with `cancelled_on`. It is the whole table: choose the theme's rows, the area and the window yourself, as
    notebooks/explore.ipynb does.

    Every display of the frame, and of what is filtered from it, says that it is restricted. Saving it is your own act.
    Raises UserError in a report, and ArgumentsRefused for a table that is not there.

    >>> crimes = explore.rows("crimes")
    >>> crimes[crimes["domestic"] & crimes["recorded_on"].between("2020-02-01", "2021-01-31")]
    """
    found = built()
    path = found.workbook.warehouse / f"{table_named(found, table)}.parquet"
    whole = pq.ParquetFile(path).read(use_threads=False)
    return RestrictedFrame(whole.to_pandas(types_mapper=_TYPES.get, date_as_object=False))


def count_by(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """How many rows there are of each value of one or more columns: counts, which may leave a notebook.

    Grain: a row for each combination of values, in order, `n` how many; the categories of a categorical column are all
    there, zeros too, and missing values are counted as such. The result bears no banner unless a column is one that
    names, describes or places a person. Small counts can still tell of one: report.counts() withholds them from the
    public. Raises ArgumentsRefused for a column that is not there.

    >>> explore.count_by(crimes.assign(day=crimes["recorded_on"].dt.day_name()), "day")
    """
    known = {str(name): str(name) for name in rows.columns}
    by = [chosen("column", name, known) for name in columns]
    counted = rows.groupby(by, observed=False, dropna=False).size().to_frame("n").reset_index()
    return RestrictedFrame(counted) if PERSONAL & set(by) else pd.DataFrame(counted)
