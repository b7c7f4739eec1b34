"""Follows the links of pages in a folder."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

_LINKS = re.compile(r'(?:href|src)="([^"]*)"')


def links(page: Path) -> list[str]:
    """The addresses that a page gives of other files."""
    found = _LINKS.findall(page.read_text(encoding="utf-8"))
    return [each for each in found if not re.match(r"#|[a-z]+:", each)]


def dead_links(folder: Path) -> list[str]:
    """Of every page under a folder the links that lead nowhere, or out of it."""
    dead = []
    for page in sorted(folder.rglob("*.html")):
        for link in links(page):
            target = (page.parent / unquote(link.partition("#")[0])).resolve()
            if not (target.is_file() and target.is_relative_to(folder.resolve())):
                dead.append(f"{page.relative_to(folder).as_posix()}: {link}")
    return dead
