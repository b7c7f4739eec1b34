"""Turns a plain DataFrame that an analyst shows into a table of values, so that it reaches every format of a report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from thematic.displays.base import MIME_TYPE
from thematic.displays.tables import Column, DisplayTable
from thematic.displays.values import Cell, Format, Value

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

ADDED = "added"
"""The id of a table that an analyst added."""

_MOST_DECIMALS = 6
_EXACT = 1e15
"""Numbers this large have no decimals left, and are written as they are in code."""
_LEFT_OUT = "…"


def show_in(shell: InteractiveShell) -> None:
    """Has a shell's plain DataFrames, styled ones too, carry their structure beside the HTML that pandas makes."""
    from IPython.core.formatters import BaseFormatter
    from traitlets import Unicode

    class Structure(BaseFormatter):  # type: ignore[misc]
        format_type = Unicode(MIME_TYPE)
        print_method = Unicode("_no_method_")
        _return_type = dict

    formatter = Structure(parent=shell.display_formatter)
    formatter.for_type_by_name("pandas", "DataFrame", payload_of)
    formatter.for_type_by_name("pandas.core.frame", "DataFrame", payload_of)
    formatter.for_type_by_name("pandas.io.formats.style", "Styler", payload_of_style)
    shell.display_formatter.formatters[MIME_TYPE] = formatter


def payload_of(frame: pd.DataFrame) -> dict[str, Any] | None:
    """The structure of a DataFrame; None for one without columns, and for a kind that says itself what it is."""
    if hasattr(type(frame), "_repr_mimebundle_") or not len(frame.columns):
        return None
    return table_of(frame).payload()


def table_of(frame: pd.DataFrame, whole: bool = False) -> DisplayTable:
    """The table of a DataFrame: its index first, headings over one another joined, numbers as values.

    Of a long one as many rows as pandas shows (`display.max_rows`), and a note says so; all rows if `whole`.
    """
    shown, notes = (frame, []) if whole else _shortened(frame)
    index = shown.index.to_frame(index=False)
    indices = [(_label(name), index.iloc[:, place]) for place, name in enumerate(shown.index.names)]
    columns = [(_label(name), shown.iloc[:, place]) for place, name in enumerate(shown.columns)]
    head = [Column(label or " ", "left") for label, _ in indices]
    head += [Column(label, "right" if _is_numeric(values) else "left") for label, values in columns]
    cells = [_cells(values) for _, values in (*indices, *columns)]
    rows = [list(row) for row in zip(*cells, strict=True)]
    if notes:
        rows.insert(len(rows) // 2, [_LEFT_OUT] * len(head))
    return DisplayTable(ADDED, "", head, rows, notes=notes)


def _shortened(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd

    most, some = pd.get_option("display.max_rows"), pd.get_option("display.min_rows")
    if not most or len(frame) <= most:
        return frame, []
    half = max(min(some or most, most) // 2, 1)
    ends = pd.concat([frame.iloc[:half], frame.iloc[-half:]])
    return ends, [f"The first {half} and the last {half} of {len(frame):,} rows."]


def _label(name: object) -> str:
    """A heading; one above another stands before it."""
    parts = name if isinstance(name, tuple) else (name,)
    return " ".join(str(part) for part in parts if part is not None and str(part))


def _is_numeric(values: pd.Series) -> bool:
    from pandas.api import types

    return types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype)


def _cells(values: pd.Series) -> list[Cell]:
    if not _is_numeric(values):
        return _words(values)
    known = [float(value) for value in values if _is_number(value)]
    format = Format(_decimals(known), grouped=False)
    return [_value(value, format) for value in values]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and math.isfinite(float(value))


def _decimals(known: Iterable[float]) -> int:
    """The fewest decimals, six at most, that show every number as exactly as six do."""
    near = [round(value, _MOST_DECIMALS) for value in known if abs(value) < _EXACT]
    fits = (places for places in range(_MOST_DECIMALS) if all(round(value, places) == value for value in near))
    return next(fits, _MOST_DECIMALS)


def _value(value: Any, format: Format) -> Cell:
    if not _is_number(value):
        return Value(None, format, _word(value))
    number = int(value) if isinstance(value, Integral) else float(value)
    return str(value) if abs(number) >= _EXACT or format.is_low(number) else Value(number, format)


def _words(values: pd.Series) -> list[Cell]:
    from pandas.api import types

    if types.is_datetime64_any_dtype(values.dtype):
        values = values.astype(str).where(values.notna(), "NaT")
    return [_word(value) for value in values]


def _word(value: object) -> str:
    return "NaN" if isinstance(value, float) and math.isnan(value) else str(value)


def payload_of_style(style: Any) -> dict[str, Any] | None:
    """The structure of a styled DataFrame: its cells in the words that it gives them, its caption as the title.

    One whose data say themselves what they are says the same.
    """
    if hasattr(type(style.data), "_repr_mimebundle_"):
        mark: dict[str, Any] | None = style.data._repr_mimebundle_().get(MIME_TYPE)
        return mark
    told = style._translate(False, False)
    head = [[cell for cell in row if cell["is_visible"]] for row in told["head"]]
    body = [[cell for cell in row if cell["is_visible"]] for row in told["body"]]
    rows = [[str(cell["display_value"]) for cell in row] for row in body]
    if not rows or not rows[0]:
        return None
    labels = [_label(tuple(filter(str.strip, parts))) for parts in zip(*map(_headings, head), strict=True)]
    places = range(len(labels))
    columns = [Column(labels[place] or " ", "right" if _all_numbers(body, place) else "left") for place in places]
    caption = style.caption if isinstance(style.caption, str) else ""
    return DisplayTable(ADDED, caption, columns, rows).payload()


def _headings(row: Sequence[dict[str, Any]]) -> list[str]:
    """The headings of a row, one that spans columns repeated over each."""
    return [
        "" if cell["display_value"] == "&nbsp;" else str(cell["display_value"])
        for cell in row
        for _ in range(_span(cell))
    ]


def _span(cell: dict[str, Any]) -> int:
    said = str(cell.get("attributes", ""))
    return int(said.partition('colspan="')[2].partition('"')[0] or 1)


def _all_numbers(body: Sequence[Sequence[dict[str, Any]]], place: int) -> bool:
    cells = [row[place] for row in body]
    return all(cell["type"] == "td" and isinstance(cell["value"], Real) for cell in cells)
