"""Turns the evidence for a figure into the figure as it is released: value, interval, change and status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from thematic.core.digests import digest
from thematic.core.periods import Window
from thematic.measures.disclosure import CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE, Gate
from thematic.params.models import Measure
from thematic.stats.statistics import (
    LEVEL,
    adjusted,
    counts_test,
    poisson_interval,
    proportions_test,
    ratio_test,
    wilson_interval,
)
from thematic.stats.trend import Word, word

Figure = dict[str, Any]
"""One released figure: FIGURE_COLUMNS as keys, None where a field is empty."""

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghjkmnpqrs")

Told = dict[tuple[str, str], list[str]]
"""What is said of figures, by measure and dimension."""

FIGURE_COLUMNS = (
    "measure",
    "dimension",
    "category",
    "window_start",
    "window_end",
    "numerator",
    "denominator",
    "value",
    "unit",
    "lower_95",
    "upper_95",
    "previous_value",
    "change",
    "change_unit",
    "significant",
    "trend",
    "status",
    "change_status",
)
FIGURE_NUMBERS = ("numerator", "denominator", "value", "lower_95", "upper_95", "previous_value", "change")
"""Those of FIGURE_COLUMNS that hold numbers."""


@dataclass(frozen=True)
class Side:
    """One window's evidence: monthly counts of the numerator and, for a percentage, of the denominator."""

    numerators: Sequence[int]
    denominators: Sequence[int] = ()

    @property
    def numerator(self) -> int:
        return int(sum(self.numerators))

    @property
    def denominator(self) -> int:
        return int(sum(self.denominators))


@dataclass(frozen=True)
class Evidence:
    """What a figure rests on. `missing` and `change_missing` say why the value or its change is not available.

    `series` are the monthly counts that its trend rests on, all seen from the end of the window, which they end
    with; none where no trend is given.
    """

    measure: str
    dimension: str
    category: str
    window: Window
    current: Side
    previous: Side
    population: int | None = None
    missing: str | None = None
    change_missing: str | None = None
    series: Sequence[int] = ()


@dataclass(frozen=True)
class Released:
    """A released number and the status that stands in its place where there is none."""

    value: float | None
    status: str = ""
    numerator: int | None = None
    denominator: int | None = None


def release(declared: Measure, evidence: Evidence, gate: Gate) -> Figure:
    """The figure as a row of FIGURE_COLUMNS, not yet tested: `significant` is empty."""
    now = _released(declared, evidence.current, evidence, gate, evidence.missing)
    before = _released(declared, evidence.previous, evidence, gate, evidence.missing or evidence.change_missing)
    lower, upper = _interval(declared, now)
    change, change_status = _change(declared, now, before)
    return {
        "measure": evidence.measure,
        "dimension": evidence.dimension,
        "category": evidence.category,
        "window_start": evidence.window.start.first_day.isoformat(),
        "window_end": evidence.window.end.last_day.isoformat(),
        "numerator": now.numerator,
        "denominator": now.denominator,
        "value": now.value,
        "unit": declared.unit,
        "lower_95": lower,
        "upper_95": upper,
        "previous_value": None if change_status else before.value,
        "change": change,
        "change_unit": "pp" if declared.unit == "percent" else "percent",
        "significant": None,
        "trend": _trend(evidence, gate) if now.value is not None else None,
        "status": now.status,
        "change_status": change_status,
    }


def _released(declared: Measure, side: Side, evidence: Evidence, gate: Gate, missing: str | None) -> Released:
    if missing is not None:
        return Released(None, NOT_AVAILABLE)
    if declared.unit == "percent":
        return _percentage(side, gate)
    count = gate.count(side.numerator)
    if count is None:
        return Released(None, CONFIDENTIAL, denominator=evidence.population)
    if declared.unit == "count":
        return Released(count, numerator=count)
    if evidence.population is None:
        return Released(None, NOT_AVAILABLE)
    return Released(1000 * count / evidence.population, "", count, evidence.population)


def _percentage(side: Side, gate: Gate) -> Released:
    numerator, denominator = gate.count(side.numerator), gate.count(side.denominator)
    if side.denominator == 0:
        return Released(None, NOT_APPLICABLE, numerator, denominator)
    if gate.withholds_share(side.numerator, side.denominator) or numerator is None or not denominator:
        return Released(None, CONFIDENTIAL, denominator=denominator)
    return Released(100 * numerator / denominator, "", numerator, denominator)


def _interval(declared: Measure, now: Released) -> tuple[float | None, float | None]:
    """Exact Poisson for rates, Wilson for shares; none for counts and ratios, or without a value."""
    if now.value is None or now.numerator is None or not now.denominator:
        return None, None
    if declared.unit == "per_1000":
        lower, upper = poisson_interval([now.numerator])
        scale = 1000 / now.denominator
    elif declared.test == "proportion":
        lower, upper = wilson_interval([now.numerator], [now.denominator])
        scale = 100
    else:
        return None, None
    return float(lower[0]) * scale, float(upper[0]) * scale


def _change(declared: Measure, now: Released, before: Released) -> tuple[float | None, str]:
    """The change in per cent, or in points for a percentage, and the status that stands in its place."""
    if now.value is None or before.value is None:
        return None, now.status or before.status
    if declared.unit == "percent":
        return now.value - before.value, ""
    if before.value == 0:
        return None, NOT_APPLICABLE
    return 100 * (now.value - before.value) / before.value, ""


def _trend(evidence: Evidence, gate: Gate) -> Word | None:
    """The word for the trend; None where a monthly count it rests on is confidential, or the history too short."""
    return None if gate.withholds_any(evidence.series) else word(evidence.series)


def with_significance(
    rows: list[Figure], evidence: list[Evidence], declared: Measure, ratio: bool, gate: Gate
) -> list[Figure]:
    """The rows of one measure and dimension with `significant` filled in, their tests adjusted together.

    A row without a change is not tested; what is found stays empty where a count it rests on is confidential.
    """
    tested = [index for index, row in enumerate(rows) if not row["change_status"]]
    p_values = adjusted([_p_value(declared, evidence[index], ratio) for index in tested])
    for index, p_value in zip(tested, p_values, strict=True):
        if not gate.withholds_any(_rests_on(declared, evidence[index])):
            rows[index]["significant"] = p_value < LEVEL
    return rows


def _p_value(declared: Measure, evidence: Evidence, ratio: bool) -> float:
    now, before = evidence.current, evidence.previous
    if declared.unit != "percent":
        return counts_test(now.numerators, before.numerators)
    test = ratio_test if ratio else proportions_test
    return test((now.numerator, before.numerator), (now.denominator, before.denominator))


def _rests_on(declared: Measure, evidence: Evidence) -> list[int]:
    now, before = evidence.current, evidence.previous
    if declared.unit != "percent":
        return [int(count) for side in (now, before) for count in (*side.numerators, side.numerator)]
    return [now.numerator, now.denominator, before.numerator, before.denominator]


@dataclass(frozen=True)
class Figures:
    """All released figures of one report.

    `rows` has a figure for each measure x dimension x category, with FIGURE_COLUMNS as keys; `reasons` says why
    figures are not available and `notes` what stands beside those that are, each by measure and dimension.
    """

    rows: list[Figure]
    reasons: Told = field(default_factory=dict)
    notes: Told = field(default_factory=dict)

    @cached_property
    def _by_dimension(self) -> dict[tuple[str, str], list[Figure]]:
        found: dict[tuple[str, str], list[Figure]] = {}
        for row in self.rows:
            found.setdefault((row["measure"], row["dimension"]), []).append(row)
        return found

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """The pairs of measure and dimension that have figures, in the report's order."""
        return list(self._by_dimension)

    @property
    def frame(self) -> pd.DataFrame:
        """The figures as a data frame with FIGURE_COLUMNS."""
        return pd.DataFrame({name: pd.Series([row[name] for row in self.rows]) for name in FIGURE_COLUMNS})

    def of(self, measure: str, dimension: str) -> list[Figure]:
        """The figures of a measure in a dimension, in the report's order; none where it has no category."""
        return self._by_dimension.get((measure, dimension), [])

    def one(self, measure: str, dimension: str = "total", category: str | None = None) -> Figure:
        """One figure: the only one of its dimension, or that of a category. Raises KeyError where there is none."""
        for figure in self.of(measure, dimension):
            if category is None or figure["category"] == category:
                return figure
        raise KeyError(f"no figure of {measure} by {dimension}: {category}")

    @property
    def fingerprint(self) -> str:
        """Twelve letters that are others where a figure is another: in its ninth digit, which any machine gives alike.

        The order of the figures does not count. (Letters alone, so that YAML never takes it for a number.)
        """
        rows = sorted([_text(_to_ninth_digit(row[name])) for name in FIGURE_COLUMNS] for row in self.rows)
        return digest(rows)[:12].translate(_LETTERS)

    def csv_rows(self) -> list[list[str]]:
        """The figures as text: full precision, counts without a decimal point, empty where there is none."""
        return [[_text(row[name]) for name in FIGURE_COLUMNS] for row in self.rows]


def half_width(figure: Figure) -> float | None:
    """Half the width of a figure's 95% interval, in its own unit; None without one."""
    return None if figure["lower_95"] is None else float(figure["upper_95"] - figure["lower_95"]) / 2


def _to_ninth_digit(value: Any) -> Any:
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
