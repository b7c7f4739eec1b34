"""The statistics: tests, control limits and trends of plain numbers."""
