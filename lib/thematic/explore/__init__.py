"""Short ways to the figures, the cubes and the rows, for an analyst's own notebooks: `from thematic import explore`.

What there is: `themes()`, `measures("DA")`, `areas()`, `periods()`, `tables()`.
What it says: `figures("DA")` as released, `cubes("DA")` as counted, `rows("a table")` as recorded (restricted).
Where it comes from: `explain("a measure")` takes one figure apart.
What to do with it: `count_by(rows, "column")`, `house_style()` for charts, `as_cell(counts, ...)` into a report.
All of it reads the workbook's data as they were built last (`make data`); docs/working-with-data.md has examples.
"""

from thematic.explore.accounts import explain
from thematic.explore.counted import cubes
from thematic.explore.moving import as_cell
from thematic.explore.names import areas, measures, periods, tables, themes
from thematic.explore.recorded import count_by, rows
from thematic.explore.released import figures
from thematic.explore.style import house_style

__all__ = [
    "areas",
    "as_cell",
    "count_by",
    "cubes",
    "explain",
    "figures",
    "house_style",
    "measures",
    "periods",
    "rows",
    "tables",
    "themes",
]


def __dir__() -> list[str]:
    """What tab completion offers."""
    return __all__
