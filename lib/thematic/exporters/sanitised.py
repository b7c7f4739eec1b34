"""Turns a drawing (SVG) that came with a notebook into one that runs nothing and asks for nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, fromstring, register_namespace, tostring

from thematic.core.errors import UserError

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_DRAWN = frozenset(
    "svg g path use defs clipPath style text tspan textPath rect circle ellipse line polygon polyline title desc "  # noqa: SIM905
    "metadata image pattern linearGradient radialGradient stop mask symbol marker filter feGaussianBlur feOffset "
    "feMerge feMergeNode feColorMatrix feFlood feComposite feBlend switch".split()
)
_ABOUT = ("rdf:", "cc:", "dc:")
_READ_OUT = ("aria-label", "aria-description", "role", "lang")
"""What a drawing is called, which may be any words."""
_TAG = re.compile(r"<([^\s<>/!?]+)")
_INSIDE = r"#|data:image/(?:png|jpeg|gif|webp);base64,"
_DOUBTFUL = tuple(
    re.compile(sign.encode())
    for sign in (
        r"on(?<=[\s\"'/]on)[a-z]+\s*=", r"&#", r"--!>", r"\[cdata",
        r"<!(?!--(?!-?>)|doctype svg public)", r"<\?(?!xml version)", r"@import", r"\\",
        *(rf"{name}\s*=(?!\s*[\"'](?:{_INSIDE}))" for name in ("href", "src", "base")),
        r"url\((?!['\"]?#)", r"expression\(", r"javascript:",
    )
)  # fmt: skip
"""What no drawing of matplotlib, seaborn or ours has, and what would have to be looked at, in small letters. Each
begins with a few that stand as they are: to look for those is quick, and a drawing has a million of them."""
_HERE = re.compile(_INSIDE, re.IGNORECASE)
_ELSEWHERE = re.compile(r"url\s*\((?!\s*['\"]?#)|@import|expression\s*\(|javascript:|\\|<", re.IGNORECASE)


@lru_cache(maxsize=64)
def harmless_svg(svg: str) -> str:
    """The drawing as it is where it only draws; else without scripts, handlers and whatever is fetched from elsewhere.

    Raises UserError where it has to be looked at and cannot be read.
    """
    if not _is_doubtful(svg) and all(map(_draws, set(_TAG.findall(svg)))):
        return svg
    try:
        if "<!ENTITY" in svg:
            raise ValueError("it declares entities")
        root = fromstring(svg)  # noqa: S314 - without entities there is nothing to blow up
    except (ParseError, ValueError, RecursionError) as error:
        raise UserError(
            f"A drawing (SVG) in the notebook cannot be read ({error}). Draw it with matplotlib, or show it as PNG."
        ) from error
    if _name(root.tag) != "svg":
        raise UserError("A drawing in the notebook is no SVG. Draw it with matplotlib, or show it as PNG.")
    _clean(root)
    register_namespace("", _SVG)
    register_namespace("xlink", _XLINK)
    return tostring(root, encoding="unicode")


def _is_doubtful(svg: str) -> bool:
    flat = svg.encode("utf-8", "surrogatepass").lower()
    return any(sign.search(flat) for sign in _DOUBTFUL)


def _draws(tag: str) -> bool:
    return tag in _DRAWN or tag.startswith(_ABOUT)


def _clean(element: Element) -> None:
    """Takes out of an element, and all below it, what does more than draw."""
    for name, value in list(element.attrib.items()):
        if _does_more(_name(name), value):
            del element.attrib[name]
    if _name(element.tag) == "style" and _ELSEWHERE.search(element.text or ""):
        element.text = ""
    for child in list(element):
        if _is_drawn(child.tag):
            _clean(child)
        else:
            element.remove(child)


def _is_drawn(tag: object) -> bool:
    return isinstance(tag, str) and (not tag.startswith("{") or tag.startswith(f"{{{_SVG}}}")) and _name(tag) in _DRAWN


def _does_more(name: str, value: str) -> bool:
    if name.casefold().startswith("on") or name == "base":
        return True
    if name.casefold() in _READ_OUT:
        return False
    if name.casefold() in {"href", "src"}:
        return not _HERE.match(value.strip())
    return bool(_ELSEWHERE.search(value))


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]
