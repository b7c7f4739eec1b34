"""Turns a document as data into a PDF (PDF/UA-1), set by Typst with one of the templates."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from matplotlib.ft2font import FT2Font

from thematic.exporters.tagging import tagged

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
STANDARD = "ua-1"
UNKNOWN = "■"
_HOUSE = "house.typ"


def typeset(name: str, data: Mapping[str, Any]) -> bytes:
    """The data as `<name>.typ` sets them: tagged, with title and language, without a date, the same bytes each time.

    Typst keeps threads: never call this in a process that forks afterwards. A character that the typeface
    lacks becomes a black square, for PDF/UA allows none without a shape; marks without one, such as a NUL,
    are left out.
    Raises typst.TypstError for what cannot be set, such as a picture that cannot be read.
    """
    settings: dict[str, Any] = {"pdf_standards": [STANDARD], "ignore_system_fonts": True, "font_paths": [FONTS]}
    files: Any = sources(name, data)
    return tagged(typst.compile(files, output=None, **settings))


def sources(name: str, data: Mapping[str, Any]) -> dict[str, bytes]:
    """What Typst sets: the templates, and the data as JSON. No word of the data is ever markup."""
    templates = HERE / "templates"
    return {
        "main.typ": (templates / f"{name}.typ").read_bytes(),
        _HOUSE: (templates / _HOUSE).read_bytes(),
        f"{name}.json": json.dumps(_legible(data)).encode("ascii"),
    }


def _legible(value: Any) -> Any:
    """The value with every text in it reduced to what the typeface can show."""
    if isinstance(value, str):
        return "".join(map(_shape, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _legible(part) for key, part in value.items()}
    whole = isinstance(value, list | tuple) and not (value and isinstance(value[0], int))
    return [_legible(part) for part in value] if whole else value


@lru_cache(maxsize=4096)
def _shape(letter: str) -> str:
    if letter in "\n\t" or ord(letter) in _letters():
        return letter
    return "" if unicodedata.category(letter) in ("Cc", "Cf") else UNKNOWN


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The characters that each face has."""
    faces = [FT2Font(str(path)).get_charmap() for path in FONTS.glob("*.otf")]
    return frozenset.intersection(*map(frozenset, faces))
