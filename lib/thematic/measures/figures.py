"""The released figures of a report: a typed table, one row for each measure, dimension and category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from thematic.core.digests import digest

CONFIDENTIAL = "[c]"
NOT_AVAILABLE = "[x]"
NOT_APPLICABLE = "[z]"
LOW = "[low]"

if TYPE_CHECKING:
    import pandas as pd

    from thematic.measures.expectations import MonthsExpected

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghjkmnpqrs")

Told = dict[tuple[str, str], list[str]]
"""What is said of figures, by measure and dimension."""

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """One released figure. The window's days are inclusive (of a stock both are its day); None where there is nothing.

    `change` is in per cent for counts, rates and means, in points for percentages (`pp`), in units for differences.
    `significant` is None where the change was not tested. The statuses are "" or [c], [x], [z], [low]. What the earlier
    value is made of is no column of the CSV: it says how much the change can bear.
    """

    measure: str
    dimension: str
    category: str
    window_start: date
    window_end: date
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    unit: str
    lower_95: float | None
    upper_95: float | None
    previous_value: Number | None
    change: float | None
    change_unit: str
    significant: bool | None
    trend: str | None
    status: str
    change_status: str
    earlier_numerator: Number | None = None
    earlier_denominator: Number | None = None
    earlier_status: str = ""


FIGURE_COLUMNS = tuple(each.name for each in fields(Figure) if not each.name.startswith("earlier_"))
FIGURE_NUMBERS = ("numerator", "denominator", "value", "lower_95", "upper_95", "previous_value", "change")
"""Those of FIGURE_COLUMNS that hold numbers."""


@dataclass(frozen=True)
class Figures:
    """All released figures of one report, in the report's order.

    `reasons` says why figures are not available and `notes` what stands beside those that are, each by measure and
    dimension. By measure, of totals: `charts` has what was expected of the months behind it, and `rises` the smallest
    rise that would have shown, as a fraction of the earlier figure.
    """

    rows: Sequence[Figure]
    reasons: Told = field(default_factory=dict)
    notes: Told = field(default_factory=dict)
    charts: Mapping[str, MonthsExpected] = field(default_factory=dict)
    rises: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _by_dimension(self) -> dict[tuple[str, str], list[Figure]]:
        found: dict[tuple[str, str], list[Figure]] = {}
        for row in self.rows:
            found.setdefault((row.measure, row.dimension), []).append(row)
        return found

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """The pairs of measure and dimension that have figures, in the report's order."""
        return list(self._by_dimension)

    @property
    def frame(self) -> pd.DataFrame:
        """The figures as a data frame with FIGURE_COLUMNS."""
        import pandas as pd

        return pd.DataFrame({name: pd.Series([getattr(row, name) for row in self.rows]) for name in FIGURE_COLUMNS})

    def of(self, measure: str, dimension: str) -> list[Figure]:
        """The figures of a measure in a dimension, in the report's order; none where it has no category."""
        return self._by_dimension.get((measure, dimension), [])

    def one(self, measure: str, dimension: str = "total", category: str | None = None) -> Figure:
        """One figure: the only one of its dimension, or that of a category. Raises KeyError where there is none."""
        for figure in self.of(measure, dimension):
            if category is None or figure.category == category:
                return figure
        raise KeyError(f"no figure of {measure} by {dimension}: {category}")

    @property
    def fingerprint(self) -> str:
        """Twelve letters that are others where a figure is another: in its ninth digit, which any machine gives alike.

        The order of the figures does not count. (Letters alone, so that YAML never takes it for a number.)
        """
        rows = sorted([_text(_to_ninth_digit(getattr(row, name))) for name in FIGURE_COLUMNS] for row in self.rows)
        return digest(rows)[:12].translate(_LETTERS)

    def csv_rows(self) -> list[list[str]]:
        """The figures as text: full precision, counts without a decimal point, empty where there is none."""
        return [[_text(getattr(row, name)) for name in FIGURE_COLUMNS] for row in self.rows]


def _to_ninth_digit(value: Any) -> Any:
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case date():
            return value.isoformat()
    return str(value)
