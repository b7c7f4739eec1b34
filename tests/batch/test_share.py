"""What `thematic share` puts together for one audience, and what it refuses to."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup

from commands import LATEST, drawn_workbook, running
from crawling import dead_links, links
from drawn import files_of
from placed import RISE, fail
from thematic.core.areas import FORCE
from thematic.displays import Cover
from thematic.execution import batch, starting
from thematic.execution.batch import Result
from thematic.exporters import html
from thematic.exporters.document import Document
from thematic.outputs import editions
from thematic.outputs.editions import NOTEBOOK
from thematic.outputs.jobs import Product
from thematic.outputs.manifest import SUFFIX
from thematic.outputs.placing import placed

RAPE, WIDNES = f"{LATEST}/rape", "widnes"
TWO = ("--area", f"{FORCE},{WIDNES}")


FORCE_NAME, MARKING = "Anyshire Police", "OFFICIAL"


def called(area: str, period: str = LATEST, theme: str = "rape") -> str:
    """What a report is called when it is handed on, with the folder it lies in there."""
    return f"{period}/{theme}/anyshire-police_{theme}_{area}_{period}_official"


def page_of(job, own: str) -> bytes:
    """A page that says nothing but leads wherever one of ours does."""
    edition = job.edition
    period, area = str(edition.period), edition.area.slug
    file = called(area, period, edition.theme).rpartition("/")[2]
    cover = Cover(FORCE_NAME, own, edition.area.name, period, "", place=(period, edition.theme, area), file=file)
    return html.page(Document(own, cover, []), tuple(job.exporters)).encode()


def stand_in(jobs, out, *_) -> list[Result]:
    """Places files that are quickly made; each tells its report, and so does the indicator in its manifest."""
    done = []
    for job in jobs:
        own = f"{job.edition.label} {job.edition.audience}"
        files = {suffix: f"{own} {suffix}\n".encode() for suffix in (NOTEBOOK, *job.exporters)}
        if "html" in files:
            files["html"] = page_of(job, own)
        told = {"indicator": RISE.model_copy(update={"name": f"Indicator {job.edition.audience}", "value": own})}
        told |= {"force": FORCE_NAME, "marking": MARKING}
        files[SUFFIX] = job.manifest.model_copy(update=told).with_files(files).to_bytes()
        done.append(Result(job.edition, placed(out, job, Product(job.edition, files)), 0.0))
    return done


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(batch, "run", stand_in)
    monkeypatch.setattr(starting, "warm_up", lambda _: None)
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
    names = [f"{called(area)}.{suffix}" for area in (FORCE, WIDNES) for suffix in ("csv", "html", "pdf")]
    assert list(shared()) == [f"{LATEST}/index.html", *names, "README.html", "SHA256SUMS.txt", "index.html"]


def test_the_files_are_those_that_were_made_and_the_catalogue_links_them(thematic, shared, folder):
    build(thematic)
    found = shared()
    made = files_of(folder / "outputs")
    for area, suffix in ((FORCE, "csv"), (WIDNES, "pdf")):
        assert found[f"{called(area)}.{suffix}"] == made[f"{RAPE}/{area}.{suffix}"]
    page = found["index.html"].decode()
    assert f'href="{called(WIDNES)}.pdf" download="{called(WIDNES).rpartition("/")[2]}.pdf"' in page
    assert 'id="state"' not in page


def test_no_link_is_dead_where_reports_are_made_and_where_they_are_shared_all_or_one_alone(thematic, folder):
    build(thematic)
    assert dead_links(folder / "outputs") == []
    for words in ((), ("RAPE", "--area", WIDNES, "--format", "html")):
        assert thematic("share", *words, "--audience", "public").status == 0
        (place,) = (path for path in (folder / "outputs" / "share").iterdir() if path.is_dir())
        assert dead_links(place) == []
        leads_to_pdf = any(link.endswith(".pdf") for page in place.glob("*/*/*.html") for link in links(page))
        assert leads_to_pdf is not bool(words)
        shutil.rmtree(place)


def test_the_read_me_says_what_is_in_it_for_whom_and_whom_to_ask(thematic, shared, folder):
    (folder / "params" / "brand.yaml").write_text(
        "contact: {name: Analysis team, email: team@example.police.uk}\npublished: {days_after_period_end: 18}\n",
        encoding="utf-8",
    )
    build(thematic)
    page = BeautifulSoup(shared()["README.html"], "lxml")
    text = page.get_text(" ", strip=True)
    for words in (
        "2 reports, January 2021",
        "for the public and are marked OFFICIAL",
        "Their counts are exact.",
        "Rape (HTML, PDF, CSV): Cheshire Constabulary, Widnes",
        "Ask Analysis team, team@example.police.uk",
        "Next release: 18 March 2021 (February 2021)",
        "Nobody has signed these reports off yet.",
        "sha256sum -c SHA256SUMS.txt",
    ):
        assert words in text, words


def test_the_read_me_and_the_command_say_who_signed_off_and_without_is_refused_where_that_is_needed(
    thematic, shared, folder
):
    (folder / "params" / "assurance.yaml").write_text("public_needs: [signed_off]\n", encoding="utf-8")
    build(thematic)
    assert f"{LATEST}.yaml: nobody has signed as analyst or" in refused(thematic, folder, "--audience", "public")
    (folder / "params" / "signoff").mkdir()
    (folder / "params" / "signoff" / f"{LATEST}.yaml").write_text(
        "".join(
            f"{role}: {{name: {role[:3]}. Smith, date: 2021-02-10}}\n"
            for role in ("analyst", "assurer", "commissioner")
        ),
        encoding="utf-8",
    )
    text = BeautifulSoup(shared()["README.html"], "lxml").get_text(" ", strip=True)
    assert "January 2021: ana. Smith (analyst) on 10 February 2021; ass. Smith (assurer) on" in text


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
        f"{called(FORCE)}.html",
        f"{called(WIDNES)}.html",
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
        "Keep each audience in its own folder: make thematic ALL AUDIENCE=public OUT=public, "
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
        "thematic: None of these reports is in outputs. Make them first: "
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
    assert {"index.html", "2020-12/index.html", "2021-01/index.html", f"{called(FORCE, '2020-12')}.pdf"} <= set(found)
    found = shared("RAPE", "--area", "force,widnes", name=f"{LATEST}-public-rape-force-widnes")
    assert f"{called(WIDNES)}.pdf" in found


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
