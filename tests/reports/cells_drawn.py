"""Cells of figures drawn for the tests of displays and exporters."""

from __future__ import annotations

from thematic.displays import FigureCell, Format, Value
from thematic.displays.values import PERCENT_CHANGE, POINTS

PERCENT = Format(1, "%")
RATE = Format(1)


def figure(value: float | str, change: float | str | None = None, margin: float | None = None) -> FigureCell:
    """A count with its change in per cent or, with a margin, a percentage of 150 with its interval and its change in
    points; shorthand stands in the place of a number."""
    format, of_change = (Format(), PERCENT_CHANGE) if margin is None else (PERCENT, POINTS)
    moved = None if change is None else _value(change, of_change)
    if margin is None or isinstance(value, str):
        return FigureCell(_value(value, format), moved)
    ends = Value(value - margin, PERCENT), Value(value + margin, PERCENT)
    return FigureCell(_value(value, format), moved, Value(150), *ends)


def _value(said: float | str, format: Format) -> Value:
    return Value(None, format, said) if isinstance(said, str) else Value(said, format)
