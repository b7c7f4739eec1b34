"""Measures words as matplotlib does, but from the letters of the house's typeface, each of which is looked at once."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.textpath import text_to_path

FONT = "Thematic Sans"
TEXT_SIZE = 13
REGULAR, STRONG = 400, 600

_OWN = frozenset(map(str, (Path(__file__).parents[1] / "exporters" / "fonts").glob("*.otf")))
for _file in sorted(_OWN):
    fontManager.addfont(_file)

_WORDS = f"{ascii_lowercase} -,.:;’'"
_NUMBERS = f"{digits} ,.:%+-–()[]\N{NO-BREAK SPACE}"
_SHORTHANDS = "[c] [x] [z] [low]"
_SCALE = 64 * text_to_path.FONT_SCALE
"""A letter's measures are in 64ths of a point, at the size at which matplotlib measures words."""

_Sizes = tuple[float, float, float]
"""How wide words are, how high, and how far they reach below the line, in points."""


@dataclass(frozen=True)
class _Letters:
    """How far each letter of a typeface carries the pen, before another one and at the end of a line, and how high and
    how low it reaches: at the scale at which matplotlib measures words."""

    steps: Mapping[tuple[str, str], float]
    ends: Mapping[str, float]
    tops: Mapping[str, float]
    feet: Mapping[str, float]

    def sizes(self, words: str, points: float) -> _Sizes | None:
        """What these words take; None where a letter, or two that meet, have not been looked at."""
        if not words:
            return 0.0, 0.0, 0.0
        try:
            width = sum([self.steps[pair] for pair in pairwise(words)]) + self.ends[words[-1]]
            top, foot = max([self.tops[letter] for letter in words]), min([self.feet[letter] for letter in words])
        except LookupError:
            return None
        scale = points / _SCALE
        return width * scale, (top - foot) * scale, -foot * scale


_Face = tuple[Any, ...]
"""What a typeface is known by: its families, style, weight, width and file."""

_files: dict[_Face, tuple[Any, ...]] = {}
_sizes: dict[tuple[str, Any, float, _Face], _Sizes] = {}


class Measured(RendererSVG):  # type: ignore[misc]
    """Draws SVG, and measures a text and a typeface once, whatever figure they are in."""

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> _Sizes:
        key = s, ismath, prop.get_size_in_points(), _face_of(prop)
        if key not in _sizes:
            known = None if ismath else _from_letters(s, prop)
            _sizes[key] = known or text_to_path.get_text_width_height_descent(s, prop, ismath)
        return _sizes[key]

    def _get_font_height_metrics(self, prop: FontProperties) -> tuple[float, float, float] | tuple[None, None, None]:
        """How far letters of a typeface reach up and down, and the gap between lines: matplotlib asks a renderer before
        it reads the font itself for each text. Nothing of a font that does not say."""
        reach, points = _reach(_files_of(prop)), prop.get_size_in_points()
        return (points * reach[0], points * reach[1], points * reach[2]) if reach else (None, None, None)


def renderer(width: float, height: float, buffer: io.StringIO) -> Measured:
    """What draws into a buffer, in points."""
    return Measured(width, height, buffer, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))


MEASURING = renderer(1, 1, io.StringIO())
"""What measures words in points, and draws nothing that anybody sees."""


@lru_cache(maxsize=4096)
def width_of(text: str, weight: int = REGULAR) -> float:
    """How wide a line of text is, in points."""
    return MEASURING.get_text_width_height_descent(text, _font(weight), ismath=False)[0]


def wrap(text: str, room: float, weight: int = REGULAR) -> list[str]:
    """The text in lines no wider than `room` points, broken between words, and within one that is wider."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if width_of(joined, weight) <= room:
            lines[-1] = joined
        else:
            lines += _pieces(word, room, weight)
    return [line for line in lines if line] or [""]


def _pieces(word: str, room: float, weight: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if width_of(pieces[-1] + letter, weight) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def look_at_letters() -> None:
    """Looks at the letters of the house's typeface, which otherwise whoever first measures a word does."""
    for face in (_font(REGULAR), _font(STRONG), FontProperties(family=[FONT])):
        MEASURING.get_text_width_height_descent("A", face, ismath=False)
        MEASURING._get_font_height_metrics(face)


@cache
def _font(weight: int) -> FontProperties:
    return FontProperties(family=[FONT], weight=weight, size=TEXT_SIZE)


def _face_of(prop: FontProperties) -> _Face:
    return *prop.get_family(), prop.get_style(), prop.get_weight(), prop.get_stretch(), prop.get_file()


def _files_of(prop: FontProperties) -> tuple[Any, ...]:
    """The files in which matplotlib looks for letters, the first first."""
    face = _face_of(prop)
    if face not in _files:
        _files[face] = tuple(fontManager._find_fonts_by_props(prop))
    return _files[face]


def _from_letters(words: str, prop: FontProperties) -> _Sizes | None:
    """What words take, from their letters; None where matplotlib has to measure them."""
    files = _files_of(prop)
    first = getattr(files[0], "path", files[0])  # a text alone, where the typeface was asked for by its file
    letters = _letters_of(files) if str(first) in _OWN else None
    return letters.sizes(words, prop.get_size_in_points()) if letters else None


@cache
def _reach(files: tuple[Any, ...]) -> tuple[float, float, float] | None:
    """As the font says, for letters of one point."""
    font = get_font(files)
    head, said = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
    if head is None or said is None:
        return None
    up, down, gap = (said[name] / head["unitsPerEm"] for name in ("sTypoAscender", "sTypoDescender", "sTypoLineGap"))
    return up, -down, gap


@cache
def _letters_of(files: tuple[Any, ...]) -> _Letters | None:
    """The letters of a typeface, as far as common words and numbers have them; None where several are drawn as one."""
    font = get_font(files)
    font.set_size(text_to_path.FONT_SCALE, text_to_path.DPI)
    text = "".join(_meeting())
    places = font._layout(text, LoadFlags.NO_HINTING)
    if [place.char for place in places] != list(text):
        return None
    there = [64 * place.x for place in places]
    steps = {pair: after - before for pair, (before, after) in zip(pairwise(text), pairwise(there), strict=True)}
    glyphs = {letter: font.load_char(ord(letter), flags=LoadFlags.NO_HINTING) for letter in sorted(set(text))}
    return _Letters(
        steps,
        {letter: glyph.horiAdvance for letter, glyph in glyphs.items()},
        {letter: glyph.bbox[3] for letter, glyph in glyphs.items()},
        {letter: glyph.bbox[1] for letter, glyph in glyphs.items()},
    )


def _meeting() -> Iterator[str]:
    """A text in which letters of words meet each other, capitals those, and signs of numbers each other."""
    for letters in (_WORDS, _NUMBERS):
        for place, letter in enumerate(letters):
            yield letter * 2
            for other in letters[place + 1 :]:
                yield other + letter
    for capital in ascii_uppercase:
        for letter in _WORDS:
            yield capital + letter
    yield _SHORTHANDS
