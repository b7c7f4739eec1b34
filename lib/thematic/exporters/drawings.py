"""Turns drawings (SVG) into pictures (PNG) as fine as paper shows them, for formats that hold no drawings."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typst

from thematic.exporters.typesetting import FONTS

PER_INCH = 240
"""The dots of a picture to an inch of paper."""
MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Drawing:
    """A drawing, and how wide or how high it is to be, in mm; 0 is as it comes, and never wider than `most`."""

    svg: bytes
    width: float = 0
    height: float = 0
    most: float = 170


@dataclass(frozen=True)
class Picture:
    """A PNG and how wide it is, in mm."""

    png: bytes
    width: float


def pictures(drawings: Sequence[Drawing]) -> list[Picture]:
    """The pictures of the drawings, in their order, the same bytes each time.

    Typst draws them, as it does for the PDF: never call this in a process that forks afterwards. Raises
    typst.TypstError for what is no SVG.
    """
    if not drawings:
        return []
    files: Any = {f"{place}.svg": each.svg for place, each in enumerate(drawings)}
    pages = "\n#pagebreak()\n".join(_page(place, each) for place, each in enumerate(drawings))
    files["main.typ"] = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}".encode()
    settings: dict[str, Any] = {"ignore_system_fonts": True, "font_paths": [FONTS]}
    made = typst.compile(files, output=None, format="png", ppi=PER_INCH, **settings)
    return [Picture(png, _width(png)) for png in (made if isinstance(made, list) else [made])]


def _page(place: int, drawing: Drawing) -> str:
    """What Typst sets on a page of its own."""
    name = f'"{place}.svg"'
    if drawing.width:
        return f"#image({name}, width: {drawing.width}mm)"
    if drawing.height:
        return f"#image({name}, height: {drawing.height}mm)"
    most = f"{drawing.most}mm"
    return (
        f"#context if measure(image({name})).width > {most} {{ image({name}, width: {most}) }} else {{ image({name}) }}"
    )


def _width(png: bytes) -> float:
    """How wide a PNG is on paper, in mm."""
    return float(struct.unpack(">I", png[16:20])[0]) / PER_INCH * MM_PER_INCH
