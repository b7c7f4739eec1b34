"""Puts the pictures that a notebook's Markdown names by file, and that are beside it, into the notebook itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from thematic.displays import markdown
from thematic.displays.markdown import Token

_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}


def attach(notebook: Any, folder: Path) -> bool:
    """Gives each cell of Markdown (a notebook's JSON values) the pictures that it names and `folder` has, as
    attachments under the names that it gives them. Whether there were any.

    A file outside the folder is never read.
    """
    found = False
    for cell in notebook["cells"]:
        for name, content in _pictures(cell, folder) if cell["cell_type"] == "markdown" else ():
            cell.setdefault("attachments", {})[name] = content
            found = True
    return found


def _pictures(cell: Any, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    for name in sorted(set(_named(markdown.tokens(text)))) if "![" in text else ():
        path = (folder / name).resolve()
        kind = _KINDS.get(path.suffix.lower())
        if (
            kind
            and name not in cell.get("attachments", {})
            and path.is_relative_to(folder.resolve())
            and path.is_file()
        ):
            yield name, {kind: b64encode(path.read_bytes()).decode("ascii")}


def _named(tokens: list[Token]) -> Iterator[str]:
    """The files that the images in a text name, however deep."""
    for token in tokens:
        if token["type"] == "image" and not urlsplit(token["attrs"]["url"]).scheme:
            yield unquote(token["attrs"]["url"])
        yield from _named(token.get("children", []))
