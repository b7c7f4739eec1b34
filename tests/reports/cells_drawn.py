"""Cells of figures drawn for the tests of displays and exporters."""

from __future__ import annotations

from thematic.displays import FigureCell, Format, Value
from thematic.displays.values import PERCENT_CHANGE, POINTS

PERCENT = Format(1, "%")
RATE = Format(1)


def figure(value: float | str, change: float | str | None = None, margin: float | None = None) -> FigureCell:
    """A count with its change in per cent or, with a margin, a percentage with its change in points; shorthand stands
    in the place of a number."""
    format, of_change = (Format(), PERCENT_CHANGE) if margin is None else (PERCENT, POINTS)
    half = None if margin is None else Value(margin, PERCENT)
    return FigureCell(_value(value, format), half, None if change is None else _value(change, of_change))


def _value(said: float | str, format: Format) -> Value:
    return Value(None, format, said) if isinstance(said, str) else Value(said, format)
