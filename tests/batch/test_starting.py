"""What reports need is loaded as soon as it is plain that some must be made, and no longer than somebody wants it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from thematic.execution import starting


@pytest.fixture
def begun(monkeypatch) -> list[list[str]]:
    """The formats for which loading is begun, each time that it is."""
    found: list[list[str]] = []
    monkeypatch.setattr(starting, "warm_up", lambda formats: found.append([*formats]))
    return found


@pytest.mark.parametrize(
    ("there", "period"),
    [
        ([], ""),
        ([], "2021-01"),
        (["2020-12"], "2021-01"),
        (["2020-12", "2021-02"], "2020-12..2021-02"),
        (["failed"], ""),
    ],
)
def test_loading_begins_before_anything_is_read_where_a_month_has_no_reports(tmp_path, begun, there, period):
    for name in there:
        (tmp_path / name).mkdir()
    starting.warm_up_early(tmp_path, period, "")
    assert begun == [["html", "pdf", "csv"]]


@pytest.mark.parametrize(
    ("there", "period"),
    [
        (["2020-12"], ""),
        (["2021-01"], "2021-01"),
        (["2020-12", "2021-01"], "2020-12..2021-01"),
        ([], "January"),
        ([], "2021-13"),
    ],
)
def test_it_does_not_where_that_is_not_plain(tmp_path, begun, there, period):
    for name in there:
        (tmp_path / name).mkdir()
    starting.warm_up_early(tmp_path, period, "")
    assert begun == []


def test_it_begins_for_the_formats_that_are_asked_for(tmp_path, begun):
    starting.warm_up_early(tmp_path / "none", "2021-01", " XLSX, html ,")
    assert begun == [["xlsx", "html"]]


REFUSED = """
import sys
from pathlib import Path
from thematic.execution import starting
starting.warm_up_early(Path("none"), "2021-01", "html")
from multiprocessing import forkserver
print(forkserver._forkserver._forkserver_pid, flush=True)
starting.give_up()
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up under /proc")
def test_nothing_goes_on_loading_for_a_command_that_was_refused(tmp_path):
    ran = subprocess.run([sys.executable, "-c", REFUSED], cwd=tmp_path, capture_output=True, text=True, check=True)
    until = time.monotonic() + 60
    while is_at_work(int(ran.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_at_work(int(ran.stdout))
    assert ran.stderr == ""


def is_at_work(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return False
