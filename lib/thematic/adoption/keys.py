"""Turns a file of the starter into its keys, each with a short digest of what it says."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from thematic.core.digests import digest, digest_bytes

Key = tuple[str, ...]
Digests = dict[str, Any]
"""By key a digest, or the same of the keys below; of a file without keys, "" alone."""
_SHORT = 12


def said_by(name: str, data: bytes) -> Any:
    """What a file says: the mapping of YAML, the rows of a list by code, and None for what has no keys.

    Raises ValueError where it is not what its name promises.
    """
    if name.endswith(".yaml"):
        from thematic.params.reading import parse_yaml

        said, problems = parse_yaml(data.decode("utf-8-sig"), name)
        if problems:
            raise ValueError(str(problems[0]))
        return said if isinstance(said, dict) else {}
    if name.endswith(".csv"):
        try:
            rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        except csv.Error as error:
            raise ValueError(str(error)) from error
        return {str(row.get("code")): {str(key): str(value or "") for key, value in row.items()} for row in rows}
    return None


def digests(said: Any) -> Any:
    """The digest of every key of a mapping; of anything else, an empty mapping among it, one digest."""
    if isinstance(said, dict) and said:
        return {str(key): digests(value) for key, value in said.items()}
    return digest(said)[:_SHORT]


def file_digests(name: str, data: bytes) -> Digests:
    """The digests of a file's keys; of a file without keys, such as a notebook, that of its bytes under ""."""
    said = said_by(name, data)
    if said is None:
        return {"": digest_bytes(data)[:_SHORT]}
    found = digests({key: _row(value) for key, value in said.items()} if name.endswith(".csv") else said)
    return found if isinstance(found, dict) else {}


def _row(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The row of a list as one value: it is replaced whole."""
    return sorted(row.items())


def at(said: Any, key: Key) -> Any:
    """What is said at a key. Raises KeyError where nothing is."""
    for part in key:
        if not isinstance(said, dict):
            raise KeyError(part)
        named = {str(each): value for each, value in said.items()}
        said = named[part]
    return said
