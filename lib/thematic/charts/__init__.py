"""Turns plain figures into charts: SVG with real text, the same bytes for the same figures."""

from thematic.charts.by_category import bars, dots
from thematic.charts.by_month import months
from thematic.charts.funnels import Funnel, Place, funnel, said_of
from thematic.charts.ground import Ground
from thematic.charts.maps import Hexagons, areas, hotspots

__all__ = ["Funnel", "Ground", "Hexagons", "Place", "areas", "bars", "dots", "funnel", "hotspots", "months", "said_of"]
