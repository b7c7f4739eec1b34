"""environment.yml and requirements.txt give those without make the very packages that uv.lock gives everybody else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from warehouse_drawn import ROOT

PINNED = ROOT / "requirements.txt"
EXPORT = ("export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--no-annotate", "-q")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_the_pinned_versions_are_those_of_the_lock() -> None:
    command = [sys.executable, "-m", "uv", *EXPORT]
    exported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    pinned = lines(PINNED.read_text(encoding="utf-8"))
    assert pinned == lines(exported)
    assert all("==" in line for line in pinned)


def test_conda_gets_python_and_tools_and_pip_the_rest() -> None:
    said = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, *tools, pip = said["dependencies"]
    assert (tools, pip) == (["pip", "make", "git"], {"pip": [f"-r {PINNED.name}", "-e ."]})
    assert said["channels"] == ["conda-forge"]
    project = tomllib.loads(Path(ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = project["requires-python"].removeprefix(">=").split(".")
    assert [int(part) for part in python.removeprefix("python=").split(".")] >= [int(part) for part in lowest]
