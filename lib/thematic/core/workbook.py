"""Turns the folder a command runs in into the places of a workbook."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from thematic.core.errors import ArgumentsRefused
from thematic.core.starter import is_shared, starter

NAMED_BY = "THEMATIC_WORKBOOK"
"""The environment variable that says where the workbook is, for a notebook that runs from a copy elsewhere."""
BUILDS_ON = "builds_on.json"
"""The file of params/ by which a workbook builds on the product's starter; a workbook without it is whole in itself."""
_LEFT_OUT = b"left_out: true"
_LARGEST_LEAVING_OUT = 10_000


@dataclass(frozen=True)
class Workbook:
    """The folders of one workbook: `root` holds params/ and notebooks/, `store` (default: data/) what is built."""

    root: Path
    store: Path | None = None

    @classmethod
    def find(cls, start: Path | None = None) -> Workbook:
        """The workbook that the folder `start` (default: the current one) lies in; where that is in none and no `start`
        is given, the one that THEMATIC_WORKBOOK names."""
        here = (start or Path.cwd()).resolve()
        named = os.environ.get(NAMED_BY, "").strip() if start is None else ""
        for folder in (here, *here.parents, *([Path(named).expanduser().resolve()] if named else [])):
            if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
                return cls(folder)
        if named:
            raise ArgumentsRefused(
                f"{NAMED_BY}: '{named}' is no Thematic workbook: it does not hold params/ and notebooks/. "
                "Name the workbook's folder, or change to it."
            )
        raise ArgumentsRefused(
            "This folder is not inside a Thematic workbook: no folder above it holds params/ and notebooks/. "
            "Change to the workbook's folder first, or begin one: thematic init FOLDER."
        )

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def starter(self) -> Path | None:
        """The product's folder that this workbook builds on; None where it is whole in itself."""
        return starter() if (self.params / BUILDS_ON).is_file() else None

    def file(self, name: str) -> Path:
        """A file by its path from the workbook's folder: its own, or the starter's where the workbook has none.

        Where neither has it, the place where the workbook's own would be.
        """
        return next(iter(self.layers(name)[::-1]), self.root / name)

    def layers(self, name: str) -> list[Path]:
        """The starter's file and the workbook's own, those that there are, in that order."""
        below = self.starter if is_shared(name) else None
        roots = (self.root,) if below is None else (below, self.root)
        return [root / name for root in roots if (root / name).is_file()]

    def files(self, folder: str, pattern: str) -> list[Path]:
        """The files of a folder, by name: an own one in place of the starter's, but for those left out by it."""
        below = self.starter
        if below is None or not is_shared(f"{folder}/{pattern}"):
            return sorted((self.root / folder).glob(pattern))
        found = {path.name: path for root in (below, self.root) for path in (root / folder).glob(pattern)}
        shut = {name for name in found if (below / folder / name).is_file() and leaves_out(self.root / folder / name)}
        return [found[name] for name in sorted(found.keys() - shut)]

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def reference(self) -> Path:
        """The folder of reference lists, and of what the sample is made from: the starter's, where there is one."""
        return (self.starter or self.root) / "data" / "reference"

    @property
    def sample(self) -> Path:
        return self.root / "data" / "sample"

    @property
    def database(self) -> Path:
        """What was read from the force's databases: an extract like any other."""
        return (self.store or self.root / "data") / "database"

    @property
    def warehouse(self) -> Path:
        return (self.store or self.root / "data") / "warehouse"

    @property
    def ledger(self) -> Path:
        """What was booked for the public: restricted, kept for good, and never shared."""
        return (self.store or self.root / "data") / "ledger"

    @property
    def cubes(self) -> Path:
        return (self.store or self.root / "data") / "cubes"

    def shown(self, path: Path) -> str:
        """The path as a message shows it, with forward slashes: from the folder of the workbook, or of the starter,
        that it lies in."""
        resolved = path.resolve()
        for root in (self.root, self.starter):
            if root is not None and resolved.is_relative_to(root):
                return resolved.relative_to(root).as_posix()
        return path.as_posix()


def leaves_out(path: Path) -> bool:
    """Whether the file says `left_out: true`, and but for comments nothing else."""
    if not path.is_file() or path.stat().st_size > _LARGEST_LEAVING_OUT:
        return False
    lines = (line.partition(b"#")[0].strip() for line in path.read_bytes().splitlines())
    return [line for line in lines if line] == [_LEFT_OUT]
