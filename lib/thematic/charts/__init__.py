"""Turns plain figures into charts: SVG with real text, the same bytes for the same figures."""

from thematic.charts.by_category import bars
from thematic.charts.by_month import months
from thematic.charts.funnels import Funnel, Place, funnel, said_of

__all__ = ["Funnel", "Place", "bars", "funnel", "months", "said_of"]
