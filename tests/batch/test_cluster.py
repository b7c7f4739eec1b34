"""A cluster makes the bytes that this machine makes, whatever becomes of its workers; a doubtful one is refused."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from dask_cluster import Cluster, wait_for
from drawn import edition, files_of, job
from thematic.build.build import make_plan
from thematic.build.request import Words
from thematic.build.request import check as check_words
from thematic.core.digests import code_digest
from thematic.core.errors import ArgumentsRefused
from thematic.core.memory import MB, fair_share
from thematic.core.periods import Month
from thematic.core.versions import differences, versions
from thematic.cubes import cubes
from thematic.execution import batch, cluster, cluster_client
from thematic.execution.batch import Limits
from thematic.execution.production import produce
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import list_editions
from thematic.outputs.jobs import Failure, Job
from thematic.outputs.notebooks import read_notebooks
from warehouse_drawn import own_params, sample_workbook

GOOD = "print('good')"
SLOW = "import time\ntime.sleep(20)"
NOWHERE = "tcp://127.0.0.1:9"
UNHEARD = lambda *_: None  # noqa: E731


def run(jobs, out, address, on_event=UNHEARD):
    return cluster.run(jobs, out, address, Limits(timeout=60), on_event)


def areas(**sources: str) -> list[Job]:
    return [job(source, of=edition(name)) for name, source in sources.items()]


@pytest.fixture
def scheduler(tmp_path_factory) -> Iterator[Cluster]:
    """A cluster of the test's own, as yet without a worker."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.worker()
        cluster.worker()
        yield cluster


@pytest.fixture
def pair(shared) -> Iterator[Cluster]:
    """A cluster with two workers; those that a test adds go when it ends."""
    before = list(shared.processes)
    yield shared
    for process in [each for each in shared.processes if each not in before]:
        shared.kill(process)
    wait_for(lambda: len(shared.workers()) == 2)


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> tuple[list[Job], dict[str, bytes]]:
    """The jobs of some reports of the sample, and the files that this machine makes of them."""
    workbook = sample_workbook(tmp_path_factory.mktemp("workbook"))
    params, index = own_params(), cubes.load_index(workbook)
    request = check_words(Words(["ASB"], format="html,pdf,csv"), params, workbook)
    editions = list_editions(params, request.themes, [Month.parse(index.latest_period)], None, "internal")[:6]
    notebooks = read_notebooks(workbook, [params.themes[theme].notebook for theme in request.themes])
    jobs = list(make_plan(Seen(workbook, params, index, False), request, notebooks=notebooks, editions=editions).jobs)
    out = tmp_path_factory.mktemp("here")
    assert all(result.failure is None for result in batch.run(jobs, out, 2, Limits(), UNHEARD))
    return jobs, files_of(out)


@pytest.mark.proof
def test_reports_are_the_same_to_the_byte_though_a_worker_is_killed_in_mid_batch(tmp_path, pair, reports):
    jobs, here = reports
    lost = pair.worker()
    told = []

    def on_event(of, result):
        told.append((of.label, result))
        if result is not None:
            pair.kill(lost)

    results = run(jobs, tmp_path, pair.address, on_event)
    assert [result.failure for result in results] == [None] * len(jobs)
    assert [result.edition for result in results] == [job.edition for job in jobs]
    assert all(result.seconds > 0 for result in results)
    assert files_of(tmp_path) == here
    labels = {job.edition.label for job in jobs}
    assert {label for label, result in told if result is None} == labels
    assert sorted(label for label, result in told if result is not None) == sorted(labels)


@pytest.mark.proof
def test_one_failure_is_named_and_does_not_stop_the_others(tmp_path, pair):
    jobs = areas(bad="raise ValueError('no')", gone="import os\nos._exit(3)", good=GOOD)
    bad, gone, good = run(jobs, tmp_path, pair.address)
    assert (bad.failure.kind, gone.failure.kind, good.failure) == ("failed", "crashed", None)
    assert "ValueError: no" in bad.failure.message
    assert "exit status 3" in gone.failure.message
    assert {name.rsplit("/", 1)[1] for name in files_of(tmp_path / "failed")} == {"bad.ipynb", "gone.ipynb"}


@pytest.mark.proof
def test_no_more_is_sent_than_keeps_the_workers_busy(tmp_path, pair):
    under_way, most = set(), 0

    def on_event(of, result):
        nonlocal most
        (under_way.add if result is None else under_way.discard)(of)
        most = max(most, len(under_way))

    results = run([job(GOOD, of=edition(f"area-{n}")) for n in range(9)], tmp_path, pair.address, on_event)
    assert all(result.failure is None for result in results)
    assert most == 2 * len(pair.workers())
    assert pair.ask(lambda client: client.has_what()) == dict.fromkeys(pair.workers(), ())


RUNNER = """
import pickle, sys
from pathlib import Path
from thematic.execution import cluster
from thematic.execution.batch import Limits
jobs = pickle.load(sys.stdin.buffer)
try:
    cluster.run(jobs, Path("out"), sys.argv[1], Limits(), lambda edition, result: print("event", flush=True))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.proof
def test_ctrl_c_ends_it_at_once_without_a_word_and_cancels_what_was_sent(tmp_path, pair):
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    jobs = [job("import time\ntime.sleep(3)", of=edition(f"area-{n}")) for n in range(9)]
    environment = os.environ | {"HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, pair.address], cwd=tmp_path, env=environment, start_new_session=True, **streams
    ) as process:
        process.stdin.write(pickle.dumps(jobs))
        process.stdin.close()
        assert process.stdout.readline() == b"event\n"
        os.killpg(process.pid, signal.SIGINT)
        asked = time.monotonic()
        assert process.wait(30) == 130
        assert time.monotonic() - asked < 2
        assert process.stderr.read().decode() == ""
    assert files_of(tmp_path) == {}, "Dask keeps nothing in the user's folders"
    wait_for(lambda: not any(pair.ask(lambda client: client.processing()).values()), seconds=30)


@pytest.mark.proof
def test_a_worker_that_comes_later_with_other_versions_makes_no_report(tmp_path, pair):
    shadow = tmp_path / "shadow"
    other_package(shadow, "pandas")
    came = []

    def on_event(of, result):
        if result is not None and not came:
            came.append(pair.worker(shadow))

    source = "import importlib.metadata\nprint(importlib.metadata.version('pandas'))"
    jobs = [job(source, of=edition(f"area-{n}")) for n in range(8)]
    results = run(jobs, tmp_path / "out", pair.address, on_event)
    assert came and all(result.failure is None for result in results)
    made = [data for name, data in files_of(tmp_path / "out").items() if name.endswith(".md")]
    assert all(versions()["pandas"].encode() in data for data in made)


def other_package(folder: Path, name: str, version: str = "0.0.1") -> None:
    """Makes it look as if another version of the package were installed."""
    told = folder / f"{name}-{version}.dist-info" / "METADATA"
    told.parent.mkdir(parents=True)
    told.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.mark.proof
def test_other_versions_are_refused_with_the_worker_what_differs_and_what_to_do(tmp_path, pair):
    other_package(tmp_path / "other", "pandas")
    (tmp_path / "none" / "thematic").mkdir(parents=True)
    (tmp_path / "none" / "thematic" / "__init__.py").touch()
    good = set(pair.workers())
    pair.worker(tmp_path / "other")
    other = set(pair.workers()) - good
    pair.worker(tmp_path / "none")
    none = set(pair.workers()) - good - other
    with pytest.raises(ArgumentsRefused) as refused:
        run(areas(force=GOOD), tmp_path / "out", pair.address)
    problems = {problem.where: problem.what for problem in refused.value.problems}
    assert set(problems) == {f"the worker {address}" for address in other | none}
    assert problems[f"the worker {other.pop()}"] == (f"pandas is 0.0.1 there and {versions()['pandas']} here.")
    assert "it has no Thematic" in problems[f"the worker {none.pop()}"]
    assert "uv.lock" in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.proof
@pytest.mark.parametrize("lost", ["worker", "scheduler"])
def test_what_is_left_fails_by_name_when_all_are_lost(tmp_path, scheduler, monkeypatch, lost):
    monkeypatch.setattr(cluster, "LOST_SECONDS", 2)
    monkeypatch.setattr(cluster_client, "CONNECT_SECONDS", 2)
    victim = {"worker": scheduler.worker(), "scheduler": scheduler.scheduler}[lost]

    results = run(areas(one=SLOW, two=SLOW, three=SLOW), tmp_path, scheduler.address, lambda *_: scheduler.kill(victim))
    assert [result.failure.kind for result in results] == ["crashed"] * 3
    assert all(lost in result.failure.message and "lost" in result.failure.message for result in results)
    assert len(files_of(tmp_path / "failed")) == 3


@pytest.mark.proof
def test_a_cluster_without_workers_is_refused(scheduler, monkeypatch):
    monkeypatch.setattr(cluster_client, "WORKERS_SECONDS", 0.5)
    with pytest.raises(ArgumentsRefused, match=f"no workers.*dask worker {scheduler.address}"):
        cluster.check(scheduler.address)


@pytest.mark.proof
def test_a_report_that_no_worker_survives_is_not_tried_for_ever(tmp_path, scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "_TRIES", 2)
    workers = [scheduler.worker()]

    def on_event(of, result):
        if result is None:
            scheduler.kill(workers.pop())
            wait_for(lambda: not scheduler.workers())
            workers.append(scheduler.worker())

    (result,) = run(areas(bad=SLOW), tmp_path, scheduler.address, on_event)
    assert result.failure == Failure(
        "crashed", "the cluster lost it 2 times, as happens when a worker's memory runs out"
    )


def test_what_dask_gives_up_is_a_crash_in_plain_words():
    from distributed.scheduler import KilledWorker

    assert "4 workers were lost" in cluster._failure(KilledWorker("key", None, 3)).message
    assert cluster._failure(OSError("no space\n")).message == "the worker could not make it: OSError: no space"


@pytest.mark.parametrize(
    "address",
    ["banana", "tcp://", "tcp://host", "tcp://:8786", "tcp://host:port", "tcp://host:99999", "http://h:1", ""],
)
def test_what_is_no_address_is_refused(tmp_path, address):
    with pytest.raises(ArgumentsRefused, match=f"CLUSTER: '{address}' is not the address of a Dask scheduler"):
        run([], tmp_path, address)


def test_where_no_scheduler_answers_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_client, "CONNECT_SECONDS", 0.5)
    with pytest.raises(ArgumentsRefused, match=f"no Dask scheduler answers at {NOWHERE}"):
        run(areas(force=GOOD), tmp_path, NOWHERE)


@pytest.mark.parametrize("says", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_where_something_else_answers_is_refused(monkeypatch, says):
    monkeypatch.setattr(cluster_client, "CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "tcp://{}:{}".format(*server.getsockname())
        answers = threading.Thread(target=answer, args=(server, says))
        answers.start()
        with pytest.raises(ArgumentsRefused, match=f"no Dask scheduler answers at {address}"):
            cluster.check(address)
        answers.join()


def answer(server: socket.socket, says: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(says)
        connection.recv(1_000_000)
        time.sleep(1)


def test_tls_without_certificates_is_refused(tmp_path):
    import dask

    with pytest.raises(ArgumentsRefused, match="Set DASK_DISTRIBUTED__COMM__TLS__CA_FILE"):
        cluster.check("tls://127.0.0.1:9")
    gone = tmp_path / "ca.pem"
    with dask.config.set({"distributed.comm.tls.ca-file": str(gone)}):
        with pytest.raises(ArgumentsRefused, match=r"there is no certificate '.*ca\.pem'\. Correct DASK_"):
            cluster.check("tls://127.0.0.1:9")
        gone.touch()
        with pytest.raises(ArgumentsRefused, match="Set DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT"):
            cluster.check("tls://127.0.0.1:9")


def test_a_worker_whose_versions_have_changed_since_it_was_asked_makes_nothing():
    expected = versions() | {"pandas": "0.0.1"}
    answer = cluster.make_report(pickle.dumps(job()), b"", Limits(), expected, {})
    assert answer == cluster._OTHER_VERSIONS


@pytest.mark.parametrize(("asked", "allowed"), [(None, fair_share(6)), (500 * MB, 500 * MB)])
def test_a_report_may_use_its_fair_share_of_the_memory_where_its_worker_is(monkeypatch, asked, allowed):
    given: list[Limits] = []
    monkeypatch.setattr("distributed.get_worker", lambda: SimpleNamespace(address="tls://10.0.0.7:40123"))
    monkeypatch.setattr(cluster, "made_alone", lambda job, limits: given.append(limits) or produce(job))
    at_once = {"tls://10.0.0.7": 6, "tls://10.0.0.8": 1}
    cluster.make_report(pickle.dumps(job()), b"", Limits(timeout=60, memory=asked), versions(), at_once)
    assert given == [Limits(60, allowed)]


def test_what_a_report_cannot_show_and_what_its_files_lack_come_back_from_a_worker(tmp_path, pair):
    shown = "from IPython.display import display\ndisplay({'application/vnd.plotly.v1+json': {}, 'text/plain': 'x'}, raw=True)"
    (result,) = run([job(shown)], tmp_path, pair.address)
    (here,) = batch.run([job(shown)], tmp_path / "here", 1, Limits(), UNHEARD)
    assert result.failure is None
    assert (result.left_out, result.notices) == (here.left_out, here.notices)
    assert len(result.left_out) == 1


def joined(own: bytes, counts: bytes) -> Job:
    return cluster._joined(pickle.loads(own), counts)  # noqa: S301


def test_a_job_comes_together_again_from_its_parts(reports):
    for whole in reports[0][:2]:
        own, counts = cluster._parted(whole)
        assert joined(own, counts) == whole
        assert cluster._parted(reports[0][-1])[1] == counts
    assert joined(*cluster._parted(job())) == job()


def test_versions_are_those_of_python_of_the_code_and_of_what_it_needs():
    told = versions()
    assert {"Python", "pandas", "pillow", "typst", "nbconvert", "distributed"} <= set(told)
    assert code_digest() in told.values()
    assert "not installed" not in told.values()


def test_differences_are_told_and_what_only_one_machine_needs_is_none():
    ours, theirs = {"Python": "3.11", "a": "1", "b": "2", "c": "1"}, {"Python": "3.12", "a": "1", "b": "3", "d": "1"}
    assert differences(ours, theirs) == ["Python is 3.12 there and 3.11 here", "b is 3 there and 2 here"]


def test_of_many_differences_the_first_are_told():
    assert cluster_client.listed(["one", "two"]) == "one; two"
    assert cluster_client.listed([str(n) for n in range(12)]) == "0; 1; 2; 3; 4; 5; 6; 7; and 4 more"


def test_dask_is_loaded_only_where_it_is_used():
    program = "import sys, thematic.execution.cluster, thematic.build.build\nassert not {'dask', 'distributed'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
