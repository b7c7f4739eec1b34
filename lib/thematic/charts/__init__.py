"""Turns plain figures into charts: SVG with real text, the same bytes for the same figures."""

from thematic.charts.by_category import bars
from thematic.charts.by_month import months

__all__ = ["bars", "months"]
