"""Gives Office files the properties of their document, and the same bytes each time."""

from __future__ import annotations

import re
from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from thematic.exporters.document import Document

_PROPERTIES = "docProps/core.xml"
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can hold."""


def writable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNWRITABLE.sub("", text)


def with_properties(data: bytes, report: Document) -> bytes:
    """The file with the document's title, subject and language as properties: no author, and no time at which it was
    made, neither of the document nor of a part of the file."""
    subject = f"<dc:subject>{escape(writable(report.cover.force))}</dc:subject>" if report.cover else ""
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(writable(report.title))}</dc:title>'
        f"{subject}<dc:language>{escape(report.language)}</dc:language></cp:coreProperties>"
    )
    kept = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(kept, "w") as file:
        for item in made.infolist():
            entry = ZipInfo(item.filename, _NO_TIME)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            file.writestr(entry, properties if item.filename == _PROPERTIES else made.read(item))
    return kept.getvalue()
