"""Puts the files beside a notebook that its cells name into its bytes, so that a report reads them wherever it runs."""

from __future__ import annotations

import ast
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from thematic.core.bounded import MB, NotReadable, read_whole
from thematic.core.parameters import source_of

MOST = 20 * MB
"""Bytes that the files beside one notebook may have together: each of its reports carries them."""
_KEY = "files_beside"
_NOTEBOOKS = frozenset({".ipynb", ".pyc"})


def carry(notebook: dict[str, Any], folder: Path) -> bool:
    """Gives a notebook (its JSON values) the files of its folder that its cells name; whether there were any.

    A cell names a file by its path from the folder, its name, a folder above it or a pattern, in quotation marks (what
    an f-string fills in may be anything), or by importing it. Files that such a module names go along. Raises OSError
    for one that cannot be read, and NotReadable where they have more than MOST bytes.
    """
    left = dict(_beside(folder))
    texts = [source_of(cell) for cell in notebook["cells"] if cell.get("cell_type") == "code"] if left else []
    found: dict[str, bytes] = {}
    while texts and left:
        words = {word for text in texts for word in _named(text)}
        named = [name for name in left if _is_named(name, words)]
        new = {name: read_whole(left.pop(name), MOST) for name in named}
        found |= new
        texts = [data.decode(errors="replace") for name, data in new.items() if name.endswith(".py")]
    if sum(map(len, found.values())) > MOST:
        raise NotReadable(f"the files beside it that its cells name have more than {MOST // MB} MB")
    if found:
        notebook.setdefault("metadata", {})[_KEY] = {name: _text(found[name]) for name in sorted(found)}
    return bool(found)


def without_files(metadata: dict[str, Any]) -> Mapping[str, str]:
    """Takes the files out of a notebook's metadata; they, by their names, as text."""
    found: Mapping[str, str] = metadata.pop(_KEY, {})
    return found


def put_beside(metadata: dict[str, Any], folder: Path) -> None:
    """Takes the files out of a notebook's metadata, and puts them into the folder that it runs in."""
    for name, text in without_files(metadata).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b64decode(text))


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _beside(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder and those below it by their paths: no notebooks, nothing hidden, nothing from elsewhere."""
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if not hidden and path.suffix not in _NOTEBOOKS and path.is_file() and path.resolve().is_relative_to(inside):
            yield path.relative_to(folder).as_posix(), path


def _named(code: str) -> Iterator[str]:
    """The texts in code that could be names of files, with `*` for what an f-string fills in; and what it imports."""
    lines = (line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text.removeprefix("./")
            case ast.JoinedStr(values=parts):
                yield _pattern(parts).removeprefix("./")
            case ast.Import(names=names):
                yield from (each.name.partition(".")[0] for each in names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]


def _pattern(parts: Iterable[ast.expr]) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)


def _is_named(name: str, words: Iterable[str]) -> bool:
    """Whether a file goes by one of the words; a bare `*` is none."""
    path = PurePosixPath(name)
    module = [path.stem] if path.suffix == ".py" else []
    ways = [name, path.name, *module, *(each.as_posix() for each in path.parents if each.name)]
    return any(fnmatchcase(way, word) for word in words if word.strip("*/ ") for way in ways)
