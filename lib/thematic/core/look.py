"""Serves every stage that makes something to look at: a force's own face, which travels with each report."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from thematic.core.palette import Palette

FACES = {"regular": (400, "normal"), "bold": (600, "normal"), "italic": (400, "italic")}
"""Weight and style of each face of a typeface; bold is what headings are set in."""


@dataclass(frozen=True)
class Logo:
    """A picture, and its words for those who do not see it."""

    data: bytes
    mime_type: str
    alt: str

    @property
    def uri(self) -> str:
        return f"data:{self.mime_type};base64,{b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True)
class Typeface:
    """A family of fonts by face (OpenType or TrueType); `family` is what the fonts call themselves."""

    family: str
    faces: Mapping[str, bytes]


@dataclass(frozen=True)
class Look:
    """A force's colours, logo and typeface; by default the house's colours and typeface, and no logo."""

    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    logo: Logo | None = None
    typeface: Typeface | None = None

    @cached_property
    def palette(self) -> Palette:
        return Palette.of(self.colours)

    def payload(self) -> dict[str, Any]:
        """The look as JSON values, empty where it is the house's."""
        said: dict[str, Any] = {"colours": {ground: dict(own) for ground, own in self.colours.items()}}
        if self.logo:
            said["logo"] = {"data": _text(self.logo.data), "mime_type": self.logo.mime_type, "alt": self.logo.alt}
        if self.typeface:
            faces = {name: _text(data) for name, data in self.typeface.faces.items()}
            said["typeface"] = {"family": self.typeface.family, "faces": faces}
        return {name: value for name, value in said.items() if value}

    @classmethod
    def of_payload(cls, said: Mapping[str, Any]) -> Look:
        """The look that JSON values describe. Raises KeyError for one that is not whole."""
        logo, typeface = said.get("logo"), said.get("typeface")
        return cls(
            said.get("colours", {}),
            logo and Logo(b64decode(logo["data"]), logo["mime_type"], logo["alt"]),
            typeface
            and Typeface(typeface["family"], {name: b64decode(data) for name, data in typeface["faces"].items()}),
        )


HOUSE = Look()


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
