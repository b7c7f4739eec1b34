"""Turns a document as data into a PDF (PDF/UA-1), set by Typst with one of the templates."""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from matplotlib.ft2font import FT2Font

from thematic.core.look import HOUSE, Look, Typeface
from thematic.exporters.blocks import PICTURES
from thematic.exporters.tagging import tagged
from thematic.exporters.typeface import FAMILY

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
STANDARD = "ua-1"
UNKNOWN = "■"
_HOUSE = "house.typ"


def typeset(name: str, data: Mapping[str, Any], look: Look = HOUSE) -> bytes:
    """The data as `<name>.typ` sets them: tagged, with title and language, without a date, the same bytes each time.

    Typst keeps threads: never call this in a process that forks afterwards. A character that the typeface
    lacks becomes a black square, for PDF/UA allows none without a shape; marks without one, such as a NUL,
    are left out.
    Raises typst.TypstError for what cannot be set, such as a picture that cannot be read.
    """
    settings: dict[str, Any] = {"pdf_standards": [STANDARD], "ignore_system_fonts": True}
    files: Any = sources(name, data, look)
    with _fonts(look.typeface) as folders:
        return tagged(typst.compile(files, output=None, font_paths=folders, **settings))


@contextmanager
def _fonts(own: Typeface | None) -> Iterator[list[Path]]:
    """The folders of the fonts; those of a force's own typeface lie in one until the block ends."""
    if own is None:
        yield [FONTS]
        return
    with tempfile.TemporaryDirectory(prefix="thematic-", ignore_cleanup_errors=True) as folder:
        for name, data in own.faces.items():
            (Path(folder) / f"{name}.otf").write_bytes(data)
        yield [FONTS, Path(folder)]


def sources(name: str, data: Mapping[str, Any], look: Look = HOUSE) -> dict[str, bytes]:
    """What Typst sets: the templates, and the data as JSON. No word of the data is ever markup."""
    templates = HERE / "templates"
    return {
        "main.typ": (templates / f"{name}.typ").read_bytes(),
        _HOUSE: (templates / _HOUSE).read_bytes(),
        "face.json": json.dumps(_face(look)).encode("ascii"),
        f"{name}.json": json.dumps(_legible(data, _letters_of(look.typeface))).encode("ascii"),
    }


def _face(look: Look) -> dict[str, Any]:
    """The colours on white, the fonts in the order in which they are tried, and the logo."""
    fonts = [*([look.typeface.family] if look.typeface else []), FAMILY]
    logo = look.logo and {"alt": look.logo.alt, "data": list(look.logo.data), "format": PICTURES[look.logo.mime_type]}
    return {"colours": vars(look.palette.light) | {"on": None}, "fonts": fonts, "logo": logo}


def _legible(value: Any, letters: frozenset[int]) -> Any:
    """The value with every text in it reduced to what the typefaces can show."""
    if isinstance(value, str):
        return "".join(_shape(letter, letters) for letter in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {key: _legible(part, letters) for key, part in value.items()}
    whole = isinstance(value, list | tuple) and not (value and isinstance(value[0], int))
    return [_legible(part, letters) for part in value] if whole else value


def _shape(letter: str, letters: frozenset[int]) -> str:
    if ord(letter) in letters or letter in "\n\t":
        return letter
    return "" if unicodedata.category(letter) in ("Cc", "Cf") else UNKNOWN


def _letters_of(own: Typeface | None) -> frozenset[int]:
    """The characters that each face of the house's typeface has, or each of the force's own."""
    if own is None:
        return _letters()
    return _letters() | frozenset(set.intersection(*map(_charmap, own.faces.values())))


def _charmap(data: bytes) -> set[int]:
    return set(FT2Font(BytesIO(data)).get_charmap())


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The characters that each face has."""
    faces = [FT2Font(str(path)).get_charmap() for path in FONTS.glob("*.otf")]
    return frozenset.intersection(*map(frozenset, faces))
