"""A report is made again from an archive to the same bytes; one changed row is named by its figures and its input."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from commands import running
from drawn import files_of, with_themes, workbook_folder
from thematic.core.workbook import Workbook
from thematic.extracts.archive import changed_files, make_archive, read_on
from thematic.extracts.warehouse import source_of
from thematic.params import load_params
from thematic.tools.sample.folder import fresh_sample

GOAL, REPORT = "ASB", "outputs/2021-01/asb/widnes.json"


COLUMNS = "incident_ref,received_on,finalisation_code,lpu,local_authority"
EXTRACT = "as_at: 2021-01-31\nhistory_from: 2017-04\nsynthetic: true\ntitle: Drawn\n"


def incidents() -> str:
    """Five incidents a month of two areas, from April 2017 on."""
    months = [f"{2017 + n // 12}-{n % 12 + 1:02d}" for n in range(3, 49)]
    places = ("Widnes,Halton", "Runcorn,Halton")
    days = [(month, day, place) for month in months for day in range(1, 6) for place in places]
    return (
        "\n".join([COLUMNS, *(f"I{n},{month}-0{day},BN,{place}" for n, (month, day, place) in enumerate(days))]) + "\n"
    )


SPELLED = """\
as_at: 2021-01-31
history_from: 2017-04
synthetic: true
title: Drawn
tables:
  incidents:
    file: exports/calls of ASB.txt.csv
    columns: {incident_ref: "Nr", received_on: [year, month, day], lpu: District}
    separator: ";"
"""


def spelled(incidents: str) -> str:
    """The same rows with other headings, the day in three columns, and semicolons between fields."""
    rows = [line.split(",") for line in incidents.splitlines()[1:]]
    lines = [";".join([row[0], *row[1].split("-"), *row[2:]]) for row in rows]
    return "\n".join(["Nr;year;month;day;finalisation_code;District;local_authority", *lines]) + "\n"


@pytest.fixture
def force(tmp_path, monkeypatch):
    """A workbook whose params/sources.yaml names a file that is spelled in a way of its own."""
    folder = with_themes(workbook_folder(tmp_path / "workbook"), "asb")
    (folder / "exports").mkdir()
    (folder / "exports/calls of ASB.txt.csv").write_text(spelled(incidents()))
    (folder / "params/sources.yaml").write_text(SPELLED)
    monkeypatch.chdir(folder)
    return folder


def test_tables_that_sources_yaml_names_are_archived_with_how_they_are_spelled(force, tmp_path):
    workbook, today = Workbook(force), date(2021, 2, 1)
    params = load_params(workbook)
    source, settings, _ = source_of(workbook, params, None, today, print, fresh_sample)
    assert make_archive(workbook, source, settings, None, tmp_path / "archive", today) == 1
    assert set(files_of(tmp_path / "archive")) == {"incidents/calls of ASB.txt.csv", "sources.yaml", "SHA256SUMS.txt"}
    assert changed_files(tmp_path / "archive") == []
    again, said, _ = source_of(workbook, params, tmp_path / "archive", today, print, fresh_sample)
    assert said == settings
    assert {name: table.spelling for name, table in again.tables.items()} == {
        name: table.spelling for name, table in source.tables.items()
    }
    assert again.digests() == source.digests()
    (tmp_path / "archive/sources.yaml").write_text("title: Other\n")
    assert changed_files(tmp_path / "archive") == ["sources.yaml"]


@pytest.mark.proof
def test_a_report_from_tables_that_sources_yaml_names_is_made_again_from_the_archive(force, monkeypatch, capsys):
    thematic = running(monkeypatch, capsys)
    assert thematic("build", GOAL, "--area", "widnes", "--format", "csv").status == 0
    assert thematic("data", "--archive", "../archive").status == 0
    shutil.rmtree(force / "exports")
    same = thematic("verify", REPORT, "--data", "../archive")
    assert same.status == 0, same.out + same.err
    assert "made again, the same to the byte (csv, ipynb)." in same.out


@pytest.mark.proof
def test_the_archive_gives_the_same_bytes_and_one_row_less_is_named(tmp_path, monkeypatch, capsys):
    folder = with_themes(workbook_folder(tmp_path / "workbook"), "asb")
    extract = folder / "data/raw"
    extract.mkdir()
    (extract / "incidents.csv").write_text(incidents())
    (extract / "extract.yaml").write_text(EXTRACT)
    thematic = running(monkeypatch, capsys)
    monkeypatch.chdir(folder)
    assert thematic("build", GOAL, "--area", "widnes", "--format", "csv").status == 0
    archive = tmp_path / "archive"
    assert thematic("data", "--archive", str(archive)).status == 0
    assert set(files_of(archive)) == {"incidents.csv", "extract.yaml", "SHA256SUMS.txt"}
    assert changed_files(archive) == [] and read_on(archive) is not None
    again = thematic("data", "--archive", str(archive))
    assert again.status == 2 and "is there already" in again.err
    same = thematic("verify", REPORT, "--data", str(archive))
    assert same.status == 0, same.out + same.err
    assert "made again, the same to the byte (csv, ipynb)." in same.out

    rows = (archive / "incidents.csv").read_text().splitlines(keepends=True)
    lost = next(n for n in range(len(rows) - 1, 0, -1) if "Widnes" in rows[n])
    (archive / "incidents.csv").write_text("".join(rows[:lost] + rows[lost + 1 :]))
    other = thematic("verify", REPORT, "--data", str(archive))
    assert other.status == 1
    assert "Inputs that differ: the data it sees." in other.out
    assert "The archive has changed: incidents.csv is not as it was archived." in other.out
    assert "asb_incidents, total," in other.out and " then, " in other.out
    assert not (folder / "data/warehouse.part").exists()


def test_what_is_no_report_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(workbook_folder(tmp_path / "workbook"))
    thematic = running(monkeypatch, capsys)
    refused = thematic("verify", "params/force.yaml", "--data", "x")
    assert refused.status == 2 and "is no manifest of a report" in refused.err
