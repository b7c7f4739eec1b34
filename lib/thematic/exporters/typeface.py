"""Turns the bundled typeface into the style rules that carry it inside a page."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

FACES = {"Regular": (400, "normal"), "SemiBold": (600, "normal"), "Italic": (400, "italic")}
"""Weight and style of each face."""

_FONTS = Path(__file__).parent / "fonts"


def font_faces(*names: str) -> str:
    """A rule for each face named."""
    return "\n".join(_rule(name, *FACES[name]) for name in names)


def _rule(name: str, weight: int, style: str) -> str:
    data = b64encode((_FONTS / f"ThematicSans-{name}.woff2").read_bytes()).decode("ascii")
    return (
        f'@font-face{{font-family:"Thematic Sans";font-weight:{weight};font-style:{style};font-display:swap;'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )
