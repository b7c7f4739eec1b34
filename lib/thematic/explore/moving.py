"""Turns counts into the cell that shows them in a report."""

from __future__ import annotations

import json

import pandas as pd
from IPython.display import Code

from thematic.core.errors import ArgumentsRefused

_NOT_RECORDED = "Not recorded"


def as_cell(counts: pd.DataFrame, title: str, *, period: str, area: str, by: str = "", of: str = "Number") -> Code:
    """The cell that shows counts in the report of one period and area: copy it into the theme's notebook.

    `counts` is what count_by() gives for one column. `title` says what is counted and for when; `by` heads the column
    of categories, `of` the column of counts. A public report refuses the cell, unless somebody has checked it.
    Raises ArgumentsRefused for a frame with other columns.

    >>> explore.as_cell(explore.count_by(found, "weekday"), "By day", period="2021-01", area="force", by="Day")
    """
    if len(counts.columns) != 2 or counts.columns[1] != "n":
        few = ", ".join(map(str, counts.columns[:4]))
        raise ArgumentsRefused(
            f"as_cell takes a column of categories and the column n; this frame has {len(counts.columns)} ({few}). "
            "Make it with explore.count_by(rows, column)."
        )
    parts = {_NOT_RECORDED if pd.isna(name) else str(name): int(n) for name, n in counts.itertuples(index=False)}
    return Code(
        f"report.counts(\n    {_written(title)},\n    {_written(parts)},\n"
        f"    by={_written(by)}, of={_written(of)}, period={_written(period)}, area={_written(area)},\n)",
        language="python",
    )


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
