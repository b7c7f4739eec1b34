"""A report shown while it is written: what may be asked, what is served and to whom, and what a save brings about."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPResponse
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from nbconvert.exporters import get_exporter

from browser import CHROMIUM, Page, page
from drawn import notebook
from thematic.build.request import Words
from thematic.core import previewer
from thematic.core.errors import ArgumentsRefused, ParamsRefused, UserError
from thematic.core.previewer import Asked, Preview, Previewer
from thematic.core.workbook import Workbook
from thematic.exporters import running
from thematic.jupyter.preview.making import one_report
from thematic.jupyter.preview.notebook import read_saved
from thematic.jupyter.preview.server import Screen, serving
from thematic.outputs.editions import FORMATS
from thematic.report import previewing
from warehouse_drawn import own_params, sample_workbook

WIDNES = 'period = "2021-01"\narea = "widnes"\naudience = "internal"'
OPENS = 'from thematic.report import open_report\nreport = open_report("rape", period, area, audience)'


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"goals": ["RAPE", "HATE"]}, "RAPE HATE"),
        ({"goals": ["RAPE"], "lpu": "all"}, "AREA: 'all'"),
        ({"goals": ["RAPE"], "lpu": "force", "period": "2020-11..2021-01"}, "PERIOD: '2020-11..2021-01'"),
    ],
)
def test_more_than_one_report_is_refused(tmp_path: Path, words: dict[str, object], named: str) -> None:
    with pytest.raises(ArgumentsRefused, match="A preview shows one report") as refused:
        one_report(Words(**words), own_params(), Workbook(tmp_path))
    assert named in str(refused.value)


def saved(folder: Path, name: str, *sources: str, parameters: str = WIDNES):
    path = folder / name
    path.write_bytes(notebook(*sources, parameters=parameters))
    return read_saved(Workbook(folder), own_params(), path)


def test_a_notebook_is_of_the_theme_that_names_it_and_a_copy_of_the_one_it_opens(tmp_path: Path) -> None:
    assert saved(tmp_path, "hate_crime.ipynb", OPENS).theme == "hate-crime"
    copy = saved(tmp_path, "mine.ipynb", "half a (", "print(1)", OPENS)
    assert copy.theme == "rape"
    assert copy.parameters == {"period": "2021-01", "area": "widnes", "audience": "internal"}
    with pytest.raises(ArgumentsRefused, match=r"other\.ipynb is not the notebook of a report.*rape\.ipynb"):
        saved(tmp_path, "other.ipynb", "open_report(theme)")


def test_a_notebook_that_cannot_take_parameters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParamsRefused, match="area"):
        saved(tmp_path, "rape.ipynb", OPENS, parameters='period = "2021-01"\naudience = "internal"')
    (tmp_path / "rape.ipynb").write_text("no notebook", encoding="utf-8")
    with pytest.raises(ParamsRefused, match="is not a Jupyter notebook"):
        read_saved(Workbook(tmp_path), own_params(), tmp_path / "rape.ipynb")
    with pytest.raises(ArgumentsRefused, match=r"gone\.ipynb: cannot be read"):
        read_saved(Workbook(tmp_path), own_params(), tmp_path / "gone.ipynb")


def test_nothing_is_shown_in_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "get_ipython", SimpleNamespace)
    assert previewing.framed("rape", "2021-01", "widnes", "internal", 900) is None


@pytest.mark.parametrize(
    ("name", "said"), [("", "thematic preview"), ("session-1", "JupyterLab alone"), ("gone.ipynb", "gone.ipynb is not")]
)
def test_a_notebook_that_is_not_known_is_told_of(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.setattr(previewing, "get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setenv("JPY_SESSION_NAME", name)
    with pytest.raises(ArgumentsRefused, match=said):
        previewing.framed("rape", "2021-01", "widnes", "internal", 900)


def test_the_exporters_have_names_that_jupyterlabs_server_finds() -> None:
    for suffix, name in FORMATS.items():
        exporter = get_exporter(name)()
        assert re.fullmatch(r"\w+", name) and exporter.output_mimetype and exporter.file_extension == f".{suffix}"


def test_the_export_of_a_report_that_was_not_run_runs_it_and_of_any_other_notebook_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wished: list[Asked] = []
    answers = [Preview(notebook=notebook("ran").decode()), Preview(failure="cell [3] failed"), Preview(superseded=True)]

    def ask(asked: Asked) -> SimpleNamespace:
        wished.append(asked)
        return SimpleNamespace(result=lambda: answers[len(wished) - 1])

    monkeypatch.setattr(running, "shared", lambda: SimpleNamespace(ask=ask))
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    where = {"metadata": {"path": str(tmp_path / "notebooks"), "name": "rape"}}
    unrun = nbformat.reads(notebook("1").decode(), as_version=4)
    assert running.executed(unrun, where).cells[1].source == "ran"
    assert (wished[0].notebook, wished[0].form) == (str((tmp_path / "notebooks/rape.ipynb").resolve()), "ipynb")
    with pytest.raises(UserError, match="failed"):
        running.executed(unrun, where)
    with pytest.raises(UserError, match="Export it once more"):
        running.executed(unrun, where)
    ran = nbformat.reads(notebook("1").decode(), as_version=4)
    ran.cells[1].execution_count = 1
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    assert running.executed(ran, where) is ran and running.executed(other, where) is other
    assert running.executed(unrun, {"metadata": {"name": "force"}}) is unrun
    assert len(wished) == 3


@pytest.fixture
def screen() -> Screen:
    shown = Screen()
    shown.show(Preview("<p>Made</p>", about="Rape, Widnes"), "10:00:00")
    return shown


def test_a_failure_leaves_the_last_good_page(screen: Screen) -> None:
    screen.making()
    assert screen.state.making
    screen.show(Preview(failure="cell [3]"), "10:00:05")
    assert (screen.html, screen.state.failure, screen.state.about) == ("<p>Made</p>", "cell [3]", "Rape, Widnes")
    assert (screen.state.page, screen.state.made, screen.state.making) == (1, "10:00:00", False)


def get(address: str, path: str = "", method: str = "GET", **headers: str) -> HTTPResponse:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    connection.request(
        method, place.path + path, headers={key.replace("_", "-"): word for key, word in headers.items()}
    )
    answer = connection.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_only_this_machine_and_only_who_knows_the_address_sees_the_page(screen: Screen) -> None:
    with serving(screen, None) as address:
        port = urlsplit(address).port
        good = get(address, "report")
        assert (good.status, good.body) == (200, "<p>Made</p>")
        assert get(address, "report", Host=f"localhost:{port}").status == 200
        assert get(address, "report", Host="evil.example").status == 403
        assert get(address, "report", Host=f"evil.example:{port}").status == 403
        assert get(address, "report", Sec_Fetch_Site="cross-site").status == 403
        assert get(f"http://127.0.0.1:{port}/", "report").status == 404
        assert get(f"http://127.0.0.1:{port}/guess/", "report").status == 404
        assert get(address, "../../params/force.yaml").status == 404
        assert get(address, "frame.html").status == 404
        assert get(address, "report", method="POST").status == 501
        assert "script-src 'self'" in get(address).headers["Content-Security-Policy"]
        held = [
            each.laddr.ip
            for each in psutil.Process().net_connections("tcp")
            if each.status == "LISTEN" and each.laddr.port == port
        ]
        assert held == ["127.0.0.1"]
        with pytest.raises(ArgumentsRefused, match=f"PORT: {port} cannot be used"), serving(screen, port):
            pass


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_next_page_comes_in_the_place_of_the_last_at_the_same_spot() -> None:
    long = "<!DOCTYPE html><details><summary>s</summary>n</details><p>{}</p><div style='height:5000px'></div>"
    frame = "document.querySelector('iframe.shown')"
    bar = "document.querySelector('header').innerText"
    failure = "document.getElementById('failure').checkVisibility() && document.getElementById('failure').innerText"
    screen = Screen()
    with serving(screen, None) as address, page() as tab:
        tab.call("Page.navigate", url=address)
        seen(tab, f"{bar}.includes('making')")
        screen.show(Preview(long.format("First"), about="Rape, Widnes"), "10:00:00")
        seen(tab, f"{frame}?.contentDocument.body.textContent.includes('First')")
        tab.ask(f"{frame}.contentDocument.querySelector('details').open = true")
        tab.ask(f"{frame}.contentWindow.scrollTo(0, 2000)")
        screen.show(Preview(failure="cell [3] fails", about="Rape, Widnes"), "10:00:05")
        seen(tab, f"{failure} == 'cell [3] fails' && {bar}.includes('10:00:00')")
        screen.show(Preview(long.format("Second"), about="Rape, Widnes"), "10:00:09")
        seen(tab, f"{frame}.contentDocument.body.textContent.includes('Second') && !({failure})")
        assert tab.ask(f"[{frame}.contentWindow.scrollY, {frame}.contentDocument.querySelector('details').open]") == [
            2000,
            True,
        ]
        assert tab.ask("document.querySelectorAll('iframe').length") == 1
        assert tab.complaints == []


def seen(tab: Page, expression: str) -> None:
    for _ in range(200):
        if tab.ask(f"(() => {{ try {{ return !!({expression}) }} catch {{ return false }} }})()"):
            return
        time.sleep(0.05)
    raise AssertionError((expression, tab.ask("document.body.innerText"), tab.complaints))


def test_a_process_that_died_or_runs_old_code_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def workers() -> list[psutil.Process]:
        children = psutil.Process().children()
        return [each for each in children if "thematic.jupyter.preview.worker" in " ".join(each.cmdline())]

    with Previewer() as asks:
        asked = Asked(root=str(tmp_path), theme="rape")
        assert "params" in asks.ask(asked).result(60).failure
        (first,) = workers()
        first.kill()
        first.wait(10)
        until = time.monotonic() + 10
        while "params" not in asks.ask(asked).result(60).failure:
            assert time.monotonic() < until
        (second,) = workers()
        assert second.pid != first.pid
        monkeypatch.setattr(previewer, "_code_stamp", lambda: frozenset({("changed.py", 1, 1)}))
        assert "params" in asks.ask(asked).result(60).failure
        assert [each.pid for each in workers()] != [second.pid]
        assert not second.is_running()
    assert workers() == []


class Command:
    """`thematic preview` at work, and what it tells the browser."""

    def __init__(self, root: Path, *words: str) -> None:
        program = "import sys; from thematic.cli import main; sys.argv[0] = 'thematic'; main()"
        command = [sys.executable, "-c", program, "preview", *words]
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://\S+/", line):
                break
        self.address = found[0]
        place = urlsplit(self.address)
        self._connection = http.client.HTTPConnection(place.hostname, place.port, timeout=90)
        self._connection.request("GET", place.path + "events")
        self._events = self._connection.getresponse()
        self.page = 0

    def next(self) -> dict[str, object]:
        """The state once something has been made, or could not be."""
        while line := self._events.readline().decode():
            if line.startswith("data: "):
                state = json.loads(line.removeprefix("data: "))
                if not state["making"] and (state["page"] > self.page or state["failure"]):
                    self.page = state["page"]
                    return state
        raise AssertionError("the preview has ended")

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        self._events.close()
        self._connection.close()
        self.process.stdout.close()
        return status


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    found = sample_workbook(tmp_path)
    (found.notebooks / "rape.ipynb").write_bytes(notebook(OPENS, "report.cover()", "report.commentary()"))
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to another process")
def test_a_save_brings_a_new_page_and_ctrl_c_ends_it_all(workbook: Workbook) -> None:
    command = Command(workbook.root, "RAPE", "--lpu", "widnes", "--no-open")
    family = psutil.Process(command.process.pid).children(recursive=True)
    try:
        assert command.next()["about"] == "Rape, Widnes, January 2021, internal"
        assert "Widnes, 12 months to January 2021" in get(command.address, "report").body

        path = workbook.notebooks / "rape.ipynb"
        path.write_bytes(notebook(OPENS, "report.cover()", "report.commentary()", "print('Seen at once')"))
        assert command.next()["failure"] == ""
        assert "Seen at once" in get(command.address, "report").body

        path.write_bytes(notebook(OPENS, "report.covr()"))
        assert "report.covr()" in command.next()["failure"]
        assert "Seen at once" in get(command.address, "report").body

        path.write_bytes(notebook(OPENS, "report.cover()", "report.commentary()"))
        assert command.next()["failure"] == ""
        words = workbook.params / "commentary" / "rape" / "2021-01" / "widnes.md"
        words.parent.mkdir(parents=True)
        words.write_text("---\nauthor: A. Analyst\n---\nMy own words.\n", encoding="utf-8")
        command.next()
        assert "My own words." in get(command.address, "report").body

        (workbook.params / "events.yaml").write_text("nothing: of this\n", encoding="utf-8")
        assert "params/events.yaml" in command.next()["failure"]
        assert not (workbook.root / "outputs").exists()
        family += psutil.Process(command.process.pid).children(recursive=True)
    finally:
        status = command.end()
    _, left = psutil.wait_procs(family, 10)
    assert (status, left) == (0, [])
