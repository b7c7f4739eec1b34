"""Turns a document as data into a PDF (PDF/UA-1), set by Typst with one of the templates."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font

from thematic.core.look import HOUSE, Look, Typeface
from thematic.core.temporary import temporary_folder
from thematic.exporters.blocks import PICTURES
from thematic.exporters.tagging import tagged
from thematic.exporters.typeface import FAMILY

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
_MORE_FONTS = Path(get_data_path()) / "fonts" / "ttf"
_MORE, _MORE_FAMILY = "DejaVuSans", "DejaVu Sans"
"""The family behind our own, which comes with matplotlib: Greek, Cyrillic, Arabic, Hebrew and most signs."""

_NAMED = 5
STANDARD = "ua-1"
UNKNOWN = "■"
_HOUSE = "house.typ"


def typeset(name: str, data: Mapping[str, Any], look: Look = HOUSE) -> bytes:
    """The data as `<name>.typ` sets them: tagged, with title and language, without a date, the same bytes each time.

    Typst keeps threads: never call this in a process that forks afterwards. A character that the typefaces
    lack becomes a black square, for PDF/UA allows none without a shape (`lacking` names them); marks without
    one, such as a NUL, are left out.
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
        yield [FONTS, _MORE_FONTS]
        return
    with temporary_folder() as folder:
        for name, data in own.faces.items():
            (folder / f"{name}.otf").write_bytes(data)
        yield [FONTS, _MORE_FONTS, folder]


def sources(name: str, data: Mapping[str, Any], look: Look = HOUSE) -> dict[str, bytes]:
    """What Typst sets: the templates, and the data as JSON. No word of the data is ever markup."""
    templates = HERE / "templates"
    return {
        "main.typ": (templates / f"{name}.typ").read_bytes(),
        _HOUSE: (templates / _HOUSE).read_bytes(),
        "face.json": json.dumps(_face(look)).encode("ascii"),
        f"{name}.json": json.dumps(_legible(data, _letters_of(look.typeface))).encode("ascii"),
    }


def lacking(data: Mapping[str, Any], look: Look = HOUSE) -> list[str]:
    """A notice of the characters in the data that no typeface has a shape for; none where all have one."""
    letters = _letters_of(look.typeface)
    texts = "".join(dict.fromkeys("".join(_texts(data))))
    composed = sorted(set(unicodedata.normalize("NFC", texts)))
    found = [letter for letter in composed if _shape(letter, letters) == UNKNOWN != letter]
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


def _face(look: Look) -> dict[str, Any]:
    """The colours on white, the fonts in the order in which they are tried, and the logo."""
    fonts = [*([look.typeface.family] if look.typeface else []), FAMILY, _MORE_FAMILY]
    logo = look.logo and {"alt": look.logo.alt, "data": list(look.logo.data), "format": PICTURES[look.logo.mime_type]}
    return {"colours": vars(look.palette.light) | {"on": None}, "fonts": fonts, "logo": logo}


def _legible(value: Any, letters: frozenset[int]) -> Any:
    """The value with every text in it reduced to what the typefaces can show."""
    if isinstance(value, str):
        return "".join(_shape(letter, letters) for letter in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {key: _legible(part, letters) for key, part in value.items()}
    return [_legible(part, letters) for part in value] if _is_list(value) else value


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
    """The characters that each face of ours has, and those of the family behind it."""
    faces = [FT2Font(str(path)).get_charmap() for path in FONTS.glob("*.otf")]
    more = FT2Font(str(_MORE_FONTS / f"{_MORE}.ttf")).get_charmap()
    return frozenset.intersection(*map(frozenset, faces)) | frozenset(more)
