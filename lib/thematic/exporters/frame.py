"""Turns blocks as cells show them into a report's: numbered, with anchors that differ and headings that never jump."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape

from thematic.displays import Chart, DisplayTable, SignedTable
from thematic.displays.markdown import Token
from thematic.exporters.blocks import Block, Heading, Note, Prose, Section, Shown

DEEPEST = 6


class Frame:
    """Numbers what comes through it, in the order of reading; `notes` are the footnotes met so far.

    `numbered` gives every paragraph of prose its number: not those in lists, quotations and notes.
    """

    def __init__(self, numbered: bool) -> None:
        self.notes: list[Note] = []
        self._met: list[tuple[Mapping[str, list[Token]], str, Note]] = []
        self._numbered = numbered
        self._paragraphs = 0
        self._labels = {"Figure": 0, "Table": 0}
        self._taken: set[str] = set()
        self._above: list[int] = []
        self._keys: dict[str, str] = {}

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Heading():
                    yield self._heading(block)
                case Section(heading, _, inner):
                    yield replace(block, heading=self._heading(heading), blocks=list(self.blocks(inner)))
                case Shown(Chart() as display):
                    yield self._keyed(self._labelled(block, "Figure", display.title, display.id))
                case Shown((DisplayTable() | SignedTable()) as display):
                    yield self._labelled(block, "Table", display.title, display.id)
                case Prose():
                    yield self._prose(block)
                case _:
                    yield block

    def anchor(self, text: str) -> str:
        """A name for a place in the document that no other has."""
        stem = "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "section"
        name = next(name for name in _candidates(stem) if name not in self._taken)
        self._taken.add(name)
        return name

    def _heading(self, heading: Heading) -> Heading:
        """The heading one level below the nearest above it that was written at a higher level."""
        written = max(heading.level, 2)
        self._above = [*(level for level in self._above if level < written), written]
        return replace(heading, level=min(len(self._above) + 1, DEEPEST), anchor=self.anchor(heading.text))

    def _keyed(self, block: Shown) -> Shown:
        """The chart without what was said before of how to read it, and the name of the figure that says it."""
        if not isinstance(block.display, Chart):
            return block
        left = [said for said in block.display.key if said not in self._keys]
        where = list(dict.fromkeys(self._keys[said] for said in block.display.key if said in self._keys))
        self._keys |= dict.fromkeys(left, block.label)
        key = [*left, *(f"How to read it: see {label}." for label in where if label)]
        return replace(block, display=replace(block.display, key=key))

    def _labelled(self, block: Shown, name: str, title: str, id: str) -> Shown:
        self._labels[name] += bool(title)
        label = f"{name} {self._labels[name]}" if title else ""
        return replace(block, label=label, anchor=self.anchor(f"{name} {id}"))

    def _prose(self, prose: Prose) -> Prose:
        return Prose([self._counted(self._noted(token, prose.notes)) for token in prose.tokens])

    def _counted(self, token: Token) -> Token:
        if not self._numbered or token["type"] != "paragraph":
            return token
        self._paragraphs += 1
        return {**token, "attrs": {**token.get("attrs", {}), "number": self._paragraphs}}

    def _noted(self, token: Token, notes: Mapping[str, list[Token]]) -> Token:
        """The token with every reference in it led to its note."""
        if token["type"] == "footnote_ref":
            return self._reference(token["raw"], notes)
        if "children" not in token:
            return token
        return {**token, "children": [self._noted(child, notes) for child in token["children"]]}

    def _reference(self, key: str, notes: Mapping[str, list[Token]]) -> Token:
        note = self._note(key, notes)
        note.references.append(self.anchor(f"to note {note.number}"))
        attrs = {"number": note.number, "anchor": note.references[-1], "note": note.anchor}
        return {"type": "footnote_ref", "raw": str(note.number), "attrs": {**attrs, "first": len(note.references) == 1}}

    def _note(self, key: str, notes: Mapping[str, list[Token]]) -> Note:
        """The note of that name in a text, one however often the text refers to it; texts share no names."""
        met = next((note for text, name, note in self._met if text is notes and name == key), None)
        if met is None:
            number = len(self.notes) + 1
            met = Note(number, self.anchor(f"note {number}"), list(map(_without_notes, notes[key])), [])
            self.notes.append(met)
            self._met.append((notes, key, met))
        return met


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 10_000))


def _without_notes(token: Token) -> Token:
    """The token with references as they are written: a note has no notes."""
    if token["type"] == "footnote_ref":
        return {"type": "text", "raw": escape(f"[^{token['raw'].lower()}]")}
    return {**token, "children": list(map(_without_notes, token["children"]))} if "children" in token else token
