"""Makes the lists of a Word file: the kinds that there are, and a new list of a kind with a count of its own."""

from __future__ import annotations

from docx.oxml.xmlchemy import BaseOxmlElement

from thematic.exporters.word.elements import element

PARAGRAPHS, POINTS, BULLETS, STEPS = range(4)
"""The kinds: numbered paragraphs, main points, and lists of either kind in prose."""
THROUGH = 1
"""The list of the numbered paragraphs, which count through the document."""

_MM = 56.7
"""Twentieths of a point, in which Word measures, to a mm."""
_DEEPEST = 9
_BULLETS = "•–"


class Lists:
    """The lists of one file, written into `numbering` as they are begun."""

    def __init__(self, numbering: BaseOxmlElement) -> None:
        self._numbering = numbering
        self._last = THROUGH
        for child in list(numbering):
            numbering.remove(child)
        for kind in (PARAGRAPHS, POINTS, BULLETS, STEPS):
            multi = element("w:multiLevelType", val="hybridMultilevel")
            numbering.append(element("w:abstractNum", multi, *_levels(kind), abstractNumId=kind))
        self._begin(THROUGH, PARAGRAPHS)

    def begin(self, kind: int, start: int = 1, level: int = 0) -> int:
        """The number of a new list, whose first item at `level` is the `start`-th."""
        self._last += 1
        first = element("w:lvlOverride", element("w:startOverride", val=start), ilvl=level)
        self._begin(self._last, kind, *([] if kind == BULLETS else [first]))
        return self._last

    def _begin(self, number: int, kind: int, *more: BaseOxmlElement) -> None:
        of_kind = element("w:abstractNumId", val=kind)
        self._numbering.append(element("w:num", of_kind, *more, numId=number))


def indent(level: int) -> int:
    """How far in the words of a list's level stand, in Word's measure."""
    return round((9 + 7 * min(level, _DEEPEST - 1)) * _MM)


def _levels(kind: int) -> list[BaseOxmlElement]:
    format = {PARAGRAPHS: "decimal", POINTS: "lowerLetter", BULLETS: "bullet", STEPS: "decimal"}[kind]
    return [
        element(
            "w:lvl",
            element("w:start", val=1),
            element("w:numFmt", val=format),
            element("w:lvlText", val=_mark(kind, level)),
            element("w:lvlJc", val="left"),
            element("w:pPr", element("w:ind", left=indent(level), hanging=round((7 if level else 9) * _MM))),
            ilvl=level,
        )
        for level in range(1 if kind in (PARAGRAPHS, POINTS) else _DEEPEST)
    ]


def _mark(kind: int, level: int) -> str:
    if kind == BULLETS:
        return _BULLETS[level % len(_BULLETS)]
    return f"(%{level + 1})" if kind == POINTS else f"%{level + 1}."
