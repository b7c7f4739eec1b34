"""Turns the released figures of an executed notebook into a tidy CSV."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.core.spreadsheets import csv_text
from thematic.exporters import document
from thematic.exporters.reading import ReadingExporter
from thematic.measures.figures import FIGURE_NUMBERS


class CsvExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic_csv executed.ipynb` writes `executed.csv`."""

    export_from_notebook = "Thematic figures (CSV)"
    output_mimetype = "text/csv"

    def _file_extension_default(self) -> str:
        return ".csv"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The text of the CSV and the resources. Raises UserError as `document.read` and `text` do."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return text(document.read(nb)), resources


def text(report: document.Document) -> str:
    """A line of column names, then one line to a figure, ended by a line feed.

    Raises UserError where the notebook shows no figures, or shows them more than once.
    """
    if len(report.figures) != 1:
        raise UserError(
            f"The notebook shows its released figures {len(report.figures)} times; the CSV needs them once. "
            "Keep one cell that shows them, as the notebooks of the themes have at their end."
        )
    return csv_text(report.figures[0].columns, report.figures[0].texts, FIGURE_NUMBERS)
