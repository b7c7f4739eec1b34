"""The command as a user meets it: what it makes, what it says, its exit status, and that a refusal leaves nothing."""

import json
import re
import signal
import subprocess
import sys

import pytest

from commands import GOAL, LATEST, SLUG, drawn_workbook, index, running
from drawn import REPOSITORY, files_of, notebook
from thematic.build import log
from thematic.core.errors import DataRefused
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.extracts import warehouse
from thematic.params import load_params

PARAMS = load_params(Workbook(REPOSITORY))
AREAS = ["force", *(area.slug for area in PARAMS.unit_areas)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return drawn_workbook(tmp_path / "workbook", monkeypatch)


@pytest.fixture
def thematic(folder, monkeypatch, capsys):
    return running(monkeypatch, capsys)


def test_a_goal_makes_every_report_of_the_latest_period(thematic, folder):
    ran = thematic("build", GOAL, "--jobs", "2")
    assert (ran.status, ran.err) == (0, "")
    made = {f"{LATEST}/{SLUG}/{area}.{end}" for area in AREAS for end in ("csv", "html", "ipynb", "json", "pdf")}
    assert set(files_of(folder / "outputs")) == made | {"index.html", f"{LATEST}/index.html", "build.log"}
    manifest = json.loads((folder / f"outputs/{LATEST}/{SLUG}/{AREAS[1]}.json").read_bytes())
    assert (manifest["goal"], manifest["synthetic"], manifest["source"]) == (GOAL, True, "Drawn extract")
    assert set(manifest["inputs"]) == {"notebook", "lib", "params", "cubes", "lock"}
    *_, total, reports, catalogue = ran.out.splitlines()
    assert total.startswith(f"{len(AREAS)} reports: {len(AREAS)} made, in ")
    assert reports == f"Reports: outputs/{LATEST}/{SLUG}"
    assert catalogue == "Catalogue: outputs/index.html"
    assert "\x1b" not in ran.out


def test_the_same_command_again_does_nothing_but_say_so(thematic, folder):
    words = ("build", GOAL, "--area", "force", "--format", "csv")
    thematic(*words)
    before = times(folder)
    ran = thematic(*words)
    assert (ran.status, ran.out) == (0, f"Nothing to do: 1 report is up to date (outputs/{LATEST}/{SLUG}).\n")
    assert times(folder) == before


def times(folder) -> dict:
    """When each file and folder was changed, but for the log."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != log.NAME}


def remade(thematic, monkeypatch, change, words=("build", GOAL, "--area", "force", "--format", "csv")) -> bool:
    thematic(*words)
    change()
    return "Nothing to do" not in thematic(*words).out


CSV = f"outputs/{LATEST}/{SLUG}/force.csv"


def test_a_report_is_made_again_when_a_file_of_it_has_changed_or_gone(thematic, folder, monkeypatch):
    assert remade(thematic, monkeypatch, (folder / CSV).unlink)
    assert remade(thematic, monkeypatch, lambda: (folder / CSV).write_bytes(b"?"))
    assert remade(thematic, monkeypatch, (folder / CSV).with_suffix(".ipynb").unlink)
    assert remade(thematic, monkeypatch, lambda: (folder / CSV).with_suffix(".json").write_bytes(b"{"))


def test_a_report_is_made_again_when_its_notebook_its_cubes_or_its_audience_changes(thematic, folder, monkeypatch):
    own = folder / "notebooks" / PARAMS.themes[SLUG].notebook
    assert remade(thematic, monkeypatch, lambda: own.write_bytes(notebook("print('other')")))
    assert remade(thematic, monkeypatch, lambda: monkeypatch.setattr(cubes, "build", lambda *_: index(slices="other")))
    ran = thematic("build", GOAL, "--area", "force", "--format", "csv", "--audience", "public", "--out", "outputs")
    assert "1 made" in ran.out


def test_next_months_data_leave_an_earlier_report_alone(thematic, monkeypatch):
    words = ("build", GOAL, "--area", "force", "--format", "csv", "--period", "2020-12")

    def another_month():
        monkeypatch.setattr(cubes, "build", lambda *_: index(latest="2021-02"))

    assert not remade(thematic, monkeypatch, another_month, words)


def test_formats_are_added_to_those_that_are_there(thematic, folder):
    thematic("build", GOAL, "--area", "force", "--format", "csv")
    thematic("build", GOAL, "--area", "force", "--format", "pdf")
    assert "Nothing to do" in thematic("build", GOAL, "--area", "force", "--format", "csv,pdf").out


def test_a_failed_report_is_named_and_the_rest_are_made(thematic, folder):
    own = folder / "notebooks" / PARAMS.themes[SLUG].notebook
    own.write_bytes(notebook(f"assert area != {AREAS[1]!r}, 'not here'"))
    ran = thematic("build", GOAL, "--area", f"force,{AREAS[1]}", "--format", "csv", "--out", "my reports")
    assert ran.status == 1
    kept = f"failed/{LATEST}/{SLUG}/{AREAS[1]}.ipynb"
    assert f"Failed: {LATEST}/{SLUG}/{AREAS[1]}: failed: cell [2]" in ran.out
    assert "AssertionError: not here" in ran.out
    assert f"its notebook: my reports/{kept}" in ran.out
    assert "2 reports: 1 made, 1 failed, in" in ran.out
    names = {f"{LATEST}/{SLUG}/force.{end}" for end in ("csv", "ipynb", "json")}
    assert set(files_of(folder / "my reports")) == names | {
        ".gitignore",
        "index.html",
        f"{LATEST}/index.html",
        "build.log",
        kept,
    }
    own.write_bytes(notebook("print('mended')"))
    assert thematic("build", GOAL, "--area", f"force,{AREAS[1]}", "--out", "my reports").status == 0
    assert not (folder / "my reports" / "failed").exists()


TIMED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d "


def test_the_log_tells_of_every_build_with_the_time_of_each_line(thematic, folder):
    own = folder / "notebooks" / PARAMS.themes[SLUG].notebook
    own.write_bytes(notebook(f"import os\nassert area != {AREAS[1]!r}\nif area == {AREAS[2]!r}: os._exit(3)"))
    words = ("build", GOAL, "--area", ",".join(AREAS[:3]), "--format", "csv", "--jobs", "1")
    thematic(*words)
    thematic(*words)
    lines = (folder / "outputs" / log.NAME).read_text(encoding="utf-8").splitlines()
    assert all(re.match(TIMED, line) for line in lines)
    first, force, failed, crashed, total, *again = [re.sub(TIMED, "", line) for line in lines]
    assert first == f"{GOAL} AREA={','.join(AREAS[:3])} FORMAT=csv JOBS=1: 3 reports, 3 to make"
    assert re.fullmatch(rf"made {LATEST}/{SLUG}/force \(\d+\.\d s\)", force)
    assert failed.startswith(f"failed {LATEST}/{SLUG}/{AREAS[1]}: failed: cell [2]")
    assert crashed.startswith(f"failed {LATEST}/{SLUG}/{AREAS[2]}: crashed: ") and crashed.endswith("(tried twice)")
    assert re.fullmatch(
        r"3 reports: 1 made, 2 failed, in \S+ s \((\S+ a second|one every \S+ s); at most \d+ MB of memory for one\)\.",
        total,
    )
    assert again[0].endswith(": 3 reports, 2 to make")
    assert "2 failed, 1 up to date" in again[-1]


@pytest.mark.parametrize("command", [("status", GOAL), ("build", GOAL, "--dry-run")])
def test_what_only_looks_writes_nothing(thematic, folder, command):
    thematic("build", GOAL, "--area", "force", "--format", "csv")
    before = {path: path.stat().st_mtime_ns for path in (folder / "outputs").rglob("*")}
    assert thematic(*command).status == 0
    assert {path: path.stat().st_mtime_ns for path in (folder / "outputs").rglob("*")} == before


TOO_LATE = "PERIOD: 2030-01 is not complete in the data (Drawn extract). The latest period is 2021-01."
TOO_EARLY = "PERIOD: 2020-10 is before the data begin (Drawn extract). The first period is 2020-11."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No goal given"),
        (("XYZ",), "'XYZ' is not a goal"),
        ((GOAL, "--area", "atlantis"), "AREA: 'atlantis'"),
        ((GOAL, "--period", "2021-13"), "PERIOD: '2021-13'"),
        ((GOAL, "--period", "2030-01"), TOO_LATE),
        ((GOAL, "--period", "2020-10..2020-11"), TOO_EARLY),
        ((GOAL, "--format", "odt"), "FORMAT: 'odt'"),
        ((GOAL, "--audience", "foo"), "AUDIENCE: 'foo'"),
        ((GOAL, "--jobs", "0"), "JOBS: '0'"),
        ((GOAL, "--timeout", "x"), "TIMEOUT: 'x'"),
        ((GOAL, "--memory", "1.5"), "MEMORY: '1.5'"),
        ((GOAL, "--memory", "0"), "MEMORY: '0'"),
        ((GOAL, "--data", "nowhere"), "DATA: 'nowhere'"),
        ((GOAL, "--lookup", "nowhere"), "LOOKUP: 'nowhere'"),
        ((GOAL, "--out", "params/force.yaml"), "OUT: "),
    ],
)  # fmt: skip
def test_a_refused_word_is_one_message_status_2_and_nothing_left_behind(thematic, folder, words, said):
    before = files_of(folder)
    ran = thematic("build", *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"thematic: {said}")
    assert ran.err.count("\n") == 1
    assert files_of(folder) == before
    assert not (folder / "outputs").exists()


def test_refused_data_have_status_3_and_their_problems(thematic, folder, monkeypatch):
    def refuse(*_):
        raise DataRefused("crimes.csv: empty.")

    monkeypatch.setattr(warehouse, "build", refuse)
    for command in (("build", GOAL), ("data",)):
        ran = thematic(*command)
        assert (ran.status, ran.err) == (3, "thematic: crimes.csv: empty.\n")
    assert not (folder / "outputs").exists()


@pytest.mark.parametrize("command", [("build", GOAL), ("check",)])
def test_a_notebook_with_a_mistyped_parameter_is_refused_before_anything_runs(thematic, folder, command):
    own = folder / "notebooks" / PARAMS.themes[SLUG].notebook
    own.write_bytes(notebook(parameters='period = "p"\naera = "a"\naudience = "b"'))
    ran = thematic(*command)
    assert ran.status == 2
    assert f"notebooks/{own.name}, the parameters cell: unknown parameter 'aera'. Did you mean 'area'?" in ran.err


def test_broken_params_are_told_whole(thematic, folder):
    (folder / "params" / "events.yaml").write_text("events: 3\nother: 4\n")
    for command in (("build", GOAL), ("check",), ("data",)):
        ran = thematic(*command)
        assert ran.status == 2
        assert "params/events.yaml, other" in ran.err
        assert "Traceback" not in ran.err


def test_check_counts_the_files_and_warns_of_measures_that_are_not_looked_after(thematic, folder):
    own = folder / "params/measures/own.yaml"
    declared = "title: Own\ndefinition: All.\nnumerator: {selection: asb}\nunit: count\nowner: Team\nchecked_by: B\n"
    theme = folder / "params/themes/asb.yaml"
    theme.write_text(theme.read_text().replace("\nmeasures:\n", "\nmeasures:\n  own: [total]\n"))
    for path in (folder / "params/measures").rglob("*.yaml"):
        path.write_text(path.read_text().replace("awaiting a second analyst", "B. Second"))
        path.write_text(re.sub(r"review_due:( &due| &review_due)? .*", r"review_due:\1 9999-01-01", path.read_text()))
    own.write_text(declared)
    number = sum(path.is_file() for path in (folder / "params").rglob("*"))
    ran = thematic("check")
    assert (ran.status, ran.out, ran.err) == (0, f"params/: {number} files, no problems\n", "")
    own.write_text(declared.replace("checked_by: B", "checked_by: team") + "review_due: 2020-01-31\n")
    ran = thematic("check")
    first, *warnings = ran.out.splitlines()
    assert (ran.status, ran.err) == (0, "")
    assert first == f"params/: {number} files, no problems"
    assert [warning.partition(": own")[0] for warning in warnings] == [
        "Warning: 1 measure not checked by a second analyst (owner: Team)",
        "Warning: 1 measure overdue for review (due on 2020-01-31, owner: Team)",
    ]


def test_data_says_how_far_they_reach(thematic):
    ran = thematic("data")
    assert ran.out == "data/warehouse and data/cubes are up to date: Drawn extract, 2020-11 to 2021-01.\n"


def test_outside_a_workbook_it_says_so(thematic, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = thematic("check")
    assert ran.status == 2
    assert "not inside a Thematic workbook" in ran.err


HEARD_AS = [KeyboardInterrupt, RuntimeError("Query interrupted"), OSError("Column 7 had 5 while previous column had 0")]


@pytest.mark.parametrize("heard_as", HEARD_AS)
def test_ctrl_c_has_status_130_and_no_traceback(thematic, monkeypatch, heard_as):
    def stop(*_):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise heard_as from None

    monkeypatch.setattr(warehouse, "build", stop)
    ran = thematic("build", GOAL)
    assert ran.status == 130
    assert ran.err.strip() == "thematic: stopped. Reports that were made are kept; the same command makes the others."


@pytest.mark.parametrize("words", [("--area", "force", "--area", "widnes"), ("--format=csv", "--format", "pdf")])
def test_an_option_that_counts_once_is_refused_twice(thematic, folder, words):
    before = files_of(folder)
    ran = thematic("build", GOAL, *words)
    name = words[0].partition("=")[0]
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"thematic: {name} is given 2 times. Give it once, with commas between several.\n"
    assert files_of(folder) == before


def test_an_option_that_takes_several_may_be_given_again(thematic):
    ran = thematic("new", "thefts", "--where", "a=1", "--where", "b=2")
    assert "times" not in ran.err


def test_options_that_do_not_exist_are_refused(thematic):
    assert thematic("build", GOAL, "--speed", "9").status == 2


HEAVY = {"pandas", "duckdb", "numpy", "matplotlib", "nbformat", "nbconvert", "papermill", "IPython", "pyarrow", "typst"}


def test_what_a_build_with_nothing_to_do_loads_is_light():
    code = "import sys, thematic.cli, thematic.build.build, thematic.build.progress; print(*{n.split('.')[0] for n in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & set(loaded)


@pytest.mark.parametrize("words", [("--help",), ("build", "--help")])
def test_help_names_the_words(words):
    ran = subprocess.run(
        [sys.executable, "-c", "from thematic.cli import main; main()", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage:" in ran.stdout
    assert "\x1b" not in ran.stdout
