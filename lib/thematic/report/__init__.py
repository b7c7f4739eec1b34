"""What a notebook imports, and all it imports: the report of one theme, area, period and audience."""

from thematic.report.context import use
from thematic.report.report import Report, open_report

__all__ = ["Report", "open_report", "use"]
