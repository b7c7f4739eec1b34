"""Turns uv.lock into a bill of materials (SBOM, CycloneDX in JSON): what the product rests on, and under which licence.

`python -m thematic.tools.materials [FILE]`, in the workbook's folder, writes it to a file or prints it. It needs uv,
and the packages to be installed, whose own words their licences are taken from; the same lock gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import typer

from thematic.outputs.placing import write_whole

_EXPORT = ("-m", "uv", "export", "--frozen", "--quiet", "--no-dev", "--format", "cyclonedx1.5")
_CLASSIFIER = "License :: "
_LONGEST = 100
"""Letters of a licence that is named; longer ones are the text itself."""
_UNKNOWN = "not said"
_SHIPPED = (
    {"type": "file", "name": "Thematic Sans", "licence": "OFL-1.1", "file": "lib/thematic/exporters/fonts/OFL.txt"},
)
"""What lies in the package and is the work of others, and the file that has its licence."""


def bill(lock: Path) -> dict[str, Any]:
    """The bill of a lock: every package with its version, digests and licence, and what is shipped beside them."""
    command = [sys.executable, *_EXPORT, "--project", str(lock.parent)]
    made = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words
    said: dict[str, Any] = json.loads(made.stdout)
    said.pop("serialNumber", None)  # drawn by chance
    said["metadata"].pop("timestamp", None)
    said["metadata"]["component"]["licenses"] = _licences("MIT")
    for component in said["components"]:
        component["licenses"] = _licences(licence_of(component["name"]))
    said["components"] += [_shipped(**each) for each in _SHIPPED]
    return said


def licence_of(package: str) -> str:
    """The licence of an installed package in its own words: an SPDX expression where it gives one."""
    try:
        about = metadata(package)
    except PackageNotFoundError:
        return _UNKNOWN
    classes = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if each.startswith(_CLASSIFIER)]
    said = [*(about.get_all("License-Expression") or ()), *map(str.strip, about.get_all("License") or ())]
    named = [each for each in said if len(each) <= _LONGEST and "\n" not in each and each not in {"", "UNKNOWN"}]
    return named[0] if named else " or ".join(classes) or _UNKNOWN


def licences(said: dict[str, Any]) -> dict[str, list[str]]:
    """The names of all components of a bill by licence."""
    found: dict[str, list[str]] = {}
    for component in said["components"]:
        found.setdefault(component["licenses"][0]["license"]["name"], []).append(component["name"])
    return dict(sorted(found.items()))


def _licences(name: str) -> list[dict[str, Any]]:
    return [{"license": {"name": name}}]


def _shipped(type: str, name: str, licence: str, file: str) -> dict[str, Any]:
    where = [{"name": "thematic:licence-file", "value": file}]
    return {"type": type, "bom-ref": file, "name": name, "licenses": _licences(licence), "properties": where}


def main() -> None:
    """Writes the bill of the folder's lock, and says how many components have which licence."""
    said = bill(Path.cwd() / "uv.lock")
    text = json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if len(sys.argv) < 2:
        typer.echo(text, nl=False)
        return
    write_whole(Path(sys.argv[1]), text.encode())
    for name, names in licences(said).items():
        typer.echo(f"{len(names):>4} {name}: {', '.join(names[:6])}{' ...' if len(names) > 6 else ''}")


if __name__ == "__main__":
    main()
