"""Turns the folder a command runs in into the places of a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from thematic.core.errors import ArgumentsRefused


@dataclass(frozen=True)
class Workbook:
    """The folders of one workbook: `root` holds params/ and notebooks/, `store` (default: data/) what is built."""

    root: Path
    store: Path | None = None

    @classmethod
    def find(cls, start: Path | None = None) -> Workbook:
        """The workbook that the folder `start` (default: the current one) lies in."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
                return cls(folder)
        raise ArgumentsRefused(
            "This folder is not inside a Thematic workbook: no folder above it holds params/ and notebooks/. "
            "Change to the workbook's folder first."
        )

    @property
    def params(self) -> Path:
        return self.root / "params"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    @property
    def reference(self) -> Path:
        return self.root / "data" / "reference"

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
        """The path as a message shows it: from the workbook's folder where it lies inside, with forward slashes."""
        resolved = path.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else path.as_posix()
