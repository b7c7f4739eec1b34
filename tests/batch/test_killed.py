"""A build that is killed at any moment leaves nothing half-done: the next ones end in the bytes of one undisturbed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psutil
import pytest

from drawn import REPOSITORY, files_of, with_themes, workbook_folder
from thematic.build.log import NAME
from thematic.core.workbook import Workbook
from thematic.tools.sample.folder import fresh_sample
from warehouse_drawn import own_params

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals"),
]

AREAS = ("force", *(area.slug for area in own_params().unit_areas[:2]))
WORDS = ("build", "ASB", "--area", ",".join(AREAS), "--jobs", "2", "--data", "data/extract")
KILLS = 3
LEFTOVERS = (".part", ".old")


@dataclass
class Site:
    """A workbook in a folder of its own, and the processes that its builds have started."""

    root: Path
    mark: str
    scratch: str

    @contextmanager
    def started(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A build in a session of its own, as a terminal gives it; nothing of it is there when the block ends."""
        command = [sys.executable, "-c", "from thematic.cli import main; main()", *words]
        environment = {**os.environ, "THEMATIC_TEST": self.mark, "TMPDIR": self.scratch}
        with (self.root / "said.txt").open("ab") as said:
            build = subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=said, stderr=said, start_new_session=True
            )
        try:
            yield build
        finally:
            build.kill()
            build.wait()

    def built(self) -> None:
        with self.started(*WORDS) as build:
            assert build.wait(300) == 0, (self.root / "said.txt").read_text()

    def killed(self, seconds: float, ending: signal.Signals = signal.SIGKILL) -> bool:
        """Whether the build was still at work when it was ended after so many seconds."""
        with self.started(*WORDS) as build:
            try:
                build.wait(seconds)
            except subprocess.TimeoutExpired:
                build.send_signal(ending)
                build.wait(30)
                return True
        return False

    def processes(self) -> list[psutil.Process]:
        return [each for each in psutil.process_iter() if environment(each).get("THEMATIC_TEST") == self.mark]

    def wait_until_alone(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < until, f"still there: {left}"
            time.sleep(0.05)

    def begin_again(self) -> None:
        for name in ("outputs", "data/warehouse", "data/cubes"):
            shutil.rmtree(self.root / name, ignore_errors=True)

    def files(self) -> dict[str, bytes]:
        places = [self.root / name for name in ("outputs", "data/warehouse", "data/cubes")]
        found = {f"{place.name}/{name}": data for place in places for name, data in files_of(place).items()}
        return {name: data for name, data in found.items() if name != f"outputs/{NAME}"}

    def leftovers(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.name.endswith(LEFTOVERS)]


def environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """A workbook with the tables of the sample that the theme counts, before its first build."""
    root = with_themes(workbook_folder(tmp_path_factory.mktemp("first") / "workbook"), "asb")
    shutil.copy(REPOSITORY / "uv.lock", root)
    sample = fresh_sample(Workbook(root), lambda _: None)
    sample.rename(root / "data/extract")
    (root / "data/extract/crimes.csv").unlink()
    return root


@pytest.fixture
def site(first, tmp_path) -> Iterator[Site]:
    with TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as scratch:  # a socket's path must be short
        yield Site(shutil.copytree(first, tmp_path / "workbook"), uuid4().hex, scratch)


@pytest.fixture(scope="module")
def undisturbed(first, tmp_path_factory) -> tuple[float, dict[str, bytes]]:
    """How many seconds a build takes that nothing disturbs, and the files that it makes."""
    with TemporaryDirectory(prefix="k", ignore_cleanup_errors=True) as scratch:
        root = tmp_path_factory.mktemp("undisturbed") / "workbook"
        site = Site(shutil.copytree(first, root), uuid4().hex, scratch)
        began = time.monotonic()
        site.built()
        return time.monotonic() - began, site.files()


def test_builds_that_are_killed_at_random_moments_end_in_the_same_bytes(site, undisturbed):
    duration, expected = undisturbed
    draw = random.Random(8)
    kills, moments = 0, list[float]()
    while kills < KILLS:
        if not moments:  # over the whole duration, in no order; more of them early, as those take less time
            moments = [duration * ((part + draw.random()) / 10) ** 2 for part in range(10)]
            draw.shuffle(moments)
        if site.killed(moments.pop()):
            kills += 1
        else:
            assert site.files() == expected
            site.begin_again()
    site.built()
    assert site.files() == expected
    assert site.leftovers() == []
    site.wait_until_alone(30)


def test_a_build_that_is_stopped_is_soon_gone_and_says_so(site, undisturbed):
    """Among the moments are some in which DuckDB is at work and some in which what reports need is being loaded. Gone is
    within two seconds; a machine that is busy with other tests takes longer."""
    duration, _ = undisturbed
    endings = [signal.SIGINT, signal.SIGTERM]
    for part, ending in enumerate(endings):
        with site.started(*WORDS) as build:
            time.sleep((part + 0.5) / len(endings) * duration)
            if build.poll() is not None:
                continue
            asked = time.monotonic()
            build.send_signal(ending)
            status = build.wait(30)
            took = time.monotonic() - asked
            site.wait_until_alone(5)
        said = (site.root / "said.txt").read_text()
        assert status == 130, said
        assert said.endswith("thematic: stopped. Reports that were made are kept; the same command makes the others.\n")
        assert "Traceback" not in said
        assert site.leftovers() == []
        assert took < 10
    site.built()


def test_a_second_build_into_the_folder_waits_for_the_first_and_finds_all_made(site):
    with site.started(*WORDS) as one:
        log = site.root / "outputs" / NAME
        until = time.monotonic() + 120
        while not log.is_file() or "to make" not in log.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        with site.started(*WORDS, "--format", "csv") as other:
            assert other.wait(120) == 0
            assert one.wait(30) == 0
    said = (site.root / "said.txt").read_text()
    assert "Waiting for another build into outputs.\n" in said
    assert said.endswith(f"Nothing to do: {len(AREAS)} reports are up to date (outputs/2021-01/asb).\n")
