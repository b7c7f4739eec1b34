"""Reads back from a PDF what a screen reader is told: its tags, bookmarks, links and fonts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf

POPPLER = shutil.which("pdftoppm")
_WITHIN, _PAPER = (0.085, 0.93), 245
"""Where a page's own words are, as parts of its height; what is darker than paper, of 255."""


@dataclass(frozen=True)
class Tag:
    """An element of the structure tree: its name without the slash, text alternative, scope and what is in it."""

    name: str
    alt: str = ""
    scope: str = ""
    children: tuple[Tag, ...] = field(default=())

    def all(self, name: str) -> list[Tag]:
        """The elements of that name in it, in reading order."""
        return [each for each in self.walk() if each.name == name]

    def walk(self) -> Iterator[Tag]:
        yield self
        for child in self.children:
            yield from child.walk()


def tags(pdf: pikepdf.Pdf) -> Tag:
    """The structure tree, under an element without a name."""
    return Tag("", children=_elements(pdf.Root.StructTreeRoot.K))


def _elements(node: Any) -> tuple[Tag, ...]:
    if isinstance(node, pikepdf.Array):
        return tuple(tag for child in node for tag in _elements(child))
    if not isinstance(node, pikepdf.Dictionary):
        return ()
    children = _elements(node.get("/K"))
    if "/S" not in node:
        return children
    return (Tag(str(node.S)[1:], str(node.get("/Alt", "")), _scope(node.get("/A")), children),)


def _scope(attributes: Any) -> str:
    if isinstance(attributes, pikepdf.Array):
        return next((found for found in map(_scope, attributes) if found), "")
    return str(attributes.get("/Scope", ""))[1:] if isinstance(attributes, pikepdf.Dictionary) else ""


def bookmarks(pdf: pikepdf.Pdf) -> list[tuple[int, str, int]]:
    """The level (from 1), the words and the page (from 1) of each bookmark, in order."""
    with pdf.open_outline() as outline:
        return list(_bookmarks(pdf, outline.root, 1))


def _bookmarks(pdf: pikepdf.Pdf, items: Any, level: int) -> Iterator[tuple[int, str, int]]:
    for item in items:
        yield level, item.title, _page(pdf, item.destination)
        yield from _bookmarks(pdf, item.children, level + 1)


def linked_pages(page: pikepdf.Page, pdf: pikepdf.Pdf) -> list[int]:
    """The page (from 1) that each link on a page leads to, links to the web left out."""
    links = [each for each in page.get("/Annots", []) if each.Subtype == "/Link"]
    targets = [each.get("/Dest", each.get("/A", {}).get("/D")) for each in links]
    return [_page(pdf, target) for target in targets if target is not None]


def _page(pdf: pikepdf.Pdf, destination: Any) -> int:
    if isinstance(destination, pikepdf.String | pikepdf.Name | str):
        named = pikepdf.NameTree(pdf.Root.Names.Dests)[str(destination)]
        destination = named.D if isinstance(named, pikepdf.Dictionary) else named
    return pikepdf.Page(destination[0]).index + 1


def fonts(pdf: pikepdf.Pdf) -> dict[str, bool]:
    """Every font that is described in the file, and whether its shapes are embedded."""
    found: dict[str, bool] = {}
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            found[str(each.FontName)] = any(key.startswith("/FontFile") for key in list(each.keys()))
    return found


def fullness(path: Path) -> list[float]:
    """How far down each page is filled, from 0 at its header to 1 at its footer, as it is drawn."""
    drawn = subprocess.run([str(POPPLER), "-r", "24", "-gray", str(path)], capture_output=True, check=True).stdout
    found = []
    for match in re.finditer(rb"P5\s(\d+)\s(\d+)\s255\s", drawn):
        wide, high = map(int, match.groups())
        rows = np.frombuffer(drawn, np.uint8, wide * high, match.end()).reshape(high, wide)
        top, foot = (round(high * part) for part in _WITHIN)
        inked = np.flatnonzero((rows[top:foot] < _PAPER).any(axis=1))
        found.append(float(inked[-1] + 1) / (foot - top) if inked.size else 0.0)
    return found
