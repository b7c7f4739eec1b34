"""One command at a time uses a workbook's data; the lock leaves nothing behind and is free when its holder dies."""

import subprocess
import sys
import time

from thematic.locking import alone

HOLDER = """
import sys, time
from pathlib import Path
from thematic.locking import alone
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
    with holding(path, 0.5) as first:
        assert first.stdout.readline() == b"held\n"
        started = time.monotonic()
        with alone(path, said.append):
            assert time.monotonic() - started > 0.2
    assert said == ["Waiting for another command that is using this workbook's data."]
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
