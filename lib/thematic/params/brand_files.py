"""Reads the files that params/brand.yaml names: a logo, cleared of all but its drawing, and the fonts of a typeface."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Tree

from thematic.core.errors import Problem, reason
from thematic.core.look import FACES, Logo, Typeface
from thematic.core.workbook import Workbook

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

LARGEST_LOGO, LARGEST_FONT = 300_000, 4_000_000
"""In bytes: every page carries the logo, and the letters of the fonts."""
FAMILY = "Force Typeface"
"""What the fonts call themselves in what is made, so that they never meet another of their name."""

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset({"svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline"})
_SHAPES |= {"polygon", "clipPath", "mask", "linearGradient", "radialGradient", "stop"}
_LEFT_OUT = frozenset({"metadata", "title", "desc"})
_DEEDS = frozenset({"script", "foreignObject", "image", "a", "animate", "animateTransform", "animateMotion", "set"})
_RESTRICTED, _WHOLE_ONLY = 0x0002, 0x0100
"""Bits of a font's own word on its licence (OS/2 fsType): no embedding; embedding of the whole alone."""
_LETTERS = [*range(0x20, 0x250), *range(0x1E00, 0x1F00), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0), 0x2122, 0x2212]


def read_logo(workbook: Workbook, file: str, alt: str, shown: str) -> tuple[Logo | None, list[Problem]]:
    """The picture without what is not of its drawing, or why it cannot be used."""
    where = f"{shown}, logo.file"
    data, problems = _bytes(workbook, file, where, LARGEST_LOGO)
    if problems:
        return None, problems
    name = workbook.shown(workbook.params / file)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data, alt, where, name)
    try:
        return Logo(_drawing(data), "image/svg+xml", alt), []
    except ValueError as error:
        return None, [Problem(where, f"{name} {error}.", _SVG_FIX)]


_SVG_FIX = "Save it from the drawing program as plain SVG, with words as paths and looks as attributes, or as PNG."


def _png(data: bytes, alt: str, where: str, name: str) -> tuple[Logo | None, list[Problem]]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            plain = Image.new("RGBA", image.size)
            plain.paste(image.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return None, [Problem(where, f"{name} cannot be read as PNG: {error}.", "Save the picture again.")]
    made = io.BytesIO()
    plain.save(made, "PNG", optimize=True)
    return Logo(made.getvalue(), "image/png", alt), []


def _drawing(data: bytes) -> bytes:
    """The shapes of an SVG, their looks, and nothing else. Raises ValueError for what could do more than be seen."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data)
    except Tree.ParseError as error:
        raise ValueError(f"is neither PNG nor SVG: {error}") from error
    except DefusedXmlException as error:
        raise ValueError("declares its own entities") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise ValueError(f"is no SVG: it begins with <{_local(root.tag)}>")
    if "viewBox" not in root.attrib:
        raise ValueError("has no viewBox, so it cannot be made to fit")
    Tree.register_namespace("", _SVG)
    drawn: bytes = Tree.tostring(_clean(root), encoding="utf-8")
    return drawn


def _clean(element: Tree.Element) -> Tree.Element:
    kept = Tree.Element(element.tag, dict(_attributes(element)))
    kept.tail = None
    for child in element:
        if not isinstance(child.tag, str) or not child.tag.startswith(f"{{{_SVG}}}"):
            continue
        name = _local(child.tag)
        if name in _DEEDS:
            raise ValueError(f"holds <{name}>, and a logo only draws shapes")
        if name not in _SHAPES and name not in _LEFT_OUT:
            raise ValueError(f"holds <{name}>, which not every format can show")
        if name not in _LEFT_OUT:
            kept.append(_clean(child))
    return kept


def _attributes(element: Tree.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        local = _local(name)
        if local.startswith("on"):
            raise ValueError(f"has {local}=, which would run a script")
        if local == "href" and not value.startswith("#"):
            raise ValueError("refers to another file")
        if re.search(r"url\(\s*['\"]?(?!#)|@import|expression\(", value):
            raise ValueError("refers to another file")
        if local == "href" or not name.startswith("{"):
            yield local, value


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def read_typeface(workbook: Workbook, files: Mapping[str, str], shown: str) -> tuple[Typeface | None, list[Problem]]:
    """The fonts with the letters of English and its neighbours, or why they cannot be used."""
    faces: dict[str, bytes] = {}
    problems: list[Problem] = []
    for face, file in files.items():
        where = f"{shown}, typeface.{face}"
        data, wrong = _bytes(workbook, file, where, LARGEST_FONT)
        if not wrong:
            try:
                faces[face] = _font(data, face)
            except ValueError as error:
                wrong = [Problem(where, f"{workbook.shown(workbook.params / file)} {error}.", _FONT_FIX)]
        problems += wrong
    return (None if problems else Typeface(FAMILY, faces)), problems


_FONT_FIX = "Take the OpenType or TrueType font (.otf, .ttf) of a typeface whose licence lets you embed it."


@lru_cache(maxsize=12)
def _font(data: bytes, face: str) -> bytes:
    """The font cut down to the letters, under the family's name. Raises ValueError for one that cannot be embedded."""
    from fontTools import subset
    from fontTools.ttLib import TTFont, TTLibError

    if data[:4] in (b"wOFF", b"wOF2"):
        raise ValueError("is a web font, from which no PDF can be set")
    try:
        font = TTFont(io.BytesIO(data), recalcTimestamp=False)
        licence = font["OS/2"].fsType
    except (TTLibError, KeyError, OSError) as error:
        raise ValueError(f"is no font that can be read: {error}") from error
    if licence & (_RESTRICTED | _WHOLE_ONLY):
        raise ValueError("says itself that its licence does not let it be embedded, or not in part")
    if "fvar" in font:
        raise ValueError("is a variable font: take the single font of this weight")
    options = subset.Options(layout_features=["kern", "tnum", "ccmp", "locl", "mark", "mkmk"], notdef_outline=True)
    options.hinting = False
    options.drop_tables += ["DSIG", "FFTM", "meta"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=_LETTERS)
    cut.subset(font)
    _call(font, face)
    made = io.BytesIO()
    font.save(made, reorderTables=True)
    return made.getvalue()


def _call(font: TTFont, face: str) -> None:
    """Gives the font the family's name, its weight and its style."""
    weight, style = FACES[face]
    names = {1: FAMILY, 2: "Regular", 3: f"{FAMILY} {face}", 4: f"{FAMILY} {face}", 6: f"ForceTypeface-{face}"}
    names |= {16: FAMILY, 17: face.capitalize()}
    font["name"].names = [each for each in font["name"].names if each.nameID in (0, 13, 14)]
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    table, head = font["OS/2"], font["head"]
    table.usWeightClass = weight
    italic, bold = style == "italic", face == "bold"
    table.fsSelection = (table.fsSelection & ~0x61) | (0x01 if italic else 0) | (0x20 if bold else 0)
    table.fsSelection |= 0 if italic or bold else 0x40
    head.macStyle = (0x01 if bold else 0) | (0x02 if italic else 0)


def _bytes(workbook: Workbook, file: str, where: str, largest: int) -> tuple[bytes, list[Problem]]:
    path: Path = workbook.params / file
    shown = workbook.shown(path)
    if not path.resolve().is_relative_to(workbook.params.resolve()):
        return b"", [Problem(where, f"{shown} is outside {workbook.shown(workbook.params)}.", "Copy it there.")]
    if not path.is_file():
        return b"", [Problem(where, f"{shown} does not exist.", "Put the file there, or remove the key.")]
    try:
        data = path.read_bytes()
    except OSError as error:
        return b"", [Problem(where, f"{shown} cannot be read: {reason(error)}.", "Make it a file that you may read.")]
    if not data or len(data) > largest:
        size = f"has {len(data):,} bytes"
        return b"", [Problem(where, f"{shown} {size}.", f"Take one of 1 to {largest:,} bytes.")]
    return data, []
