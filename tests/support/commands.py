"""A workbook whose reports are quickly made, and the command run in this very process, for the tests of what it does."""

import signal
import sys
from types import SimpleNamespace

import pytest

from drawn import EXPORTERS, REPOSITORY, notebook, workbook_folder
from thematic import cli
from thematic.build import build
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.execution import processes
from thematic.extracts import warehouse
from thematic.params import load_params

GOAL, SLUG = "DA", "domestic-abuse"
LATEST = "2021-01"


def index(first="2020-11", latest=LATEST, slices="s") -> Index:
    months = [str(month) for month in (first, "2020-12", latest)]
    themes = load_params(Workbook(REPOSITORY)).themes
    return Index(
        key="k",
        title="Drawn extract",
        synthetic=True,
        licence=None,
        first_period=first,
        latest_period=latest,
        history_from={},
        ends={},
        gaps={},
        not_ended=[],
        populations=None,
        unavailable={},
        slices={theme: {month: f"{slices} {theme} {month}" for month in months} for theme in themes},
    )


def drawn_workbook(place, monkeypatch):
    """A workbook whose notebooks only print; data that are always read well, and public as they are; formats that
    nbconvert itself makes."""
    workbook_folder(place)
    with (place / "params" / "disclosure.yaml").open("a", encoding="utf-8") as rules:
        rules.write("protection: none\n")
    for path in (place / "notebooks").glob("*.ipynb"):
        path.write_bytes(notebook("print(period, area, audience)"))
    monkeypatch.chdir(place)
    monkeypatch.setattr(warehouse, "build", lambda *_: SimpleNamespace())
    monkeypatch.setattr(cubes, "build", lambda *_: index())
    monkeypatch.setattr(cubes, "load_index", lambda _: index())
    monkeypatch.setattr(cubes, "read_bytes", lambda *_: {})
    monkeypatch.setattr(build, "FORMATS", dict.fromkeys(("csv", "html", "pdf"), EXPORTERS["md"]))
    return place


def running(monkeypatch, capsys):
    """Runs the command; gives its exit status, what it said and what it complained of."""

    def run(*words: str):
        monkeypatch.setattr(sys, "argv", ["thematic", *words])
        monkeypatch.setattr(processes, "leave_nothing", lambda: None)  # of a process that runs more than the command
        before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main()
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
        said = capsys.readouterr()
        return SimpleNamespace(status=ended.value.code, out=said.out, err=said.err)

    return run
