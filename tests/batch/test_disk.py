"""A disk that is full or may not be written to is told of in one line, and leaves nothing half-written."""

import errno
import gc
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from commands import GOAL, LATEST, SLUG, drawn_workbook, running
from drawn import REPOSITORY, edition, files_of, job, notebook, workbook_folder
from thematic.build import build, log
from thematic.execution.batch import settled
from thematic.outputs import placing
from thematic.outputs.jobs import Product
from thematic.outputs.manifest import read_manifest
from thematic.outputs.placing import place

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
NO_SPACE = "No space left on device"


@contextmanager
def disk(folder, size):
    """A disk of its own at the folder, and what gives it another size or other rights."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    command = [mount, "-t", "tmpfs", "-o", f"size={size}", "thematic-test", folder]
    if sys.platform != "linux" or mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk (root on Linux)")
    try:
        yield lambda options: subprocess.run([mount, "-o", f"remount,{options}", folder], check=True)
    finally:
        unmount(folder)


def unmount(folder):
    """A library that was refused in mid-write may hold its file a little longer, until Python lets go of what refers to
    it; what can then still not be unmounted goes when its last file is closed."""
    for _ in range(20):
        gc.collect()
        if not subprocess.run(["umount", folder], capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return drawn_workbook(tmp_path / "workbook", monkeypatch)


@pytest.fixture
def thematic(folder, monkeypatch, capsys):
    return running(monkeypatch, capsys)


def whole(out) -> set[str]:
    """The areas whose report is as its manifest says; no other file of a report may be there."""
    areas = set()
    for path in out.glob(f"{LATEST}/{SLUG}/*.json"):
        manifest = read_manifest(path)
        assert not manifest.missing(edition(path.stem, SLUG), out, {"csv", "ipynb"})
        areas.add(path.stem)
    reports = (name for name in files_of(out) if name.startswith(f"{LATEST}/{SLUG}/"))
    assert {name.split("/")[-1].split(".")[0] for name in reports} == areas
    return areas


def test_reports_that_find_no_room_fail_by_name_and_the_next_build_makes_them(thematic, folder):
    (folder / "notebooks/domestic_abuse.ipynb").write_bytes(notebook("print('x' * 50_000)"))
    words = ("build", GOAL, "--format", "csv", "--jobs", "1")
    with disk(folder / "outputs", "500k") as again:
        ran = thematic(*words)
        failed = set(re.findall(r"Failed: \S+/(\S+): unwritten: its files cannot be written: (.*)", ran.out))
        made = whole(folder / "outputs")
        assert (ran.status, ran.err) == (1, "")
        assert made and failed and {reason for _, reason in failed} == {NO_SPACE}
        assert not made & {area for area, _ in failed}
        assert f"{len(made)} made, {len(failed)} failed" in ran.out
        again("size=5m")
        ran = thematic(*words)
        assert ran.status == 0
        assert f"{len(failed)} made, {len(made)} up to date" in ran.out
        assert whole(folder / "outputs") == made | {area for area, _ in failed}


def test_outputs_that_may_not_be_written_are_refused_before_anything_runs(thematic, folder):
    with disk(folder / "outputs", "1m") as again:
        again("ro")
        ran = thematic("build", GOAL)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "thematic: OUT: 'outputs' cannot be written to. Name a folder of your own.\n"
        assert thematic("status", GOAL).status == 0


def test_a_log_that_cannot_be_begun_refuses_the_build(thematic, folder):
    (folder / "outputs" / log.NAME).mkdir(parents=True)
    ran = thematic("build", GOAL)
    assert ran.status == 2
    assert ran.err.startswith("thematic: OUT: 'outputs' cannot be written to: ")
    assert ran.err.count("\n") == 1


def test_a_log_that_takes_no_more_does_not_end_the_build(thematic, folder):
    with disk(folder / "outputs", "8k"):
        (folder / "outputs" / log.NAME).write_bytes(b"x" * 4_000 + b"\n")
        (folder / "outputs" / "others").write_bytes(b"x" * 4_096)
        ran = thematic("build", GOAL, "--area", "force")
        assert ran.status == 1
        assert ran.out.count("Failed: ") == 1
        assert "Traceback" not in ran.out + ran.err
        lines = (folder / "outputs" / log.NAME).read_text().splitlines()
        assert all(line.startswith("20") for line in lines[1:])


def test_a_catalogue_that_finds_no_room_is_told_of(thematic, monkeypatch):
    def full(*_):
        raise FULL

    monkeypatch.setattr(build, "write_catalogue", full)
    ran = thematic("build", GOAL, "--area", "force", "--format", "csv")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.endswith(f"The catalogue could not be written: {NO_SPACE}.\n")


def test_data_that_find_no_room_are_one_message_and_the_next_command_goes_on(tmp_path, monkeypatch, capsys):
    root = workbook_folder(tmp_path / "workbook")
    extract = tmp_path / "extract"
    extract.mkdir()
    rows = [f"I{n},2021-01-{n % 28 + 1:02},BN,,,c{n * 7919}" for n in range(3000)]
    header = "incident_ref,received_on,finalisation_code,lpu,local_authority,caller_ref"
    (extract / "incidents.csv").write_text("\n".join([header, *rows]) + "\n")
    monkeypatch.chdir(root)
    thematic = running(monkeypatch, capsys)
    said = set()
    with disk(root / "data", "160k") as again:
        shutil.copytree(REPOSITORY / "data/reference", root / "data/reference")
        before = {path.name for path in (root / "data").iterdir()}
        for size in range(168, 488, 16):
            ran = thematic("data", "--data", str(extract))
            if ran.status == 0:
                break
            assert ran.status == 1
            assert re.fullmatch(rf"thematic: The data could not be prepared: \S+: {NO_SPACE}\. .*\n", ran.err)
            assert not list(root.rglob("*.part")) + list(root.rglob("*.old"))
            said.update({path.name for path in (root / "data").iterdir()} - before)
            again(f"size={size}k")
        assert ran.status == 0
    assert said == {"warehouse"}, "it ran out of room in the warehouse, and in the cubes"


@pytest.mark.parametrize("key", ["a", "b"])
def test_of_a_report_that_cannot_be_written_the_earlier_one_stays(tmp_path, monkeypatch, key):
    first, second = drawn_product({"html": b"1", "ipynb": b"n"}, "a"), drawn_product({"pdf": b"2", "ipynb": b"n"}, key)
    place(tmp_path, first)
    write = placing.write_new

    def nearly_full(path, data, *, private):
        if ".pdf" in path.name:
            write(path, data[:1], private=private)
            raise FULL
        write(path, data, private=private)

    monkeypatch.setattr(placing, "write_new", nearly_full)
    result = settled(tmp_path, job(key=key), second)
    assert (result.failure.kind, result.failure.message) == ("unwritten", f"its files cannot be written: {NO_SPACE}")
    assert set(files_of(tmp_path)) == {f"2021-01/noise/force.{suffix}" for suffix in ("html", "ipynb", "json")}


def drawn_product(files, key):
    drawn = job(key=key)
    return Product(drawn.edition, {**files, "json": drawn.manifest.with_files(files).to_bytes()})
