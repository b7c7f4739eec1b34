"""Turns an executed notebook into an accessible workbook (xlsx): cover, contents, notes and a worksheet per table."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from html import escape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from nbformat import NotebookNode

from thematic.core.palette import HOUSE
from thematic.displays import SHORTHAND, Cover, shorthand_in
from thematic.exporters import document
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.sheets import Sheet, contents, sheets
from thematic.exporters.worksheet import OPTIONS, legible, plain, run, set_up, write

_PROPERTIES = "docProps/core.xml"
_ABOUT = (
    "Each table of the report has a worksheet of its own, and so have the numbers behind each chart. The worksheet "
    "Contents links to them all; All figures, if there is one, has every released figure, as the CSV does.",
    "Figures stand as the report prints them, and in All figures in full precision. A percentage is the number "
    "before its sign: 17.4% is held as 17.4. Percentage points are shown as pp.",
    "The report itself (HTML or PDF) has the charts, and the words of those who wrote it.",
)


class XlsxExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic-xlsx executed.ipynb` writes `executed.xlsx`."""

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
        set_up(cover, marking, colour)
        for place, sheet in enumerate([contents(parts), *(part for part in parts if isinstance(part, Sheet))]):
            write(book, sheet, f"table_{place}", marking, colour)
        book.close()
    return _with_properties(made.getvalue(), report)


def _cover(report: document.Document) -> Any:
    from gptables import Cover as CoverSheet

    shorthand = f"Shorthand: {shorthand_in(SHORTHAND)[0]}"
    about = [plain(line) for line in (*_ABOUT, shorthand)]
    return CoverSheet(run(report.title), [plain(line) for line in _facts(report.cover)] or None, about)


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
    contact = ", ".join(cover.contact[key] for key in ("name", "email", "telephone", "web") if key in cover.contact)
    questions = f"Questions: {contact}" if contact else ""
    yield from [each for each in (questions, cover.made, cover.rounding, cover.licence) if each]


def _with_properties(data: bytes, report: document.Document) -> bytes:
    """The workbook with the document's title, subject and language as properties, and no time at which it was made."""
    subject = f"<dc:subject>{escape(legible(report.cover.force))}</dc:subject>" if report.cover else ""
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(legible(report.title))}</dc:title>'
        f"{subject}<dc:language>{escape(report.language)}</dc:language></cp:coreProperties>"
    )
    kept = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(kept, "w") as file:
        for item in made.infolist():
            file.writestr(item, properties if item.filename == _PROPERTIES else made.read(item))
    return kept.getvalue()
