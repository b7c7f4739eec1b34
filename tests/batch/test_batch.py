"""Every report has a process of its own: what goes wrong stays there, and no half file and no process is left."""

import errno
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from drawn import edition, files_of, job
from thematic.core.memory import Family, fair_share
from thematic.execution import batch, processes
from thematic.execution.batch import Limits
from thematic.execution.production import produce
from thematic.outputs.jobs import Failure, Product
from thematic.outputs.manifest import read_manifest
from thematic.outputs.placing import clear_leftovers, place, placed

GOOD = "print('good')"


def run(jobs, out, workers=2, timeout=None):
    return batch.run(jobs, out, workers, Limits(timeout), lambda edition, result: None)


def areas(**sources: str):
    return [job(source, of=edition(name.replace("_", "-"))) for name, source in sources.items()]


def test_a_batch_puts_every_report_in_place_and_tells_of_each(tmp_path):
    told = []
    jobs = areas(force=GOOD, north=GOOD, south=GOOD)
    results = batch.run(jobs, tmp_path, 2, Limits(), lambda edition, result: told.append((edition.area.slug, result)))
    assert [result.edition.area.slug for result in results] == ["force", "north", "south"]
    assert all(result.failure is None and result.seconds > 0 for result in results)
    names = [
        f"2021-01/noise/{area}.{suffix}" for area in ("force", "north", "south") for suffix in ("ipynb", "json", "md")
    ]
    assert list(files_of(tmp_path)) == names
    assert [slug for slug, result in told if result is None] == ["force", "north", "south"]
    assert sorted(slug for slug, result in told if result is not None) == ["force", "north", "south"]


def test_a_batch_makes_the_bytes_that_the_job_makes_by_itself(tmp_path):
    one = job("import matplotlib.pyplot as plt\nplt.plot([1, 2])", "{'b', 'a', 'c'}")
    run([one], tmp_path / "a")
    run([one], tmp_path / "b", workers=1)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    alone = produce(one).files
    assert {suffix: (tmp_path / f"a/2021-01/noise/force.{suffix}").read_bytes() for suffix in alone} == alone


def test_sets_are_in_the_same_order_in_every_process(tmp_path):
    source = "print(list({'b', 'a', 'c', 'd', 'e'}), hash('x'))"
    run(areas(one=source, two=source), tmp_path)
    one, two = (json.loads((tmp_path / f"2021-01/noise/{name}.ipynb").read_text()) for name in ("one", "two"))
    assert one["cells"][-1]["outputs"] == two["cells"][-1]["outputs"]


def test_reports_compute_on_one_thread_and_hear_warnings(tmp_path):
    run(areas(force="import os, warnings\nprint(os.environ['OMP_NUM_THREADS'])\nwarnings.warn('mind')"), tmp_path)
    out, err = json.loads((tmp_path / "2021-01/noise/force.ipynb").read_text())["cells"][-1]["outputs"]
    assert out["text"] == ["1\n"]
    assert "UserWarning: mind" in "".join(err["text"])


LOOK = """
import json, psutil
first = psutil.Process({pid})
tree = [first, *first.children(recursive=True)]
sockets = [each for process in tree for each in process.net_connections("inet") if each.laddr]
print(json.dumps([len(tree), sorted({{each.laddr.port for each in sockets if not each.raddr}})]))
"""
"""Prints how many processes the batch has, and the ports that they have open for others."""


def ports_open(folder: Path, *before: str) -> list[tuple[int, set[int]]]:
    """What two reports, made at once, see of the whole batch: its processes, and its ports that were not there before."""
    known = {each.laddr.port for each in psutil.Process().net_connections("inet") if each.laddr}
    look = LOOK.format(pid=os.getpid())
    run([job(*before, look, of=edition(area)) for area in ("force", "north")], folder)
    notebooks = [json.loads((folder / f"2021-01/noise/{area}.ipynb").read_text()) for area in ("force", "north")]
    seen = [json.loads("".join(made["cells"][-1]["outputs"][0]["text"])) for made in notebooks]
    return [(processes, set(ports) - known) for processes, ports in seen]


def test_a_batch_opens_no_port_and_one_that_a_cell_opened_would_be_seen(tmp_path):
    for members, ports in ports_open(tmp_path / "a"):
        assert (members > 1, ports) == (True, set())
    listening = "import socket\nlistening = socket.create_server(('127.0.0.1', 0))"
    bound = "bound = socket.socket(type=socket.SOCK_DGRAM)\nbound.bind(('127.0.0.1', 0))"
    assert all(len(ports) >= 2 for _, ports in ports_open(tmp_path / "b", listening, bound))


@pytest.mark.skipif(sys.platform != "linux", reason="pools begin as copies on Linux alone")
@pytest.mark.parametrize(
    "source",
    [
        "import multiprocessing\nwith multiprocessing.Pool(2) as pool: print(pool.map(square, [2, 3]))",
        "import concurrent.futures as f\nwith f.ProcessPoolExecutor(2) as pool: print(list(pool.map(square, [2, 3])))",
    ],
)
def test_a_pool_of_a_notebook_knows_its_functions(tmp_path, source):
    one = job("def square(x): return x * x", source, of=edition("force"))
    (result,) = run([one], tmp_path, timeout=60)
    assert result.failure is None
    (output,) = json.loads((tmp_path / "2021-01/noise/force.ipynb").read_text())["cells"][-1]["outputs"]
    assert output["text"] == ["[4, 9]\n"]


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("raise ValueError('no')", "failed", "ValueError: no"),
        ("import os\nos._exit(3)", "crashed", "exit status 3) (tried twice)"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "crashed", "SIGKILL"),
        ("import os\nos.abort()", "crashed", "SIGABRT"),
        ("raise SystemExit", "failed", "SystemExit"),
    ],
)
def test_one_failure_is_named_and_does_not_stop_the_others(tmp_path, source, kind, message):
    bad, good = run(areas(bad=source, good=GOOD), tmp_path, workers=1)
    assert (bad.failure.kind, good.failure) == (kind, None)
    assert message in bad.failure.message
    assert set(files_of(tmp_path)) == {
        "failed/2021-01/noise/bad.ipynb",
        *(f"2021-01/noise/good.{suffix}" for suffix in ("ipynb", "json", "md")),
    }


def test_a_crashed_report_keeps_its_notebook_with_its_parameters_and_the_reason(tmp_path):
    run(areas(bad="import os\nos._exit(3)"), tmp_path)
    cells = json.loads((tmp_path / "failed/2021-01/noise/bad.ipynb").read_text())["cells"]
    assert "exit status 3" in cells[0]["source"]
    assert 'area = "bad"' in cells[2]["source"]


PARALLEL = {
    "multiprocessing": "import multiprocessing\ndef f(x): return x * x\nwith multiprocessing.Pool(2) as p: print(p.map(f, [2, 3]))",
    "processes": "from concurrent.futures import ProcessPoolExecutor as Pool\ndef f(x): return x * x\nwith Pool(2) as p: print([*p.map(f, [2, 3])])",
    "threads": "from concurrent.futures import ThreadPoolExecutor as Pool\nwith Pool(2) as p: print([*p.map(lambda x: x * x, [2, 3])])",
    "lambda": "import multiprocessing\nwith multiprocessing.Pool(2) as p: p.map(lambda x: x, [2, 3])",
}


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork, which other systems do not start processes by")
def test_parallel_work_in_a_cell_works_as_in_jupyterlab_or_fails_with_a_sentence(tmp_path):
    results = run(areas(**PARALLEL), tmp_path, timeout=60)
    assert [result.failure is None for result in results] == [True, True, True, False]
    assert "Can't pickle" in results[-1].failure.message
    for name in list(PARALLEL)[:3]:
        assert b"[4, 9]" in (tmp_path / f"2021-01/noise/{name}.ipynb").read_bytes(), name


def test_a_report_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    marker = tmp_path / "child.pid"
    source = "import subprocess\nchild = subprocess.Popen(['sleep', '60'])\n"
    source += f"open({str(marker)!r}, 'w').write(str(child.pid))\n"
    slow, good = run(areas(slow=f"{source}child.wait()", good=GOOD), tmp_path / "out", timeout=3)
    assert (slow.failure.kind, good.failure) == ("timeout", None)
    assert "3 s" in slow.failure.message
    wait_for(lambda: not is_alive(int(marker.read_text())), seconds=5)


CHILD = "import subprocess\nchild = subprocess.Popen(['sleep', '60'])\n"


def test_a_report_that_uses_too_much_memory_is_ended_by_name(tmp_path):
    hungry = "import time\nmemory = b'x' * 900_000_000\ntime.sleep(60)"
    limits = Limits(memory=600_000_000)
    bad, good = batch.run(areas(bad=hungry, good=GOOD), tmp_path, 2, limits, lambda edition, result: None)
    assert bad.failure == Failure("memory", "it used more than 600 MB of memory")
    assert bad.memory > 600_000_000 > good.memory > 0
    assert (bad.tries, good.failure) == (1, None)


def test_what_a_report_has_started_counts_in_its_memory_and_ends_with_it(tmp_path):
    marker = tmp_path / "child.pid"
    program = (
        f"import os, time; open({str(marker)!r}, 'w').write(str(os.getpid())); x = b'x' * 900_000_000; time.sleep(60)"
    )
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {program!r}], start_new_session=True)"
    limits = Limits(memory=600_000_000)
    (bad,) = batch.run(areas(bad=source), tmp_path / "out", 1, limits, lambda edition, result: None)
    assert bad.failure.kind == "memory"
    wait_for(lambda: not is_alive(int(marker.read_text())), seconds=5)


def test_what_a_report_leaves_running_ends_with_it(tmp_path):
    marker = tmp_path / "child.pid"
    (result,) = run(areas(force=f"{CHILD}open({str(marker)!r}, 'w').write(str(child.pid))"), tmp_path / "out")
    assert result.failure is None
    wait_for(lambda: not is_alive(int(marker.read_text())), seconds=5)


def once(marker: Path, action: str) -> str:
    """A cell that does something when it runs for the first time, and not again."""
    return f"import os\nfrom pathlib import Path\nmarker = Path({str(marker)!r})\nif not marker.exists():\n    marker.write_text(str(os.getpid()))\n    {action}"


def test_a_report_that_is_killed_is_made_in_a_second_try_to_the_same_bytes(tmp_path):
    marker, told = tmp_path / "report.pid", []
    jobs = areas(one=once(marker, "__import__('time').sleep(60)"), two=GOOD, three=GOOD)

    def killed_in_mid_batch():
        wait_for(lambda: marker.exists() and marker.read_text())
        os.kill(int(marker.read_text()), signal.SIGKILL)

    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(killed_in_mid_batch)
        results = batch.run(
            jobs, tmp_path / "a", 2, Limits(), lambda edition, result: told.append((edition.area.slug, result))
        )
        killed.result()
    assert [(result.failure, result.tries) for result in results] == [(None, 2), (None, 1), (None, 1)]
    assert [slug for slug, result in told if result is None] == ["one", "two", "three", "one"]
    assert len([result for _, result in told if result is not None]) == 3
    run(jobs, tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_the_process_that_reports_are_forked_from_may_be_killed(tmp_path):
    results = run(
        areas(one=once(tmp_path / "once", "os.kill(os.getppid(), 9)"), two=GOOD, three=GOOD), tmp_path / "out"
    )
    assert [result.failure for result in results] == [None, None, None]


def test_a_process_that_cannot_be_started_fails_its_report_alone(tmp_path, monkeypatch):
    start = processes.start

    def refused(job):
        if job.edition.area.slug == "bad":
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(job)

    monkeypatch.setattr(batch, "start", refused)
    bad, good = run(areas(bad=GOOD, good=GOOD), tmp_path)
    assert bad.failure == Failure(
        "crashed", "its process could not be started: Resource temporarily unavailable (tried twice)"
    )
    assert good.failure is None


def test_a_job_is_made_alone_from_any_thread(tmp_path):
    jobs = areas(one=GOOD, two=GOOD, three="import os\nos._exit(3)")
    with ThreadPoolExecutor(3) as pool:
        products = list(pool.map(lambda each: batch.made_alone(each, Limits()), jobs))
    assert products[0].files == produce(jobs[0]).files
    assert products[2].failure.message.endswith("(exit status 3) (tried twice)")
    result = batch.settled(tmp_path, jobs[1], products[1])
    assert (result.edition, result.failure, result.tries) == (jobs[1].edition, None, 1)
    assert len(files_of(tmp_path)) == 3


def test_the_watch_costs_next_to_nothing():
    family = Family(os.getpid())
    began = time.process_time()
    for _ in range(50):
        family.resident()
    assert (time.process_time() - began) / 50 < 0.01 * processes.LOOK_SECONDS


@pytest.mark.parametrize(
    ("workers", "total", "share"), [(2, 25 * 10**9, 10**10), (64, 64 * 10**9, 10**9), (1, 10**8, 10**9)]
)
def test_a_fair_share_of_memory_leaves_some_and_is_enough_for_a_report(monkeypatch, workers, total, share):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=total))
    assert fair_share(workers) == share


def test_a_thread_left_behind_does_not_keep_the_report_waiting(tmp_path):
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    started = time.monotonic()
    (result,) = run(areas(force=source), tmp_path)
    assert result.failure is None
    assert time.monotonic() - started < 30


def test_a_large_report_comes_through(tmp_path):
    (result,) = run(areas(force="print('x' * 30_000_000)"), tmp_path)
    assert result.failure is None
    assert (tmp_path / "2021-01/noise/force.md").stat().st_size > 30_000_000


def test_nothing_of_the_reports_reaches_the_terminal(tmp_path, capfd):
    run(
        areas(force="import os, sys\nos.write(1, b'out')\nos.write(2, b'err')\nprint('a', file=sys.__stdout__)"),
        tmp_path,
    )
    assert capfd.readouterr() == ("", "")


def test_the_last_good_report_stays_when_a_new_one_fails_and_success_removes_the_failed_notebook(tmp_path):
    run(areas(force=GOOD), tmp_path)
    good = files_of(tmp_path)
    run(areas(force="1 / 0"), tmp_path)
    assert {name: data for name, data in files_of(tmp_path).items() if not name.startswith("failed/")} == good
    assert files_of(tmp_path).keys() - good.keys() == {"failed/2021-01/noise/force.ipynb"}
    run(areas(force=GOOD), tmp_path)
    assert files_of(tmp_path) == good
    assert not (tmp_path / "failed").exists()


def test_a_report_of_another_audience_does_not_stay_where_a_new_one_fails(tmp_path):
    place(tmp_path, product({"html": b"1", "ipynb": b"n"}, key="a"))
    other = replace(edition(), audience="public")
    placed(tmp_path, job(of=other), Product(other, failure=Failure("failed", "why")))
    assert not (tmp_path / "2021-01").exists()


def product(files: dict[str, bytes], key: str) -> Product:
    drawn = job(key=key)
    made = drawn.manifest.with_files(files)
    return Product(drawn.edition, {**files, "json": made.to_bytes()})


def test_formats_made_from_the_same_things_stay_and_others_go(tmp_path):
    place(tmp_path, product({"html": b"1", "ipynb": b"n"}, key="a"))
    place(tmp_path, product({"pdf": b"2", "ipynb": b"n"}, key="a"))
    here = tmp_path / "2021-01/noise"
    assert set(read_manifest(here / "force.json").formats) == {"html", "pdf", "ipynb"}
    place(tmp_path, product({"csv": b"3", "ipynb": b"n"}, key="b"))
    assert set(files_of(here)) == {"force.csv", "force.ipynb", "force.json"}
    assert set(read_manifest(here / "force.json").formats) == {"csv", "ipynb"}


def test_a_file_changed_by_hand_does_not_stay_in_the_manifest(tmp_path):
    place(tmp_path, product({"html": b"1", "ipynb": b"n"}, key="a"))
    (tmp_path / "2021-01/noise/force.html").write_bytes(b"?")
    place(tmp_path, product({"pdf": b"2", "ipynb": b"n"}, key="a"))
    assert set(files_of(tmp_path / "2021-01/noise")) == {"force.ipynb", "force.json", "force.pdf"}


def test_files_of_other_areas_and_of_people_are_left_alone(tmp_path):
    here = tmp_path / "2021-01/noise"
    here.mkdir(parents=True)
    for name in ("force.notes.txt", "north.pdf"):
        (here / name).write_bytes(b"mine")
    place(tmp_path, product({"html": b"1", "ipynb": b"n"}, key="a"))
    assert {"force.notes.txt", "north.pdf"} <= set(files_of(here))


def test_a_place_that_cannot_be_written_is_a_failure_of_that_report(tmp_path):
    (tmp_path / "2021-01").write_text("in the way")
    good = product({"html": b"1", "ipynb": b"n"}, key="a")
    assert placed(tmp_path, job(), good).kind == "unwritten"


def test_half_files_of_a_killed_build_are_cleared_and_nothing_of_the_users(tmp_path):
    out = tmp_path / "outputs"
    halves = ["2021-01/noise/.force.html.part", "failed/2021-01/noise/.north.ipynb.part", ".index.html.part"]
    halves += ["share/.2021-01.zip.part", "2021-01/pack/.part-1-public.pdf.part", "../outputs-making/failed/.x.part"]
    kept = ["2021-01/noise/part", "mine/.notes.part"]
    for name in (*halves, *kept):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(b"half")
    clear_leftovers(out)
    assert sorted(files_of(tmp_path)) == sorted(f"outputs/{name}" for name in kept)


def test_a_crash_says_which_signal_or_status():
    assert processes._crash(-9) == Failure(
        "crashed", "its process was ended by SIGKILL, as happens when memory runs out"
    )
    assert processes._crash(-11).message == "its process was ended by SIGSEGV"
    assert "exit status 0" in processes._crash(0).message


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


RUNNER = """
import pickle, sys
from pathlib import Path
from thematic.execution import batch, processes
from thematic.execution.batch import Limits
jobs = pickle.load(sys.stdin.buffer)
try:
    batch.run(jobs, Path(sys.argv[1]), 2, batch.Limits(), lambda edition, result: print("event", flush=True))
except KeyboardInterrupt:
    sys.exit(130)
"""


@contextmanager
def started_batch(tmp_path, jobs):
    command = [sys.executable, "-c", RUNNER, str(tmp_path / "out")]
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, start_new_session=True, **streams) as process:
        process.stdin.write(pickle.dumps(jobs))
        process.stdin.close()
        yield process


def wait_for(happened, seconds=60):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_no_process_and_no_half_file_is_left_when_the_batch_is_ended(tmp_path, ending):
    marker = tmp_path / "report.pid"
    source = f"import os, time\nopen({str(marker)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\ntime.sleep(60)"
    with started_batch(tmp_path, areas(slow=source, good=GOOD)) as process:
        made = tmp_path / "out/2021-01/noise/good.json"
        wait_for(lambda: marker.exists() and len(marker.read_text().split()) == 2 and made.exists())
        report, server = map(int, marker.read_text().split())
        os.killpg(process.pid, ending)
        errors = process.stderr.read()
        status = process.wait(30)
    wait_for(lambda: not is_alive(report) and not is_alive(server), seconds=15)
    assert status == (130 if ending == signal.SIGINT else -ending)
    assert b"Traceback" not in errors
    assert {name.split("/")[-1].split(".")[0] for name in files_of(tmp_path / "out")} == {"good"}


def test_ctrl_c_while_the_first_process_still_loads_leaves_no_word(tmp_path):
    with started_batch(tmp_path, areas(slow="import time\ntime.sleep(60)")) as process:
        assert process.stdout.readline() == b"event\n"
        time.sleep(0.3)
        asked = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
        assert time.monotonic() - asked < 3
        assert process.stderr.read().decode() == ""


def test_a_program_without_a_main_guard_is_not_run_again_in_every_process(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(RUNNER.replace("jobs =", "print('once', flush=True)\njobs ="))
    ran = subprocess.run(
        [sys.executable, program, tmp_path / "out"],
        input=pickle.dumps(areas(force=GOOD)),
        capture_output=True,
        check=True,
    )
    assert ran.stdout.split() == [b"once", b"event", b"event"]
    assert ran.stderr == b""
