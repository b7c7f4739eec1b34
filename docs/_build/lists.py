"""Turns lists as GitHub reads them into lists as Python-Markdown does: a blank line before, four spaces within."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ITEM = re.compile(r" *([-*+]|\d+\.) +(?=\S)")
_FENCE = re.compile(r" *(```|~~~)")


def respaced(text: str) -> str:
    return "\n".join(_lines(text.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    within: list[int] = []  # where the text of each item begins that the line may belong to
    before, parted, fenced, shift = "", False, False, 0
    for line in lines:
        if fenced:
            fenced = not _FENCE.match(line)
            yield _shifted(line, shift)
            continue
        indent = len(line) - len(line.lstrip())
        item, goes_on = _ITEM.match(line), before.strip()
        if item and goes_on and (parted or not within):
            yield ""
        if line.strip() and (item or not goes_on or _FENCE.match(line)):
            within = [start for start in within if start <= indent]
        shift = 4 * len(within) - within[-1] if within and indent >= within[-1] else 0
        yield _shifted(line, shift)
        fenced = bool(_FENCE.match(line))
        if item:
            within.append(item.end())
        parted = not item and (parted or not line.strip())
        before = line


def _shifted(line: str, by: int) -> str:
    return " " * by + line if line.strip() else line
