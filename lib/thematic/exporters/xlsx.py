"""Turns an executed notebook into an accessible workbook (xlsx): cover, contents, notes and a worksheet per table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from thematic.core.palette import HOUSE
from thematic.displays import SHORTHAND, Cover, shorthand_in
from thematic.exporters import document
from thematic.exporters.properties import with_properties
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.sheets import Sheet, contents, sheets
from thematic.exporters.worksheet import HEADING, Book, fit_row, legible, write

_COVER_LETTERS, _TITLE = 68, 0.7
"""How many letters a line of the cover holds, and what part of that many of its title, which are larger."""
_COVER_WIDTH = 85
_UNDER = {"bold": True, "font_size": 14}
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
    book = Book(report.cover.marking if report.cover else "", "" if own == HOUSE else own.light.main)
    _write_cover(book, report)
    for place, sheet in enumerate([contents(parts), *(part for part in parts if isinstance(part, Sheet))]):
        write(book, sheet, f"table_{place}")
    return with_properties(book.to_bytes(), report)


def _write_cover(book: Book, report: document.Document) -> None:
    """The title, then the facts and what they are, each under a heading, in rows that are high enough."""
    wrapped = {"text_wrap": True}
    facts = list(_facts(report.cover))
    lines = [(report.title, HEADING)]
    lines += [("Introductory information", _UNDER), *((fact, {}) for fact in facts)] if facts else []
    lines += [("About these data", _UNDER), *((line, {}) for line in _about())]
    page = book.page("Cover")
    page.set_column(0, 0, _COVER_WIDTH)
    for row, (text, look) in enumerate(lines):
        page.write_string(row, 0, legible(text), book.look(wrapped, look))
        fit_row(page, row, [text], [_COVER_LETTERS if row else _COVER_LETTERS * _TITLE])


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
