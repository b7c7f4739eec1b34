"""Turns the import contract and the first line of each module into the page on how the code is laid out."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

from md import page


def modules_page(root: Path) -> str:
    """The page of the layers, highest first, and of what each module turns into what."""
    package = root / "lib" / "thematic"
    layers = "\n".join(_layer(package, names) for names in read_layers(root))
    return page(
        "# The modules",
        "Each folder of `lib/thematic` is a stage, and a layer. A module imports only from its own folder and from "
        "those **below** it. The rule is in `pyproject.toml`, names every folder, and `lint-imports` checks it.",
        f'<ol class="layers">\n{layers}\n</ol>',
        description="The modules, their layers and what each does.",
    )


def read_layers(root: Path) -> list[list[str]]:
    """The modules of each layer of the import contract, the highest first."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (each for each in declared["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [[name.strip(" ()") for name in _names(layer)] for layer in contract["layers"]]


def _names(layer: str) -> Iterator[str]:
    yield from layer.replace(":", "|").split("|")


def first_line(path: Path) -> str:
    """The first paragraph of a module's or a package's docstring."""
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.split("\n\n")[0]


def _layer(package: Path, names: list[str]) -> str:
    paths = [path for name in names for path in (package / name, *_modules(package / name))]
    lines = (
        f"<p><code>{escape(path.relative_to(package).as_posix())}</code><span>{_said(first_line(path))}</span></p>"
        for path in paths
    )
    return f"<li>{''.join(lines)}</li>"


def _modules(folder: Path) -> list[Path]:
    """The modules and packages in a folder, without their suffix."""
    packages = [path.parent for path in folder.glob("*/__init__.py")]
    return sorted(packages + [path.with_suffix("") for path in folder.glob("[a-z]*.py")])


def _said(line: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(line.split())))
