"""Turns what was measured into tables: on the terminal, and renewed in docs/benchmarks.md between their marks."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from measuring.setting import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
_GIB = 2**30


@dataclass(frozen=True)
class Table:
    """A table of texts, by the name that its marks in the page bear."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def plain(self) -> str:
        """In columns, for the terminal."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.header))]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    def markdown(self) -> str:
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def options(description: str) -> argparse.ArgumentParser:
    """The options that every measurement takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="file to add the raw numbers to")
    parser.add_argument("--write", action="store_true", help="renew what docs/benchmarks.md shows of this")
    return parser


def renew(table: Table) -> None:
    """Puts the table, and the machine it was measured on, in its place in the page.

    Raises ValueError where the page has no such place.
    """
    mark = f"<!-- {table.name} -->"
    before, *between, after = PAGE.read_text(encoding="utf-8").split(mark)
    if len(between) != 1:
        raise ValueError(f"{PAGE.name} needs two lines {mark}, with the table between them")
    told = f"\n\n{table.markdown()}\n\nMeasured on {machine()}.\n\n"
    PAGE.write_text(f"{before}{mark}{told}{mark}{after}", encoding="utf-8", newline="\n")


def keep(path: Path, name: str, measured: dict[str, Any]) -> None:
    """Adds the raw numbers to a file of JSON, under a name."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    known[name] = {"machine": machine(), **measured}
    path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def machine() -> str:
    """The processor, its cores, the memory, the system and the Python; nothing that names the machine."""
    memory = psutil.virtual_memory().total / _GIB
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Python {platform.python_version()}"


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    told = re.search(r"^model name\s*:\s*(.+)$", known.read_text("utf-8"), re.MULTILINE) if known.is_file() else None
    name = re.sub(r"\((R|TM)\)", "", told[1]) if told else platform.processor() or platform.machine()
    return " ".join(name.split())
