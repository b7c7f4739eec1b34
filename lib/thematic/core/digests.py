"""Turns files, code and values into the digests that say whether something must be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

STAGES = ("core", "params", "stats", "extracts", "cubes")
"""The folders of code that the data are made by, each resting on those before it."""

_CODE = {".py", ".j2", ".typ", ".css", ".js", ".ttf", ".otf", ".woff2"}


def digest(value: Any) -> str:
    """SHA-256 of a value of plain data (through JSON with sorted keys; dates as text)."""
    return digest_bytes(json.dumps(value, sort_keys=True, default=str, ensure_ascii=False).encode())


def digest_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_files(paths: Iterable[Path], root: Path) -> str:
    """One digest over the names (from `root`) and bytes of files, in the names' order."""
    return digest({path.relative_to(root).as_posix(): digest_file(path) for path in sorted(paths)})


@cache
def code_digest(folder: str = "") -> str:
    """Digest of the product's own code: the whole package, or one folder or module of it."""
    package = Path(__file__).parents[1]
    place = package / folder
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.suffix in _CODE]
    return digest_files(files, package)


def stage_digest(stage: str) -> str:
    """Digest of the code of a stage: of its folder and of those that it rests on."""
    return digest([code_digest(folder) for folder in STAGES[: STAGES.index(stage) + 1]])
