"""Turns params/builds_on.json into the version that a workbook's params were written for, and the starter as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from thematic.adoption.keys import Digests, file_digests
from thematic.core.bounded import read_whole
from thematic.core.errors import ArgumentsRefused, ParamsRefused, Problem, reason
from thematic.core.starter import starter_files
from thematic.core.workbook import BUILDS_ON, Workbook
from thematic.params.declared import Declared, Name

_FIX = "Take it from your last commit or copy: thematic init writes it, and nobody edits it."


class _Record(Declared):
    builds_on: Name
    starter: dict[str, Digests]


@dataclass(frozen=True)
class BuiltOn:
    """A starter as it was: the version it came with, and for each of its files the digests of its keys."""

    version: str
    files: dict[str, Digests]

    def as_bytes(self) -> bytes:
        """The record as it is written."""
        said = {"builds_on": f"thematic {self.version}", "starter": self.files}
        return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def product_now(root: Path) -> BuiltOn:
    """The starter in a folder, with the version of the product that is installed."""
    files = {name: file_digests(name, path.read_bytes()) for name, path in starter_files(root).items()}
    return BuiltOn(version("thematic"), files)


def read_record(workbook: Workbook) -> BuiltOn:
    """What the workbook was begun from, or last brought up to.

    Raises ArgumentsRefused for a workbook that builds on nothing, ParamsRefused for a record that cannot be read.
    """
    path = workbook.params / BUILDS_ON
    shown = workbook.shown(path)
    try:
        said = _Record.model_validate(json.loads(read_whole(path)))
    except FileNotFoundError:
        raise ArgumentsRefused(
            f"{shown} does not exist: this workbook owns all of its files, so there is nothing to upgrade. "
            "A new version of it comes with its repository."
        ) from None
    except OSError as error:
        raise ParamsRefused(
            "Nothing was changed.", [Problem(shown, f"cannot be read: {reason(error)}.", _FIX)]
        ) from error
    except (ValueError, ValidationError, RecursionError) as error:
        raise ParamsRefused(
            "Nothing was changed.", [Problem(shown, "is not the record of a starter.", _FIX)]
        ) from error
    return BuiltOn(said.builds_on.removeprefix("thematic ").strip(), said.starter)
