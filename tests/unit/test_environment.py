"""environment.yml gives conda users what pyproject.toml gives everybody else."""

from __future__ import annotations

import re
import tomllib

import yaml

from warehouse_drawn import ROOT

CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "ibis-framework[duckdb]": "ibis-duckdb",
    "matplotlib": "matplotlib-base",
    "typst": "typst-py",
}
NOT_ON_CONDA_FORGE = {"afcharts"}


def test_conda_gets_the_same_packages_in_the_same_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(re.fullmatch(r"([\w\[\]-]+)(.*)", each).groups() for each in project["dependencies"])  # type: ignore[union-attr]
    said = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [each for each in said["dependencies"] if isinstance(each, str)]
    (pip,) = [each["pip"] for each in said["dependencies"] if isinstance(each, dict)]
    assert {f"{name}{ranged}" for name, ranged in wanted.items() if name in NOT_ON_CONDA_FORGE} | {"-e ."} == set(pip)
    expected = {
        f"{CONDA_NAMES.get(name, name)}{ranged}" for name, ranged in wanted.items() if name not in NOT_ON_CONDA_FORGE
    }
    assert expected | {f"python{project['requires-python']}", "pip", "make", "git"} == set(conda)
    assert said["channels"] == ["conda-forge"]
