"""Tells which versions reports are made by here, and how those of another machine differ."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

from thematic.core.digests import code_digest

_CODE = "Thematic's code"
_ABSENT = "not installed"
_SHOWN_OF_A_DIGEST = 8


@cache
def versions() -> dict[str, str]:
    """What shapes a report here: Python (without its patch number), the product's code, every package it rests on."""
    return {"Python": ".".join(platform.python_version_tuple()[:2]), _CODE: code_digest()} | _packages("thematic")


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """What stands in both and is not the same; a package that only one system needs makes no difference."""
    return [
        f"{name} is {_shown(name, theirs[name])} there and {_shown(name, ours[name])} here"
        for name in ours
        if name in theirs and theirs[name] != ours[name]
    ]


def _packages(root: str) -> dict[str, str]:
    """The version of each package that `root` requires, and of those they require, by name."""
    found: dict[str, str] = {}
    waiting = _required(root)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name).version
        except PackageNotFoundError:
            found[name] = _ABSENT
        else:
            waiting |= _required(name)
    return dict(sorted(found.items()))


def _required(name: str) -> set[str]:
    """What a package cannot do without on every system. (Extras that we use are requirements of our own as well.)"""
    stated = [each for each in distribution(name).requires or [] if ";" not in each]
    return {re.split(r"[^\w.-]", each.strip(), maxsplit=1)[0].lower().replace("_", "-") for each in stated}


def _shown(name: str, version: str) -> str:
    return version[:_SHOWN_OF_A_DIGEST] if name == _CODE else version
