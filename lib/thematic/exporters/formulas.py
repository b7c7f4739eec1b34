"""Draws formulas, written in LaTeX, as SVG: paths alone, so that a formula looks the same in every format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

FAMILY = "stixsans"
SIZE = 10.0
"""The size of the letters (em) in the units of a formula's drawing."""
_DRAWN = 11.0
"""The size at which they look as large as the letters around them."""
_HALF_X = 2.6 * _DRAWN / SIZE
"""Half the height of a small letter: the line on which HTML centres what stands in a line of words."""
_PATHS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
_AROUND = re.compile(
    r"^\s*(?:\\begin\{(equation|displaymath|math)(\*?)\}(?P<a>.*)\\end\{\1\2\}|\\\[(?P<b>.*)\\\]|\\\((?P<c>.*)\\\)"
    r"|\$\$(?P<d>[^$]*)\$\$|\$(?P<e>[^$]*)\$)\s*$",
    re.DOTALL,
)
_UNSEEN = re.compile(r"\\(?:displaystyle|textstyle|limits|nolimits|nonumber|notag)(?![a-zA-Z])|\\label\{[^{}]*\}")


@dataclass(frozen=True)
class Formula:
    """A formula as it is written, and drawn: sizes are in em, `depth` is how far it reaches below the line of words."""

    source: str
    path: str
    width: float
    height: float
    depth: float

    def svg(self, more: str = "") -> str:
        """The drawing, black unless it is part of a page that says otherwise; `more` are attributes."""
        box = f"0 0 {self.width * SIZE:.2f} {self.height * SIZE:.2f}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{self.width:.3f}em" '
            f'height="{self.height:.3f}em"{more}><path fill="currentColor" d="{self.path}"/></svg>'
        )

    def sized(self, points: float) -> bytes:
        """The drawing as a file of its own, for letters so many points high."""
        box = f"0 0 {self.width * SIZE:.2f} {self.height * SIZE:.2f}"
        wide, high = self.width * points, self.height * points
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{wide:.2f}pt" height="{high:.2f}pt">'
            f'<path d="{self.path}"/></svg>'
        ).encode()

    def in_words(self) -> str:
        """Its text alternative."""
        return f"Formula: {self.source}"

    def in_page(self) -> str:
        """The drawing as a part of a page."""
        return self.svg(f' class="formula" role="img" aria-label="{escape(self.in_words())}"')


def source_of(latex: str) -> str | None:
    """The formula of a text that is one from its first sign to its last; None for one with other words."""
    found = _AROUND.match(latex)
    if found is None:
        return None
    return next(each for name in "abcde" if (each := found[name]) is not None).strip()


@lru_cache(maxsize=512)
def drawn(source: str) -> Formula | None:
    """The formula drawn; None for one with commands or letters that cannot be, such as tables of several lines."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    text = " ".join(_UNSEEN.sub("", source).split())
    if not text or "$" in text.replace("\\$", "") or not _letters().issuperset(map(ord, text)):
        return None
    try:
        path = TextPath((0, 0), f"${text}$", size=_DRAWN, prop=FontProperties(math_fontfamily=FAMILY))
    except (ValueError, RuntimeError):
        return None
    return _formula(source.strip(), path) if len(path.vertices) else None


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The characters that the typeface of formulas has."""
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(f"{get_data_path()}/fonts/ttf/STIXGeneral.ttf").get_charmap())


def _formula(source: str, path: Any) -> Formula:
    """The path in a box whose middle is on the line where HTML centres it, so that it is on the line of words."""
    left, low = map(float, path.vertices.min(axis=0))
    right, high = map(float, path.vertices.max(axis=0))
    half = max(high - _HALF_X, _HALF_X - low, 0) + 0.4
    top = _HALF_X + half
    steps = "".join(_steps(path, left - 0.3, top))
    width, height = right - left + 0.6, 2 * half
    return Formula(source, steps, width / SIZE, height / SIZE, (half - _HALF_X) / SIZE)


def _steps(path: Any, left: float, top: float) -> Iterator[str]:
    for points, code in path.iter_segments(simplify=False):
        yield _PATHS[int(code)] + ("" if code == 79 else _points(points, left, top))


def _points(points: Sequence[float], left: float, top: float) -> str:
    pairs = zip(points[::2], points[1::2], strict=True)
    return " ".join(f"{x - left:.2f},{top - y:.2f}" for x, y in pairs)
