"""Turns the bundled typeface into the style rules that carry it inside a page."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from thematic.core.look import FACES as OWN_FACES
from thematic.core.look import Look

FACES = {"Regular": (400, "normal"), "SemiBold": (600, "normal"), "Italic": (400, "italic")}
"""Weight and style of each face."""

_FONTS = Path(__file__).parent / "fonts"
FAMILY, _ELSE = "Thematic Sans", ("Arial", "Helvetica", "sans-serif")


def font_faces(*names: str) -> str:
    """A rule for each face named."""
    return "\n".join(_rule(name, *FACES[name]) for name in names)


def style_of(look: Look, *names: str) -> str:
    """What a page's style begins with: the typeface in the house's faces named, the force's own before it, colours."""
    own = look.typeface
    families = [*([own.family] if own else []), FAMILY, *_ELSE]
    face = ",".join(f'"{name}"' if " " in name else name for name in families)
    rules = [_own_rule(own.family, own.faces[name], *OWN_FACES[name]) for name in OWN_FACES] if own else []
    return "\n".join([font_faces(*names), *rules, f":root{{--face:{face}}}", look.palette.style()])


def _own_rule(family: str, data: bytes, weight: int, style: str) -> str:
    kind = "opentype" if data.startswith(b"OTTO") else "truetype"
    return _face(family, weight, style, data, f"font/{'otf' if kind == 'opentype' else 'ttf'}", kind)


def _rule(name: str, weight: int, style: str) -> str:
    data = (_FONTS / f"ThematicSans-{name}.woff2").read_bytes()
    return _face(FAMILY, weight, style, data, "font/woff2", "woff2")


def _face(family: str, weight: int, style: str, data: bytes, mime_type: str, format: str) -> str:
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:swap;'
        f'src:url(data:{mime_type};base64,{b64encode(data).decode("ascii")}) format("{format}")}}'
    )
