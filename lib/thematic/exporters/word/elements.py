"""Makes the elements of a Word file: runs of words, fields, links, the properties of paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.exporters.properties import writable

_BREAKS = re.compile(r"(\n|\t)")
_LOOKS = {"strong": "w:b", "soft": "w:i", "struck": "w:strike"}
_STYLES = {"quiet": "Quiet", "code": "Code", "link": "Hyperlink", "note": "FootnoteReference"}


def element(tag: str, *children: BaseOxmlElement, **attributes: object) -> BaseOxmlElement:
    """An element with these children; attributes are those of Word's own namespace."""
    made: BaseOxmlElement = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), writable(str(value)))
    made.extend(children)
    return made


def run(text: str, *looks: str) -> BaseOxmlElement:
    """A run of words; `looks` are of strong, soft, struck, quiet, code, link and note. A line feed breaks the line."""
    made = element("w:r")
    styles = [element("w:rStyle", val=_STYLES[look]) for look in looks if look in _STYLES]
    marks = [element(tag) for look, tag in _LOOKS.items() if look in looks]
    if styles or marks:
        made.append(element("w:rPr", *styles[:1], *marks))
    made.extend(_pieces(writable(text)))
    return made


def _pieces(text: str) -> Iterator[BaseOxmlElement]:
    for piece in _BREAKS.split(text):
        if piece in ("\n", "\t"):
            yield element("w:br" if piece == "\n" else "w:tab")
        elif piece:
            words = element("w:t")
            words.text = piece
            words.set(qn("xml:space"), "preserve")
            yield words


def field(instruction: str, shown: str, *looks: str) -> list[BaseOxmlElement]:
    """The runs of a field that Word works out again; `shown` is what stands there until it does."""
    return [*field_begins(instruction), run(shown, *looks), field_ends()]


def field_begins(instruction: str) -> list[BaseOxmlElement]:
    """The runs before what a field shows."""
    told = element("w:instrText")
    told.text = f" {instruction} "
    told.set(qn("xml:space"), "preserve")
    return [_mark("begin"), element("w:r", told), _mark("separate")]


def field_ends() -> BaseOxmlElement:
    """The run after what a field shows."""
    return _mark("end")


def _mark(kind: str) -> BaseOxmlElement:
    return element("w:r", element("w:fldChar", fldCharType=kind))


def to_bookmark(name: str, *runs: BaseOxmlElement) -> BaseOxmlElement:
    """A link to a place in the file."""
    return element("w:hyperlink", *runs, anchor=name, history="1")


def bookmark(name: str, number: int, *within: BaseOxmlElement) -> list[BaseOxmlElement]:
    """What can be linked to, between the two marks of its place."""
    start, end = element("w:bookmarkStart", id=number, name=name), element("w:bookmarkEnd", id=number)
    return [start, *within, end]


def paragraph(style: str, *content: BaseOxmlElement, properties: tuple[BaseOxmlElement, ...] = ()) -> BaseOxmlElement:
    """A paragraph of a style; other `properties` come in the order that the standard gives them."""
    about = element("w:pPr", element("w:pStyle", val=style), *properties)
    return element("w:p", about, *content)


def in_list(number: int, level: int = 0) -> BaseOxmlElement:
    """What makes a paragraph an item of a list."""
    return element("w:numPr", element("w:ilvl", val=level), element("w:numId", val=number))
