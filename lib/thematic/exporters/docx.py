"""Turns an executed notebook into a Word file (docx) that somebody can edit: headings, tables, lists and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typst
from docx.oxml.xmlchemy import BaseOxmlElement
from nbformat import NotebookNode

from thematic.core.errors import UserError
from thematic.displays import Cover
from thematic.exporters import document
from thematic.exporters.properties import with_properties
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.word.body import Body, place_of
from thematic.exporters.word.elements import field_begins, field_ends, paragraph, run, to_bookmark
from thematic.exporters.word.file import WordFile, footer, header
from thematic.exporters.word.tables import notes

_SYNTHETIC = ("Synthetic data:", " made for demonstration; not real records.")


class DocxExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic_docx executed.ipynb` writes `executed.docx`."""

    export_from_notebook = "Thematic report (Word)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def _file_extension_default(self) -> str:
        return ".docx"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The Word file and the resources. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return docx(document.read(nb)), resources


def docx(report: document.Document) -> bytes:
    """The document as a Word file, without a date or an author, the same bytes each time; the annex is left out.

    Typst draws its pictures: never call this in a process that forks afterwards. Raises UserError for a picture that
    cannot be read.
    """
    file = WordFile(report.language, report.look.palette)
    try:
        body = Body(file, report)
    except typst.TypstError as fault:
        raise UserError(f"The Word file's pictures cannot be drawn: {fault}") from fault
    cover = report.cover
    file.add(*_opening(report))
    if len(report.contents) > 1:
        file.add(*_contents(report))
    body.write(report.main)
    file.add(*_closing(report))
    running = f"{cover.force}  |  {report.title}" if cover else report.title
    marking = cover.marking if cover else ""
    file.run_on_every_page(header(running, marking, cover is not None and cover.synthetic), footer(marking))
    return with_properties(file.to_bytes(), report)


def _opening(report: document.Document) -> list[BaseOxmlElement]:
    """What the report is: the force, the title, the area, the period and how fresh the data are."""
    cover = report.cover
    if cover is None:
        return [paragraph("Title", run(report.title))]
    first, rest = _SYNTHETIC
    banner = [paragraph("Warning", run(first, "strong"), run(rest))] if cover.synthetic else []
    title = [paragraph("Force", run(cover.force)), paragraph("Title", run(cover.theme))]
    return [*banner, *title, *_facts(cover)]


def _facts(cover: Cover) -> list[BaseOxmlElement]:
    where = cover.period if cover.area == cover.force else f"{cover.area}, {cover.period}"
    dated = [paragraph("Byline", run(" · ".join(cover.dates)))] if cover.dates else []
    said = [paragraph("Normal", run(each)) for each in (cover.rounding, cover.content_note) if each]
    return [paragraph("Subtitle", run(where)), *dated, *said]


def _contents(report: document.Document) -> list[BaseOxmlElement]:
    """The sections, each a link to its place, as a table of contents that Word can make again."""
    sections = [heading for heading, _ in report.contents if heading not in {head for head, _ in report.annex}]
    links = [to_bookmark(place_of(each), run(each.text)) for each in sections]
    first, *others = [[link] for link in links]
    first[:0] = field_begins('TOC \\o "1-1" \\n \\h')
    (others[-1] if others else first).append(field_ends())
    lines = [paragraph("TOC1", *line) for line in (first, *others)]
    return [paragraph("TOCHeading", run("Contents")), *lines]


def _closing(report: document.Document) -> list[BaseOxmlElement]:
    """Where somebody can turn, what is not on paper and where it is, the licence, whom to ask and how it was made."""
    cover = report.cover
    if cover is None or not (cover.source or cover.licence):
        return []
    help_there = [paragraph("Heading1", run("Support"))] if cover.support else []
    help_there += [paragraph("Normal", run(_turn_to(each))) for each in cover.support]
    elsewhere = [paragraph("Closing", run(report.elsewhere))] if report.elsewhere else []
    said = [cover.licence or "", cover.questions, cover.made]
    return [*help_there, *elsewhere, *notes([each for each in said if each], "" if cover.made else cover.source)]


def _turn_to(service: Mapping[str, str]) -> str:
    """A service in a line: `Victim Support: for ... . Telephone ... . https://...`."""
    purpose = f": {service['purpose']}" if service.get("purpose") else ""
    ways = [f"Telephone {service['telephone']}"] if service.get("telephone") else []
    return ". ".join([f"{service['name']}{purpose}", *ways, *([service["web"]] if service.get("web") else [])])
