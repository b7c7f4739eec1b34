"""The kernel that is ready: forked warm, like any other to its notebook, and gone when its server is, however it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psutil
import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyterlab.labapp import LabApp

from drawn import REPOSITORY
from thematic.core.workbook import Workbook
from thematic.jupyter import forking, opening, transport

pytestmark = pytest.mark.proof
forks = pytest.mark.skipif(not forking.POSSIBLE, reason="needs fork")
WARM = "thematic.jupyter.warm"
SLEEPER = "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], {})"


@dataclass
class Kernel:
    """A kernel of the server, and a connection to it."""

    name: str
    client: BlockingKernelClient

    def run(self, code: str, seconds: float = 60) -> dict[str, Any]:
        """The reply to a cell, with its outputs of each kind: `text`, `image`."""
        outputs: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(
            code, output_hook=lambda said: outputs.append(said["content"]), timeout=seconds, allow_stdin=False
        )
        told: dict[str, Any] = dict(reply["content"])
        told["text"] = "".join(each.get("text", "") for each in outputs)
        told["shown"] = [kind for each in outputs for kind in each.get("data", {})]
        return told

    @property
    def pid(self) -> int:
        return int(self.run("import os; print(os.getpid())")["text"])


@dataclass
class Server:
    """A Jupyter server in a workbook of its own, and the processes that come of it."""

    root: Path
    runtime: Path
    mark: str
    port: int
    process: subprocess.Popen[bytes]
    clients: list[BlockingKernelClient] = field(default_factory=list)

    def ask(self, method: str, path: str, said: object = None) -> Any:
        data = None if said is None else json.dumps(said).encode()
        return json.loads(self.read(f"api/{path}", method, data) or "null")

    def read(self, path: str, method: str = "GET", data: bytes | None = None) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}", data, {"Authorization": "token t"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.read().decode()

    def kernel(self, kind: str = "thematic") -> Kernel:
        name = self.ask("POST", "kernels", {"name": kind, "path": "notebooks"})["id"]
        return Kernel(name, self.connected(name))

    def connected(self, name: str) -> BlockingKernelClient:
        client = BlockingKernelClient(connection_file=str(self.runtime / f"kernel-{name}.json"))
        client.load_connection_file()
        client.start_channels(hb=False)  # on a busy machine a beat may be late
        self.clients.append(client)
        client.wait_for_ready(60)
        return client

    def processes(self) -> list[psutil.Process]:
        return [each for each in psutil.process_iter() if told(each).get("THEMATIC_TEST") == self.mark]

    def warm(self) -> list[psutil.Process]:
        return [
            each
            for each in self.processes()
            if each.cmdline()[1:3] == ["-m", WARM] and parent(each) == self.process.pid
        ]

    def forked(self) -> set[int]:
        """The processes of kernels."""
        warm = {each.pid for each in self.warm()}
        return {each.pid for each in self.processes() if parent(each) in warm}

    def wait_until_gone(self, seconds: float = 10) -> None:
        until = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < until, f"still there: {[(each, commanded(each)) for each in left]}"
            time.sleep(0.05)


def told(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}


def commanded(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


@contextmanager
def serving() -> Iterator[Server]:
    """A server that is told to end with the block; nothing is left of it then, whatever its kernels have started."""
    with TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as folder, socket.socket() as free:
        root = Path(folder).resolve()
        for name in ("params", "notebooks", "data/reference"):
            shutil.copytree(REPOSITORY / name, root / name)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        mark, runtime = uuid4().hex, root / "runtime"
        own = {"JUPYTER_RUNTIME_DIR": runtime, "JUPYTER_CONFIG_DIR": root / "config", "IPYTHONDIR": root / "ipython"}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment = {**inherited, "THEMATIC_TEST": mark} | {name: str(path) for name, path in own.items()}
        command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}"]
        command += ["--IdentityProvider.token=t", "--KernelRestarter.time_to_dead=0.2"]
        with (root / "said.txt").open("wb") as said:
            process = subprocess.Popen(command, cwd=root, env=environment, stdout=said, stderr=said)
        server = Server(root, runtime, mark, port, process)
        try:
            until = time.monotonic() + 60
            while not answers(server):
                assert time.monotonic() < until and process.poll() is None, (root / "said.txt").read_text()
                time.sleep(0.1)
            yield server
        finally:
            for client in server.clients:
                client.stop_channels()
                client.context.term()
            process.terminate()
            process.wait(30)
            server.wait_until_gone()


def answers(server: Server) -> bool:
    try:
        return bool(server.ask("GET", "status"))
    except OSError:
        return False


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def test_the_kernelspec_is_found_in_the_environment_and_named_by_every_notebook():
    spec = KernelSpecManager().get_kernel_spec("thematic")
    assert spec.display_name == "Thematic"
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == "thematic"
    for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
        named = json.loads(path.read_bytes())["metadata"]["kernelspec"]
        assert named == {"display_name": "Thematic", "language": "python", "name": "thematic"}, path.name


def test_jupyterlab_is_set_to_the_kernel_and_to_fetch_nothing(server):
    assert server.ask("GET", "kernelspecs")["default"] == "thematic"
    page = server.read("lab")
    told = json.loads(page.split('<script id="jupyter-config-data" type="application/json">')[1].split("</script>")[0])
    assert told["news"] == {"disabled": True}
    off = {"@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension"}
    assert off <= set(told["disabledExtensions"])
    assert json.loads(server.read("lab/api/update")) == {"notification": None}


def test_lab_opens_on_the_workbook_and_prepares_data_where_there_are_none(tmp_path, monkeypatch):
    done: list[object] = []
    monkeypatch.setenv("THEMATIC_WORKBOOK", "elsewhere")
    monkeypatch.setattr(LabApp, "launch_instance", done.append)
    monkeypatch.setattr(opening, "prepare", lambda workbook, params, **_: done.append(workbook.root))
    for name in ("params", "notebooks", "data/reference"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    workbook = Workbook(tmp_path)
    words = [f"--ServerApp.root_dir={tmp_path}", "--ContentsManager.preferred_dir=notebooks", "--no-browser"]
    opening.open_lab(workbook, ["--no-browser"], done.append)
    assert done == [tmp_path, words]
    assert os.environ["THEMATIC_WORKBOOK"] == str(tmp_path)
    monkeypatch.setattr(opening.cubes, "load_index", lambda _: "an index")
    opening.open_lab(workbook, ["--no-browser"], done.append)
    assert done == [tmp_path, words, words]


@pytest.mark.skipif(not transport.POSSIBLE, reason="Windows has no other way")
@pytest.mark.parametrize("name", ["thematic", "python3"])
def test_a_kernel_opens_no_port_and_its_messages_are_for_its_owner_alone(server, name):
    kernel = server.kernel(name)
    assert kernel.run("print(1)")["text"] == "1\n"
    if sys.platform == "linux":
        assert (
            kernel.run("import os\nif not os.fork(): print('forked', flush=True); os._exit(0)\nos.wait()")["text"]
            == "forked\n"
        )
    family = [psutil.Process(kernel.pid), *psutil.Process(kernel.pid).children(recursive=True)]
    ports = [each for process in family for each in process.net_connections("inet")]
    assert len(ports) == (name != "thematic"), "the usual kernel hears by a port what it has forked, and says nothing"
    info = json.loads((server.runtime / f"kernel-{kernel.name}.json").read_text())
    sockets = [
        Path(f"{info['ip']}-{info[f'{channel}_port']}") for channel in ("shell", "iopub", "stdin", "control", "hb")
    ]
    assert info["transport"] == "ipc"
    for path in sockets:
        assert path.is_socket() and not path.parent.stat().st_mode & 0o077


@forks
def test_a_kernel_is_forked_from_the_one_warm_process_and_has_everything_loaded(server):
    kernel = server.kernel()
    loaded = kernel.run("import sys; print('seaborn' in sys.modules, 'thematic.report' in sys.modules)")
    assert loaded["text"] == "True True\n"
    assert parent(psutil.Process(kernel.pid)) in {each.pid for each in server.warm()}


def test_a_kernel_stands_in_its_folder_like_any_other(server):
    kernel = server.kernel()
    place = kernel.run(
        "import os, sys; print(os.getcwd(), sys.argv[1], '' in sys.path, __name__, 'OMP_NUM_THREADS' in os.environ)"
    )
    threads = "OMP_NUM_THREADS" in os.environ
    assert place["text"].split() == [str(server.root / "notebooks"), "-f", "True", "__main__", str(threads)]
    said = kernel.run("import time; print('a'); print('b', file=sys.stderr); _ = os.system('echo c'); time.sleep(0.5)")
    assert sorted(said["text"].split()) == ["a", "b", "c"]
    pool = "import multiprocessing\ndef f(x): return x * x\nwith multiprocessing.Pool(2) as p: print(p.map(f, [2, 3]))"
    if sys.platform == "linux":
        assert kernel.run(pool)["text"] == "[4, 9]\n"


def test_figures_are_shown_as_in_any_kernel_with_and_without_the_magic(server):
    kernel = server.kernel()
    assert "image/png" in kernel.run("import matplotlib.pyplot as plt; plt.plot([1, 2]);")["shown"]
    assert "image/png" in kernel.run("%matplotlib inline\nplt.plot([1, 2]);")["shown"]
    assert "image/svg+xml" in kernel.run("%config InlineBackend.figure_formats = ['svg']\nplt.plot([1, 2]);")["shown"]


def test_two_kernels_draw_different_random_numbers_and_keep_their_history(server):
    draws = [server.kernel().run("import numpy, random; print(numpy.random.rand(), random.random())") for _ in range(2)]
    assert draws[0]["text"] != draws[1]["text"]
    assert server.kernel().run("%history -g numpy.random")["text"].count("numpy.random.rand()") >= 2


def test_a_mistake_of_the_users_is_told_in_a_line_and_any_other_error_with_its_place(server):
    kernel = server.kernel()
    reply = kernel.run("from thematic.report import open_report\nopen_report('rapee', '2021-01', 'force')")
    assert reply["ename"] == "ArgumentsRefused"
    assert reply["traceback"] == [reply["evalue"]]
    assert reply["evalue"].startswith("There is no theme 'rapee'. Themes: ")
    assert any("Traceback" in line for line in kernel.run("1 / 0")["traceback"])


def test_a_cell_can_be_interrupted_and_a_kernel_restarted_which_ends_what_it_had_started(server):
    kernel = server.kernel()
    kernel.run("kept = 1")
    sent = kernel.client.execute("import time; print('on', flush=True); time.sleep(600)", stop_on_error=False)
    while kernel.client.get_iopub_msg(30)["content"].get("text") != "on\n":
        pass
    server.ask("POST", f"kernels/{kernel.name}/interrupt")
    reply = kernel.client.get_shell_msg(30)
    assert (reply["parent_header"]["msg_id"], reply["content"]["ename"]) == (sent, "KeyboardInterrupt")
    assert kernel.run("print(kept)")["text"] == "1\n"
    child = int(kernel.run(SLEEPER.format("") + "\nprint(child.pid)")["text"])
    before = kernel.pid
    server.ask("POST", f"kernels/{kernel.name}/restart")
    kernel.client = server.connected(kernel.name)
    assert kernel.run("kept")["ename"] == "NameError"
    assert kernel.pid != before
    wait_for(lambda: gone(before) and gone(child))


@forks
def test_a_kernel_that_is_killed_is_noticed_and_started_again(server):
    kernel = server.kernel()
    before, others = kernel.pid, server.forked()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: server.forked() - others)
    kernel.client = server.connected(kernel.name)
    assert parent(psutil.Process(kernel.pid)) in {each.pid for each in server.warm()}


@forks
def test_when_the_warm_process_is_killed_the_next_kernel_starts_well_from_another(server):
    survivor = server.kernel()
    before = server.warm()
    for each in before:
        each.kill()
    kernel = server.kernel()
    assert parent(psutil.Process(kernel.pid)) in {each.pid for each in server.warm()} - {each.pid for each in before}
    assert survivor.run("print(1)")["text"] == "1\n"
    survivor.run(SLEEPER.format("start_new_session=True"))


@forks
def test_nothing_outlives_a_server_that_is_killed():
    """Among the kernels is one whose warm process was killed before, and one that is busy."""
    with serving() as server:
        orphan = server.kernel()
        orphan.run(SLEEPER.format("start_new_session=True"))
        for each in server.warm():
            each.kill()
        idle, busy = server.kernel(), server.kernel()
        idle.run(SLEEPER.format(""))
        idle.run(SLEEPER.format("start_new_session=True"))
        pids = {orphan.pid, idle.pid, busy.pid}
        busy.client.execute("import re; re.match('(a+)+$', 'a' * 50 + 'b')")  # and lets no other thread run
        assert {*pids, *(each.pid for each in server.warm())} <= {each.pid for each in server.processes()}
        server.process.kill()
        server.process.wait(30)
        server.wait_until_gone()


@forks
def test_a_kernel_that_was_started_cold_ends_with_its_starter_too(tmp_path):
    """As in papermill, or any other program that starts the kernel without having warmed up."""
    program = (
        "from jupyter_client import KernelManager; import os, time\n"
        "manager = KernelManager(kernel_name='thematic'); manager.start_kernel()\n"
        "client = manager.blocking_client(); client.start_channels(); client.wait_for_ready(60)\n"
        "reply = client.execute_interactive('import seaborn', timeout=60)\n"
        "print(reply['content']['status'], manager.provisioner.pid, flush=True); time.sleep(600)\n"
    )
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as starter:
        status, pid = starter.stdout.readline().split()
        starter.kill()
    assert status == "ok"
    wait_for(lambda: gone(int(pid)))


def test_a_change_of_the_code_is_seen_by_the_next_kernel_and_one_that_runs_is_left_alone(monkeypatch):
    class Warm:
        alive, idle = True, False

        def release(self):
            self.alive = False

        def __init__(self):
            self.code = code["now"]

        def fork(self, _):
            return self

    code = {"now": 1}
    monkeypatch.setattr(forking, "POSSIBLE", True)
    monkeypatch.setattr(forking, "Warm", Warm)
    monkeypatch.setattr(forking, "_code_now", lambda: code["now"])
    nursery, orders = forking.Nursery(), forking.Orders([], {}, "")
    assert nursery.fork(orders) is None
    nursery.warm_up()
    first = nursery.fork(orders)
    assert nursery.fork(orders) is first
    code["now"] = 2
    second = nursery.fork(orders)
    assert (second is first, second.code) == (False, 2)
    assert first.alive
    first.idle, second.alive = True, False
    assert nursery.fork(orders) is not second
    assert not first.alive


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def wait_for(condition, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while True:
        with suppress(OSError):
            if condition():
                return
        assert time.monotonic() < until
        time.sleep(0.05)
