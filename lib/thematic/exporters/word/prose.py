"""Writes Markdown's tokens as a Word file's paragraphs, lists, links and footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.displays.markdown import LINKS, Token
from thematic.exporters import formulas
from thematic.exporters.blocks import Note
from thematic.exporters.word.elements import bookmark, element, field, in_list, paragraph, run
from thematic.exporters.word.file import WordFile
from thematic.exporters.word.numbering import BULLETS, STEPS, THROUGH, indent
from thematic.exporters.word.pictures import Pictures

_LOOKS = {"emphasis": "soft", "image": "soft", "strong": "strong", "strikethrough": "struck"}


@dataclass(frozen=True)
class _Place:
    """Where a paragraph stands: the style of its surroundings, and the list and its level if it is in one."""

    style: str = "Normal"
    list: int = 0
    level: int = -1
    is_item: bool = False

    def properties(self) -> tuple[BaseOxmlElement, ...]:
        if self.level < 0:
            return ()
        return (in_list(self.list, self.level),) if self.is_item else (element("w:ind", left=indent(self.level)),)


class Words:
    """Writes tokens; `notes` are the document's footnotes by their anchors."""

    def __init__(self, file: WordFile, notes: Iterable[Note], pictures: Pictures) -> None:
        self._file, self._pictures = file, pictures
        self._notes: Mapping[str, Note] = {note.anchor: note for note in notes}

    def paragraphs(self, tokens: Iterable[Token], style: str = "Normal") -> list[BaseOxmlElement]:
        """The paragraphs of a text."""
        return list(self._blocks(tokens, _Place(style)))

    def _blocks(self, tokens: Iterable[Token], place: _Place) -> Iterator[BaseOxmlElement]:
        for token in tokens:
            yield from self._block(token, place)
            place = replace(place, is_item=False)

    def _block(self, token: Token, place: _Place) -> Iterator[BaseOxmlElement]:
        attrs = token.get("attrs", {})
        match token["type"]:
            case "paragraph" if "number" in attrs:
                through = (in_list(THROUGH),)
                yield paragraph("NumberedParagraph", *self.inline(token["children"]), properties=through)
            case "paragraph" | "block_text":
                yield paragraph(place.style, *self.inline(token["children"]), properties=place.properties())
            case "heading":
                yield paragraph(
                    place.style, *self.inline(token["children"], ("strong",)), properties=place.properties()
                )
            case "list":
                yield from self._list(token, place)
            case "block_quote":
                yield from self._blocks(token["children"], replace(place, style="Quote"))
            case "block_code":
                yield paragraph("PrintedText", run(token["raw"].rstrip("\n")))
            case "thematic_break":
                yield paragraph("Closing")
            case _ if "children" in token:
                yield from self._blocks(token["children"], place)
            case _ if token.get("raw", "").strip():
                yield paragraph(place.style, run(token["raw"].strip()), properties=place.properties())

    def _list(self, token: Token, place: _Place) -> Iterator[BaseOxmlElement]:
        attrs, level = token["attrs"], place.level + 1
        kind = STEPS if attrs["ordered"] else BULLETS
        number = self._file.lists.begin(kind, attrs.get("start", 1), level)
        for item in token["children"]:
            yield from self._blocks(item["children"], _Place("ListParagraph", number, level, is_item=True))

    def inline(self, tokens: Iterable[Token], looks: tuple[str, ...] = ()) -> list[BaseOxmlElement]:
        """The runs of a line of words."""
        return [each for token in tokens for each in self._inline(token, looks)]

    def _inline(self, token: Token, looks: tuple[str, ...]) -> list[BaseOxmlElement]:
        kind, children = token["type"], token.get("children", [])
        match kind:
            case "emphasis" | "image" | "strong" | "strikethrough":
                return self.inline(children, (*looks, _LOOKS[kind]))
            case "codespan":
                return [run(token["raw"], *looks, "code")]
            case "linebreak":
                return [run("\n")]
            case "softbreak":
                return [run(" ", *looks)]
            case "inline_math" | "block_math":
                formula = formulas.drawn(token["raw"])
                return [run(f"${token['raw']}$", *looks) if formula is None else self._pictures.formula(formula)]
            case "footnote_ref":
                return self._reference(token)
            case "link" if children and token["attrs"]["url"].lower().startswith(LINKS):
                return [self._file.link(token["attrs"]["url"], *self.inline(children, (*looks, "link")))]
            case _ if "children" in token:
                return self.inline(children, looks)
            case _:
                return [run(unescape(token["raw"]), *looks)]

    def _reference(self, token: Token) -> list[BaseOxmlElement]:
        """The first reference brings the note itself; a later one says its number."""
        attrs = token["attrs"]
        note = self._notes[attrs["note"]]
        name = f"_Note{note.number}"
        if not attrs["first"]:
            return field(f"NOTEREF {name} \\f \\h", str(note.number), "note")
        plain = list(map(_without_links, note.tokens))
        self._file.footnote(note.number, self.paragraphs(plain, "FootnoteText") or [paragraph("FootnoteText")])
        style = element("w:rPr", element("w:rStyle", val="FootnoteReference"))
        sign = element("w:r", style, element("w:footnoteReference", id=note.number))
        return bookmark(name, self._file.mark(), sign)


def _without_links(token: Token) -> Token:
    """The token with a link's address after its words, for a note is a part of the file that has no links."""
    if "children" not in token:
        return token
    children = list(map(_without_links, token["children"]))
    if token["type"] != "link":
        return {**token, "children": children}
    address = token["attrs"]["url"]
    same = any(child.get("raw") == address for child in children)
    said = [] if same or not address.lower().startswith(LINKS) else [{"type": "text", "raw": f" ({address})"}]
    return {"type": "link", "attrs": {"url": ""}, "children": [*children, *said]}
