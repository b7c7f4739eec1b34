"""One command at a time uses what others read; the lock leaves nothing behind and is free when its holder dies."""

import subprocess
import sys
import threading

from commands import GOAL, drawn_workbook, running
from thematic.build.log import NAME
from thematic.core.locking import alone

WAITING = "Waiting for another command that is using this workbook's data."
HOLDER = """
import sys, time
from pathlib import Path
from thematic.core.locking import alone
with alone(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holding(path, seconds):
    return subprocess.Popen([sys.executable, "-c", HOLDER, str(path), str(seconds)], stdout=subprocess.PIPE)


def test_the_second_waits_for_the_first_and_says_so(tmp_path):
    path = tmp_path / "force.yaml"
    path.write_text("name: x\n")
    said = []
    with holding(path, 3) as first:
        assert first.stdout.readline() == b"held\n"
        with alone(path, said.append):
            assert first.wait(60) == 0
    assert said == [WAITING]
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("force.yaml", "name: x\n")]


def test_a_lock_whose_holder_was_killed_is_free(tmp_path):
    path = tmp_path / "force.yaml"
    path.touch()
    said = []
    with holding(path, 60) as first:
        first.stdout.readline()
        first.kill()
    with alone(path, said.append):
        assert said == []


def test_the_lock_is_free_again_after_its_block(tmp_path):
    path = tmp_path / "force.yaml"
    path.touch()
    said = []
    for _ in range(2):
        with alone(path, said.append):
            pass
    assert said == []


def test_data_are_prepared_by_one_command_at_a_time(tmp_path, monkeypatch, capsys):
    root = drawn_workbook(tmp_path / "workbook", monkeypatch)
    with holding(root / "params/force.yaml", 12) as first:
        first.stdout.readline()
        assert running(monkeypatch, capsys)("data").out.splitlines()[0] == WAITING


def test_a_build_waits_for_another_into_the_same_folder_and_for_no_other(tmp_path, monkeypatch, capsys):
    drawn_workbook(tmp_path / "workbook", monkeypatch)
    thematic = running(monkeypatch, capsys)
    words = ("build", GOAL, "--lpu", "force", "--format", "csv")
    thematic(*words)
    with holding(tmp_path / "workbook/outputs" / NAME, 60) as first:
        first.stdout.readline()
        assert "Waiting" not in thematic(*words, "--out", "elsewhere").out
        assert "Waiting" not in thematic("status", GOAL).out
        threading.Timer(12, first.kill).start()
        assert thematic(*words).out.splitlines()[0] == "Waiting for another build into outputs."
