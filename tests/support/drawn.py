"""Notebooks, jobs and small workbooks drawn for the tests of production; they need no data and no exporter of ours."""

import json
import re
import shutil
from pathlib import Path

from thematic.core.areas import FORCE, Area
from thematic.core.errors import ParamsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.outputs.editions import Edition
from thematic.outputs.jobs import Job
from thematic.outputs.manifest import Manifest
from thematic.params import load_params

PARAMETERS = 'period = "2000-01"\narea = "nowhere"\naudience = "nobody"'
EXPORTERS = {"md": "markdown"}
REPOSITORY = Path(__file__).parents[2]
OPTIONS = [
    "period",
    "area",
    "lpu",
    "format",
    "audience",
    "data",
    "lookup",
    "out",
    "jobs",
    "cluster",
    "timeout",
    "memory",
]
"""What `thematic build` may be given, in the order in which make gives it."""


def notebook(*sources: str, parameters: str = PARAMETERS) -> bytes:
    """A notebook whose first cell holds the parameters; what the others show was checked for the public."""
    cells = [_cell("parameters", parameters, ["parameters"])]
    cells += [_cell(f"c{number}", source, ["checked-for-disclosure"]) for number, source in enumerate(sources)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}).encode()


def _cell(name: str, source: str, tags: list[str]):
    checked = {"checked_by": "A. Checker"} if "checked-for-disclosure" in tags else {}
    rest = {"execution_count": None, "outputs": [], "metadata": {"tags": tags, **checked}}
    return {"cell_type": "code", "id": name, "source": source, **rest}


def edition(area: str = FORCE, theme: str = "noise", period: str = "2021-01", audience: str = "internal") -> Edition:
    return Edition(theme, Month.parse(period), Area(area, area.replace("-", " ").title()), audience)


def manifest(of: Edition, key: str = "k", **known) -> Manifest:
    told = {"theme_title": of.theme.title(), "goal": of.theme.upper(), "synthetic": False, "source": "Drawn"} | known
    place = {"theme": of.theme, "period": str(of.period), "area": of.area.slug, "area_name": of.area.name}
    return Manifest(product="0", audience=of.audience, key=key, inputs={"notebook": "n"}, **(place | told))


def job(*sources: str, of: Edition | None = None, key: str = "k", exporters=EXPORTERS, **known) -> Job:
    of = of or edition()
    return Job(of, exporters, notebook(*sources), "noise.ipynb", manifest(of, key, **known))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under the folder, by its path from there."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def workbook_folder(folder: Path) -> Path:
    """A workbook with the product's own params, notebooks and code lists, and no data."""
    for part in ("params", "notebooks", "data/reference"):
        shutil.copytree(REPOSITORY / part, folder / part)
    return folder


def with_themes(folder: Path, *kept: str) -> Path:
    """The workbook in a folder without its other themes, nor the pack of their reports: what is counted takes a third
    of the time."""
    for path in (folder / "params/themes").glob("*.yaml"):
        if path.stem not in kept:
            path.unlink()
    for path in (folder / "params/commentary").iterdir():
        if path.name not in kept:
            shutil.rmtree(path)
    (folder / "params/pack.yaml").unlink()
    for name in re.findall(r"(params/measures/\S+\.yaml): no theme uses this measure", _refusal(folder)):
        (folder / name).unlink()
    return folder


def _refusal(folder: Path) -> str:
    """What is wrong with params, nothing if they are well."""
    try:
        load_params(Workbook(folder))
    except ParamsRefused as refused:
        return str(refused)
    return ""
