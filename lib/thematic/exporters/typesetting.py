"""Turns a document as data into a PDF (PDF/UA-1), set by Typst with one of the templates."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font

from thematic.exporters.tagging import tagged

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
_MORE_FONTS = Path(get_data_path()) / "fonts" / "ttf"
_MORE = "DejaVuSans"
"""The family behind our own, which comes with matplotlib: Greek, Cyrillic, Arabic, Hebrew and most signs."""

_NAMED = 5
STANDARD = "ua-1"
UNKNOWN = "■"
_HOUSE = "house.typ"


def typeset(name: str, data: Mapping[str, Any]) -> bytes:
    """The data as `<name>.typ` sets them: tagged, with title and language, without a date, the same bytes each time.

    Typst keeps threads: never call this in a process that forks afterwards. A character that the typefaces
    lack becomes a black square, for PDF/UA allows none without a shape (`lacking` names them); marks without
    one, such as a NUL, are left out.
    Raises typst.TypstError for what cannot be set, such as a picture that cannot be read.
    """
    settings: dict[str, Any] = {
        "pdf_standards": [STANDARD],
        "ignore_system_fonts": True,
        "font_paths": [FONTS, _MORE_FONTS],
    }
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


def lacking(data: Mapping[str, Any]) -> list[str]:
    """A notice of the characters in the data that no typeface has a shape for; none where all have one."""
    texts = "".join(dict.fromkeys("".join(_texts(data))))
    found = sorted({letter for letter in unicodedata.normalize("NFC", texts) if _shape(letter) == UNKNOWN != letter})
    if not found:
        return []
    named = [f"{letter} (U+{ord(letter):04X})" for letter in found[:_NAMED]]
    named += [f"{len(found) - _NAMED:,} more"] if len(found) > _NAMED else []
    return [
        f"the PDF has {UNKNOWN} for characters that its typefaces lack: {', '.join(named)}. "
        "Write them in other letters, or hand on the web page."
    ]


def _texts(value: Any) -> Iterator[str]:
    """Every text in the value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif _is_list(value):
        for part in value:
            yield from _texts(part)


def _is_list(value: Any) -> bool:
    """Whether a value is a list, but not one of bytes."""
    return isinstance(value, list | tuple) and not (value and isinstance(value[0], int))


def _legible(value: Any) -> Any:
    """The value with every text in it reduced to what the typeface can show."""
    if isinstance(value, str):
        return "".join(map(_shape, unicodedata.normalize("NFC", value)))
    if isinstance(value, Mapping):
        return {key: _legible(part) for key, part in value.items()}
    return [_legible(part) for part in value] if _is_list(value) else value


@lru_cache(maxsize=4096)
def _shape(letter: str) -> str:
    if letter in "\n\t" or ord(letter) in _letters():
        return letter
    return "" if unicodedata.category(letter) in ("Cc", "Cf") else UNKNOWN


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The characters that each face of ours has, and those of the family behind it."""
    faces = [FT2Font(str(path)).get_charmap() for path in FONTS.glob("*.otf")]
    more = FT2Font(str(_MORE_FONTS / f"{_MORE}.ttf")).get_charmap()
    return frozenset.intersection(*map(frozenset, faces)) | frozenset(more)
