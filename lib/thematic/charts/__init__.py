"""Turns plain figures into charts: SVG with real text, the same bytes for the same figures."""

from thematic.charts.across import Line, bars_against
from thematic.charts.by_category import bars, dots
from thematic.charts.by_month import months
from thematic.charts.funnels import Funnel, Place, funnel, said_of
from thematic.charts.ground import Ground
from thematic.charts.maps import Hexagons, areas, hotspots
from thematic.charts.stacks import MOST_PARTS, Bar, stacked

__all__ = [
    "MOST_PARTS",
    "Bar",
    "Funnel",
    "Ground",
    "Hexagons",
    "Line",
    "Place",
    "areas",
    "bars",
    "bars_against",
    "dots",
    "funnel",
    "hotspots",
    "months",
    "said_of",
    "stacked",
]
