"""make hands its words and variables to the command, whatever they are called, and sets up .venv once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from drawn import OPTIONS, REPOSITORY

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or sys.platform == "win32", reason="needs make and a POSIX shell"
)

RECORDER = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\nexit ${STATUS:-0}\n'
FROM_OUTSIDE = {"MAKEFLAGS", "MAKELEVEL", "CONDA_PREFIX"}


@pytest.fixture
def folder(tmp_path):
    """A folder with the Makefile and a .venv, ready, whose command only tells what it was given."""
    place = tmp_path / "a workbook"
    binaries = place / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(REPOSITORY / name, place)
    for name in ("thematic", "pytest", "jupyter"):
        (binaries / name).write_text(RECORDER)
        (binaries / name).chmod(0o755)
    (place / ".venv" / "ready").touch()
    return place


def make(folder: Path, *words: str, **environment: str):
    clean = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "CONDA_PREFIX"}
    }
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=clean | environment, capture_output=True, text=True, check=False)


def told(folder: Path, *words: str) -> tuple[list[str], dict[str, str]]:
    """The goals and the options that the command was given."""
    ran = make(folder, *words)
    assert (ran.returncode, ran.stderr) == (0, "")
    command, *given = ran.stdout.splitlines()
    assert command == "build"
    end = given.index("--")
    options = dict(zip(given[:end:2], given[1:end:2], strict=True))
    assert list(options) == [f"--{name}" for name in OPTIONS]
    return given[end + 1 :], {name[2:]: value for name, value in options.items() if value}


def test_words_after_thematic_are_goals_and_variables_are_options(folder):
    words = [
        "PERIOD=2020-12",
        "AREA=widnes,force",
        "LPU=the units",
        "FORMAT=pdf",
        "JOBS=2",
        "AUDIENCE=public",
        "TIMEOUT=9",
        "MEMORY=900",
        "OUT=o",
    ]
    goals, options = told(folder, "thematic", "DA", "RAPE", *words)
    assert goals == ["DA", "RAPE"]
    assert options == {
        "period": "2020-12",
        "area": "widnes,force",
        "lpu": "the units",
        "format": "pdf",
        "jobs": "2",
        "audience": "public",
        "timeout": "9",
        "memory": "900",
        "out": "o",
    }


@pytest.mark.parametrize(("word", "flags"), [("1", 1), ("yes", 1), ("0", 0), ("", 0)])
def test_a_dry_run_is_passed_on(folder, word, flags):
    assert make(folder, "thematic", "DA", f"DRY_RUN={word}").stdout.splitlines().count("--dry-run") == flags


def test_paths_may_hold_spaces_and_quotes(folder):
    _, options = told(folder, "thematic", "DA", "DATA=my police's data/raw", "LOOKUP=a b.csv")
    assert options == {"data": "my police's data/raw", "lookup": "a b.csv"}


def test_nothing_given_is_passed_on_as_nothing(folder):
    assert told(folder, "thematic") == ([], {})


def test_goals_that_make_does_not_know_and_that_files_are_named_after_are_passed_on(folder):
    (folder / "DA").touch()
    (folder / "notebooks").mkdir()
    assert told(folder, "thematic", "DA", "XYZ", "notebooks", "DA")[0] == ["DA", "XYZ", "notebooks", "DA"]


def test_a_goal_of_make_after_thematic_is_passed_on_and_does_not_run_when_it_is_refused(folder):
    (folder / "outputs").mkdir()
    ran = make(folder, "thematic", "clean", STATUS="2")
    assert ran.stdout.splitlines()[-1] == "clean"
    assert ran.returncode == 2
    assert (folder / "outputs").exists()


def test_goals_before_thematic_are_makes_own(folder):
    (folder / "outputs").mkdir()
    assert told(folder, "clean", "thematic", "DA")[0] == ["DA"]
    assert not (folder / "outputs").exists()


@pytest.mark.parametrize("status", ["1", "2", "3"])
def test_any_failure_has_status_2_and_names_the_commands_own(folder, status):
    ran = make(folder, "thematic", "DA", STATUS=status)
    assert ran.returncode == 2
    assert ran.stderr.strip().endswith(f"Error {status}")
    assert ran.stderr.count("\n") == 1


def test_share_takes_goals_and_variables_as_thematic_does(folder):
    ran = make(folder, "share", "DA", "RAPE", "AUDIENCE=public", "PERIOD=2020-12", "OUT=my reports")
    command, *given = ran.stdout.splitlines()
    end = given.index("--")
    options = dict(zip(given[:end:2], given[1:end:2], strict=True))
    assert (ran.returncode, command, given[end + 1 :]) == (0, "share", ["DA", "RAPE"])
    assert {name: word for name, word in options.items() if word} == {
        "--period": "2020-12",
        "--audience": "public",
        "--out": "my reports",
    }


def test_other_goals_are_one_command_each(folder):
    assert make(folder, "check").stdout == "check\n"
    assert make(folder, "data", "DATA=a b").stdout == "data\n--data\na b\n--lookup\n\n"
    assert make(folder, "lab", "LAB=--no-browser --port 8890").stdout == "lab\n--no-browser\n--port\n8890\n"
    said = "pack\n--period\n2021-01\n--data\n\n--lookup\n\n--out\na b\n--jobs\n\n"
    assert make(folder, "pack", "PERIOD=2021-01", "OUT=a b").stdout == said
    assert make(folder, "test").returncode == 0


def test_clean_removes_what_is_built_and_nothing_of_the_users(folder):
    built = ["outputs", "data/warehouse", "data/cubes", "data/sample", "data/database"]
    kept = ["data/raw", "data/reference", "notebooks", "params"]
    for name in (*built, *kept):
        (folder / name).mkdir(parents=True)
    assert make(folder, "clean").returncode == 0
    assert not any((folder / name).exists() for name in built)
    assert all((folder / name).exists() for name in kept)


def test_help_names_every_goal_and_variable_and_is_what_make_does_by_itself(folder):
    text = make(folder, "help").stdout
    assert make(folder).stdout == text
    for goal in ("thematic", "share", "pack", "data", "check", "lab", "test", "bench", "clean", "help"):
        assert f"make {goal} " in text
    for name in OPTIONS:
        assert name == "cluster" or f"    {name.upper()} " in text
    assert "    DRY_RUN " in text


def test_the_makefile_is_short():
    assert len((REPOSITORY / "Makefile").read_text().splitlines()) < 85


def test_a_python_that_is_too_old_is_told_of(folder, tmp_path):
    shutil.rmtree(folder / ".venv")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("make", "sh", "sed", "rm", "grep", "touch"):
        (tools / name).symlink_to(shutil.which(name))
    for name in ("python3", "python3.11"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    ran = make(folder, "check", PATH=str(tools))
    assert ran.returncode == 2
    assert ran.stderr.startswith("Python 3.11 or newer is needed (with venv), and was not found.\n")
    assert not (folder / ".venv").exists()


def test_a_changed_lock_brings_the_environment_up_to_date_and_an_unfinished_one_is_made_whole(folder):
    python = folder / ".venv" / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *--version) echo "uv {uv_version()} (x)";; *) echo "$@" >> asked;; esac\n'
    )
    python.chmod(0o755)
    asked = folder / "asked"
    make(folder, "check")
    assert not asked.exists()
    os.utime(folder / "uv.lock", (4e9, 4e9))
    make(folder, "check")
    assert "uv sync" in asked.read_text()
    assert "--frozen" in asked.read_text()
    assert "--reinstall" not in asked.read_text()
    (folder / ".venv" / "ready").unlink()
    asked.unlink()
    make(folder, "check")
    assert "--reinstall" in asked.read_text()


def uv_version() -> str:
    lines = (REPOSITORY / "Makefile").read_text().splitlines()
    return next(line.split()[-1] for line in lines if line.startswith("UV :="))
