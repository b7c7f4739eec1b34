"""The wheel brings the starter, and the command says which version it is."""

import subprocess
import sys
import zipfile
from importlib.metadata import version

import pytest

from drawn import REPOSITORY
from thematic import cli
from thematic.core.starter import starter, starter_files


def test_the_command_says_its_version(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["thematic", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().out) == (0, f"thematic {version('thematic')}\n")


def test_in_a_checkout_the_repository_is_the_starter():
    names = starter_files(starter())
    assert starter() == REPOSITORY
    assert {
        "params/force.yaml",
        "params/measures/_families/recorded_crime.yaml",
        "notebooks/rape.ipynb",
    } <= names.keys()
    assert not [name for name in names if "commentary" in name or "pack.yaml" in name]


@pytest.mark.proof
def test_the_wheel_brings_the_starter_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, "-m", "uv", "build", "--wheel", "-q", "-o", tmp_path, REPOSITORY], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    brought = tmp_path / "thematic" / "starter"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path, [name for name in packed.namelist() if name.startswith("thematic/starter/")])
    ours, theirs = starter_files(REPOSITORY), starter_files(brought)
    assert list(theirs) == list(ours)
    assert [name for name in ours if ours[name].read_bytes() != theirs[name].read_bytes()] == []
    assert (brought / "data" / "reference" / "sample.yaml").is_file()
