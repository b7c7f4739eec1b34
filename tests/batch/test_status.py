"""What `thematic status` and a dry run say of reports: up to date or why not, the same as a build then does."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from drawn import EXPORTERS, edition, files_of, manifest, notebook, workbook_folder
from thematic import cli
from thematic.build import build
from thematic.core.areas import Area
from thematic.core.digests import digest_bytes
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.extracts import warehouse
from thematic.outputs import editions
from thematic.outputs.manifest import Made
from thematic.outputs.status import Finding, dry_run_lines, find, status_lines
from thematic.params import load_params

LATEST, RAPE = "2021-01", "2021-01/rape"


def index(slices: str = "s", themes=("anti-social-behaviour", "domestic-abuse", "hate-crime", "rape", "asb")) -> Index:
    months = ("2020-12", LATEST)
    told = {"key": "k", "title": "Drawn extract", "synthetic": True, "licence": None, "populations": None}
    places = {"first_period": months[0], "latest_period": months[1], "history_from": {}, "unavailable": {}}
    places |= {"ends": {}, "gaps": {}, "not_ended": []}
    return Index(**told, **places, slices={theme: {month: f"{slices} {month}" for month in months} for theme in themes})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A workbook with a lock, whose notebooks only print; data always read well; formats that nbconvert makes."""
    place = workbook_folder(tmp_path / "workbook")
    for path in (place / "notebooks").glob("*.ipynb"):
        path.write_bytes(notebook("print(period, area, audience)"))
    (place / "uv.lock").write_text("locked")
    with (place / "params" / "disclosure.yaml").open("a", encoding="utf-8") as rules:
        rules.write("protection: none\n")
    monkeypatch.chdir(place)
    monkeypatch.setattr(warehouse, "build", lambda *_: SimpleNamespace())
    found = index(themes=tuple(load_params(Workbook(place)).themes))
    monkeypatch.setattr(cubes, "build", lambda *_: found)
    monkeypatch.setattr(cubes, "load_index", lambda _: found)
    monkeypatch.setattr(cubes, "read_bytes", lambda *_: {})
    monkeypatch.setattr(build, "FORMATS", dict.fromkeys(("csv", "html", "pdf"), EXPORTERS["md"]))
    return place


@pytest.fixture
def thematic(folder, monkeypatch, capsys):
    def run(*words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["thematic", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert (ended.value.code, said.err) == (0, "")
        return said.out.splitlines()

    return run


ONE = ("RAPE", "--area", "widnes", "--format", "csv")


def other_code(folder, monkeypatch):
    monkeypatch.setattr(editions, "code_digest", lambda: "other")


def other_cubes(folder, monkeypatch):
    changed = index("other", tuple(load_params(Workbook(folder)).themes))
    monkeypatch.setattr(cubes, "build", lambda *_: changed)


def commentary(folder, monkeypatch):
    path = folder / "params" / "commentary" / "rape" / LATEST / "widnes.md"
    path.parent.mkdir(parents=True)
    path.write_text("Words.\n")


def measure(folder, monkeypatch):
    (folder / "params" / "measures" / "rape_solved_pct.yaml").write_text("title: New\n")


OWN = f"outputs/{RAPE}/widnes"
CHANGES = {
    "changed: notebooks/rape.ipynb": lambda f, _: (f / "notebooks/rape.ipynb").write_bytes(notebook("print(2)")),
    "changed: measure rape_solved_pct": measure,
    f"changed: params/commentary/rape/{LATEST}/widnes.md": commentary,
    "changed: the product's code (lib/)": other_code,
    "changed: the data it sees": other_cubes,
    "changed: uv.lock": lambda f, _: (f / "uv.lock").write_text("other"),
    "missing: widnes.csv": lambda f, _: (f / f"{OWN}.csv").unlink(),
    "missing: widnes.csv, widnes.ipynb": lambda f, _: [(f / f"{OWN}.{end}").unlink() for end in ("csv", "ipynb")],
    "altered: widnes.csv": lambda f, _: (f / f"{OWN}.csv").write_bytes(b"?"),
    "unreadable: widnes.json": lambda f, _: (f / f"{OWN}.json").write_bytes(b"{"),
    "never made": lambda f, _: (f / f"{OWN}.json").unlink(),
}


@pytest.mark.parametrize("cause", CHANGES)
def test_each_cause_is_named_and_a_build_mends_it(thematic, folder, monkeypatch, cause):
    thematic("build", *ONE)
    good = [f"{RAPE}/widnes: up to date", "1 report: 1 up to date, 0 not."]
    assert thematic("status", *ONE) == good
    CHANGES[cause](folder, monkeypatch)
    assert thematic("status", *ONE) == [f"{RAPE}/widnes: {cause}", "1 report: 0 up to date, 1 not."]
    would = [f"{RAPE}/widnes: {cause}", "Would make 1 report; 0 up to date. Nothing was made."]
    assert thematic("build", *ONE, "--dry-run") == would
    assert any("1 made" in line for line in thematic("build", *ONE))
    assert thematic("status", *ONE) == good


def test_a_measure_of_another_theme_changes_nothing(thematic, folder, monkeypatch):
    own = folder / "params" / "measures" / "hate_recorded.yaml"
    own.write_text("title: New\n")
    before = thematic("status", *ONE)
    thematic("build", *ONE)
    own.write_text("title: Newer\n")
    assert before == [f"{RAPE}/widnes: never made", "1 report: 0 up to date, 1 not."]
    assert thematic("status", *ONE)[0] == f"{RAPE}/widnes: up to date"


def test_a_report_for_another_audience_is_replaced_only_where_its_folder_is_named(
    thematic, folder, monkeypatch, capsys
):
    thematic("build", *ONE)
    before = files_of(folder / "outputs" / RAPE)
    monkeypatch.setattr(sys, "argv", ["thematic", "build", *ONE, "--audience", "public"])
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    assert capsys.readouterr().err == (
        f"thematic: OUT: outputs has internal reports of the same names ({RAPE}/widnes). Say where these go: OUT=public, "
        "or any folder of their own. OUT=outputs replaces the others.\n"
    )
    assert files_of(folder / "outputs" / RAPE) == before
    thematic("build", *ONE, "--audience", "public", "--out", "outputs")
    assert thematic("status", *ONE)[0] == f"{RAPE}/widnes: made for the public audience"


def test_another_audience_and_a_failure_are_named(thematic, folder, monkeypatch, capsys):
    thematic("build", *ONE, "--audience", "public")
    assert thematic("status", *ONE)[0] == f"{RAPE}/widnes: made for the public audience"
    (folder / "notebooks/rape.ipynb").write_bytes(notebook("1 / 0"))
    assert thematic("status", *ONE)[0] == (
        f"{RAPE}/widnes: made for the public audience; changed: notebooks/rape.ipynb"
    )
    monkeypatch.setattr(sys, "argv", ["thematic", "build", *ONE, "--out", "outputs"])
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    capsys.readouterr()
    assert thematic("status", *ONE)[0] == f"{RAPE}/widnes: failed last time (outputs/failed/{RAPE}/widnes.ipynb)"


def test_status_of_all_themes_is_a_line_for_each_and_touches_no_output(thematic, folder):
    thematic("build", *ONE)
    before = files_of(folder)
    lines = thematic("status")
    params = load_params(Workbook(folder))
    areas, reports = len(params.report_areas()), sum(len(params.report_areas(theme)) for theme in params.themes)
    whole = [line for line in lines if line.endswith("never made") and not line.startswith(RAPE)]
    assert len(whole) == len(params.themes) - 1
    assert f"{RAPE}/widnes: missing: widnes.html, widnes.pdf" in lines
    assert f"{RAPE} ({areas - 1} of {areas} reports): never made" in lines
    assert lines[-1] == f"{reports} reports: 0 up to date, {reports} not."
    assert files_of(folder) == before


def test_a_dry_run_makes_nothing_at_all_where_nothing_was(thematic, folder):
    assert thematic("build", "RAPE", "--dry-run", "--period", f"2020-12,{LATEST}", "--area", "force,widnes") == [
        "2020-12/rape (2 reports): never made",
        f"{RAPE} (2 reports): never made",
        "Would make 4 reports; 0 up to date. Nothing was made.",
    ]
    assert not (folder / "outputs").exists()


def findings(**causes: tuple[str, ...]) -> list[Finding]:
    return [Finding(edition(area), told) for area, told in causes.items()]


def test_reports_that_stand_alike_share_a_line_and_a_single_one_is_named():
    gone = ("missing: *.pdf",)
    drawn = findings(force=(), a=gone, b=gone, c=("never made",))
    assert status_lines(drawn) == [
        "2021-01/noise/force: up to date",
        "2021-01/noise (a, b): missing: *.pdf",
        "2021-01/noise/c: never made",
        "4 reports: 1 up to date, 3 not.",
    ]
    assert dry_run_lines(drawn)[:-1] == status_lines(drawn)[1:-1]
    assert status_lines(findings(a=gone, b=gone))[0] == "2021-01/noise (2 reports): missing: *.pdf"
    assert status_lines(findings(a=gone))[0] == "2021-01/noise/a: missing: a.pdf"


@pytest.mark.parametrize(("number", "said"), [(3, "a0, a1, a2"), (4, "4 of 5 reports")])
def test_up_to_three_areas_are_named(number, said):
    drawn = findings(**{f"a{n}": ("never made",) for n in range(number)}, other=())
    assert status_lines(drawn)[0] == f"2021-01/noise ({said}): never made"


def causes(tmp_path, was, now) -> tuple[str, ...]:
    """Why a report whose manifest was so is not up to date, were it made now; its one file is as it was made."""
    path = edition().path(tmp_path, "csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made")
    held = {"csv": Made(sha256=digest_bytes(b"made"), bytes=4)}
    path.with_suffix(".json").write_bytes(was.model_copy(update={"formats": held}).to_bytes())
    return find(edition(), tmp_path, "outputs", now, ("csv",), "notebooks/noise.ipynb").causes


def with_params(number: int, version: str):
    files = {f"params/m{n}.yaml": version for n in range(number)}
    return manifest(edition(), key=version).model_copy(update={"params": files, "inputs": {"params": version}})


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "params"),
        (1, "params/m0.yaml"),
        (3, "params/m0.yaml, params/m1.yaml, params/m2.yaml"),
        (4, "4 declarations of params/ (such as params/m0.yaml)"),
    ],
)
def test_files_of_params_are_named_as_long_as_they_are_few(tmp_path, number, said):
    assert causes(tmp_path, with_params(number, "old"), with_params(number, "new")) == (f"changed: {said}",)


def test_a_file_of_params_that_is_new_or_gone_has_changed(tmp_path):
    assert causes(tmp_path, with_params(1, "old"), with_params(2, "new")) == (
        "changed: params/m0.yaml, params/m1.yaml",
    )
    less = with_params(1, "new").model_copy(update={"params": with_params(1, "old").params})
    assert causes(tmp_path, with_params(2, "old"), less) == ("changed: params/m1.yaml",)


def test_the_key_decides(tmp_path):
    assert causes(tmp_path, manifest(edition(), "a"), manifest(edition(), "a")) == ()
    renamed = manifest(replace(edition(), area=Area("force", "Other")), "b")
    assert causes(tmp_path, manifest(edition(), "a"), renamed) == ("not the report that belongs here: *.json",)
