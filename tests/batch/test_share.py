"""What `thematic share` puts together for one audience, and what it refuses to."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from commands import LATEST, drawn_workbook, running
from drawn import files_of
from placed import RISE, fail
from thematic.core.areas import FORCE
from thematic.execution import batch
from thematic.execution.batch import Result
from thematic.outputs import editions
from thematic.outputs.editions import NOTEBOOK
from thematic.outputs.jobs import Product
from thematic.outputs.manifest import SUFFIX
from thematic.outputs.placing import placed

RAPE, WIDNES = f"{LATEST}/rape", "widnes"
TWO = ("--area", f"{FORCE},{WIDNES}")


def stand_in(jobs, out, *_) -> list[Result]:
    """Places files that are quickly made; each tells its report, and so does the indicator in its manifest."""
    done = []
    for job in jobs:
        own = f"{job.edition.label} {job.edition.audience}"
        files = {suffix: f"{own} {suffix}\n".encode() for suffix in (NOTEBOOK, *job.exporters)}
        told = {"indicator": RISE.model_copy(update={"name": f"Indicator {job.edition.audience}", "value": own})}
        files[SUFFIX] = job.manifest.model_copy(update=told).with_files(files).to_bytes()
        done.append(Result(job.edition, placed(out, job, Product(job.edition, files)), 0.0))
    return done


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(batch, "run", stand_in)
    monkeypatch.setattr(batch, "warm_up", lambda: None)
    return drawn_workbook(tmp_path / "workbook", monkeypatch)


@pytest.fixture
def thematic(folder, monkeypatch, capsys):
    return running(monkeypatch, capsys)


@pytest.fixture
def shared(folder, thematic):
    """Shares, and gives the files of the folder that is named after the period and the audience."""

    def share(*words: str, audience="public", name=None) -> dict[str, bytes]:
        ran = thematic("share", *words, "--audience", audience)
        assert (ran.status, ran.err) == (0, "")
        place = folder / "outputs" / "share" / (name or f"{LATEST}-{audience}")
        assert (
            f"Shared {len(reports(place))} reports: outputs/share/{place.name} and outputs/share/{place.name}.zip ("
            in ran.out
        )
        return files_of(place)

    return share


def reports(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.glob("*/*/*.html"))


def build(thematic, *words: str, goals=("RAPE",), audience="public") -> None:
    assert thematic("build", *goals, *TWO, "--audience", audience, *words).status == 0


def test_the_reports_go_into_a_folder_with_a_catalogue_and_without_notebooks_and_manifests(thematic, shared):
    build(thematic)
    assert list(shared()) == [
        f"{LATEST}/index.html",
        f"{RAPE}/force.csv",
        f"{RAPE}/force.html",
        f"{RAPE}/force.pdf",
        f"{RAPE}/widnes.csv",
        f"{RAPE}/widnes.html",
        f"{RAPE}/widnes.pdf",
        "SHA256SUMS.txt",
        "index.html",
    ]


def test_the_files_are_those_that_were_made_and_the_catalogue_links_them(thematic, shared, folder):
    build(thematic)
    found = shared()
    made = files_of(folder / "outputs")
    assert all(found[name] == made[name] for name in found if name.startswith(RAPE))
    page = found["index.html"].decode()
    assert f'href="{RAPE}/widnes.pdf"' in page
    assert 'id="state"' not in page


def test_the_checksums_are_right_and_read_by_sha256sum(thematic, shared, folder):
    build(thematic)
    found = shared()
    lines = dict(reversed(line.split("  ")) for line in found.pop("SHA256SUMS.txt").decode().splitlines())
    assert lines == {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    if shutil.which("sha256sum"):
        place = folder / "outputs" / "share" / f"{LATEST}-public"
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS.txt"], cwd=place, check=True)


def test_the_zip_holds_the_folder_and_is_the_same_whenever_it_is_made(thematic, shared, folder):
    build(thematic)
    found = shared()
    archive = folder / "outputs" / "share" / f"{LATEST}-public.zip"
    first = archive.read_bytes()
    with ZipFile(archive) as zipped:
        assert {name: zipped.read(name) for name in zipped.namelist()} == {
            f"{LATEST}-public/{name}": data for name, data in found.items()
        }
    for path in (folder / "outputs").rglob("*.*"):
        os.utime(path, (10**9, 10**9))
    assert shared() == found
    assert archive.read_bytes() == first


def test_nothing_of_another_audience_goes_along(thematic, shared, folder):
    build(thematic, goals=("DA", "HATE"), audience="internal")
    fail(folder / "outputs", "runcorn", "domestic-abuse")
    build(thematic)
    found = shared("RAPE", name=f"{LATEST}-public-rape")
    assert reports(folder / "outputs" / "share" / f"{LATEST}-public-rape") == [
        f"{RAPE}/force.html",
        f"{RAPE}/widnes.html",
    ]
    for name, data in found.items():
        for word in ("internal", "domestic", "hate", "failed/", "ipynb", "runcorn"):
            assert word not in name.lower()
            assert word.encode() not in data.split(b"<body>")[-1].split(b"<script>")[0].lower(), (name, word)


def refused(thematic, folder, *words: str) -> str:
    """What is said where nothing is shared."""
    place = folder / "outputs" / "share"
    before = files_of(place)
    ran = thematic("share", *words)
    assert (ran.status, ran.out) == (2, "")
    assert files_of(place) == before
    return ran.err


def test_who_it_is_for_must_be_said(thematic, folder):
    build(thematic)
    assert refused(thematic, folder) == (
        "thematic: AUDIENCE: not given. Say who the reports are for: internal or public.\n"
    )
    assert "'press' is not an audience" in refused(thematic, folder, "--audience", "press")


def test_a_report_of_another_audience_is_refused(thematic, folder):
    build(thematic)
    build(thematic, goals=("DA",), audience="internal")
    assert refused(thematic, folder, "--audience", "public") == (
        "thematic: Nothing was shared with the public audience. These reports may not go out:\n"
        f"  - {LATEST}/domestic-abuse/force: made for the internal audience; changed: "
        f"params/commentary/domestic-abuse/{LATEST}/force.md\n"
        f"  - {LATEST}/domestic-abuse/widnes: made for the internal audience\n"
        "Keep each audience in a folder of its own: make thematic ALL AUDIENCE=public OUT=public, "
        "then make share AUDIENCE=public OUT=public\n"
    )
    assert "rape (2 reports): made for the public audience" in refused(thematic, folder, "--audience", "internal")


def altered(folder, monkeypatch):
    (folder / "outputs" / RAPE / "widnes.pdf").write_bytes(b"?")


def missing(folder, monkeypatch):
    (folder / "outputs" / RAPE / "widnes.csv").unlink()


def failed(folder, monkeypatch):
    for path in (folder / "outputs" / RAPE).glob("widnes.*"):
        path.unlink()
    fail(folder / "outputs", WIDNES, "rape", audience="public")


def failed_beside(folder, monkeypatch):
    fail(folder / "outputs", WIDNES, "rape", audience="public")


def unreadable(folder, monkeypatch):
    (folder / "outputs" / RAPE / "widnes.json").write_bytes(b"{")


def changed(folder, monkeypatch):
    monkeypatch.setattr(editions, "code_digest", lambda: "other")


HARM = {
    altered: "rape/widnes: altered: widnes.pdf",
    missing: "rape/widnes: missing: widnes.csv",
    failed: f"rape/widnes: failed last time (outputs-making/failed/{RAPE}/widnes.ipynb)",
    failed_beside: "rape/widnes: failed last time",
    unreadable: "rape/widnes: unreadable: widnes.json",
    changed: "rape (2 reports): changed: the product's code (lib/)",
}


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_a_report_that_is_not_good_is_refused_and_what_to_run_is_said(thematic, folder, monkeypatch, harm):
    build(thematic)
    assert thematic("share", "--audience", "public").status == 0
    harm(folder, monkeypatch)
    assert refused(thematic, folder, "RAPE", *TWO, "--audience", "public") == (
        "thematic: Nothing was shared with the public audience. These reports may not go out:\n"
        f"  - {LATEST}/{HARM[harm]}\n"
        "Make them first: make thematic RAPE AREA=force,widnes AUDIENCE=public\n"
    )


def test_where_there_is_nothing_that_is_said(thematic, folder):
    assert refused(thematic, folder, "--audience", "public") == (
        "thematic: There are no reports: outputs does not exist. Make them first: make thematic ALL AUDIENCE=public\n"
    )
    build(thematic)
    assert refused(thematic, folder, "--audience", "public", "--period", "2020-12") == (
        "thematic: None of these reports lies in outputs. Make them first: "
        "make thematic ALL PERIOD=2020-12 AUDIENCE=public\n"
    )
    assert "is not complete in the data" in refused(thematic, folder, "--audience", "public", "--period", "2021-02")


def test_what_was_never_made_is_left_out_and_told_unless_its_area_was_asked_for_by_name(thematic, folder):
    build(thematic)
    ran = thematic("share", "--audience", "public")
    assert f"Not in it: {LATEST}/hate-crime (9 reports): never made\n" in ran.out
    assert "rape/runcorn: never made" in refused(thematic, folder, "RAPE", "--area", "runcorn", "--audience", "public")


def test_areas_themes_and_periods_are_in_the_name_where_they_were_asked_for(thematic, shared):
    build(thematic, "--period", "2020-12,2021-01")
    found = shared("--period", "2020-12..2021-01", name="2020-12-to-2021-01-public")
    assert {"index.html", "2020-12/index.html", "2021-01/index.html", "2020-12/rape/force.pdf"} <= set(found)
    found = shared("RAPE", "--area", "force,widnes", name=f"{LATEST}-public-rape-force-widnes")
    assert f"{RAPE}/widnes.pdf" in found


def test_formats_are_those_that_were_made_or_those_asked_for(thematic, shared, folder):
    build(thematic, "--format", "html,csv")
    assert not any(name.endswith(".pdf") for name in shared())
    found = shared("--format", "html")
    assert not any(name.endswith(".csv") for name in found)
    assert b">CSV<" not in found["index.html"]
    assert "missing: *.pdf" in refused(thematic, folder, "--format", "pdf", "--audience", "public")


def test_reports_in_another_folder_are_shared_there(thematic, folder):
    build(thematic, "--out", "public")
    ran = thematic("share", "--audience", "public", "--out", "public")
    assert f"public/share/{LATEST}-public.zip" in ran.out
    assert (folder / "public" / "share" / f"{LATEST}-public.zip").is_file()
    assert f"shared 2 reports: share/{LATEST}-public\n" in (folder / "public-making" / "build.log").read_text()


def test_a_disk_that_takes_no_more_is_told_of_and_leaves_what_was_there(thematic, folder, monkeypatch):
    build(thematic)
    thematic("share", "--audience", "public")
    before = files_of(folder / "outputs" / "share")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("thematic.publishing.share.write_zip", full)
    ran = thematic("share", "--audience", "public")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"thematic: outputs/share/{LATEST}-public could not be written: No space left on device.\n"
    assert files_of(folder / "outputs" / "share") == before
