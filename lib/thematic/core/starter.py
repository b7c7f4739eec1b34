"""Finds the starter: the params, notebooks and reference lists that the product brings for a force to build on."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

PARTS = (
    "params/*.yaml",
    "params/areas/*.yaml",
    "params/tables/*.yaml",
    "params/themes/*.yaml",
    "params/measures/*.yaml",
    "params/measures/_families/*.yaml",
    "notebooks/*.ipynb",
    "data/reference/*.csv",
)
"""What a force may take over and change. Examples of one force's own words (its commentary, its pack) are no part."""
_PACKAGE = Path(__file__).parents[1]
_ONE_FORCES_OWN = frozenset(f"params/{name}.yaml" for name in ("pack", "brand", "sources", "corrections", "assurance"))


def starter() -> Path:
    """The folder with the product's own params/, notebooks/ and data/reference/.

    An installed wheel brings it in the package; in a checkout the repository itself is the starter.
    """
    brought = _PACKAGE / "starter"
    return brought if brought.is_dir() else _PACKAGE.parents[1]


def starter_files(root: Path) -> dict[str, Path]:
    """The files of a starter by their paths from its folder, in order."""
    found = {path.relative_to(root).as_posix(): path for part in PARTS for path in root.glob(part)}
    return {name: found[name] for name in sorted(found) if is_shared(name)}


def is_shared(name: str) -> bool:
    """Whether a file, by its path from the workbook's folder, is of the kind that a starter brings."""
    return name not in _ONE_FORCES_OWN and any(PurePosixPath(name).match(part) for part in PARTS)
