"""Turns an executed notebook into an accessible workbook (xlsx): cover, contents, notes and a worksheet per table."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from nbformat import NotebookNode

from thematic.core.palette import HOUSE
from thematic.displays import SHORTHAND, Cover, shorthand_in
from thematic.exporters import document
from thematic.exporters.properties import with_properties
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.sheets import Sheet, contents, sheets
from thematic.exporters.worksheet import OPTIONS, fit_row, plain, run, set_up, write

_COVER_LETTERS, _TITLE = 68, 0.7
"""How many letters a line of the cover holds, and what part of that many of its title, which are larger."""
_ABOUT = (
    "Each table of the report has its own worksheet, and so have the numbers behind each chart. The worksheet "
    "Contents links to them all; All figures, if there is one, has every released figure, as the CSV does.",
    "Figures are as the report prints them, and in All figures in full precision. A percentage is the number "
    "before its sign: 17.4% is held as 17.4. Percentage points are shown as pp.",
    "The report itself (HTML or PDF) has the charts, and the words of those who wrote it.",
)


class XlsxExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic_xlsx executed.ipynb` writes `executed.xlsx`."""

    export_from_notebook = "Thematic tables (workbook)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def _file_extension_default(self) -> str:
        return ".xlsx"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The workbook and the resources. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return workbook(document.read(nb)), resources


def workbook(report: document.Document) -> bytes:
    """The document as a workbook, by the Analysis Function's guidance, without a date, the same bytes each time.

    No text of the document becomes a formula or a link.
    """
    parts = sheets(report)
    own = report.look.palette
    colour = "" if own == HOUSE else own.light.main
    marking = report.cover.marking if report.cover else ""
    made = BytesIO()
    with warnings.catch_warnings():
        # gptables leaves its theme's file open when it is imported, and warns of empty cells, which ours explain.
        warnings.simplefilter("ignore")
        import gptables

        book = gptables.GPWorkbook(made, OPTIONS)
        cover = book.add_worksheet("Cover")
        cover.write_cover(_cover(report))
        _fit_cover(cover, report)
        set_up(cover, marking, colour)
        for place, sheet in enumerate([contents(parts), *(part for part in parts if isinstance(part, Sheet))]):
            write(book, sheet, f"table_{place}", marking, colour)
        book.close()
    return with_properties(made.getvalue(), report)


def _cover(report: document.Document) -> Any:
    from gptables import Cover as CoverSheet

    about = [plain(line) for line in _about()]
    return CoverSheet(run(report.title), [plain(line) for line in _facts(report.cover)] or None, about)


def _fit_cover(page: Any, report: document.Document) -> None:
    """Makes the rows of the cover high enough: the title, then the facts and what they are, each under a heading."""
    facts = list(_facts(report.cover))
    rows = [report.title, *(["", *facts] if facts else []), "", *_about()]
    for place, row in enumerate(rows):
        fit_row(page, place, [row], [_COVER_LETTERS if place else _COVER_LETTERS * _TITLE])


def _about() -> list[str]:
    return [*_ABOUT, f"Shorthand: {shorthand_in(SHORTHAND)[0]}"]


def _facts(cover: Cover | None) -> Iterator[str]:
    if cover is None:
        return
    if cover.synthetic:
        yield "Synthetic data: made for demonstration; not real records."
    told = {
        "Force": cover.force,
        "Area": cover.area,
        "Period": cover.period,
        "Data as at": cover.as_at,
        "Published": cover.published,
        "Next release": cover.next_release,
        "Protective marking": cover.marking,
        "Audience": cover.audience,
        "Source": cover.source,
    }
    yield from (f"{name}: {fact}" for name, fact in told.items() if fact)
    yield from [each for each in (cover.questions, cover.made, cover.rounding, cover.licence) if each]
