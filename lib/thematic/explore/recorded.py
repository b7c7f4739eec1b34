"""Turns a table of the warehouse into a frame of rows, on purpose and under a banner; and rows into counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thematic.explore.built import built, chosen
from thematic.explore.names import table_named
from thematic.explore.restricted import RestrictedFrame
from thematic.extracts.elsewhere import refuse_rows
from thematic.params import Params
from thematic.params.tables import fixed_categories

_TYPES: dict[pa.DataType, Any] = {
    **dict.fromkeys((pa.int8(), pa.int16(), pa.int32(), pa.int64()), pd.Int64Dtype()),
    pa.bool_(): pd.BooleanDtype(),
}


def rows(table: str) -> RestrictedFrame:
    """The rows of a table of the warehouse as checked: RESTRICTED, they are about people.

    Grain: that of the table (explore.tables() says what a row is); columns: those that its file in params/tables
    declares, derived ones included. Weekdays, hours and bands are categories, in their order; fractions are floats.
    Dates are days at midnight, moments are of the local clock, flags are true or
    false, blank is missing. Duplicates and rows that failed a check are not in it; void rows are, with the date that
    made them so. It is the whole table: choose the theme's rows, the area and the window yourself, as
    notebooks/explore.ipynb does.

    Every display of the frame, and of what is filtered from it, says that it is restricted. Saving it is your own act.
    Raises UserError in a report, and ArgumentsRefused for a table that is not there.

    >>> found = explore.rows("a table")
    >>> found[found["a date"].between("2020-02-01", "2021-01-31")]
    """
    found = built()
    refuse_rows(found.workbook.warehouse)
    path = found.workbook.warehouse / f"{table_named(found, table)}.parquet"
    whole = pq.ParquetFile(path).read(use_threads=False)
    whole = whole.cast(pa.schema([_with_floats(field) for field in whole.schema]))
    frame = whole.to_pandas(types_mapper=_TYPES.get, date_as_object=False)
    return RestrictedFrame(frame.astype(_orders(found.params, path.stem)))


def _with_floats(field: pa.Field) -> pa.Field:
    return field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field


def _orders(params: Params, table: str) -> dict[str, pd.CategoricalDtype]:
    """The types of the derived columns whose values are known, in their order."""
    declared = params.tables[table]
    derived = [name for name in declared.derived if name not in declared.columns]
    fixed = {name: fixed_categories(declared, name, params.lists) for name in derived}
    return {name: pd.CategoricalDtype(values, ordered=True) for name, values in fixed.items() if values}


def count_by(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """How many rows there are of each value of one or more columns: counts, which may leave a notebook.

    Grain: a row for each combination of values, in order, `n` how many; the categories of a categorical column are all
    there, zeros too, and missing values are counted as such. The result bears no banner unless a column is one that
    names, describes or places a person. Small counts can still tell of one: report.counts() withholds them from the
    public. Raises ArgumentsRefused for a column that is not there.

    >>> explore.count_by(found, "weekday")
    """
    known = {str(name): str(name) for name in rows.columns}
    personal = {name for table in built().params.tables.values() for name in table.personal}
    by = [chosen("column", name, known) for name in columns]
    counted = rows.groupby(by, observed=False, dropna=False).size().to_frame("n").reset_index()
    return RestrictedFrame(counted) if personal & set(by) else pd.DataFrame(counted)
