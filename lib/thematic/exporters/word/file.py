"""Opens a Word file with the look of a report, and keeps what its parts refer to: lists, footnotes, links, pictures."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.image.exceptions import UnrecognizedImageError
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from thematic.core.errors import UserError
from thematic.core.palette import Palette
from thematic.exporters.word.elements import element, field, paragraph, run
from thematic.exporters.word.numbering import Lists

ROOM = 170
"""How wide the words of a page are, in mm."""
_HIGH = 225
_HERE = Path(__file__).parents[1] / "templates" / "word"
_UNUSED = ("stylesWithEffects", "customXml", "webSettings", "fontTable", "thumbnail", "extended-properties")
"""Relations of python-docx's empty file to parts that say what made it, or nothing."""
_DECORATIVE = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:ext uri="{C183D7F6-B498-43B3-948B-'
    '1728B52AA6E4}"><adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    "</a:ext></a:extLst>"
)


class WordFile:
    """A file of A4 pages that is written from its beginning to its end; `body` holds what has been written."""

    def __init__(self, language: str, palette: Palette) -> None:
        self._palette = palette
        self._file = docx.Document()
        self._part = self._file.part
        _without_unused(self._part)
        self.body = self._part.element.body
        self._set_up(language)
        self.lists = Lists(self._part.numbering_part.element)
        footnotes = parse_xml((_HERE / "footnotes.xml").read_bytes())
        self._footnotes = self._add_part("/word/footnotes.xml", CONTENT_TYPE.WML_FOOTNOTES, footnotes)
        self._part.relate_to(self._footnotes, RELATIONSHIP_TYPE.FOOTNOTES)
        self._marks = 0

    def add(self, *elements: BaseOxmlElement) -> None:
        """Writes them at the end."""
        for each in elements:
            self.body.insert_element_before(each, "w:sectPr")

    def mark(self) -> int:
        """A number for a place in the file that no other has."""
        self._marks += 1
        return self._marks

    def link(self, address: str, *runs: BaseOxmlElement) -> BaseOxmlElement:
        """A link to a page or to somebody's mail."""
        made = element("w:hyperlink", *runs, history="1")
        made.set(qn("r:id"), self._part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        return made

    def footnote(self, number: int, paragraphs: list[BaseOxmlElement]) -> None:
        """Writes a footnote, whose first paragraph begins with its number. It can hold no links to pages."""
        mark = element("w:r", element("w:rPr", element("w:rStyle", val="FootnoteReference")), element("w:footnoteRef"))
        first = paragraphs[0]
        first[0].addnext(mark)
        mark.addnext(run(" "))
        self._footnotes.element.append(element("w:footnote", *paragraphs, id=number))

    def picture(self, data: bytes, alt: str, width: float = 0, name: str = "") -> BaseOxmlElement:
        """A run with a picture, as wide as `width` says (mm) or as it comes, and within the page; without a text
        alternative it is marked as saying nothing.

        Raises UserError for one that cannot be read.
        """
        try:
            inline: Any = self._part.new_pic_inline(BytesIO(data), width=Mm(width) if width else None)
        except (UnrecognizedImageError, ZeroDivisionError) as fault:
            raise UserError(f"A picture cannot be read: {alt or 'it has no description'}") from fault
        over = max(inline.extent.cx / Mm(ROOM), inline.extent.cy / Mm(_HIGH), 1)
        size = inline.graphic.graphicData.pic.spPr
        inline.extent.cx, inline.extent.cy = int(inline.extent.cx / over), int(inline.extent.cy / over)
        size.cx, size.cy = inline.extent.cx, inline.extent.cy
        about = inline.docPr
        about.set("id", str(self.mark()))
        about.set("name", name or f"Picture {about.id}")
        about.set("descr", alt)
        if not alt:
            about.append(parse_xml(_DECORATIVE))
        return element("w:r", element("w:drawing", inline))

    def run_on_every_page(self, above: BaseOxmlElement, below: BaseOxmlElement) -> None:
        """Sets what stands above and below the words of every page."""
        section = self._file.sections[0]
        for part, words in ((section.header, above), (section.footer, below)):
            part.is_linked_to_previous = False
            part._element.replace(part.paragraphs[0]._p, words)

    def to_bytes(self) -> bytes:
        made = BytesIO()
        self._file.save(made)
        return made.getvalue()

    def _set_up(self, language: str) -> None:
        for part, name in ((self._part._styles_part, "styles"), (self._part._settings_part, "settings")):
            text = (_HERE / f"{name}.xml").read_text(encoding="utf-8").replace('"en-GB"', f'"{language}"')
            part._element = parse_xml(self._palette.in_word(text).encode("utf-8"))
        section = self._file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        section.header_distance = section.footer_distance = Mm(12)

    def _add_part(self, name: str, kind: str, content: BaseOxmlElement) -> XmlPart:
        return XmlPart(PackURI(name), kind, content, self._part.package)


def header(about: str, marking: str, synthetic: bool) -> BaseOxmlElement:
    """What stands above the words of every page."""
    aside = [run("Synthetic data   ")] if synthetic else []
    return paragraph("Header", run(f"{about}\t"), *aside, run(marking, "strong"))


def footer(marking: str) -> BaseOxmlElement:
    """What stands below the words of every page: the marking, and the page of how many."""
    return paragraph("Footer", run(f"{marking}\t"), *field("PAGE", "1"), run(" of "), *field("NUMPAGES", "1"))


def _without_unused(part: Part) -> None:
    for relations in (part.rels, part.package.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.rpartition("/")[2] in _UNUSED:
                del relations[name]
