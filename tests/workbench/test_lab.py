"""An analyst's work in JupyterLab itself: a notebook is changed, run and shown as a report by the buttons above it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import psutil
import pytest

from browser import CHROMIUM, Page, page
from thematic.jupyter import repository
from warehouse_drawn import ROOT, sample_workbook

pytestmark = [
    pytest.mark.proof,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

LAB = ROOT / "lib" / "thematic" / "jupyter"
WIDTH, HEIGHT = 1400, 900
PANEL = "document.querySelector('.thematic-Preview')"
REPORT = f"{PANEL}?.querySelector('iframe.shown')?.contentDocument"
LINE = f"{PANEL}.querySelector('p').textContent"
FAILURE = f"{PANEL}.querySelector('pre:not([hidden])')?.textContent"
COVER = "document.querySelector('.jp-OutputArea h1')"
FRAMED = {
    "cell_type": "code",
    "id": "framed",
    "metadata": {},
    "source": "report.preview()",
    "outputs": [],
    "execution_count": None,
}


@dataclass
class Lab:
    """JupyterLab with a notebook of its workbook open in a browser's tab; `server` is its address."""

    notebook: Path
    tab: Page
    server: str

    def waits(self, expression: str, seconds: float = 40) -> None:
        until = time.monotonic() + seconds
        while not self.tab.ask(f"(() => {{ try {{ return !!({expression}) }} catch {{ return false }} }})()"):
            assert time.monotonic() < until, (expression, self.tab.ask("document.body.innerText"))
            time.sleep(0.1)

    def click(self, element: str, times: int = 1) -> None:
        self.waits(f"({element}).getBoundingClientRect().width > 0")
        middle = f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])(({element}).getBoundingClientRect())"
        x, y = self.tab.ask(middle)
        self.tab.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def press(self, button: str) -> None:
        self.click(f"document.querySelector('[data-jp-item-name=thematic-{button}]')")

    def run_all(self) -> None:
        self.waits("document.querySelector('#jp-main-statusbar').innerText.includes('Thematic | Idle')")
        self.click("[...document.querySelectorAll('.lm-MenuBar-item')].find(each => each.textContent == 'Run')")
        self.click("document.querySelector('.lm-Menu-item[data-command=\"runmenu:run-all\"]')")

    def set_area(self, before: str, area: str) -> None:
        """Types over the area in the parameters cell."""
        texts = "[...document.querySelectorAll('.jp-Cell .cm-line span')]"
        text = f"{texts}.find(each => each.textContent == '\"{before}\"')"
        self.waits(f"({text}).scrollIntoViewIfNeeded() ?? true")
        self.click(text, times=2)
        self.tab.call("Input.insertText", text=area)
        self.waits(f"{texts}.some(each => each.textContent == '\"{area}\"')")


@contextmanager
def served(root: Path, home: Path) -> Iterator[str]:
    """The address of a JupyterLab with the product's own settings and buttons, which ends with the block."""
    places = {"DATA": "data", "CONFIG": "config", "RUNTIME": "runtime"}
    environment = {
        **os.environ,
        **{f"JUPYTER_{name}_DIR": str(home / folder) for name, folder in places.items()},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PATH": str(LAB / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(LAB / "etc" / "jupyter"),
    }
    log = (home / "log.txt").open("wb")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--allow-root",
        "--no-browser",
        "--port",
        "0",
        "--LabApp.expose_app_in_browser=True",
        f"--ServerApp.root_dir={root}",
    ]
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield _address(process, home)
    finally:
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.wait(30)
        log.close()
        _, left = psutil.wait_procs(family, 20)
        assert left == []


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    for _ in range(600):
        found = [*(home / "runtime").glob("jpserver-*.json")]
        if found and (said := found[0].read_text(encoding="utf-8")):
            told = json.loads(said)
            return f"{told['url']}lab/WORKSPACE/tree/notebooks/NAME.ipynb?token={told['token']}"
        assert process.poll() is None, (home / "log.txt").read_text(encoding="utf-8")
        time.sleep(0.1)
    raise TimeoutError("JupyterLab did not start")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    notebook = workbook.notebooks / "rape.ipynb"
    told = json.loads(notebook.read_text(encoding="utf-8"))
    told["cells"].append(FRAMED)
    notebook.write_text(json.dumps(told), encoding="utf-8")
    track(workbook.root)
    with served(workbook.root, tmp_path_factory.mktemp("home")) as address, page() as tab:
        yield opened(workbook.root, address, "rape", tab)


def track(root: Path) -> None:
    """Makes the workbook a repository, as a force has it, of which the notebooks are committed."""
    ran(root, "git", "init", "-q")
    repository.set_up(root, print)
    ran(root, "git", "add", "notebooks")
    ran(root, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "one")


def opened(root: Path, server: str, name: str, tab: Page) -> Lab:
    """The notebook of this name in a workspace by the same name, so that no other is open beside it."""
    size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    tab.call("Emulation.setDeviceMetricsOverride", **size)
    tab.call("Page.navigate", url=server.replace("WORKSPACE", f"workspaces/{name}").replace("NAME", name))
    return Lab(root / "notebooks" / f"{name}.ipynb", tab, server)


def test_an_analyst_changes_a_notebook_runs_it_and_sees_the_report_beside_it(lab: Lab) -> None:
    lab.set_area("force", "widnes")
    lab.run_all()
    lab.waits(f"{COVER}.textContent.includes('Widnes')")
    lab.waits("document.querySelectorAll('.jp-OutputArea figure svg').length > 0")
    lab.waits("document.querySelector('.jp-OutputArea iframe').srcdoc.includes('Widnes, 12 months to')")
    drawn = "[...document.querySelectorAll('.jp-OutputArea figure')].map(each => each.querySelectorAll('svg').length)"
    assert set(lab.tab.ask(drawn)) == {1}

    lab.press("preview")
    lab.waits(f"{REPORT}.querySelector('.lead').textContent.includes('Widnes')")
    assert "Rape, Widnes" in lab.tab.ask(LINE)
    saved = json.loads(lab.notebook.read_text(encoding="utf-8"))
    assert 'area = "widnes"' in "".join(saved["cells"][0]["source"])
    assert [cell["outputs"] for cell in saved["cells"] if cell["cell_type"] == "code" and cell["outputs"]] == []
    assert "Widnes" in lab.tab.ask(f"{COVER}.textContent")
    if folder := os.environ.get("THEMATIC_PICTURES"):
        lab.waits("document.querySelector('.jp-Cell').scrollIntoViewIfNeeded() ?? true")
        lab.tab.picture(Path(folder) / "jupyterlab.png", height=HEIGHT)


def test_what_is_wrong_is_said_above_the_last_good_page(lab: Lab) -> None:
    lab.set_area("widnes", "widness")
    lab.press("preview")
    lab.waits(f"{FAILURE}.includes('Did you mean widnes?')")
    assert "Widnes" in lab.tab.ask(f"{REPORT}.querySelector('.lead').textContent")
    lab.set_area("widness", "widnes")
    lab.press("preview")
    lab.waits(f"{PANEL} && !({FAILURE})")
    assert lab.tab.ask("document.querySelectorAll('.thematic-Preview').length") == 1


def test_the_commentary_of_the_report_opens_beside_its_notebook(lab: Lab) -> None:
    file = lab.notebook.parents[1] / "params" / "commentary" / "rape" / "2021-01" / "widnes.md"
    assert not file.exists()
    lab.press("commentary")
    lab.waits("document.querySelector('.jp-FileEditor .cm-content').textContent.includes('## ')")
    assert file.is_file()


CELLS = "jupyterapp.shell.currentWidget.content"
BEFORE = "report.headline(*ended)"
TITLE = "How investigations ended, as bars"


def test_a_recipe_is_copied_changed_run_previewed_and_exported_and_git_sees_one_cell(lab: Lab) -> None:
    """In the notebook on domestic abuse an analyst copies the chart of outcomes and makes bars in another colour of it."""
    root = lab.notebook.parents[1]
    changed_before = ran(root, "git", "status", "--porcelain", "-uno").splitlines()
    with page() as tab:
        mine = opened(root, lab.server, "domestic_abuse", tab)
        mine.waits("[...jupyterapp.shell.widgets('main')][0].sessionContext.session.kernel.status == 'idle'", 90)
        mine.click("document.querySelector('.jp-Notebook .jp-Cell')")
        mine.waits(f"{CELLS}.widgets.length > 20")
        place = f"{CELLS}.widgets.findIndex(each => each.model.sharedModel.source.includes('sns.scatterplot(outcomes'))"
        tab.ask(f"{CELLS}.activeCellIndex = {place}")
        tab.ask("jupyterapp.commands.execute('notebook:copy-cell')")
        tab.ask("jupyterapp.commands.execute('notebook:paste-cell-below')")
        recipe = tab.ask(f"{CELLS}.activeCell.model.sharedModel.source")
        changed = recipe.replace("sns.scatterplot", "sns.barplot").replace("s=90, ", "")
        changed = changed.replace('palette["main"]', 'palette["second"]').replace(BEFORE, f'"{TITLE}"')
        tab.ask(f"{CELLS}.activeCell.model.sharedModel.setSource({json.dumps(changed)})")
        assert tab.ask(f"{CELLS}.activeCell.model.sharedModel.source") == changed != recipe
        tab.ask("jupyterapp.commands.execute('notebook:run-all-above')")
        tab.ask("jupyterapp.commands.execute('notebook:run-cell')")
        mine.waits(f"{CELLS}.activeCell.node.querySelector('figure')?.innerText.includes('{TITLE}')")

        mine.press("explain")
        mine.waits("document.querySelector('.jp-Dialog select')")
        tab.ask("document.querySelector('.jp-Dialog .jp-mod-accept').click()")
        mine.waits("document.querySelector('.thematic-Account pre').textContent.includes('(da_recorded): ')")
        mine.click("document.querySelector('.jp-Notebook .jp-Cell')")
        mine.press("preview")
        mine.waits(f"[...{REPORT}.querySelectorAll('figcaption')].some(each => each.innerText.includes('{TITLE}'))")
        with pikepdf.open(BytesIO(exported_as(mine, "Thematic_pdf"))) as exported:
            assert str(exported.docinfo["/Title"]).startswith("Domestic abuse") and len(exported.pages) > 3
    changed_now = ran(root, "git", "status", "--porcelain", "-uno").splitlines()
    assert [each for each in changed_now if each not in changed_before] == [" M notebooks/domestic_abuse.ipynb"]
    ran(root, "git", "add", "-u")
    before, now = (
        json.loads(ran(root, "git", "show", f"{place}:notebooks/domestic_abuse.ipynb"))["cells"]
        for place in ("HEAD", "")
    )
    new = [cell for cell in now if TITLE in "".join(cell["source"])]
    assert ["".join(cell["source"]) for cell in new] == [changed]
    assert [cell for cell in now if cell not in new] == before
    assert [cell for cell in now if cell.get("outputs")] == []


def exported_as(lab: Lab, label: str) -> bytes:
    """What the item of File > Save and Export Notebook As gives."""
    lab.tab.ask("window.open = address => { window.exported = address; }")
    lab.click("[...document.querySelectorAll('.lm-MenuBar-item')].find(each => each.textContent == 'File')")
    items = "[...document.querySelectorAll('.lm-Menu-item')]"
    lab.click(f"{items}.find(each => each.textContent.startsWith('Save and Export Notebook As'))")
    lab.click(f"{items}.find(each => each.textContent.startsWith('{label}'))")
    lab.waits("window.exported")
    fetched = "fetch(window.exported).then(answer => answer.arrayBuffer())"
    coded = f"{fetched}.then(data => btoa([...new Uint8Array(data)].map(each => String.fromCharCode(each)).join('')))"
    return b64decode(lab.tab.ask(coded))


def ran(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_nothing_is_asked_of_the_network(lab: Lab) -> None:
    here = lab.tab.ask("location.origin")
    outside = [url for url in lab.tab.requests if not url.startswith((here, "data:", "blob:", "about:"))]
    assert outside == []
